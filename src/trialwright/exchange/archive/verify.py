"""Verifies an archive offline: every hash, every digest, every definition; names the first row that is broken.

Events and the texts that were entered for them are read side by side, once. Each file can be written in one way only,
so that there is no room in it for anything that no event says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import from_json

from trialwright.conduct.allocation import GivenArm, check_commitment, digest_rule, replay
from trialwright.conduct.perform import CALL_ID
from trialwright.conduct.trial import Secret, is_blind, is_randomised
from trialwright.exchange.archive.again import READ_AGAIN, Again
from trialwright.exchange.archive.canonical import CanonicalForm
from trialwright.exchange.archive.conducted import Conducted, is_moment
from trialwright.exchange.archive.entered import READ
from trialwright.exchange.archive.files import (
    DEFINITIONS,
    DIGEST,
    ENTERED,
    EVENTS,
    LOCK,
    LONGEST_LINE,
    MANIFEST,
    ArchiveBroken,
    manifest_form,
    read_manifest,
    read_part,
)
from trialwright.exchange.archive.found import Broken, Found
from trialwright.exchange.archive.texts import Texts
from trialwright.exchange.bounded import MIB, bounded_lines
from trialwright.record.event import GENESIS, canonical, event_from, is_written, named_by
from trialwright.study.allocation import Allocation
from trialwright.study.canonical import study_of
from trialwright.study.model import Study
from trialwright.terms.message import Message, message


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked. `incomplete`: bytes after the last complete event, left by a killed writer.

    `incomplete_texts`: bytes after the last complete line of texts, likewise; `unnamed`: entered texts no event names,
    likewise; `foreign`: files in the folder that are no part of an archive; `masked`: texts that were blanked, each by an event; `unblanked`:
    texts the last event masks that a killed writer left to be blanked by the next one.
    `after_closing`: events written after the manifest. `replayed`: allocations drawn again from the disclosed secret;
    None while it is not disclosed. `seen_at`: the position of the head seen before, None where none was given.
    """

    events: int
    head: str
    texts: int
    masked: int
    unblanked: int
    unnamed: int
    incomplete: int
    after_closing: int
    versions: tuple[str, ...]
    rehearsal: bool
    replayed: int | None
    seen_at: int | None = None
    incomplete_texts: int = 0
    foreign: tuple[str, ...] = ()


class Seen(NamedTuple):
    """A head that somebody saw before: the hash of an event, and its position where that is known (None: not)."""

    digest: str
    position: int | None = None


def verify_archive(
    folder: Path, *, seen: Seen | None = None, progress: Callable[[int], None] = lambda count: None
) -> Verified | Broken:
    """Check everything an archive claims. Raises `ArchiveBroken` where the folder is no archive.

    `seen`: an earlier head; the archive must hold that event, so that it continues what was seen then.
    """
    manifest = read_manifest(folder)
    walk = _Walk(folder, manifest, seen)
    try:
        walk.events(progress)
        walk.continues()
        walk.remnants()
        walk.maskings()
        walk.signatures()
        walk.definitions()
        walk.allocations()
    except Found as found:
        return found.broken
    finally:
        walk.files.close()  # at a fault the files were not read to their ends
    return walk.verified()


_SOFTWARE = re.compile(r"trialwright [0-9][0-9A-Za-z.+]{0,30}")
_RELEASES = frozenset(["study_opened", "version_released", "version_approved"])
_ALLOCATES = frozenset(["study_opened", "allocated", "unblinded", "study_unblinded", "study_locked"])


