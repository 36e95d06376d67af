"""Belimumab: dose by weight, vials, volumes, holds.

Sources: the BEAM protocol, Interventions (10 mg/kg, weight of the visit else latest within 28 days, vial plan by least
waste then fewest vials, holds); the fact sheet, 4.6 (the vial table, here to the milligram). Other plans are worked out
beside the row.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.unit.conduct.dosing_support import (
    BELIMUMAB,
    NOT_PREGNANT,
    WEEK_0,
    adverse_event,
    beam,
    dose,
    dosed,
    participant,
    propose,
    results,
    said,
)
from trialwright.conduct.dosing.amounts import Amount
from trialwright.conduct.dosing.containers import plan_containers
from trialwright.conduct.dosing.proposal import DoseProposal, assess_dose
from trialwright.locale import read_catalogue
from trialwright.record.participant import Discontinuation, Ended, Hold, Participant
from trialwright.study.regimen import Container, Preparation
from trialwright.terms.message import render


def weighing(kilograms: str, day: str = WEEK_0, unit: str = "kg") -> Participant:
    return participant(record=results(("body_weight", kilograms, unit, day), NOT_PREGNANT))


def at_week_0(who: Participant) -> DoseProposal:
    return propose(who, BELIMUMAB, WEEK_0, encounter="week_0")


# fmt: off
VIALS = [
    # kg    mg    120s 400s supplied waste  mL       shown
    ("40", "400",   0, 1, "400",  "0", "5",     "5"),
    ("45", "450",   4, 0, "480", "30", "5.625", "5.6"),
    ("48", "480",   4, 0, "480",  "0", "6",     "6"),
    ("50", "500",   1, 1, "520", "20", "6.25",  "6.3"),
    ("55", "550",   5, 0, "600", "50", "6.875", "6.9"),
    ("60", "600",   5, 0, "600",  "0", "7.5",   "7.5"),
    ("63", "630",   2, 1, "640", "10", "7.875", "7.9"),
    ("65", "650",   6, 0, "720", "70", "8.125", "8.1"),
    ("70", "700",   6, 0, "720", "20", "8.75",  "8.8"),
    ("80", "800",   0, 2, "800",  "0", "10",    "10"),
    # not in the fact sheet: 62.4 kg needs 624 mg; 120 x 2 + 400 = 640 wastes 16, 120 x 6 = 720 wastes 96
    ("62.4", "624", 2, 1, "640", "16", "7.8",   "7.8"),
    # 120 kg needs 1200 mg: three 400s and ten 120s both waste nothing, three vials are fewer
    ("120", "1200", 0, 3, "1200", "0", "15",    "15"),
    # 61.23 kg needs 612.3 mg: the dose stays exact, the volume 7.65375 mL is shown to 0.1
    ("61.23", "612.3", 2, 1, "640", "27.7", "7.65375", "7.7"),
]
WEIGHTS = [
    # what is recorded                                                     proposed on 2 March 2026
    ("of the visit",                  [("60", "kg", "2026-03-02")],                              "600 mg"),
    ("of the visit, in grams",        [("60000", "g", "2026-03-02")],                            "600 mg"),
    ("the visit before another day",  [("60", "kg", "2026-03-02"), ("62", "kg", "2026-02-20")],  "600 mg"),
    ("28 days old",                   [("60", "kg", "2026-02-02")],                              "600 mg"),
    ("29 days old",                   [("60", "kg", "2026-02-01")],                              "refused"),
    ("none",                          [],                                                        "refused"),
    ("only a later one",              [("60", "kg", "2026-03-03")],                              "refused"),
    ("two different ones of a day",   [("60", "kg", "2026-03-02"), ("66", "kg", "2026-03-02")],  "refused"),
    ("twice the same",                [("60", "kg", "2026-03-02"), ("60", "kg", "2026-03-02")],  "600 mg"),
    ("without a unit",                [("60", "", "2026-03-02")],                                "refused"),
    ("not exact",                     [(">60", "kg", "2026-03-02")],                             "refused"),
    ("only the month is known",       [("60", "kg", "2026-02")],                                 "refused"),
]
HOLDS = [
    # what happened                            outcome   rule
    ("nothing",                                {},                                                                  "give", "planned"),
    ("a serious infection, still there",       {"events": [adverse_event("2026-02-27", infection=True)]},           "hold", "serious_infection"),
    ("one that ends today",                    {"events": [adverse_event("2026-02-20", end="2026-03-02", infection=True)]}, "hold", "serious_infection"),
    ("one that ended yesterday",               {"events": [adverse_event("2026-02-20", end="2026-03-01", infection=True)]}, "give", "planned"),
    ("an infection that is not serious",       {"events": [adverse_event("2026-02-27", infection=True, serious=False)]},    "give", "planned"),
    ("a serious event, no infection",          {"events": [adverse_event("2026-02-27")]},                           "give", "planned"),
    ("serious hypersensitivity, long over",    {"events": [adverse_event("2026-01-02", end="2026-01-03", hypersensitivity=True)]}, "stop", "serious_hypersensitivity"),
    ("stopped for good",                       {"discontinuations": [Discontinuation(70, BELIMUMAB, "2026-02-25", "")]},    "stop", "discontinued"),
    ("death",                                  {"died": Ended(80, "2026-03-01", "")},                               "not_planned", ""),
    ("the other arm",                          {"arm": "MT"},                                                       "not_planned", ""),
    ("no arm yet",                             {"arm": ""},                                                         "not_planned", ""),
]
PREGNANCY = [
    # sex      answer                         outcome
    ("female", ("true", "2026-03-02"),         "hold"),
    ("female", ("false", "2026-03-02"),        "give"),
    ("female", ("false", "2026-02-02"),        "give"),
    ("female", ("false", "2026-02-01"),        "refused"),     # 29 days ago
    ("female", None,                           "refused"),
    ("unknown", None,                          "refused"),
    ("male",   None,                           "give"),
]
VISITS = [
    ("week_0", "give"), ("week_2", "give"), ("week_20", "give"), ("week_24", "not_planned"),
    ("unscheduled", "not_planned"), (None, "not_planned"),
]
# fmt: on


@pytest.mark.parametrize(
    ("kilograms", "mg", "small", "large", "supplied", "waste", "volume", "shown"),
    VIALS,
    ids=[f"{row[0]} kg" for row in VIALS],
)
def test_the_vial_table(
    kilograms: str, mg: str, small: int, large: int, supplied: str, waste: str, volume: str, shown: str
) -> None:
    proposal = at_week_0(weighing(kilograms))
    assert proposal.amount == Amount(Fraction(mg), "mg")
    sheet = proposal.preparation
    assert sheet is not None
    assert sheet.plan is not None
    assert {each.container.contents: each.number for each in sheet.plan.taken} == {
        name: number for name, number in (("120 mg", small), ("400 mg", large)) if number
    }
    assert (sheet.plan.supplied.number, sheet.plan.waste.number) == (supplied, waste)
    assert sheet.volume is not None
    assert sheet.volume_shown is not None
    assert sheet.volume.value == Fraction(mg) / 80
    assert (sheet.volume.number, sheet.volume_shown.number) == (volume, shown)


@pytest.mark.parametrize(("what", "rows", "expected"), WEIGHTS, ids=[row[0] for row in WEIGHTS])
def test_which_weight_counts(what: str, rows: list[tuple[str, ...]], expected: str) -> None:
    weights = [("body_weight", value, unit, day) for value, unit, day in rows]
    proposal = at_week_0(participant(record=results(*weights, NOT_PREGNANT)))
    assert dosed(proposal) == expected
    assert bool(proposal.missing) == (expected == "refused")
    if expected == "refused":
        assert "ody weight" in said(proposal.missing)


def test_two_weights_of_one_day_are_both_named() -> None:
    weights = [("body_weight", "60", "kg", WEEK_0), ("body_weight", "66", "kg", WEEK_0)]
    proposal = at_week_0(participant(record=results(*weights, NOT_PREGNANT)))
    assert (dosed(proposal), proposal.amount) == ("refused", None)
    told = said(proposal.missing)
    assert "The records contradict each other: body weight 60 kg on 2026-03-02" in told
    assert "body weight 66 kg on 2026-03-02" in told


@pytest.mark.parametrize(("what", "changed", "outcome", "rule"), HOLDS, ids=[row[0] for row in HOLDS])
def test_what_forbids_it(what: str, changed: dict[str, object], outcome: str, rule: str) -> None:
    who = participant(**{"record": weighing("60").record, **changed})  # type: ignore[arg-type]
    proposal = at_week_0(who)
    assert proposal.outcome == outcome
    assert proposal.rule == (f"belimumab/{rule}" if rule else "")
    assert (proposal.amount is None) == (outcome != "give")
    assert proposal.because


@pytest.mark.parametrize(("sex", "answer", "outcome"), PREGNANCY)
def test_pregnancy(sex: str, answer: tuple[str, str] | None, outcome: str) -> None:
    rows = [("pregnant", answer[0], "", answer[1])] if answer else []
    who = participant(sex=sex, record=results(("body_weight", "60", "kg", WEEK_0), *rows))
    proposal = at_week_0(who)
    assert proposal.outcome == outcome
    if outcome == "refused":
        assert "regnant" in said(proposal.missing)


def test_what_is_known_decides_over_what_is_not() -> None:
    """A serious infection holds the dose, also where nobody asked about pregnancy and no weight is known."""
    who = participant(events=[adverse_event("2026-02-27", infection=True)])
    assert at_week_0(who).outcome == "hold"


@pytest.mark.parametrize(("encounter", "outcome"), VISITS)
def test_seven_infusions_and_none_at_week_24(encounter: str | None, outcome: str) -> None:
    assert propose(weighing("60"), BELIMUMAB, WEEK_0, encounter=encounter).outcome == outcome
    regimen = next(each for each in beam().interventions if each.id == BELIMUMAB).regimen
    assert regimen is not None
    assert len(regimen.encounters) == 7


def test_the_proposal_names_its_rule_and_its_facts() -> None:
    proposal = at_week_0(weighing("62.4"))
    assert proposal.rule == "belimumab/planned"
    assert proposal.facts == ("body_weight-2026-03-02-0",)
    assert said(proposal.because) == "Body weight 62.4 kg on 2026-03-02. 10 mg/kg for 62.4 kg is 624 mg."


def test_the_preparation_sheet_in_both_languages() -> None:
    sheet = at_week_0(weighing("62.4")).preparation
    assert sheet is not None
    assert [render(sentence, {}) for sentence in sheet.sentences[:-1]] == [
        "For 624 mg take 1 × 400 mg and 2 × 120 mg: 640 mg, of which 16 mg is left over.",
        "Dissolve each of 400 mg in 4.8 mL and each of 120 mg in 1.5 mL; this gives 80 mg/mL.",
        "Draw up 7.8 mL (exactly 7.8 mL for 624 mg).",
        "Dilute to 250 mL with 0.9 % sodium chloride, never dextrose.",
        "Give it over 1 hour.",
        "Use it within 8 hours.",
    ]
    chinese = " ".join(render(sentence, read_catalogue("zh")) for sentence in sheet.sentences)
    assert "624 mg" in chinese
    assert "禁用葡萄糖" in chinese
    for english in ("Draw", "Dilute", "Give", "Dissolve", "within"):
        assert english not in chinese


def test_a_dose_of_this_visit_is_not_given_twice_unseen() -> None:
    given = dose(1, BELIMUMAB, WEEK_0, "600", "mg", visit="week_0")
    who = replace(weighing("60"), doses=(given,))
    assert [alert.id for alert in at_week_0(who).alerts] == ["given_already"]
    later = propose(who, BELIMUMAB, "2026-03-16", encounter="week_2")
    assert later.alerts == ()
    assert later.outcome == "give"


def test_an_interruption_is_seen() -> None:
    who = replace(weighing("60"), holds=(Hold(40, BELIMUMAB, "2026-02-20", "invented"),))
    proposal = at_week_0(who)
    assert proposal.outcome == "give"
    assert [alert.id for alert in proposal.alerts] == ["held"]


# fmt: off
GIVEN = [
    # given              compared with the proposal of 600 mg
    ("600", "mg",        "as_proposed"),
    ("0.6", "g",         "as_proposed"),
    ("600.0000000001", "mg", "as_proposed"),
    ("640", "mg",        "near_proposed"),    # the protocol names no limits: half to one and a half times as much
    ("300", "mg",        "near_proposed"),
    ("0.9", "g",         "near_proposed"),
    ("299.9", "mg",      "outside_limits"),
    ("901", "mg",        "outside_limits"),
    ("600", "mL",        "outside_limits"),
]
# fmt: on


@pytest.mark.parametrize(("number", "unit", "expected"), GIVEN)
def test_a_dose_is_compared_with_the_proposal(number: str, unit: str, expected: str) -> None:
    proposal = at_week_0(weighing("60"))
    assert assess_dose(proposal, Amount(Fraction(number), unit)) == expected


def test_a_dose_without_a_proposal_is_not_as_proposed() -> None:
    assert assess_dose(at_week_0(participant()), Amount(Fraction(600), "mg")) == "not_proposed"


def test_an_intervention_the_study_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        propose(weighing("60"), "belimumap", WEEK_0)


def preparation(*wishes: str) -> Preparation:
    vials = (Container(contents="120 mg"), Container(contents="400 mg"))
    return Preparation(containers=vials, choose=wishes)  # type: ignore[arg-type]


def test_the_first_wish_counts_first() -> None:
    """55 kg: 5 x 120 mg waste 50; 400 + 2 x 120 mg waste 90 with three vials; 2 x 400 mg waste 250 with two."""
    needed = Amount(Fraction(550), "mg")
    least = plan_containers(needed, preparation("least_waste", "fewest_containers"))
    fewest = plan_containers(needed, preparation("fewest_containers", "least_waste"))
    assert least is not None
    assert fewest is not None
    assert (least.number, least.waste.number) == (5, "50")
    assert (fewest.number, fewest.waste.number) == (2, "250")


def test_no_dose_needs_no_vial() -> None:
    plan = plan_containers(Amount(Fraction(0), "mg"), preparation("least_waste", "fewest_containers"))
    assert plan is not None
    assert (plan.number, plan.supplied.number) == (0, "0")


def test_every_plan_holds_the_dose_and_none_wastes_less() -> None:
    """Against a search through every pair of numbers of vials, for every whole dose up to 1300 mg."""
    for mg in range(1, 1301):
        plan = plan_containers(Amount(Fraction(mg), "mg"), preparation("least_waste", "fewest_containers"))
        assert plan is not None
        best = min(
            (120 * small + 400 * large - mg, small + large)
            for small in range(12)
            for large in range(5)
            if 120 * small + 400 * large >= mg
        )
        assert (int(plan.waste.value), plan.number) == best, mg
