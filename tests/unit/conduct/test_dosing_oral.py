"""Mycophenolate and tacrolimus: what is proposed for results and present doses, and what is refused.

Source: the BEAM protocol, Interventions. Mycophenolate 1.0 g/day (range 1.0 to 1.5), 0.75 where creatinine is above its
upper limit or albumin <= 20 g/L, 0.5 where both, held at neutrophils < 1.0, stopped in pregnancy. Tacrolimus 4 mg/day
(range 2 to 4), trough 5 to 8 ng/mL, a quarter less above, a quarter more below, the daily total rounded to 0.5 mg towards
the present dose, at the limit of the range no change, held where creatinine has risen by 30 % or more from baseline.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.unit.conduct.dosing_support import (
    BELIMUMAB,
    MYCOPHENOLATE,
    TACROLIMUS,
    WEEK_0,
    adverse_event,
    dose,
    dosed,
    participant,
    propose,
    results,
    said,
)
from trialwright.conduct.dosing.amounts import Amount
from trialwright.conduct.dosing.proposal import DoseProposal, assess_dose
from trialwright.record.participant import Dose, Hold, Participant
from trialwright.terms.message import render

VISIT = "2026-03-30"  # week 4
INFUSION = dose(1, BELIMUMAB, WEEK_0, "600", "mg")
Row = tuple[str, ...]


def blood(
    *, creatinine: str = "0.9", albumin: str = "30", neutrophils: str = "3.0", day: str = VISIT
) -> list[Row]:
    """Results of a day; '' for one that was not done. Upper limit of creatinine 1.1 mg/dL."""
    rows = [
        ("serum_creatinine", creatinine, "mg/dL", day, "1.1"),
        ("serum_albumin", albumin, "g/L", day),
        ("neutrophils", neutrophils, "10*9/L", day),
        ("pregnant", "false", "", day),
    ]
    return [row for row in rows if row[1]]


def person(*rows: Row, doses: tuple[Dose, ...] = (), **changed: Any) -> Participant:
    return participant(record=results(*rows), doses=(INFUSION, *doses), **changed)


# mycophenolate

# fmt: off
MYCOPHENOLATE_DOSES = [
    # creatinine albumin  proposed       rule
    ("0.9",      "30",    "1 g/day",      "planned"),
    ("1.1",      "30",    "1 g/day",      "planned"),                  # the limit itself is not above it
    ("1.2",      "30",    "0.75 g/day",   "creatinine_or_albumin"),
    ("0.9",      "20",    "0.75 g/day",   "creatinine_or_albumin"),    # 20 counts
    ("0.9",      "20.1",  "1 g/day",      "planned"),
    ("1.2",      "20",    "0.5 g/day",    "creatinine_and_albumin"),
    ("",         "30",    "refused",      ""),                         # 1 or 0.75
    ("1.2",      "",      "refused",      ""),                         # 0.75 or 0.5
    ("0.9",      "",      "refused",      ""),                         # 1 or 0.75
    ("",         "20",    "refused",      ""),                         # 0.75 or 0.5
    ("",         "",      "refused",      ""),
]
HELD = [
    # neutrophils  changed                                                     outcome    rule
    ("1.0",        {},                                                          "give",    "planned"),
    ("0.9",        {},                                                          "hold",    "neutropenia"),
    ("",           {},                                                          "refused", ""),
    ("3.0",        {"events": [adverse_event("2026-03-25", infection=True)]},   "hold",    "serious_infection"),
    ("",           {"events": [adverse_event("2026-03-25", infection=True)]},   "hold",    "serious_infection"),
]
PRESENT = [
    # present      creatinine  proposed       rule
    ("1.0 g/d",    "0.9",      "1 g/day",      "carry_on"),
    ("1.5 g/d",    "0.9",      "1.5 g/day",    "carry_on"),               # within the range: kept
    ("1250 mg/d",  "0.9",      "1.25 g/day",   "carry_on"),
    ("0.75 g/d",   "0.9",      "1 g/day",      "planned"),                # the reason for less is gone
    ("2 g/d",      "0.9",      "1 g/day",      "planned"),
    ("1.5 g/d",    "1.2",      "0.75 g/day",   "creatinine_or_albumin"),
]
# fmt: on


@pytest.mark.parametrize(("creatinine", "albumin", "expected", "rule"), MYCOPHENOLATE_DOSES)
def test_mycophenolate_by_creatinine_and_albumin(
    creatinine: str, albumin: str, expected: str, rule: str
) -> None:
    proposal = propose(person(*blood(creatinine=creatinine, albumin=albumin)), MYCOPHENOLATE, VISIT)
    assert dosed(proposal) == expected
    assert proposal.rule == (f"mycophenolate_mofetil/{rule}" if rule else "")
    assert proposal.deviation is False


def test_what_is_not_known_is_named_with_the_doses_it_leaves_open() -> None:
    found = propose(person(*blood(creatinine="")), MYCOPHENOLATE, VISIT).missing
    assert said(found) == (
        "It is open which of these doses is to be proposed: 0.75 g/day, 1 g/day. "
        "Serum creatinine: no result is recorded in the time that counts (the last 28 days)."
    )
    trough = with_trough("4", "").missing
    assert said(trough) == (
        "It is open which of these doses is to be proposed: 3 mg/day, 4 mg/day. "
        "Tacrolimus 12-hour trough: no result is recorded in the time that counts (the last 28 days). "
        "Only levels dated after 2026-03-02, when the present dose began, count."
    )


def test_a_creatinine_without_its_upper_limit_decides_nothing() -> None:
    rows = [row for row in blood() if row[0] != "serum_creatinine"]
    proposal = propose(person(("serum_creatinine", "0.9", "mg/dL", VISIT), *rows), MYCOPHENOLATE, VISIT)
    assert proposal.outcome == "refused"
    assert "reference range" in said(proposal.missing)


@pytest.mark.parametrize(("neutrophils", "changed", "outcome", "rule"), HELD)
def test_what_holds_mycophenolate(neutrophils: str, changed: dict[str, Any], outcome: str, rule: str) -> None:
    proposal = propose(person(*blood(neutrophils=neutrophils), **changed), MYCOPHENOLATE, VISIT)
    assert proposal.outcome == outcome
    assert proposal.rule == (f"mycophenolate_mofetil/{rule}" if rule else "")


def test_pregnancy_stops_mycophenolate_for_good() -> None:
    rows = [row for row in blood() if row[0] != "pregnant"]
    proposal = propose(person(("pregnant", "true", "", VISIT), *rows), MYCOPHENOLATE, VISIT)
    assert (proposal.outcome, proposal.rule) == ("stop", "mycophenolate_mofetil/pregnancy")


@pytest.mark.parametrize(("present", "creatinine", "expected", "rule"), PRESENT)
def test_mycophenolate_by_the_present_dose(present: str, creatinine: str, expected: str, rule: str) -> None:
    amount, _, unit = present.partition(" ")
    taken = dose(2, MYCOPHENOLATE, WEEK_0, amount, unit, end=None)
    proposal = propose(person(*blood(creatinine=creatinine), doses=(taken,)), MYCOPHENOLATE, VISIT)
    assert dosed(proposal) == expected
    assert proposal.rule == f"mycophenolate_mofetil/{rule}"


def test_another_dose_within_the_range_is_no_deviation_of_the_protocol() -> None:
    proposal = propose(person(*blood()), MYCOPHENOLATE, VISIT)
    assert assess_dose(proposal, Amount(Fraction(1000), "mg/d")) == "as_proposed"
    assert assess_dose(proposal, Amount(Fraction("1.5"), "g/d")) == "within_limits"
    assert assess_dose(proposal, Amount(Fraction(2), "g/d")) == "outside_limits"
    assert assess_dose(proposal, Amount(Fraction("0.75"), "g/d")) == "outside_limits"
    reduced = propose(person(*blood(creatinine="1.2")), MYCOPHENOLATE, VISIT)
    assert assess_dose(reduced, Amount(Fraction(1), "g/d")) == "outside_limits"


# tacrolimus

# fmt: off
TACROLIMUS_DOSES = [
    # present  trough  proposed      rule            again        alert       a quarter, rounded towards the present dose
    ("4",      "6",    "4 mg/day",   "carry_on",     "",           ""),
    ("4",      "5",    "4 mg/day",   "carry_on",     "",           ""),          # the limits belong to the target
    ("4",      "8",    "4 mg/day",   "carry_on",     "",           ""),
    ("4",      "8.1",  "3 mg/day",   "above_target", "2026-04-06", ""),          # 3
    ("3.5",    "9",    "3 mg/day",   "above_target", "2026-04-06", ""),          # 2.625: up to 3
    ("3",      "9",    "2.5 mg/day", "above_target", "2026-04-06", ""),          # 2.25: up to 2.5
    ("2.5",    "9",    "2 mg/day",   "above_target", "2026-04-06", ""),          # 1.875: up to 2
    ("2",      "9",    "2 mg/day",   "above_target", "2026-04-06", "no_change"), # 1.5 lies under the range
    ("2",      "4.9",  "2.5 mg/day", "below_target", "2026-04-06", ""),          # 2.5
    ("2.5",    "4",    "3 mg/day",   "below_target", "2026-04-06", ""),          # 3.125: down to 3
    ("3",      "4",    "3.5 mg/day", "below_target", "2026-04-06", ""),          # 3.75: down to 3.5
    ("3.5",    "4",    "4 mg/day",   "below_target", "2026-04-06", ""),          # 4.375: down to 4
    ("4",      "4",    "4 mg/day",   "below_target", "2026-04-06", "no_change"), # 5 lies over the range
    ("4",      "<2",   "4 mg/day",   "below_target", "2026-04-06", "no_change"),
    ("4",      "",     "refused",    "",             "",           ""),
    ("4",      ">7",   "refused",    "",             "",           ""),          # 7.5 or 9?
    ("6",      "9",    "4 mg/day",   "above_target", "2026-04-06", ""),          # 4.5 lies over the range
    ("6",      "4",    "refused",    "",             "",           ""),          # a low trough never lowers the dose, and 6 is no dose of the protocol
    ("6",      "6",    "4 mg/day",   "planned",      "",           ""),          # outside the range: not kept
]
RISES = [
    # at week 4  outcome       baseline 0.9 mg/dL
    ("1.16",     "give"),
    ("1.17",     "hold"),      # 0.9 x 1.3 = 1.17 exactly
    ("2.0",      "hold"),
    ("",         "refused"),
]
# fmt: on

BASELINE: Row = ("serum_creatinine", "0.9", "mg/dL", WEEK_0, "1.1")
TAKEN = dose(2, TACROLIMUS, WEEK_0, "4", "mg/d", end=None)


def with_trough(present: str, trough: str, *, day: str = VISIT) -> DoseProposal:
    taken = dose(2, TACROLIMUS, WEEK_0, present, "mg/d", end=None)
    rows = [("tacrolimus_trough", trough, "ng/mL", day)] if trough else []
    return propose(person(BASELINE, *blood(), *rows, doses=(taken,)), TACROLIMUS, VISIT)


@pytest.mark.parametrize(
    ("present", "trough", "expected", "rule", "again", "alert"),
    TACROLIMUS_DOSES,
    ids=[f"{row[0]} mg, {row[1] or 'no'} ng/mL" for row in TACROLIMUS_DOSES],
)
def test_tacrolimus_by_trough(
    present: str, trough: str, expected: str, rule: str, again: str, alert: str
) -> None:
    proposal = with_trough(present, trough)
    assert dosed(proposal) == expected
    assert proposal.rule == (f"tacrolimus/{rule}" if rule else "")
    assert proposal.again_on == (date.fromisoformat(again) if again else None)
    assert [each.id for each in proposal.alerts] == ([alert] if alert else [])


@pytest.mark.parametrize(("present", "trough"), [("40", ""), ("40", "4"), ("1", "9"), ("1", "")])
def test_what_lies_outside_the_limits_is_never_offered(present: str, trough: str) -> None:
    proposal = with_trough(present, trough)
    assert (proposal.outcome, proposal.amount) == ("refused", None)
    assert f"The present dose of {present} mg/day lies outside the limits of the protocol" in said(
        proposal.missing
    )
    assert "open which" not in said(proposal.missing)


def test_the_first_dose_needs_no_trough_and_no_baseline() -> None:
    who = participant(arm="MT", record=results(*blood(day=WEEK_0)))
    proposal = propose(who, TACROLIMUS, WEEK_0, encounter="week_0")
    assert (dosed(proposal), proposal.rule) == ("4 mg/day", "tacrolimus/planned")


# fmt: off
WHICH_TROUGH = [
    # doses (start, mg)                                            troughs (day, ng/mL)                          proposed
    ("of the present dose",          [("2026-03-02", "4")],                        [("2026-03-30", "9")],        "3 mg/day"),
    ("of the first day of it",       [("2026-03-30", "4")],                        [("2026-03-30", "9")],        "refused"),
    ("acted on already",             [("2026-03-02", "4"), ("2026-03-16", "3")],   [("2026-03-16", "9")],        "refused"),
    ("after the change",             [("2026-03-02", "4"), ("2026-03-16", "3")],   [("2026-03-16", "9"), ("2026-03-23", "6")], "3 mg/day"),
    ("the same dose prescribed anew", [("2026-03-02", "4"), ("2026-03-16", "4")],  [("2026-03-10", "9")],        "3 mg/day"),
    ("the later of two",             [("2026-03-02", "4")],                        [("2026-03-16", "9"), ("2026-03-30", "6")], "4 mg/day"),
    ("two of one day that differ",   [("2026-03-02", "4")],                        [("2026-03-30", "9"), ("2026-03-30", "6")], "refused"),
]
# fmt: on


@pytest.mark.parametrize(
    ("what", "doses", "troughs", "expected"), WHICH_TROUGH, ids=[r[0] for r in WHICH_TROUGH]
)
def test_which_trough_counts(
    what: str, doses: list[tuple[str, str]], troughs: list[tuple[str, str]], expected: str
) -> None:
    taken = tuple(
        dose(number, TACROLIMUS, day, mg, "mg/d", end=None) for number, (day, mg) in enumerate(doses, start=2)
    )
    rows = [("tacrolimus_trough", level, "ng/mL", day) for day, level in troughs]
    assert dosed(propose(person(BASELINE, *blood(), *rows, doses=taken), TACROLIMUS, VISIT)) == expected


@pytest.mark.parametrize(("creatinine", "outcome"), RISES)
def test_a_rise_of_creatinine_holds_tacrolimus(creatinine: str, outcome: str) -> None:
    rows = [*blood(creatinine=creatinine), ("tacrolimus_trough", "6", "ng/mL", VISIT)]
    if (
        not creatinine
    ):  # the baseline itself lies 28 days back and would still count, so the visit is a day later
        rows = [(*row[:3], "2026-03-31", *row[4:]) for row in rows]
    on = VISIT if creatinine else "2026-03-31"
    proposal = propose(person(BASELINE, *rows, doses=(TAKEN,)), TACROLIMUS, on)
    assert proposal.outcome == outcome


def test_without_a_baseline_nothing_is_proposed() -> None:
    rows = [*blood(), ("tacrolimus_trough", "6", "ng/mL", VISIT)]
    proposal = propose(person(*rows, doses=(TAKEN,)), TACROLIMUS, VISIT)
    assert proposal.outcome == "refused"
    assert "aseline" in said(proposal.missing)


def test_pregnancy_leaves_tacrolimus_to_the_investigator() -> None:
    rows = [row for row in blood() if row[0] != "pregnant"] + [("tacrolimus_trough", "6", "ng/mL", VISIT)]
    for answer, alerts in (
        (("pregnant", "true", "", VISIT), 2),
        (("pregnant", "false", "", VISIT), 0),
        (None, 1),
    ):
        extra = [answer] if answer else []
        proposal = propose(person(BASELINE, *rows, *extra, doses=(TAKEN,)), TACROLIMUS, VISIT)
        assert dosed(proposal) == "4 mg/day"
        assert [each.id for each in proposal.alerts] == ["pregnancy"] * alerts


def test_after_an_interruption_the_last_dose_is_proposed_and_the_interruption_shown() -> None:
    held = (Hold(30, TACROLIMUS, "2026-03-20", "invented"),)
    taken = dose(2, TACROLIMUS, WEEK_0, "3", "mg/d", end="2026-03-19")
    rows = [*blood(), ("tacrolimus_trough", "9", "ng/mL", "2026-03-18")]
    proposal = propose(person(BASELINE, *rows, doses=(taken,), holds=held), TACROLIMUS, VISIT)
    assert (dosed(proposal), proposal.rule) == ("3 mg/day", "tacrolimus/carry_on")
    assert [each.id for each in proposal.alerts] == ["held"]
    assert render(proposal.alerts[0].sentence, {}).endswith(
        "Levels measured before it do not change the dose that is proposed."
    )


# fmt: off
UNREADABLE = [
    ("masked",          dose(2, TACROLIMUS, WEEK_0, "", "mg/d", end=None)),
    ("not exact",       dose(2, TACROLIMUS, WEEK_0, "<4", "mg/d", end=None)),
    ("without a unit",  dose(2, TACROLIMUS, WEEK_0, "4", "", end=None)),
    ("another unit",    dose(2, TACROLIMUS, WEEK_0, "4", "mL/d", end=None)),
    ("no exact day",    dose(2, TACROLIMUS, "2026-03", "4", "mg/d", end=None)),
]
# fmt: on


@pytest.mark.parametrize(("what", "taken"), UNREADABLE, ids=[row[0] for row in UNREADABLE])
def test_a_present_dose_that_is_not_exactly_known(what: str, taken: Dose) -> None:
    rows = [*blood(), ("tacrolimus_trough", "9", "ng/mL", VISIT)]
    proposal = propose(person(BASELINE, *rows, doses=(taken,)), TACROLIMUS, VISIT)
    assert proposal.outcome == "refused"
    assert "The present dose of Tacrolimus is not exactly known." in said(proposal.missing)


def test_the_sentences_and_facts_of_a_change() -> None:
    proposal = with_trough("4", "9.2")
    assert said(proposal.because) == (
        "The trough lies above the target, a quarter less. Tacrolimus 12-hour trough 9.2 ng/mL on 2026-03-30 is above "
        "8 ng/mL. From 4 mg/day to 3 mg/day."
    )
    assert len(proposal.facts) == 2
    assert "dose/2" in proposal.facts


def test_what_was_found_is_said_also_where_nothing_changes() -> None:
    proposal = with_trough("4", "6")
    assert said(proposal.because) == (
        "The present dose of 4 mg/day is kept. Tacrolimus 12-hour trough 6 ng/mL on 2026-03-30 is not above 8 ng/mL. "
        "Tacrolimus 12-hour trough 6 ng/mL on 2026-03-30 is not below 5 ng/mL."
    )
    planned = propose(person(*blood()), MYCOPHENOLATE, VISIT)
    assert said(planned.because) == (
        "The protocol plans 1 g/day. Serum creatinine 0.9 mg/dL on 2026-03-30 is 0.818 times its upper limit of normal "
        "(1.1 mg/dL), not above 1 times. Serum albumin 30 g/L on 2026-03-30 is above 20 g/L."
    )
