"""give_dose, hold_dose, discontinue_intervention, record_rescue: what they record, and what they refuse.

A woman of 60 kg: belimumab 10 mg/kg is 600 mg (fact sheet 4.6); everything about her is made up.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.conduct.bliss_ln_forms import vital_signs
from tests.unit.conduct.support import SCREENINGS, Rehearsal, at_stage
from trialwright.conduct.action import BadArgument
from trialwright.conduct.deviations import derive_deviations
from trialwright.locale import read_catalogue
from trialwright.record.participant import Participant
from trialwright.terms.message import render
from trialwright.terms.stored_message import unpack_message

DAY = {"date": "2026-06-01"}
BELIMUMAB = {**DAY, "intervention": "belimumab", "visit": "week_0"}


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


# What is recorded


def test_the_proposed_dose_is_given_without_a_word() -> None:
    rehearsal, who = at_stage("dosed")
    (dose,) = participant(rehearsal, who).doses
    assert (dose.amount, dose.unit, dose.proposed, dose.rule) == ("600", "mg", "600 mg", "belimumab/planned")
    assert dose.because == ("week_0/vital_signs#body.weight",)
    assert (dose.start, dose.end, dose.ongoing, dose.prior, dose.deviation) == (
        "2026-06-01",
        "2026-06-01",
        False,
        False,
        "",
    )
    assert participant(rehearsal, who).deviations == ()


@pytest.mark.parametrize(
    ("amount", "unit", "reason", "deviates"),
    [
        ("600", "mg", "", False),  # the proposed dose in so many words
        ("0.6", "g", "", False),  # in another unit
        ("480", "mg", "only four vials", True),
        ("600", "mL", "a volume", True),  # cannot be compared
    ],
)
def test_another_dose_needs_a_reason_and_is_a_deviation(
    amount: str, unit: str, reason: str, deviates: bool
) -> None:
    rehearsal, who = at_stage("allocated")
    rehearsal.done(
        "open_visit", "coordinator_a", site="a", participant=who, encounter="week_0", date=rehearsal.day
    )
    form = {"form": "vital_signs", "visit": "week_0", "entries": vital_signs()}
    rehearsal.done("record_form", "nurse_a", site="a", participant=who, values=form)
    given = {**BELIMUMAB, "amount": amount, "unit": unit}
    if deviates:
        said = rehearsal.refused("give_dose", "nurse_a", site="a", participant=who, values=given)
        assert "say why it is given" in said
        assert "Proposed: 600 mg." in said
    event = rehearsal.done("give_dose", "nurse_a", site="a", reason=reason, participant=who, values=given)
    found = participant(rehearsal, who)
    assert found.doses[0].deviation == reason
    severity = "minor" if unit == "mg" else "major"  # nobody can tell how much a volume is
    assert [(one.category, one.severity, one.by_system, one.position) for one in found.deviations] == (
        [("dose", severity, True, event.position)] if deviates else []
    )
    if deviates:
        assert found.deviations[0].text == f"Belimumab: {amount} {unit} given; 600 mg proposed."


def test_what_was_not_proposed_is_given_with_a_reason_and_is_a_major_deviation() -> None:
    """Nobody proposes an infusion outside a visit."""
    rehearsal, who = at_stage("allocated")
    values = {**DAY, "intervention": "belimumab", "amount": "600", "unit": "mg"}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="brought forward", participant=who, values=values)
    (deviation,) = participant(rehearsal, who).deviations
    assert deviation.severity == "major"
    assert deviation.text == "Belimumab: 600 mg given; no dose proposed: none is planned."
    said = unpack_message(deviation.says)
    assert said is not None
    assert render(said, read_catalogue("zh")) == "贝利尤单抗：给予600 mg；未建议剂量：未计划给药。"


@pytest.mark.parametrize(
    ("infection", "encounter", "day", "why"),
    [
        (True, "week_2", "2026-06-15", "it is to be interrupted"),
        (False, "week_8", "2026-07-27", "something is missing, or contradictory"),  # no weight for 28 days
    ],
)
def test_why_no_dose_was_proposed_is_said_in_words(
    infection: bool, encounter: str, day: str, why: str
) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to(day)
    call = {"site": "a", "participant": who}
    rehearsal.done("open_visit", "coordinator_a", **call, values={"encounter": encounter, "date": day})
    if infection:
        event = {
            "term": "Pneumonia", "start": day, "grade": "3", "infection": "true", "taken": "held",
            "seriousness": "hospitalisation", "outcome": "not_recovered", "aware": f"{day}T08:00+08:00",
        }  # fmt: skip
        rehearsal.done("report_ae", "investigator_a", **call, values=event)
    dose = {"intervention": "belimumab", "date": day, "visit": encounter}
    refused = rehearsal.refused("give_dose", "nurse_a", **call, values=dose)
    assert "If a dose was given all the same, amount= and unit= record it, with a reason." in refused
    dose |= {"amount": "600", "unit": "mg"}
    rehearsal.done("give_dose", "nurse_a", reason="x", **call, values=dose)
    deviation = participant(rehearsal, who).deviations[-1]
    assert (deviation.text, deviation.severity) == (
        f"Belimumab: 600 mg given; no dose proposed: {why}.",
        "major",
    )


# What is given, how grave a departure it is, and whether the amount is asked about. Belimumab: 600 mg is proposed and the
# protocol names no limits, so half (300) to one and a half times (900) it counts as near; tacrolimus: 2 to 4 mg per day.
AMOUNTS = [
    ("belimumab", "600", "mg", "", False),
    ("belimumab", "480", "mg", "minor", False),
    ("belimumab", "300", "mg", "minor", False),
    ("belimumab", "0.9", "g", "minor", False),
    ("belimumab", "299", "mg", "major", True),
    ("belimumab", "901", "mg", "major", True),
    ("belimumab", "6000", "mg", "major", True),
    ("belimumab", "600", "mL", "major", True),
    ("tacrolimus", "2", "mg/d", "minor", False),  # within the limits, and not what was proposed
    ("tacrolimus", "1.9", "mg/d", "major", True),
    ("tacrolimus", "400", "mg/d", "major", True),
]


@pytest.mark.parametrize(("intervention", "amount", "unit", "severity", "asked"), AMOUNTS)
def test_an_amount_that_may_be_a_slip_is_asked_about_at_entry(
    intervention: str, amount: str, unit: str, severity: str, asked: bool
) -> None:
    rehearsal, who = at_stage("allocated")
    begin_week_0(rehearsal, who)
    chemistry = {"form": "chemistry", "visit": "week_0", "entries": SCREENINGS["beam"]()["chemistry"]}
    rehearsal.done("record_form", "nurse_a", site="a", participant=who, values=chemistry)
    values = {**DAY, "intervention": intervention, "visit": "week_0", "amount": amount, "unit": unit}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="x", participant=who, values=values)
    found = participant(rehearsal, who)
    assert [one.severity for one in found.deviations] == ([severity] if severity else [])
    assert [one.path for one in found.queries] == (["dose/1"] if asked else [])
    if asked:
        assert f"is recorded as {amount} {unit}, and " in found.queries[0].text
        assert "Is this the amount that was given?" in found.queries[0].text


@pytest.mark.parametrize(
    ("intervention", "amount", "unit", "asked"),
    [
        ("belimumab", "600", "mg", False),  # 10 mg/kg of the 60 kg of screening
        ("belimumab", "6000", "mg", True),
        ("belimumab", "600", "mL", True),
        # the taper: 0.6 mg/kg is 36, in steps of 2.5 mg 35, one and a half times 52.5; down to 10, half of it 5
        ("prednisone", "52.5", "mg/d", False),
        ("prednisone", "53", "mg/d", True),
        ("prednisone", "5", "mg/d", False),
        ("prednisone", "4", "mg/d", True),
    ],
)
def test_what_was_not_proposed_is_compared_with_what_the_definition_plans(
    intervention: str, amount: str, unit: str, asked: bool
) -> None:
    """No infusion is planned outside a visit, and a taper without a pulse has no first day."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-20")
    values = {"intervention": intervention, "date": rehearsal.day, "amount": amount, "unit": unit}
    rehearsal.done("give_dose", "investigator_a", site="a", reason="x", participant=who, values=values)
    found = participant(rehearsal, who)
    assert [one.severity for one in found.deviations] == ["major"]
    assert [one.path for one in found.queries] == (["dose/2"] if asked else [])


