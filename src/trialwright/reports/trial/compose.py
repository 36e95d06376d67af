"""The whole report: its sections in their order, and the trace of every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialwright.reports.document import Block, Document, Heading, Table
from trialwright.reports.trial.baseline import write_baseline
from trialwright.reports.trial.course import write_course
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.flow import write_flow
from trialwright.reports.trial.profiles import write_profiles
from trialwright.reports.trial.published import write_published
from trialwright.reports.trial.quality import write_quality
from trialwright.reports.trial.responders import COMPARISON, write_responders
from trialwright.reports.trial.safety import write_safety
from trialwright.reports.trial.sheet import Sheet, Trace
from trialwright.reports.trial.survival import TIMES
from trialwright.reports.trial.unblindings import write_unblindings
from trialwright.reports.trial.versions import say_versions
from trialwright.terms.message import Message, message


@dataclass(frozen=True, slots=True)
class TrialReport:
    """A report with the trace of every cell and figure, by its id."""

    document: Document
    traces: Mapping[str, Trace]


def compose_report(data: TrialData, *, catalogue: Mapping[str, str], figures: bool = True) -> TrialReport:
    """Compose the report of a trial.

    `catalogue`: the language in which figures are drawn; without `figures` what they would draw stands in their place.
    """
    sheet = Sheet(catalogue, figures=figures, caution=explain_early_look(data))
    say_state(data, sheet)
    sheet.say(
        message(
            "Reasons, terms and descriptions that people entered stand as they entered them, in the language they wrote."
        ),
        kind="note",
    )
    say_versions(data.versions, sheet)
    _write_until_course(data, sheet)
    write_safety(data, sheet)
    write_quality(data, sheet)
    write_unblindings(data, sheet)
    sheet.caution = None  # what was published is no early look
    write_published(data.study, sheet)
    write_profiles(data, sheet)
    return TrialReport(Document(report_title(data), data.origin, tuple(sheet.blocks)), sheet.traces)


def _write_until_course(data: TrialData, sheet: Sheet) -> None:
    write_flow(data, sheet)
    write_baseline(data, sheet)
    if not data.blind:
        write_responders(data, sheet)
    write_course(data, sheet)


def compose_analysis(data: TrialData) -> TrialReport:
    """Compose what a report says of the planned comparisons and times to event: its tables, with the ids it gives them.

    Before them stands what the first page of the report says: that nobody exists, that the study is not locked.
    """
    early = explain_early_look(data)
    sheet = Sheet({}, figures=False, caution=early)
    say_state(data, sheet)
    if early is not None:
        sheet.say(early, kind="warning")
    blocks: list[Block] = [*sheet.blocks]
    sheet.blocks.clear()
    _write_until_course(data, sheet)
    chapter = ""
    for block in sheet.blocks:
        if isinstance(block, Heading) and block.level == 1:
            chapter = block.anchor
        wanted = chapter == COMPARISON or (isinstance(block, Table) and block.name == TIMES)
        if wanted and not (isinstance(block, Table) and block.letter == "F"):
            blocks.append(block)
    return TrialReport(Document(_analysis_title(data), data.origin, tuple(blocks)), sheet.traces)


def _analysis_title(data: TrialData) -> Message:
    """What the analysis is called: whether the study is locked stands in it."""
    study = data.study.identity.acronym or data.study.id
    if data.locked:
        return message("Analysis of the trial {study}, which is locked", study=study)
    return message("Analysis of the trial {study} before its lock", study=study)


def report_title(data: TrialData) -> Message:
    """What the report is called: until the study is locked it is an interim one."""
    study = data.study.identity.acronym or data.study.id
    if data.locked:
        return message("Report of the trial {study}", study=study)
    return message("Interim report of the trial {study}", study=study)


def say_state(data: TrialData, sheet: Sheet) -> None:
    """What must be known before any number is read: that nobody exists, that arms are hidden, that data may change."""
    if data.origin.rehearsal:
        sheet.say(
            message("A rehearsal: nobody in this report exists. Every person, value and event is synthetic."),
            kind="warning",
        )
    if data.blind:
        sheet.say(
            message(
                "The study is blind: arms are not shown and nothing is compared before it is unblinded. What is shown is of all participants together."
            ),
            kind="warning",
        )
    if not data.locked:
        say_interim(data, sheet)


def explain_early_look(data: TrialData) -> Message | None:
    """What stands beside every P value and interval while the study is not locked; None once it is.

    An analysis plan has no place for interim analyses, so that every look before the lock is an unplanned one.

    **Source**: ICH E9 (1998), 4.5: interim analyses are planned in advance and described in the protocol before
    unblinded comparisons are seen; an unplanned one may flaw the results and weaken confidence in the conclusions.
    """
    if data.locked:
        return None
    return message(
        "The study is not locked and its plan has no interim analysis: these P values and intervals serve the conduct of the trial and support no conclusion. Nothing corrects them for the early look."
    )


def say_interim(data: TrialData, sheet: Sheet) -> None:
    """That the study takes data still, and how many are on their way."""
    allocated = [one for one in data.cohort.followed if one.participant.allocated]
    sheet.say(
        message(
            "Interim: the study is not locked, and its records up to {day} may still grow and change. Of {allocated} allocated participants {running} have not ended their participation.",
            day=data.on,
            allocated=len(allocated),
            running=sum(one.ended is None for one in allocated),
        ),
        kind="warning",
    )
