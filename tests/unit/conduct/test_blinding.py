"""A double-blind study from allocation to disclosure: BLISS-LN, in an archive somebody looks into with a hex editor."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.trust.files import restate
from tests.unit.conduct.support import (
    Rehearsal,
    allocated,
    at_stage,
    dosed,
    enrolled,
    salts,
    screened,
    two_sites,
)
from trialwright.conduct.allocated import given_arms, hidden_arm
from trialwright.conduct.allocation import derive_arms
from trialwright.conduct.trial import Secret, Trial
from trialwright.exchange.archive import (
    Archive,
    Broken,
    Verified,
    create_archive,
    open_archive,
    verify_archive,
)
from trialwright.exchange.folder import read_study
from trialwright.record.content import stands
from trialwright.record.event import GENESIS, Event, canonical, opened, row_hash
from trialwright.study.allocation import StratifiedBlocks
from trialwright.study.delegation import Role
from trialwright.study.model import Study
from trialwright.terms.message import render

ARMS = {"belimumab": "qqarmone", "placebo": "qqarmtwo"}
"""Arms under names that nothing else is called, so that the bytes of a file can be searched for them."""

KEYS = [Secret(bytes([number]) * 32, bytes(32)) for number in range(1, 9)]


def renamed() -> Study:
    """BLISS-LN with arms that can be told from everything else."""
    study = two_sites(read_study("bliss-ln"))
    rule = study.allocation
    assert isinstance(rule, StratifiedBlocks)
    ratio = {ARMS[arm]: share for arm, share in rule.ratio.items()}
    return replace(
        study,
        arms=tuple(arm.model_copy(update={"id": ARMS[arm.id]}) for arm in study.arms),
        allocation=rule.model_copy(update={"ratio": ratio}),
    )


def walked(folder: Path, secret: Secret) -> tuple[Rehearsal, str, str]:
    """One woman dosed at site A, one allocated at site B, an adverse event, a hold; nobody knows an arm."""
    store = create_archive(folder, renamed(), rehearsal=True, draw=salts())
    rehearsal = _WithSecret(renamed(), store=store, secret=secret)
    other = screened(rehearsal, site="b")
    who = dosed(rehearsal)
    values = {"participant": other, "date": rehearsal.day}
    rehearsal.done("enrol", "investigator_b", site="b", values=values)
    rehearsal.done("allocate", "investigator_b", site="b", values=values)
    event = {
        "term": "Headache", "start": rehearsal.day, "grade": "1", "infection": "false", "taken": "none",
        "outcome": "recovering", "aware": rehearsal.now.isoformat(), "causality": {"study_treatment": "related"},
    }  # fmt: skip
    rehearsal.done("report_ae", "investigator_a", site="a", participant=who, values=event)
    held = {"intervention": "study_infusion", "date": rehearsal.day}
    rehearsal.done("hold_dose", "investigator_a", site="a", reason="x", participant=who, values=held)
    closed(rehearsal)
    return rehearsal, who, other


class _WithSecret(Rehearsal):
    """A rehearsal whose allocation hangs on another secret."""

    def __init__(self, study: Study, *, store: Archive, secret: Secret, opened: bool = True) -> None:
        self.secret = secret
        super().__init__(study, store=store, opened=opened)

    def act(self, action: str, account: str, /, **more: Any) -> Any:
        return super().act(action, account, **{"secret": self.secret, **more})


def closed(rehearsal: Rehearsal) -> None:
    assert isinstance(rehearsal.store, Archive)
    rehearsal.store.write_manifest()


def drawn(rehearsal: Rehearsal, secret: Secret) -> tuple[str, ...]:
    trial = rehearsal.trial
    given = derive_arms(
        tuple(trial.rules()), study=trial.study.study, secret=secret.secret, allocations=given_arms(trial)
    )
    return tuple(one.arm for one in given)


Course = tuple[Path, Rehearsal, str, str, Secret]
"""The archive, the rehearsal in it, the woman at site A, the one at site B, the secret."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Course]:
    """The same trial twice, with secrets by which the first woman gets the one arm and the other."""
    found: dict[str, Course] = {}
    for secret in KEYS:
        if len(found) < len(ARMS):
            folder = tmp_path_factory.mktemp("blind") / "trial"
            rehearsal, who, other = walked(folder, secret)
            found.setdefault(drawn(rehearsal, secret)[0], (folder, rehearsal, who, other, secret))
    assert set(found) == set(ARMS.values())
    return found


