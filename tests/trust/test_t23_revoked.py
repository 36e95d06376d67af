"""T23. Somebody who leaves has no rights from that moment on.

**Source**: ICH E6(R3) 4.3.8(b).
**Proves**: the next action of an account whose role was ended is refused, in whichever time zone the site lies; a role
given again holds again; the last account that may open the study keeps its role.
**With the site**: the sessions of the account end; a report for the periodic review of access.
"""

from __future__ import annotations

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"])
@pytest.mark.parametrize("hour", [1, 9, 17, 23])
@pytest.mark.parametrize(("account", "role", "site"), [("monitor", "monitor", ""), ("nurse_a", "nurse", "a")])
def test_the_next_action_is_refused(zone: str, hour: int, account: str, role: str, site: str) -> None:
    """Also where it is another day at the site than where the role was ended."""
    rehearsal = Rehearsal(zone=zone)
    rehearsal.go_to("2026-01-06")
    rehearsal.now = rehearsal.now.replace(hour=hour)
    values = {"participant": "a-001"}
    action = "verify_source" if role == "monitor" else "open_visit"
    values |= {"target": "x"} if role == "monitor" else {"encounter": "x", "date": "2026-01-06"}
    assert "no participant" in rehearsal.refused(action, account, site="a", values=values)
    rehearsal.done("revoke", "sponsor", site=site, reason="left", account=account, role=role)
    assert "holds no role here" in rehearsal.refused(action, account, site="a", values=values)
    rehearsal.done("delegate", "sponsor", site=site, account=account, role=role)
    assert "no participant" in rehearsal.refused(action, account, site="a", values=values)


def test_a_role_at_one_site_ends_there_only() -> None:
    rehearsal, _ = at_stage("screened")
    rehearsal.done("delegate", "sponsor", site="b", account="nurse_a", role="nurse")
    rehearsal.done("revoke", "sponsor", site="a", reason="moves", account="nurse_a", role="nurse")
    values = {"participant": "b-001", "encounter": "unscheduled", "date": rehearsal.day}
    assert "holds no role" in rehearsal.refused("open_visit", "nurse_a", site="a", values=values)
    assert "no participant" in rehearsal.refused("open_visit", "nurse_a", site="b", values=values)


def test_somebody_always_remains_who_can_give_roles() -> None:
    rehearsal = Rehearsal()
    assert "the last one in this role" in rehearsal.refused(
        "revoke", "sponsor", reason="left", account="sponsor", role="sponsor"
    )
    rehearsal.done("delegate", "sponsor", account="sponsor_2", role="sponsor")
    rehearsal.done("revoke", "sponsor_2", reason="left", account="sponsor", role="sponsor")
    assert "holds no role" in rehearsal.refused("open_site", "sponsor", site="a")
