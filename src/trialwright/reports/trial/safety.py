"""Safety: adverse events by arm, those that were serious, laboratory grades, what was taken, the stopping rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialwright.reports.coded import coded, listed, seriousness
from trialwright.reports.document import Cell, Column, Number
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.event_rates import Rates
from trialwright.reports.trial.exposure import write_exposure
from trialwright.reports.trial.figures_shown import DASH, count_numbers, count_share, percent
from trialwright.reports.trial.lab_grades import write_lab_grades
from trialwright.reports.trial.safety_reports import write_safety_reports
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.reports.words import reason_words
from trialwright.safety.adverse_events import (
    SUMMARY,
    EventCount,
    EventRow,
    belongs_to,
    by_term,
    derive_adverse_events,
    derive_event_counts,
    derive_event_summary,
)
from trialwright.safety.boundary import SOURCE as BOUNDARY_SOURCE
from trialwright.safety.reportable import seriousness as met_criteria
from trialwright.safety.stopping import StoppingStatus, follow_stopping
from trialwright.study.analysis import SAFETY_SET, AnalysisSet
from trialwright.study.prose.tables import rule_in_words
from trialwright.study.prose.words import Words
from trialwright.study.safety import BetaBinomialStopping
from trialwright.terms.message import Message, message

SEVERE = 3


def write_safety(data: TrialData, sheet: Sheet) -> None:
    """All safety tables, by what was taken."""
    sheet.heading(message("Safety"), "safety", level=1)
    groups = _groups(data)
    interventions = frozenset(one.id for one in data.study.interventions)
    rows = derive_adverse_events(data.participants, groups=groups, interventions=interventions)
    sizes = {
        group: sum(each == group for each in groups.values()) for group in dict.fromkeys(groups.values())
    }
    rates = Rates(data, groups)
    _write_summary(data, sheet, rows, groups, sizes, rates)
    _write_terms(data, sheet, rows, groups, sizes)
    _write_serious(data, sheet, rows)
    write_safety_reports(data, sheet)
    write_lab_grades(data, sheet, groups, sizes)
    write_exposure(data, sheet, groups, sizes, rates)
    write_stopping(data, sheet)


def _groups(data: TrialData) -> Mapping[str, str]:
    """The arm of everybody in the safety set, in the order of the arms; everyone in one group while blind."""
    members = data.members(_safety_set(data).id)
    order = data.groups
    return dict(sorted(members.items(), key=lambda each: (order.index(each[1]), each[0])))


def _safety_set(data: TrialData) -> AnalysisSet:
    """The set that the plan calls so; its first where it has none."""
    sets = {each.id: each for each in data.plan.sets}
    return sets.get(SAFETY_SET) or data.plan.sets[0]


def _explain_outside(data: TrialData, groups: Mapping[str, str]) -> Iterator[Message]:
    """Say how many events were recorded of people who are in no group, before enrolment or without treatment."""
    outside = [one for one in data.participants if one.id not in groups and one.adverse_events]
    if outside:
        events = [event.current for one in outside for event in one.adverse_events]
        yield message(
            "In no table by arm, because recorded of participants outside the set ({set}): {events} adverse events, {serious} of them serious, of {people} ({who}), {never} of whom were never enrolled.",
            set=_safety_set(data).title,
            events=len(events),
            serious=sum(bool(met_criteria(event)) for event in events),
            people=len(outside),
            who=tuple(one.id for one in outside),
            never=sum(one.enrolled is None for one in outside),
        )


def _event_trace(what: object, rows: Iterator[EventRow] | list[EventRow]) -> Trace:
    return Trace(
        what,  # type: ignore[arg-type]
        "count",
        "",
        tuple(
            Source(
                row.participant,
                row.term,
                message("grade {grade}", grade=row.grade if row.grade is not None else "?"),
                (row.position,),
                (f"ae/{row.number}",),
            )
            for row in rows
        ),
    )


def _event_columns(
    data: TrialData, first: Message, sizes: Mapping[str, int], *, severe: bool
) -> list[Column]:
    """For each arm how many participants and how many events; then how many of grade 3 or higher, or how many per time."""
    columns = [Column("what", first, "text")]
    for index, (arm, size) in enumerate(sizes.items(), start=1):
        titled = data.group_title(arm)
        over = message("{arm} (n = {count})", arm=titled, count=size)
        asked = [
            Column(f"arm_{index}", message("Participants (%)"), "text", over, titled),
            Column(f"events_{index}", message("Events"), "integer", over, titled, "events"),
        ]
        if severe:
            said = message("Participants with grade {grade} or higher (%)", grade=SEVERE)
            asked.append(Column(f"severe_{index}", said, "text", over, titled))
        else:
            said = message("Per 100 person-years (95 % interval)")
            asked.append(Column(f"rate_{index}", said, "text", over, titled))
        columns += asked
    return columns


def _count_cells(found: EventCount, rows: list[EventRow], what: object) -> list[Entry]:
    """How many participants of a group have an event of a kind, and how many events they have."""
    own = [row for row in rows if row.position in found.positions and row.group == found.group]
    trace = _event_trace(what, own)
    people = traced(
        count_share(found.participants, found.size),
        trace,
        numbers=count_numbers(found.participants, found.size),
    )
    return [people, traced(found.events, trace)]


def _severe_cell(found: EventCount, rows: list[EventRow], what: object) -> Entry:
    """How many participants of a group have an event of a kind of grade 3 or higher."""
    own = [row for row in rows if row.position in found.positions and row.group == found.group]
    _, *rest = count_numbers(found.participants, found.size)
    numbers = (Number("participants_grade_3_or_higher", found.participants), *rest)
    return traced(count_share(found.participants, found.size), _event_trace(what, own), numbers=numbers)


def _write_summary(
    data: TrialData,
    sheet: Sheet,
    rows: tuple[EventRow, ...],
    groups: Mapping[str, str],
    sizes: Mapping[str, int],
    rates: Rates,
) -> None:
    counts = derive_event_summary(rows, groups=groups)
    lines = []
    for name, (said, _) in SUMMARY.items():
        entries: list[Entry] = [said]
        for found in (each for each in counts if each.key == (name,)):
            own = [row for row in rows if belongs_to(row, name)]
            before = name == "any"  # what began before the first dose came in no time at risk
            rate = Cell(None, DASH) if before else rates.entry(said, found.group, own)
            entries += [*_count_cells(found, list(rows), said), rate]
        lines.append(line(*entries))
    sheet.table(
        "ae_summary",
        message("Adverse events: participants with at least one, number of events, and rate"),
        _event_columns(data, message("Adverse events"), sizes, severe=False),
        lines,
        notes=(
            *_explain_emergent(data, rows),
            *rates.explain_clock(),
            *rates.explain(rows),
            *_explain_outside(data, groups),
        ),
    )


def _explain_emergent(data: TrialData, rows: tuple[EventRow, ...]) -> Iterator[Message]:
    """What treatment-emergent means in the tables of adverse events, and of how many events it is not certain."""
    yield message(
        "Treatment-emergent: begun on or after the day of the first dose, given in the study, of any of its interventions ({interventions}), with no last day. All lines but the first, and the table by term, count these alone.",
        interventions=tuple(each.title for each in data.study.interventions),
    )
    unknown = sum(row.emergent is None for row in rows)
    if unknown:
        yield message(
            "Counted as treatment-emergent because it is not known that they began before: {count} events.",
            count=unknown,
        )


def _write_terms(
    data: TrialData,
    sheet: Sheet,
    rows: tuple[EventRow, ...],
    groups: Mapping[str, str],
    sizes: Mapping[str, int],
) -> None:
    emergent = [row for row in rows if row.counts_as_emergent]
    severe = [row for row in emergent if row.grade is not None and row.grade >= SEVERE]
    every = derive_event_counts(emergent, groups=groups, by=by_term)
    grave = {(each.group, each.key): each for each in derive_event_counts(severe, groups=groups, by=by_term)}
    terms = list(dict.fromkeys(each.key for each in every))
    lines: list[Line] = []
    for key in terms:
        shown = next(row.term for row in emergent if by_term(row) == key)
        entries: list[Entry] = [shown]
        for group in sizes:
            found = next(each for each in every if each.key == key and each.group == group)
            none = found._replace(participants=0, events=0, positions=())
            entries += _count_cells(found, emergent, shown)
            entries.append(_severe_cell(grave.get((group, key), none), emergent, shown))
        lines.append(line(*entries))
    if lines:
        sheet.table(
            "ae_terms",
            message("Treatment-emergent adverse events by term"),
            _event_columns(data, message("Term as entered"), sizes, severe=True),
            lines,
            notes=(
                message("Terms are not coded; the same event in other words counts apart."),
                message(
                    "Participants are those with at least one such event. An event without a grade is in the first two columns alone."
                ),
            ),
        )


def _write_serious(data: TrialData, sheet: Sheet, rows: tuple[EventRow, ...]) -> None:
    serious = [row for row in rows if row.serious]
    if not serious:
        sheet.say(message("No serious adverse event was reported."))
        return
    people = {one.id: one for one in data.participants}
    lines = []
    for row in serious:
        event = next(each for each in people[row.participant].adverse_events if each.number == row.number)
        now = event.current
        trace = _event_trace(row.term, [row])
        said = (
            seriousness(row.seriousness),
            coded("causality", row.causality),
            now.start,
            now.end or DASH,
            coded("outcome", row.outcome),
        )
        lines.append(
            line(
                row.participant,
                *(() if data.blind else (row.group,)),
                traced(row.term, trace),
                traced(row.grade, trace, shown=DASH if row.grade is None else None),
                *(traced(what, trace) for what in said),
            )
        )
    sheet.table(
        "serious",
        message("Serious adverse events"),
        [
            Column("participant", message("Participant"), "text"),
            *(() if data.blind else (Column("arm", message("Arm"), "text"),)),
            Column("term", message("Event"), "text"),
            Column("grade", message("Grade"), "integer"),
            Column("criteria", message("Criteria of seriousness"), "text"),
            Column("causality", message("Causality"), "text"),
            Column("start", message("Start"), "text"),
            Column("end", message("End"), "text"),
            Column("outcome", message("Outcome"), "text"),
        ],
        lines,
        notes=_explain_before(serious),
    )


def _explain_before(serious: list[EventRow]) -> Iterator[Message]:
    """Say how many of the serious events are in no line of treatment-emergent ones."""
    before = sum(not row.counts_as_emergent for row in serious)
    if before:
        yield message(
            "Every serious event of the set, {count} of which began before the first dose and are counted as treatment-emergent nowhere.",
            count=before,
        )


def write_stopping(data: TrialData, sheet: Sheet) -> None:
    """Where the study stands against its stopping rules, and when a boundary was first reached."""
    if data.blind or not data.safety.stopping:
        return
    columns = [
        Column("rule", message("Stopping rule"), "text"),
        Column("arms", message("Arms it is about"), "text"),
        Column("counted", message("Events / participants counted"), "text"),
        Column("boundary", message("Stop at so many events"), "integer"),
        Column("probability", message("Probability that the rate is too high"), "text"),
        Column("stop", message("Stop?"), "text"),
    ]
    lines: list[Line] = []
    notes: list[Message] = []
    words = Words(data.study)
    for rule in data.safety.stopping:
        status = follow_stopping(data.safety, rule, data.participants, on=data.on)
        trace = _stopping_trace(status)
        said = {True: message("yes"), False: message("no"), None: message("not known")}[status.stop]
        chance: Message | str = DASH if status.probability is None else percent(status.probability)
        lines.append(
            line(
                rule.rule.title,
                listed(data.group_title(arm) for arm in rule.rule.arms) or message("all arms"),
                traced(
                    f"{status.events}/{status.participants}",
                    trace,
                    numbers=(Number("events", status.events), Number("n", status.participants)),
                ),
                traced(
                    status.boundary,
                    trace,
                    shown=DASH
                    if status.boundary is None
                    else message(
                        "{boundary} of {participants}",
                        boundary=status.boundary,
                        participants=status.participants,
                    ),
                    numbers=()
                    if status.boundary is None
                    else (Number("boundary", status.boundary), Number("n", status.participants)),
                ),
                traced(
                    chance,
                    trace,
                    numbers=()
                    if status.probability is None
                    else (Number("probability", 100 * status.probability, "%"),),
                ),
                traced(said, trace),
            )
        )
        notes.append(_explain_counted(rule.rule, words))
        if status.crossed:
            notes.append(
                message(
                    "{rule}: the boundary was first reached on {day}, with {events} of {participants} participants; the answer stays to stop.",
                    rule=rule.rule.title,
                    **status.crossed._asdict(),
                )
            )
    notes.append(
        message(
            "A participant counts from then on, however short the time since, so that events of the last counted may still come. The probabilities of stopping that are given for a boundary suppose that every outcome is known when the next participant is counted."
        )
    )
    sheet.table("stopping", message("Stopping rules now"), columns, lines, notes=tuple(notes))


def _explain_counted(rule: BetaBinomialStopping, words: Words) -> Message:
    """Who is counted by a stopping rule, and as having what, in words; as the rule is written where it has none."""
    return message(
        "{rule}: a participant is counted once this holds: {population}; the event: {event}.",
        rule=rule.title,
        population=rule_in_words(rule.population, words) or rule.population,
        event=rule_in_words(rule.event, words) or rule.event,
    )


def _stopping_trace(status: StoppingStatus) -> Trace:
    """The rule's prior and limits, who was counted, and who may have to be."""
    rule = status.rule
    sure = tuple(
        Source(
            each.participant,
            message("event") if each.event else message("no event"),
            each.reason,
            each.positions,
            each.facts,
        )
        for each in status.counted
    )
    open_ = tuple(
        Source(each.participant, message("not known"), reason_words(each.reason), each.positions, each.facts)
        for each in status.open
    )
    inputs = (
        (message("Prior"), f"Beta({rule.prior_a}, {rule.prior_b})"),
        (message("Rate not to be exceeded"), rule.rate),
        (message("Probability above which to act"), rule.cut),
        (message("Participants counted"), str(status.participants)),
        (message("Participants with the event"), str(status.events)),
    )
    return Trace(rule.title, rule.method, BOUNDARY_SOURCE, (*sure, *open_), inputs)
