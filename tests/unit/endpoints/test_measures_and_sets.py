"""Numbers followed over the visits, covariates, and who is analysed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.endpoints.support import WEEK_0, Made, Result, begun
from tests.unit.endpoints.test_derive import BASELINE, CR, made
from trialwright.endpoints.derive import derive_endpoint
from trialwright.endpoints.measures import derive_covariates, derive_trajectory
from trialwright.endpoints.response import assess_readings, assess_response, explain_response
from trialwright.endpoints.sets import assess_sets
from trialwright.record.participant import Deviation
from trialwright.record.raw import RawFact
from trialwright.study.prose.words import Words
from trialwright.terms.message import render


def change(person: Made, measure: str) -> tuple[float | None, str, str, str]:
    row = derive_endpoint(person.follow(), measure)
    return row.value, row.unit, row.reason, row.detail


@pytest.mark.parametrize(
    ("case", "baseline", "week_24", "measure", "expected"),
    [
        ("fall", {}, {}, "change_urine_protein", (-3.7, "g/(24.h)", "observed", "")),
        ("unit", {"urine_protein_24h": "4000 mg/(24.h)"}, {}, "change_urine_protein", (-3.7, "g/(24.h)", "observed", "")),
        ("rise", {}, {"serum_albumin": "40"}, "change_albumin", (15.0, "g/L", "observed", "")),
        ("of two the worse: higher protein", {}, {"urine_protein_24h": ["0.3", "0.5"]}, "change_urine_protein", (-3.5, "g/(24.h)", "observed", "")),
        ("of two the worse: lower albumin", {}, {"serum_albumin": ["40", "39"]}, "change_albumin", (14.0, "g/L", "observed", "")),
        ("not measured", {}, {"serum_albumin": []}, "change_albumin", (None, "g/L", "missing_hypothetical", "no_record")),
        ("no baseline", {"serum_albumin": []}, {}, "change_albumin", (None, "g/L", "missing_hypothetical", "no_baseline")),
        ("below the limit of detection", {}, {"urine_protein_24h": "<0.1"}, "change_urine_protein", (None, "g/(24.h)", "missing_hypothetical", "value_censored")),
    ],
)  # fmt: skip
def test_change_from_baseline(
    case: str, baseline: dict[str, str], week_24: dict[str, str], measure: str, expected: tuple[object, ...]
) -> None:
    person = begun().visit("week_0", 0, BASELINE | baseline).visit("week_24", 168, CR | week_24)
    value, *rest = change(person, measure)
    assert rest == list(expected[1:])
    assert (value is None) if expected[0] is None else value == pytest.approx(expected[0], rel=1e-9)


def test_change_of_egfr() -> None:
    """A woman of 30: 75.5384 at 1.0 mg/dL, 116.2638 at 0.7 mg/dL (facts.md 4.1, CKD-EPI 2009)."""
    person = made(week_24=CR | {"serum_creatinine": "0.7 of 1.2"})
    value, unit, *_ = change(person, "change_egfr")
    assert unit == "mL/min/{1.73_m2}"
    assert value == pytest.approx(116.2638 - 75.5384, abs=2e-4)


def test_a_birthday_does_not_lower_the_baseline() -> None:
    """A woman who turns 31 between week 0 and week 24, at 1.0 mg/dL: 75.5384 at 30 (facts.md 4.1), times 0.993 a year later."""
    person = begun(birth="1995-05-01").visit("week_0", 0, BASELINE).visit("week_24", 168, CR)
    baseline = begun(birth="1995-05-01").visit("week_0", 0, BASELINE)
    assert derive_covariates(baseline.follow())[1].value == pytest.approx(75.5384, abs=1e-4)
    assert change(person, "change_egfr")[0] == pytest.approx(75.5384 * (0.993 - 1), abs=1e-4)


def test_an_event_before_the_visit() -> None:
    rescued, died = made(week_24=CR).rescue(100), made().ended("died", 50)
    assert change(rescued, "change_urine_protein")[2] == "event_hypothetical"
    assert change(died, "change_urine_protein")[2] == "event_hypothetical"
    assert change(made(week_24=CR).discontinue(9), "change_urine_protein")[2] == "observed"


def test_a_row_for_every_visit_after_the_beginning() -> None:
    person = made(week_4=CR, week_24=CR).missed("week_8").rescue(120)
    follow = person.follow()
    rows = derive_trajectory(follow, follow.rules.estimands["change_urine_protein"])
    assert [(row.visit, row.reason) for row in rows] == [
        ("week_2", "missing_hypothetical"),
        ("week_4", "observed"),
        ("week_8", "missing_hypothetical"),
        ("week_12", "missing_hypothetical"),
        ("week_16", "missing_hypothetical"),
        ("week_20", "event_hypothetical"),
        ("week_24", "event_hypothetical"),
    ]


def test_no_row_where_the_forms_do_not_ask() -> None:
    """SLEDAI-2K is asked at weeks 0, 12 and 24 (protocol.md, Visits)."""
    follow = made().follow()
    rows = derive_trajectory(follow, follow.rules.estimands["change_sledai"])
    assert [row.visit for row in rows] == ["week_12", "week_24"]


@pytest.mark.parametrize(
    ("doses", "expected"),
    [
        ([], 0.0),
        ([(0, None, "10")], 10.0),
        ([(0, 100, "20"), (101, None, "10")], 10.0),
        ([(0, 160, "10")], 0.0),
        ([(0, None, "5"), (10, None, "2.5")], 2.5),  # the later dose per day replaces the earlier one
        ([(0, 100, "20"), (101, 101, "17.5"), (101, None, "15")], 15.0),  # two entries of one day: the later
        ([(0, 167, "20"), (168, 168, "10"), (168, None, "7.5")], 7.5),  # on the day of the visit itself
    ],
)
def test_steroid_dose_at_week_24(doses: list[tuple[int, int | None, str]], expected: float) -> None:
    person = made(week_24=CR)
    for day, end, amount in doses:
        person.dose("prednisone", day, end=end, amount=amount, concept="prednisone_oral")
    assert change(person, "steroid_dose")[:2] == (expected, "mg/d")


NO = ("f1", "exposure", "prednisone_oral")
"""What a history form says at screening: no prednisone in the three months before."""


@pytest.mark.parametrize(
    ("begins", "said", "expected"),
    [
        (-4, -4, [30.0, 30.0, 20.0]),  # begun in the run-in, on the day the history was taken
        (-4, -10, [30.0, 30.0, 20.0]),
        (-4, 14, [None, 30.0, 20.0]),  # told at the visit itself that none is taken: who is right?
    ],
)
def test_a_no_at_screening_says_nothing_of_doses_since(
    begins: int, said: int, expected: list[float | None]
) -> None:
    """The run-in prednisone is a dose of the study like any other (protocol.md, Interventions)."""
    person = made(week_2=CR, week_4=CR, week_8=CR)
    person.dose("prednisone", begins, end=30, amount="30", concept="prednisone_oral")
    person.dose("prednisone", 31, amount="20", concept="prednisone_oral")
    denied = RawFact("S-001", *NO, value="false", start=str(WEEK_0 + timedelta(said)), end=str(WEEK_0 + timedelta(said)))  # fmt: skip
    person.more["record"] = (denied,)
    follow = person.follow()
    rows = derive_trajectory(follow, follow.rules.estimands["steroid_dose"])
    assert [row.value for row in rows[:3]] == expected


def test_a_no_does_not_contradict_a_rescue_after_it() -> None:
    """High-dose immunoglobulin after week 0 is rescue, whatever was said some days before (protocol.md)."""
    person = made(week_24=CR).dose("x", 10, end=10, amount="500", unit="mg/kg/d", concept="ivig")
    day = str(WEEK_0 + timedelta(3))
    person.more["record"] = (RawFact("S-001", "f1", "exposure", "ivig", value="false", start=day, end=day),)
    row = derive_endpoint(person.follow(), "primary")
    assert (row.value, row.reason, row.event) == (0.0, "event_composite", "rescue")


def test_covariates() -> None:
    protein, egfr = derive_covariates(made().follow())
    assert protein.value == pytest.approx(math.log(4.0))
    assert (protein.number, protein.unit) == (4.0, "g/(24.h)")
    assert egfr.value == pytest.approx(75.5384, abs=1e-4)
    missing, _ = derive_covariates(begun().follow())
    assert (missing.value, missing.reason) == (None, "no_baseline")
    assert [each.reason for each in derive_covariates(Made().follow())] == ["not_begun", "not_begun"]


# ------------------------------------------------------------------ baseline

BASELINES: list[tuple[str, list[tuple[int, str, str]], str, float | None]] = [
    # (day, value, hour of the sample), hour of the first dose, baseline
    ("on the day of week 0", [(0, "4.0", "")], "", 4.0),
    ("28 days before", [(-28, "4.0", "")], "", 4.0),
    ("29 days before is too old", [(-29, "4.0", "")], "", None),
    ("the latest of two", [(-20, "4.0", ""), (-3, "5.0", "")], "", 5.0),
    ("after week 0 is none", [(1, "4.0", "")], "", None),
    ("of two of one day the worse for response", [(-3, "4.0", ""), (-3, "5.0", "")], "", 4.0),
    ("before the dose of that day", [(0, "4.0", "T07:00"), (0, "3.0", "T15:00")], "09:30", 4.0),
    ("only after the dose of that day", [(0, "3.0", "T15:00")], "09:30", None),
    ("no hour of the sample: before the dose", [(0, "3.0", "")], "09:30", 3.0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "results", "hour", "expected"), BASELINES, ids=[each[0] for each in BASELINES]
)
def test_baseline(case: str, results: list[tuple[int, str, str]], hour: str, expected: float | None) -> None:
    """A fall to 2.0 has more than halved a baseline above 4.0 only: `protein halved` is judged at 1.99."""
    person = Made().dose("belimumab", 0, started=hour)
    person.visit("week_0", 0, {"urine_protein_24h": [Result(value, day=day) for day, value, _ in results]})
    items = person.forms["week_0/labs"].items
    for (path, item), (_, _, clock) in zip(list(items.items()), results, strict=True):
        items[path] = item._replace(date=item.date + clock)  # type: ignore[index]
    limit = "1000" if expected is None else str(expected / 2 * 0.999)
    person.visit("week_24", 168, {"urine_protein_24h": limit})
    halved = assess_response(person.follow(), "week_24").findings[1].components[0].finding
    assert halved.truth is (None if expected is None else True)
    if expected is not None:
        form = person.forms["week_24/labs"]
        again = {path: item._replace(value=str(expected / 2)) for path, item in form.items.items()}
        person.forms["week_24/labs"] = replace(form, items=again)
        assert assess_response(person.follow(), "week_24").findings[1].components[0].finding.truth is False


# ------------------------------------------------------------------ readings side by side, and in words


def test_all_readings_side_by_side() -> None:
    person = made(week_24=CR | {"urine_protein_24h": "0.45", "urine_creatinine_24h": "1.0"})
    found = assess_readings(person.follow(), "week_24")
    assert {name: each.possible for name, each in found.items()} == {
        "beam": ("pr",),
        "kdigo_2024": ("cr",),
        "bliss_ln": ("crr",),
        "liu_2015": ("pr",),
    }
    assert "stands in" in found["bliss_ln"].reading.flags[0].en
    assert "memory" in found["liu_2015"].reading.flags[0].en


def test_results_of_a_visit_are_those_of_its_forms() -> None:
    """A collection handed in the day before belongs to the visit; one of another visit of the same day does not."""
    person = made()
    person.visit("week_24", 168, CR | {"urine_protein_24h": Result("0.3", day=167)})
    person.visit("unscheduled", 168, {"urine_protein_24h": "5.0"}, id="unscheduled-1")
    assert assess_response(person.follow(), "week_24").possible == ("cr",)


def test_explained() -> None:
    words = Words(made().follow().rules.study)
    person = made(week_24=CR | {"serum_albumin": "35.0"}, week_20={})
    said = render(explain_response(assess_response(person.follow(), "week_24"), words), {})
    assert said == (
        "Partial response (PR). Not Complete response (CR): Serum albumin 35.0 g/L on 2026-08-17 is not above 35 g/L. "
        "24-hour urine protein 0.3 g/24 h on 2026-08-17 is below 0.5 times the baseline 24-hour urine protein (2.0 g/24 h). "
        "24-hour urine protein 0.3 g/24 h on 2026-08-17 is below 3.5 g/24 h. Urine red cells per volume 5/µL on 2026-08-17 "
        "is below 0.5 times the baseline urine red cells per volume (100/µL). Serum creatinine 1.0 mg/dL on 2026-08-17 is "
        "0.833 times its upper limit of normal (1.2 mg/dL), at most 1 times. Serum creatinine 1.0 mg/dL on 2026-08-17 is "
        "below 1.3 times the baseline serum creatinine (1.3 mg/dL)."
    )
    opened = render(explain_response(assess_response(person.follow(), "week_20"), words), {})
    assert opened.startswith(
        "Not known: Complete response (CR), Partial response (PR), Non-response (NR). Open is Complete response (CR): "
        "24-hour urine protein"
    )


def test_a_visit_that_did_not_take_place() -> None:
    with pytest.raises(LookupError):
        assess_response(made().missed("week_24").follow(), "week_24")
    with pytest.raises(LookupError):
        assess_response(made(week_24=CR).follow(on=WEEK_0 + timedelta(100)), "week_24")


# ------------------------------------------------------------------ analysis sets


def deviate(person: Made, category: str, severity: str, visit: str = "") -> Made:
    person.more["deviations"] = (
        Deviation(person.next(), 1, str(WEEK_0), category, severity, "", visit, False),
    )
    return person


SETS: list[tuple[str, Callable[[], Made], dict[str, tuple[bool, str]]]] = [
    ("treated as allocated", lambda: made("BEL+MT"), {"full": (True, "BEL+MT"), "safety": (True, "BEL+MT"), "per_protocol": (True, "BEL+MT")}),
    ("control", lambda: made("MT"), {"full": (True, "MT"), "safety": (True, "MT"), "per_protocol": (True, "MT")}),
    ("allocated, never treated", Made, {"full": (True, "BEL+MT"), "safety": (False, "BEL+MT"), "per_protocol": (True, "BEL+MT")}),
    ("allocated to BEL+MT, belimumab never given", lambda: Made().dose("tacrolimus", 0), {"full": (True, "BEL+MT"), "safety": (True, "MT"), "per_protocol": (True, "BEL+MT")}),
    ("allocated to MT, belimumab given", lambda: made("MT").dose("belimumab", 14), {"full": (True, "MT"), "safety": (True, "BEL+MT"), "per_protocol": (True, "MT")}),
    ("only a pulse before consent", lambda: Made().dose("methylprednisolone_pulse", -14, end=-12, prior=True), {"full": (True, "BEL+MT"), "safety": (False, "BEL+MT"), "per_protocol": (True, "BEL+MT")}),
    ("allocated to BEL+MT, so far only prednisone of the run-in", lambda: Made().dose("prednisone", -3), {"full": (True, "BEL+MT"), "safety": (True, "BEL+MT"), "per_protocol": (True, "BEL+MT")}),
    ("a dose of 0 is none", lambda: Made().dose("belimumab", 0, amount="0"), {"full": (True, "BEL+MT"), "safety": (False, "BEL+MT"), "per_protocol": (True, "BEL+MT")}),
    ("not allocated", lambda: Made(arm=""), {"full": (False, ""), "safety": (False, ""), "per_protocol": (False, "")}),
    ("major deviation in eligibility", lambda: deviate(made(), "eligibility", "major"), {"full": (True, "BEL+MT"), "safety": (True, "BEL+MT"), "per_protocol": (False, "BEL+MT")}),
    ("minor deviation in eligibility", lambda: deviate(made(), "eligibility", "minor"), {"full": (True, "BEL+MT"), "safety": (True, "BEL+MT"), "per_protocol": (True, "BEL+MT")}),
    ("major deviation at week 24", lambda: deviate(made(), "visit", "major", "week_24"), {"full": (True, "BEL+MT"), "safety": (True, "BEL+MT"), "per_protocol": (False, "BEL+MT")}),
    ("major deviation at week 12", lambda: deviate(made(), "visit", "major", "week_12"), {"full": (True, "BEL+MT"), "safety": (True, "BEL+MT"), "per_protocol": (True, "BEL+MT")}),
    ("rescue is no deviation", lambda: made().rescue(60), {"full": (True, "BEL+MT"), "safety": (True, "BEL+MT"), "per_protocol": (True, "BEL+MT")}),
    ("a stop for good is no deviation", lambda: made().discontinue(60), {"full": (True, "BEL+MT"), "safety": (True, "BEL+MT"), "per_protocol": (True, "BEL+MT")}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "person", "expected"), SETS, ids=[each[0] for each in SETS])
def test_sets(case: str, person: Callable[[], Made], expected: dict[str, tuple[bool, str]]) -> None:
    found = assess_sets(person().follow())
    assert {id: (each.truth, each.arm) for id, each in found.items()} == expected
