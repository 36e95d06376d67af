"""T27. A signature is bound to what was signed and cannot be moved.

**Source**: 21 CFR 11.70.
**Proves**: a signature holds the digest of the signed content; set beside another visit or another participant it does not
stand, and a signature copied into another place of an archive breaks the archive.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.trust.files import forge, rewrite
from tests.unit.conduct.support import Rehearsal, at_stage, dosed, screened
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import Broken, open_archive, verify_archive
from trialwright.exchange.archive.files import EVENTS
from trialwright.record.content import CASEBOOK, content_digest, stands


@pytest.mark.parametrize("target", ["screening", "week_0", CASEBOOK])
def test_a_signature_names_who_when_what_for_and_the_digest(target: str) -> None:
    rehearsal, who = at_stage("dosed")
    event = rehearsal.done(
        "sign", "investigator_a", site="a", participant=who, target=target, meaning="approved"
    )
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    (signature,) = participant.signatures
    assert (signature.actor, signature.at, signature.meaning) == ("investigator_a", event.at, "approved")
    assert signature.digest == event.data["digest"] == content_digest(participant, target)
    assert stands(participant, signature)


def test_a_signature_fits_no_other_visit_and_no_other_participant() -> None:
    rehearsal = Rehearsal()
    other = screened(rehearsal, site="b")
    who = dosed(rehearsal)
    for target in ("screening", "week_0", CASEBOOK):
        rehearsal.done("sign", "investigator_a", site="a", participant=who, target=target, meaning="approved")
    mine, theirs = rehearsal.trial.participant(who), rehearsal.trial.participant(other)
    assert mine is not None
    assert theirs is not None
    screening, week_0, casebook = mine.signatures
    assert not stands(mine, week_0._replace(target="screening"))
    assert not stands(mine, screening._replace(target=CASEBOOK))
    assert not stands(theirs, screening)
    assert not stands(theirs, casebook)
    # not even where everything else were the same
    assert not stands(replace(mine, id=other), screening)


def test_a_signature_put_into_an_archive_at_another_place_does_not_stand(archive: Path) -> None:
    """Somebody with all files at hand lets a signature speak of another visit, and makes every hash fit again."""

    def moved(written: dict[str, Any]) -> None:
        if written["type"] == "signed" and written["data"]["target"] == "week_0":
            written["data"]["target"] = "screening"

    forge(archive, moved, signed=False)
    assert isinstance(verify_archive(archive), Broken)
    store = open_archive(archive, draw=bytes)
    participant = Trial(store, store.definition).participant("a-001")
    assert participant is not None
    assert [stands(participant, mark) for mark in participant.signatures] == [True, False, True]


def test_a_copied_signature_breaks_the_chain(archive: Path) -> None:
    def copied(rows: list[Any]) -> list[Any]:
        signed = next(index for index, one in enumerate(rows) if one["type"] == "signed")
        again = {**copy.deepcopy(rows[signed]), "stream": "participant/a-002"}
        return [*rows[: signed + 1], again, *rows[signed + 1 :]]

    rewrite(archive / EVENTS, copied)
    assert isinstance(verify_archive(archive), Broken)


def test_nobody_signs_for_a_visit_that_is_not_there() -> None:
    rehearsal, who = at_stage("dosed")
    assert "(week_2) has not been opened" in rehearsal.refused(
        "sign", "investigator_a", site="a", participant=who, target="week_2", meaning="approved"
    )