class _Walk:
    def __init__(self, folder: Path, manifest: dict[str, Any], seen: Seen | None) -> None:
        self.folder = folder
        self.manifest = manifest
        self.seen = seen
        self.files = ExitStack()
        self.seen_at: int | None = None
        self.count = 0
        self.head = GENESIS
        self.last_at = ""
        self.streams: dict[str, int] = {}
        self.series: dict[str, int] = {}
        self.calls: set[str] = set()
        self.form = CanonicalForm()
        self.conducted = Conducted(self.study_at)
        self.again = Again()
        self.studies: dict[str, Study] = {}
        self.texts = Texts(self.lines(ENTERED))
        self.masked: dict[str, int] = {}
        self.masked_last: frozenset[str] = frozenset()
        self.given: list[tuple[int, GivenArm]] = []
        self.order: list[str] = []
        self.arms: dict[str, str] = {}
        self.commitment = self.study = self.opening = ""
        self.released: dict[int, str] = {}
        self.rules_of: dict[str, None] = {}
        self.secret: Secret | None = None
        self.replayed: int | None = None
        self.incomplete = {EVENTS: 0, ENTERED: 0}

    def lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Complete lines with their numbers; what follows the last one is counted."""
        try:
            file = self.files.enter_context((self.folder / name).open("rb"))
        except OSError as error:
            raise Found(
                name, 0, message("The file cannot be read: {reason}.", reason=error.strerror or "")
            ) from None
        with file:
            for number, line, too_long in bounded_lines(file, longest=LONGEST_LINE):
                if too_long:
                    raise Found(
                        name, number, message("The line is longer than {most} MiB.", most=LONGEST_LINE // MIB)
                    )
                if not line.endswith(b"\n"):
                    self.incomplete[name] = len(line)
                    return
                yield number, line[:-1]

    def events(self, progress: Callable[[int], None]) -> None:
        for number, line in self.lines(EVENTS):
            if number % 20_000 == 0:
                progress(number)
            self.event(number, line)
        closed = self.manifest["events"]
        if self.count < closed:
            raise Found(
                EVENTS,
                self.count + 1,
                message(
                    "The manifest speaks of {closed} events; {count} are here.",
                    closed=closed,
                    count=self.count,
                ),
            )

    def continues(self) -> None:
        """Whether the head that was seen before is the hash of an event of this chain, at its position."""
        seen = self.seen
        if seen is None or (self.seen_at is not None and seen.position in (None, self.seen_at)):
            return
        row = seen.position or 0
        if self.seen_at is not None:
            problem = message("The head seen before is that of event {position} here.", position=self.seen_at)
        elif row > self.count:
            row = self.count + 1
            problem = message(
                "Event {position} was seen before; {count} events are here.",
                position=seen.position,
                count=self.count,
            )
        else:
            problem = message("The archive does not continue the one seen before: its head is not here.")
        raise Found(EVENTS, row, problem)

    def event(self, number: int, line: bytes) -> None:
        def fail(problem: Message) -> None:
            raise Found(EVENTS, number, problem)

        try:
            written = from_json(line)
        except ValueError:
            written = None
        if not is_written(written):
            fail(message("This is no event."))
        stated = written.pop("hash")
        form = line.replace(b'"hash":"%s","id":' % stated.encode(), b'"id":', 1)
        exact = self.form.is_of(written, form)
        if hashlib.sha256(form if exact else canonical(written)).hexdigest() != stated:
            fail(message("The event's hash does not fit what stands there."))
        if not exact:
            fail(message("The line is not in canonical form."))
        if written["previous"] != self.head:
            fail(message("The event does not follow the one before."))
        if written["position"] != number:
            fail(message("The event says it is number {position}.", position=written["position"]))
        stream = written["stream"]
        if written["stream_position"] != self.streams.get(stream, 0) + 1:
            fail(message("The event is out of order in its stream {stream}.", stream=stream))
        if written["at"] != self.last_at and not is_moment(written["at"]):
            fail(message("The event states no moment."))
        if written["at"] < self.last_at:
            fail(message("The event lies before the one before it in time."))
        if not CALL_ID.fullmatch(written["id"]):
            fail(message("A call id is 1 to 64 letters of the alphabet, digits and hyphens."))
        if written["id"] in self.calls:
            fail(message("The call {id} stands here a second time.", id=written["id"]))
        for name, value in written["series"].items():
            if value != self.series.get(name, 0) + 1:
                fail(
                    message(
                        "The number {value} of {series} leaves a gap or stands twice.",
                        value=value,
                        series=name,
                    )
                )
            self.series[name] = value
        self.count, self.head, self.last_at = number, stated, written["at"]
        if self.seen is not None and stated == self.seen.digest:
            self.seen_at = number
        problem = self.conducted.problem(written)
        if problem:
            fail(problem)
        self.streams[stream] = written["stream_position"]
        self.calls.add(written["id"])
        named = named_by(written["data"], written["reason"])
        if named:
            self.typed(number, written, named)
        if written["type"] in READ_AGAIN:
            self.again.take(written)
        self.masked_last = frozenset(written["data"]["digests"] if written["type"] == "masked" else ())
        self.masked.update(dict.fromkeys(self.masked_last, number))
        if written["type"] in _RELEASES:
            self.release(number, written)
        if written["type"] in _ALLOCATES:
            self.allocation(number, written)
        if number == self.manifest["events"] and stated != self.manifest["head"]:
            fail(message("The event is another one than the manifest names."))

    def typed(self, number: int, written: dict[str, Any], named: tuple[str, ...]) -> None:
        """Read the texts that were entered for an event."""
        entries = self.texts.follow(named, written)
        if written["reason"] or written["type"] in READ:
            texts = {digest: text for digest, _salt, text in entries}
            problem = self.conducted.order.entered(written, texts)
            if problem:
                raise Found(EVENTS, number, problem)

    def signatures(self) -> None:
        """See again what was signed, verified, locked or masked; raises `Found`."""
        if self.again.anything:
            for number, line in self.lines(EVENTS):
                problem = self.again.problem(event_from(from_json(line)), self.conducted.order.known)
                if problem:
                    raise Found(EVENTS, problem.row or number, problem.message)

    def release(self, line: int, written: dict[str, Any]) -> None:
        """Keep which versions may be in force: opened with, released, or approved before releases were recorded."""
        data = written["data"]
        match written["type"], written["version"]:
            case "study_opened", _:
                self.opening = self.released[line] = written["study_version"]
            case "version_released", _:
                self.released[line] = data["version"]
            case "version_approved", 1:
                self.rules_of[data["version"]] = None
            case "version_approved", _:
                if self.released.get(data["released"]) != data["version"]:
                    raise Found(EVENTS, line, message("A site approves a version that nobody had released."))

    def allocation(self, line: int, written: dict[str, Any]) -> None:
        """Keep what a replay of the allocations needs."""
        data = written["data"]
        participant = written["stream"].rpartition("/")[2]
        match written["type"]:
            case "study_opened":
                self.commitment, self.study = data["commitment"], data["study"]
                if (data["study"], data["rehearsal"]) != (self.manifest["study"], self.manifest["rehearsal"]):
                    problem = message("The manifest names another trial than the first event opens.")
                    raise Found(MANIFEST, 0, problem)
            case "allocated":
                self.given.append(
                    (line, GivenArm(data["arm"], written["site"], data["levels"], data["rule"]))
                )
                self.order.append(participant)
            case "unblinded":
                self.arms[participant] = data["arm"]
            case "study_unblinded" | "study_locked" if data["secret"]:
                for one, arm in data.get("arms", {}).items():
                    if self.arms.setdefault(one, arm) != arm:
                        problem = message(
                            "The arm of {participant} is another than the one disclosed before.",
                            participant=one,
                        )
                        raise Found(EVENTS, line, problem)
                self.secret = Secret(bytes.fromhex(data["secret"]), bytes.fromhex(data["nonce"]))

    def allocations(self) -> None:
        """See that every allocation was made by a rule of the study, and draw it again once the secret is disclosed."""
        versions = dict.fromkeys([*self.released.values(), *self.rules_of])
        rules = [study.allocation for study in map(self.study_at, versions) if study.allocation]
        if self.given:
            self.made_by_rule(rules)
        if self.secret is None:
            return
        if not check_commitment(self.commitment, secret=self.secret.secret, nonce=self.secret.nonce):
            raise Found(EVENTS, 0, message("The disclosed secret is not the one the study was opened with."))
        known = [
            replace(given, arm=given.arm or self.arms.get(participant, ""))
            for (_, given), participant in zip(self.given, self.order, strict=True)
        ]
        found = replay(rules, study=self.study, secret=self.secret.secret, allocations=known)
        if found.difference:
            raise Found(EVENTS, self.given[found.difference.number - 1][0], found.difference.message)
        hidden = next((number for number, given in enumerate(known) if not given.arm), None)
        if hidden is not None:
            problem = message(
                "The secret is disclosed, and the arm of allocation {number} is not.", number=hidden + 1
            )
            raise Found(EVENTS, self.given[hidden][0], problem)
        self.replayed = found.compared

    def made_by_rule(self, rules: Sequence[Allocation]) -> None:
        """Each by a rule that was released; where chance decides, by chance; where it is blind, with no arm in the event."""
        opening = self.study_at(self.opening)
        drawn = {digest_rule(rule) for rule in rules if rule.method != "concurrent_control"}
        known = {digest_rule(rule) for rule in rules}
        for line, given in self.given:
            if given.rule not in known:
                problem = message("It was made under a rule that no version of the study states.")
            elif is_randomised(opening) and given.rule not in drawn:
                problem = message("The arm was chosen; in this study it is drawn.")
            elif is_blind(opening) and given.arm:
                problem = message("The arm stands in the event; in this study it is hidden.")
            else:
                continue
            raise Found(EVENTS, line, problem)

    def study_at(self, version: str) -> Study:
        """The definition of a version, which must be what its name says; raises `Found`."""
        if version not in self.studies:
            digest = version.removeprefix("sha256:")
            place = f"{DEFINITIONS}/{digest}.json"
            data = self.definition(place, digest)
            try:
                self.studies[version] = study_of(data)
            except ValueError:
                problem = message("This software cannot read this version of the definition.")
                raise Found(place, 0, problem) from None
        return self.studies[version]

    def definition(self, place: str, digest: str) -> bytes:
        path = self.folder / place
        if not DIGEST.fullmatch(digest) or path.is_symlink() or not path.is_file():
            raise Found(place, 0, message("This version of the definition is missing."))
        try:
            data = read_part(path)
        except ArchiveBroken as error:
            raise Found(place, 0, error.message) from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise Found(place, 0, message("The definition is not the one that was in force."))
        return data

    def remnants(self) -> None:
        """What stands behind the texts of the last event: nothing, or what a killed writer left there."""
        self.texts.rest()
        unnamed = self.texts.unnamed
        if not unnamed:
            return
        for _, line in self.lines(EVENTS):
            for digest in re.findall(r"[0-9a-f]{64}", line.decode()):
                if digest in unnamed:
                    raise Found(ENTERED, unnamed[digest], message("This text stands here a second time."))

    def maskings(self) -> None:
        """What is blank was masked, and what was masked is blank, unless a killed writer left it to the next one."""
        blank = self.texts.blank
        for digest, line in blank.items():
            if digest not in self.masked:
                raise Found(ENTERED, line, message("The text is blank, but no event masked it."))
        back = self.masked.keys() - blank.keys() - self.masked_last
        if not back:
            return
        for row, texts in self.lines(ENTERED):
            if any(digest in back for digest, _salt, _text in from_json(texts)):
                raise Found(ENTERED, row, message("The text was masked, but is here again."))
        row = min(self.masked[digest] for digest in back)
        raise Found(EVENTS, row, message("The event masks a text that is not here."))

    def definitions(self) -> None:
        for name, digest in self.manifest["definitions"].items():
            self.definition(f"{DEFINITIONS}/{name}", digest)
        if not _SOFTWARE.fullmatch(self.manifest["software"]):
            raise Found(MANIFEST, 0, message("It names no version of this software."))
        if (self.folder / MANIFEST).read_bytes() != manifest_form(self.manifest):
            raise Found(MANIFEST, 0, message("The file is not in canonical form."))

    def foreign(self) -> tuple[str, ...]:
        """What lies in the folder and is no part of the archive."""
        known = {MANIFEST, EVENTS, ENTERED, LOCK, DEFINITIONS}
        known |= {f"{DEFINITIONS}/{name}" for name in self.manifest["definitions"]}
        known |= {f"{DEFINITIONS}/{one.removeprefix('sha256:')}.json" for one in self.conducted.versions}
        inside = [*self.folder.iterdir(), *(self.folder / DEFINITIONS).glob("*")]
        return tuple(sorted({one.relative_to(self.folder).as_posix() for one in inside} - known))

    def verified(self) -> Verified:
        return Verified(
            events=self.count,
            head=self.head,
            texts=self.texts.count,
            masked=len(self.texts.blank),
            unblanked=len(self.masked_last - self.texts.blank.keys()),
            unnamed=len(self.texts.unnamed),
            incomplete=self.incomplete[EVENTS],
            after_closing=self.count - self.manifest["events"],
            versions=self.conducted.versions,
            rehearsal=bool(self.manifest["rehearsal"]),
            replayed=self.replayed,
            seen_at=self.seen_at,
            incomplete_texts=self.incomplete[ENTERED],
            foreign=self.foreign(),
        )
