"""T24. The sponsor's side cannot edit a site's data; the investigator always has access, and a copy of their own.

**Source**: EMA guideline on computerised systems (2023), control of data.
**Proves**: in every bundled study no role held for the study as a whole may enter, correct or sign anything about a
participant; nobody gives a role to themselves; whatever the sponsor's side does in the ledger leaves every recorded value as
it was; the archive a site keeps is complete and readable by itself (T38, T41).
**With the site**: a copy for each site every night.
"""

from __future__ import annotations

import pytest

from tests.unit.conduct.support import at_stage
from trialwright.conduct.actions import ACTIONS
from trialwright.exchange.folder import bundled_studies, read_study
from trialwright.record.participant import Participant

NO_DATA = {
    "raise_query", "close_query", "verify_source", "report_deviation", "report_sent", "unblind", "lock", "unlock", "mask",
    "open_study", "open_site", "delegate", "revoke", "set_reference_ranges", "see_allocation",
}  # fmt: skip
"""What the sponsor's side may do: ask, compare, find deviations, send reports, open and close. A range is a laboratory's; looking
an arm up, in a blinded study, enters nothing."""


@pytest.mark.parametrize("study", bundled_studies())
def test_no_role_of_the_sponsors_side_enters_data(study: str) -> None:
    table = read_study(study).delegation
    assert table is not None
    sides = {scope: [role for role in table.roles if role.scope == scope] for scope in ("study", "site")}
    assert {action for role in sides["study"] for action in role.may} <= NO_DATA
    entering = set(ACTIONS) - NO_DATA
    assert entering <= {action for role in sides["site"] for action in role.may}


@pytest.mark.parametrize("study", bundled_studies())
def test_an_investigator_may_do_everything_that_concerns_a_participants_data(study: str) -> None:
    table = read_study(study).delegation
    assert table is not None
    investigator = table.role("investigator")
    assert investigator is not None
    assert set(ACTIONS) - NO_DATA <= set(investigator.may)


@pytest.mark.parametrize("account", ["sponsor", "data_manager", "monitor"])
def test_a_correction_from_the_sponsors_side_is_refused(account: str) -> None:
    rehearsal, who = at_stage("dosed")
    values = {"participant": who, "target": "week_0/vital_signs", "entries": {"body.weight": "61 kg"}}
    assert "may not correct" in rehearsal.refused("correct", account, site="a", reason="x", values=values)


def test_nobody_takes_a_role_of_a_site_for_themselves() -> None:
    rehearsal, _ = at_stage("dosed")
    assert "to themselves" in rehearsal.refused(
        "delegate", "sponsor", site="a", account="sponsor", role="investigator"
    )


def _data(participant: Participant) -> list[object]:
    values = [
        (form.id, item.path, item.value)
        for form in participant.forms.values()
        for item in form.items.values()
    ]
    return [values, participant.doses, participant.visits, participant.adverse_events, participant.birth]


def test_what_the_sponsors_side_does_changes_no_value() -> None:
    rehearsal, who = at_stage("dosed")
    before = rehearsal.trial.participant(who)
    assert before is not None
    path = "week_0/vital_signs#body.weight"
    rehearsal.done("raise_query", "monitor", site="a", participant=who, path=path, text="Really?")
    rehearsal.done("verify_source", "monitor", site="a", participant=who, target="week_0")
    deviation = {"date": rehearsal.day, "category": "procedure", "severity": "minor", "text": "late"}
    rehearsal.done("report_deviation", "monitor", site="a", participant=who, values=deviation)
    after = rehearsal.trial.participant(who)
    assert after is not None
    assert _data(after) == _data(before)
