"""A rehearsal goes through the actions of the trial to its end, and its numbers add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

import pytest

from tests.unit.simulation.rehearsal_support import (
    START,
    actions_of,
    assuming,
    data_of,
    eventful,
    everyone,
    joined,
    trial_of,
)
from trialwright.conduct.trial import participant_stream
from trialwright.exchange.folder import read_study
from trialwright.record.books import fold_participant, fold_site, fold_study
from trialwright.record.content import stands
from trialwright.simulation.participants import NoRehearsal, rehearse
from trialwright.terms.message import Text, render

BEAM, COUNT = "beam", 14
NOT_IN_AN_OPEN_STUDY = {"unblind"}
"""Actions of the delegation table that a study without blinding never needs."""


def test_every_action_of_the_delegation_table_occurs() -> None:
    made = eventful(BEAM, COUNT)
    assert made.study.delegation is not None
    delegated = {action for role in made.study.delegation.roles for action in role.may}
    assert delegated - set(actions_of(made)) == NOT_IN_AN_OPEN_STUDY


def test_nothing_is_done_by_a_role_that_may_not() -> None:
    made = eventful(BEAM, COUNT)
    table = made.study.delegation
    assert table is not None
    for event in made.ledger.events():
        role = table.role(event.role)
        assert role is not None
        assert role.may_do(event.action, at_site=bool(event.site))


def test_time_only_goes_on() -> None:
    times = [event.at for event in eventful(BEAM, COUNT).ledger.events()]
    assert all(before <= after for before, after in pairwise(times))


def test_nothing_is_dated_after_it_was_written() -> None:
    """Days of what happened, at the site, against the day on which somebody wrote it down."""
    made = eventful(BEAM, COUNT)
    for event in made.ledger.events():
        data = data_of(made, event)
        written = datetime.fromisoformat(event.at).date()
        for name in ("date", "start", "end"):
            day = data.get(name, "")
            if day and event.type != "ranges_set":
                assert date.fromisoformat(day) <= written


def test_as_many_join_as_were_wanted_and_everyone_who_joins_is_allocated() -> None:
    made = eventful(BEAM, COUNT)
    counted = actions_of(made)
    assert counted["enrol"] == counted["allocate"] == COUNT == len(joined(made))


def test_the_courses_of_all_who_joined_end_in_one_way_each() -> None:
    made = eventful(BEAM, COUNT)
    ends = [
        [name for name in ("completed", "withdrawn", "lost", "died") if getattr(one, name)]
        for one in joined(made)
    ]
    assert all(len(end) == 1 for end in ends)
    assert {end[0] for end in ends} == {"completed", "withdrawn", "lost", "died"}


def test_those_who_do_not_join_come_on_top() -> None:
    """38 % of those screened: 9 besides 14 (14 x 0.38 / 0.62 = 8.6), and now and then one whom chance lets fail.

    One of the nine may pass when the result is repeated.
    """
    made = eventful(BEAM, COUNT)
    failing = [one for one in everyone(made) if not one.enrolled]
    assert 8 <= len(failing) <= 11
    assert len(everyone(made)) == actions_of(made)["consent"]


def test_screening_fails_for_many_reasons() -> None:
    made = eventful(BEAM, COUNT)
    reasons = {
        criterion
        for one in everyone(made)
        if not one.enrolled and one.screenings
        for criterion, verdict in one.screenings[-1].verdicts.items()
        if verdict == "fail"
    }
    assert len(reasons) >= 4


def test_the_file_of_everybody_is_closed_and_the_study_locked() -> None:
    made = eventful(BEAM, COUNT)
    for one in everyone(made):
        assert one.locked
        assert all(query.state == "closed" for query in one.queries)
        signed = {mark.target for mark in one.signatures if stands(one, mark)}
        assert {visit.id for visit in one.visits if not visit.missed} <= signed
    assert trial_of(made).study.locked
    assert trial_of(made).study.rehearsal


def test_every_book_made_anew_equals_the_one_that_was_kept() -> None:
    made = eventful(BEAM, COUNT)
    kept, text = trial_of(made), made.ledger.text
    for id in kept.participant_ids():
        anew = fold_participant(id, made.ledger.stream(participant_stream(id)), text)
        assert kept.participant(id) == anew
    for site in kept.site_ids():
        assert kept.site(site) == fold_site(site, made.ledger.stream(f"site/{site}"), text)
    assert kept.study == fold_study(made.ledger.stream("study"), text)


def test_belimumab_is_given_in_its_arm_only_by_weight_and_not_at_week_24() -> None:
    """10 mg for each kilogram of the visit, to the milligram three decimals allow."""
    made = eventful(BEAM, COUNT)
    for one in joined(made):
        given = [dose for dose in one.doses if dose.intervention == "belimumab"]
        assert bool(given) == (one.arm == "BEL+MT")
        assert len(given) <= 7
        for dose in given:
            weight = one.forms[f"{dose.visit}/vital_signs"].items["body.weight"]
            assert dose.visit != "week_24"
            if (
                weight.value
                and len(weight.value) > 2
                and not _was_corrected(one.forms[f"{dose.visit}/vital_signs"])
            ):
                assert float(dose.amount) == pytest.approx(10 * float(weight.value), abs=0.5)


def _was_corrected(form: object) -> bool:
    return bool(getattr(form, "superseded", ()))


def test_what_was_held_in_a_serious_infection_is_taken_up_again() -> None:
    made = eventful(BEAM, COUNT)
    held = [(one, hold) for one in joined(made) for hold in one.holds]
    assert any("serious infection" in hold.reason for _, hold in held)
    resumed = [
        any(dose.intervention == hold.intervention and dose.start > hold.start for dose in one.doses)
        for one, hold in held
        if one.completed and hold.intervention not in {stop.intervention for stop in one.discontinuations}
    ]
    assert resumed
    assert any(resumed)


def test_prednisone_follows_its_calendar() -> None:
    """At most 40 mg, never raised, and every change of a completed course at most 5 mg (protocol, prednisone)."""
    made = eventful(BEAM, COUNT)
    for one in joined(made):
        doses = [float(dose.amount) for dose in one.doses if dose.intervention == "prednisone"]
        assert doses[0] <= 40
        assert all(0 < before - after <= 5 for before, after in pairwise(doses))
        if one.completed:
            assert doses[-1] == 10


def test_doses_of_the_treatment_come_after_allocation() -> None:
    for one in joined(eventful(BEAM, COUNT)):
        assert one.allocated is not None
        treatment = ("belimumab", "tacrolimus", "mycophenolate_mofetil")
        assert all(dose.start >= one.allocated.date for dose in one.doses if dose.intervention in treatment)


def test_a_name_that_was_typed_is_masked() -> None:
    made = eventful(BEAM, COUNT)
    masked = [payload for payload in made.ledger.payloads().values() if payload.text is None]
    assert masked
    assert not any("Zhang San" in (payload.text or "") for payload in made.ledger.payloads().values())


def test_everyone_in_the_study_consents_to_the_amendment() -> None:
    """The new version changes no rule, so that nothing but consent depends on it."""
    made = eventful(BEAM, COUNT)
    assert len(made.definitions) == 2
    first, second = made.definitions.values()
    assert first.eligibility == second.eligibility
    assert first.schedule == second.schedule
    newest = list(made.definitions)[1]
    asked = [one for one in joined(made) if len(one.consents) == 2]
    assert all(one.consents[1].version == newest for one in asked)
    assert len(asked) == actions_of(made)["re_consent"] > 0


def test_the_same_seed_gives_the_same_ledger_and_another_one_another() -> None:
    made = [rehearse(read_study(BEAM), participants=1, seed=seed, start=START) for seed in (5, 5, 6)]
    heads = [each.ledger.head.hash for each in made if each.ledger.head]
    assert heads[0] == heads[1] != heads[2]
    assert list(made[0].ledger.payloads().items()) == list(made[1].ledger.payloads().items())


def test_what_people_enter_is_in_the_language_of_the_rehearsal() -> None:
    made = rehearse(
        read_study(BEAM),
        participants=1,
        seed=5,
        start=START,
        say=lambda thing: thing.zh if isinstance(thing, Text) else render(thing, {}),
    )
    texts = {payload.text for payload in made.ledger.payloads().values()}
    assert "羟氯喹" in texts or "缬沙坦" in texts


@pytest.mark.parametrize("name", ["beam", "bliss-ln"])
def test_each_reason_in_the_plan_makes_the_screening_fail_on_its_criterion(name: str) -> None:
    """All of them once: as many as there are fail, each as likely as the other (`DoesNotFail` would be raised)."""
    study = read_study(name)
    plan = study.simulation
    assert plan is not None
    reasons = tuple(
        one.model_copy(update={"weight": "1", "passes_again": "0"}) for one in plan.screen_failures
    )
    count = len(reasons)
    alike = assuming(study, {"screen_failure_share": str(count / (count + 1)), "declines_share": "0"})
    assert alike.simulation is not None
    alike = replace(alike, simulation=alike.simulation.model_copy(update={"screen_failures": reasons}))
    made = rehearse(alike, participants=1, seed=2, start=START)
    failed = {
        criterion
        for one in everyone(made)
        if not one.enrolled
        for criterion, verdict in one.screenings[0].verdicts.items()
        if verdict == "fail"
    }
    assert {one.criterion for one in reasons} <= failed


# a study that cannot be rehearsed


def said(error: pytest.ExceptionInfo[NoRehearsal]) -> str:
    return render(error.value.message, {})


def test_a_study_without_assumptions_is_not_rehearsed() -> None:
    with pytest.raises(NoRehearsal) as error:
        rehearse(read_study("template"), participants=1, seed=1, start=START)
    assert "no simulation.yaml" in said(error)


def test_an_assumption_that_is_missing_is_named() -> None:
    study = read_study(BEAM)
    plan = study.simulation
    assert plan is not None
    fewer = {name: one for name, one in plan.parameters.items() if name != "trough_median"}
    less = replace(study, simulation=plan.model_copy(update={"parameters": fewer}))
    with pytest.raises(NoRehearsal) as error:
        rehearse(less, participants=1, seed=1, start=START)
    assert "trough_median" in said(error)


def test_a_name_that_the_study_does_not_have_is_found_before_the_rehearsal() -> None:
    study = read_study(BEAM)
    plan = study.simulation
    assert plan is not None
    wrong = plan.screen_failures[0].model_copy(update={"criterion": "I99"})
    with pytest.raises(NoRehearsal) as error:
        rehearse(
            replace(study, simulation=plan.model_copy(update={"screen_failures": (wrong,)})),
            participants=1,
            seed=1,
            start=START,
        )
    assert "I99" in said(error)
