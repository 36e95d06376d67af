"""Chance decides and nobody is told: rehearsals of a double-blind study, and of a randomised open one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.simulation.rehearsal_support import START, actions_of, eventful, joined, trial_of
from trialwright.conduct.allocated import given_arms
from trialwright.conduct.allocation import derive_arms
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import Verified, verify_archive, write_archive
from trialwright.exchange.folder import read_study
from trialwright.record.ledger import Earlier
from trialwright.simulation.participants import rehearse

BLISS, COUNT = "bliss-ln", 8


def before_unblinding() -> Trial:
    """The trial as it stood before the study was unblinded."""
    made = eventful(BLISS, COUNT)
    head = None
    for event in made.ledger.events():
        if event.type == "study_unblinded":
            break
        head = event
    return Trial(Earlier(made.ledger, head=head), made.definitions.__getitem__)


def test_no_arm_is_known_until_the_study_is_unblinded() -> None:
    blind = [one for one in before_unblinding().participants() if one.allocated]
    assert len(blind) == COUNT
    assert all(one.arm == "" for one in blind)


def test_doses_tell_nothing() -> None:
    """Everybody is given the study infusion, which stands for belimumab and placebo alike."""
    doses = [dose for one in before_unblinding().participants() for dose in one.doses]
    assert doses
    assert {dose.intervention for dose in doses} == {"study_infusion"}
    assert {dose.concept for dose in doses} == {""}


def test_after_the_locks_the_study_is_unblinded_and_the_arms_are_those_of_the_secret() -> None:
    made = eventful(BLISS, COUNT)
    trial = trial_of(made)
    assert trial.study.unblinded
    assert trial.study.locked
    arms = derive_arms(
        tuple(trial.rules()),
        study=trial.study.study,
        secret=made.secret.secret,
        allocations=given_arms(before_unblinding()),
    )
    in_order = sorted(joined(made), key=lambda one: one.allocated.number if one.allocated else 0)
    assert [one.arm for one in in_order] == [given.arm for given in arms]
    assert {one.arm for one in in_order} == {"belimumab", "placebo"}


def test_the_sites_of_the_rehearsal_are_invented_ones() -> None:
    made = eventful(BLISS, COUNT)
    assert read_study(BLISS).identity.sites == ()
    assert all("invented" in site.name.en for site in made.study.identity.sites)
    assert {one.site for one in joined(made)} <= {site.id for site in made.study.identity.sites}


def test_the_archive_verifies_and_its_allocations_are_drawn_again(tmp_path: Path) -> None:
    made = eventful(BLISS, COUNT)
    write_archive(tmp_path / "archive", made.study, made.ledger, rehearsal=True)
    found = verify_archive(tmp_path / "archive")
    assert isinstance(found, Verified)
    assert found.rehearsal


@pytest.mark.parametrize("count", [6])
def test_the_randomised_variant_of_beam_is_rehearsed_on_the_same_assumptions(
    tmp_path: Path, count: int
) -> None:
    made = rehearse(read_study("beam-randomised"), participants=count, seed=3, start=START)
    assert actions_of(made)["allocate"] == count
    trial = trial_of(made)
    assert trial.study.secret == made.secret.secret.hex()
    arms = sorted(one.arm for one in joined(made))
    assert arms.count("BEL+MT") in (
        2,
        3,
        4,
    )  # blocks of 4 and 6: never more than 3 of the first 6, 1 more in the next
    write_archive(
        tmp_path / "archive", made.study, made.ledger, definitions=made.definitions.values(), rehearsal=True
    )
    assert isinstance(verify_archive(tmp_path / "archive"), Verified)


def test_a_nurse_who_leaves_on_the_day_of_the_lock_stays() -> None:
    """The study may be locked between the morning on which she wants to go and the minute in which she is revoked."""
    made = rehearse(read_study("beam-randomised"), participants=2, seed=32, start=START)
    assert [*made.ledger.events()][-1].type == "study_locked"


@pytest.mark.parametrize(
    ("participants", "seed", "what"),
    [
        (16, 2, "a nurse leaves while a form of hers is waiting"),
        (40, 1, "an infusion is waiting while the study infusion is stopped for good"),
    ],
)
def test_work_that_waits_outlives_a_change_of_staff(participants: int, seed: int, what: str) -> None:
    made = rehearse(read_study(BLISS), participants=participants, seed=seed, start=START)
    assert trial_of(made).study.locked, what