@pytest.mark.parametrize(
    ("intervention", "amount", "unit", "severity"),
    [
        ("tacrolimus", "4", "mg/d", ""),
        ("tacrolimus", "2", "mg/d", "minor"),  # within 2 to 4, where 4 is proposed
        ("tacrolimus", "3.5", "mg/d", "minor"),
        # nearer than half a step of the rounding is the proposed dose: 4 - 0.5 / 2 = 3.75 is not
        ("tacrolimus", "3.75", "mg/d", "minor"),
        ("tacrolimus", "3.76", "mg/d", ""),
        # 0.1 mL of 80 mg/mL is 8 mg, half of it 4 mg: 600 - 4 = 596
        ("belimumab", "596", "mg", "minor"),
        ("belimumab", "597", "mg", ""),
        ("belimumab", "0.603", "g", ""),
        ("belimumab", "604", "mg", "minor"),
        ("mycophenolate_mofetil", "1.5", "g/d", "minor"),  # within 1.0 to 1.5, where 1.0 is proposed
        ("mycophenolate_mofetil", "1.01", "g/d", "minor"),  # it is not rounded
        ("tacrolimus", "40", "mg/d", "major"),  # the protocol: range 2 to 4 mg per day
        ("tacrolimus", "1", "mg/d", "major"),
        ("tacrolimus", "4", "mL/d", "major"),  # nobody can tell
        ("mycophenolate_mofetil", "10", "g/d", "major"),  # the protocol: range 1.0 to 1.5 g per day
        ("belimumab", "480", "mg", "minor"),  # 600 is proposed, and the definition names no range
    ],
)
def test_a_dose_outside_limits_that_the_definition_names_is_a_major_deviation(
    intervention: str, amount: str, unit: str, severity: str
) -> None:
    rehearsal, who = at_stage("allocated")
    begin_week_0(rehearsal, who)
    chemistry = {name: entries for name, entries in SCREENINGS["beam"]().items() if name == "chemistry"}
    for form, entries in chemistry.items():
        given = {"form": form, "visit": "week_0", "entries": entries}
        rehearsal.done("record_form", "nurse_a", site="a", participant=who, values=given)
    values = {**DAY, "intervention": intervention, "visit": "week_0", "amount": amount, "unit": unit}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="x", participant=who, values=values)
    assert [one.severity for one in participant(rehearsal, who).deviations] == (
        [severity] if severity else []
    )


