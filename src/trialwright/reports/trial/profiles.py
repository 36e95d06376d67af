"""Each participant on a page: days, visits with the main results and the response, doses, events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from trialwright.conduct.dosing.present import ends_hold, exact_day
from trialwright.conduct.schedule import PlannedVisit, plan_visits
from trialwright.endpoints.follow_up import FollowUp, Held
from trialwright.endpoints.response import assess_response, explain_response
from trialwright.record.fact import Fact
from trialwright.record.happenings import concept_name
from trialwright.record.participant import Dose, Hold, Participant
from trialwright.reports.coded import SEX, coded, listed
from trialwright.reports.document import Column
from trialwright.reports.taken_back import say_entry
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.exposure import Exposure, derive_exposures, total_shown
from trialwright.reports.trial.figures_shown import DASH, signed, significant
from trialwright.reports.trial.flow import ending
from trialwright.reports.trial.quality import said
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.reports.words import reason_words
from trialwright.study.concepts import Concept
from trialwright.study.prose.figures import quantity, unit_words
from trialwright.study.prose.words import Words
from trialwright.terms.message import Message, Text, message
from trialwright.terms.quantity import BOUND

MOST = 6  # results beside each other


def write_profiles(data: TrialData, sheet: Sheet) -> None:
    """Everybody who was allocated, in order of consent."""
    followed = [one for one in data.cohort.followed if one.participant.allocated]
    if not followed:
        return
    sheet.heading(message("Participant profiles"), "profiles", level=1)
    concepts = {name: plan_decimals(data, name) for name in shown_concepts(data)}
    words = Words(data.study)
    taken: dict[str, list[Exposure]] = {}
    for each in derive_exposures(data):
        taken.setdefault(each.row.participant, []).append(each)
    for one in followed:
        _write_profile(data, sheet, one, concepts, words)
        _write_doses(sheet, one.participant, taken.get(one.id, []))
        happened = tuple(_happened(data, one.participant))
        if happened:
            sheet.list(happened)


def shown_concepts(data: TrialData) -> list[str]:
    """The measurements that the declared response reads, in the order it reads them."""
    found: list[str] = []
    measured = {each.name for each in data.study.concepts if each.kind == "measurement"}
    if data.plan.responses:
        response = data.plan.responses[0]
        for rule in data.rules.chosen.responses[response.id].reading().categories:
            for node in rule.condition.walk() if rule.condition else ():
                name = getattr(node, "concept", None)
                if name in measured and name not in found:
                    found.append(name)
    return found[:MOST]


def plan_decimals(data: TrialData, name: str) -> int:
    """Give the decimals in which all results of a measurement are shown.

    As many as were entered in the study's own unit, and for what is converted three significant digits of a usual value.
    """
    unit = data.study.concept(name).unit
    facts = [
        fact
        for one in data.cohort.followed
        for fact in one.person.facts.get(name, ())
        if fact.low == fact.high
    ]
    own = [fact.raw.value.strip().partition(".")[2] for fact in facts if fact.raw.unit == unit]
    entered = max((len(decimals) for decimals in own if decimals.isdecimal()), default=0)
    usual = sorted(abs(fact.low) for fact in facts if fact.raw.unit != unit)
    converted = 0
    if usual:
        middle = usual[len(usual) // 2]
        converted = 0 if middle >= 100 else 1 if middle >= 10 else 2
    return min(max(entered, converted), 4)


def _write_profile(
    data: TrialData, sheet: Sheet, one: FollowUp, concepts: Mapping[str, int], words: Words
) -> None:
    participant = one.participant
    sheet.heading(
        participant.id
        if data.blind
        else message("{id}, {arm}", id=participant.id, arm=participant.arm or message("arm not known")),
        f"p-{participant.id}",
        level=2,
    )
    sheet.say(_course(one))
    labels = {each.name: each for each in data.study.concepts}
    columns = [
        Column("visit", message("Visit"), "text"),
        Column("date", message("Date"), "text"),
        *(
            Column(f"r_{index}", titled(labels[name]), "text", right=True)
            for index, name in enumerate(concepts, start=1)
        ),
    ]
    if data.plan.responses:
        columns.append(Column("response", message("Response"), "text"))
    sheet.table(
        f"visits_{data.participant_names[participant.id]}",
        message("Visits of {id}", id=participant.id),
        columns,
        list(_visits(data, one, concepts, words)),
        wide=True,
    )


def titled(concept: Concept) -> Message | Text:
    """A concept with the unit the study declares for it, in which all its values are shown."""
    unit = unit_words(concept.unit or "")
    return message("{name}, {unit}", name=concept.label, unit=unit) if unit else concept.label


def _write_doses(sheet: Sheet, participant: Participant, taken: Sequence[Exposure]) -> None:
    """Each intervention with what was planned, and every dose with its days and amount."""
    if not taken:
        return
    lines = []
    taken_until = {dose.number: dose for dose in participant.taken()}
    for each in taken:
        row = each.row
        given, planned = each.given
        doses = [
            dose
            for dose in participant.doses
            if (dose.intervention, dose.prior) == (row.intervention, each.earlier)
        ]
        shown: Message | str = str(given) if given is not None else DASH
        if planned is not None:
            shown = message("{given} of {planned}", given=shown, planned=planned)
        counted = message("{count} days", count=shown) if each.by_days else shown
        trace = Trace(each.title, "exposure", "", (Source(participant.id, counted, "", row.positions),))
        lines.append(
            line(
                message("{intervention} (earlier care)", intervention=each.title)
                if each.earlier
                else each.title,
                traced(counted, trace),
                traced(row.first.isoformat(), trace) if row.first else DASH,
                traced(row.last.isoformat(), trace) if row.last else DASH,
                traced(total_shown(row), trace),
                traced(listed(_dose(dose, taken_until.get(dose.number)) for dose in doses), trace),
            )
        )
    sheet.table(
        f"doses_{concept_name(participant.id)}",
        message("Doses of {id}", id=participant.id),
        [
            Column("intervention", message("Intervention"), "text"),
            Column("given", message("Given, of planned"), "text", right=True),
            Column("first", message("First day"), "text"),
            Column("last", message("Last day"), "text"),
            Column("total", message("Total"), "text", right=True),
            Column("doses", message("Doses"), "text"),
        ],
        lines,
        wide=True,
    )


def _dose(entered: Dose, taken: Dose | None) -> Message:
    """A dose with the days on which it was taken; one of zero days stays in view, with what became of it."""
    dose = taken or entered
    amount = quantity(dose.amount, dose.unit) if dose.amount else DASH
    if taken is None:
        return message(
            "{amount} on {start}, replaced by the next entry of the same day",
            amount=amount,
            start=dose.start,
        )
    if dose.ongoing:
        return message("{amount} from {start}", amount=amount, start=dose.start)
    if dose.end and dose.end != dose.start:
        return message("{amount} {start} to {end}", amount=amount, start=dose.start, end=dose.end)
    return message("{amount} on {start}", amount=amount, start=dose.start)


def _course(one: FollowUp) -> Message:
    participant = one.participant
    return message(
        "{number}, {sex}, birth year {birth}. Consent {consent}, enrolled {enrolled}, treatment began {start}; {state}.",
        number=participant.enrolment_number,
        sex=SEX.get(participant.sex, participant.sex),
        birth=participant.birth[:4],
        consent=participant.consents[0].date,
        enrolled=participant.enrolled.date if participant.enrolled else "–",
        start=one.start.isoformat() if one.start else "–",
        state=message("died on {date}", date=participant.died.date)
        if participant.died
        else ending(participant),
    )


def _visits(data: TrialData, one: FollowUp, concepts: Mapping[str, int], words: Words) -> Iterator[Line]:
    schedule = data.study.schedule
    encounters = schedule.encounters if schedule else ()
    titles = {each.id: each.title for each in encounters}
    planned_ids = {each.id for each in encounters if each.type == "scheduled"}
    for visit, missed in _held_and_missed(data, one):
        if visit is None:
            yield _missed_line(one, missed, len(concepts) + bool(data.plan.responses))
            continue
        title = titles.get(visit.encounter, visit.id)
        held = Source(one.id, visit.day.isoformat(), "", (visit.position,))
        entries: list[Entry] = [
            title,
            traced(visit.day.isoformat(), Trace(title, "recorded", "", (held,))),
        ]
        entries += [
            _result(one, visit, data.study.concept(name), decimals) for name, decimals in concepts.items()
        ]
        if data.plan.responses:
            measured = any(
                fact.fact in visit.facts for name in concepts for fact in one.person.facts.get(name, ())
            )
            planned = visit.encounter in planned_ids
            entries.append(_response(one, visit, words) if planned or measured else DASH)
        yield line(*entries)


def _held_and_missed(data: TrialData, one: FollowUp) -> list[tuple[Held | None, PlannedVisit | None]]:
    """The visits that took place, and those that were missed or of which nothing is recorded, in order of their days."""
    found: list[tuple[date, Held | None, PlannedVisit | None]] = [
        (visit.day, visit, None) for visit in one.visits
    ]
    found += [
        (each.window.due or each.window.first, None, each)
        for each in plan_visits(data.study, one.participant, on=data.on)
        if each.status in ("missed", "late") and each.window is not None
    ]
    return [(held, missed) for _, held, missed in sorted(found, key=lambda each: each[0])]


def _missed_line(one: FollowUp, missed: PlannedVisit | None, results: int) -> Line:
    """A visit that did not take place; behind it the days on which it was due, and the reason where one is on record."""
    assert missed is not None  # noqa: S101  # the caller has either
    assert missed.window is not None  # noqa: S101  # without a window nothing is listed as missed
    said = message("missed") if missed.visit else message("not recorded")
    told = message(
        "{what}, due {first} to {last}", what=said, first=missed.window.first, last=missed.window.last
    )
    reason = missed.visit.reason if missed.visit else ""
    if reason:
        told = message("{what}: {reason}", what=told, reason=reason)
    source = Source(one.id, told, "", missed.because)
    title = missed.encounter.title
    return line(title, traced(said, Trace(title, "recorded", "", (source,))), *([DASH] * results))


def _result(one: FollowUp, visit: Held, concept: Concept, decimals: int) -> Entry:
    facts = [fact for fact in one.person.facts.get(concept.name, ()) if fact.fact in visit.facts]
    if not facts:
        return DASH
    fact = facts[-1]
    entered = message("entered: {value} {unit}", value=fact.raw.value, unit=fact.raw.unit)
    source = Source(
        one.id, entered, reason_words(fact.issue) if fact.issue else "", one.positions_of(facts), (fact.fact,)
    )
    return traced(shown_value(fact, decimals), Trace(titled(concept), "recorded", "", (source,)))


def shown_value(fact: Fact, decimals: int) -> Message | str:
    """A result in its concept's unit, also one below or above a limit of detection; what cannot be converted, as entered.

    `decimals`: those of every result of the concept; one that they would show as 0 keeps its first digits.
    """
    if fact.low == fact.high:
        hidden = fact.low != 0 and round(fact.low, decimals) == 0
        return significant(fact.low, 2) if hidden else signed(fact.low, decimals)
    sign = fact.raw.value.strip()[:1]
    if fact.issue == "value_censored" and sign in ("<", "≤") and fact.high < BOUND:
        return f"{'<' if sign == '<' and '=' not in fact.raw.value else '≤'} {signed(fact.high, decimals)}"
    if fact.issue == "value_censored" and sign in (">", "≥") and fact.low > -BOUND:
        return f"{'>' if sign == '>' and '=' not in fact.raw.value else '≥'} {signed(fact.low, decimals)}"
    return message("{value} {unit} (as entered)", value=fact.raw.value, unit=fact.raw.unit)


def _response(one: FollowUp, visit: Held, words: Words) -> Entry:
    if one.start is None or visit.day <= one.start:
        return ""
    assessed = assess_response(one, visit.id)
    title = assessed.category.title if assessed.category else message("not known")

    def explained() -> Trace:
        source = Source(
            one.id,
            title,
            explain_response(assessed, words),
            tuple(sorted({*assessed.positions, visit.position})),
            tuple(fact.fact for fact in assessed.facts),
        )
        return Trace(title, "response", assessed.reading.source or "", (source,))

    return traced(title, explained)


def _interrupted(data: TrialData, participant: Participant, hold: Hold) -> Message:
    """An interruption from its first day to what ended it: the next dose, or the stop for good."""
    said = {"intervention": data.study.intervention_title(hold.intervention), "date": hold.start}
    resumed = [
        dose.start
        for dose in participant.doses
        if dose.intervention == hold.intervention
        and not dose.prior
        and (day := exact_day(dose.start)) is not None
        and ends_hold(day, dose, hold)
    ]
    stopped = [
        stop.date
        for stop in participant.discontinuations
        if stop.intervention == hold.intervention and stop.date >= hold.start
    ]
    if resumed and min(resumed) == hold.start:
        return message(
            "{intervention} interrupted on {date} and, as was recorded afterwards, given on the same day",
            **said,
        )
    if resumed and (not stopped or min(resumed) <= min(stopped)):
        return message(
            "{intervention} interrupted from {date} to {end}, when it was given again",
            **said,
            end=min(resumed),
        )
    if stopped:
        return message(
            "{intervention} interrupted from {date} to {end}, when it was stopped for good",
            **said,
            end=min(stopped),
        )
    return message("{intervention} interrupted from {date}; not given again on record", **said)


def _happened(data: TrialData, participant: Participant) -> Iterator[Message]:
    for event in participant.adverse_events:
        now = event.current
        yield message(
            "Adverse event: {term}, grade {grade}, {start} to {end}",
            term=now.term,
            grade=now.grade,
            start=now.start,
            end=now.end or message("ongoing"),
        )
    for hold in participant.holds:
        yield _interrupted(data, participant, hold)
    for stop in participant.discontinuations:
        yield message(
            "{intervention} stopped for good on {date}",
            intervention=data.study.intervention_title(stop.intervention),
            date=stop.date,
        )
    for rescue in participant.rescues:
        yield message(
            "Rescue therapy ({therapy}) from {date}",
            therapy=coded("therapy", rescue.therapy),
            date=rescue.date,
        )
    if participant.unblinded:
        yield message("Arm disclosed in an emergency on {date}", date=participant.unblinded.date)
    for masking in participant.maskings:
        signed = any(masking.of < mark.position < masking.position for mark in participant.signatures)
        yield message(
            "Masked on {day}, {when}: {texts} of the texts of event {of}; {reason}",
            texts=masking.texts,
            of=masking.of,
            day=masking.at[:10],
            when=message("after a signature") if signed else message("before any signature"),
            reason=masking.reason,
        )
    for gone in participant.taken_back:
        yield message(
            "Taken back, {entry}: {what}, {date}. {reason}",
            entry=gone.target,
            what=say_entry(data.study, gone),
            date=gone.day or "–",
            reason=gone.reason,
        )
    for each in data.deviations[participant.id]:
        yield message("Deviation, {day}: {text}", day=each.day or "–", text=said(each))
