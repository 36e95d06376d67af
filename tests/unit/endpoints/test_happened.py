"""`happened(event)` in the rules of a response: one rule for the definition at a visit and for the estimands.

Source: `protocol.md`, intercurrent events (rescue therapy: a new pulse after `week0`, cyclophosphamide, rituximab, plasma exchange,
high-dose IVIG); an event on the day of a visit comes after it (`docs/explanation/endpoints.md`). Synthetic people only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.endpoints.support import CUT_OFF, WEEK_0, Made, begun, rules_of
from tests.unit.prose_support import chinese, english, words
from trialwright.endpoints.derive import derive_endpoint
from trialwright.endpoints.response import assess_response, explain_response
from trialwright.record.participant import Rescue
from trialwright.study import grammar as g
from trialwright.study.analysis_rules import event_scope, lower_analysis, response_scope
from trialwright.study.errors import StudyInvalid

# CRR: ratio 0.3 / 1.0 below 0.5, eGFR as at baseline; and CR: 0.3 g/24 h, no sediment, albumin 40, creatinine below its limit.
BASELINE = {"urine_protein_24h": "4.0", "urine_creatinine_24h": "1.0", "serum_creatinine": "0.7 mg/dL of 1.2"}
WELL = {
    "urine_protein_24h": "0.3", "urine_creatinine_24h": "1.0", "serum_creatinine": "0.7 mg/dL of 1.2",
    "serum_albumin": "40", "urine_rbc": "0", "urine_wbc_hpf": "0", "urine_rbc_casts": "0",
}  # fmt: skip
PULSE, ENDOXAN = "methylprednisolone_iv", "cyclophosphamide"
Change = Callable[[Made], object]


def well(change: Change = lambda one: None) -> Made:
    one = begun().visit("week_0", 0, BASELINE).visit("week_24", 168, WELL)
    change(one)
    return one


# What is on record beside a week-24 visit (day 168) that meets every limit; the BLISS-LN category; CR at week 24.
# fmt: off
CASES: list[tuple[str, Change, str, int]] = [
    ("nothing",                                  lambda one: None,                                                        "crr",  1),
    ("rescue recorded",                          lambda one: one.rescue(100),                                             "none", 0),
    ("cyclophosphamide, as a dose",              lambda one: one.dose("other", 100, end=100, concept=ENDOXAN),            "none", 0),
    ("rituximab, as a dose",                     lambda one: one.dose("other", 100, end=100, concept="rituximab"),        "none", 0),
    ("a new pulse of 500 mg",                    lambda one: one.dose("p", 100, end=102, amount="500", concept=PULSE),    "none", 0),
    ("100 mg are no pulse",                      lambda one: one.dose("p", 100, end=102, amount="100", concept=PULSE),    "crr",  1),
    ("the pulse before week 0",                  lambda one: one.dose("p", -10, end=-8, amount="500", concept=PULSE),     "crr",  1),
    ("a pulse on the day of week 0",             lambda one: one.dose("p", 0, end=0, amount="500", concept=PULSE),        "crr",  1),
    ("a pulse on the day after week 0",          lambda one: one.dose("p", 1, end=1, amount="500", concept=PULSE),        "none", 0),
    ("cyclophosphamide since before week 0",     lambda one: one.dose("x", -30, concept=ENDOXAN),                         "crr",  1),
    ("rescue on the day before the visit",       lambda one: one.rescue(167),                                             "none", 0),
    ("rescue on the day of the visit",           lambda one: one.rescue(168),                                             "crr",  1),
    ("cyclophosphamide on the day of the visit", lambda one: one.dose("other", 168, end=168, concept=ENDOXAN),            "crr",  1),
    ("rescue after the visit",                   lambda one: one.rescue(169),                                             "crr",  1),
]
# fmt: on


@pytest.mark.parametrize(("record", "change", "category", "primary"), CASES, ids=[case[0] for case in CASES])
def test_the_definition_at_the_visit_and_the_estimand_count_alike(
    record: str, change: Change, category: str, primary: int
) -> None:
    followed = well(change).follow()
    assert assess_response(followed, "week_24", reading="bliss_ln").possible == (category,)
    assert derive_endpoint(followed, "primary").value == primary


def test_a_rescue_of_an_uncertain_day_leaves_the_category_open() -> None:
    """Dated to the month of the visit only, it may have come before, or after; each category then is open by itself."""
    one = well()
    one.more["rescues"] = (Rescue(99, "2026-08", "pulse", ""),)  # week 24 is 17 August
    found = assess_response(one.follow(), "week_24", reading="bliss_ln")
    assert (found.possible, found.reason) == (("crr", "perr", "none"), "date_imprecise")


def test_it_is_said_in_both_languages_with_the_day() -> None:
    day = str(WEEK_0.replace(month=6, day=10))  # 100 days after 2 March: 29 + 30 + 31 + 10
    said = explain_response(
        assess_response(well(lambda one: one.rescue(100)).follow(), "week_24", reading="bliss_ln"),
        words("beam"),
    )
    assert f"Rescue therapy came on {day}, before the day of the visit." in english(said)
    assert day in chinese(said)
    said = explain_response(assess_response(well().follow(), "week_24", reading="bliss_ln"), words("beam"))
    assert "Rescue therapy: none came before the day of the visit." in english(said)


def test_the_same_visit_asked_first_for_a_number_is_judged_alike() -> None:
    """What is kept of a visit holds for whoever asks next."""
    followed = well(lambda one: one.rescue(100)).follow()
    derive_endpoint(followed, "change_albumin")
    assert assess_response(followed, "week_24", reading="bliss_ln").possible == ("none",)


# fmt: off
REFUSED = [
    ("happened(recue)",           "recue is no intercurrent event with a rule"),
    ("happened(missing_week_24)", "missing_week_24 is no intercurrent event with a rule"),  # it has no rule to look for
    ("happened()",                "happened takes one intercurrent event"),
    ("happened(rescue, death)",   "happened takes one intercurrent event"),
]
# fmt: on


@pytest.mark.parametrize(("rule", "sentence"), REFUSED)
def test_an_event_that_is_none_is_refused(rule: str, sentence: str) -> None:
    with pytest.raises(g.RuleError) as refused:
        response_scope(rules_of().study).rule(rule)
    assert sentence in english(refused.value.message)


def test_events_and_sets_cannot_ask_for_events() -> None:
    """An event that asked for itself would have no beginning."""
    with pytest.raises(g.RuleError) as refused:
        event_scope(rules_of().study).rule("happened(rescue)")
    assert "no intercurrent events here" in english(refused.value.message)


def test_an_event_that_reaches_itself_through_a_definition_is_refused() -> None:
    study = rules_of().study
    assert study.analysis is not None
    events = tuple(
        each.model_copy(update={"rule": "rescued"}) if each.id == "rescue" else each
        for each in study.analysis.intercurrent_events
    )
    plan = study.analysis.model_copy(
        update={
            "definitions": {**study.analysis.definitions, "rescued": "happened(rescue)"},
            "intercurrent_events": events,
        }
    )
    with pytest.raises(StudyInvalid) as invalid:
        lower_analysis(replace(study, analysis=plan))
    assert any("no intercurrent events here" in english(each.message) for each in invalid.value.problems)


def test_nothing_after_the_cut_off_counts() -> None:
    followed = well(lambda one: one.rescue((CUT_OFF - WEEK_0).days + 5)).follow()
    assert assess_response(followed, "week_24", reading="bliss_ln").possible == ("crr",)
