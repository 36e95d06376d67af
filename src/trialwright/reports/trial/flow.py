"""The flow of participants: consented, screened, not eligible and why, enrolled, allocated, treated, followed, analysed.

Every number is a group of people; the figure and the table say the same groups. **Source**: CONSORT 2025, items 22a and
22b with its flow diagram (Hopewell S et al., BMJ 2025;388:e081123).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trialwright.logic.interpreter import evaluate
from trialwright.record.participant import Ended, Participant
from trialwright.reports.coded import listed
from trialwright.reports.document import Column
from trialwright.reports.figures.consort import ArmFlow, Box, Consort, Count, draw_consort
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.membership import explain_sets
from trialwright.reports.trial.sheet import Line, Sheet, Source, Trace, line, traced
from trialwright.study.analysis import BINARY, AnalysisSet
from trialwright.terms.message import Message, Text, message

Reason = Message | Text | str

_ENDS: tuple[tuple[str, Message], ...] = (
    ("died", message("died")),
    ("withdrawn", message("withdrew consent")),
    ("lost", message("lost to follow-up")),
)


@dataclass(frozen=True, slots=True)
class Group:
    """People of whom one thing is said; `parts` say more of them. `why`: what was said of each, by participant."""

    label: Reason
    people: tuple[Participant, ...]
    parts: tuple[Group, ...] = ()
    why: Mapping[str, Reason] = field(default_factory=dict)

    def lines(self, level: int = 0) -> list[tuple[int, Group]]:
        """The group and its parts, each with how deep it lies."""
        return [(level, self), *(each for part in self.parts for each in part.lines(level + 1))]


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
    unscreened = find_not_screened(data)
    screened = Group(message("Screened"), tuple(one for one in everyone if one.screenings or one.enrolled))
    left_out = find_not_enrolled(data)
    enrolled = Group(message("Enrolled"), tuple(one for one in everyone if one.enrolled))
    waiting = find_not_allocated(enrolled.people)
    arms = [] if data.blind else [(arm.id, find_arm(data, arm.id)) for arm in data.arms]
    first = Group(message("Consented"), everyone)
    spine = ((first, unscreened), (screened, left_out), (enrolled, waiting))
    if arms:
        sheet.say(
            message(
                "The arms, as tables and figures name them: {arms}.",
                arms=tuple(message("{arm} ({title})", arm=arm.id, title=arm.title) for arm in data.arms),
            ),
            kind="note",
        )
        stages = (message("Allocated to arms"), message("Follow-up"), message("Analysis"))
        boxes = [group for pair in spine for group in pair if group.people or group is pair[0]]
        drawn = tuple((_box(box), _aside(aside)) for box, aside in spine)
        flows = tuple(ArmFlow(arm, tuple(_box(each) for each in groups)) for arm, groups in arms)
        sheet.figure(
            message("Flow of participants (CONSORT 2025)"),
            draw_consort,
            Consort("flow", message("Flow of participants"), drawn, stages, flows),
            columns=_DRAWN,
            lines=[
                *(each for group in boxes for each in _drawn("", group)),
                *(each for arm, groups in arms for group in groups for each in _drawn(arm, group)),
            ],
            heads=3,
        )
    _table(data, sheet, spine, arms)


_DRAWN = (
    Column("arm", message("Arm"), "text"),
    Column("box", message("Box"), "text"),
    Column("step", message("Step"), "text"),
    Column("participants", message("Participants"), "integer"),
)


def _drawn(arm: str, group: Group) -> Iterator[Line]:
    """What a box of the diagram shows."""
    for _, each in group.lines():
        yield line(
            arm or message("All participants"),
            group.label,
            each.label,
            traced(len(each.people), people_trace(each)),
        )


def _box(group: Group) -> Box:
    counts = [Count(each.label, len(each.people), level - 1) for level, each in group.lines()[1:]]
    return Box(group.label, len(group.people), tuple(counts))


def _aside(group: Group) -> Box | None:
    return _box(group) if group.people else None


# Before allocation


def find_not_screened(data: TrialData) -> Group:
    """Everybody who consented and was not screened: gone before, or still waiting."""
    people = tuple(one for one in data.participants if not one.enrolled and not one.screenings)
    here = Group(message("not screened yet"), tuple(one for one in people if _end(one) is None))
    gone = _ended([one for one in people if _end(one) is not None])
    label = message("Not screened") if here.people else message("Left before screening")
    return Group(label, people, (*gone, *((here,) if here.people else ())))


def find_not_enrolled(data: TrialData) -> Group:
    """Everybody who was screened and not enrolled: not eligible by criterion, undetermined, gone, or still waiting."""
    people = tuple(one for one in data.participants if not one.enrolled and one.screenings)
    titles = {criterion.id: criterion.title for criterion in data.study.criteria}

    def criteria(members: tuple[Participant, ...], verdict: str) -> tuple[Group, ...]:
        found = [
            Group(
                message("{id} {title}", id=id, title=title),
                tuple(one for one in members if one.screenings[-1].verdicts.get(id) == verdict),
            )
            for id, title in titles.items()
        ]
        return _most_first(found)

    judged = {one.id: one.screenings[-1].verdict for one in people}
    failed = tuple(one for one in people if judged[one.id] == "ineligible")
    rest = [one for one in people if judged[one.id] != "ineligible"]
    gone = [one for one in rest if _end(one) is not None]
    here = [one for one in rest if _end(one) is None]
    undetermined = tuple(one for one in here if judged[one.id] == "undetermined")
    fails = criteria(failed, "fail")
    several = sum(len(each.people) for each in fails) > len(failed)
    parts = [
        Group(
            message("not eligible (somebody may fail several criteria)")
            if several
            else message("not eligible"),
            failed,
            fails,
        ),
        *_ended(gone),
        Group(message("eligibility not known yet"), undetermined, criteria(undetermined, "unknown")),
        Group(message("eligible, not enrolled"), tuple(one for one in here if judged[one.id] == "eligible")),
    ]
    return Group(message("Not enrolled"), people, tuple(each for each in parts if each.people))


def find_not_allocated(enrolled: Iterable[Participant]) -> Group:
    """Who was enrolled and has no arm, and why."""
    people = tuple(one for one in enrolled if not one.allocated)
    gone = [one for one in people if _end(one) is not None]
    waiting = Group(message("not allocated yet"), tuple(one for one in people if _end(one) is None))
    parts = (*_ended(gone), *((waiting,) if waiting.people else ()))
    return Group(message("Enrolled, not allocated"), people, parts)


def _end(participant: Participant) -> Ended | None:
    return participant.died or participant.withdrawn or participant.lost


def _ended(people: Sequence[Participant]) -> list[Group]:
    """Those whose course ended before its last visit, by how, and by the reason given."""
    found = []
    for name, said in _ENDS:
        own = tuple(one for one in people if str(ending(one)) == str(said))
        reasons = {one.id: getattr(one, name).reason.strip() for one in own}
        # Of a death the reason says from whom it is known, not why somebody died.
        found.append(Group(said, own, () if name == "died" else _by_reason(own, reasons), reasons))
    return [each for each in found if each.people]


def _by_reason(people: Iterable[Participant], reasons: Mapping[str, str]) -> tuple[Group, ...]:
    """People by the reason somebody wrote down; one that is missing or was masked is said to be so."""
    found: dict[str, list[Participant]] = {}
    for one in people:
        found.setdefault(reasons[one.id], []).append(one)
    return _most_first(
        Group(reason or message("no reason on record"), tuple(members)) for reason, members in found.items()
    )


def _most_first(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted((each for each in groups if each.people), key=lambda each: -len(each.people)))


# From allocation on


def find_arm(data: TrialData, arm: str) -> tuple[Group, Group, Group]:
    """The people of an arm as they were allocated, followed and analysed."""
    people = data.allocated(arm)
    return _allocation(people), _follow_up(data, people), _analysis(data, arm, people)


def _allocation(people: tuple[Participant, ...]) -> Group:
    without = tuple(one for one in people if not _treated(one))
    return Group(
        message("Allocated"),
        people,
        (
            Group(message("received an intervention"), tuple(one for one in people if _treated(one))),
            Group(message("received no intervention"), without, tuple(_by_state(without))),
        ),
    )


def _by_state(people: Sequence[Participant]) -> list[Group]:
    gone = _ended([one for one in people if _end(one) is not None])
    here = tuple(one for one in people if _end(one) is None and not one.completed)
    done = tuple(one for one in people if _end(one) is None and one.completed)
    states = (Group(message("completed"), done), Group(message("in the study"), here))
    return [*(each for each in states if each.people), *gone]


def _follow_up(data: TrialData, people: tuple[Participant, ...]) -> Group:
    stopped = []
    for intervention in data.study.interventions:
        reasons = {
            one.id: each.reason.strip()
            for one in people
            for each in one.discontinuations
            if each.intervention == intervention.id
        }
        own = tuple(one for one in people if one.id in reasons)
        stopped.append(
            Group(
                message("of these, stopped {intervention} for good", intervention=intervention.title),
                own,
                _by_reason(own, reasons),
                reasons,
            )
        )
    parts = [*_by_state(people), *_most_first(stopped)]
    return Group(message("Followed"), people, tuple(parts))


def _analysis(data: TrialData, arm: str, people: tuple[Participant, ...]) -> Group:
    """The first set, with the answers to the primary question and who is left out; then the other sets."""
    sets = [_set(data, each, arm, people) for each in data.plan.sets]
    first = sets[0]
    return Group(first.label, first.people, (*_answers(data, arm), *first.parts, *sets[1:]))


def _set(data: TrialData, each: AnalysisSet, arm: str, people: tuple[Participant, ...]) -> Group:
    """The members of an analysis set in an arm, with those of the arm who are left out or counted elsewhere."""
    members = data.cohort.members(each.id)
    inside = tuple(one for one in data.participants if members.get(one.id) == arm)
    outside = tuple(one for one in people if one.id not in members)
    elsewhere = tuple(one for one in people if members.get(one.id, arm) != arm)
    whys: dict[str, Reason] = {one.id: _why_outside(data, each.id, one.id) for one in outside}
    reasons: dict[Reason, list[Participant]] = {}
    for one in outside:
        reasons.setdefault(whys[one.id], []).append(one)
    parts = [
        Group(
            message("left out"),
            outside,
            _most_first(Group(why, tuple(members)) for why, members in reasons.items()),
            whys,
        ),
        Group(message("counted in the arm whose treatment was received"), elsewhere),
    ]
    return Group(each.title, inside, tuple(part for part in parts if part.people))


def _why_outside(data: TrialData, name: str, participant: str) -> Reason:
    """What decided that somebody does not belong to a set, in the words of the concepts its rule reads."""
    one = data.followed(participant)
    rule = data.rules.chosen.sets[name]
    member = data.cohort.sets[participant][name]
    if rule.condition is None or member.truth:
        return message("the treatment received is not known")
    labels = {concept.name: concept.label for concept in data.study.concepts}
    present: list[Reason] = []
    absent: list[Reason] = []
    for leaf in evaluate(rule.condition, one.on_day(one.on)).leaves():
        label = labels.get(getattr(leaf.leaf, "concept", ""), leaf.reason)
        (present if leaf.truth else absent).append(label)
    if member.truth is None:
        return message("not known: {what}", what=tuple(dict.fromkeys((*present, *absent))))
    if present:
        return listed(dict.fromkeys(present))
    return message("none of: {what}", what=tuple(dict.fromkeys(absent)))


def _answers(data: TrialData, arm: str) -> list[Group]:
    """Where the answers to the primary question come from: observed, or by which intercurrent event."""
    primary = next((each for each in data.plan.estimands if each.level == "primary"), None)
    if primary is None:
        return []
    people = {one.id: one for one in data.participants}
    observed = (
        message("{estimand} observed (yes or no)", estimand=primary.title)
        if primary.summary in BINARY
        else message("{estimand}: an answer observed", estimand=primary.title)
    )
    labels: dict[str | None, Reason] = {None: observed}
    for each in data.plan.intercurrent_events:
        labels[each.id] = message("by strategy: {event}", event=each.title)
    found: dict[str | None, list[Participant]] = {name: [] for name in labels}
    for one in data.cohort.population(primary).analysed:
        if one.arm == arm:
            found.setdefault(one.row.event, []).append(people[one.row.participant])
    return [
        Group(labels.get(name, message("by strategy: {event}", event=name)), tuple(members))
        for name, members in found.items()
        if members
    ]


def _treated(participant: Participant) -> bool:
    return any(not dose.prior for dose in participant.doses)


# The table


def people_trace(group: Group) -> Trace:
    """Where a number of people comes from: each of them, with the events that say so."""
    rows = []
    for one in group.people:
        turns = [one.died, one.withdrawn, one.lost, one.completed, one.enrolled, one.allocated]
        positions = {turn.position for turn in turns if turn is not None}
        positions.add(one.consents[0].position)
        positions |= {screening.position for screening in one.screenings}
        positions |= {each.position for each in one.discontinuations}
        rows.append(Source(one.id, "", group.why.get(one.id, ""), tuple(sorted(positions))))
    return Trace(group.label, rows=tuple(rows))


def _table(
    data: TrialData,
    sheet: Sheet,
    spine: Sequence[tuple[Group, Group]],
    arms: Sequence[tuple[str, tuple[Group, Group, Group]]],
) -> None:
    columns = [
        Column("step", message("Step"), "text"),
        Column("participants", message("Participants"), "integer"),
    ]

    def counted(level: int, group: Group) -> Line:
        return line(group.label, traced(len(group.people), people_trace(group)), level=min(level, 3))

    lines: list[Line] = []
    for pair in spine:
        for group in pair:
            if group.people or group is pair[0]:
                lines += [counted(level, each) for level, each in group.lines()]
    allocated = tuple(one for one in data.participants if one.allocated)
    lines.append(counted(0, Group(message("Allocated"), allocated)))
    for arm, groups in arms:
        lines.append(counted(1, Group(arm, groups[0].people)))
        for group in groups[:2]:
            lines += [counted(level - 1, each) for level, each in group.lines(2)[1:]]
        lines += [counted(level, each) for level, each in groups[2].lines(2)]
    for each in data.plan.sets:
        members = data.cohort.belonging(each.id)
        people = tuple(one for one in data.participants if one.id in members)
        lines.append(counted(0, Group(each.title, people)))
    sheet.table(
        "flow",
        message("Participants at each step, and analysis sets"),
        columns,
        lines,
        notes=(
            message(
                "Whoever was asked and did not consent is not in the ledger. Reasons are given as entered."
            ),
            *explain_sets(data),
        ),
    )
