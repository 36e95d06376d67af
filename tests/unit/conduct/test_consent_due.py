"""Who has still to consent again after an amendment: enrolled or on the way in, and not gone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.consent_due import ConsentDue, derive_consents_due


def due(rehearsal: Rehearsal, *, site: str = "a", later: int = 0) -> list[ConsentDue]:
    on = date.fromisoformat(rehearsal.day) + timedelta(days=later)
    trial = rehearsal.trial
    return list(derive_consents_due(trial.site(site), trial.participants(), on=on))


def amended(stage: str) -> tuple[Rehearsal, str, str, str]:
    """A participant who consented to the old version, and an amendment approved at site A, the versions last."""
    rehearsal, who = at_stage(stage)
    old, new = rehearsal.version, rehearsal.amended()
    assert due(rehearsal) == []  # released, not approved here
    rehearsal.done("approve_version", "investigator_a", site="a", version=new, date=rehearsal.day)
    return rehearsal, who, old, new


@pytest.mark.parametrize("stage", ["screened", "enrolled", "dosed"])
def test_an_approved_amendment_asks_for_consent_again(stage: str) -> None:
    rehearsal, who, old, new = amended(stage)
    assert due(rehearsal) == [ConsentDue(who, "a", old, new, rehearsal.day)]
    assert due(rehearsal, later=-1) == []  # not in force the day before
    assert due(rehearsal, site="b") == []
    rehearsal.done("re_consent", "investigator_a", site="a", participant=who, date=rehearsal.day)
    assert due(rehearsal) == []


def test_whoever_left_is_not_asked_again() -> None:
    rehearsal, who, _, _ = amended("dosed")
    rehearsal.leave(who)
    assert due(rehearsal) == []