@pytest.fixture
def by_arm(made: dict[str, Course], tmp_path: Path) -> dict[str, Course]:
    """Both, copied, to go on with."""
    copies: dict[str, Course] = {}
    for arm, (folder, before, who, other, secret) in made.items():
        copy = Path(shutil.copytree(folder, tmp_path / arm))
        store = open_archive(copy, draw=salts(1_000_000))
        rehearsal = _WithSecret(renamed(), store=store, secret=secret, opened=False)
        rehearsal.now = before.now
        copies[arm] = copy, rehearsal, who, other, secret
    return copies


# Before disclosure


def test_no_file_holds_an_arm_before_disclosure(
    made: dict[str, Course],
) -> None:
    """The definition names both arms; everything else names none, and no file holds the secret."""
    for folder, _, _, _, secret in made.values():
        for path in folder.rglob("*"):
            if not path.is_file():
                continue
            data = path.read_bytes()
            counts = {arm: data.count(arm.encode()) for arm in ARMS.values()}
            if path.parent.name == "definitions":
                assert counts["qqarmone"] == counts["qqarmtwo"] > 0
            else:
                assert counts == {"qqarmone": 0, "qqarmtwo": 0}, path.name
            assert secret.secret not in data
            assert secret.secret.hex().encode() not in data


def test_two_trials_that_differ_in_the_arm_alone_cannot_be_told_apart(
    made: dict[str, Course],
) -> None:
    """Every byte but the commitment, and the hashes that follow from it, is the same whichever arm was given."""
    one, other = (folder for folder, *_ in made.values())
    for name in ("entered.jsonl", *(f"definitions/{path.name}" for path in (one / "definitions").iterdir())):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    assert rows_without_commitment(one) == rows_without_commitment(other)


def rows_without_commitment(folder: Path) -> list[Any]:
    rows = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    for row in rows:
        del row["hash"], row["previous"]
        row["data"].pop("commitment", None)
    return rows


@pytest.mark.parametrize("action", ["give_dose", "hold_dose"])
@pytest.mark.parametrize("hidden", ["belimumab", "placebo"])
def test_what_hides_behind_the_mask_is_neither_given_nor_held(action: str, hidden: str) -> None:
    rehearsal, who = at_stage("allocated", "bliss-ln")
    values = {"participant": who, "intervention": hidden, "date": rehearsal.day}
    refusal = rehearsal.refused(action, "pharmacist_a", site="a", reason="x", values=values)
    assert "is not given in this arm" in refusal or "does not receive" in refusal


def test_the_arm_is_blind_for_everybody_who_reads_the_books() -> None:
    rehearsal, who = at_stage("dosed", "bliss-ln")
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    assert participant.arm == ""
    assert participant.allocated is not None
    assert participant.allocated.levels == {"induction": "mycophenolate", "race": "not_black"}
    assert [dose.intervention for dose in participant.doses] == ["study_infusion"]
    assert "arms" not in [key for event in rehearsal.store.events() for key in event.data]


def test_a_blind_site_judges_the_study_treatment() -> None:
    rehearsal, who = at_stage("dosed", "bliss-ln")
    event = {
        "term": "Headache", "start": rehearsal.day, "grade": "1", "infection": "false", "taken": "none",
        "outcome": "recovering", "aware": rehearsal.now.isoformat(), "causality": {"study_treatment": "related"},
    }  # fmt: skip
    rehearsal.done("report_ae", "investigator_a", site="a", participant=who, values=event)
    open_label, known = at_stage("dosed")
    event |= {"start": open_label.day, "aware": open_label.now.isoformat()}
    assert "no intervention study_treatment" in open_label.refused(
        "report_ae", "investigator_a", site="a", participant=known, values=event
    )


# Whoever prepares the doses


