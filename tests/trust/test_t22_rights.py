"""T22. Rights by role, site and blinding; what is not allowed is refused.

**Source**: 21 CFR 11.10(g); ICH E6(R3) 4.3.8(b).
**Proves**: every action, tried by every role of the delegation table at its own site, at another site and for the study as
a whole, is refused unless the table allows it there; an account without a role may nothing; without a table nobody may
anything; a participant of another site does not exist. In a blinded study two roles may disclose an arm, one more may look it
up to prepare the doses, and each time it is an event.
**With the site**: the same matrix over every page.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.trust.rights import plausible
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.action import Action
from trialwright.conduct.actions import ACTIONS
from trialwright.exchange.folder import bundled_studies, read_study
from trialwright.study.delegation import Role

OF_ROLE = ("may not", "holds no role")
"""How a refusal begins that speaks of the role."""


def _is_refused_for_the_role(rehearsal: Rehearsal, action: Action, account: str, site: str) -> bool:
    values = {one.name: plausible(one) for one in action.arguments if one.required}
    answer = rehearsal.copied().act(action.name, account, site=site, reason="x", values=values)
    reasons = getattr(answer, "reasons", ())
    return any(phrase in reason.template for reason in reasons for phrase in OF_ROLE)


def _allowed(role: Role, action: Action, site: str) -> bool:
    """What the table says; site roles are held at site a in these tests. A version is approved by the site itself."""
    if action.name == "approve_version" and (role.scope == "site") != bool(site):
        return False
    return action.name in role.actions and (role.scope == "study" or site == "a")


@pytest.mark.parametrize("study", ["beam", "bliss-ln"])
@pytest.mark.parametrize("site", ["a", "b", ""])
def test_every_action_by_every_role_at_every_site(study: str, site: str) -> None:
    rehearsal, _ = at_stage("enrolled", study)
    table = rehearsal.study.delegation
    assert table is not None
    found, expected = {}, {}
    for role in table.roles:
        account = role.id if role.scope == "study" else f"{role.id}_a"
        for action in ACTIONS.values():
            if action.name == "open_study":
                continue  # whoever opens a study has no role yet; it is opened once
            found[role.id, action.name] = not _is_refused_for_the_role(rehearsal, action, account, site)
            expected[role.id, action.name] = _allowed(role, action, site)
    assert len(found) == len(table.roles) * (len(ACTIONS) - 1)
    assert found == expected


@pytest.mark.parametrize("action", [name for name in ACTIONS if name != "open_study"])
def test_an_account_without_a_role_may_nothing(action: str) -> None:
    rehearsal, _ = at_stage("enrolled")
    for site in ("a", ""):
        assert _is_refused_for_the_role(rehearsal, ACTIONS[action], "visitor", site)


def test_a_study_is_opened_by_nobody_a_second_time() -> None:
    rehearsal, _ = at_stage("enrolled")
    for account in ("sponsor", "investigator_a", "visitor"):
        assert "open since" in rehearsal.refused("open_study", account, rehearsal="true")


def test_without_a_delegation_table_a_study_cannot_be_opened() -> None:
    rehearsal = Rehearsal(replace(read_study("beam"), delegation=None), opened=False)
    assert "no delegation table" in rehearsal.refused("open_study", "sponsor", rehearsal="true")


@pytest.mark.parametrize("action", [one.name for one in ACTIONS.values() if one.place == "participant"])
def test_a_participant_of_another_site_does_not_exist(action: str) -> None:
    """Not even for whoever may do the action at that other site."""
    rehearsal, who = at_stage("enrolled")
    role = next(
        f"{role.id}_b" if role.scope == "site" else role.id
        for role in rehearsal.study.delegation.roles  # type: ignore[union-attr]
        if action in role.actions
    )
    values = {one.name: plausible(one) for one in ACTIONS[action].arguments if one.required}
    refusal = rehearsal.refused(action, role, site="b", reason="x", values={**values, "participant": who})
    assert refusal == f"There is no participant {who} at this site."


@pytest.mark.parametrize("study", bundled_studies())
def test_two_roles_may_learn_an_arm(study: str) -> None:
    table = read_study(study).delegation
    assert table is not None
    assert {role.id for role in table.roles if "unblind" in role.may} == {"sponsor", "investigator"}


def test_in_a_blinded_study_only_whoever_prepares_the_doses_looks_an_arm_up() -> None:
    table = read_study("bliss-ln").delegation
    assert table is not None
    assert {role.id for role in table.roles if "see_allocation" in role.actions} == {"pharmacist"}


def test_an_investigator_unblinds_nobody_of_another_site_and_not_the_study() -> None:
    rehearsal, who = at_stage("allocated", "bliss-ln")
    assert "no allocated participant" in rehearsal.refused(
        "unblind", "investigator_b", site="b", reason="x", participant=who
    )
    assert "for all sites at once" in rehearsal.refused("unblind", "investigator_a", site="a", reason="x")
