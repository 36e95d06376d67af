"""T12. Every role that is given, changed or ended is logged, with who gave it.

**Source**: ICH E6(R3) 4.3.8(c).
**Proves**: giving and ending a role are events that name the account, the role, the site, the day and whoever did it; who
held what before and after can be read from the events alone.
**With the site**: making and closing accounts, in the access journal.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.conduct.support import Rehearsal
from trialwright.record.books import fold_site, fold_study
from trialwright.record.event import Event

Held = set[tuple[str, str, str]]


def _held(rehearsal: Rehearsal, events: Sequence[Event], site: str) -> Held:
    """Account, role and site of every role that was not ended."""
    text = rehearsal.store.text
    book = fold_site(site, events, text) if site else fold_study(events, text)
    return {(one.account, one.role, one.site) for one in book.delegations if not one.end}


@pytest.mark.parametrize(
    ("site", "account", "role"),
    [("a", "nurse_a_2", "nurse"), ("", "monitor_2", "monitor"), ("b", "x", "investigator")],
)
def test_giving_and_ending_a_role(site: str, account: str, role: str) -> None:
    rehearsal = Rehearsal()
    stream = f"site/{site}" if site else "study"
    before = _held(rehearsal, rehearsal.store.stream(stream), site)
    given = rehearsal.done("delegate", "sponsor", site=site, account=account, role=role)
    between = _held(rehearsal, rehearsal.store.stream(stream), site)
    ended = rehearsal.done("revoke", "sponsor", site=site, reason="left", account=account, role=role)
    after = _held(rehearsal, rehearsal.store.stream(stream), site)
    assert between - before == {(account, role, site)}
    assert after == before
    for event, kind, day in ((given, "role_delegated", "start"), (ended, "role_revoked", "end")):
        assert (event.stream, event.type, event.actor) == (stream, kind, "sponsor")
        assert event.data == {"account": account, "role": role, "site": site, day: "2026-01-05"}
    assert rehearsal.store.text(ended.reason) == "left"


def test_the_first_role_is_given_by_opening_the_study() -> None:
    rehearsal = Rehearsal(opened=False)
    event = rehearsal.done("open_study", "sponsor", rehearsal="true")
    assert (event.actor, event.data["account"], event.data["role"]) == ("sponsor", "sponsor", "sponsor")


def test_a_role_that_was_ended_stays_in_the_log() -> None:
    rehearsal = Rehearsal()
    rehearsal.done("revoke", "sponsor", site="a", reason="left", account="nurse_a", role="nurse")
    delegation = next(one for one in rehearsal.trial.site("a").delegations if one.account == "nurse_a")
    assert (delegation.start, delegation.end) == ("2026-01-05", "2026-01-05")
