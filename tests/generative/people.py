"""Random people for random rules: facts at the edges of windows, dates that are no days, everything that can go wrong.

Made from a seed, many at a time, so that one query answers for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random

from tests.generative.expressions import USED
from tests.spec.spec import concept_types
from trialwright.record import Person, RawFact, RawPerson, SetAside, Unreadable, read_fact, read_person
from trialwright.record.fact import PRESENCE_KINDS, Fact

# Days before the reference date: both sides of every edge of the windows in `expressions`, and some after it.
EDGES = (
    *(0, 0, 1, 2, 3, 13, 14, 15, 27, 28, 29, 30, 31, 32, 33, 83, 84, 85, 89, 90, 91, 92, 93, 94),
    *(181, 182, 183, 184, 185, 364, 365, 366, 367, 700, 1094, 1095, 1096, 1097, 1098, 1500, -1, -2, -10, -40),
)
_NUMBERS = (
    *(
        "0",
        "0.5",
        "1",
        "2",
        "2.9",
        "3",
        "3.0",
        "2.999999999",
        "3.000000002",
        "3.2",
        "4",
        "8",
        "10",
        "12",
        "14",
        "16",
    ),
    *("40", "60", "80", "81", "90", "250", "265.2", "400", "1500", "-1", "1e-3"),
    *(
        "0.999999999",
        "1.000000001",
        "2.999999997",
        "3.000000003",
        "14.000000014",
        "80.00000008",
    ),  # the tolerance itself
    *("<3", "<=3", ">3", ">=3", "<0.2", ">1000", "<=80", "≥14", "x", "", "3,4"),
)
_DOSES = (
    *("500", "1000", "250", "249.9999999", "125", "100", "80", "0.5", "24", "30000", "400", "0"),
    *("", "", "false", "true", "<100", ">=250", "<600", "x"),
)
_RESULT_STATUSES = ("final", "final", "", "preliminary", "amended", "registered", "entered-in-error")
_PRESENCE_STATUSES = (
    *("active", "active", "active", "resolved", "inactive", "completed", "", "", "stopped", "recurrence"),
    *("provisional", "remission", "refuted", "entered-in-error", "not-taken"),
)
_UNITS = {
    "serum_creatinine": ("mg/dL", "mg/dL", "mg/dL", "umol/L", "mmol/L", "", "mg"),
    "alt": ("U/L", "U/L", "U/L", "ukat/L", "", "foo"),
    "body_weight": ("kg", "kg", "kg", "g", "", "cm"),
    "sledai_2k": ("{score}", "{score}", "1", "mg"),
    "mycophenolate": ("mg/d", "mg/d", "g/d", ""),
    "methylprednisolone_iv": ("mg/d", "mg/d", "g/d", "mg"),
    "ivig": ("mg/kg/d", "g/kg/d", "g/d", "g/d", "mg/d", ""),
}


def make_people(seed: int, count: int, on: date, *, concepts: Sequence[str] = USED) -> list[Person]:
    """So many people, always the same for a seed."""
    random = Random(seed)
    return [make_person(random, f"p{index}", on, concepts) for index in range(count)]


def make_person(random: Random, name: str, on: date, concepts: Sequence[str]) -> Person:
    """One person with up to 14 facts."""
    facts = make_facts(random, on, concepts, random.choice((0, 1, 2, 3, 4, 6, 8, 10, 14)))
    sex = random.choice(("female", "female", "male", "male", "other", "unknown", ""))
    unreadable = frozenset({"*"}) if random.random() < 0.03 else frozenset()
    return type_person(RawPerson(name, sex, _birth(random, on)), facts, unreadable)


def type_person(raw: RawPerson, facts: Iterable[RawFact], unreadable: frozenset[str] = frozenset()) -> Person:
    """A person's typed record; facts that cannot be placed make their concept unreadable."""
    typed: dict[str, tuple[Fact, ...]] = {}
    for each in facts:
        try:
            fact = read_fact(each._replace(person=raw.person), concept_types()[each.concept])
        except SetAside:
            continue
        except Unreadable:
            unreadable |= {each.concept}
            continue
        if fact is not None:
            typed[each.concept] = (*typed.get(each.concept, ()), fact)
    return read_person(raw, typed, unreadable)


def make_facts(random: Random, on: date, concepts: Sequence[str], count: int) -> list[RawFact]:
    """So many raw facts of these concepts; their ids are in no particular order."""
    favourites = random.sample(list(concepts), min(3, len(concepts)))
    names = random.sample([f"{letter}{number}" for letter in "aZ肌" for number in range(12)], count)
    return [
        make_fact(random, on, random.choice((*favourites, *favourites, *concepts)), name) for name in names
    ]


def make_fact(random: Random, on: date, concept: str, name: str) -> RawFact:
    """One raw fact."""
    kind = concept_types()[concept].kind
    day = _day(random, on)
    fact = RawFact("", name, kind, concept, start=_text(random, day))
    if kind in PRESENCE_KINDS:
        return _presence(random, fact, day)
    if kind == "measurement":
        return fact._replace(
            value=random.choice(_NUMBERS),
            unit=random.choice(_UNITS[concept]),
            high=random.choice(("40", "40", "1.5", "3", "", "0", "x")),
            status=random.choice(_RESULT_STATUSES),
        )
    values = concept_types()[concept].values
    if values == ("boolean",):
        return fact._replace(value=random.choice(("true", "true", "false", "false", "yes", "perhaps", "")))
    return fact._replace(value=random.choice((*values, "false", "V + III", "zz")))


def _presence(random: Random, fact: RawFact, day: date) -> RawFact:
    end = ""
    if random.random() < 0.55:
        last = day + timedelta(days=random.choice((0, 0, 0, 1, 2, 6, 12, 13, 14, 27, 30, 90, 400)))
        end = _text(random, last) or last.isoformat()
    fact = fact._replace(end=end, status=random.choice(_PRESENCE_STATUSES))
    if fact.start and random.random() < 0.07:
        fact = fact._replace(fault="fact_repeated")
    if fact.kind == "exposure":
        fact = fact._replace(value=random.choice(_DOSES), unit=random.choice(_UNITS[fact.concept]))
        if concept_types()[fact.concept].route and random.random() < 0.4:
            return fact._replace(code="J01", route=random.choice(("iv", "iv", "", "po")))
    elif random.random() < 0.25:
        fact = fact._replace(value=random.choice(("false", "false", "true", "x")))
    return fact


def _day(random: Random, on: date) -> date:
    if random.random() < 0.8:
        return on - timedelta(days=random.choice(EDGES))
    return on - timedelta(days=random.randint(-30, 420))


def _text(random: Random, day: date) -> str:
    """A date as records write it: a day, a date-time, a month, a year, nothing; sometimes not a date."""
    form = random.random()
    if form < 0.74:
        return day.isoformat()
    if form < 0.78:
        return day.isoformat() + random.choice(("T23:30:00-11:00", "T00:10:00+14:00", " 08:00"))
    if form < 0.88:
        return day.isoformat()[:7]
    if form < 0.94:
        return day.isoformat()[:4]
    return "" if form < 0.99 else "in spring"


def _birth(random: Random, on: date) -> str:
    adult = date(on.year - 18, on.month, min(on.day, 28))
    near = adult + timedelta(days=random.choice((-1, 0, 1, 2)))
    texts = (
        "1990-01-01",
        "1950-06-01",
        "2008-02-29",
        near.isoformat(),
        near.isoformat()[:7],
        str(near.year),
        "",
        "x",
    )
    return random.choice(("1980-03-15", "1980-03-15", *texts))
