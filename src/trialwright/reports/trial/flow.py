"""The flow of participants: consented, excluded and why, enrolled, allocated, treated, followed, analysed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from trialwright.record.participant import Participant
from trialwright.reports.document import Column
from trialwright.reports.figures.consort import ArmFlow, Box, Consort, Count, draw_consort
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.membership import explain_sets
from trialwright.reports.trial.sheet import Line, Sheet, Source, Trace, line, traced
from trialwright.terms.message import Message, Text, message

Reason = Message | Text | str

_ENDS: tuple[tuple[str, Message], ...] = (
    ("died", message("died")),
    ("withdrawn", message("withdrew consent")),
    ("lost", message("lost to follow-up")),
)


def exclusion(data: TrialData, participant: Participant) -> Reason:
    """Why somebody who consented was not enrolled: the first criterion that failed, else what is open, else the end."""
    for name, said in _ENDS:
        if getattr(participant, name) is not None:
            return said
    if not participant.screenings:
        return message("not screened yet")
    verdicts = participant.screenings[-1].verdicts
    titles = {criterion.id: criterion.title for criterion in data.study.criteria}
    for wanted in ("fail", "unknown"):
        for id, verdict in verdicts.items():
            if verdict == wanted:
                said = message("{id} {title}", id=id, title=titles.get(id, id))
                return said if wanted == "fail" else message("{criterion}: not known", criterion=said)
    return message("eligible, not enrolled")


def ending(participant: Participant) -> Message:
    """How a participant's course stands."""
    for name, said in _ENDS:
        if getattr(participant, name) is not None:
            return said
    return message("completed") if participant.completed else message("in the study")


def write_flow(data: TrialData, sheet: Sheet) -> None:
    """The flow diagram, and the same numbers as a table that can be traced."""
    sheet.heading(message("Flow of participants"), "flow", level=1)
    everyone = data.participants
    enrolled = [one for one in everyone if one.enrolled]
    left_out = [one for one in everyone if not one.enrolled]
    allocated = [one for one in enrolled if one.allocated]
    waiting = [one for one in enrolled if not one.allocated]
    reasons = Counter(exclusion(data, one) for one in left_out)
    if not data.blind and data.arms:
        spine = [
            (
                Box(message("Consented and screened"), len(everyone)),
                Box(
                    message("Not enrolled"),
                    len(left_out),
                    tuple(Count(reason, count) for reason, count in reasons.most_common()),
                )
                if left_out
                else None,
            ),
            (
                Box(message("Enrolled"), len(enrolled)),
                Box(message("Not allocated"), len(waiting)) if waiting else None,
            ),
        ]
        stages = (message("Allocation"), message("Follow-up"), message("Analysis"))
        flows = tuple(_arm(data, arm.id) for arm in data.arms)
        sheet.figure(
            message("Flow of participants (CONSORT 2025)"),
            draw_consort,
            Consort("flow", message("Flow of participants"), tuple(spine), stages, flows),
        )
    _table(data, sheet, left_out, allocated, waiting)


def _arm(data: TrialData, arm: str) -> ArmFlow:
    people = data.allocated(arm)
    treated = [one for one in people if _treated(one)]
    states = Counter(ending(one) for one in people)
    members = data.cohort.members(_full_set(data))
    analysed = sum(members.get(one.id) == arm for one in people)
    return ArmFlow(
        arm,
        (
            Box(
                message("Allocated"),
                len(people),
                (
                    Count(message("received an intervention"), len(treated)),
                    Count(message("received none"), len(people) - len(treated)),
                ),
            ),
            Box(
                message("Followed"),
                len(people),
                tuple(Count(said, count) for said, count in states.most_common()),
            ),
            Box(message("Full analysis set"), analysed),
        ),
    )


def _full_set(data: TrialData) -> str:
    return data.plan.sets[0].id


def _treated(participant: Participant) -> bool:
    return any(not dose.prior for dose in participant.doses)


def people_trace(
    what: Reason, people: Iterable[Participant], reason: Sequence[Reason] | None = None
) -> Trace:
    """Where a number of people comes from: each of them, with the event that says so."""
    rows = []
    for index, one in enumerate(people):
        turns = [one.died, one.withdrawn, one.lost, one.completed, one.enrolled, one.allocated]
        positions = {turn.position for turn in turns if turn is not None}
        positions.add(one.consents[0].position)
        positions |= {screening.position for screening in one.screenings}
        said = reason[index] if reason else ""
        rows.append(Source(one.id, "", said, tuple(sorted(positions))))
    return Trace(what, rows=tuple(rows))


def _table(
    data: TrialData,
    sheet: Sheet,
    left_out: list[Participant],
    allocated: list[Participant],
    waiting: list[Participant],
) -> None:
    columns = [
        Column("step", message("Step"), "text"),
        Column("participants", message("Participants"), "integer"),
    ]

    def counted(label: Reason, people: list[Participant], *, level: int = 0) -> Line:
        return line(label, traced(len(people), people_trace(label, people)), level=level)

    lines = [counted(message("Consented and screened"), list(data.participants))]
    lines.append(counted(message("Not enrolled"), left_out))
    found: dict[Reason, list[Participant]] = {}
    for one in left_out:
        found.setdefault(exclusion(data, one), []).append(one)
    for reason, people in sorted(found.items(), key=lambda each: -len(each[1])):
        lines.append(counted(reason, people, level=1))
    lines.append(counted(message("Enrolled"), [one for one in data.participants if one.enrolled]))
    if waiting:
        lines.append(counted(message("Enrolled, not allocated"), waiting, level=1))
    lines.append(counted(message("Allocated"), allocated))
    if not data.blind:
        for arm in data.arms:
            people = list(data.allocated(arm.id))
            lines.append(counted(arm.id, people, level=1))
            lines.append(
                counted(
                    message("received an intervention"), [one for one in people if _treated(one)], level=2
                )
            )
            states: dict[Message, list[Participant]] = {}
            for one in people:
                states.setdefault(ending(one), []).append(one)
            lines += [counted(said, members, level=2) for said, members in states.items()]
    for each in data.plan.sets:
        members = data.cohort.belonging(each.id)
        people = [one for one in data.participants if one.id in members]
        lines.append(counted(each.title, people))
    sheet.table(
        "flow",
        message("Participants at each step, and analysis sets"),
        columns,
        lines,
        notes=tuple(explain_sets(data)),
    )
