"""Deviations: what the ledger shows by itself, what people report, and that nothing counts twice.

Windows and regimens are those of BEAM (protocol.md, Visits and Interventions): plus or minus 3 days to week 4; belimumab
at every visit to week 20 in arm BEL+MT; tacrolimus, mycophenolate and prednisone every day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.endpoints.support import WEEK_0, Made
from trialwright.conduct.deviations import DeviationFound, derive_deviations
from trialwright.conduct.planned_doses import derive_planned
from trialwright.exchange.folder import read_study
from trialwright.locale import read_catalogue
from trialwright.record.participant import Deviation, Hold
from trialwright.terms.message import render

DAILY = ("tacrolimus", "mycophenolate_mofetil", "prednisone")


def on(day: int) -> str:
    return str(WEEK_0 + timedelta(day))


def treated(arm: str = "MT", *, without: str = "") -> Made:
    """Screened, begun on week 0, all daily doses taken since."""
    person = Made(arm=arm).visit("screening", -5).visit("week_0", 0)
    if arm == "BEL+MT":
        person.dose("belimumab", 0)
    for name in DAILY:
        if name != without:
            person.dose(name, 0)
    return person


def told(person: Made, day: int, category: str, *, visit: str = "", severity: str = "major", system: bool = False) -> Made:  # fmt: skip
    """A deviation on record."""
    before: tuple[Deviation, ...] = person.more.get("deviations", ())  # type: ignore[assignment]
    found = Deviation(person.next(), len(before) + 1, on(day), category, severity, "as told", visit, system)
    person.more["deviations"] = (*before, found)
    return person


def unplanned(person: Made, intervention: str, day: int, *, visit: str = "", proposed: str = "") -> Made:
    """A dose other than the proposed one, as it was entered, with its deviation."""
    person.dose(intervention, day, end=day)
    dose = person.doses[-1] = person.doses[-1]._replace(visit=visit, proposed=proposed)
    before: tuple[Deviation, ...] = person.more.get("deviations", ())  # type: ignore[assignment]
    found = Deviation(
        dose.position,
        len(before) + 1,
        on(day),
        "dose",
        "major",
        "as found",
        visit,
        True,
        dose.number,
        "amount",
    )
    person.more["deviations"] = (*before, found)
    return person


def held(person: Made, day: int, intervention: str) -> Made:
    before: tuple[Hold, ...] = person.more.get("holds", ())  # type: ignore[assignment]
    person.more["holds"] = (*before, Hold(person.next(), intervention, on(day), "infection"))
    return person


def gap(*, first: int = 6, last: int = 8) -> Made:
    """Mycophenolate not recorded on some days."""
    person = treated(without="mycophenolate_mofetil").visit("week_2", 14)
    return person.dose("mycophenolate_mofetil", 0, end=first - 1).dose("mycophenolate_mofetil", last + 1)


CASES: list[tuple[str, Callable[[], Made], list[tuple[str, str, str, str]]]] = [
    # category, day from week 0, severity, found by
    ("all as planned", lambda: treated().visit("week_2", 14), []),
    ("within the window", lambda: treated().visit("week_2", 17), []),
    ("a day late", lambda: treated().visit("week_2", 18), [("visit", "18", "", "rules")]),
    ("a day late, written down at entry", lambda: told(treated().visit("week_2", 18), 18, "visit", visit="week_2", severity="minor", system=True), [("visit", "18", "minor", "rules")]),
    ("a day late, reported too", lambda: told(treated().visit("week_2", 18), 18, "visit", visit="week_2"), [("visit", "18", "major", "both")]),
    ("a day late, reported by its day alone", lambda: told(treated().visit("week_2", 18), 18, "visit"), [("visit", "18", "major", "both")]),
    ("written down at entry, and the day corrected", lambda: told(treated().visit("week_2", 14), 18, "visit", visit="week_2", system=True), []),
    ("reported of a visit in its window", lambda: told(treated().visit("week_2", 14), 14, "visit", visit="week_2"), [("visit", "14", "major", "person")]),
    ("of two reports only one is the rule's", lambda: told(told(treated().visit("week_2", 18), 18, "visit", visit="week_2"), 18, "visit", visit="week_2"), [("visit", "18", "major", "both"), ("visit", "18", "major", "person")]),
    ("missed", lambda: treated().missed("week_2"), [("visit", "14", "", "rules")]),
    ("missed and reported", lambda: told(treated().missed("week_2"), 15, "visit", visit="week_2", severity="minor"), [("visit", "14", "minor", "both")]),
    ("nothing recorded", treated, [("visit", "14", "", "rules")]),
    ("dead before", lambda: treated().ended("died", 9), []),
    ("infusion not recorded", lambda: treated("BEL+MT").visit("week_2", 14), [("dose", "14", "", "rules")]),
    ("infusion given", lambda: treated("BEL+MT").visit("week_2", 14).dose("belimumab", 14), []),
    ("visit missed, so was the infusion", lambda: treated("BEL+MT").missed("week_2"), [("visit", "14", "", "rules"), ("dose", "14", "", "rules")]),
    ("infusion held", lambda: held(treated("BEL+MT").visit("week_2", 14), 12, "belimumab"), []),
    ("infusion held, resumed before", lambda: held(treated("BEL+MT").visit("week_2", 14), 2, "belimumab").dose("belimumab", 5), [("dose", "14", "", "rules")]),
    ("infusion stopped for good", lambda: treated("BEL+MT").visit("week_2", 14).discontinue(10, "belimumab"), []),
    ("something else stopped", lambda: treated("BEL+MT").visit("week_2", 14).discontinue(10, "prednisone").dose("belimumab", 14), []),
    ("days without a daily dose", gap, [("dose", "6", "", "rules")]),
    ("one day, and its report", lambda: told(gap(first=6, last=6), 6, "dose", severity="minor"), [("dose", "6", "minor", "both")]),
    ("a report of another day", lambda: told(gap(), 3, "dose"), [("dose", "3", "major", "person"), ("dose", "6", "", "rules")]),
    ("days held", lambda: held(gap(), 6, "mycophenolate_mofetil"), []),
    ("never begun", lambda: treated(without="tacrolimus").visit("week_2", 14), [("dose", "0", "", "rules")]),
    ("begun in the run-in as earlier care", lambda: treated(without="prednisone").visit("week_2", 14).dose("prednisone", -4, prior=True), []),
    ("an infusion too much, on a day without a daily dose", lambda: unplanned(gap(), "belimumab", 7), [("dose", "6", "", "rules"), ("dose", "7", "major", "rules")]),
    ("two of them", lambda: unplanned(unplanned(gap(), "belimumab", 7), "belimumab", 8), [("dose", "6", "", "rules"), ("dose", "7", "major", "rules"), ("dose", "8", "major", "rules")]),
    ("tacrolimus too much, where the infusion is not recorded", lambda: unplanned(treated("BEL+MT", without="tacrolimus").dose("tacrolimus", 0, end=13).visit("week_2", 14).dose("tacrolimus", 15), "tacrolimus", 14, visit="week_2", proposed="4 mg/d"), [("dose", "14", "", "rules"), ("dose", "14", "major", "rules")]),
    ("an infusion nobody proposed stands for none of a missed visit", lambda: unplanned(treated("BEL+MT").missed("week_2"), "belimumab", 13), [("dose", "13", "major", "rules"), ("visit", "14", "", "rules"), ("dose", "14", "", "rules")]),
    ("a report of such a day", lambda: told(unplanned(gap(), "belimumab", 7), 7, "dose", severity="minor"), [("dose", "6", "minor", "both"), ("dose", "7", "major", "rules")]),
    ("of another kind", lambda: told(treated().visit("week_2", 14), 14, "procedure"), [("procedure", "14", "major", "person")]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "person", "expected"), CASES, ids=[each[0] for each in CASES])
def test_each_deviation_once(
    case: str, person: Callable[[], Made], expected: list[tuple[str, str, str, str]]
) -> None:
    found = derive_deviations(read_study("beam"), person().participant(), on=WEEK_0 + timedelta(20))
    assert [(each.category, each.day, each.severity, each.found_by) for each in found] == [
        (category, on(int(day)), severity, by) for category, day, severity, by in expected
    ]


@pytest.mark.parametrize(("case", "person", "expected"), CASES, ids=[each[0] for each in CASES])
def test_each_rests_on_events_and_is_said_in_chinese(
    case: str, person: Callable[[], Made], expected: list[tuple[str, str, str, str]]
) -> None:
    made = person().participant()
    positions = {3, 4}  # enrolled, allocated
    positions |= {visit.position for visit in made.visits} | {dose.position for dose in made.doses}
    positions |= {told.position for told in made.deviations} | {hold.position for hold in made.holds}
    for each in derive_deviations(read_study("beam"), made, on=WEEK_0 + timedelta(20)):
        assert positions >= set(each.positions)
        if each.found_by == "rules":
            said = render(each.texts[0], read_catalogue("zh"))
            assert "not " not in said
            assert any("\u4e00" <= letter <= "\u9fff" for letter in said)


def found_of(person: Made, day: int) -> list[DeviationFound]:
    return list(derive_deviations(read_study("beam"), person.participant(), on=WEEK_0 + timedelta(day)))


def test_what_the_rules_find_grows_only_with_the_time() -> None:
    """Up to the last day of the window a visit that is not recorded is none."""
    assert found_of(treated(), 17) == []
    assert [each.visit for each in found_of(treated(), 18)] == ["week_2"]


def test_a_dose_of_an_uncertain_day_is_not_called_missing() -> None:
    person = treated("BEL+MT").visit("week_2", 14).dose("belimumab", 14)
    person.doses[-1] = person.doses[-1]._replace(start="2026-03", end="2026-03")
    assert found_of(person, 20) == []


def test_another_dose_than_the_proposed_one_is_said_in_every_language() -> None:
    person = treated().visit("week_2", 14)
    person.doses[1] = person.doses[1]._replace(amount="3000", proposed="1000 mg/d")
    place = person.doses[1].number
    person.more["deviations"] = (
        Deviation(place, 1, on(0), "dose", "minor", "English only", "week_0", True, place, "amount"),
    )
    (found,) = found_of(person, 20)
    (text,) = found.texts
    assert render(text, {}) == "Mycophenolate mofetil: 3000 mg/d given; 1000 mg/d proposed."
    assert render(text, read_catalogue("zh")) == "吗替麦考酚酯：给予3000 mg/d；建议剂量为1000 mg/d。"


# What was planned


@pytest.mark.parametrize(
    ("case", "person", "intervention", "day", "expected"),
    [
        ("week 0 and week 2", lambda: treated("BEL+MT").visit("week_2", 14), "belimumab", 20, (2, None)),
        ("missed counts as planned", lambda: treated("BEL+MT").missed("week_2"), "belimumab", 20, (2, None)),
        ("not due yet", lambda: treated("BEL+MT"), "belimumab", 13, (1, None)),
        ("none on the week-24 visit", lambda: treated("BEL+MT").visit("week_24", 168), "belimumab", 200, (7, None)),
        ("every day so far", treated, "tacrolimus", 20, (None, 21)),
        ("up to the end of the course", lambda: treated().ended("withdrawn", 9), "tacrolimus", 20, (None, 10)),
        ("also after a stop", lambda: treated().discontinue(5), "tacrolimus", 20, (None, 21)),
        ("never begun", lambda: treated(without="tacrolimus"), "tacrolimus", 20, (None, None)),
        ("a pulse has limits, no number", treated, "methylprednisolone_pulse", 20, (None, None)),
    ],
)  # fmt: skip
def test_what_was_planned(
    case: str,
    person: Callable[[], Made],
    intervention: str,
    day: int,
    expected: tuple[int | None, int | None],
) -> None:
    study = read_study("beam")
    asked = next(each for each in study.interventions if each.id == intervention)
    assert derive_planned(study, person().participant(), asked, on=WEEK_0 + timedelta(day)) == expected


def test_a_study_without_a_schedule_plans_and_misses_nothing() -> None:
    study = replace(read_study("beam"), schedule=None)
    assert derive_deviations(study, treated().participant(), on=WEEK_0 + timedelta(20)) == ()