def test_the_pharmacist_sees_the_arm_and_no_file_does(by_arm: dict[str, Course]) -> None:
    """Two trials that differ in the arm alone stay alike byte for byte after it was looked up, the commitment apart."""
    seen = {}
    for arm, (folder, rehearsal, who, other, secret) in by_arm.items():
        event = rehearsal.done("see_allocation", "pharmacist_a", site="a", participant=who)
        participant = rehearsal.trial.participant(who)
        assert participant is not None
        seen[arm] = hidden_arm(rehearsal.trial, secret, participant)
        assert (event.type, dict(event.data)) == ("allocation_seen", {"date": rehearsal.day})
        assert [(one.actor, one.role) for one in participant.allocation_seen] == [
            ("pharmacist_a", "pharmacist")
        ]
        assert participant.arm == ""
        assert "no participant" in rehearsal.refused(
            "see_allocation", "pharmacist_a", site="a", participant=other
        )
        closed(rehearsal)
        assert isinstance(verify_archive(folder), Verified)
        rest = [path.read_bytes() for path in folder.rglob("*.json*") if path.parent.name != "definitions"]
        assert not any(arm.encode() in data or secret.secret.hex().encode() in data for data in rest)
    assert seen == {arm: arm for arm in by_arm}
    one, two = (folder for folder, *_ in by_arm.values())
    assert rows_without_commitment(one) == rows_without_commitment(two)
    assert (one / "entered.jsonl").read_bytes() == (two / "entered.jsonl").read_bytes()


@pytest.mark.parametrize(
    "role", ["investigator", "coordinator", "nurse", "monitor", "data_manager", "sponsor"]
)
def test_no_other_role_looks_an_arm_up(role: str) -> None:
    rehearsal, who = at_stage("allocated", "bliss-ln")
    account = role if role in ("monitor", "data_manager", "sponsor") else f"{role}_a"
    said = rehearsal.refused("see_allocation", account, site="a", participant=who)
    assert "may not see_allocation" in said
    assert "It may be done by: Study pharmacist." in said


def test_what_looking_up_refuses() -> None:
    rehearsal, who = at_stage("enrolled", "bliss-ln")
    assert "has not been allocated" in rehearsal.refused(
        "see_allocation", "pharmacist_a", site="a", participant=who
    )
    blind, known = at_stage("allocated", "bliss-ln")
    assert "not at hand" in blind.refused(
        "see_allocation", "pharmacist_a", site="a", participant=known, secret=None
    )
    assert "no participant" in blind.refused("see_allocation", "pharmacist_b", site="b", participant=known)
    open_label, known = at_stage("allocated")
    assert "nothing is hidden" in open_label.refused(
        "see_allocation", "pharmacist_a", site="a", participant=known
    )


def test_a_signature_stands_after_the_arm_was_looked_up() -> None:
    rehearsal, who = at_stage("dosed", "bliss-ln")
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    rehearsal.done("see_allocation", "pharmacist_a", site="a", participant=who)
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    assert stands(participant, participant.signatures[-1])


@pytest.mark.parametrize("may", [("enrol",), ("allocate", "give_dose")])
def test_no_role_that_enrols_sees_the_allocation(may: tuple[str, ...]) -> None:
    role = {"id": "nurse", "title": {"en": "Nurse", "zh": "护士"}, "scope": "site", "may": may}
    Role.model_validate(role)
    with pytest.raises(ValidationError, match="sees the allocation"):
        Role.model_validate({**role, "sees_allocation": "true"})


# Disclosure


def test_one_arm_is_disclosed_and_the_other_stays_hidden(
    by_arm: dict[str, Course],
) -> None:
    for arm, (folder, rehearsal, who, other, _) in by_arm.items():
        event = rehearsal.done("unblind", "investigator_a", site="a", reason="anaphylaxis", participant=who)
        said = opened(event.data, rehearsal.store.text)
        assert (said["date"], said["arm"]) == (rehearsal.day, arm)
        found, hidden = rehearsal.trial.participant(who), rehearsal.trial.participant(other)
        assert found is not None
        assert hidden is not None
        assert (found.arm, hidden.arm) == (arm, "")
        closed(rehearsal)
        verified = verify_archive(folder)
        assert isinstance(verified, Verified)
        assert verified.replayed is None  # the secret is still sealed


