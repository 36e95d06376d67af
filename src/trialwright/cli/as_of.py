"""A trial as commands look at it: an archive only read, as of a day, with no arm while the study is blind."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from trialwright.cli.common import RECORDS_UNREADABLE, USAGE, Stop, Terminal, day_option, output
from trialwright.cli.trial import open_trial
from trialwright.terms.message import message
from trialwright.terms.visible import visible

if TYPE_CHECKING:
    from trialwright.conduct.trial import Trial
    from trialwright.record.event import Event
    from trialwright.record.participant import Participant
    from trialwright.study.model import Study


AS_IT_STOOD = message(
    "the day (that of the last event); an earlier one shows the ledger as it stood at its end"
)
"""What `--on` means where the whole ledger is read."""


def add_trial_options(
    own: argparse.ArgumentParser, terminal: Terminal, *, on: str, formats: tuple[str, ...] = ("table", "json")
) -> None:
    """The options of every command that looks at an archive; `on`: what its day means."""
    own.add_argument("--on", type=day_option(terminal), metavar="DATE", help=on)
    own.add_argument(
        "--format", choices=formats, default="table", help=terminal.say(message("table for people"))
    )
    own.add_argument(
        "--out", metavar="FILE", help=terminal.say(message("write there instead of to the terminal"))
    )


@dataclass(frozen=True)
class AsOf:
    """A trial as of a day. `head`: the last event that counts; `zone`: in which `day` is a calendar day."""

    trial: Trial
    head: Event
    rehearsal: bool
    zone: tzinfo
    day: date

    @property
    def study(self) -> Study:
        """The newest definition in force."""
        return self.trial.definition(self.trial.version)

    @property
    def blind(self) -> bool:
        """Whether nobody may learn an arm."""
        return self.trial.blind and not self.trial.study.unblinded

    def definition(self, participant: Participant) -> Study:
        """The definition in force at the participant's site on the day, by which the site acts."""
        version = self.trial.site(participant.site).version_on(self.day.isoformat())
        return self.trial.definition(version or self.trial.study.version)

    def participants(self) -> tuple[Participant, ...]:
        """Everyone, in order of consent."""
        return tuple(self._shown(one) for one in self.trial.participants())

    def participant(self, number: str) -> Participant:
        """A participant by screening or enrolment number; ends the command where there is none."""
        found = self.trial.participant(number) or next(
            (one for one in self.trial.participants() if one.enrolment_number == number), None
        )
        if found is None:
            raise Stop(
                USAGE, message("There is no participant {id} on {day}.", id=visible(number), day=self.day)
            )
        return self._shown(found)

    def chosen(self, number: str | None) -> tuple[Participant, ...]:
        """The one participant asked about; everyone where none is named."""
        return (self.participant(number),) if number else self.participants()

    def _shown(self, participant: Participant) -> Participant:
        """One disclosed in an emergency is known to the ledger, and stays blind to whoever looks."""
        from trialwright.conduct.trial import hidden

        return hidden(participant) if self.blind else participant

    def opening(self) -> dict[str, Any]:
        """What the JSON of every command begins with."""
        import trialwright

        return {
            "study": self.study.id,
            "study_version": self.trial.version,
            "software": f"trialwright {trialwright.__version__}",
            "rehearsal": self.rehearsal,
            "ledger": {"position": self.head.position, "hash": self.head.hash},
            "on": self.day.isoformat(),
        }

    def first_lines(self, terminal: Terminal) -> Iterator[str]:
        """What the text of every command begins with."""
        from trialwright.reports.words import SYNTHETIC

        if self.rehearsal:
            yield terminal.say(SYNTHETIC)
        yield terminal.say(
            message(
                "{study} on {day}, as the ledger tells it up to event {position}",
                study=self.study.identity.acronym or self.study.id,
                day=self.day,
                position=self.head.position,
            )
        )


def look(path: str, *, on: date | None, participant: str | None = None, replayed: bool = False) -> AsOf:
    """Open an archive and read it as of a day; ends the command with one sentence where it cannot be read.

    `on` None: the day of the last event, where the participant's site is (without one, where that event was made).
    `replayed`: for a day before the last event, the ledger as it stood at the end of that day; else everything that is
    in it counts.
    """
    from trialwright.conduct.trial import Trial
    from trialwright.record.ledger import earlier

    archive, trial = open_trial(path)
    head = archive.head
    assert head is not None  # noqa: S101  # refused by open_trial
    with _readable(path):
        _read(trial)
        zone = _zone(trial, head, participant)
        day = on or datetime.fromisoformat(head.at).astimezone(zone).date()
        end = last_moment(day, zone).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        if replayed and end < head.at:
            past = earlier(archive, until=end)
            if past.head is None:
                raise Stop(USAGE, message("On {day} the study was not open yet.", day=day))
            head, trial = past.head, Trial(past, archive.definition)
            _read(trial)
    return AsOf(trial, head, archive.rehearsal, zone, day)


def last_moment(day: date, zone: tzinfo) -> datetime:
    """The last second of a calendar day."""
    return datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(seconds=1)


def _read(trial: Trial) -> None:
    """Read everything that may be unreadable, once: later nothing of it is a surprise."""
    trial.definition(trial.version)
    for site in trial.site_ids():
        for version, _ in trial.site(site).approved:
            trial.definition(version)
    trial.participants()


@contextmanager
def _readable(path: str) -> Iterator[None]:
    """End the command where the archive does not hold what it should; the first broken row is named."""
    from trialwright.exchange.archive import ArchiveBroken, Broken, verify_archive

    try:
        yield
    except ArchiveBroken as error:
        raise Stop(RECORDS_UNREADABLE, error.message) from None
    except (
        KeyError,
        TypeError,
        ValueError,
        OSError,
    ):  # an event, text or definition that is not what it should be
        found = verify_archive(Path(path))
        if not isinstance(found, Broken):
            raise
        place = f"{found.file}:{found.line}" if found.line else found.file
        raise Stop(
            RECORDS_UNREADABLE,
            message("{path} is broken at {place}: {problem}", path=path, place=place, problem=found.problem),
        ) from None


def _zone(trial: Trial, head: Event, participant: str | None) -> tzinfo:
    site = head.site
    if participant:
        found = trial.participant(participant) or next(
            (one for one in trial.participants() if one.enrolment_number == participant), None
        )
        site = found.site if found else site
    return site_zone(trial, site)


def site_zone(trial: Trial, site: str) -> tzinfo:
    """The time zone of a site; UTC for the study as a whole."""
    sites: Iterable[Any] = trial.definition(trial.version).identity.sites
    name = next((one.time_zone for one in sites if one.id == site), None)
    return ZoneInfo(name) if name else UTC


def write_result(
    options: argparse.Namespace,
    terminal: Terminal,
    *,
    result: Mapping[str, Any],
    lines: Iterable[str],
) -> None:
    """Write a result as JSON, or as lines for people, to the terminal or a file."""
    with output(options.out) as out:
        if options.format == "json":
            out.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
        else:
            out.writelines(line.rstrip() + "\n" for line in lines)
