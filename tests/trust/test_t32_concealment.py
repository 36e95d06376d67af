"""T32. The allocation sequence is hidden from everybody who can enrol, reproducible afterwards, and never collides.

**Source**: ICH E6(R3) 4.3.4(h).
**Proves**: the secret is in no file of the archive and kept in a file only its owner can read; the ledger binds the study to it; a hundred
participants asked for by several processes at once get a hundred numbers without gap or double, and the arms a single queue
would have got; disclosed, `verify` draws every allocation again and finds one that was changed; once disclosed, the secret decides
about nobody any more.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import stat
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.trust.crowd import allocate_all, arms, join
from tests.trust.files import forge
from tests.unit.conduct.support import (
    SECRET,
    Rehearsal,
    allocated,
    at_stage,
    enrolled,
    salts,
    screened,
    two_sites,
)
from trialwright.cli.secrets import VARIABLE, find_secret, make_secret
from trialwright.conduct.allocation import commitment, digest_rule
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import (
    Archive,
    Broken,
    Verified,
    create_archive,
    open_archive,
    verify_archive,
)
from trialwright.exchange.folder import read_study
from trialwright.record.event import Call, Event, Proposal
from trialwright.terms.message import render


def _archived(folder: Path, study: str) -> Rehearsal:
    made = two_sites(read_study(study))
    return Rehearsal(study, store=create_archive(folder, made, rehearsal=True, draw=salts()))


def _close(rehearsal: Rehearsal) -> None:
    """State the digests, as the terminal does after every action."""
    assert isinstance(rehearsal.store, Archive)
    rehearsal.store.write_manifest()


def test_a_hundred_requests_at_once_give_a_hundred_numbers_and_the_same_arms(tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    alone = Rehearsal("template")
    rehearsal = _archived(folder, "template")
    numbers = join(rehearsal, 100)
    context = multiprocessing.get_context("spawn")
    shares = [numbers[start::4] + numbers[:5] for start in range(4)]  # five people are asked for by everybody
    writers = [
        context.Process(target=allocate_all, args=(str(folder), f"w{index}", share))
        for index, share in enumerate(shares)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    assert isinstance(verify_archive(folder), Verified)
    archive = open_archive(folder, draw=bytes)
    events = [event for event in archive.events() if event.type == "allocated"]
    assert [event.series["allocation"] for event in events] == list(range(1, 101))
    assert sorted(event.stream for event in events) == sorted(f"participant/{who}" for who in numbers)
    assert {event.data["arm"] for event in events} == {""}
    drawn = [given.arm for given in arms(Trial(archive, archive.definition))]

    join(alone, 100)
    for who in numbers:
        alone.done("allocate", "investigator_a", site="a", participant=who, date=alone.day)
    assert drawn == [given.arm for given in arms(alone.trial)]
    assert abs(Counter(drawn)["tablet"] - 50) <= 3  # blocks of 4 and 6, the last one perhaps open


def test_the_secret_lies_outside_the_archive_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "home" / "secrets.json"
    monkeypatch.setenv(VARIABLE, str(kept))
    made = make_secret(archive=tmp_path / "trial")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert find_secret(commitment(*made), archive=tmp_path / "trial") == made
    monkeypatch.delenv(VARIABLE)
    assert find_secret(commitment(*made), archive=tmp_path / "trial") is None


@pytest.mark.parametrize("study", ["bliss-ln", "beam-randomised", "template"])
def test_no_file_of_the_archive_holds_the_secret(tmp_path: Path, study: str) -> None:
    rehearsal = _archived(tmp_path / "trial", study)
    _close(rehearsal)
    files = [path.read_bytes() for path in (tmp_path / "trial").rglob("*") if path.is_file()]
    for data, part in itertools.product(files, SECRET):
        assert part not in data
        assert part.hex().encode() not in data.lower()
    assert rehearsal.trial.study.commitment == commitment(SECRET.secret, SECRET.nonce)
    assert any(rehearsal.trial.study.commitment.encode() in data for data in files)


def _locked(folder: Path) -> tuple[Rehearsal, str]:
    """Randomised and open: an arm is known at once, the secret with the lock. Somebody at site B was only screened."""
    rehearsal = _archived(folder, "beam-randomised")
    other = screened(rehearsal, site="b")
    who = allocated(rehearsal)
    rehearsal.leave(who)
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    rehearsal.done("lock", "investigator_a", site="a", participant=who)
    rehearsal.done("lock", "sponsor")
    _close(rehearsal)
    return rehearsal, other


def test_disclosed_every_allocation_is_drawn_again(tmp_path: Path) -> None:
    _locked(tmp_path / "trial")
    found = verify_archive(tmp_path / "trial")
    assert isinstance(found, Verified)
    assert found.replayed == 1


@pytest.mark.parametrize("what", ["arm", "secret"])
def test_a_changed_arm_or_secret_is_found_though_every_hash_fits(tmp_path: Path, what: str) -> None:
    _locked(tmp_path / "trial")

    def changed(written: dict[str, Any]) -> None:
        data = written["data"]
        if what == "arm" and written["type"] == "allocated":
            data["arm"] = {"MT": "BEL+MT", "BEL+MT": "MT"}[data["arm"]]
        if what == "secret" and written["type"] == "study_locked":
            data["secret"] = "00" * 32

    forge(tmp_path / "trial", changed)
    found = verify_archive(tmp_path / "trial")
    assert isinstance(found, Broken)
    said = {"arm": "by the rule and the secret it is", "secret": "is not the one the study was opened with"}
    assert said[what] in render(found.problem, {})


def test_a_disclosed_secret_allocates_nobody(tmp_path: Path) -> None:
    """Everybody could compute the next arm, so there is no next one."""
    rehearsal, other = _locked(tmp_path / "trial")
    for account in ("sponsor", "data_manager"):
        rehearsal.done("unlock", account, reason="one more")
    values = {"participant": other, "date": rehearsal.day}
    rehearsal.done("enrol", "investigator_b", site="b", values=values)
    assert "is disclosed" in rehearsal.refused("allocate", "investigator_b", site="b", values=values)


def test_without_the_secret_nobody_is_allocated() -> None:
    rehearsal, who = at_stage("enrolled", "bliss-ln")
    values = {"participant": who, "date": rehearsal.day}
    assert "not at hand" in rehearsal.refused(
        "allocate", "investigator_a", site="a", secret=None, values=values
    )
    assert "nobody may name it" in rehearsal.refused(
        "allocate", "investigator_a", site="a", values={**values, "arm": "belimumab"}
    )


def test_the_definition_holds_no_seed() -> None:
    for study in ("bliss-ln", "beam-randomised", "template"):
        rule = read_study(study).allocation
        assert rule is not None
        assert "seed" not in json.dumps(rule.model_dump(mode="json"))


def _slipped_in(
    rehearsal: Rehearsal,
    kind: str,
    number: int,
    stream: str,
    data: dict[str, Any],
    *,
    version: str = "",
    **series: int,
) -> None:
    """An event that no action decided, with every hash right, in the name of somebody who might have."""
    call = Call(
        f"slip-{kind.replace('_', '-')}",
        "2026-06-01T02:00:00Z",
        "investigator_a",
        "investigator",
        "a",
        {"version_approved": "approve_version", "allocated": "allocate"}[kind],
        "",
        version or rehearsal.version,
    )
    event = rehearsal.store.append(Proposal(stream, kind, number, data, {}, series), call)
    assert isinstance(event, Event)


@pytest.mark.parametrize(
    ("study", "arm", "said"),
    [
        ("beam-randomised", "", "The arm was chosen; in this study it is drawn."),
        ("bliss-ln", "", "The arm was chosen; in this study it is drawn."),
        ("bliss-ln", "drawn", "The arm stands in the event; in this study it is hidden."),
    ],
)
def test_an_arm_that_was_not_drawn_is_found_before_the_secret_is_disclosed(
    tmp_path: Path, study: str, arm: str, said: str
) -> None:
    """By a version that chooses, approved as before releases were recorded; or written openly though the study is blind."""
    rehearsal = _archived(tmp_path / "trial", study)
    who = enrolled(rehearsal)
    rule, chosen = rehearsal.study.allocation, ""
    if not arm:
        rule = read_study("beam").allocation
        chosen = rehearsal.bring(replace(rehearsal.study, allocation=rule))
        _slipped_in(rehearsal, "version_approved", 1, "site/a", {"version": chosen, "date": rehearsal.day})
    assert rule is not None
    data = {
        "date": rehearsal.day,
        "number": 1,
        "arm": rehearsal.study.arms[0].id,
        "levels": {},
        "rule": digest_rule(rule),
    }
    _slipped_in(rehearsal, "allocated", 1, f"participant/{who}", data, version=chosen, allocation=1)
    _close(rehearsal)
    found = verify_archive(tmp_path / "trial")
    assert isinstance(found, Broken)
    assert render(found.problem, {}) == said


@pytest.mark.parametrize("released", [0, 1, 99])
def test_an_approval_of_what_nobody_released_is_found(tmp_path: Path, released: int) -> None:
    rehearsal = _archived(tmp_path / "trial", "template")
    other = rehearsal.bring(replace(rehearsal.study, allocation=read_study("beam").allocation))
    data = {"version": other, "date": rehearsal.day, "released": released}
    _slipped_in(rehearsal, "version_approved", 2, "site/a", data)
    _close(rehearsal)
    found = verify_archive(tmp_path / "trial")
    assert isinstance(found, Broken)
    assert "nobody had released" in render(found.problem, {})
