"""The participant's file: forms, corrections, queries, signatures, source verification, masking; and their refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.action import BadArgument
from trialwright.record.content import stands
from trialwright.record.event import canonical, row
from trialwright.record.participant import Participant

WEIGHT = "week_0/vital_signs#body.weight"


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


# Queries


def test_a_query_goes_from_open_over_answered_to_closed() -> None:
    rehearsal, who = at_stage("dosed")
    at_a: dict[str, Any] = {"site": "a", "participant": who}
    states = []
    for action, account, values in (
        ("raise_query", "monitor", {"path": WEIGHT, "text": "With shoes?"}),
        ("answer_query", "coordinator_a", {"number": "1", "answer": "Without."}),
        ("answer_query", "nurse_a", {"number": "1", "answer": "Without, weighed twice."}),
        ("close_query", "data_manager", {"number": "1"}),
    ):
        rehearsal.done(action, account, **at_a, values=values)
        (query,) = participant(rehearsal, who).queries
        states.append((query.state, query.answer))
    assert states == [
        ("open", ""),
        ("answered", "Without."),
        ("answered", "Without, weighed twice."),
        ("closed", "Without, weighed twice."),
    ]
    assert (query.path, query.text) == (WEIGHT, "With shoes?")


def test_an_unlikely_value_is_asked_back_by_itself_once() -> None:
    """Vital signs expect 35 to 150 kg; the question repeats what was typed, so it can be masked like it."""
    rehearsal, who = at_stage("dosed")
    for weight in ("160 kg", "161 kg"):
        changed = {"target": "week_0/vital_signs", "entries": {"body.weight": weight}}
        event = rehearsal.done(
            "correct", "coordinator_a", site="a", reason="x", participant=who, values=changed
        )
    queries = [query for query in participant(rehearsal, who).queries if query.path == WEIGHT]
    # beyond the limits, and unlike the weight of screening; neither is asked a second time for 161 kg
    assert [query.state for query in queries] == ["open", "open"]
    assert ["160 kg" in query.text for query in queries] == [True, False]
    assert b"160 kg" not in b"".join(canonical(row(one)) for one in rehearsal.store.events())
    assert "queries" not in event.data


@pytest.mark.parametrize(
    ("account", "action", "values", "said"),
    [
        (
            "monitor",
            "raise_query",
            {"path": "week_2/urine", "text": "x"},
            "Nothing is recorded at week_2/urine.",
        ),
        (
            "monitor",
            "raise_query",
            {"path": "week_0/vital_signs#body.shoes", "text": "x"},
            "Nothing is recorded at",
        ),
        ("coordinator_a", "answer_query", {"number": "1", "answer": "x"}, "There is no open query 1."),
        ("monitor", "close_query", {"number": "1"}, "There is no answered query 1."),
    ],
)
def test_a_query_that_cannot_be(account: str, action: str, values: dict[str, str], said: str) -> None:
    rehearsal, who = at_stage("dosed")
    assert said in rehearsal.refused(action, account, site="a", participant=who, values=values)


def test_a_query_is_closed_when_it_was_answered_and_then_rests() -> None:
    rehearsal, who = at_stage("dosed")
    at_a: dict[str, Any] = {"site": "a", "participant": who}
    rehearsal.done("raise_query", "monitor", **at_a, path=WEIGHT, text="x")
    assert "no answered query 1" in rehearsal.refused("close_query", "monitor", **at_a, number="1")
    rehearsal.done("answer_query", "coordinator_a", **at_a, number="1", answer="x")
    rehearsal.done("close_query", "monitor", **at_a, number="1")
    assert "no open query 1" in rehearsal.refused(
        "answer_query", "coordinator_a", **at_a, number="1", answer="y"
    )
    assert "no answered query 1" in rehearsal.refused("close_query", "monitor", **at_a, number="1")
    event = rehearsal.done("raise_query", "monitor", **at_a, path="week_0/vital_signs", text="x")
    assert event.data["number"] == 2


# Signatures and source verification


@pytest.mark.parametrize("action", ["sign", "verify_source"])
def test_only_what_is_there_is_signed_or_compared(action: str) -> None:
    rehearsal, who = at_stage("dosed")
    values = {"target": "week_2", **({"meaning": "reviewed"} if action == "sign" else {})}
    account = "investigator_a" if action == "sign" else "monitor"
    assert "The visit Week 2 (week_2) has not been opened" in rehearsal.refused(
        action, account, site="a", participant=who, values=values
    )


@pytest.mark.parametrize("target", ["week_0", "casebook"])
def test_source_verification_is_broken_by_a_later_change(target: str) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.done("verify_source", "monitor", site="a", participant=who, target=target)
    found = participant(rehearsal, who)
    assert stands(found, found.verifications[0])
    changed = {"target": "week_0/vital_signs", "entries": {"body.weight": "61 kg"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=changed)
    found = participant(rehearsal, who)
    assert not stands(found, found.verifications[0])
    rehearsal.done("verify_source", "monitor", site="a", participant=who, target=target)
    found = participant(rehearsal, who)
    assert [stands(found, one) for one in found.verifications] == [False, True]


def test_a_signature_has_a_meaning_from_the_list() -> None:
    rehearsal, who = at_stage("dosed")
    with pytest.raises(BadArgument):
        rehearsal.act("sign", "investigator_a", site="a", participant=who, target="week_0", meaning="seen")


# Corrections

CORRECTED_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"target": "week_2/urine", "entries": {"x.y": "1"}}, "Nothing is recorded at week_2/urine; name a form record"),
    ({"target": "week_0/vital_signs"}, "Say which items are corrected."),
    ({"target": "week_0/vital_signs", "entries": {"body.weight": "60 kg"}}, "Nothing is changed."),
    ({"target": "week_0/vital_signs", "entries": {"body.shoes": "1"}}, "body.shoes"),
    ({"target": "week_0/vital_signs", "entries": {"body.weight": "600 kg"}}, "is not possible"),
    ({"target": "week_0/vital_signs", "entries": {"body.bmi": "22"}}, "is calculated, not entered"),
    ({"target": "demographics", "values": {"name": "x"}}, "Of demographics these may be corrected: sex, birth."),
    ({"target": "demographics", "values": {}}, "Of demographics these may be corrected"),
    ({"target": "demographics", "values": {"sex": "woman"}}, "The sex is one of"),
    ({"target": "demographics", "values": {"birth": "soon"}}, "soon is no date of birth"),
    ({"target": "demographics", "values": {"birth": "2026-05-29"}}, "is no date of birth"),
    ({"target": "dose/2", "values": {"amount": "1"}}, "Nothing is recorded at dose/2"),
    ({"target": "dose/1", "values": {"colour": "1"}}, "Of a dose these may be corrected: start, end, amount"),
    ({"target": "dose/1", "values": {}}, "Of a dose these may be corrected"),
    ({"target": "dose/1", "values": {"date": "2026-05-27"}}, "lies before consent"),
    ({"target": "dose/1", "values": {"start": "first of June"}}, "first of June is no day"),
    ({"target": "dose/1", "values": {"start": "20260601"}}, "20260601 is no day"),
    ({"target": "dose/1", "values": {"start": "2026-06-02"}}, "lies in the future"),
    ({"target": "dose/1", "values": {"start": "2026-05-27"}}, "lies before consent"),
    ({"target": "dose/1", "values": {"end": "2026-05-31"}}, "before it starts"),
    ({"target": "dose/1", "values": {"end": ""}}, "is no day"),
    ({"target": "dose/1", "values": {"amount": "many"}}, "A dose has an amount, which is a number"),
    ({"target": "dose/1", "values": {"unit": ""}}, "A dose has an amount, which is a number, and its unit."),
    ({"target": "dose/1", "values": {"unit": "vials"}}, "vials is no unit"),
    ({"target": "visit/week_2", "values": {"date": "2026-06-01"}}, "Nothing is recorded at visit/week_2"),
    ({"target": "visit/week_0", "values": {"encounter": "week_2"}}, "Of a visit the date may be corrected"),
    ({"target": "visit/week_0", "values": {"date": "yesterday"}}, "yesterday is no day"),
    ({"target": "visit/week_0", "values": {"date": "2026-06-02"}}, "lies in the future"),
    ({"target": "visit/week_0", "values": {"date": "2026-05-27"}}, "lies before consent"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "said"), CORRECTED_REFUSED)
def test_a_correction_that_cannot_be(values: dict[str, Any], said: str) -> None:
    rehearsal, who = at_stage("dosed")
    assert said in rehearsal.refused(
        "correct", "coordinator_a", site="a", reason="x", participant=who, values=values
    )


def test_the_day_of_a_single_dose_is_one_day() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-02")
    values = {"target": "dose/1", "values": {"start": "2026-06-02"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)
    dose = participant(rehearsal, who).doses[0]
    assert (dose.start, dose.end, dose.ongoing) == ("2026-06-02", "2026-06-02", False)


@pytest.mark.parametrize(("end", "ongoing"), [("2026-06-01", False), ("", True)])
def test_a_daily_dose_goes_on_exactly_where_it_has_no_end(end: str, ongoing: bool) -> None:
    rehearsal, who = at_stage("dosed")
    given = {"intervention": "prednisone", "date": "2026-06-01", "amount": "30", "unit": "mg/d"}
    given |= {} if end else {"end": "2026-06-01"}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="x", participant=who, values=given)
    assert participant(rehearsal, who).doses[1].ongoing is not ongoing
    values = {"target": "dose/2", "values": {"end": end}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)
    dose = participant(rehearsal, who).doses[1]
    assert (dose.end, dose.ongoing) == (end, ongoing)


# Forms

FORM_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"form": "moon", "visit": "week_0"}, "The study has no form moon; it has:"),
    ({"form": "urine"}, "belongs to a visit; name it"),
    ({"form": "urine", "visit": "week_2"}, "The visit Week 2 (week_2) has not been opened"),
    ({"form": "biopsy", "visit": "week_0"}, "is not asked at the visit week_0"),
    ({"form": "urine", "visit": "week_0", "entries": {"moon.phase": "full"}}, "has no such item"),
    ({"form": "urine", "visit": "week_0", "entries": {}}, "is missing"),
    ({"form": "urine", "visit": "week_0", "entries": {"*": "not_done:no_reason"}}, "Say why it was not done"),
]


@pytest.mark.parametrize(("values", "said"), FORM_REFUSED)
def test_a_form_that_cannot_be(values: dict[str, Any], said: str) -> None:
    rehearsal, who = at_stage("dosed")
    form = {"entries": {"*": "not_done:declined"}, **values}
    assert said in rehearsal.refused("record_form", "nurse_a", site="a", participant=who, values=form)


def test_a_form_of_a_missed_visit_is_not_recorded() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-19")
    rehearsal.done("missed_visit", "coordinator_a", site="a", reason="x", participant=who, encounter="week_2")
    form = {"form": "urine", "visit": "week_2", "entries": {"*": "not_done:declined"}}
    assert "The visit week_2 is recorded as missed; correct target=visit/week_2" in rehearsal.refused(
        "record_form", "nurse_a", site="a", participant=who, values=form
    )


# Masking


@pytest.mark.parametrize(
    ("account", "site", "values", "said"),
    [
        ("investigator_a", "a", {"position": "9999"}, "There is no event 9999 at this site."),
        ("investigator_b", "b", {"position": "{consent}"}, "There is no event"),
        (
            "data_manager",
            "",
            {"position": "{consent}", "containing": "nobody wrote this"},
            "holds no such text",
        ),
        ("investigator_a", "a", {"position": "{visit}"}, "holds no such text"),
        ("investigator_a", "a", {"position": "{consent}"}, "no such free text"),
        ("investigator_a", "a", {"position": "{form}"}, "no such free text"),
        ("investigator_a", "a", {"position": "{dose}"}, "no such free text"),
    ],
)
def test_a_masking_that_cannot_be(account: str, site: str, values: dict[str, str], said: str) -> None:
    rehearsal, _ = at_stage("dosed")
    positions = {
        name: str(next(event.position for event in rehearsal.store.events() if event.type == kind))
        for name, kind in (
            ("consent", "consented"),
            ("visit", "visit_opened"),
            ("form", "form_recorded"),
            ("dose", "dose_given"),
        )
    }
    filled = {name: text.format(**positions) for name, text in values.items()}
    assert said in rehearsal.refused("mask", account, site=site, reason="x", values=filled)


def test_only_the_texts_that_hold_the_part_are_masked() -> None:
    rehearsal, who = at_stage("dosed")
    values = {
        "date": rehearsal.day,
        "category": "other",
        "severity": "minor",
        "text": "Zhang Xiaoming came late",
    }
    event = rehearsal.done(
        "report_deviation", "monitor", site="a", participant=who, values=values, reason="seen"
    )
    rehearsal.done(
        "mask", "data_manager", reason="a name", position=str(event.position), containing="Xiaoming"
    )
    assert participant(rehearsal, who).deviations[0].text == ""
    assert rehearsal.store.text(event.reason) == "seen"


def test_a_measured_value_stays_while_the_text_beside_it_is_masked() -> None:
    """After signature and lock one person cannot blank an endpoint; what is masked stands in the book."""
    rehearsal, who = at_stage("dosed")
    values = {"target": "week_0/vital_signs", "entries": {"body.weight": "60.2 kg"}}
    event = rehearsal.done(  # 602 mg is still the 600 mg that were given
        "correct", "coordinator_a", site="a", participant=who, reason="Zhang read 60.2", values=values
    )
    rehearsal.leave(who)
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    rehearsal.done("lock", "investigator_a", site="a", participant=who, reason="the forms were lost")
    done = rehearsal.done("mask", "data_manager", reason="a name", position=str(event.position))
    assert rehearsal.store.text(event.reason) == ""
    assert participant(rehearsal, who).forms["week_0/vital_signs"].items["body.weight"].value == "60.2"
    (masking,) = participant(rehearsal, who).maskings
    assert masking == (done.position, event.position, 1, "data_manager", done.at, "a name")
    assert "holds no such free text" in rehearsal.refused(
        "mask", "data_manager", reason="x", position=str(event.position)
    )


def test_a_text_in_a_sites_own_book_is_masked_as_well() -> None:
    rehearsal, _ = at_stage("dosed")
    event = rehearsal.done(
        "revoke", "sponsor", site="a", reason="Zhang left", account="nurse_a", role="nurse"
    )
    rehearsal.done("mask", "investigator_a", site="a", reason="a name", position=str(event.position))
    assert rehearsal.store.text(event.reason) == ""
    assert rehearsal.trial.site("a").opened == "2026-01-05"


def test_a_log_is_named_with_or_without_the_slash_before_its_name() -> None:
    """A log belongs to no visit, so that its id begins with a slash; nobody types one."""
    rehearsal, who = at_stage("dosed")
    at_a: dict[str, Any] = {"site": "a", "participant": who}
    entries = {
        "medication.medicine": "azathioprine",
        "medication.daily_dose": "50 mg/d",
        "medication.indication": "lupus",
        "medication.route": "po",
        "medication.start": "2026-06-01",
        "medication.ongoing": "true",
    }
    log = {"form": "concomitant_medication", "entries": entries}
    rehearsal.done("record_form", "coordinator_a", **at_a, values=log)
    changed = {"target": "concomitant_medication/1", "entries": {"medication.daily_dose": "75 mg/d"}}
    rehearsal.done("correct", "coordinator_a", **at_a, reason="x", values=changed)
    asked = {"path": "concomitant_medication/1#medication.start", "text": "Sure?"}
    rehearsal.done("raise_query", "monitor", **at_a, values=asked)
    found = participant(rehearsal, who)
    assert found.forms["/concomitant_medication/1"].items["medication.daily_dose"].value == "75"
    assert found.queries[-1].path == "/concomitant_medication/1#medication.start"


def test_the_day_of_a_dose_is_corrected_by_the_name_it_was_given_by() -> None:
    rehearsal, who = at_stage("dosed")
    (dose,) = participant(rehearsal, who).doses
    changed = {"target": "dose/1", "values": {"date": dose.start, "lot": "B-7"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=changed)
    (after,) = participant(rehearsal, who).doses
    assert (after.start, after.lot) == (dose.start, "B-7")