def test_the_reason_given_at_entry_stands_in_the_table() -> None:
    """4 mg per day was proposed; 2 mg was given because of tremor, which is inside 2 to 4 mg per day."""
    rehearsal, who = at_stage("dosed")
    given = {**DAY, "intervention": "tacrolimus", "visit": "week_0", "amount": "2", "unit": "mg/d"}
    said = rehearsal.refused("give_dose", "investigator_a", site="a", participant=who, values=given)
    assert "say why it is given" in said
    rehearsal.done("give_dose", "investigator_a", site="a", reason="tremor", participant=who, values=given)
    assert told(rehearsal, who) == [
        ("minor", "Tacrolimus: 2 mg/day given; 4 mg/day proposed. Reason given: tremor")
    ]
    number = participant(rehearsal, who).doses[-1].number
    values = {"target": f"dose/{number}", "values": {"amount": "2.5"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="misread", participant=who, values=values)
    assert told(rehearsal, who) == [
        ("minor", "Tacrolimus: 2.5 mg/day given; 4 mg/day proposed. Reason given: tremor")
    ]


def test_the_reason_of_a_correction_is_not_why_the_dose_was_given() -> None:
    rehearsal, who = at_stage("dosed")
    given = {**DAY, "intervention": "tacrolimus", "visit": "week_0"}
    rehearsal.done("give_dose", "investigator_a", site="a", participant=who, values=given)
    number = participant(rehearsal, who).doses[-1].number
    for amount in ("3", "2"):
        values = {"target": f"dose/{number}", "values": {"amount": amount}}
        rehearsal.done("correct", "coordinator_a", site="a", reason="misread", participant=who, values=values)
    assert told(rehearsal, who) == [("minor", "Tacrolimus: 2 mg/day given; 4 mg/day proposed.")]


def told(rehearsal: Rehearsal, who: str) -> list[tuple[str, str]]:
    """The deviations of tacrolimus doses as the table of deviations has them."""
    found = derive_deviations(
        rehearsal.study, participant(rehearsal, who), on=date.fromisoformat(rehearsal.day)
    )
    rows = [(each.severity, render(each.texts[0], {})) for each in found]
    return [row for row in rows if row[1].startswith("Tacrolimus: ")]


def begin_week_0(rehearsal: Rehearsal, who: str) -> None:
    """The visit of week 0 with the weight of 60 kg."""
    values = {"participant": who, "encounter": "week_0", "date": rehearsal.day}
    rehearsal.done("open_visit", "coordinator_a", site="a", values=values)
    form = {"form": "vital_signs", "visit": "week_0", "entries": vital_signs()}
    rehearsal.done("record_form", "nurse_a", site="a", participant=who, values=form)


# What is written beside a dose (expiry, started, stopped), whether it goes, and what is said
BESIDE = [
    ("2027-03-31", "09:10", "10:15", ""),
    ("2026-06", "", "", ""),  # a month lasts to its end
    ("2026-06-01", "9:10", "", ""),  # the last day of the lot
    ("", "2026-06-01T23:30", "2026-06-02T00:40", ""),  # past midnight
    ("", "10:15", "10:15", ""),
    ("2026-05-31", "", "", "The lot of Belimumab expired on 2026-05-31, before the dose of 2026-06-01."),
    ("2026-05", "", "", "expired on 2026-05, before"),
    ("next year", "", "", "next year is no expiry of a lot"),
    ("", "10:15", "09:10", "stopped at 09:10, before it started at 10:15"),
    ("", "2026-06-01T10:15", "09:10", "stopped at 09:10, before it started"),
    ("", "23:30", "00:40", "past midnight, write the days too"),
    ("", "early", "", "early is no time of an infusion"),
    ("", "", "25:00", "25:00 is no time of an infusion"),
    ("", "2026-05-31T09:10", "", "has a time on an earlier day"),
]


@pytest.mark.parametrize(("expiry", "started", "stopped", "said"), BESIDE)
@pytest.mark.parametrize("action", ["give_dose", "correct"])
def test_what_cannot_be_of_a_lot_and_an_infusion(
    action: str, expiry: str, started: str, stopped: str, said: str
) -> None:
    beside = {"expiry": expiry, "started": started, "stopped": stopped}
    beside = {name: text for name, text in beside.items() if text}
    if action == "give_dose":
        rehearsal, who = at_stage("allocated")
        begin_week_0(rehearsal, who)
        values: dict[str, Any] = {**BELIMUMAB, **beside}
        rehearsal.go_to("2026-06-02")
    else:
        rehearsal, who = at_stage("dosed")
        rehearsal.go_to("2026-06-02")
        values = {"target": "dose/1", "values": beside}
    call = {"site": "a", "participant": who, "values": values}
    goes = not said or (action == "correct" and "expired" in said)
    reason = "misread" if action == "correct" else ""
    if goes:
        rehearsal.done(action, "investigator_a", reason=reason, **call)
        assert {name: getattr(participant(rehearsal, who).doses[0], name) for name in beside} == beside
    else:
        assert said in rehearsal.refused(action, "investigator_a", reason=reason, **call)
    if "expired" in said:  # what happened is recorded, with the reason, and is a deviation
        if action == "give_dose":
            rehearsal.done(action, "investigator_a", reason="no other lot", **call)
        (deviation,) = participant(rehearsal, who).deviations
        assert (deviation.category, deviation.severity, deviation.by_system) == ("dose", "major", True)
        assert said in deviation.text


@pytest.mark.parametrize(
    ("intervention", "day", "asked"),
    [
        ("belimumab", "2026-06-02", False),
        ("belimumab", "2026-06-01", True),
        ("belimumab", "2026-06-03", True),
        ("prednisone", "2026-06-02", False),
        ("prednisone", "2026-06-03", False),  # decided at the visit, from the next day on
        ("prednisone", "2026-06-01", True),
    ],
)
def test_a_dose_of_another_day_than_its_visit_is_asked_about(
    intervention: str, day: str, asked: bool
) -> None:
    rehearsal, who = at_stage("allocated")
    rehearsal.go_to("2026-06-02")
    begin_week_0(rehearsal, who)
    rehearsal.go_to("2026-06-03")
    values = {"intervention": intervention, "date": day, "visit": "week_0"}
    values |= {"belimumab": {"amount": "600", "unit": "mg"}, "prednisone": {"amount": "30", "unit": "mg/d"}}[
        intervention
    ]
    rehearsal.done("give_dose", "nurse_a", site="a", reason="x", participant=who, values=values)
    found = participant(rehearsal, who).queries
    assert [one.path for one in found] == (["dose/1"] if asked else [])
    if asked:
        assert f"is of {day}, and its visit Week 0 of 2026-06-02" in found[0].text


# What a dose of 600 mg belimumab, given as proposed, is corrected to, and what comes of it
CORRECTED = [
    # amount, unit, severity of the deviation, whether it is asked about
    ("0.6", "g", "", False),
    ("6000", "mg", "major", True),
    ("800", "mg", "minor", True),
    ("600", "kg", "major", True),
    ("600", "mL", "major", True),
]


@pytest.mark.parametrize(("amount", "unit", "severity", "asked"), CORRECTED)
def test_a_corrected_dose_is_judged_like_a_given_one(
    amount: str, unit: str, severity: str, asked: bool
) -> None:
    rehearsal, who = at_stage("dosed")
    values = {"target": "dose/1", "values": {"amount": amount, "unit": unit}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="misread", participant=who, values=values)
    found = participant(rehearsal, who)
    assert (found.doses[0].amount, found.doses[0].unit) == (amount, unit)
    assert found.doses[0].deviation == ("misread" if severity else "")
    assert [(one.category, one.severity, one.by_system) for one in found.deviations] == (
        [("dose", severity, True)] if severity else []
    )
    assert [one.path for one in found.queries] == (["dose/1"] if asked else [])
    if asked:
        assert f"corrected to {amount} {unit}, and 600 mg was proposed" in found.queries[0].text


# A dose of belimumab entered as 480 mg where 600 was proposed; what is then corrected, one after the other; and which of its
# deviations follow from the record as it then stands, by what the sentence says
ENTERED: list[tuple[str, dict[str, str], list[dict[str, str]], list[str]]] = [
    ("as entered", {}, [], ["480 mg given"]),
    ("put right", {}, [{"amount": "600"}], []),
    ("put right in another unit", {}, [{"amount": "0.6", "unit": "g"}], []),
    ("to another dose still", {}, [{"amount": "400"}], ["400 mg given"]),
    ("put right after all", {}, [{"amount": "400"}, {"amount": "600"}], []),
    ("put right, and wrong again", {}, [{"amount": "600"}, {"amount": "400"}], ["400 mg given"]),
    ("something else of it", {}, [{"lot": "L7"}], ["480 mg given"]),
    ("expired too", {"expiry": "2026-05"}, [], ["480 mg given", "expired on 2026-05"]),
    ("expired, amount put right", {"expiry": "2026-05"}, [{"amount": "600"}], ["expired on 2026-05"]),
    ("expired, expiry put right", {"expiry": "2026-05"}, [{"expiry": "2027-05"}], ["480 mg given"]),
    ("expired, both put right", {"expiry": "2026-05"}, [{"amount": "600", "expiry": "2027-05"}], []),
    ("expired, another expiry as late", {"expiry": "2026-05"}, [{"expiry": "2026-04"}], ["480 mg given", "expired on 2026-04"]),
    ("found expired on correction", {}, [{"amount": "600", "expiry": "2026-05"}], ["expired on 2026-05"]),
    ("found expired, and put right", {}, [{"expiry": "2026-05"}, {"expiry": "2027-05"}], ["480 mg given"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "beside", "corrections", "standing"), ENTERED, ids=[each[0] for each in ENTERED]
)
def test_a_deviation_of_a_dose_follows_from_the_record_as_it_stands(
    case: str, beside: dict[str, str], corrections: list[dict[str, str]], standing: list[str]
) -> None:
    rehearsal, who = at_stage("allocated")
    begin_week_0(rehearsal, who)
    call = {"site": "a", "participant": who}
    given = {**BELIMUMAB, "amount": "480", "unit": "mg", **beside}
    rehearsal.done("give_dose", "investigator_a", reason="misread", values=given, **call)
    entered = len(participant(rehearsal, who).deviations)
    for each in corrections:
        values = {"target": "dose/1", "values": each}
        rehearsal.done("correct", "investigator_a", reason="typing error", values=values, **call)
    found = participant(rehearsal, who)
    day = date.fromisoformat(rehearsal.day)
    said = [
        render(each.texts[0], {})
        for each in derive_deviations(rehearsal.study, found, on=day)
        if each.category == "dose"
        and each.visit == "week_0"
        and "belimumab" in render(each.texts[0], {}).lower()
    ]
    assert len(said) == len(standing), said
    assert all(any(part in text for text in said) for part in standing), said
    # Nothing is lost: what was found at entry is there, and says which correction took it back.
    assert len(found.deviations) >= entered
    gone = [one for one in found.deviations if one.taken_back]
    assert len(found.deviations) - len(gone) == len(standing)
    assert all(one.taken_back > one.position for one in gone)


def test_what_a_person_reported_of_a_dose_stays_when_it_is_corrected() -> None:
    rehearsal, who = at_stage("allocated")
    begin_week_0(rehearsal, who)
    call = {"site": "a", "participant": who}
    given = {**BELIMUMAB, "amount": "480", "unit": "mg"}
    rehearsal.done("give_dose", "investigator_a", reason="misread", values=given, **call)
    told = {
        "date": rehearsal.day,
        "category": "dose",
        "severity": "minor",
        "text": "too little",
        "visit": "week_0",
    }
    rehearsal.done("report_deviation", "investigator_a", values=told, **call)
    values = {"target": "dose/1", "values": {"amount": "600"}}
    rehearsal.done("correct", "investigator_a", reason="typing error", values=values, **call)
    assert [one.by_system for one in participant(rehearsal, who).deviations if not one.taken_back] == [False]


def test_a_major_deviation_of_a_dose_that_was_put_right_is_no_fact_for_the_sets() -> None:
    rehearsal, who = at_stage("allocated")
    values = {**DAY, "intervention": "belimumab", "amount": "600", "unit": "mg"}
    begin_week_0(rehearsal, who)
    values |= {"visit": "week_0", "expiry": "2026-05"}
    rehearsal.done(
        "give_dose", "investigator_a", site="a", reason="no other lot", participant=who, values=values
    )
    concepts = {fact.concept for fact in participant(rehearsal, who).facts()}
    assert {"major_deviation_dose", "major_deviation_at_week_0"} <= concepts
    right = {"target": "dose/1", "values": {"expiry": "2027-05"}}
    rehearsal.done("correct", "investigator_a", site="a", reason="misread", participant=who, values=right)
    concepts = {fact.concept for fact in participant(rehearsal, who).facts()}
    assert not {"major_deviation_dose", "major_deviation_at_week_0"} & concepts


@pytest.mark.parametrize(
    ("amount", "severity"), [("2", "minor"), ("3.5", "minor"), ("3.9", ""), ("40", "major"), ("1", "major")]
)
def test_a_corrected_dose_is_judged_by_the_limits_of_the_definition(amount: str, severity: str) -> None:
    """Tacrolimus 4 mg per day; the protocol: range 2 to 4."""
    rehearsal, who = at_stage("dosed")
    given = {**DAY, "intervention": "tacrolimus", "visit": "week_0"}
    rehearsal.done("give_dose", "investigator_a", site="a", participant=who, values=given)
    number = participant(rehearsal, who).doses[-1].number
    values = {"target": f"dose/{number}", "values": {"amount": amount}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="misread", participant=who, values=values)
    found = participant(rehearsal, who)
    assert [one.severity for one in found.deviations] == ([severity] if severity else [])
    back = {"target": f"dose/{number}", "values": {"amount": "4"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="it was right", participant=who, values=back)
    assert participant(rehearsal, who).doses[-1].deviation == ""


def test_a_corrected_day_is_asked_about_and_not_before_allocation() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-03")
    call = {"site": "a", "reason": "misread", "participant": who}
    values = {"target": "dose/1", "values": {"start": "2026-05-30"}}
    assert "lies before allocation of 2026-06-01" in rehearsal.refused(
        "correct", "coordinator_a", **call, values=values
    )
    values = {"target": "dose/1", "values": {"start": "2026-06-02"}}
    rehearsal.done("correct", "coordinator_a", **call, values=values)
    assert [one.path for one in participant(rehearsal, who).queries] == ["dose/1"]
    rehearsal.done("correct", "coordinator_a", **call, values={"target": "dose/1", "values": {"lot": "L1"}})
    assert len(participant(rehearsal, who).queries) == 1


def test_a_daily_dose_goes_on_until_the_next_one() -> None:
    rehearsal, who = at_stage("dosed")
    for day, amount in (("2026-06-01", "30"), ("2026-06-15", "25")):
        rehearsal.go_to(day)
        values = {"intervention": "prednisone", "date": day, "amount": amount, "unit": "mg/d"}
        rehearsal.done("give_dose", "nurse_a", site="a", reason="taper", participant=who, values=values)
    found = [one for one in participant(rehearsal, who).doses if one.intervention == "prednisone"]
    assert [(one.start, one.end, one.ongoing, one.amount) for one in found] == [
        ("2026-06-01", "2026-06-14", False, "30"),
        ("2026-06-15", "", True, "25"),
    ]


def test_lot_expiry_times_and_reaction_are_kept() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-02")
    kept = {"lot": "L-17", "expiry": "2027-01", "started": "09:10", "stopped": "10:15", "reaction": "none"}
    values = {**DAY, "intervention": "prednisone", "amount": "30", "unit": "mg/d", **kept}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="x", participant=who, values=values)
    dose = participant(rehearsal, who).doses[-1]
    assert {name: getattr(dose, name) for name in kept} == kept


def test_earlier_care_is_put_on_record_without_a_proposal() -> None:
    rehearsal, who = at_stage("screened")
    values = {"intervention": "methylprednisolone_pulse", "date": "2026-05-23", "end": "2026-05-25",
              "amount": "500", "unit": "mg/d", "prior": "true"}  # fmt: skip
    rehearsal.done("give_dose", "nurse_a", site="a", participant=who, values=values)
    (dose,) = participant(rehearsal, who).doses
    assert (dose.prior, dose.proposed, dose.rule, dose.end) == (True, "", "", "2026-05-25")
    assert participant(rehearsal, who).deviations == ()


def test_an_interruption_and_a_stop_end_a_daily_dose_on_the_eve() -> None:
    rehearsal, who = at_stage("dosed")
    values = {**DAY, "intervention": "prednisone", "amount": "30", "unit": "mg/d"}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="x", participant=who, values=values)
    rehearsal.go_to("2026-06-10")
    held = {"intervention": "prednisone", "date": "2026-06-08"}
    rehearsal.done("hold_dose", "nurse_a", site="a", reason="infection", participant=who, values=held)
    found = participant(rehearsal, who)
    assert (found.doses[-1].end, found.doses[-1].ongoing) == ("2026-06-07", False)
    assert [(one.intervention, one.start, one.reason) for one in found.holds] == [
        ("prednisone", "2026-06-08", "infection")
    ]
    stopped = {"intervention": "prednisone", "date": "2026-06-09"}
    rehearsal.done(
        "discontinue_intervention",
        "investigator_a",
        site="a",
        reason="sepsis",
        participant=who,
        values=stopped,
    )
    assert participant(rehearsal, who).discontinuations[0].date == "2026-06-09"


def test_rescue_therapy_is_recorded_with_its_reason() -> None:
    rehearsal, who = at_stage("dosed")
    values = {**DAY, "therapy": "rituximab", "text": "1 g"}
    event = rehearsal.done(
        "record_rescue", "investigator_a", site="a", reason="flare", participant=who, values=values
    )
    (rescue,) = participant(rehearsal, who).rescues
    assert (rescue.date, rescue.therapy, rescue.text) == ("2026-06-01", "rituximab", "1 g")
    assert rehearsal.store.text(event.reason) == "flare"


# What is refused

PREDNISONE = {"intervention": "prednisone", "amount": "30", "unit": "mg/d"}
PRIOR = {**PREDNISONE, "prior": "true"}
REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    # how far she has come, the action, its values, what is said
    ("dosed", "give_dose", {**DAY, "intervention": "aspirin"}, "The study has no intervention aspirin; it has:"),
    ("dosed", "give_dose", BELIMUMAB, "was given at this visit already"),
    ("dosed", "give_dose", {**PREDNISONE, "date": "2026-06-02"}, "lies in the future"),
    ("dosed", "give_dose", {**PREDNISONE, **DAY, "end": "2026-06-02"}, "lies in the future"),
    ("dosed", "give_dose", {**PREDNISONE, **DAY, "end": "2026-05-31"}, "before it starts"),
    ("dosed", "give_dose", {**PREDNISONE, **DAY, "visit": "week_2"}, "The visit Week 2 (week_2) has not been opened; open_visit records that it takes place."),
    ("dosed", "give_dose", {**PREDNISONE, **DAY, "visit": "week_99"}, "There is no visit week_99; recorded are: Screening (screening), Week 0 (week_0)"),
    ("dosed", "give_dose", {**PREDNISONE, **DAY, "unit": "milligrams"}, "milligrams is no unit"),
    ("dosed", "give_dose", {**DAY, "intervention": "prednisone", "amount": "30"}, "needs an amount and its unit"),
    ("dosed", "give_dose", {**PREDNISONE, "date": "2026-05-27"}, "lies before consent"),
    ("dosed", "give_dose", {**BELIMUMAB, "date": "2026-05-31", "visit": ""}, "lies before allocation of 2026-06-01"),
    ("dosed", "give_dose", {**PRIOR, **DAY}, "earlier care is recorded before that"),
    ("screened", "give_dose", {**PRIOR, "date": "2026-05-20", "unit": ""}, "Earlier care needs unit."),
    ("screened", "give_dose", {**PRIOR, "date": "2026-05-20", "visit": "week_0"}, "The visit Week 0 (week_0) has not been opened"),
    ("screened", "give_dose", {**PRIOR, "date": "2026-05-29"}, "lies in the future"),
    ("screened", "give_dose", {"date": "2026-05-28", "intervention": "belimumab"}, "waits for allocation to an arm"),
    ("screened", "give_dose", {**PRIOR, "date": "1985-05-20"}, "lies before the birth of a-001"),
    ("dosed", "hold_dose", {"date": "1989-12-31", "intervention": "belimumab"}, "lies before the birth of a-001"),
    ("dosed", "hold_dose", {**DAY, "intervention": "aspirin"}, "The study has no intervention aspirin"),
    ("dosed", "hold_dose", {"date": "2026-06-02", "intervention": "belimumab"}, "lies in the future"),
    ("screened", "hold_dose", {"date": "2026-05-28", "intervention": "belimumab"}, "does not receive belimumab"),
    ("dosed", "discontinue_intervention", {**DAY, "intervention": "prednisone"}, "has not taken prednisone"),
    ("dosed", "discontinue_intervention", {"date": "2026-05-31", "intervention": "belimumab"}, "before the first dose"),
    ("dosed", "discontinue_intervention", {"date": "2026-06-02", "intervention": "belimumab"}, "in the future"),
    ("enrolled", "discontinue_intervention", {**DAY, "intervention": "belimumab"}, "has not been allocated"),
    ("dosed", "record_rescue", {"date": "2026-06-02", "therapy": "pulse"}, "lies in the future"),
    ("dosed", "record_rescue", {"date": "2026-05-31", "therapy": "pulse"}, "lies before allocation of 2026-06-01"),
    ("enrolled", "record_rescue", {**DAY, "therapy": "pulse"}, "has not been allocated"),
]  # fmt: skip


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31"])
@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("hold_dose", {"intervention": "belimumab"}),
        ("give_dose", {"intervention": "prednisone", "prior": "true", "amount": "5", "unit": "mg/d"}),
    ],
)
def test_a_day_of_another_age_is_a_slip_of_the_pen(action: str, values: dict[str, Any], day: str) -> None:
    rehearsal, who = at_stage("dosed")
    before = rehearsal.store.head
    with pytest.raises(BadArgument, match="lies before"):
        rehearsal.act(
            action, "investigator_a", site="a", reason="x", participant=who, values={**values, "date": day}
        )
    assert rehearsal.store.head == before
    for start, said in (("0001-01-01", "lies before 1900-01-01"), ("1985-01-01", "before the birth")):
        values = {"target": "dose/1", "values": {"start": start}}
        assert said in rehearsal.refused(
            "correct", "investigator_a", site="a", reason="x", participant=who, values=values
        )


