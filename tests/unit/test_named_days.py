"""Rules that count from days which a trial names: the baseline, an anchor of the schedule, the visit judged."""

from __future__ import annotations

from datetime import date

import pytest

from tests.spec.spec import FORMULAS, concept_types, new_scope
from trialwright.logic.interpreter import Context, Occasion, Setting, evaluate
from trialwright.record import Fact, RawFact, RawPerson, read_fact, read_person
from trialwright.study.occasions import VISIT_WINDOW

WEEK_0, WEEK_24 = date(2026, 1, 15), date(2026, 7, 2)
SETTING = Setting("search", FORMULAS)

# concept, day, value: ids are their places in this list
RESULTS = [
    ("urine_protein_24h", "2025-12-18", "4.0"),  # 0: 28 days before week 0
    ("urine_protein_24h", "2025-12-17", "9.0"),  # 1: 29 days before
    ("urine_protein_24h", "2026-06-30", "2.0"),  # 2: handed in two days before the visit of week 24
    ("urine_protein_24h", "2026-07-02", "1.0"),  # 3: of the visit itself
]


def judge(rule: str, results: list[tuple[str, str, str]], **named: Occasion) -> tuple[bool | None, str]:
    """What a rule says at week 24, results without a call counting for the visit judged."""
    scope = new_scope()
    scope.results = VISIT_WINDOW
    facts: dict[str, list[Fact]] = {}
    for number, (concept, day, value) in enumerate(results):
        unit = concept_types()[concept].unit
        raw = RawFact(
            "p", str(number), concept_types()[concept].kind, concept, value=value, unit=unit, start=day
        )
        fact = read_fact(raw, concept_types()[concept])
        assert fact is not None
        facts.setdefault(concept, []).append(fact)
    rows = {concept: tuple(found) for concept, found in facts.items()}
    person = read_person(RawPerson("p"), rows)
    found = evaluate(scope.rule(rule), Context(person, WEEK_24, WEEK_24, SETTING, rows, named))
    return found.truth, found.reason


@pytest.mark.parametrize(
    ("rule", "truth"),
    [
        ("baseline(urine_protein_24h) = 4.0 g/(24.h)", True),  # the one of 29 days before does not count
        ("latest(urine_protein_24h, within=29 d, before=week0) = 4.0 g/(24.h)", True),  # the later of two
        ("highest(urine_protein_24h, within=29 d, before=week0) = 9.0 g/(24.h)", True),
        (
            "latest(urine_protein_24h, within=today, before=week0) < 9.0 g/(24.h)",
            None,
        ),  # none on that very day
        ("latest(urine_protein_24h, within=today) / baseline(urine_protein_24h) = 0.25", True),
    ],
)
def test_results_up_to_an_anchor(rule: str, truth: bool | None) -> None:
    assert judge(rule, RESULTS, week0=Occasion(WEEK_0))[0] is truth


def test_without_the_day_there_is_no_baseline() -> None:
    assert judge("baseline(urine_protein_24h) > 1 g/(24.h)", RESULTS) == (None, "no_baseline")


def test_a_result_of_a_later_hour_of_the_day_is_no_baseline() -> None:
    results = [
        ("urine_protein_24h", "2026-01-15T07:30", "4.0"),
        ("urine_protein_24h", "2026-01-15T16:00", "3.0"),
    ]
    week0 = Occasion(WEEK_0, left_out=frozenset({"1"}))
    assert judge("baseline(urine_protein_24h) = 4.0 g/(24.h)", results, week0=week0)[0] is True


@pytest.mark.parametrize(
    ("members", "rule", "expected"),
    [
        ({"2"}, "latest(urine_protein_24h) = 2.0 g/(24.h)", (True, "value")),  # dated before the visit
        ({"3"}, "latest(urine_protein_24h) = 1.0 g/(24.h)", (True, "value")),
        (set(), "latest(urine_protein_24h) < 9.0 g/(24.h)", (None, "no_record")),
        ({"2", "3"}, "latest(urine_protein_24h) < 9.0 g/(24.h)", (True, "value")),
        ({"2", "3"}, "latest(urine_protein_24h) < 1.5 g/(24.h)", (None, "conflict")),  # both are of the visit
        ({"2", "3"}, "count(urine_protein_24h) = 2", (True, "value")),
    ],
)
def test_what_belongs_to_a_visit_is_of_its_day(
    members: set[str], rule: str, expected: tuple[bool | None, str]
) -> None:
    visit = Occasion(WEEK_24, only=frozenset(members))
    assert judge(rule, RESULTS, visit=visit, week0=Occasion(WEEK_0)) == expected


def test_the_same_on_another_day_of_the_same_trial() -> None:
    person = read_person(RawPerson("p"), {})
    context = Context(person, WEEK_24, WEEK_24, SETTING, {}, {"week0": Occasion(WEEK_0)})
    assert context.on(WEEK_0).named == context.named
