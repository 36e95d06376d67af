"""An entry made for the wrong person, or by a wrong click, is taken back and counts nowhere. Everybody here is invented.

She was allocated to belimumab, and had the infusion of week 0 (60 kg, 600 mg), on 1 June 2026; today is 20 July.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.conduct.bliss_ln_forms import vital_signs
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.actions.take_back import recorded
from trialwright.conduct.deviations import derive_deviations
from trialwright.conduct.schedule import plan_visits
from trialwright.conduct.settled import find_settled
from trialwright.endpoints.events import find_event
from trialwright.endpoints.follow_up import follow
from trialwright.exchange.archive import Broken, Verified, verify_archive, write_archive
from trialwright.record.books import fold_participant
from trialwright.record.content import content_digest
from trialwright.record.event import Call, Proposal
from trialwright.record.ledger import MemoryLedger
from trialwright.record.participant import Participant
from trialwright.safety.reporting import plan_reports
from trialwright.study.analysis_rules import lower_analysis
from trialwright.terms.message import render

CALL: dict[str, Any] = {"site": "a", "reason": "entered for another patient"}
TODAY = "2026-07-20"
ON = date.fromisoformat(TODAY)
NOW = datetime(2026, 7, 20, 9, tzinfo=UTC)
EVENT = {
    "term": "Pneumonia", "start": "2026-06-10", "grade": "4", "infection": "true", "taken": "none",
    "seriousness": ("life_threatening",), "causality": {"belimumab": "related"}, "outcome": "not_recovered",
    "aware": "2026-06-11T09:00+08:00",
}  # fmt: skip
TACROLIMUS = {"intervention": "tacrolimus", "date": "2026-06-01", "visit": "week_0"}

ENTRIES: dict[str, tuple[str, dict[str, Any]]] = {
    # what is taken back: by which action it came, and what it said
    "rescue/1": ("record_rescue", {"therapy": "ivig", "date": "2026-06-12"}),
    "dose/1": ("", {}),  # the infusion of week 0
    "ae/1": ("report_ae", EVENT),
    "hold/1": ("hold_dose", {"intervention": "belimumab", "date": "2026-06-15"}),
    "stop/1": ("discontinue_intervention", {"intervention": "belimumab", "date": "2026-06-15"}),
    "visit/unscheduled-1": ("open_visit", {"encounter": "unscheduled", "date": "2026-06-20"}),
}


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def done(rehearsal: Rehearsal, who: str, action: str, values: dict[str, Any]) -> None:
    rehearsal.done(action, "investigator_a", **CALL, participant=who, values=values)


def with_entry(target: str) -> tuple[Rehearsal, str]:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to(TODAY)
    action, values = ENTRIES[target]
    if action:
        done(rehearsal, who, action, values)
    return rehearsal, who


def take_back(rehearsal: Rehearsal, who: str, target: str) -> Participant:
    done(rehearsal, who, "correct", {"target": target, "values": {"recorded": "false"}})
    return participant(rehearsal, who)


def what_counts(one: Participant) -> dict[str, object]:
    """Everything of a participant that anything is computed from; not what was asked, signed or taken back."""
    lists = ("visits", "doses", "holds", "discontinuations", "rescues", "adverse_events", "forms")
    found: dict[str, object] = {name: getattr(one, name) for name in lists}
    found["deviations"] = [each for each in one.deviations if not each.taken_back]
    found["facts"] = list(one.facts())
    return found


@pytest.mark.parametrize("target", [name for name in ENTRIES if name != "dose/1"])
def test_afterwards_everything_is_as_if_it_had_not_been_entered(target: str) -> None:
    rehearsal, who = at_stage("dosed")
    before = what_counts(participant(rehearsal, who))
    rehearsal, who = with_entry(target)
    assert what_counts(participant(rehearsal, who)) != before
    assert what_counts(take_back(rehearsal, who, target)) == before


def test_a_dose_of_the_wrong_patient_leaves_no_week_0_and_nobody_treated() -> None:
    """The windows, the safety set and the stopping rule rest on doses that are none of earlier care."""
    rehearsal, who = with_entry("dose/1")
    plan = {each.id: each.status for each in plan_visits(rehearsal.study, participant(rehearsal, who), on=ON)}
    assert (plan["week_2"], plan["week_4"]) == ("late", "late")
    one = take_back(rehearsal, who, "dose/1")
    plan = {each.id: each.status for each in plan_visits(rehearsal.study, one, on=ON)}
    assert (plan["week_2"], plan["week_4"]) == ("waits", "waits")
    assert one.doses == ()
    assert {fact.concept for fact in one.other_facts()} == {"enrolled", "allocated"}


# What is taken back: how it is listed, with its day
LISTED = [
    ("rescue/1", "2026-06-12", "ivig"),
    ("dose/1", "2026-06-01", "belimumab"),
    ("ae/1", "2026-06-10", "Pneumonia"),
    ("hold/1", "2026-06-15", "belimumab"),
    ("stop/1", "2026-06-15", "belimumab"),
    ("visit/unscheduled-1", "2026-06-20", "unscheduled"),
]


@pytest.mark.parametrize(("target", "day", "what"), LISTED)
def test_it_stays_in_the_listing_with_the_reason_and_both_events(target: str, day: str, what: str) -> None:
    rehearsal, who = with_entry(target)
    one = take_back(rehearsal, who, target)
    (gone,) = one.taken_back
    assert (gone.target, gone.day, gone.what, gone.reason) == (target, day, what, CALL["reason"])
    events = rehearsal.store.stream(f"participant/{who}")
    assert gone.position == events[-1].position
    assert gone.of in {event.position for event in events[:-1]}
    assert (
        fold_participant(who, events, rehearsal.store.text).taken_back == one.taken_back
    )  # read anew it is the same


@pytest.mark.parametrize("target", list(ENTRIES))
def test_what_was_taken_back_is_neither_corrected_nor_taken_back_again(target: str) -> None:
    rehearsal, who = with_entry(target)
    gone = take_back(rehearsal, who, target).taken_back[0]
    for values in ({"recorded": "false"}, {"date": "2026-06-13"}):
        said = rehearsal.refused(
            "correct", "investigator_a", **CALL, participant=who, values={"target": target, "values": values}
        )
        assert said == (
            f"{target} was taken back by event {gone.position} (entered for another patient) and counts nowhere; "
            "what happened after all is recorded anew."
        )


NEVER = ["rescue/2", "dose/9", "ae/4", "hold/0", "stop/7", "visit/week_2", "hold/first"]


@pytest.mark.parametrize("target", NEVER)
def test_what_was_never_recorded_is_not_taken_back(target: str) -> None:
    rehearsal, who = with_entry("hold/1")
    said = rehearsal.refused(
        "correct", "investigator_a", **CALL, participant=who,
        values={"target": target, "values": {"recorded": "false"}},
    )  # fmt: skip
    assert f"Nothing is recorded at {target}" in said


def test_a_number_is_not_given_twice() -> None:
    """Else a query, a report or a reason of before would be about something else."""
    for target, number in (("ae/1", 2), ("rescue/1", 2), ("hold/1", 2)):
        rehearsal, who = with_entry(target)
        take_back(rehearsal, who, target)
        action, values = ENTRIES[target]
        done(rehearsal, who, action, values)
        one = participant(rehearsal, who)
        kind = target.partition("/")[0]
        assert recorded(one, kind) == (str(number),)
    rehearsal, who = with_entry("visit/unscheduled-1")
    take_back(rehearsal, who, "visit/unscheduled-1")
    done(rehearsal, who, *ENTRIES["visit/unscheduled-1"])
    assert participant(rehearsal, who).visits[-1].id == "unscheduled-2"


# Two doses of tacrolimus, on 1 and 15 June, and an interruption from 1 July; what is taken back, and what is left
ENDS = [
    ("", [("2026-06-01", "2026-06-14"), ("2026-06-15", "2026-06-30")]),
    ("dose/3", [("2026-06-01", "2026-06-30")]),  # the first goes on until the interruption
    ("hold/1", [("2026-06-01", "2026-06-14"), ("2026-06-15", "")]),  # the second goes on
    ("dose/2", [("2026-06-15", "2026-06-30")]),
]


@pytest.mark.parametrize(("target", "expected"), ENDS)
def test_what_it_had_ended_goes_on(target: str, expected: list[tuple[str, str]]) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to(TODAY)
    amounts = {"amount": "4", "unit": "mg/d"}
    done(rehearsal, who, "give_dose", {**TACROLIMUS, **amounts})
    done(rehearsal, who, "give_dose", {"intervention": "tacrolimus", "date": "2026-06-15", **amounts})
    done(rehearsal, who, "hold_dose", {"intervention": "tacrolimus", "date": "2026-07-01"})
    if target:
        take_back(rehearsal, who, target)
    found = [each for each in participant(rehearsal, who).doses if each.intervention == "tacrolimus"]
    assert [(each.start, each.end) for each in found] == expected


def test_a_rescue_of_another_patient_is_no_event_of_the_primary_endpoint() -> None:
    rehearsal, who = with_entry("rescue/1")
    rules = lower_analysis(rehearsal.study)

    def came(one: Participant) -> object:
        return find_event(
            follow(rules, one, on=ON), rules.chosen.events["rescue"], until=date(2026, 6, 29)
        ).truth

    assert came(participant(rehearsal, who)) is True
    assert came(take_back(rehearsal, who, "rescue/1")) is False


def test_an_adverse_event_of_another_patient_asks_for_no_report_and_one_that_went_out_stays() -> None:
    rehearsal, who = with_entry("ae/1")
    sent = {"number": "1", "clock": "sae_to_sponsor", "stage": "initial", "at": "2026-06-11T10:00+08:00"}
    rehearsal.done("report_sent", "investigator_a", site="a", participant=who, values=sent)
    one = take_back(rehearsal, who, "ae/1")
    assert (one.adverse_events, len(one.reports)) == ((), 1)
    safety = rehearsal.study.safety
    assert safety is not None
    belimumab = frozenset({"belimumab"})
    assert plan_reports(one, clocks=safety.clocks, investigational=belimumab, zone=UTC, at=NOW) == ()
    for action, values in (
        ("report_sent", {**sent, "stage": "follow_up"}),
        ("update_ae", {**EVENT, "number": "1"}),
    ):
        said = rehearsal.refused(action, "investigator_a", **CALL, participant=who, values=values)
        assert "ae/1 was taken back" in said


def test_a_visit_is_taken_back_once_nothing_stands_there() -> None:
    rehearsal, who = at_stage("dosed")
    values = {"target": "visit/week_0", "values": {"recorded": "false"}}
    said = rehearsal.refused("correct", "investigator_a", **CALL, participant=who, values=values)
    assert "the form week_0/vital_signs: correct target=week_0/vital_signs" in said
    assert "dose 1: correct target=dose/1 values.recorded=false" in said
    emptied = {"target": "week_0/vital_signs", "entries": {"*": "not_done:entered_in_error"}}
    rehearsal.done("correct", "coordinator_a", **CALL, participant=who, values=emptied)
    take_back(rehearsal, who, "dose/1")
    one = take_back(rehearsal, who, "visit/week_0")
    assert one.visit("week_0") is None
    assert not any(form.visit == "week_0" for form in one.forms.values())
    done(
        rehearsal, who, "open_visit", {"encounter": "week_0", "date": "2026-06-01"}
    )  # it took place after all
    rehearsal.done(
        "record_form", "nurse_a", site="a", participant=who, form="vital_signs", visit="week_0",
        entries=vital_signs(),
    )  # fmt: skip


def test_a_deviation_of_the_dose_goes_with_it_and_what_was_asked_about_it_is_settled() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-20")
    odd = {"intervention": "belimumab", "date": rehearsal.day, "amount": "6000", "unit": "mg"}
    done(rehearsal, who, "give_dose", odd)
    one = participant(rehearsal, who)
    assert [each.taken_back for each in one.deviations] == [0]
    (query,) = one.queries
    one = take_back(rehearsal, who, "dose/2")
    assert [each.taken_back for each in one.deviations] == [one.taken_back[0].position]
    assert not [
        each
        for each in derive_deviations(rehearsal.study, one, on=date(2026, 6, 2))
        if "6000" in str(each.texts)
    ]
    assert find_settled(rehearsal.trial, one, on=date(2026, 6, 20)) == {query.number}


@pytest.mark.parametrize("target", list(ENTRIES))
def test_a_signature_does_not_stand_for_a_casebook_without_it(target: str) -> None:
    """Nor for one in which it never was: that it was taken back is a change, too."""
    rehearsal, who = at_stage("dosed")
    never = content_digest(participant(rehearsal, who), "casebook")
    rehearsal, who = with_entry(target)
    signed = content_digest(participant(rehearsal, who), "casebook")
    after = content_digest(take_back(rehearsal, who, target), "casebook")
    assert after not in (signed, never)


@pytest.mark.parametrize("target", list(ENTRIES))
def test_verify_knows_the_event_and_finds_one_that_names_nothing(target: str, tmp_path: Path) -> None:
    rehearsal, who = with_entry(target)
    take_back(rehearsal, who, target)
    assert isinstance(rehearsal.store, MemoryLedger)
    write_archive(tmp_path / "once", rehearsal.study, rehearsal.store, rehearsal=True)
    assert isinstance(verify_archive(tmp_path / "once"), Verified)
    last = rehearsal.store.head
    assert last is not None
    again = Proposal(last.stream, last.type, last.version, last.data, {})
    rehearsal.store.append(
        again, Call("again", last.at, last.actor, last.role, last.site, last.action, "x", last.study_version)
    )
    write_archive(tmp_path / "twice", rehearsal.study, rehearsal.store, rehearsal=True)
    found = verify_archive(tmp_path / "twice")
    assert isinstance(found, Broken)
    assert (found.file, found.line) == ("events.jsonl", last.position + 1)
    assert target in render(found.problem, {})


def test_it_needs_a_reason_and_somebody_who_may_correct() -> None:
    rehearsal, who = with_entry("rescue/1")
    values = {"target": "rescue/1", "values": {"recorded": "false"}}
    rehearsal.refused("correct", "investigator_a", site="a", participant=who, values=values)
    rehearsal.refused("correct", "nurse_a", **CALL, participant=who, values=values)
    rehearsal.refused("correct", "monitor", **CALL, participant=who, values=values)