def unblinded(rehearsal: Rehearsal, who: str, other: str) -> Event:
    """All casebooks signed and locked, then the whole study unblinded."""
    for site, one in (("a", who), ("b", other)):
        account = f"investigator_{site}"
        rehearsal.leave(one, site=site)
        rehearsal.done("sign", account, site=site, participant=one, target="casebook", meaning="approved")
        rehearsal.done("lock", account, reason="no more will come", site=site, participant=one)
    event = rehearsal.done("unblind", "sponsor", reason="analysis")
    closed(rehearsal)
    return event


def test_unblinding_the_study_discloses_every_arm_and_the_secret(
    by_arm: dict[str, Course],
) -> None:
    for arm, (folder, rehearsal, who, other, secret) in by_arm.items():
        event = unblinded(rehearsal, who, other)
        arms = drawn(rehearsal, secret)
        assert event.data["arms"] == {who: arm, other: arms[1]}
        assert event.data["secret"] == secret.secret.hex()
        everyone = rehearsal.trial.participants()
        assert {one.id: one.arm for one in everyone} == event.data["arms"]
        verified = verify_archive(folder)
        assert isinstance(verified, Verified)
        assert verified.replayed == 2
        reread = open_archive(folder, draw=bytes)
        assert [one.arm for one in Trial(reread, reread.definition).participants()] == [
            one.arm for one in everyone
        ]


@pytest.mark.parametrize("which", ["first", "second", "both"])
def test_a_swapped_arm_is_found_by_verify(by_arm: dict[str, Course], which: str) -> None:
    """Whoever rewrites the disclosed arms, and every hash after them, does not know a secret that gives them."""
    folder, rehearsal, who, other, _ = by_arm["qqarmone"]
    unblinded(rehearsal, who, other)
    swapped = {"first": [who], "second": [other], "both": [who, other]}[which]
    flipped = {"qqarmone": "qqarmtwo", "qqarmtwo": "qqarmone"}

    def swap(data: dict[str, Any]) -> None:
        for one in swapped:
            data["arms"][one] = flipped[data["arms"][one]]

    forge(folder, "study_unblinded", swap)
    found = verify_archive(folder)
    assert isinstance(found, Broken)
    said = render(found.problem, {})
    assert f"Allocation {2 if which == 'second' else 1} gave the arm" in said
    rows = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert rows[found.line - 1]["type"] == "allocated"


def test_an_arm_left_out_at_disclosure_is_not_replayed_as_if_it_were_there(
    by_arm: dict[str, Course],
) -> None:
    folder, rehearsal, who, other, _ = by_arm["qqarmtwo"]
    unblinded(rehearsal, who, other)
    forge(folder, "study_unblinded", lambda data: data["arms"].pop(other))
    found = verify_archive(folder)
    assert isinstance(found, Broken)
    assert "not the participants who were allocated" in render(found.problem, {})


def forge(folder: Path, kind: str, change: Any) -> None:
    """Change the data of events of a kind, and make every hash and the manifest fit again."""
    previous, lines = GENESIS, []
    for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines():
        written = json.loads(line)
        del written["hash"]
        if written["type"] == kind:
            change(written["data"])
        written["previous"] = previous
        previous = row_hash(written)
        lines.append(canonical({**written, "hash": previous}) + b"\n")
    (folder / "events.jsonl").write_bytes(b"".join(lines))
    restate(folder, head=previous)


# Refusals


def test_what_unblind_refuses() -> None:
    rehearsal, who = at_stage("allocated", "bliss-ln")
    cases = [
        # account, site, participant, secret, what is said
        ("sponsor", "a", "a-099", True, "no allocated participant a-099"),
        ("investigator_b", "b", who, True, "no allocated participant"),
        ("investigator_a", "a", who, False, "The secret of the allocation is not at hand."),
        ("investigator_a", "a", "", True, "for all sites at once"),
        ("sponsor", "", "", True, "open are: a-001"),
        ("sponsor", "", who, True, "unblind is done at a site; name it."),
    ]
    for account, site, participant, holds, said in cases:
        more: dict[str, Any] = {} if holds else {"secret": None}
        values = {"participant": participant} if participant else {}
        assert said in rehearsal.refused("unblind", account, site=site, reason="x", values=values, **more)


