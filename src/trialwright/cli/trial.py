"""What commands about a trial under way share: opening the archive, the data of its report, and the report."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.cli.common import ANSWER_IS_NO, RECORDS_UNREADABLE, STUDY_INVALID, Stop, Terminal
from trialwright.terms.message import message

if TYPE_CHECKING:
    from trialwright.conduct.trial import Trial
    from trialwright.exchange.archive import Archive
    from trialwright.record.participant import Participant
    from trialwright.reports.trial.compose import TrialReport
    from trialwright.reports.trial.data import TrialData
    from trialwright.reports.trial.versions import VersionInForce


def open_trial(path: str) -> tuple[Archive, Trial]:
    """Open an archive to read it; ends the command with a sentence where it is none, or holds nothing."""
    from trialwright.conduct.trial import Trial
    from trialwright.exchange.archive import ArchiveBroken, open_archive

    try:
        archive = open_archive(Path(path), draw=os.urandom)
    except ArchiveBroken as error:
        raise Stop(RECORDS_UNREADABLE, error.message) from None
    if archive.head is None:
        raise Stop(RECORDS_UNREADABLE, message("{path} holds no event yet.", path=path))
    return archive, Trial(archive, archive.definition)


def trial_data(path: str) -> TrialData:
    """Everything a report of an archive is made from, as of its last event."""
    import trialwright
    from trialwright.reports.document import Origin
    from trialwright.reports.trial.data import TrialData
    from trialwright.study.errors import StudyInvalid

    archive, trial = open_trial(path)
    head = archive.head
    assert head is not None  # noqa: S101  # refused by open_trial
    version = trial.version
    try:
        study = trial.definition(version)
    except StudyInvalid as error:
        raise Stop(STUDY_INVALID, error.problems[0].message) from None
    if study.analysis is None:
        raise Stop(
            STUDY_INVALID, message("The study {study} has no analysis plan (analysis.yaml).", study=study.id)
        )
    moment = datetime.fromisoformat(head.at)
    identity = study.identity
    origin = Origin(
        identity.acronym or study.id,
        identity.titles.brief,
        version,
        head.position,
        head.hash,
        f"trialwright {trialwright.__version__}",
        moment,
        archive.rehearsal,
    )
    blind = trial.blind and not trial.study.unblinded
    people = trial.participants()
    return TrialData(
        study,
        people,
        moment.date(),
        origin,
        blind=blind,
        locked=bool(trial.study.locked),
        versions=_versions(trial, people),
    )


def _versions(trial: Trial, people: Iterable[Participant]) -> tuple[VersionInForce, ...]:
    """The versions approved at some site, in the order of their approval, with how many were enrolled under each."""
    from trialwright.conduct.trial import participant_stream
    from trialwright.reports.trial.versions import VersionInForce

    approved = sorted(
        (day, site, version) for site in trial.site_ids() for version, day in trial.site(site).approved
    )
    enrolled = Counter(
        event.study_version
        for one in people
        if one.enrolled is not None
        for event in trial.store.stream(participant_stream(one.id))
        if event.position == one.enrolled.position
    )
    released = {each.version: each.date for each in reversed(trial.study.released)}
    return tuple(
        VersionInForce(
            str(trial.definition(version).identity.version),
            version,
            released.get(version, ""),
            tuple((site, day) for day, site, named in approved if named == version),
            enrolled[version],
        )
        for version in dict.fromkeys(version for _, _, version in approved)
    )


def compose(path: str, terminal: Terminal, *, figures: bool = True) -> TrialReport:
    """The report of an archive that verifies, as of its last event; without `figures` where nobody looks at them."""
    from trialwright.reports.trial.compose import compose_report

    check_verified(path, terminal)
    data = trial_data(path)
    terminal.progress(message("computing"))
    return compose_report(data, catalogue=terminal.catalogue, figures=figures)


def check_verified(path: str, terminal: Terminal) -> None:
    """Refuse an archive that does not verify: no number comes out of it."""
    from trialwright.exchange.archive import ArchiveBroken, Broken, verify_archive

    try:
        found = verify_archive(
            Path(path), progress=lambda count: terminal.progress(message("{count} rows checked", count=count))
        )
    except ArchiveBroken:
        open_trial(path)  # says what is wrong
        raise
    if isinstance(found, Broken):
        place = f"{found.file}:{found.line}" if found.line else found.file
        raise Stop(
            ANSWER_IS_NO,
            message(
                "The archive does not verify, so nothing is computed from it. {place}: {problem}",
                place=place,
                problem=found.problem,
            ),
        )
