"""T30. Before the final analysis and before unblinding nothing can be edited any more.

**Source**: ICH E6(R3) 3.16.1(r).
**Proves**: in a locked casebook, and in a locked study, every action that enters or changes data is refused; a blinded study is not
unblinded while a casebook is open; a study is unlocked by two people, each with a reason, and both are in the ledger.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.trust.rights import plausible
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.actions import ACTIONS

AFTER = {"mask", "unblind", "unlock", "report_sent", "revoke"}
"""What may be done after a lock: a name is masked, an arm disclosed, a lock opened, a safety report sent, a role ended."""


CURE = "unlock opens it again, done by two people one after the other, each with a reason."
BY = "It may be done by: Sponsor, Data manager."  # delegation.yaml of BEAM


def _locked(stage: str = "dosed", study: str = "beam") -> tuple[Rehearsal, str]:
    """With a locked casebook."""
    rehearsal, who = at_stage(stage, study)
    rehearsal.leave(who)
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    rehearsal.done("lock", "investigator_a", reason="no more will come", site="a", participant=who)
    return rehearsal, who


def _is_locked(rehearsal: Rehearsal) -> bool:
    return rehearsal.trial.study.locked


def _tried(rehearsal: Rehearsal, who: str, name: str) -> str:
    """The refusal of an action, tried by whoever may do it."""
    table = rehearsal.study.delegation
    assert table is not None
    role = next(role for role in table.roles if role.may_do(name, at_site=True))
    account = role.id if role.scope == "study" else f"{role.id}_a"
    values: dict[str, Any] = {one.name: plausible(one) for one in ACTIONS[name].arguments if one.required}
    if "participant" in {one.name for one in ACTIONS[name].arguments}:
        values["participant"] = who
    return rehearsal.refused(name, account, site="a", reason="x", values=values)


def test_what_may_be_done_after_a_lock() -> None:
    assert {name for name, action in ACTIONS.items() if action.locked} == AFTER


@pytest.mark.parametrize(
    "name", [one.name for one in ACTIONS.values() if one.place == "participant" and one.name not in AFTER]
)
def test_a_locked_casebook_takes_nothing(name: str) -> None:
    rehearsal, who = _locked()
    assert _tried(rehearsal, who, name) == (
        f"The casebook of {who} is locked. unlock participant={who} opens it again, with a reason. {BY}"
    )


@pytest.mark.parametrize("name", [name for name in ACTIONS if name not in {*AFTER, "open_study"}])
def test_a_locked_study_takes_nothing(name: str) -> None:
    rehearsal, who = _locked()
    rehearsal.done("lock", "sponsor")
    assert _tried(rehearsal, who, name) == f"The study is locked. {CURE} {BY}"


def test_a_study_is_unlocked_by_two_people_with_their_reasons() -> None:
    rehearsal, who = _locked()
    rehearsal.done("lock", "sponsor")
    assert "needs a reason" in rehearsal.refused("unlock", "sponsor")
    assert CURE in rehearsal.refused("unlock", "sponsor", site="a", reason="x", participant=who)
    rehearsal.done("unlock", "sponsor", reason="a missing serious event")
    assert _is_locked(rehearsal)
    assert "A second person" in rehearsal.refused("unlock", "sponsor", reason="again")
    assert "may not unlock" in rehearsal.refused("unlock", "monitor", reason="x")
    rehearsal.done("unlock", "data_manager", reason="agreed")
    assert not _is_locked(rehearsal)
    last = [
        (event.type, event.actor, rehearsal.store.text(event.reason))
        for event in rehearsal.store.stream("study")[-2:]
    ]
    assert last == [
        ("unlock_requested", "sponsor", "a missing serious event"),
        ("study_unlocked", "data_manager", "agreed"),
    ]
    # the casebooks stay locked until each is unlocked
    assert f"The casebook of {who} is locked." in _tried(rehearsal, who, "correct")
    rehearsal.done("unlock", "data_manager", site="a", reason="to add it", participant=who)


def test_who_leaves_takes_the_request_to_unlock_along() -> None:
    """A role ends in a locked study too, and what was asked in it lapses."""
    rehearsal, _ = _locked()
    rehearsal.done("lock", "sponsor")
    rehearsal.done("unlock", "data_manager", reason="x")
    rehearsal.done("revoke", "sponsor", reason="left", account="data_manager", role="data_manager")
    assert "holds no role" in rehearsal.refused("mask", "data_manager", reason="x", position="1")
    assert rehearsal.done("unlock", "sponsor", reason="x").type == "unlock_requested"
    assert _is_locked(rehearsal)


def test_a_request_to_unlock_is_forgotten_when_the_study_is_locked_again() -> None:
    rehearsal, _ = _locked()
    rehearsal.done("lock", "sponsor")
    for account in ("sponsor", "data_manager"):
        rehearsal.done("unlock", account, reason="x")
    rehearsal.done("lock", "sponsor")
    rehearsal.done("unlock", "data_manager", reason="x")
    assert _is_locked(rehearsal)


def test_a_blinded_study_is_not_unblinded_while_a_casebook_is_open() -> None:
    rehearsal, who = at_stage("allocated", "bliss-ln")
    assert f"open are: {who}." in rehearsal.refused("unblind", "sponsor", reason="analysis")
    rehearsal, who = _locked("allocated", "bliss-ln")
    rehearsal.done("unblind", "sponsor", reason="analysis")
    rehearsal.done("lock", "sponsor")
    for account in ("sponsor", "data_manager"):
        rehearsal.done("unlock", account, reason="x")
    rehearsal.done("unlock", "data_manager", site="a", reason="x", participant=who)
    assert "was unblinded" in rehearsal.refused("unblind", "sponsor", reason="again")