def test_somebody_not_allocated_has_no_arm_to_disclose() -> None:
    rehearsal, who = at_stage("enrolled", "bliss-ln")
    assert "no allocated participant" in rehearsal.refused(
        "unblind", "investigator_a", site="a", reason="x", participant=who
    )


def test_the_lock_of_a_blind_study_keeps_the_secret() -> None:
    """What locks the study is one thing, what discloses it another."""
    rehearsal, who = at_stage("allocated", "bliss-ln")
    rehearsal.leave(who)
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    rehearsal.done("lock", "investigator_a", reason="no more will come", site="a", participant=who)
    event = rehearsal.done("lock", "sponsor")
    assert event.data == {"date": rehearsal.day, "secret": "", "nonce": ""}
    assert rehearsal.trial.study.secret == ""
    disclosed = rehearsal.done("unblind", "sponsor", reason="analysis")
    assert disclosed.data["secret"]


def test_what_lock_refuses() -> None:
    rehearsal, who = at_stage("allocated", "beam-randomised")
    assert "no participant a-099" in rehearsal.refused("lock", "data_manager", site="a", participant="a-099")
    assert "for all sites at once" in rehearsal.refused("lock", "data_manager", site="a")
    assert "lock is done at a site; name it." in rehearsal.refused("lock", "data_manager", participant=who)
    rehearsal.leave(who)
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    rehearsal.done("lock", "data_manager", reason="no more will come", site="a", participant=who)
    assert "is locked" in rehearsal.refused("lock", "data_manager", site="a", participant=who)
    assert "whoever holds it must lock the study" in rehearsal.refused("lock", "data_manager", secret=None)
    rehearsal.done("lock", "data_manager")
    assert "The study is locked. unlock opens it again" in rehearsal.refused("lock", "sponsor")


def test_what_unlock_refuses() -> None:
    rehearsal, who = at_stage("allocated")
    assert "no participant a-099" in rehearsal.refused(
        "unlock", "sponsor", site="a", reason="x", participant="a-099"
    )
    assert "is not locked" in rehearsal.refused("unlock", "sponsor", site="a", reason="x", participant=who)
    assert rehearsal.refused("unlock", "sponsor", reason="x") == "The study is not locked."
    rehearsal.leave(who)
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    rehearsal.done("lock", "investigator_a", reason="no more will come", site="a", participant=who)
    rehearsal.done("lock", "sponsor")
    assert "The study is locked. unlock opens it again" in rehearsal.refused(
        "unlock", "sponsor", site="a", reason="x", participant=who
    )


def test_what_allocate_refuses() -> None:
    drawn_by_lot, who = at_stage("enrolled", "bliss-ln")
    values = {"participant": who, "date": drawn_by_lot.day}
    assert "nobody may name it" in drawn_by_lot.refused(
        "allocate", "investigator_a", site="a", values={**values, "arm": "placebo"}
    )
    by_choice, one = at_stage("enrolled")
    values = {"participant": one, "date": by_choice.day}
    for arm, reason, said in (
        ("", "her wish", "arm"),
        ("BEL+MT", "", "Say why"),
        ("placebo", "her wish", "placebo"),
    ):
        more = {**values, **({"arm": arm} if arm else {})}
        assert said in by_choice.refused("allocate", "investigator_a", site="a", reason=reason, values=more)
    without = Rehearsal(replace(read_study("beam"), allocation=None))
    assert "has no allocation rule" in without.refused(
        "allocate", "investigator_a", site="a", participant=enrolled(without), date=without.day
    )


def test_allocated_is_not_allocated_twice() -> None:
    rehearsal = Rehearsal("bliss-ln")
    who = allocated(rehearsal)
    values = {"participant": who, "date": rehearsal.day}
    assert "was allocated on 2026-06-01" in rehearsal.refused(
        "allocate", "investigator_a", site="a", values=values
    )
