"""T34. A definition has an identity and a digest; every record keeps the version it was entered under.

**Source**: ICH E6(R3) 4.3.4(e), 4.3.5.
**Proves**: the version of a study is the digest of all of it; every event names the version in force where and when it was made; after an
amendment what was recorded before is still read, labelled and checked by the version it was entered under, and both versions
lie in the archive.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import rfc8785

from tests.unit.conduct.support import Rehearsal, amended, at_stage
from trialwright.study.canonical import canonical_json, version
from trialwright.study.model import Study
from trialwright.terms.message import render


def _label(study: Study) -> str:
    """What the weight is called on the form of vital signs."""
    assert study.forms is not None
    form = next(form for form in study.forms.forms if form.id == "vital_signs")
    return render(form.group("body").item("weight").label, {})


def test_a_version_is_the_digest_of_the_whole_definition() -> None:
    study = Rehearsal(opened=False).study
    text = canonical_json(study)
    assert version(study) == f"sha256:{hashlib.sha256(text).hexdigest()}"
    assert rfc8785.dumps(json.loads(text)) == text
    assert version(amended(study)) != version(study)


def test_what_was_recorded_keeps_its_version_and_its_form() -> None:
    rehearsal, who = at_stage("dosed")
    first = rehearsal.version
    rehearsal.go_to("2026-06-04")
    second = rehearsal.amended()
    rehearsal.done("approve_version", "investigator_a", site="a", version=second, date=rehearsal.day)
    rehearsal.done("re_consent", "investigator_a", site="a", participant=who, date=rehearsal.day)
    values = {"participant": who, "date": rehearsal.day, "encounter": "unscheduled"}
    rehearsal.done("open_visit", "coordinator_a", site="a", values=values)
    entries = {"body.weight": "61 kg", "circulation.systolic": "120 mm[Hg]", "circulation.diastolic": "80 mm[Hg]",
               "circulation.temperature": "36.5 Cel", "circulation.pulse": "70 /min"}  # fmt: skip
    form = {"participant": who, "form": "vital_signs", "visit": "unscheduled-1"}
    rehearsal.done("record_form", "coordinator_a", site="a", values={**form, "entries": entries})

    participant = rehearsal.trial.participant(who)
    assert participant is not None
    events = {event.position: event for event in rehearsal.store.events()}
    labels = {
        record.id: _label(rehearsal.trial.definition(events[record.items["body.weight"].first].study_version))
        for record in participant.forms.values()
        if record.form == "vital_signs"
    }
    assert labels == {
        "screening/vital_signs": "Weight",
        "week_0/vital_signs": "Weight",
        "unscheduled-1/vital_signs": "Weight without shoes",
    }
    versions = [event.study_version for event in rehearsal.store.stream(f"participant/{who}")]
    assert set(versions) == {first, second}
    assert versions == sorted(versions, key=[first, second].index)


def test_a_correction_after_the_amendment_leaves_the_first_entry_under_its_version() -> None:
    rehearsal, who = at_stage("dosed")
    second = rehearsal.amended()
    rehearsal.done("approve_version", "investigator_a", site="a", version=second, date=rehearsal.day)
    values = {"participant": who, "target": "week_0/vital_signs", "entries": {"body.weight": "61 kg"}}
    event = rehearsal.done("correct", "coordinator_a", site="a", reason="misread", values=values)
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    item = participant.forms["week_0/vital_signs"].items["body.weight"]
    by_position = {one.position: one.study_version for one in rehearsal.store.events()}
    assert (by_position[item.first], by_position[item.position]) == (rehearsal.version, second)
    assert event.study_version == second


def test_the_archive_holds_every_version_its_events_name(closed: Path, walked: Rehearsal) -> None:
    named = {event.study_version for event in walked.store.events()}
    held = {f"sha256:{path.stem}" for path in (closed / "definitions").iterdir()}
    assert len(named) == 2
    assert named <= held
    for path in (closed / "definitions").iterdir():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