def test_what_the_books_could_not_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever an action may let through: a ledger that nobody can open any more helps no participant."""
    rehearsal, who = at_stage("dosed")
    monkeypatch.setattr("trialwright.conduct.action.EARLIEST", date.min)
    monkeypatch.setattr("trialwright.conduct.standing.EARLIEST", date.min)
    monkeypatch.setattr("trialwright.conduct.standing.check_born", lambda participant, day: None)
    values = {"intervention": "prednisone", "date": "0001-01-01"}
    assert "could not be read again" in rehearsal.refused(
        "hold_dose", "nurse_a", site="a", reason="x", participant=who, values=values
    )
    assert rehearsal.trial.participant(who) is not None


@pytest.mark.parametrize(("stage", "action", "values", "said"), REFUSED)
def test_what_cannot_be(stage: str, action: str, values: dict[str, Any], said: str) -> None:
    rehearsal, who = at_stage(stage)
    assert said in rehearsal.refused(
        action, "investigator_a", site="a", reason="x", participant=who, values=values
    )


@pytest.mark.parametrize("action", ["give_dose", "hold_dose", "discontinue_intervention"])
def test_what_was_stopped_for_good_is_neither_given_nor_held_nor_stopped_again(action: str) -> None:
    rehearsal, who = at_stage("dosed")
    stopped = {**DAY, "intervention": "belimumab"}
    rehearsal.done(
        "discontinue_intervention", "investigator_a", site="a", reason="x", participant=who, values=stopped
    )
    assert "was stopped for good" in rehearsal.refused(
        action, "investigator_a", site="a", reason="x", participant=who, values=stopped
    )


def test_another_arms_intervention_is_not_given() -> None:
    rehearsal, who = at_stage("enrolled")
    values = {"participant": who, **DAY, "arm": "MT"}
    rehearsal.done("allocate", "investigator_a", site="a", reason="her wish", values=values)
    given = {**DAY, "intervention": "belimumab", "amount": "600", "unit": "mg"}
    assert "Belimumab is not given in this arm." in rehearsal.refused(
        "give_dose", "investigator_a", site="a", reason="x", participant=who, values=given
    )
    assert "does not receive belimumab" in rehearsal.refused(
        "hold_dose", "investigator_a", site="a", reason="x", participant=who, intervention="belimumab", **DAY
    )


@pytest.mark.parametrize("ended", ["withdraw_consent", "lost_to_follow_up", "record_death"])
@pytest.mark.parametrize("action", ["give_dose", "hold_dose", "record_rescue"])
def test_nobody_is_treated_whose_course_has_ended(ended: str, action: str) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.done(ended, "investigator_a", site="a", reason="x", participant=who, **DAY)
    rehearsal.go_to("2026-06-02")
    values = {**(PREDNISONE if action == "give_dose" else {}), "date": rehearsal.day}
    values |= {"hold_dose": {"intervention": "belimumab"}, "record_rescue": {"therapy": "pulse"}}.get(
        action, {}
    )
    said = {
        "withdraw_consent": "withdrew consent",
        "lost_to_follow_up": "was lost",
        "record_death": "died on",
    }
    assert said[ended] in rehearsal.refused(
        action, "investigator_a", site="a", reason="x", participant=who, values=values
    )


# At nine o'clock on 2 June, the dose of which day, started and stopped when, and what is said
NOT_YET = [
    ("2026-06-02", "08:15", "08:55", ""),
    ("2026-06-02", "08:15", "09:00", ""),
    ("2026-06-02", "08:15", "09:30", "has a time that has not come yet: 09:30; at the site it is 2026-06-02 09:00"),
    ("2026-06-02", "23:59", "23:59", "not come yet: 23:59"),
    ("2026-06-02", "2026-06-02T08:15", "2026-06-02T10:15", "not come yet: 2026-06-02T10:15"),
    ("2026-06-01", "23:30", "2026-06-02T09:30", "not come yet: 2026-06-02T09:30"),
    ("2026-06-01", "23:30", "2026-06-02T00:40", ""),
]  # fmt: skip


@pytest.mark.parametrize(("day", "started", "stopped", "said"), NOT_YET)
def test_an_infusion_has_no_time_that_has_not_come_yet(
    day: str, started: str, stopped: str, said: str
) -> None:
    rehearsal, who = at_stage("allocated")
    rehearsal.go_to("2026-06-02")
    values = {"intervention": "belimumab", "date": day, "amount": "600", "unit": "mg"}
    call: dict[str, Any] = {"site": "a", "reason": "x", "participant": who}
    times = {"started": started, "stopped": stopped}
    if said:
        assert said in rehearsal.refused("give_dose", "nurse_a", **call, values={**values, **times})
    else:
        rehearsal.done("give_dose", "nurse_a", **call, values={**values, **times})


# A daily intervention, amount and unit as typed, and whether it says that it is per day
PER_DAY = [
    ("prednisone", "35", "mg/d", True),
    ("prednisone", "35", "mg", False),
    ("prednisone", "0.035", "g", False),
    ("tacrolimus", "4", "mg", False),
    ("mycophenolate_mofetil", "1", "g", False),
    ("mycophenolate_mofetil", "1", "g/d", True),
]


@pytest.mark.parametrize(("intervention", "amount", "unit", "goes"), PER_DAY)
@pytest.mark.parametrize("prior", [True, False])
def test_a_daily_dose_says_that_it_is_per_day(
    intervention: str, amount: str, unit: str, goes: bool, prior: bool
) -> None:
    rehearsal, who = at_stage("screened" if prior else "dosed")
    values = {"intervention": intervention, "date": rehearsal.day, "amount": amount, "unit": unit}
    call: dict[str, Any] = {"site": "a", "reason": "x", "participant": who}
    call["values"] = {**values, **({"prior": "true"} if prior else {})}
    if goes:
        rehearsal.done("give_dose", "nurse_a", **call)
        number = participant(rehearsal, who).doses[-1].number
        said = rehearsal.refused(
            "correct", "coordinator_a", site="a", reason="x", participant=who,
            values={"target": f"dose/{number}", "values": {"unit": unit.removesuffix("/d")}},
        )  # fmt: skip
    else:
        said = rehearsal.refused("give_dose", "nurse_a", **call)
    bare = unit.removesuffix("/d")
    assert f"Write the sum of a day as amount={amount} unit={bare}/d." in said


# Earlier care on record: methylprednisolone 0.5 g/d from 23 to 25 May, prednisone 35 mg/d from 26 May on; what is told anew
TOLD_ALREADY = [
    ("methylprednisolone_pulse", "0.5", "g/d", "2026-05-23", "2026-05-25", "as dose 1"),
    ("methylprednisolone_pulse", "500", "mg/d", "2026-05-23", "2026-05-25", "as dose 1"),
    ("methylprednisolone_pulse", "0.5", "g/d", "2026-05-20", "2026-05-22", ""),
    (
        "methylprednisolone_pulse",
        "0.25",
        "g/d",
        "2026-05-23",
        "2026-05-25",
        "",
    ),  # another amount: the later entry counts
    ("prednisone", "35", "mg/d", "2026-05-26", "", "as dose 2"),
    ("prednisone", "30", "mg/d", "2026-05-27", "", ""),
    ("prednisone", "35", "mg/d", "2026-05-27", "", ""),
]


@pytest.mark.parametrize(("intervention", "amount", "unit", "start", "end", "said"), TOLD_ALREADY)
def test_earlier_care_is_told_once(
    intervention: str, amount: str, unit: str, start: str, end: str, said: str
) -> None:
    rehearsal, who = at_stage("screened")
    call: dict[str, Any] = {"site": "a", "participant": who}

    def told(*row: str) -> dict[str, str]:
        names = ("intervention", "amount", "unit", "date", "end")
        return {"prior": "true", **{name: text for name, text in zip(names, row, strict=True) if text}}

    for row in (
        ("methylprednisolone_pulse", "0.5", "g/d", "2026-05-23", "2026-05-25"),
        ("prednisone", "35", "mg/d", "2026-05-26", ""),
    ):
        rehearsal.done("give_dose", "nurse_a", **call, values=told(*row))
    values = told(intervention, amount, unit, start, end)
    if said:
        found = rehearsal.refused("give_dose", "nurse_a", **call, values=values)
        assert f"This is recorded already, {said}:" in found
    else:
        rehearsal.done("give_dose", "nurse_a", **call, values=values)
