"""What a record may mean: of everything that it leaves open, one possibility is drawn, and the record rewritten so.

Left open are the day of a partial date, the end of something that ended, the number behind "<3", an unreadable result, a
unit or range that is not there, a status that is not certain, a record that cannot be taken at its word, the sex, the
day of birth.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from tests.generative.people import EDGES, type_person
from tests.spec.spec import concept_types
from trialwright.record import Person, RawFact, RawPerson
from trialwright.record.fact import PRESENCE_KINDS, Fact
from trialwright.terms.dates import LAST_DAY, Days, UnreadableDate, parse_date
from trialwright.terms.quantity import BOUND

_VALUES = (
    -1.0,
    0.0,
    0.3,
    1.0,
    2.9,
    3.0,
    3.1,
    8.0,
    10.0,
    12.0,
    16.0,
    39.0,
    40.0,
    41.0,
    80.0,
    250.0,
    400.0,
    1e4,
)


def draw_world(random: Random, person: Person, on: date) -> Person | None:
    """One person without anything left open, whom the record of `person` may mean; `None` where the draw failed."""
    facts: list[RawFact] = []
    for rows in person.facts.values():
        for fact in rows:
            drawn = _draw_fact(random, fact, on)
            if drawn is None:
                return None
            facts += drawn
    birth = ""
    if person.birth is not None:
        birth = _between(random, *person.birth).isoformat()
    sex = person.sex if person.sex in ("female", "male") else random.choice(("female", "male"))
    return type_person(RawPerson(person.person, sex, birth), facts)


def _between(random: Random, first: date, last: date) -> date:
    return date.fromordinal(
        random.choice(
            (first.toordinal(), last.toordinal(), random.randint(first.toordinal(), last.toordinal()))
        )
    )


def _draw_fact(random: Random, fact: Fact, on: date) -> list[RawFact] | None:
    raw = fact.raw._replace(fault="")
    if fact.doubt and random.random() < 0.5:
        return []
    start = _draw_start(random, fact, on)
    raw = raw._replace(start=start.isoformat())
    if raw.code:
        raw = raw._replace(route=concept_types()[raw.concept].route)
    if fact.absent:
        return [raw._replace(value="false", end="", status="")]
    if raw.kind in PRESENCE_KINDS:
        presence = _draw_presence(random, fact, raw, start, on)
        if presence is None:
            return None
        raw = presence
    if raw.kind == "exposure":
        return [_draw_dose(random, fact, raw)]
    if raw.kind == "measurement":
        return [_draw_number(random, fact, raw)]
    if raw.kind == "finding":
        return [_draw_finding(random, fact, raw)]
    return [raw._replace(value="")]


def _draw_start(random: Random, fact: Fact, on: date) -> date:
    if not fact.undated:
        return _between(random, fact.start_low, fact.start_high)
    latest = min(on, fact.end_high)
    return random.choice((latest, latest - timedelta(days=abs(random.choice(EDGES))), date(1900, 1, 1)))


def _draw_presence(random: Random, fact: Fact, raw: RawFact, start: date, on: date) -> RawFact | None:
    """The end: drawn where it is stated imprecisely or not recorded; `None` where it would come before the start."""
    if raw.end:
        try:
            days = parse_date(raw.end)
        except UnreadableDate:  # any day from the start on
            days = Days(start, start + timedelta(days=random.choice((0, 1, 13, 100, 4000))))
        end = _between(random, days.first, days.last)
        return raw._replace(end=end.isoformat(), status="completed") if end >= start else None
    if fact.end_low == LAST_DAY:
        return raw._replace(status="active")
    if fact.end_high < LAST_DAY:
        return raw._replace(end=start.isoformat(), status="completed")
    later = start + timedelta(days=random.choice((0, 0, 1, 5, 13, 14, 30, 100, 400)))
    end = random.choice((later, on, max(start, on - timedelta(days=abs(random.choice(EDGES))))))
    return raw._replace(end=max(end, start).isoformat(), status="completed")


def _draw_within(random: Random, low: float, high: float) -> float:
    inside = [value for value in _VALUES if low <= value <= high]
    ends = [end for end in (low, high) if abs(end) < BOUND]
    return random.choice((*inside, *ends))


def _draw_dose(random: Random, fact: Fact, raw: RawFact) -> RawFact:
    unit = concept_types()[raw.concept].unit
    if not fact.issue:
        return raw  # also a dose per day that is divided by the weight
    return raw._replace(value=repr(_draw_within(random, fact.low, fact.high)), unit=unit)


def _draw_number(random: Random, fact: Fact, raw: RawFact) -> RawFact:
    if fact.issue or fact.low != fact.high:
        value = _draw_within(random, fact.low, fact.high)
        raw = raw._replace(value=repr(value), unit=concept_types()[raw.concept].unit)
        if fact.ratio_issue == fact.issue and fact.ratio_low > -BOUND:
            # The same number must give the same multiple of the range, whose unit was that of the result.
            limit = fact.low / fact.ratio_low if fact.low and fact.ratio_low else fact.high / fact.ratio_high
            return raw._replace(high=repr(limit))
        return raw._replace(high=random.choice(("1.5", "3", "40", "1000")))
    if fact.ratio_issue:
        return raw._replace(high=random.choice(("1.5", "3", "40", "1000")))
    return raw


def _draw_finding(random: Random, fact: Fact, raw: RawFact) -> RawFact:
    values = concept_types()[raw.concept].values
    if fact.low == fact.high:
        return raw
    return raw._replace(value=random.choice(("true", "false") if values == ("boolean",) else values))


def draw_worlds(random: Random, person: Person, on: date, count: int) -> Sequence[Person]:
    """So many possibilities, less those whose draw failed."""
    drawn = (draw_world(random, person, on) for _ in range(count))
    return [world for world in drawn if world is not None]
