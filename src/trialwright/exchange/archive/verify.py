"""Verifies an archive offline: every hash, every digest, every definition; names the first row that is broken."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import from_json

from trialwright.conduct.allocation import GivenArm, check_commitment, digest_rule, replay
from trialwright.conduct.trial import Secret, is_blind, is_randomised
from trialwright.exchange.archive.store import DEFINITIONS, ENTERED, EVENTS, read_manifest
from trialwright.record.event import GENESIS, canonical, digests, entered_digest
from trialwright.study.allocation import Allocation
from trialwright.study.canonical import study_of
from trialwright.study.model import Study
from trialwright.terms.message import Message, message

_KEYS = frozenset(
    [
        "position",
        "stream",
        "stream_position",
        "id",
        "type",
        "version",
        "at",
        "actor",
        "role",
        "site",
        "action",
        "reason",
        "study_version",
        "series",
        "data",
        "previous",
        "hash",
    ]
)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that does not hold: in which file, on which line (0: the file as a whole), what."""

    file: str
    line: int
    problem: Message


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked. `incomplete`: bytes after the last complete event, left by a killed writer.

    `unnamed`: entered texts no event names, likewise; `masked`: texts that were blanked, each by an event; `unblanked`:
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
        walk.texts(progress)
        walk.definitions()
        walk.allocations()
    except _Found as found:
        return found.broken
    return walk.verified()


def _fits(digest: str, salt: str, text: str | None) -> bool:
    return text is None or entered_digest(salt, text) == digest


class _Found(Exception):
    def __init__(self, file: str, line: int, problem: Message) -> None:
        super().__init__(problem.template)
        self.broken = Broken(file, line, problem)


