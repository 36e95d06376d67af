"""Laboratory grades by arm: how many were evaluated for each term, and the worst grade of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from trialwright.reports.document import Column, Number
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.safety.lab_grades import LabGrade, WorstGrade, derive_lab_grades, derive_worst_grades
from trialwright.study.safety import GradedTerm
from trialwright.terms.message import Message, Text, message

GRADES = range(1, 5)


class Evaluated(NamedTuple):
    """One participant with a result of a term since the baseline: the worst grade, and the results it was chosen from."""

    worst: WorstGrade
    results: tuple[LabGrade, ...]


def write_lab_grades(
    data: TrialData, sheet: Sheet, groups: Mapping[str, str], sizes: Mapping[str, int]
) -> None:
    """The worst grade of each term, also of those of which nobody has one, beside how many were evaluated."""
    evaluated = [
        each for one in data.participants if one.id in groups for each in _evaluated(data, one.id, groups)
    ]
    if not evaluated:
        return
    lines: list[Line] = []
    for rule in data.safety.terms:
        own = [each for each in evaluated if each.worst.term.id == rule.term.id]
        found = [[each for each in own if groups[each.worst.participant] == group] for group in sizes]
        lines.append(_term_line(rule.term, found))
    since = _since(data)
    sheet.table(
        "lab_grades",
        message("Worst laboratory grade since {anchor}: participants of grade 1 / 2 / 3 / 4", anchor=since),
        _columns(data, sizes),
        lines,
        notes=_explain(data, since),
    )


def _evaluated(data: TrialData, participant: str, groups: Mapping[str, str]) -> Iterator[Evaluated]:
    """Every term of which a participant has a result since the baseline."""
    one = next(each for each in data.participants if each.id == participant)
    rows = derive_lab_grades(data.safety, one, on=data.on)
    for worst in derive_worst_grades(rows):
        if worst.results:
            own = (row for row in rows if row.term.id == worst.term.id and row.on_treatment is not False)
            yield Evaluated(worst, tuple(own))


def _since(data: TrialData) -> Message | Text:
    """The day from which on a result counts, in the words of the schedule."""
    baseline, schedule = data.plan.baseline, data.study.schedule
    anchors = {each.id: each.title for each in schedule.anchors} if schedule else {}
    anchor = baseline.readings[baseline.chosen].anchor if baseline else ""
    return anchors.get(anchor) or message("the baseline")


def _columns(data: TrialData, sizes: Mapping[str, int]) -> list[Column]:
    columns = [Column("what", message("Term"), "text")]
    for index, (arm, size) in enumerate(sizes.items(), start=1):
        titled = data.group_title(arm)
        over = message("{arm} (n = {count})", arm=titled, count=size)
        columns.append(
            Column(f"evaluated_{index}", message("Evaluated"), "integer", over, titled, "participants")
        )
        columns.append(Column(f"arm_{index}", message("Grade 1 / 2 / 3 / 4"), "text", over, titled))
    return columns


def _term_line(term: GradedTerm, by_group: Sequence[Sequence[Evaluated]]) -> Line:
    entries: list[Entry] = [term.title]
    for found in by_group:
        measured = Trace(term.title, "evaluated", "", tuple(_measured(each) for each in found))
        entries.append(traced(len(found), measured))
        counts = {grade: sum(each.worst.grade.value == grade for each in found) for grade in GRADES}
        unknown = sum(each.worst.grade.value is None for each in found)
        shown = " / ".join(str(counts[grade]) for grade in GRADES)
        if unknown:
            shown += f" ({unknown} ?)"
        sources = tuple(_graded(each.worst) for each in found if each.worst.grade.value != 0)
        numbers = [Number(f"grade_{grade}", counts[grade]) for grade in GRADES]
        numbers.append(Number("grade_not_known", unknown))
        entries.append(traced(shown, Trace(term.title, "worst grade", "", sources), numbers=numbers))
    return line(*entries)


def _measured(each: Evaluated) -> Source:
    """A participant with every result that was evaluated."""
    count = len(each.results)
    said = message("1 result") if count == 1 else message("{count} results", count=count)
    positions = {row.position for row in each.results if row.position is not None}
    facts = tuple(row.fact.fact for row in each.results)
    return Source(each.worst.participant, said, "", tuple(sorted(positions)), facts)


def _graded(worst: WorstGrade) -> Source:
    row = worst.row
    grade = str(worst.grade.value) if worst.grade.value is not None else "?"
    if row is None:
        return Source(worst.participant, grade, worst.grade.reason)
    positions = (row.position,) if row.position is not None else ()
    return Source(worst.participant, grade, worst.grade.reason, positions, (row.fact.fact,))


def _explain(data: TrialData, since: Message | Text) -> Iterator[Message]:
    """By what was graded, which results count, and how this differs from the tables of adverse events."""
    grading = data.study.safety.grading if data.study.safety else None
    if grading:
        yield message("Graded by {version}.", version=f"{grading.standard} {grading.version}")
    yield message(
        "Counted: grades above that at baseline, of results after the baseline ({anchor}), not from the first dose on as for adverse events. Evaluated: participants with at least one such result; (n ?): n of them whose grade cannot be told.",
        anchor=since,
    )
    whatever = tuple(rule.term.title for rule in data.safety.terms if not rule.term.from_baseline)
    if whatever:
        yield message("Counted whatever the grade at baseline: {terms}.", terms=whatever)
