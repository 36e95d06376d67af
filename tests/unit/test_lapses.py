"""A wait ends by time alone; a result that lapses leaves a criterion unknown: the two are told apart."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.eligibility_support import ON, SCREENING, SEARCH, row, rules, somebody
from trialwright.eligibility.calendar import plan_calendar
from trialwright.eligibility.lapses import Lapse, plan_lapses
from trialwright.logic.interpreter import Setting
from trialwright.record import Person


def lapses(person: Person, setting: Setting = SEARCH) -> tuple[date | None, tuple[Lapse, ...]]:
    """The first day on which no criterion fails, and what has lapsed by then; on 1 June 2026."""
    calendar = plan_calendar(person, rules(), on=ON, setting=setting)
    return calendar.possible_from, plan_lapses(person, rules(), calendar, on=ON, setting=setting)


@pytest.mark.parametrize("setting", [SEARCH, SCREENING])
def test_a_low_gfr_lapses_and_is_measured_again(setting: Setting) -> None:
    """Creatinine of 10 May counts for 28 days, up to 7 June (criteria.yaml, screening_window)."""
    person = somebody(row("serum_creatinine", "3.5", start="2026-05-10"))
    found = (Lapse("I4", "serum_creatinine", "measure", date(2026, 6, 7)),)
    assert lapses(person, setting) == (date(2026, 6, 8), found)


def test_an_answer_lapses_and_is_asked_again() -> None:
    person = somebody(row("breastfeeding", "true", start="2026-05-10"))
    assert lapses(person) == (date(2026, 6, 8), (Lapse("E9", "breastfeeding", "ask", date(2026, 6, 7)),))


def test_a_washout_is_a_wait() -> None:
    """Cyclophosphamide of 1 April excludes for 12 weeks: 84 days after it are 24 June."""
    given = row("cyclophosphamide", "500", unit="mg/d", start="2026-04-01", end="2026-04-01")
    assert lapses(somebody(given)) == (date(2026, 6, 25), ())


def test_of_a_washout_and_a_result_the_result_lapses_on_its_own_day() -> None:
    given = row("cyclophosphamide", "500", unit="mg/d", start="2026-04-01", end="2026-04-01", fact="f2")
    person = somebody(given, row("serum_creatinine", "3.5", start="2026-05-10"))
    free, found = lapses(person)
    assert free == date(2026, 6, 25)
    assert Lapse("I4", "serum_creatinine", "measure", date(2026, 6, 7)) in found
    assert "E4" not in {each.criterion for each in found}


def test_who_is_not_excluded_waits_for_nothing() -> None:
    assert lapses(somebody()) == (ON, ())