class _Walk:
    def __init__(self, folder: Path, manifest: dict[str, Any], seen: Seen | None) -> None:
        self.folder = folder
        self.manifest = manifest
        self.seen = seen
        self.seen_at: int | None = None
        self.count = 0
        self.head = GENESIS
        self.last_at = ""
        self.streams: dict[str, int] = {}
        self.series: dict[str, int] = {}
        self.calls: set[str] = set()
        self.named: set[str] = set()
        self.masked: set[str] = set()
        self.masked_last: set[str] = set()
        self.versions: dict[str, None] = {}
        self.given: list[tuple[int, GivenArm]] = []
        self.order: list[str] = []
        self.arms: dict[str, str] = {}
        self.commitment = self.study = self.opening = ""
        self.released: dict[int, str] = {}
        self.rules_of: dict[str, None] = {}
        self.secret: Secret | None = None
        self.replayed: int | None = None
        self.incomplete = 0
        self.known = self.blank = self.unblanked = self.unnamed = 0

    def lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Complete lines with their numbers; what follows the last one is counted."""
        try:
            file = (self.folder / name).open("rb")
        except OSError as error:
            raise _Found(
                name, 0, message("The file cannot be read: {reason}.", reason=error.strerror or "")
            ) from None
        with file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    if name == EVENTS:
                        self.incomplete = len(line)
                    return
                yield number, line[:-1]

    def events(self, progress: Callable[[int], None]) -> None:
        for number, line in self.lines(EVENTS):
            if number % 20_000 == 0:
                progress(number)
            self.event(number, line)
        closed = self.manifest.get("events", 0)
        if self.count < closed:
            raise _Found(
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
        raise _Found(EVENTS, row, problem)

    def event(self, number: int, line: bytes) -> None:
        def fail(problem: Message) -> None:
            raise _Found(EVENTS, number, problem)

        try:
            written = from_json(line)
        except ValueError:
            written = None
        if not isinstance(written, dict) or written.keys() != _KEYS:
            fail(message("This is no event."))
        stated = written.pop("hash")
        form = canonical(written)
        if hashlib.sha256(form).hexdigest() != stated:
            fail(message("The event's hash does not fit what stands there."))
        if line.replace(b'"hash":"%s",' % stated.encode(), b"", 1) != form:
            fail(message("The line is not in canonical form."))
        if written["previous"] != self.head:
            fail(message("The event does not follow the one before."))
        if written["position"] != number:
            fail(message("The event says it is number {position}.", position=written["position"]))
        stream = written["stream"]
        if written["stream_position"] != self.streams.get(stream, 0) + 1:
            fail(message("The event is out of order in its stream {stream}.", stream=stream))
        if written["at"] < self.last_at:
            fail(message("The event lies before the one before it in time."))
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
        self.streams[stream] = written["stream_position"]
        self.calls.add(written["id"])
        self.named.update(digests(written["data"]))
        if written["reason"]:
            self.named.add(written["reason"])
        self.masked_last = set(written["data"]["digests"]) if written["type"] == "masked" else set()
        self.masked |= self.masked_last
        self.versions[written["study_version"]] = None
        self.release(number, written)
        self.allocation(number, written)
        if number == self.manifest.get("events") and stated != self.manifest.get("head"):
            fail(message("The event is another one than the manifest names."))

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
                    raise _Found(EVENTS, line, message("A site approves a version that nobody had released."))
            case _:
                return
        self.versions[data.get("version", written["study_version"])] = None

    def allocation(self, line: int, written: dict[str, Any]) -> None:
        """Keep what a replay of the allocations needs."""
        data = written["data"]
        participant = written["stream"].rpartition("/")[2]
        match written["type"]:
            case "study_opened":
                self.commitment, self.study = data["commitment"], data["study"]
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
                        raise _Found(EVENTS, line, problem)
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
            raise _Found(EVENTS, 0, message("The disclosed secret is not the one the study was opened with."))
        known = [
            replace(given, arm=given.arm or self.arms.get(participant, ""))
            for (_, given), participant in zip(self.given, self.order, strict=True)
        ]
        found = replay(rules, study=self.study, secret=self.secret.secret, allocations=known)
        if found.difference:
            raise _Found(EVENTS, self.given[found.difference.number - 1][0], found.difference.message)
        hidden = next((number for number, given in enumerate(known) if not given.arm), None)
        if hidden is not None:
            problem = message(
                "The secret is disclosed, and the arm of allocation {number} is not.", number=hidden + 1
            )
            raise _Found(EVENTS, self.given[hidden][0], problem)
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
            raise _Found(EVENTS, line, problem)

    def study_at(self, version: str) -> Study:
        return study_of((self.folder / DEFINITIONS / f"{version.removeprefix('sha256:')}.json").read_bytes())

    def texts(self, progress: Callable[[int], None]) -> None:
        here: set[str] = set()
        masked_before = self.masked - self.masked_last
        for number, line in self.lines(ENTERED):
            if number % 20_000 == 0:
                progress(self.count + number)
            try:
                entries = from_json(line, cache_strings="none")
                fits = [(digest, text, _fits(digest, salt, text)) for digest, salt, text in entries]
            except (ValueError, TypeError, AttributeError):
                raise _Found(ENTERED, number, message("These are no entered texts.")) from None
            for digest, text, right in fits:
                if not right:
                    raise _Found(ENTERED, number, message("The text is not the one that was entered."))
                if text is None and digest not in self.masked:
                    raise _Found(ENTERED, number, message("The text is blank, but no event masked it."))
                if text is not None and digest in masked_before:
                    raise _Found(ENTERED, number, message("The text was masked, but is here again."))
                here.add(digest)
                self.blank += text is None
                self.unblanked += text is not None and digest in self.masked_last
        missing = self.named - here
        if missing:
            raise _Found(
                ENTERED, 0, message("{count} entered texts that events name are missing.", count=len(missing))
            )
        self.known, self.unnamed = len(here), len(here - self.named)

    def definitions(self) -> None:
        stated = self.manifest.get("definitions", {})
        for version in self.versions:
            name = f"{version.removeprefix('sha256:')}.json"
            path = self.folder / DEFINITIONS / name
            if not path.is_file():
                raise _Found(
                    f"{DEFINITIONS}/{name}", 0, message("This version of the definition is missing.")
                )
            stated = {**stated, name: version.removeprefix("sha256:")}
        for name, digest in stated.items():
            path = self.folder / DEFINITIONS / name
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                raise _Found(
                    f"{DEFINITIONS}/{name}", 0, message("The definition is not the one that was in force.")
                )

    def verified(self) -> Verified:
        return Verified(
            events=self.count,
            head=self.head,
            texts=self.known,
            masked=self.blank,
            unblanked=self.unblanked,
            unnamed=self.unnamed,
            incomplete=self.incomplete,
            after_closing=self.count - self.manifest.get("events", 0),
            versions=tuple(self.versions),
            rehearsal=bool(self.manifest["rehearsal"]),
            replayed=self.replayed,
            seen_at=self.seen_at,
        )
