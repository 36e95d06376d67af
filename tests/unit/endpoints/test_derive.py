"""Endpoints of BEAM under each estimand: who responded, when, and why. Expectations: protocol.md, "Response at a visit"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.unit.endpoints.support import CUT_OFF, WEEK_0, Made, begun
from trialwright.analysis.kaplan_meier import kaplan_meier
from trialwright.endpoints.derive import NotDerivable, derive_endpoint
from trialwright.endpoints.follow_up import follow, is_over
from trialwright.endpoints.horizon import find_events_before
from trialwright.endpoints.reasons import REASONS
from trialwright.endpoints.row import EndpointRow, explain_endpoint
from trialwright.record.participant import Rescue
from trialwright.terms.message import render

BASELINE = {
    "urine_protein_24h": "4.0",
    "urine_rbc": "200",
    "urine_wbc_hpf": "2",
    "urine_rbc_casts": "0",
    "serum_albumin": "25",
    "serum_creatinine": "1.0 of 1.2",
}
CR = BASELINE | {"urine_protein_24h": "0.3", "urine_rbc": "5", "serum_albumin": "40"}
PR = CR | {"urine_protein_24h": "1.0"}
NR = CR | {"urine_protein_24h": "3.9"}
OPEN = {name: value for name, value in CR.items() if name != "serum_albumin"}  # CR or PR
DAYS = {
    "week_2": 14,
    "week_4": 28,
    "week_8": 56,
    "week_12": 84,
    "week_16": 112,
    "week_20": 140,
    "week_24": 168,
}


def made(arm: str = "BEL+MT", **visits: dict[str, str] | tuple[int, dict[str, str]]) -> Made:
    """Treatment begun, with a baseline; visits by encounter, on their planned day unless another is given."""
    person = begun(arm).visit("week_0", 0, BASELINE)
    for encounter, given in visits.items():
        day, results = given if isinstance(given, tuple) else (DAYS[encounter], given)
        person.visit(encounter, day, results)
    return person


def derive(person: Made, estimand: str = "primary", *, on: int = 400) -> EndpointRow:
    return derive_endpoint(person.follow(on=WEEK_0 + timedelta(on)), estimand)


# ------------------------------------------------------------------ the primary: CR at week 24, composite

PRIMARY: list[tuple[str, Callable[[], Made], float | None, str, str]] = [
    ("CR", lambda: made(week_24=CR), 1, "observed", ""),
    ("PR", lambda: made(week_24=PR), 0, "observed", ""),
    ("NR", lambda: made(week_24=NR), 0, "observed", ""),
    ("CR at week 20, PR at week 24", lambda: made(week_20=CR, week_24=PR), 0, "observed", ""),
    ("open at week 24", lambda: made(week_24=OPEN), 0, "missing_composite", "no_record"),
    ("CR at week 20, week 24 missed", lambda: made(week_20=CR).missed("week_24"), 0, "missing_composite", "no_visit"),
    ("no visit at all", made, 0, "missing_composite", "no_visit"),
    ("7 days late: inside", lambda: made(week_24=(175, CR)), 1, "observed", ""),
    ("8 days late: outside", lambda: made(week_24=(176, CR)), 0, "missing_composite", "outside_window"),
    ("7 days early: inside", lambda: made(week_24=(161, CR)), 1, "observed", ""),
    ("8 days early: outside", lambda: made(week_24=(160, CR)), 0, "missing_composite", "outside_window"),
    ("an unscheduled visit is not week 24", lambda: made(unscheduled=(168, CR)), 0, "missing_composite", "no_visit"),
    ("CR, rescue before", lambda: made(week_24=CR).rescue(100), 0, "event_composite", ""),
    ("CR, rescue on the day of week 0", lambda: made(week_24=CR).rescue(0), 1, "observed", ""),
    ("CR, rescue on the day after week 0", lambda: made(week_24=CR).rescue(1), 0, "event_composite", ""),
    ("CR, rescue on the day of the visit", lambda: made(week_24=CR).rescue(168), 1, "observed", ""),
    ("CR, rescue afterwards", lambda: made(week_24=CR).rescue(170), 1, "observed", ""),
    ("CR, tacrolimus stopped", lambda: made(week_24=CR).discontinue(50), 0, "event_composite", ""),
    ("CR, prednisone stopped: no study medicine of the rule", lambda: made(week_24=CR).discontinue(50, "prednisone"), 1, "observed", ""),
    ("died", lambda: made(week_12=PR).ended("died", 100), 0, "event_composite", ""),
    ("lost", lambda: made(week_12=CR).ended("lost", 100), 0, "missing_composite", "no_visit"),
    ("withdrawn", lambda: made(week_12=CR).ended("withdrawn", 100), 0, "missing_composite", "no_visit"),
    ("a new pulse given as a dose", lambda: made(week_24=CR).dose("methylprednisolone_pulse", 60, end=62, amount="500", concept="methylprednisolone_iv"), 0, "event_composite", ""),
    ("80 mg of methylprednisolone is no pulse", lambda: made(week_24=CR).dose("methylprednisolone_pulse", 60, end=62, amount="80", concept="methylprednisolone_iv"), 1, "observed", ""),
    ("the pulse before week 0 is no rescue", lambda: made(week_24=CR).dose("methylprednisolone_pulse", -10, end=-8, amount="500", concept="methylprednisolone_iv"), 1, "observed", ""),
    ("cyclophosphamide since before week 0 is no rescue", lambda: made(week_24=CR).dose("x", -30, amount="100", concept="cyclophosphamide"), 1, "observed", ""),
    ("cyclophosphamide from day 30", lambda: made(week_24=CR).dose("x", 30, end=30, amount="800", concept="cyclophosphamide"), 0, "event_composite", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "person", "value", "reason", "detail"), PRIMARY, ids=[each[0] for each in PRIMARY]
)
def test_primary(
    case: str, person: Callable[[], Made], value: float | None, reason: str, detail: str
) -> None:
    row = derive(person())
    assert (row.value, row.reason, row.detail) == (value, reason, detail)


def test_what_it_rests_on() -> None:
    person = made(week_24=CR)
    row = derive(person)
    assert (row.category, row.visit, row.day) == ("cr", "week_24", WEEK_0 + timedelta(168))
    albumin = next(fact for fact in row.facts if "serum_albumin" in fact and fact.startswith("week_24"))
    value = person.forms["week_24/labs"].items[albumin.partition("#")[2]]
    visit = person.visits[-1]
    assert {value.position, visit.position} <= set(row.positions)


def test_a_rescue_is_what_a_composite_rests_on() -> None:
    person = made(week_24=CR).rescue(100)
    row = derive(person)
    assert (row.event, row.day, row.category) == ("rescue", WEEK_0 + timedelta(100), "nr")
    assert row.positions == (person.position,)


@pytest.mark.parametrize(
    ("on", "reason"),
    [(10, "pending"), (175, "pending"), (176, "missing_composite")],
)
def test_a_visit_that_may_still_come_is_not_missing(on: int, reason: str) -> None:
    assert derive(made(week_20=CR), on=on).reason == reason


def test_whoever_never_began_is_no_responder_once_it_is_too_late() -> None:
    person = Made()
    assert derive(person, on=30).reason == "pending"
    assert (derive(person, on=300).reason, derive(person, on=300).value) == ("missing_composite", 0)
    assert derive(person, on=300).detail == "not_begun"


# ------------------------------------------------------------------ the other strategies

STRATEGIES: list[tuple[str, Callable[[], Made], str, float | None, str]] = [
    # overall response is certain though CR and PR are not told apart
    ("overall, CR or PR", lambda: made(week_24=OPEN), "overall", 1, "observed"),
    ("overall, PR", lambda: made(week_24=PR), "overall", 1, "observed"),
    ("overall, rescue", lambda: made(week_24=PR).rescue(100), "overall", 0, "event_composite"),
    ("partial, PR", lambda: made(week_24=PR), "partial", 1, "observed"),
    ("partial, CR is none", lambda: made(week_24=CR), "partial", 0, "observed"),
    ("non-response, missing", made, "non_response", 1, "missing_composite"),
    ("non-response, rescue", lambda: made(week_24=CR).rescue(3), "non_response", 1, "event_composite"),
    ("hypothetical, rescue", lambda: made(week_24=CR).rescue(100), "primary_hypothetical", None, "event_hypothetical"),
    ("hypothetical, missing", made, "primary_hypothetical", None, "missing_hypothetical"),
    ("hypothetical, death stays a failure", lambda: made().ended("died", 30), "primary_hypothetical", 0, "event_composite"),
    ("while on treatment, CR before rescue", lambda: made(week_12=CR, week_24=NR).rescue(100), "primary_while_on_treatment", 1, "last_on_treatment"),
    ("while on treatment, NR before rescue", lambda: made(week_12=NR, week_24=CR).rescue(100), "primary_while_on_treatment", 0, "last_on_treatment"),
    ("while on treatment, last with an answer", lambda: made(week_8=CR, week_12=OPEN).rescue(100), "primary_while_on_treatment", 1, "last_on_treatment"),
    ("while on treatment, none with an answer", lambda: made().rescue(5), "primary_while_on_treatment", None, "missing_hypothetical"),
    ("while on treatment, lost", lambda: made(week_16=CR).ended("lost", 130), "primary_while_on_treatment", 1, "last_known"),
    ("worst case, lost in BEL+MT", lambda: made("BEL+MT").ended("lost", 3), "primary_worst_case", 0, "missing_worst_case"),
    ("worst case, lost in MT", lambda: made("MT").ended("lost", 3), "primary_worst_case", 1, "missing_worst_case"),
    ("best case, lost in BEL+MT", lambda: made("BEL+MT").ended("lost", 3), "primary_best_case", 1, "missing_best_case"),
    ("best case, lost in MT", lambda: made("MT").ended("lost", 3), "primary_best_case", 0, "missing_best_case"),
    ("worst case, known in MT", lambda: made("MT", week_24=NR), "primary_worst_case", 0, "observed"),
    ("worst case, rescue is a failure in either arm", lambda: made("MT", week_24=CR).rescue(9), "primary_worst_case", 0, "event_composite"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "person", "estimand", "value", "reason"), STRATEGIES, ids=[each[0] for each in STRATEGIES]
)
def test_strategies(
    case: str, person: Callable[[], Made], estimand: str, value: float | None, reason: str
) -> None:
    row = derive(person(), estimand)
    assert (row.value, row.reason) == (value, reason)


def test_what_is_left_missing_is_marked_for_imputation() -> None:
    assert derive(made(), "primary_hypothetical").impute is True
    assert derive(made(), "primary").impute is False


def test_another_baseline() -> None:
    """4 g before the pulse, 1.5 at week 0: 1.0 has halved the first and not the second."""
    person = Made().dose(
        "methylprednisolone_pulse", -14, end=-12, amount="500", concept="methylprednisolone_iv", prior=True
    )
    person.dose("belimumab", 0)
    person.visit("screening", -16, BASELINE).visit(
        "week_0", 0, BASELINE | {"urine_protein_24h": "1.5"}
    ).visit("week_24", 168, PR)
    assert derive(person, "overall").value == 0
    assert derive(person, "overall_pulse_baseline").value == 1


# ------------------------------------------------------------------ times

TIMES: list[tuple[str, Callable[[], Made], str, int | None, bool | None, str]] = [
    ("CR at week 8", lambda: made(week_4=PR, week_8=CR, week_24=NR), "cumulative", 56, True, "first_reached"),
    ("CR at an unscheduled visit", lambda: made(unscheduled=(100, CR)), "cumulative", 100, True, "first_reached"),
    ("CR at week 24", lambda: made(week_24=(170, CR)), "cumulative", 170, True, "first_reached"),
    ("never CR", lambda: made(week_12=PR, week_24=PR), "cumulative", 175, False, "followed_to_end"),
    ("CR on the day of week 0 does not count", lambda: begun().visit("week_0", 0, CR).visit("week_24", 168, NR), "cumulative", 175, False, "followed_to_end"),
    ("CR only after week 24", lambda: made(week_24=PR, unscheduled=(172, CR)), "cumulative", 175, False, "followed_to_end"),
    ("week 24 outside its window is none", lambda: made(week_20=PR, week_24=(180, CR)), "cumulative", 140, False, "last_known"),
    ("CR after rescue cannot be", lambda: made(week_8=PR, week_12=CR).rescue(70), "cumulative", 175, False, "event_composite"),
    ("CR before rescue stays", lambda: made(week_8=CR, week_24=NR).rescue(70), "cumulative", 56, True, "first_reached"),
    ("death", lambda: made(week_8=PR).ended("died", 70), "cumulative", 175, False, "event_composite"),
    ("lost: known up to the last visit", lambda: made(week_8=PR).ended("lost", 90), "cumulative", 56, False, "ended_early"),
    ("lost: an open visit is not known", lambda: made(week_8=PR, week_12=OPEN).ended("lost", 90), "cumulative", 56, False, "ended_early"),
    ("completed, week 24 open", lambda: made(week_8=PR, week_24=OPEN).ended("completed", 180), "cumulative", 56, False, "last_known"),
    ("no visit after week 0", lambda: made().ended("lost", 90), "cumulative", 0, False, "ended_early"),
    ("first PR", lambda: made(week_4=PR, week_8=CR), "time_to_response", 28, True, "first_reached"),
    ("CR or PR, not told apart", lambda: made(week_2=OPEN), "time_to_response", 14, True, "first_reached"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "person", "estimand", "time", "happened", "reason"), TIMES, ids=[each[0] for each in TIMES]
)
def test_times(
    case: str, person: Callable[[], Made], estimand: str, time: int | None, happened: bool | None, reason: str
) -> None:
    row = derive(person(), estimand)
    assert (row.time, row.happened, row.reason) == (time, happened, reason)
    assert row.value is None


def test_if_nobody_is_lost_the_curve_ends_at_the_share_who_reached_it() -> None:
    """Whoever comes early to week 24 without a response must not leave those at risk before others reach it."""
    days = (161, 163, 165, 168, 170, 172, 174, 175)
    rows = [
        derive(made(week_24=(day, CR if index % 2 else NR)), "cumulative") for index, day in enumerate(days)
    ]
    times = [row.time for row in rows if row.time is not None]
    curve = kaplan_meier(times, [bool(row.happened) for row in rows], group="all", unit="d", level=0.95)
    assert curve.steps[-1].survival == pytest.approx(1 - 4 / 8)


def test_a_time_before_the_end_of_follow_up_is_pending() -> None:
    row = derive(made(week_4=PR, week_8=PR), "cumulative", on=100)
    assert (row.time, row.happened, row.reason) == (56, False, "pending")


# ------------------------------------------------------------------ relapse

LOW = PR | {"urine_protein_24h": "0.5"}
RELAPSES: list[tuple[str, Callable[[], Made], int | None, bool | None, str]] = [
    ("never in response", lambda: made(week_12=NR, week_24=NR), None, None, "no_response"),
    ("stays in response", lambda: made(week_8=LOW, week_24=LOW), 112, False, "followed_to_end"),
    ("a rise by 2 g/24 h", lambda: made(week_8=LOW, week_16=PR | {"urine_protein_24h": "2.5"}), 56, True, "happened"),
    ("a rise by 1.9 g/24 h", lambda: made(week_8=LOW, week_24=PR | {"urine_protein_24h": "2.4"}), 112, False, "followed_to_end"),
    ("from the lowest since the response, not the first", lambda: made(week_4=PR, week_8=LOW, week_24=PR | {"urine_protein_24h": "2.5"}), 140, True, "happened"),
    ("creatinine up by 30 % with sediment", lambda: made(week_8=LOW, week_12=LOW | {"serum_creatinine": "1.3 of 1.2", "urine_rbc": "150"}), 28, True, "happened"),
    ("creatinine up by 29 % with sediment", lambda: made(week_8=LOW, week_24=LOW | {"serum_creatinine": "1.29 of 1.2", "urine_rbc": "150"}), 112, False, "followed_to_end"),
    ("creatinine up by 30 % without sediment", lambda: made(week_8=LOW, week_24=LOW | {"serum_creatinine": "1.3 of 1.2"}), 112, False, "followed_to_end"),
    ("death ends it", lambda: made(week_8=LOW, week_12=LOW).ended("died", 100), 28, False, "last_before_event"),
    # the only visit in response is that of day 56: nobody looked for a relapse after it
    ("a rescue before any later visit", lambda: made(week_8=LOW, week_12=LOW).rescue(60), 0, False, "last_before_event"),
    ("a rescue after one later visit", lambda: made(week_8=LOW, week_12=LOW, week_16=LOW).rescue(100), 28, False, "last_before_event"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "person", "time", "happened", "reason"), RELAPSES, ids=[each[0] for each in RELAPSES]
)
def test_relapse(
    case: str, person: Callable[[], Made], time: int | None, happened: bool | None, reason: str
) -> None:
    row = derive(person(), "relapse")
    assert (row.time, row.happened, row.reason) == (time, happened, reason)


def test_a_relapse_row_names_the_event_that_ends_it() -> None:
    """The visit of day 56 is the last that counts; the rescue came on day 60."""
    row = derive(made(week_8=LOW, week_12=LOW).rescue(60), "relapse")
    assert (row.day, row.event, row.event_on) == (
        WEEK_0 + timedelta(56),
        "rescue",
        WEEK_0 + timedelta(60),
    )


# ------------------------------------------------------------------ visits after an intercurrent event

# fmt: off
AFTER: list[tuple[str, Callable[[], Made], list[tuple[str, int]], list[tuple[str, int]]]] = [
    # who, what came before week 8 (day 56) and before week 12 (day 84), with its day
    ("nothing", lambda: made(week_8=CR, week_12=CR), [], []),
    ("a rescue between them", lambda: made(week_8=CR, week_12=CR).rescue(60), [], [("rescue", 60)]),
    ("a rescue on the day of week 8 comes after that visit", lambda: made(week_8=CR, week_12=CR).rescue(56),
     [], [("rescue", 56)]),
    ("a rescue after both", lambda: made(week_8=CR, week_12=CR).rescue(85), [], []),
    ("a rescue on the day of week 0 is none", lambda: made(week_8=CR, week_12=CR).rescue(0), [], []),
    ("two, in the order of their days", lambda: made(week_8=CR, week_12=CR).rescue(70).discontinue(30),
     [("discontinuation", 30)], [("discontinuation", 30), ("rescue", 70)]),
]
# fmt: on


@pytest.mark.parametrize(("case", "person", "week_8", "week_12"), AFTER, ids=[each[0] for each in AFTER])
def test_visits_after_an_intercurrent_event(
    case: str, person: Callable[[], Made], week_8: list[tuple[str, int]], week_12: list[tuple[str, int]]
) -> None:
    follow_up = person().follow()
    primary = [each for each in follow_up.rules.plan.estimands if each.level == "primary"]
    for day, wanted in ((56, week_8), (84, week_12)):
        found = find_events_before(follow_up, primary, day=WEEK_0 + timedelta(day))
        assert [(each.happened.event.id, each.happened.day) for each in found] == [
            (event, WEEK_0 + timedelta(on)) for event, on in wanted
        ]


# ------------------------------------------------------------------ what happened, and nothing to derive


def test_an_occurrence_in_the_safety_set() -> None:
    row = derive(made(week_24=CR), "adverse_events")
    assert (row.value, row.reason) == (0, "did_not_happen")


def test_an_estimand_that_names_nothing() -> None:
    with pytest.raises(KeyError):
        derive(made(), "nothing")
    assert issubclass(NotDerivable, ValueError)


def test_every_reason_has_a_sentence() -> None:
    row = derive(made(week_24=OPEN))
    said = render(explain_endpoint(row), {})
    assert said == "no answer counts as non-response (no result is recorded in the time that counts)"
    assert all(render(text, {}) for text in REASONS.values())


def test_a_date_that_is_only_a_month() -> None:
    """A rescue dated 2026-05 came certainly after week 0 and before week 24; one dated 2026-08 may have come after it."""
    assert derive(_rescued("2026-05")).reason == "event_composite"
    assert derive(_rescued("2026-08")).reason == "missing_composite"
    assert derive(_rescued("2026-08")).detail == "event_uncertain"
    assert derive(_rescued("2026-08", results=NR)).reason == "observed"  # a failure either way


def _rescued(day: str, *, results: dict[str, str] = CR) -> Made:
    person = made(week_24=results).rescue(0)
    person.more["rescues"] = (Rescue(person.position, day, "pulse", ""),)
    return person


def test_the_week_0_of_the_control_arm_is_the_first_day_of_either_medicine() -> None:
    person = (
        Made(arm="MT").dose("mycophenolate_mofetil", 0).dose("tacrolimus", 3).visit("week_0", 0, BASELINE)
    )
    person.visit("week_24", 168, CR)
    assert person.follow().start == WEEK_0
    assert date(2026, 3, 2) == WEEK_0
    assert derive(person).value == 1


AT_WEEK_10 = WEEK_0 + timedelta(70)
BY_WEEK_24: list[tuple[str, Callable[[], Made], date, tuple[float | None, str, str]]] = [
    ("not due, without an event", lambda: made(week_8=NR), AT_WEEK_10, (None, "pending", "")),
    ("not due, with an event", lambda: made(week_8=NR).adverse_event(30), AT_WEEK_10, (None, "pending", "happened")),
    ("due, with an event", lambda: made(week_24=CR).adverse_event(30), CUT_OFF, (1, "happened", "")),
    ("left, not due, without an event", lambda: made(week_8=NR).ended("withdrawn", 60), AT_WEEK_10, (None, "pending", "")),
    ("left, not due, with an event", lambda: made(week_8=NR).adverse_event(30).ended("withdrawn", 60), AT_WEEK_10, (None, "pending", "happened")),
    ("died of an event, not due", lambda: made(week_8=NR).adverse_event(60).ended("died", 60), AT_WEEK_10, (None, "pending", "happened")),
    ("left, due, without an event", lambda: made(week_8=NR).ended("withdrawn", 60), CUT_OFF, (0, "ended_early", "")),
    ("left, due, with an event", lambda: made(week_8=NR).adverse_event(30).ended("withdrawn", 60), CUT_OFF, (1, "happened", "")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "person", "on", "expected"), BY_WEEK_24, ids=[each[0] for each in BY_WEEK_24]
)
def test_whoever_is_not_due_counts_neither_with_an_event_nor_without(
    case: str, person: Callable[[], Made], on: date, expected: tuple[float | None, str, str]
) -> None:
    """An event must not bring somebody into the denominator before those without one."""
    row = derive_endpoint(person().follow(on=on), "adverse_events")
    assert (row.value, row.reason, row.detail) == expected


def test_once_the_trial_is_over_nobody_is_pending() -> None:
    """The last of a trial died before week 24: the others have answers, and so has this one."""
    person = made(week_8=NR).ended("died", 60)
    assert not is_over([person.participant(), made(week_8=NR).participant()], on=AT_WEEK_10)
    assert is_over([person.participant()], on=AT_WEEK_10)
    followed = follow(person.follow().rules, person.participant(), on=AT_WEEK_10, over=True)
    row = derive_endpoint(followed, "primary")
    assert (row.value, row.reason) == (0, "event_composite")
    assert derive_endpoint(person.follow(on=AT_WEEK_10), "primary").reason == "pending"


def test_nobody_stays_at_risk_beyond_the_cut_off_while_the_trial_goes_on() -> None:
    """A stop on day 50 ends every hope of a response; at a cut-off on day 70 nobody is at risk on day 71."""
    person = made(week_4=NR, week_8=NR).discontinue(50)
    interim = derive_endpoint(person.follow(on=AT_WEEK_10), "cumulative")
    assert (interim.time, interim.happened, interim.reason) == (70, False, "event_composite")
    final = derive_endpoint(person.follow(on=CUT_OFF), "cumulative")
    assert (final.time, final.happened) == (175, False)  # week 24 may take place up to day 175
