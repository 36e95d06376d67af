"""The analysis plan as rules: every bundled one is understood, and what cannot be understood is told with its place."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.endpoints.support import WEEK_0, Result, begun, rules_of
from tests.unit.endpoints.test_derive import BASELINE, CR, made
from trialwright.endpoints.derive import derive_endpoint
from trialwright.endpoints.events import find_event
from trialwright.endpoints.response import assess_readings, assess_response
from trialwright.study.analysis_rules import lower_analysis
from trialwright.study.errors import StudyInvalid
from trialwright.study.load import load_study
from trialwright.study.model import Study

STUDIES = Path(__file__).parents[3] / "studies"


def beam(**changed: tuple[str, str]) -> Study:
    texts = {path.name: path.read_text(encoding="utf-8") for path in (STUDIES / "beam").glob("*.yaml")}
    for old, new in changed.values():
        assert texts["analysis.yaml"].count(old) >= 1, old
        texts["analysis.yaml"] = texts["analysis.yaml"].replace(old, new, 1)
    return load_study(texts)


@pytest.mark.parametrize("study", ["beam", "bliss-ln", "template"])
def test_every_rule_of_a_bundled_plan_is_understood(study: str) -> None:
    rules = rules_of(study)
    assert set(rules.chosen.sets) == {each.id for each in rules.plan.sets}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("latest(serum_albumin) > 35 g/L", "latest(serum_albumin) > 35 s", "cannot be compared"),
        ("latest(serum_albumin) > 35 g/L", "latest(serum_albumen) > 35 g/L", "not in the concept list"),
        ("not active_sediment", "not active_sediments", "`active_sediments` is not defined"),
        ("number: egfr - egfr_baseline", "number: egfr - age", "stands between"),
        ("before=in_response) < 3.5", "before=since_response) < 3.5", "`since_response` is not defined"),
        ("present(death, within=today)", "present(death)", "does not say which time counts"),
        ("present(taken_belimumab, within=ever)", "latest(serum_albumin)", "This is a number"),
    ],
)
def test_a_rule_that_cannot_be_understood(old: str, new: str, words: str) -> None:
    with pytest.raises(StudyInvalid) as invalid:
        lower_analysis(beam(changed=(old, new)))
    (problem,) = {problem.line: problem for problem in invalid.value.problems}.values()
    assert words in str(problem)
    assert (problem.file, problem.code) == ("analysis.yaml", "rule")
    assert problem.line > 10


def test_a_study_without_a_plan() -> None:
    with pytest.raises(ValueError, match="no analysis plan"):
        lower_analysis(replace(beam(), analysis=None))


def test_the_room_is_light() -> None:
    """NumPy is imported with the columns only."""
    said = "import sys, trialwright.endpoints; sys.exit('numpy' in sys.modules or 'sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0


# ------------------------------------------------------------------ which of several results: another choice


@pytest.mark.parametrize(
    ("choice", "possible"),
    [("worst_for_response", ("pr",)), ("latest", ("cr",)), ("first", ("pr",))],
)
def test_several_results_of_a_visit(choice: str, possible: tuple[str, ...]) -> None:
    """0.5 g on the day before the visit, 0.3 g on its day."""
    rules = lower_analysis(
        beam(changed=("several_results: worst_for_response", f"several_results: {choice}"))
    )
    person = made()
    person.visit("week_24", 168, CR | {"urine_protein_24h": [Result("0.5", day=167), "0.3"]})
    followed = replace(person.follow(), rules=rules, contexts={})
    assert assess_response(followed, "week_24").possible == possible


# ------------------------------------------------------------------ events


@pytest.mark.parametrize(
    ("event", "day", "until", "found"),
    [
        ("rescue", 0, 168, False),  # counts from the next day
        ("rescue", 1, 168, True),
        ("rescue", 168, 168, True),
        ("rescue", 169, 168, False),
        ("discontinuation", 0, 168, True),  # counts from the same day
        ("discontinuation", -1, 168, False),
    ],
)
def test_when_an_event_counts(event: str, day: int, until: int, found: bool) -> None:
    person = made()
    person = person.rescue(day) if event == "rescue" else person.discontinue(day)
    happened = find_event(person.follow(), rules_of().chosen.events[event], until=WEEK_0 + timedelta(until))
    assert happened.truth is found
    assert happened.day == (WEEK_0 + timedelta(day) if found else None)


@pytest.mark.parametrize(
    ("grams", "weight", "found"),
    [("30", "60", True), ("24", "60", True), ("23", "60", False), ("30", None, None)],
)
def test_high_dose_immunoglobulin_needs_a_weight(grams: str, weight: str | None, found: bool | None) -> None:
    """400 mg/kg a day is high: 24 g for 60 kg."""
    person = begun().visit("week_0", 0, BASELINE | ({"body_weight": weight} if weight else {}))
    person.dose("x", 30, end=30, amount=grams, unit="g/d", concept="ivig")
    happened = find_event(person.follow(), rules_of().chosen.events["rescue"], until=WEEK_0 + timedelta(168))
    assert happened.truth is found


def test_an_event_without_a_rule_is_not_looked_for() -> None:
    with pytest.raises(ValueError, match="no rule"):
        find_event(made().follow(), rules_of().chosen.events["missing_week_24"], until=WEEK_0)


# ------------------------------------------------------------------ the second study


def test_the_second_study_is_judged_by_the_same_code() -> None:
    """Woman of 30; CKD-EPI 2009 (facts.md 4.1): 0.7 mg/dL 116.26, 1.0 mg/dL 75.54 (65 %), 1.5 mg/dL 46.27."""
    baseline = {"urine_protein_creatinine_ratio": "3.0", "serum_creatinine": "0.7"}

    def possible(ratio: str, creatinine: str, rescued: int | None = None) -> tuple[str, ...]:
        person = begun("belimumab", study="bliss-ln").visit("week_0", 0, baseline)
        person.visit(
            "week_104", 728, {"urine_protein_creatinine_ratio": ratio, "serum_creatinine": creatinine}
        )
        person = person if rescued is None else person.rescue(rescued)
        return assess_readings(person.follow(on=WEEK_0 + timedelta(900)), "week_104")["published"].possible

    assert possible("0.49", "0.7") == ("crr",)
    assert possible("0.5", "0.7") == ("perr",)
    assert possible("0.7", "0.7") == ("perr",)
    assert possible("0.71", "0.7") == ("none",)
    assert possible("0.4", "1.0") == ("perr",)
    assert possible("0.4", "1.5") == ("none",)
    assert possible("44 mg/mmol", "0.7") == ("crr",)  # 0.389 g/g
    assert possible("0.4", "0.7", rescued=300) == ("none",)


@pytest.mark.parametrize(("estimand", "value"), [("primary", 1), ("crr", 0), ("perr_week_52", 0)])
def test_endpoints_of_the_second_study(estimand: str, value: float) -> None:
    baseline = {"urine_protein_creatinine_ratio": "3.0", "serum_creatinine": "0.7"}
    person = begun("placebo", study="bliss-ln").visit("week_0", 0, baseline)
    person.visit("week_104", 728, {"urine_protein_creatinine_ratio": "0.6", "serum_creatinine": "0.7"})
    row = derive_endpoint(person.follow(on=WEEK_0 + timedelta(900)), estimand)
    assert row.value == value
