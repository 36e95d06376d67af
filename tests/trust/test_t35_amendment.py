"""T35. An amendment goes live at a site only from the day of that site's approval.

**Source**: ICH E6(R3) 4.3.5.
**Proves**: while site A works by the new version, site B consents, asks and grants rights by the old one until its own approval; people who
agreed to the old version are not enrolled under the new one before they agreed again; a version nobody holds, one approved
already, and an approval before an earlier one are refused.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage, screened
from trialwright.study.canonical import version

PULSE = {"participant": "", "form": "vital_signs", "visit": "unscheduled-1"}
ENTRIES = {"body.weight": "61 kg", "circulation.systolic": "120 mm[Hg]", "circulation.diastolic": "80 mm[Hg]",
           "circulation.temperature": "36.5 Cel", "circulation.pulse": "70 /min"}  # fmt: skip


def _approve(rehearsal: Rehearsal, site: str, new: str) -> None:
    rehearsal.done("approve_version", f"investigator_{site}", site=site, version=new, date=rehearsal.day)


def _answer(rehearsal: Rehearsal, site: str, who: str) -> str:
    """What is said to the item that only the amended form has; '' where it is taken."""
    values = {"participant": who, "encounter": "unscheduled", "date": rehearsal.day}
    rehearsal.done("open_visit", f"coordinator_{site}", site=site, values=values)
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    form = {**PULSE, "participant": who, "visit": participant.visits[-1].id, "entries": ENTRIES}
    answer = rehearsal.act("record_form", f"coordinator_{site}", site=site, values=form)
    return " ".join(str(reason.values) for reason in getattr(answer, "reasons", ()))


def test_each_site_works_by_its_own_approved_version() -> None:
    rehearsal = Rehearsal()
    at_a, at_b = screened(rehearsal), screened(rehearsal, site="b")
    old, new = rehearsal.version, rehearsal.amended()
    _approve(rehearsal, "a", new)
    assert _answer(rehearsal, "a", at_a) == ""
    assert "circulation.pulse" in _answer(rehearsal, "b", at_b)
    consents = {site: rehearsal.consented(site=site) for site in ("a", "b")}
    found = {site: rehearsal.trial.participant(who) for site, who in consents.items()}
    assert {site: one.consents[0].version for site, one in found.items() if one} == {"a": new, "b": old}
    last = {event.site: event.study_version for event in rehearsal.store.events()}
    assert (last["a"], last["b"]) == (new, old)
    _approve(rehearsal, "b", new)
    assert _answer(rehearsal, "b", at_b) == ""


def test_nobody_is_enrolled_on_a_consent_to_the_old_version() -> None:
    rehearsal = Rehearsal()
    at_a, at_b = screened(rehearsal), screened(rehearsal, site="b")
    new = rehearsal.amended()
    rehearsal.go_to("2026-06-01")
    _approve(rehearsal, "a", new)
    values = {"participant": at_a, "date": rehearsal.day}
    assert "record re_consent first" in rehearsal.refused("enrol", "investigator_a", site="a", values=values)
    rehearsal.done("enrol", "investigator_b", site="b", participant=at_b, date=rehearsal.day)
    rehearsal.done("re_consent", "investigator_a", site="a", values=values)
    rehearsal.done("enrol", "investigator_a", site="a", values=values)
    assert "this version already" in rehearsal.refused(
        "re_consent", "investigator_a", site="a", values=values
    )


def test_an_amended_delegation_table_holds_where_it_is_approved() -> None:
    rehearsal, who = at_stage("dosed")
    table = rehearsal.study.delegation
    assert table is not None
    roles = tuple(
        role.model_copy(update={"may": (*role.may, "give_dose")}) if role.id == "coordinator" else role
        for role in table.roles
    )
    changed = replace(rehearsal.study, delegation=table.model_copy(update={"roles": roles}))
    rehearsal.versions[version(changed)] = changed
    other = rehearsal.consented(site="b")
    _approve(rehearsal, "a", version(changed))
    values = {"intervention": "prednisone", "date": rehearsal.day, "amount": "30", "unit": "mg/d"}
    assert "may not give_dose" in rehearsal.refused(
        "give_dose", "coordinator_b", site="b", reason="x", participant=other, values=values
    )
    rehearsal.done("give_dose", "coordinator_a", site="a", reason="x", participant=who, values=values)


@pytest.mark.parametrize(
    ("which", "day", "said"),
    [
        ("unknown", "2026-06-01", "does not hold the version"),
        ("old", "2026-06-01", "is approved here already"),
        ("new", "2026-06-02", "lies in the future"),
        ("new", "2026-01-04", "lies before it"),
    ],
)
def test_an_approval_that_cannot_be(which: str, day: str, said: str) -> None:
    rehearsal, _ = at_stage("dosed")
    versions = {"unknown": "sha256:0", "old": rehearsal.version, "new": rehearsal.amended()}
    assert said in rehearsal.refused(
        "approve_version", "investigator_a", site="a", version=versions[which], date=day
    )


def test_an_approval_of_tomorrow_is_in_force_tomorrow() -> None:
    """The day of the approval is the first one under the new version; consents of the day before stay under the old one."""
    rehearsal, _ = at_stage("dosed")
    rehearsal.go_to("2026-06-03")
    old, new = rehearsal.version, rehearsal.amended()
    rehearsal.done("approve_version", "investigator_a", site="a", version=new, date="2026-06-02")
    for day, expected in (("2026-06-01", old), ("2026-06-02", new)):
        values = {"date": day, "sex": "male", "birth": "1980"}
        event = rehearsal.done("consent", "investigator_a", site="a", values=values)
        assert event.data["version"] == expected
