"""Who may do what, when, and what happens when two do it at once."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.unit.conduct.support import Rehearsal
from trialwright.conduct.action import BadArgument
from trialwright.conduct.actions import ACTIONS
from trialwright.exchange.folder import bundled_studies, read_study
from trialwright.record.books import fold_participant, fold_site, fold_study
from trialwright.study.delegation import ActionName


def test_every_action_has_its_file_and_a_role_in_every_bundled_study() -> None:
    for name in get_args(ActionName):
        assert ACTIONS[name].name == name
    for study in bundled_studies():
        table = read_study(study).delegation
        assert table is not None
        assert {name for role in table.roles for name in role.may} == set(get_args(ActionName)), study


def test_nobody_acts_before_the_study_is_open() -> None:
    rehearsal = Rehearsal(opened=False)
    assert "not open" in rehearsal.refused("open_site", "sponsor", site="a")


def test_a_study_is_opened_once() -> None:
    assert "open since" in Rehearsal().refused("open_study", "sponsor", rehearsal="true")


@pytest.mark.parametrize(
    ("account", "site", "why"),
    [
        ("coordinator_a", "a", "may not consent"),
        ("monitor", "a", "may not consent"),
        ("investigator_b", "a", "holds no role here"),
        ("nobody", "a", "holds no role here"),
        ("investigator_a", "b", "holds no role here"),
        ("investigator_a", "", "holds no role here"),
    ],
)
def test_only_the_delegated_role_at_the_site_may_act(account: str, site: str, why: str) -> None:
    rehearsal = Rehearsal()
    assert why in rehearsal.refused(
        "consent", account, site=site, date=rehearsal.day, sex="female", birth="1990"
    )


def test_a_revoked_role_is_gone_at_once() -> None:
    rehearsal = Rehearsal()
    rehearsal.done(
        "revoke", "sponsor", site="a", reason="left", account="investigator_a", role="investigator"
    )
    assert "holds no role" in rehearsal.refused(
        "consent", "investigator_a", site="a", date=rehearsal.day, sex="female", birth="1990"
    )


def test_a_participant_of_another_site_does_not_exist_here() -> None:
    rehearsal = Rehearsal()
    who = rehearsal.consented(site="a")
    assert "no participant" in rehearsal.refused(
        "screen", "investigator_b", site="b", participant=who, date=rehearsal.day
    )


def test_an_action_that_needs_a_reason_is_refused_without_one() -> None:
    rehearsal = Rehearsal()
    who = rehearsal.consented()
    assert "needs a reason" in rehearsal.refused(
        "withdraw_consent", "investigator_a", site="a", participant=who, date=rehearsal.day
    )


def test_the_clock_never_goes_back() -> None:
    rehearsal = Rehearsal()
    rehearsal.go_to("2026-01-04")
    assert "clock went back" in rehearsal.refused(
        "consent", "investigator_a", site="a", date="2026-01-04", sex="female", birth="1990"
    )


def test_a_day_in_the_future_of_the_site_is_refused() -> None:
    rehearsal = Rehearsal()
    assert "lies in the future" in rehearsal.refused(
        "consent", "investigator_a", site="a", date="2026-01-06", sex="female", birth="1990"
    )


def test_the_day_is_that_of_the_site_not_of_the_server() -> None:
    rehearsal = Rehearsal()
    rehearsal.now = rehearsal.now.replace(hour=0, minute=30, day=6)  # still 5 January in UTC
    rehearsal.done("consent", "investigator_a", site="a", date="2026-01-06", sex="female", birth="1990")


def test_the_same_call_twice_gives_one_participant() -> None:
    rehearsal = Rehearsal()
    values = {"date": rehearsal.day, "sex": "female", "birth": "1990"}
    first = rehearsal.done("consent", "investigator_a", site="a", id="once", values=values)
    again = rehearsal.done("consent", "investigator_a", site="a", id="once", values=values)
    assert again == first
    assert rehearsal.trial.participant_ids() == ("a-001",)


def test_somebody_elses_call_id_is_refused() -> None:
    rehearsal = Rehearsal()
    rehearsal.done(
        "consent", "investigator_a", site="a", id="once", date=rehearsal.day, sex="female", birth="1990"
    )
    assert "used already" in rehearsal.refused(
        "consent", "investigator_b", site="b", id="once", date=rehearsal.day, sex="male", birth="1991"
    )


def test_what_changed_since_it_was_opened_is_not_overwritten() -> None:
    rehearsal = Rehearsal()
    who = rehearsal.consented()
    seen = {f"participant/{who}": 1}
    rehearsal.done("screen", "investigator_a", site="a", participant=who, date=rehearsal.day, expect=seen)
    assert "Changed since you opened it" in rehearsal.refused(
        "re_screen", "coordinator_a", site="a", reason="x", participant=who, date=rehearsal.day, expect=seen
    )


@pytest.mark.parametrize(
    "values",
    [
        {"date": "2026-01-05", "sex": "female"},
        {"date": "2026-01-05", "sex": "woman", "birth": "1990"},
        {"date": "05.01.2026", "sex": "female", "birth": "1990"},
        {"date": "2026-01-05", "sex": "female", "birth": "1990", "name": "Zhang San"},
    ],
)
def test_arguments_that_are_missing_unknown_or_unreadable_are_named(values: dict[str, str]) -> None:
    rehearsal = Rehearsal()
    with pytest.raises(BadArgument):
        rehearsal.act("consent", "investigator_a", site="a", values=values)


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({}, True),
        ({"sex": "unknown"}, False),
        ({"birth": "1990-05-18"}, False),
        ({"birth": "1990-05"}, False),  # fits too many
        ({"site": "b"}, False),
        ({"reason": "twin sister"}, False),
    ],
)
def test_a_second_consent_of_the_same_person_is_asked_about(changed: dict[str, str], asked: bool) -> None:
    rehearsal = Rehearsal()
    first = rehearsal.consented()
    values = {"sex": "female", "birth": "1990-05-17", "site": "a", "reason": "", **changed}
    if asked:
        site, reason = values.pop("site"), values.pop("reason")
        said = rehearsal.refused(
            "consent", "investigator_a", site=site, reason=reason, values={**values, "date": rehearsal.day}
        )
        assert f"{first} of the same sex and date of birth consented at this site" in said
    else:
        assert rehearsal.consented(**values) != first
    rehearsal.go_to("2026-01-06")
    assert rehearsal.consented(site="a") != first  # on another day it is no slip of the hand


def test_screening_numbers_are_given_in_order_by_site() -> None:
    rehearsal = Rehearsal()
    assert [rehearsal.consented(site=site, birth=f"199{n}-05-17") for n, site in enumerate("aaba")] == [
        "a-001",
        "a-002",
        "b-001",
        "a-003",
    ]


def test_a_site_without_an_approved_version_takes_no_consent() -> None:
    rehearsal = Rehearsal(opened=False)
    rehearsal.done("open_study", "sponsor", rehearsal="true")
    rehearsal.done("open_site", "sponsor", site="a")
    rehearsal.done("delegate", "sponsor", site="a", account="investigator_a", role="investigator")
    assert "no version" in rehearsal.refused(
        "consent", "investigator_a", site="a", date=rehearsal.day, sex="female", birth="1990"
    )


def test_every_book_rebuilt_from_the_ledger_is_the_one_kept() -> None:
    rehearsal = Rehearsal()
    who = rehearsal.consented()
    rehearsal.done("screen", "investigator_a", site="a", participant=who, date=rehearsal.day)
    rehearsal.done(
        "withdraw_consent", "investigator_a", site="a", reason="moves", participant=who, date=rehearsal.day
    )
    store, trial = rehearsal.store, rehearsal.trial
    assert trial.participant(who) == fold_participant(who, store.stream(f"participant/{who}"), store.text)
    assert trial.site("a") == fold_site("a", store.stream("site/a"), store.text)
    assert trial.study == fold_study(store.stream("study"), store.text)


def test_every_book_as_of_any_event_is_the_one_kept_then() -> None:
    rehearsal = Rehearsal()
    who = rehearsal.consented()
    kept = [rehearsal.trial.participant(who)]
    for action in ("screen", "re_screen"):
        rehearsal.done(action, "investigator_a", site="a", reason="x", participant=who, date=rehearsal.day)
        kept.append(rehearsal.trial.participant(who))
    events = rehearsal.store.stream(f"participant/{who}")
    for count, then in enumerate(kept, start=1):
        assert fold_participant(who, events[:count], rehearsal.store.text) == then
