"""`trialwright act` and `trialwright verify`: the actions of a rehearsal, and the check of an archive."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.cli.common import (
    ANSWER_IS_NO,
    DONE,
    RECORDS_UNREADABLE,
    STUDY_INVALID,
    USAGE,
    Stop,
    Terminal,
    cannot_write,
    load_eligibility,
    own_parser,
    problem_line,
)
from trialwright.cli.near import ACTION_WORDS, near
from trialwright.cli.outcome import outcome
from trialwright.cli.outputs import check_output
from trialwright.terms.dates import EARLIEST, LATEST
from trialwright.terms.digits import find_other_digit, is_count, ordinary
from trialwright.terms.message import Message, Text, message
from trialwright.terms.visible import shortened

if TYPE_CHECKING:
    from trialwright.conduct.action import Action
    from trialwright.conduct.trial import Secret, Trial
    from trialwright.exchange.archive import Archive, Seen, Verified
    from trialwright.record.event import Event
    from trialwright.study.model import Study

WITH_SECRET = ("allocate", "unblind", "lock", "see_allocation")
"""The actions that need the secret of the allocation."""

LONGEST_STEP = timedelta(days=366)
"""How far the clock of a rehearsal goes on at once: a year mistyped is caught, a long follow-up is walked in steps."""

_LARGEST_TABLE = 16 << 20  # bytes; a site has some hundred reference ranges

_PREFIXES = {"item": "entries", "causality": "causality", "values": "values"}


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the two commands."""
    return _act_parser(terminal) if command == "act" else _verify_parser(terminal)


def _act_parser(terminal: Terminal) -> argparse.ArgumentParser:
    say = terminal.say
    own = own_parser(
        "act",
        message(
            "Any action of the trial, with the refusals of the site. It works on rehearsals only, which every report of them shows; a real trial takes clock and log-in from the site."
        ),
        "  export TRIALWRIGHT_SECRETS=~/.trialwright-secrets\n"
        "  trialwright act rehearsal open_study study=beam --as sponsor_1 --at 2026-01-05T09:00+08:00\n"
        "  trialwright act rehearsal open_site --site nanjing --as sponsor_1 --at 2026-01-05T09:05+08:00\n"
        "  trialwright act rehearsal consent --site nanjing --as investigator_a --at 2026-01-12T10:00+08:00 \\\n"
        "      date=2026-01-12 sex=female birth=1990-05-17\n"
        "  trialwright act rehearsal --list",
        terminal,
    )
    own.add_argument("archive", metavar="ARCHIVE", help=say(message("the folder of the trial")))
    own.add_argument(
        "action", nargs="?", metavar="ACTION", help=say(message("what is done; --list shows all actions"))
    )
    own.add_argument(
        "values",
        nargs="*",
        metavar="VALUES",
        help=say(message("what the action must be told: key=value; items are written item.PATH=VALUE")),
    )
    own.add_argument("--as", dest="account", metavar="ACCOUNT", help=say(message("who does it")))
    own.add_argument(
        "--at", type=_moment(terminal), metavar="DATETIME", help=say(message("when, with the offset"))
    )
    own.add_argument("--site", default="", help=say(message("at which site; none: for the study as a whole")))
    own.add_argument("--reason", default="", help=say(message("why, where the action asks for it")))
    own.add_argument(
        "--call",
        default="",
        metavar="ID",
        help=say(message("the call's own id; the same id twice is done once")),
    )
    own.add_argument(
        "--expect",
        action="append",
        default=[],
        metavar="STREAM=POSITION",
        help=say(message("where you saw a stream; refused if it has moved")),
    )
    own.add_argument("--list", action="store_true", help=say(message("list the actions and their arguments")))
    return own


def _verify_parser(terminal: Terminal) -> argparse.ArgumentParser:
    own = own_parser(
        "verify",
        message(
            "Check an archive offline: every hash, every text, every definition. Exit 6 if it does not verify."
        ),
        "  trialwright verify rehearsal\n"
        "  trialwright verify rehearsal --head 8401:071bdae20d3432a39baebaabd72030004390622a7b3c1360d77abc7ef99037c2",
        terminal,
    )
    own.add_argument("archive", metavar="ARCHIVE", help=terminal.say(message("the folder of the trial")))
    own.add_argument(
        "--head",
        type=_head(terminal),
        metavar="[POSITION:]DIGEST",
        help=terminal.say(
            message(
                "a head noted earlier, which the archive must still hold: what was written until then is there"
            )
        ),
    )
    return own


