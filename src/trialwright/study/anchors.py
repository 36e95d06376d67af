"""The named days of a participant: each anchor of the schedule with its day, or with what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from trialwright.record.participant import Dose, Participant
from trialwright.record.repeated import find_day_rows
from trialwright.study.model import Study
from trialwright.study.schedule import Anchor, AnchorEvent, ScheduleOfActivities
from trialwright.terms.dates import FIRST_DAY, LAST_DAY, Days, UnreadableDate, parse_date, parse_length
from trialwright.terms.message import Message, message
from trialwright.terms.quantity import UnreadableNumber, parse_number


class AnchorDay(NamedTuple):
    """The day of an anchor. `day` None: not known, and `waits_for` says what it waits for.

    `because`: the positions in the ledger of the events that set the day, or that leave it open.
    """

    anchor: Anchor
    day: date | None
    waits_for: Message | None
    because: tuple[int, ...] = ()


class _OnForm(NamedTuple):
    """A dose of one day as a form tells of it, in what counts here like one that was given."""

    position: int
    start: str
    end: str
    ongoing: bool = False


class _Found(NamedTuple):
    """A day with the events that set it, or why there is none."""

    day: date | None
    why: Message | None
    because: tuple[int, ...] = ()


def derive_anchors(study: Study, participant: Participant) -> Mapping[str, AnchorDay]:
    """Give the day of every anchor of the schedule, by anchor id.

    A day that is only known to the month or year sets no anchor: what is counted from it would be a guess.
    A study without a schedule has no anchors.
    """
    schedule = study.schedule
    if schedule is None:
        return {}
    return participant.kept.get("anchors", study, lambda: _carried(study, schedule, participant))


def _carried(
    study: Study, schedule: ScheduleOfActivities, participant: Participant
) -> Mapping[str, AnchorDay]:
    """What was derived of an earlier state, while nothing an anchor can follow from is another."""
    parts = (
        participant.consents,
        participant.enrolled,
        participant.allocated,
        participant.doses,
        participant.exposure_forms(),
    )
    return participant.carried.get(
        "anchors", study, lambda: _derive_all(study, schedule, participant), parts=parts
    )


def _derive_all(
    study: Study, schedule: ScheduleOfActivities, participant: Participant
) -> Mapping[str, AnchorDay]:
    found: dict[str, AnchorDay] = {}
    for anchor in schedule.anchors:
        _derive(anchor.id, study, schedule, participant, found)
    return {anchor.id: found[anchor.id] for anchor in schedule.anchors}


def _derive(
    id: str,
    study: Study,
    schedule: ScheduleOfActivities,
    participant: Participant,
    found: dict[str, AnchorDay],
) -> AnchorDay:
    """Derive one anchor after those it depends on; the loader has refused circles."""
    if id not in found:
        anchor = next(each for each in schedule.anchors if each.id == id)
        for event in anchor.events:
            if event.before:
                _derive(event.before, study, schedule, participant, found)
        days = {name: each.day for name, each in found.items()}
        found[id] = AnchorDay(anchor, *_first(anchor, study, participant, days))
    return found[id]


def _first(anchor: Anchor, study: Study, participant: Participant, days: Mapping[str, date | None]) -> _Found:
    """The earliest of the events that count in the participant's arm."""
    events = [event for event in anchor.events if not event.arms or participant.arm in event.arms]
    if not events:
        if participant.arm:
            return _Found(None, message("{anchor} does not exist in this arm", anchor=anchor.title))
        return _Found(None, message("allocation to an arm"))
    results = [_day(event, study, participant, days) for event in events]
    known = [each for each in results if each.day is not None]
    if known:
        return min(known, key=lambda each: each.day or LAST_DAY)
    return next((each for each in results if each.because), results[0])


def _day(
    event: AnchorEvent, study: Study, participant: Participant, days: Mapping[str, date | None]
) -> _Found:
    match event.event:
        case "consent":
            consents = [(each.date, each.position) for each in participant.consents]
            return _earliest(consents, message("consent"))
        case "enrolment":
            enrolled = participant.enrolled
            return _earliest([(enrolled.date, enrolled.position)] if enrolled else [], message("enrolment"))
        case "allocation":
            given = participant.allocated
            return _earliest([(given.date, given.position)] if given else [], message("allocation"))
    limit = days.get(event.before or "") or LAST_DAY
    doses: list[Dose | _OnForm] = [
        *_doses(event, participant, limit),
        *_told_by_forms(event, study, participant, limit),
    ]
    names = {each.id: each.title for each in study.interventions}
    waiting = message(
        "the first dose of {things}", things=tuple(names.get(id, id) for id in event.interventions)
    )
    if event.event == "first_dose":
        return _earliest([(dose.start, dose.position) for dose in doses], waiting)
    if event.event == "last_dose":
        things = tuple(names.get(id, id) for id in event.interventions)
        return _last(doses, waiting, message("the end of {things}, which still goes on", things=things))
    return _course(doses, event, waiting)


