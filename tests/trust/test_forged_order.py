"""What no action can have written is found also where every hash, place, digest and text fits (T7, T31).

Somebody with all files at hand changes the archive of the whole course and makes everything fit again. Each row: what was
forged, how, at which type of event `verify` says that it is broken, and what it says.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trust.files import forge, forge_rows, write_texts
from trialwright.cli.main import main
from trialwright.exchange.archive import Broken, Verified, verify_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS, MANIFEST
from trialwright.record.event import canonical, entered_digest
from trialwright.terms.message import render

WHO = "participant/a-001"
SALT = "ab" * 16
Rows = list[dict[str, Any]]
Change = Callable[[Rows], None]
TEXTS = ("-500", "lots", "<script>", "2199-01-01", "not a date", " ", "a name")


def typed(text: str) -> dict[str, str]:
    """A text that was typed; one of `TEXTS`."""
    return {"entered": entered_digest(SALT, text)}


def find(rows: Rows, kind: str, about: str = "", **parts: Any) -> dict[str, Any]:
    """The first event of a type with these parts in its data, of a stream where one is named."""
    return next(
        one
        for one in rows
        if one["type"] == kind
        and one["stream"].startswith(about)
        and all(one["data"].get(name) == value for name, value in parts.items())
    )


def says(kind: str, *, of: dict[str, Any] | None = None, **parts: Any) -> Change:
    """The first event of a type says something else in some parts of its data."""
    return lambda rows: find(rows, kind, **(of or {}))["data"].update(parts)


def states(kind: str, **parts: Any) -> Change:
    """The first event of a type has other parts beside its data."""
    return lambda rows: find(rows, kind).update(parts)


def corrects(target: str, **values: Any) -> Change:
    """The first correction is of something else."""
    return says("corrected", target=target, values=values)


def left_out(kind: str, about: str = WHO) -> Change:
    """Every event of a type is left out."""

    def change(rows: Rows) -> None:
        rows[:] = [one for one in rows if one["type"] != kind or not one["stream"].startswith(about)]
        _count(rows)

    return change


def twice(kind: str, **parts: Any) -> Change:
    """An event stands a second time behind itself."""

    def change(rows: Rows) -> None:
        one = find(rows, kind)
        again = copy.deepcopy(one)
        again["data"].update(parts)
        rows.insert(rows.index(one) + 1, {**again, "id": "forged"})
        _count(rows)

    return change


def moved(kind: str, *, before: str) -> Change:
    """An event stands before another one."""

    def change(rows: Rows) -> None:
        one = find(rows, kind, WHO)
        rows.remove(one)
        other = find(rows, before, WHO)
        rows.insert(rows.index(other), {**one, "at": other["at"]})
        _count(rows)

    return change


def _count(rows: Rows) -> None:
    """Give the numbers of the series anew, as the counters would."""
    given: dict[str, int] = {}
    for one in rows:
        one["series"] = {name: given.get(name, 0) + 1 for name in one["series"]}
        given.update(one["series"])


def item(form: str, place: str, **parts: Any) -> Change:
    """An item of a form says something else."""

    def change(rows: Rows) -> None:
        items = find(rows, "form_recorded", form=form)["data"]["items"]
        next(one for one in items if one["path"] == place).update(parts)

    return change


def fails(kind: str) -> Change:
    """A criterion fails."""
    return lambda rows: next(iter(find(rows, kind, WHO)["data"]["criteria"].values())).update(verdict="fail")


def masks(kind: str, part: str, of: int = 0) -> Change:
    """A text of the first event of a type is masked at the end; `of`: another event is named."""

    def change(rows: Rows) -> None:
        one = find(rows, kind, **({} if part else {"form": "vital_signs"}))
        digest = (one["data"] if part else one["data"]["items"][0])[part or "value"]["entered"]
        last = rows[-1]
        rows.append(
            {
                **last, "id": "forged", "type": "masked", "version": 1, "action": "mask", "site": "", "series": {},
                "stream": one["stream"], "actor": "data_manager", "role": "data_manager",
                "study_version": rows[0]["study_version"], "reason": entered_digest(SALT, "a name"),
                "data": {"of": of or one["position"], "digests": [digest]},
            }
        )  # fmt: skip

    return change


def ahead(rows: Rows) -> None:
    """A site approves a version under that very version."""
    version = find(rows, "version_released")["data"]["version"]
    find(rows, "version_approved", version=version)["study_version"] = version


AE = "ae_reported"
CALCULATED: dict[str, Any] = {"id": "week_9/x", "visit": "week_9", "form": "x", "number": 1, "items": []}
JUDGED = {"number": 99, "proposed": "", "rule": "", "because": []}
FORGED: list[tuple[str, Change, str, str]] = [
    # what is forged, how, the type of event at which it is found, what is said
    ("nobody consented", left_out("consented"), "visit_opened", "needs an event of the type consented"),
    ("consent after the visit", moved("visit_opened", before="consented"), "visit_opened", "of the type consented"),
    ("nobody screened", left_out("screened"), "enrolled", "needs an event of the type screened"),
    ("nobody enrolled", left_out("enrolled"), "allocated", "needs an event of the type enrolled"),
    ("nobody allocated", left_out("allocated"), "visit_opened", "needs an event of the type allocated"),
    ("allocated before enrolment", moved("allocated", before="enrolled"), "allocated", "of the type enrolled"),
    ("a dose before allocation", moved("dose_given", before="allocated"), "dose_given", "recorded before it of week_0"),
    ("allocated twice", twice("allocated", number=2), "allocated", "cannot follow an event of the type allocated"),
    ("enrolled twice", twice("enrolled", enrolment_number="E002"), "enrolled", "cannot follow"),
    ("screened after enrolment", moved("enrolled", before="screened"), "enrolled", "of the type screened"),
    ("a criterion failed at enrolment", fails("enrolled"), "enrolled", "verdict is another"),
    ("a criterion failed at screening", fails("screened"), "screened", "verdict is another"),
    ("a verdict that does not follow", says("screened", verdict="undetermined"), "screened", "verdict is another"),
    ("another enrolment number", says("enrolled", enrolment_number="Zhang Wei"), "enrolled", "the counter gave"),
    ("another number of the arm", says("allocated", number=99), "allocated", "the counter gave"),
    ("an arm of no study", says("allocated", arm="nosuch"), "allocated", "has no nosuch"),
    ("a sex there is not", says("consented", sex="xyz"), "consented", "another form"),
    ("born after consent", says("consented", birth=typed("2199-01-01")), "consented", "The birth"),
    ("born on no day", says("consented", birth=typed("not a date")), "consented", "The birth"),
    ("consent of a later day", says("consented", date="2199-01-01"), "consented", "lies after the event itself"),
    ("a version not approved", says("consented", version="sha256:" + "0" * 64), "consented", "had not approved"),
    ("a name for a number", states("consented", stream="participant/Zhang Wei"), "consented", "the counter gave"),
    ("a path for a number", states("consented", stream="participant/../../x"), "consented", "the counter gave"),
    ("a visit twice", twice("visit_opened"), "visit_opened", "on record already"),
    ("a visit of no schedule", says("visit_opened", encounter="nosuch"), "visit_opened", "has no nosuch"),
    ("a visit before consent", says("visit_opened", date="1990-01-01"), "visit_opened", "before"),
    ("a form of no study", says("form_recorded", form="nosuch", id="screening/nosuch"), "form_recorded", "has no nosuch"),
    ("a form at no visit", says("form_recorded", visit="week_9"), "form_recorded", "recorded before it of week_9"),
    ("a form with another id", says("form_recorded", id="x"), "form_recorded", "another id"),
    ("an item of no form", item("vital_signs", "body.weight", item="nosuch"), "form_recorded", "has no body.weight"),
    ("a place of no form", item("vital_signs", "body.weight", path="<b>.x"), "form_recorded", "has no <b>.x"),
    ("another unit", item("vital_signs", "body.weight", unit="[stone_av]"), "form_recorded", "another unit"),
    ("a concept of no study", item("vital_signs", "body.weight", concept="nosuch"), "form_recorded", "has no nosuch"),
    ("markup for a number", item("vital_signs", "body.weight", value=typed("<script>")), "form_recorded", "no value"),
    ("a result of a later day", item("vital_signs", "body.weight", date="2199-01-01"), "form_recorded", "lies after"),
    ("null in an item", item("vital_signs", "body.weight", low=None), "form_recorded", "another form"),
    ("a fraction in an item", item("vital_signs", "body.weight", low=1.5), "form_recorded", "another form"),
    ("a correction of nothing", says("form_corrected", visit="week_0", id="week_0/reproduction"), "form_corrected",
     "not asked at this visit"),
    ("a correction without a reason", states("form_corrected", reason=""), "form_corrected", "needs a reason"),
    ("a blank reason", states("form_corrected", reason=entered_digest(SALT, " ")), "form_corrected", "needs a reason"),
    ("an arm of no study, corrected", corrects("allocation", arm="nosuch"), "corrected", "has no nosuch"),
    ("a consent of nobody, corrected", corrects("consent/9", date="2026-02-01"), "corrected", "nothing of that name"),
    ("enrolled before consent, corrected", corrects("enrolment", date="1990-01-01"), "corrected", "before"),
    ("a rescue taken back that is none", corrects("rescue/9", recorded=False), "corrected", "nothing of that name"),
    ("taken back and changed", corrects("dose/1", recorded=False, lot=""), "corrected", "another form"),
    ("a day for a hold", corrects("hold/1", date="2026-02-01"), "corrected", "another form"),
    ("calculated on no form", says("corrected", recalculated=[CALCULATED]), "corrected", "recorded before it of week_9/x"),
    ("a dose judged that is none", says("corrected", doses=[JUDGED]), "corrected", "recorded before it of dose/99"),
    ("a query about nothing", says("query_raised", path="week_2/urine#x.y"), "query_raised", "Nothing is recorded"),
    ("an answer to nothing", says("query_answered", number=55), "query_answered", "no open query 55"),
    ("closed before it was answered", left_out("query_answered"), "query_closed", "no answered query"),
    ("closed, never raised", says("query_closed", number=55), "query_closed", "no answered query 55"),
    ("a dose of nothing", says("dose_given", intervention="nosuch"), "dose_given", "has no nosuch"),
    ("a negative dose", says("dose_given", amount=typed("-500")), "dose_given", "a number above 0"),
    ("lots of it", says("dose_given", amount=typed("lots")), "dose_given", "a number above 0"),
    ("a dose with another number", says("dose_given", number=77), "dose_given", "the next one is 1"),
    ("a dose that ends before", says("dose_given", end="1950-01-01"), "dose_given", "before"),
    ("a dose of a later day", says("dose_given", start="2199-01-01", end="2199-01-01"), "dose_given", "lies after"),
    ("held, never given", says("dose_held", intervention="nosuch"), "dose_held", "has no nosuch"),
    ("a rescue before allocation", says("rescue_recorded", date="2019-01-01"), "rescue_recorded", "before"),
    ("a therapy there is not", says("rescue_recorded", therapy="nosuch"), "rescue_recorded", "another form"),
    ("known since yesterday", says(AE, aware="yesterday"), AE, "another form"),
    ("known before it began", says(AE, aware="1990-01-01T00:00:00+08:00"), AE, "before"),
    ("known later than told", says(AE, aware="2199-01-01T00:00:00+08:00"), AE, "lies after"),
    ("serious by nothing known", says(AE, seriousness=["<b>x"]), AE, "another form"),
    ("caused by nothing known", says(AE, causality={"nosuch": "related"}), AE, "has no nosuch"),
    ("an event with another number", says(AE, number=9), AE, "the next one is 1"),
    ("alerts that are none", says(AE, alerts=["x"]), AE, "another form"),
    ("a follow-up of nothing", says("ae_updated", number=9), "ae_updated", "recorded before it of ae/9"),
    ("a report of nothing", says("report_sent", number=44), "report_sent", "recorded before it of ae/44"),
    ("a report before anybody knew", says("report_sent", at="1990-01-01T00:00:00+08:00"), "report_sent", "before"),
    ("a report sent soon", says("report_sent", at="soon"), "report_sent", "another form"),
    ("a report by no clock", says("report_sent", clock="nosuch"), "report_sent", "has no nosuch"),
    ("a follow-up before the first", says("report_sent", stage="follow_up"), "report_sent", "initial report"),
    ("a deviation of no kind", says("deviation_reported", category="nosuch"), "deviation_reported", "another form"),
    ("signed for nothing", says("signed", target="nosuch"), "signed", "recorded before it of nosuch"),
    ("signed with no meaning", says("signed", meaning="nothing"), "signed", "another form"),
    ("completed with visits open", left_out("visit_missed"), "study_completed", "recorded before it of week_2"),
    ("after death", twice("participant_died"), "participant_died", "course of the participant ended"),
    ("a casebook locked unsigned", left_out("signed"), "casebook_locked", "not signed"),
    ("a study locked, casebooks open", left_out("casebook_locked"), "casebook_unlocked", "casebook_locked"),
    ("a time zone elsewhere", says("site_opened", time_zone="Mars/Olympus"), "site_opened", "has no Mars/Olympus"),
    ("a site twice", twice("site_opened"), "site_opened", "on record already"),
    ("an account that is a name", says("role_delegated", account="<img onerror>"), "role_delegated", "no person's name"),
    ("a role there is not", says("role_delegated", role="nosuch"), "role_delegated", "has no nosuch"),
    ("a range of words", lambda rows: find(rows, "ranges_set")["data"]["ranges"][0].update(high="abc"), "ranges_set",
     "needs numbers"),
    ("a call that is a name", states("consented", id="Zhang Wei, born 1990"), "consented", "A call id"),
    ("another study", says("study_opened", study="other"), "study_opened", "another form"),
    ("no commitment", says("study_opened", commitment="x"), "study_opened", "another form"),
    ("at another site", states("form_recorded", site="b", actor="coordinator_b"), "form_recorded", "at another site"),
    ("approved twice", twice("version_approved"), "version_approved", "on record already"),
    ("under a version not approved there", ahead, "version_approved", "Another version"),
]  # fmt: skip


def forged(archive: Path, change: Change) -> Rows:
    """Change the events, make everything fit, and give the events as they are now."""

    def changed(rows: list[Any]) -> list[Any]:
        change(rows)
        return rows

    forge_rows(archive, changed)
    write_texts(archive, {entered_digest(SALT, text): (SALT, text) for text in TEXTS})
    return [json.loads(line) for line in (archive / EVENTS).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("name", "change", "kind", "said"), FORGED, ids=[row[0] for row in FORGED])
def test_what_no_action_can_have_written_is_found(
    archive: Path, name: str, change: Change, kind: str, said: str
) -> None:
    rows = forged(archive, change)
    found = verify_archive(archive)
    assert isinstance(found, Broken), name
    assert (found.file, rows[found.line - 1]["type"]) == (EVENTS, kind), render(found.problem, {})
    assert said in render(found.problem, {})
    assert main(["verify", str(archive)]) == 6


def test_what_is_made_to_fit_and_not_changed_verifies(archive: Path) -> None:
    """So each row above is found for what it forges, not for how."""
    forged(archive, lambda rows: None)
    assert isinstance(verify_archive(archive), Verified)


# Signatures


def test_a_signature_is_bound_to_the_values_that_were_signed(archive: Path) -> None:
    """It was bound to their places alone: a value exchanged left every signature standing."""

    def other(written: dict[str, Any]) -> None:
        for one in written["data"].get("items", ()):
            if one["path"] == "body.weight":
                one["low"] = "1"

    forge(archive, other, signed=False)
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert "not that of what stood there" in render(found.problem, {})
    forge(archive, lambda written: None)
    assert isinstance(verify_archive(archive), Verified)


@pytest.mark.parametrize("digest", ["0" * 64, "x", ""])
def test_a_digest_that_is_none_of_what_was_signed_is_found(archive: Path, digest: str) -> None:

    def other(written: dict[str, Any]) -> None:
        if written["type"] == "signed":
            written["data"]["digest"] = digest

    forge(archive, other, signed=False)
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert "not that of what stood there" in render(found.problem, {})


# Maskings


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (masks("form_recorded", ""), "no free text"),
        (masks("consented", "birth"), "no free text"),
        (masks("query_raised", "text", of=1), "masks no texts of event 1"),
        (masks("query_raised", "text", of=10_000), "masks no texts of event 10000"),
    ],
    ids=["a result", "a birth", "of another event", "of no event"],
)
def test_a_masking_of_what_no_action_masks_is_found(archive: Path, change: Change, said: str) -> None:
    rows = forged(archive, change)
    digests = set(rows[-1]["data"]["digests"])
    lines = [json.loads(line) for line in (archive / ENTERED).read_text(encoding="utf-8").splitlines()]
    blank = [[[one[0], "", None] if one[0] in digests else one for one in line] for line in lines]
    (archive / ENTERED).write_bytes(b"".join(canonical(line) + b"\n" for line in blank))
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert said in render(found.problem, {})


# Texts and manifest


def test_the_texts_of_an_event_have_one_order(archive: Path) -> None:
    rows = [json.loads(line) for line in (archive / EVENTS).read_text(encoding="utf-8").splitlines()]
    corrected = {one["reason"] for one in rows if one["type"] == "corrected"}
    lines = [json.loads(line) for line in (archive / ENTERED).read_text(encoding="utf-8").splitlines()]
    number = next(
        at for at, line in enumerate(lines) if len(line) > 3 and not corrected & {one[0] for one in line}
    )
    lines[number] = [lines[number][1], lines[number][0], *lines[number][2:]]
    (archive / ENTERED).write_bytes(b"".join(canonical(line) + b"\n" for line in lines))
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert (found.file, found.line) == (ENTERED, number + 1)


def test_a_manifest_names_a_version_of_this_software(archive: Path) -> None:
    text = (archive / MANIFEST).read_text(encoding="utf-8")
    software = json.loads(text)["software"]
    (archive / MANIFEST).write_text(text.replace(software, "by Zhang Wei"), encoding="utf-8")
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert found.file == MANIFEST