def _head(terminal: Terminal) -> Any:
    def read(text: str) -> Seen:
        from trialwright.exchange.archive import Seen

        position, colon, digest = text.rpartition(":")
        written = digest.lower()
        if not re.fullmatch(r"[0-9a-f]{64}", written) or (colon and not is_count(position)):
            raise argparse.ArgumentTypeError(
                terminal.say(
                    message(
                        "{text} is no head: write its 64 hexadecimal digits, or POSITION:DIGEST",
                        text=shortened(text),
                    )
                )
            )
        return Seen(written, int(position) if colon else None)

    return read


def _moment(terminal: Terminal) -> Any:
    def read(text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(ordinary(text))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            said = find_other_digit(text) or message(
                "{text} is no moment with its offset, such as 2026-01-05T09:00+08:00", text=shortened(text)
            )
            raise argparse.ArgumentTypeError(terminal.say(said))
        if not EARLIEST <= moment.date() <= LATEST:
            said = message(
                "{day} is not a day from {earliest} to {latest}",
                day=moment.date(),
                earliest=EARLIEST,
                latest=LATEST,
            )
            raise argparse.ArgumentTypeError(terminal.say(said))
        return moment

    return read


@dataclass(frozen=True, slots=True)
class _Given:
    """The key=value arguments, those of items and pairs apart."""

    plain: dict[str, str]
    grouped: dict[str, dict[str, str]]

    def values(self) -> dict[str, Any]:
        return {**self.plain, **self.grouped}


def run_act(options: argparse.Namespace, terminal: Terminal) -> int:
    """Do one action on a rehearsal."""
    from trialwright.conduct.action import BadArgument, Refusal
    from trialwright.conduct.actions import ACTIONS
    from trialwright.conduct.perform import Request, perform
    from trialwright.exchange.archive import ArchiveBroken

    if options.list:
        return _list_actions(terminal)
    if options.action not in ACTIONS:
        meant = near(options.action, ACTIONS, ACTION_WORDS) if options.action else None
        if meant is not None:
            raise Stop(
                USAGE,
                message("There is no action {name}. Did you mean {near}?", name=options.action, near=meant),
            )
        raise Stop(
            USAGE,
            message(
                "There is no action {name}; there are: {known}.",
                name=options.action or "",
                known=tuple(ACTIONS),
            ),
        )
    for name, value in (("--as", options.account), ("--at", options.at)):
        if value is None:
            raise Stop(USAGE, message("{option} is missing.", option=name))
    given = _read_values(options.values)
    archive, opening, secret = _open(options, given, terminal)
    _settle(archive)
    _check_step(options.at, archive)
    from trialwright.conduct.trial import Trial

    trial = Trial(archive, archive.definition)
    _bring_version(archive, options.action, given, terminal)
    secret = secret or _secret(trial, options.action, archive.folder)
    request = Request(
        id=options.call or os.urandom(16).hex(),
        action=options.action,
        account=options.account,
        at=options.at,
        site=options.site,
        reason=options.reason,
        values=_with_rows(given.values(), ACTIONS[options.action]),
        expect=_read_expect(options.expect),
        opening=opening,
    )
    try:
        answer = perform(trial, request, secret=secret)
    except BadArgument as error:
        raise Stop(USAGE, error.message) from None
    except ArchiveBroken as error:
        raise Stop(RECORDS_UNREADABLE, error.message) from None
    except OSError as error:
        answer = _written_all_the_same(archive, request.id, error, terminal)
    if isinstance(answer, Refusal):
        terminal.tell(message("Refused: {action}.", action=options.action))
        for reason in answer.reasons:
            terminal.tell(message("- {reason}", reason=reason))
        return ANSWER_IS_NO
    try:
        archive.write_manifest()
    except OSError as error:
        terminal.tell(_recorded(archive, error))
    _tell_alerts(answer, trial.definition(answer.study_version), terminal)
    subject = answer.stream.rpartition("/")[2]
    print(f"{answer.position}\t{answer.type}\t{subject}")
    for sentence in outcome(answer, trial):
        terminal.remark(sentence)
    if options.action == "see_allocation" and secret is not None:
        _show_arm(trial, secret, subject, terminal)
    return DONE


def _written_all_the_same(archive: Archive, call: str, error: OSError, terminal: Terminal) -> Event:
    """The event of a call during which a file could not be written; ends the command where there is none."""
    from trialwright.exchange.archive import open_archive

    now = open_archive(archive.folder, draw=os.urandom)
    event = now.call(call)
    if event is None:
        raise Stop(
            USAGE,
            message(
                "{path} cannot be written: {reason}. Nothing was recorded.",
                path=str(error.filename or archive.folder),
                reason=error.strerror or "",
            ),
        ) from None
    if now.readable:
        raise Stop(
            USAGE,
            message(
                "Event {position} is recorded, but what it masks CAN STILL BE READ: {path} cannot be written: {reason}. See to that, then make the same call again (--call {call}) or do any other action: either blanks it.",
                position=event.position,
                path=str(error.filename or archive.folder),
                reason=error.strerror or "",
                call=call,
            ),
        )
    terminal.tell(_recorded(archive, error))
    return event


def _settle(archive: Archive) -> None:
    """Finish what an action before was stopped at, whatever comes of this one."""
    from trialwright.exchange.archive import ArchiveBroken

    try:
        archive.settle()
    except ArchiveBroken as error:
        raise Stop(RECORDS_UNREADABLE, error.message) from None
    except OSError as error:
        if not archive.readable:
            raise cannot_write(error.filename or archive.folder, error) from None
        raise Stop(
            USAGE,
            message(
                "A text that is masked CAN STILL BE READ: {path} cannot be written: {reason}. See to that, then do this or any other action: it blanks the text. Nothing else was done.",
                path=str(error.filename or archive.folder),
                reason=error.strerror or "",
            ),
        ) from None


def _recorded(archive: Archive, error: OSError) -> Message:
    return message(
        "The event is recorded; {path} cannot be written: {reason}. The next action completes it.",
        path=str(error.filename or archive.folder),
        reason=error.strerror or "",
    )


def _check_step(at: datetime, archive: Archive) -> None:
    """Refuse a moment that is surely a slip: the clock of a rehearsal is what it is told, and it never goes back."""
    if archive.head is None:
        return
    last = datetime.fromisoformat(archive.head.at)
    if at > max(last, datetime.now(UTC)) + LONGEST_STEP:
        raise Stop(
            ANSWER_IS_NO,
            message(
                "The moment {at} lies more than a year after the last event, of {last}; once it is recorded, nothing "
                "earlier can be. Correct --at, or go there in steps of a year.",
                at=at.isoformat(),
                last=archive.head.at,
            ),
        )


def _show_arm(trial: Trial, secret: Secret, id: str, terminal: Terminal) -> None:
    """Show the arm to the one who looked it up: its id and its title."""
    from trialwright.conduct.allocated import hidden_arm

    participant = trial.participant(id)
    assert participant is not None  # noqa: S101  # the action was about somebody
    arm = hidden_arm(trial, secret, participant)
    titles = {one.id: one.title for one in trial.definition(trial.version).arms}
    print(f"{arm}\t{terminal.say(titles[arm])}" if arm in titles else arm)


def _tell_alerts(event: Event, study: Study, terminal: Terminal) -> None:
    """Show at once what the event set off."""
    from trialwright.conduct.alerts import EMERGENCY, EMERGENCY_TITLE, emergency_text

    alerts = {alert.id: alert for alert in (study.safety.alerts if study.safety else ())}
    for raised in event.data.get("alerts", ()):
        if raised["alert"] == EMERGENCY:
            participant = event.stream.rpartition("/")[2]
            title: Message | Text = EMERGENCY_TITLE
            text: Message | Text = emergency_text(participant, event.actor, tuple(raised["told"]))
        else:
            title, text = alerts[raised["alert"]].title, alerts[raised["alert"]].message
        terminal.tell(message("ALERT {title}: {text}", title=title, text=text))


def _open(
    options: argparse.Namespace, given: _Given, terminal: Terminal
) -> tuple[Archive, str, Secret | None]:
    """The archive to act on; open_study makes it."""
    from trialwright.cli.secrets import make_secret
    from trialwright.exchange.archive import ArchiveBroken, check_free, create_archive, open_archive
    from trialwright.study.canonical import version

    folder = Path(options.archive)
    try:
        if options.action != "open_study":
            archive = open_archive(folder, draw=os.urandom)
            if not archive.rehearsal:
                raise Stop(
                    USAGE,
                    message("{path} is a real trial; only the site acts on it.", path=str(folder)),
                )
            return archive, "", None
        name = given.plain.pop("study", "")
        if not name:
            raise Stop(USAGE, message("Say which study is opened: study=beam."))
        _check_rehearsal(given.plain.pop("rehearsal", "true"))
        opened = _opened_by(options.call, folder) if options.call else None
        if opened is not None:
            return _opened_again(opened, name, given, terminal)
        check_free(folder)
        check_output(str(folder.absolute().parent))  # no trial inside the archive of another
        study = _released(name, terminal)
        secret = make_secret(archive=folder)  # before the folder is made: a secret too many does no harm
        archive = create_archive(folder, study, rehearsal=True, draw=os.urandom)
        given.plain.update(rehearsal="true")
        return archive, version(study), secret
    except ArchiveBroken as error:
        raise Stop(RECORDS_UNREADABLE, error.message) from None
    except OSError as error:
        raise cannot_write(folder, error) from None


def _check_rehearsal(word: str) -> None:
    """Refuse to open a real trial from the terminal, where anybody may be anyone at any time."""
    said = word.strip().lower()
    if said in ("true", "yes"):
        return
    if said in ("false", "no"):
        raise Stop(
            ANSWER_IS_NO,
            message(
                "Refused: a real trial takes clock and log-in from the site; from the terminal only rehearsals are opened."
            ),
        )
    raise Stop(
        USAGE, message("`{name}` is true or false, not {seen}.", name="rehearsal", seen=shortened(word))
    )


def _opened_by(call: str, folder: Path) -> Archive | None:
    """The archive that an earlier call of this id opened here, perhaps without coming to say so."""
    from trialwright.exchange.archive import ArchiveBroken, open_archive

    try:
        archive = open_archive(folder, draw=os.urandom)
    except ArchiveBroken:  # what lies there is looked at by who makes the new one
        return None
    first = next(archive.events(), None)
    return archive if first is not None and first.id == call and archive.rehearsal else None


def _opened_again(
    archive: Archive, name: str, given: _Given, terminal: Terminal
) -> tuple[Archive, str, Secret | None]:
    """The same as for the first call, with the secret that was made then."""
    from trialwright.cli.secrets import find_secret
    from trialwright.study.canonical import version

    first = next(archive.events())
    opening = version(load_eligibility(name, terminal).study)
    if opening != first.study_version:
        raise Stop(
            ANSWER_IS_NO,
            message("The call id {id} was used already, to open another version of a study.", id=first.id),
        )
    given.plain.update(rehearsal="true")
    return archive, opening, find_secret(first.data.get("commitment", ""), archive=archive.folder)


def _released(name: str, terminal: Terminal) -> Study:
    """A study fit to be conducted: its check finds no error, and every scenario in it comes out as it says."""
    from trialwright.cli.study import find_problems

    eligibility, problems = find_problems(name, terminal)
    errors = [problem for problem in problems if problem.severity == "error"]
    for problem in errors:
        print(problem_line(problem, terminal))
    if errors:
        raise Stop(
            STUDY_INVALID,
            message("The study {name} is not put in force: {count} errors.", name=name, count=len(errors)),
        )
    return eligibility.study


def _bring_version(archive: Archive, action: str, given: _Given, terminal: Terminal) -> None:
    """Offer the archive the study that is to be released or approved, where it is named instead of a version."""
    name = given.plain.get("version", "")
    if action != "approve_version" or not name or name.startswith("sha256:"):
        return
    given.plain["version"] = archive.offer_definition(_released(name, terminal))


def _with_rows(values: dict[str, Any], action: Action) -> dict[str, Any]:
    """The values with the tables read that arguments name as CSV files."""
    tables = {argument.name for argument in action.arguments if argument.kind == "rows"}
    return {name: _read_table(value) if name in tables else value for name, value in values.items()}


def _read_table(path: str) -> list[dict[str, Any]]:
    """The rows of a CSV file; whole numbers of a column of ages as numbers."""
    import csv

    if (
        not Path(path).is_file() or Path(path).stat().st_size > _LARGEST_TABLE
    ):  # a pipe or a device may never end
        raise Stop(USAGE, message("{path} is no table of comma-separated values.", path=path))
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restkey="", restval=""))
    except OSError as error:
        raise Stop(
            USAGE, message("{path} cannot be read: {reason}.", path=path, reason=error.strerror or "")
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise Stop(USAGE, message("{path} is no table of comma-separated values.", path=path)) from None
    return [
        {
            name: int(cell) if name.startswith("age_") and is_count(cell) else cell
            for name, cell in row.items()
        }
        for row in rows
    ]


def _secret(trial: Trial, action: str, folder: Path) -> Secret | None:
    """The secret, for the actions that need it."""
    from trialwright.cli.secrets import find_secret

    return find_secret(trial.study.commitment, archive=folder) if action in WITH_SECRET else None


def _read_values(words: list[str]) -> _Given:
    given = _Given({}, {})
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise Stop(USAGE, message("{word} is not key=value.", word=word))
        prefix, dot, rest = key.partition(".")
        place: dict[str, str] = given.plain
        if dot and prefix in _PREFIXES:
            place, key = given.grouped.setdefault(_PREFIXES[prefix], {}), rest
        if key in place:
            raise Stop(USAGE, message("{key} is given twice.", key=key))
        place[key] = value
    return given


def _read_expect(words: list[str]) -> Mapping[str, int]:
    expected = {}
    for word in words:
        stream, equals, number = word.rpartition("=")
        if not equals or not is_count(number):
            raise Stop(
                USAGE, message("{word} is not STREAM=POSITION, such as participant/nanjing-001=7.", word=word)
            )
        expected[stream] = int(number)
    return expected


def _list_actions(terminal: Terminal) -> int:
    from trialwright.conduct.action import Argument
    from trialwright.conduct.actions import ACTIONS

    study = Argument("study", message("the study: a folder, or the name of a bundled one"))
    terminal_only = {"open_study": (study,)}

    needed: Mapping[bool, Message] = {True: message("needed"), False: message("may be left out")}
    for name, action in ACTIONS.items():
        print(f"{name}: {terminal.say(action.about)}")
        for argument in (*terminal_only.get(name, ()), *action.arguments):
            if argument.kind == "facts":
                continue
            choices = f" ({', '.join(argument.choices)})" if argument.choices else ""
            required = argument.required and (name, argument.name) != ("open_study", "rehearsal")
            print(
                f"    {argument.name}: {terminal.say(argument.about)}{choices} [{terminal.say(needed[required])}]"
            )
    return DONE


def run_verify(options: argparse.Namespace, terminal: Terminal) -> int:
    """Check an archive and say what was checked, or the first thing that does not hold."""
    from trialwright.exchange.archive import ArchiveBroken, Broken, verify_archive

    try:
        found = verify_archive(
            Path(options.archive),
            seen=options.head,
            progress=lambda count: terminal.progress(message("{count} rows checked", count=count)),
        )
    except ArchiveBroken as error:
        raise Stop(RECORDS_UNREADABLE, error.message) from None
    terminal.clear()
    if isinstance(found, Broken):
        place = f"{found.file}:{found.line}" if found.line else found.file
        terminal.show(message("Broken at {place}: {problem}", place=place, problem=found.problem))
        return ANSWER_IS_NO
    if not found.events:
        raise Stop(RECORDS_UNREADABLE, message("{path} holds no event yet.", path=options.archive))
    for sentence in _verified(found):
        terminal.show(sentence)
    return DONE


def _verified(found: Verified) -> Iterator[Message]:
    """What was checked, and what somebody should know of it."""
    if found.rehearsal:
        yield message("A rehearsal with synthetic people.")
    yield message(
        "Verified: {events} events, {texts} entered texts ({masked} masked), {versions} versions of the definition. Head {head}.",
        events=found.events,
        texts=found.texts,
        masked=found.masked,
        versions=len(found.versions),
        head=found.head,
    )
    if found.seen_at is not None:
        yield message(
            "It continues the archive seen before, whose head is event {position} here.",
            position=found.seen_at,
        )
    if found.replayed is not None:
        yield message(
            "The secret is disclosed; {count} allocations were drawn again and agree.", count=found.replayed
        )
    if found.after_closing:
        yield message(
            "{count} events were written after the manifest; they follow its last event.",
            count=found.after_closing,
        )
    if found.unblanked:
        yield message(
            "A masking was interrupted: {count} texts are still to be blanked; the next action does it.",
            count=found.unblanked,
        )
    if found.incomplete or found.incomplete_texts or found.unnamed:
        yield message(
            "A writer was stopped: {bytes} bytes of an unfinished event, {more} bytes of unfinished texts and {texts} texts no event names; the next action takes them away. Nothing complete is lost.",
            bytes=found.incomplete,
            more=found.incomplete_texts,
            texts=found.unnamed,
        )
    if found.foreign:
        yield message("Files that are no part of the archive: {names}.", names=found.foreign)


COMMANDS = {"act": run_act, "verify": run_verify}