def _doses(event: AnchorEvent, participant: Participant, limit: date) -> Iterator[Dose]:
    """The doses that count: begun before the limit, and of more than 0."""
    for dose in participant.taken():
        if dose.intervention not in event.interventions or _is_nothing(dose.amount):
            continue
        if limit != LAST_DAY and _days(dose.start).first >= limit:
            continue
        if event.prior_care == "counts" or not dose.prior:
            yield dose


def _told_by_forms(
    event: AnchorEvent, study: Study, participant: Participant, limit: date
) -> Iterator[_OnForm]:
    """Where care on record counts: the days whose whole dose a form says, such as each day of a pulse given elsewhere."""
    if event.prior_care != "counts":
        return
    concepts = {each.concept for each in study.interventions if each.id in event.interventions}
    for (concept, day), rows in find_day_rows(participant.exposure_forms()).items():
        if concept not in concepts or day >= limit:
            continue
        for row in rows:
            value = participant.forms[row.form].items[row.path.partition("#")[2]]
            if not _is_nothing(value.value):
                yield _OnForm(value.position, day.isoformat(), day.isoformat())


def _is_nothing(amount: str) -> bool:
    try:
        return parse_number(amount).high == 0
    except UnreadableNumber:
        return False


def _earliest(entries: Iterable[tuple[str, int]], waiting: Message) -> _Found:
    entries = list(entries)
    if not entries:
        return _Found(None, waiting)
    spans = [(*_ends(text), position) for text, position in entries]
    first, until = min(span[0] for span in spans), min(span[1] for span in spans)
    because = tuple(span[2] for span in spans if span[0] <= until)
    if first != until:
        return _Found(None, message("an exact date of {what}", what=waiting), because)
    return _Found(first, None, because)


def _last(doses: Sequence[Dose | _OnForm], waiting: Message, going_on: Message) -> _Found:
    if not doses:
        return _Found(None, waiting)
    if any(dose.ongoing for dose in doses):
        return _Found(None, going_on, tuple(dose.position for dose in doses if dose.ongoing))
    spans = [(*_ends(dose.end or dose.start), dose.position) for dose in doses]
    day, since = max(span[1] for span in spans), max(span[0] for span in spans)
    because = tuple(span[2] for span in spans if span[1] >= since)
    if day != since:
        return _Found(None, message("an exact date of {what}", what=message("the last dose")), because)
    return _Found(day, None, because)


def _course(doses: Sequence[Dose | _OnForm], event: AnchorEvent, waiting: Message) -> _Found:
    """The first day of the last course."""
    spans = []
    for dose in doses:
        start, end = _span(dose)
        if not start.exact or not end.exact:
            return _Found(None, message("an exact date of {what}", what=waiting), (dose.position,))
        spans.append((start.first, end.first, dose.position))
    if not spans:
        return _Found(None, waiting)
    gap = parse_length(event.gap or "1 d").days
    courses: list[list[tuple[date, date, int]]] = []
    reached = date.min
    for span in sorted(spans):
        if not courses or (span[0] - reached).days > gap:
            courses.append([])
            reached = span[1]
        courses[-1].append(span)
        reached = max(reached, span[1])
    return _Found(courses[-1][0][0], None, tuple(span[2] for span in courses[-1]))


def _span(dose: Dose | _OnForm) -> tuple[Days, Days]:
    """The first and the last day of a dose; one still taken ends with the calendar."""
    start = _days(dose.start)
    return start, Days(LAST_DAY, LAST_DAY) if dose.ongoing else _days(dose.end) if dose.end else start


def _ends(text: str) -> tuple[date, date]:
    days = _days(text)
    return days.first, days.last


def _days(text: str) -> Days:
    """The days a date may mean; one that is missing, masked or unreadable may be any."""
    try:
        return parse_date(text)
    except UnreadableDate:
        return Days(FIRST_DAY, LAST_DAY)
