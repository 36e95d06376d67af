"""The conduct side of a trial report: flow, deviations, exposure, profiles, and how it fills its pages.

The trial is a rehearsal in which much happens. What is expected is counted here from the participants themselves.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import date

import matplotlib.image
import pytest

from tests.contract.rehearsed_reports import rehearsed, reported
from tests.contract.trial_report_support import data_of
from trialwright.locale import read_catalogue
from trialwright.record.fact import Fact
from trialwright.record.participant import Ended, Participant
from trialwright.record.raw import RawFact
from trialwright.reports.document import Cell, Heading, Paragraph, Table
from trialwright.reports.html import write_html
from trialwright.reports.pdf import write_pages
from trialwright.reports.tables import write_csv
from trialwright.reports.trial.compose import compose_report
from trialwright.reports.trial.exposure import say_taken
from trialwright.reports.trial.flow import find_arm, find_not_enrolled, find_not_screened
from trialwright.reports.trial.profiles import shown_value
from trialwright.reports.trial.swimmer import name_marks
from trialwright.terms.message import render
from trialwright.terms.quantity import BOUND


def english(cell: Cell) -> str:
    return render(cell.says, {})


def table(name: str) -> Table:
    return next(each for each in reported("en").document.tables() if each.name == name)


def rows(name: str) -> list[list[str]]:
    return [[english(cell) for cell in row.cells] for row in table(name).rows]


def enrolled() -> list[Participant]:
    return [one for one in rehearsed("en").participants if one.enrolled]


# Flow


def test_the_flow_adds_up_at_every_step() -> None:
    data = rehearsed("en")
    left_out = find_not_enrolled(data)
    unscreened = find_not_screened(data)
    assert len(unscreened.people) + len(left_out.people) + len(enrolled()) == len(data.participants)
    assert sum(len(part.people) for part in unscreened.parts) == len(unscreened.people)
    assert sum(len(part.people) for part in left_out.parts) == len(left_out.people)
    for arm in data.arms:
        allocated, followed, analysed = find_arm(data, arm.id)
        assert allocated.people == followed.people == data.allocated(arm.id)
        assert sum(len(part.people) for part in allocated.parts) == len(allocated.people)
        states = [
            part for part in followed.parts if not render(part.label, {}).startswith("of these, stopped ")
        ]
        assert sum(len(part.people) for part in states) == len(followed.people)
        full = data.cohort.members("full")
        assert len(analysed.people) == sum(
            full[one.id] == arm.id for one in allocated.people if one.id in full
        )


def test_who_only_consented_is_not_counted_as_screened() -> None:
    """One left, one still waits: neither was screened."""
    data = rehearsed("en")
    first, second = (
        replace(
            one, id=id, screenings=(), enrolled=None, allocated=None, withdrawn=ended, lost=None, died=None
        )
        for one, id, ended in zip(
            enrolled(), ("P-901", "P-902"), (Ended(1, "2026-01-05", "no time"), None), strict=False
        )
    )
    before = len([one for one in data.participants if one.screenings])
    cases = [
        # others in the ledger       the box's name            its lines
        ((first,), "Left before screening", {"withdrew consent": 1}),
        ((first, second), "Not screened", {"withdrew consent": 1, "not screened yet": 1}),
    ]
    for others, label, parts in cases:
        changed = replace(data, participants=(*enrolled(), *others))
        group = find_not_screened(changed)
        assert render(group.label, {}) == label
        assert {render(part.label, {}): len(part.people) for part in group.parts} == parts
        assert find_not_enrolled(changed).people == ()
    steps = dict(rows("flow"))
    assert steps["Consented"] == str(len(data.participants))
    assert steps["Screened"] == str(before)


def test_the_observed_answers_stand_first_in_every_arm_and_are_not_taken_for_responses() -> None:
    data = rehearsed("en")
    answers = [
        [
            label
            for label in (render(part.label, {}) for part in find_arm(data, arm.id)[2].parts)
            if "observed" in label or label.startswith("by strategy: ")
        ]
        for arm in data.arms
    ]
    assert any(len(labels) > 1 for labels in answers)
    for labels in answers:
        assert labels[0] == "CR at week 24 observed (yes or no)"
        assert all(label.startswith("by strategy: ") for label in labels[1:])


def test_the_arms_are_named_with_their_titles_before_their_first_figure() -> None:
    for language in ("en", "zh"):
        data, catalogue = rehearsed(language), read_catalogue(language)
        said = [
            render(block.text, catalogue)
            for block in reported(language).document.blocks
            if isinstance(block, Paragraph)
        ]
        titles = [render(arm.title, catalogue) for arm in data.arms]
        assert len([each for each in said if all(title in each for title in titles)]) == 1


@pytest.mark.parametrize(
    ("study", "expected"),
    [
        ("beam", {}),
        ("bliss-ln", {"partial_response": "first: Primary efficacy renal response (PERR) without CRR"}),
    ],
)
def test_a_mark_of_a_response_has_the_name_of_the_study(study: str, expected: dict[str, str]) -> None:
    """PERR without CRR is no partial response; CRR is complete by its own name."""
    named = {kind: render(said, {}) for kind, said in name_marks(data_of(study)).items()}
    assert named.get("partial_response") == expected.get("partial_response")


def test_every_criterion_that_failed_is_a_reason() -> None:
    failed = Counter(
        id
        for one in rehearsed("en").participants
        if not one.enrolled and one.screenings and one.screenings[-1].verdict == "ineligible"
        for id, verdict in one.screenings[-1].verdicts.items()
        if verdict == "fail"
    )
    shown = {
        step.split(" ")[0]: int(count) for step, count in rows("flow") if re.match(r"[IE]\d+[ab]? ", step)
    }
    assert failed
    assert shown == dict(failed)


def test_who_left_or_stopped_is_there_with_the_reason_given() -> None:
    steps = [step for step, _ in rows("flow")]
    reasons = {
        turn.reason for one in enrolled() for turn in (one.withdrawn, one.lost) if turn is not None
    } | {stop.reason for one in enrolled() for stop in one.discontinuations}
    assert len(reasons) >= 3
    assert reasons <= set(steps)
    titles = {each.id: render(each.title, {}) for each in rehearsed("en").study.interventions}
    stopped = {titles[stop.intervention] for one in enrolled() for stop in one.discontinuations}
    assert {f"of these, stopped {title} for good" for title in stopped} <= set(steps)


def test_who_is_left_out_of_an_analysis_set_is_there_with_the_reason() -> None:
    """A major deviation at week 24 takes somebody out of the per-protocol set (protocol.md, Analysis)."""
    data = rehearsed("en")
    one = next(each for each in data.participants if each.arm == "MT" and each.deviations)
    major = one.deviations[0]._replace(severity="major", visit="week_24", category="visit", date="2026-06-01")
    people = tuple(replace(each, deviations=(major,)) if each is one else each for each in data.participants)
    changed = replace(data, participants=people)
    _, _, analysed = find_arm(changed, "MT")
    per_protocol = next(part for part in analysed.parts if render(part.label, {}) == "Per-protocol set")
    (left,) = per_protocol.parts
    assert [each.id for each in left.people] == [one.id]
    assert [render(part.label, {}) for part in left.parts] == ["Major deviation at the week-24 visit"]
    assert len(per_protocol.people) == len(data.allocated("MT")) - 1


# Deviations


def test_missed_visits_are_deviations_and_none_counts_twice() -> None:
    people = rehearsed("en").participants
    missed = [(one.id, visit.id) for one in people for visit in one.visits if visit.missed]
    assert missed
    listed = rows("deviation_list")
    said = [row for row in listed if row[2] == "visit" and " was missed (" in row[4]]
    assert Counter(row[0] for row in said) == Counter(id for id, _ in missed)
    counted = {row[0]: row[1:] for row in rows("deviations")}
    for category, (minor, major, not_rated, participants, computed, told) in counted.items():
        own = [row for row in listed if row[2] == category]
        assert int(minor) + int(major) + int(not_rated) == len(own)
        assert int(participants) == len({row[0] for row in own})
        assert int(computed) + int(told) - sum(row[5] == "the rules and a person" for row in own) == len(own)


def test_every_report_of_a_person_is_in_the_list() -> None:
    reports = sorted(
        each.text for one in rehearsed("en").participants for each in one.deviations if not each.by_system
    )
    assert reports
    by_people = [row[4] for row in rows("deviation_list") if row[5] != "the rules"]
    assert len(by_people) == len(reports)
    assert all(any(text in said for said in by_people) for text in reports)


# Exposure


def test_exposure_of_every_participant_is_what_the_doses_say() -> None:
    """Infusions, by hand: how many, the first and last day, and the sum."""
    listed = rows("exposure_by_participant")
    infused = [one for one in enrolled() if one.arm == "BEL+MT"]
    assert infused
    for one in infused:
        doses = [dose for dose in one.doses if dose.intervention == "belimumab"]
        (row,) = [row for row in listed if (row[0], row[2]) == (one.id, "Belimumab")]
        assert row[3] == str(len(doses))
        assert int(row[4]) >= len(doses)
        assert row[5:8] == ["doses", doses[0].start, doses[-1].start]
        assert float(row[8].replace(",", "")) == pytest.approx(sum(float(dose.amount) for dose in doses))
        assert row[9] == "mg"


def test_exposure_has_days_and_totals_of_daily_doses() -> None:
    one = next(each for each in enrolled() if each.completed and not each.holds and not each.discontinuations)
    (row,) = [row for row in rows("exposure_by_participant") if (row[0], row[2]) == (one.id, "Tacrolimus")]
    assert one.completed is not None
    last = date.fromisoformat(one.completed.date)
    total, days = 0.0, 0
    for dose in one.doses:
        if dose.intervention == "tacrolimus":
            end = date.fromisoformat(dose.end) if dose.end else last
            length = (end - date.fromisoformat(dose.start)).days + 1
            days, total = days + length, total + length * float(dose.amount)
    assert (row[3], row[4], row[5]) == (str(days), str(days), "days")
    assert float(row[8]) == pytest.approx(total)


# fmt: off
TAKEN = [
    # people, given, planned, in days: what is said
    (2, 30, 31, True,  "2 participants; 30 of 31 days"),
    (1,  3,  0, True,  "1 participant; 3 days, none planned"),
    (1,  1,  0, True,  "1 participant; 1 day, none planned"),
    (1,  1,  1, False, "1 participant; 1 of 1 dose"),
    (0,  0,  0, False, "0 participants; 0 doses, none planned"),
    (3, 11, 12, False, "3 participants; 11 of 12 doses"),
]
# fmt: on


@pytest.mark.parametrize(("people", "given", "planned", "by_days", "said"), TAKEN)
def test_what_was_taken_is_said_in_whole_words(
    people: int, given: int, planned: int, by_days: bool, said: str
) -> None:
    assert render(say_taken(people, given, planned, by_days=by_days), {}) == said


def test_exposure_is_a_table_for_machines_too() -> None:
    written = list(csv.DictReader(io.StringIO(write_csv(table("exposure_by_participant"), catalogue={}))))
    assert {row["participant"] for row in written} == {one.id for one in enrolled()}
    counted = [row for row in written if row["column"] in ("Given", "Planned") and row["value"]]
    assert {(row["statistic"], row["unit"]) for row in counted} == {
        (what, unit) for what in ("given", "planned") for unit in ("{dose}", "d")
    }
    assert {row["unit"] for row in written if row["statistic"] == "total"} >= {"mg", "g"}


# Profiles


def test_a_profile_shows_every_dose_with_its_days_and_amount() -> None:
    for one in enrolled():
        if not one.allocated:
            continue
        shown = " ".join(row[5] for row in rows(f"doses_{one.id.replace('-', '_')}"))
        for dose in one.doses:
            assert dose.start in shown
            assert dose.amount in shown
            assert not dose.end or dose.end in shown
    titles = {row[0] for one in enrolled() for row in rows(f"doses_{one.id.replace('-', '_')}")}
    assert titles >= {"Belimumab", "Tacrolimus", "Prednisone", "Methylprednisolone pulse (earlier care)"}


def test_results_and_totals_of_a_profile_stand_to_the_right() -> None:
    """So that digits of one place stand below each other, also where a result is missing or below a limit."""
    one = next(each for each in enrolled() if each.allocated)
    name = one.id.replace("-", "_")
    visits, doses = table(f"visits_{name}"), table(f"doses_{name}")
    assert [visits.is_right(place) for place in range(len(visits.columns))] == [
        False, False, *[True] * (len(visits.columns) - 3), False,
    ]  # fmt: skip
    assert [column.name for place, column in enumerate(doses.columns) if doses.is_right(place)] == [
        "given",
        "total",
    ]


def test_results_stand_in_the_unit_the_study_declares() -> None:
    """Creatinine is entered in umol/L and declared in mg/dL; nothing of the report shows both."""
    data = rehearsed("en")
    entered = {
        value.unit
        for one in data.participants
        for form in one.forms.values()
        for value in form.items.values()
        if value.concept == "serum_creatinine" and value.value
    }
    assert "umol/L" in entered
    page = write_html(reported("en").document, catalogue={}, language="en")
    assert not re.search(r"[uµ]mol", page)
    assert "Serum creatinine, mg/dL" in page


def fact(value: str, unit: str, low: float, high: float, issue: str) -> Fact:
    """A creatinine as the record holds it, in mg/dL."""
    day = date(2026, 3, 2)
    raw = RawFact("p", "f", "measurement", "serum_creatinine", value=value, unit=unit)
    return Fact("f", "serum_creatinine", day, day, day, day, False, low, high, issue, 0, 0, "", False, "", False, raw)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (fact("88.4", "umol/L", 1.0, 1.0, ""), "1.00"),
        (fact("<44.2", "umol/L", 0.0, 0.5, "value_censored"), "< 0.50"),
        (fact("<= 44.2", "umol/L", 0.0, 0.5, "value_censored"), "≤ 0.50"),
        (fact(">884", "umol/L", 10.0, BOUND, "value_censored"), "> 10.00"),
        (fact("12", "mg", -BOUND, BOUND, "unit_unknown"), "12 mg (as entered)"),
    ],
)
def test_a_limit_of_detection_is_converted_like_any_result(given: Fact, expected: str) -> None:
    assert render(shown_value(given, 2), {}) == expected


# Blind


def test_a_blind_report_shows_no_arm_even_of_somebody_unblinded() -> None:
    data = replace(rehearsed("en"), blind=True)
    document = compose_report(data, catalogue={}).document
    kept = tuple(  # the published result names its arms to everybody
        block
        for block in document.blocks
        if not (isinstance(block, Table) and block.name.startswith("published"))
    )
    page = write_html(replace(document, blocks=kept), catalogue={}, language="en")
    assert "BEL+MT" not in page
    assert "Belimumab is not recorded" not in page  # an infusion that is missing would tell the arm


def test_a_blind_report_leaves_the_arms_out_where_it_cannot_name_them() -> None:
    data = replace(rehearsed("en"), blind=True)
    document = compose_report(data, catalogue={}).document
    taken = next(each for each in document.tables() if each.name == "exposure_by_participant")
    assert [column.name for column in taken.columns][:3] == ["participant", "intervention", "given"]
    names = [each.text for each in document.blocks if isinstance(each, Heading) and each.level == 2]
    assert [name for name in names if name in {one.id for one in data.participants}]
    assert not [name for name in names if "arm not known" in render(name, {})]


# Pages


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_is_nearly_empty(language: str) -> None:
    """How far down each page is written on, of what lies between its head and its foot."""
    document = reported(language).document
    pages = write_pages(document, catalogue=read_catalogue(language), language=language, ppi=24)
    shapes, filled = [], []
    for page in pages:
        picture = matplotlib.image.imread(io.BytesIO(page))[:, :, 0]
        inner = picture[int(len(picture) * 0.1) : int(len(picture) * 0.92)]
        written = [number for number, line in enumerate(inner) if line.min() < 0.8]
        shapes.append(picture.shape)
        filled.append((max(written) + 1) / len(inner) if written else 0.0)
    # The paper turns where the profiles begin: the page before may end early, as the last one may.
    may_end_early = {place for place, shape in enumerate(shapes) if shapes[place + 1 : place + 2] != [shape]}
    assert len(may_end_early) <= 4
    low = [place + 1 for place, share in enumerate(filled) if share < 0.4 and place not in may_end_early]
    assert not low


def test_week_2_has_the_run_in_prednisone() -> None:
    """Prednisone begins the day after the pulse (protocol.md) and goes on past week 2."""
    listed = rows("measures")
    start = next(number for number, row in enumerate(listed) if row[0].startswith("Daily dose of prednisone"))
    week_2 = listed[start + 1]
    assert week_2[0] == "Week 2"
    expected = 0
    for one in enrolled():
        visit = next((each for each in one.visits if each.id == "week_2" and not each.missed), None)
        week_0 = next((each for each in one.visits if each.id == "week_0"), None)
        if visit is None or week_0 is None:
            continue
        days = (date.fromisoformat(visit.date) - date.fromisoformat(week_0.date)).days
        expected += 11 <= days <= 17  # inside the window
    told = sum(int(cell.rsplit("; ", 1)[1]) for cell in week_2[1:])
    assert told == expected > 5


# Safety


def test_events_of_people_who_were_never_treated_are_in_no_table_by_arm_and_are_said_in_a_line() -> None:
    """One who failed screening gets the events of one who was treated: two tables say the same as before."""
    data = rehearsed("en")
    ill = max(data.participants, key=lambda one: len(one.adverse_events) if one.allocated else 0)
    failed = next(one for one in data.participants if not one.enrolled)
    assert ill.adverse_events
    people = tuple(
        replace(one, adverse_events=ill.adverse_events, hashes={**ill.hashes, **one.hashes})
        if one is failed
        else one
        for one in data.participants
    )
    changed = compose_report(replace(data, participants=people), catalogue={}, figures=False)
    names = ("ae_summary", "ae_terms", "serious", "lab_grades")
    before = {each.name: [[english(cell) for cell in row.cells] for row in each.rows] for each in reported("en").document.tables()}  # fmt: skip
    after = {each.name: each for each in changed.document.tables()}
    for name in names[:2] + names[3:]:
        assert [[english(cell) for cell in row.cells] for row in after[name].rows] == before[name]
    notes = [render(note, {}) for note in after["ae_summary"].notes]
    count = len(ill.adverse_events)
    (told,) = (note for note in notes if failed.id in note)
    assert f": {count} adverse events" in told
    assert not any(failed.id in render(note, {}) for note in table("ae_summary").notes)


def test_events_are_counted_under_one_heading_each_in_every_row() -> None:
    """Participants, events, and participants of grade 3 or higher: counted here by hand from the events on record."""
    data = rehearsed("en")
    shown = table("ae_terms")
    for row in shown.rows:
        term = english(row.cells[0])
        for index, arm in enumerate(data.arms):
            events = [
                (one.id, event.current.grade)
                for one in data.participants
                if one.arm == arm.id
                for event in one.adverse_events
                if " ".join(event.current.term.split()).lower() == term.lower()
            ]
            people, count, severe = (
                [each.value for each in shown.numbers(row.cells[place], place)]
                for place in range(1 + 3 * index, 4 + 3 * index)
            )
            assert (people[0], count[0]) == (len({who for who, _ in events}), len(events))
            assert severe[0] == len({who for who, grade in events if str(grade) in ("3", "4", "5")})
    names = [number.statistic for number in shown.numbers(shown.rows[0].cells[3], 3)]
    assert names == ["participants_grade_3_or_higher", "n", "percent"]


def test_a_profile_lists_the_visits_that_were_missed() -> None:
    data = rehearsed("en")
    checked = 0
    for one in data.participants:
        if not one.allocated:
            continue
        shown = rows(f"visits_{data.participant_names[one.id]}")
        missed = [visit for visit in one.visits if visit.missed]
        assert sum(row[1].startswith("missed") for row in shown) == len(missed)
        checked += len(missed)
    assert checked
