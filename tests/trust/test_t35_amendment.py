"""T35. An amendment goes live at a site only from the day of that site's approval, and once it is released.

**Source**: ICH E6(R3) 4.3.5.
**Proves**: a site approves only what was released for the study, by whoever may open it, and gains no right from any other; nothing is
released that defines another study, lacks an open site, leaves nobody to run it, loosens the masking or changes arms or method
of allocation; while site A works by the new version, site B consents, asks and grants rights by the old one until its own approval; people who
agreed to the old version are not enrolled under the new one before they agreed again; a version nobody holds, one approved
already, and an approval before an earlier one are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage, screened
from trialwright.exchange.folder import read_study
from trialwright.study.canonical import version
from trialwright.study.model import Study

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
    rehearsal.bring(changed)
    rehearsal.done("approve_version", "sponsor", version=version(changed), date=rehearsal.day)
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


# Released first


def _usurped(study: Study) -> Study:
    """As an investigator would like it: who may consent may also give and take every role."""
    table = study.delegation
    assert table is not None
    roles = tuple(
        role.model_copy(update={"may": (*role.may, "delegate", "revoke")})
        if role.id == "investigator"
        else role
        for role in table.roles
    )
    return replace(study, delegation=table.model_copy(update={"roles": roles}))


def test_nobody_gains_rights_by_a_version_of_their_own() -> None:
    rehearsal, _ = at_stage("enrolled")
    own = rehearsal.bring(_usurped(rehearsal.study))
    values = {"version": own, "date": rehearsal.day}
    assert "is not released" in rehearsal.refused(
        "approve_version", "investigator_a", site="a", values=values
    )
    mallory = {"account": "mallory", "role": "sponsor"}
    assert "may not delegate" in rehearsal.refused("delegate", "investigator_a", site="a", values=mallory)
    assert "holds no role" in rehearsal.refused("approve_version", "investigator_a", values=values)
    assert "may not approve_version" in rehearsal.refused(
        "approve_version", "sponsor", site="a", values=values
    )


def test_even_a_released_right_of_a_site_reaches_no_role_of_the_study() -> None:
    rehearsal, _ = at_stage("enrolled")
    own = rehearsal.bring(_usurped(rehearsal.study))
    rehearsal.done("approve_version", "sponsor", version=own, date=rehearsal.day)
    _approve(rehearsal, "a", own)
    for action, account in (("delegate", "mallory"), ("revoke", "sponsor")):
        values = {"account": account, "role": "sponsor"}
        for site in ("a", ""):
            rehearsal.refused(action, "investigator_a", site=site, reason="x", values=values)
    rehearsal.done("delegate", "investigator_a", site="a", account="nurse_a_2", role="nurse")
    book = rehearsal.trial.study
    assert {one.account for one in book.delegations if one.role == "sponsor" and not one.end} == {"sponsor"}


def test_a_release_is_recorded_once_with_who_and_when() -> None:
    rehearsal, _ = at_stage("enrolled")
    new = rehearsal.amended()
    event = rehearsal.store.stream("study")[-1]
    assert (event.type, event.actor, event.role) == ("version_released", "sponsor", "sponsor")
    assert event.data == {"version": new, "date": rehearsal.day}
    for value, said in ((new, "is released already"), (rehearsal.version, "is released already")):
        assert said in rehearsal.refused("approve_version", "sponsor", version=value, date=rehearsal.day)
    _approve(rehearsal, "a", new)
    approval = rehearsal.store.stream("site/a")[-1]
    assert approval.data["released"] == event.position
    other = rehearsal.bring(replace(rehearsal.study, delegation=_usurped(rehearsal.study).delegation))
    for day, said in (("2026-01-04", "lies before it"), ("2030-01-01", "lies in the future")):
        assert said in rehearsal.refused("approve_version", "sponsor", version=other, date=day)


def _open_label(study: Study) -> Study:
    design = study.identity.design.model_copy(update={"masking": "none"})
    return replace(study, identity=study.identity.model_copy(update={"design": design}))


def _chosen(study: Study) -> Study:
    return replace(study, allocation=read_study("beam").allocation)


def _without_a_site(study: Study) -> Study:
    return replace(study, identity=study.identity.model_copy(update={"sites": study.identity.sites[:1]}))


def _of_another_name(study: Study) -> Study:
    return replace(study, identity=study.identity.model_copy(update={"id": "other"}))


def _opened_by_the_monitor(study: Study) -> Study:
    table = study.delegation
    assert table is not None
    roles = (*table.roles, table.roles[0].model_copy(update={"id": "director"}))
    return replace(study, delegation=table.model_copy(update={"opens": "director", "roles": roles}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_open_label, "It loosens the masking from quadruple to none"),
        (_chosen, "It allocates by another method, concurrent_control instead of"),
        (lambda study: replace(study, arms=study.arms[:1]), "It has other arms"),
        (_without_a_site, "It lacks sites that are open: b."),
        (_of_another_name, "It defines the study other; this is bliss-ln."),
        (lambda study: read_study("beam"), "It defines the study beam; this is bliss-ln."),
        (lambda study: replace(study, delegation=None), "nobody here could open"),
        (_opened_by_the_monitor, "nobody here could open"),
    ],
)
def test_a_version_by_which_the_trial_cannot_go_on_is_not_released(
    change: Callable[[Study], Study], said: str
) -> None:
    rehearsal, who = at_stage("enrolled", "bliss-ln")
    new = rehearsal.bring(change(rehearsal.study))
    assert said in rehearsal.refused("approve_version", "sponsor", version=new, date=rehearsal.day)
    rehearsal.refused("approve_version", "investigator_a", site="a", version=new, date=rehearsal.day)
    given = rehearsal.done("allocate", "investigator_a", site="a", participant=who, date=rehearsal.day)
    assert given.data["arm"] == ""
