"""What to do next: what is missing, what will lapse, and the single item that would settle it."""

from __future__ import annotations

from datetime import date

from tests.unit.eligibility_support import ON, SCREENING, SEARCH, row, rules, somebody
from trialwright.eligibility.calendar import plan_calendar
from trialwright.eligibility.recheck import Recheck, plan_rechecks
from trialwright.eligibility.verdict import assess_person
from trialwright.logic.interpreter import Setting
from trialwright.record import Person


def next_steps(
    person: Person, setting: Setting = SCREENING, **readings: str
) -> tuple[str, tuple[Recheck, ...]]:
    chosen = rules(**readings)
    verdict, assessed = assess_person(person, chosen, on=ON, setting=setting)
    calendar = plan_calendar(person, chosen, on=ON, setting=setting)
    return verdict, plan_rechecks(person, verdict, assessed, calendar, on=ON, setting=setting)


def test_a_single_missing_result_settles() -> None:
    verdict, steps = next_steps(somebody(drop=["urine_protein_24h"]))
    assert verdict == "undetermined"
    assert steps == (Recheck("I3", "urine_protein_24h", "measure", "no_record", settles=True),)


def test_a_single_missing_result_of_two_criteria_does_settle() -> None:
    """Body weight is read by E6d alone here; creatinine by I4 twice: one step each."""
    verdict, steps = next_steps(somebody(drop=["serum_creatinine"]))
    assert verdict == "undetermined"
    assert steps == (Recheck("I4", "serum_creatinine", "measure", "no_record", settles=True),)


def test_of_two_missing_results_neither_settles() -> None:
    _, steps = next_steps(somebody(drop=["urine_protein_24h", "wbc"]))
    assert [(each.criterion, each.concept, each.settles) for each in steps] == [
        ("I3", "urine_protein_24h", False),
        ("E7b", "wbc", False),
    ]


def test_an_answer_is_asked_for_not_measured() -> None:
    _, steps = next_steps(somebody(drop=["wishes_pregnancy"]))
    assert steps == (Recheck("E9", "wishes_pregnancy", "ask", "not_asked", settles=True),)


def test_a_history_is_asked_for() -> None:
    """At the bedside silence is unknown (criteria.md, Statuses)."""
    _, steps = next_steps(somebody(drop=["dialysis"]))
    assert [(each.criterion, each.concept, each.action, each.settles) for each in steps] == [
        ("E1", "dialysis", "ask", True)
    ]
    verdict, _ = next_steps(somebody(drop=["dialysis"]), SEARCH)
    assert verdict == "eligible"


def test_a_pulse_can_still_be_given() -> None:
    verdict, steps = next_steps(somebody(drop=["methylprednisolone_iv"]), SEARCH)
    assert verdict == "undetermined"
    assert [(each.criterion, each.action, each.reason) for each in steps] == [("I5", "give", "can_be_given")]


def test_a_missing_birth_date_is_asked_for() -> None:
    """A0 needs the age, and so does the eGFR of I4: one answer settles both, and creatinine is not to blame."""
    verdict, steps = next_steps(somebody(birth=""))
    assert verdict == "undetermined"
    assert steps == (
        Recheck("A0", "birth_date", "ask", "birth_date_missing", settles=True),
        Recheck("I4", "birth_date", "ask", "birth_date_missing", settles=True),
    )


def test_a_vague_birth_date_is_clarified_where_it_decides() -> None:
    """Born in 1950 is 75 or 76 on 1 June 2026, and A0 ends at 75; born in 1951 is 74 or 75, which passes."""
    _, steps = next_steps(somebody(birth="1950"))
    assert steps == (Recheck("A0", "birth_date", "clarify", "date_imprecise", settles=True),)
    assert next_steps(somebody(birth="1951"), SEARCH)[0] == "eligible"


def test_a_missing_sex_is_asked_for_where_it_decides() -> None:
    """2.2 mg/dL at 36 years is 28 for a woman and 37 for a man (CKD-EPI 2009, Levey 2009), limit 30; 0.8 passes both."""
    high = row("serum_creatinine", "2.2", start="2026-05-28")
    _, steps = next_steps(somebody(high, sex="unknown"))
    assert steps == (Recheck("I4", "sex", "ask", "sex_unknown", settles=True),)
    low = row("serum_creatinine", "0.8", start="2026-05-28")
    assert next_steps(somebody(low, sex="unknown"), SEARCH)[0] == "eligible"


def test_a_missing_birth_date_does_not_hide_a_missing_result() -> None:
    _, steps = next_steps(somebody(birth="", drop=["serum_creatinine"]))
    assert [(each.criterion, each.concept, each.action, each.settles) for each in steps] == [
        ("A0", "birth_date", "ask", False),
        ("I4", "serum_creatinine", "measure", False),
        ("I4", "birth_date", "ask", False),
    ]


def test_of_two_numbers_only_the_missing_one_is_measured() -> None:
    """A BMI needs weight and height; the height is there."""
    _, steps = next_steps(somebody(drop=["body_weight"]), SEARCH)
    assert steps == (Recheck("E6d", "body_weight", "measure", "no_record", settles=True),)


def test_a_birthday_lets_eligibility_lapse() -> None:
    """Born on 3 June 1950: 75 years until 2 June 2026, then 76 (criteria.md: the 76th birthday fails)."""
    verdict, steps = next_steps(somebody(birth="1950-06-03"), SEARCH)
    assert verdict == "eligible"
    assert [(each.criterion, each.concept, each.action, each.by) for each in steps] == [
        ("A0", "birth_date", "repeat", date(2026, 6, 2))
    ]


def test_what_is_recorded_unclearly_is_clarified() -> None:
    _, steps = next_steps(somebody(row("serum_creatinine", "250", unit="", start="2026-05-28")))
    assert {(each.criterion, each.concept, each.action) for each in steps} == {
        ("I4", "serum_creatinine", "clarify")
    }
    assert all(each.settles for each in steps)


def test_an_unreadable_record_is_clarified() -> None:
    _, steps = next_steps(somebody(unreadable=["glucose_fasting"]))
    assert ("E3", "glucose_fasting", "clarify", "record_unreadable") in [
        (each.criterion, each.concept, each.action, each.reason) for each in steps
    ]


def test_only_the_record_that_nobody_can_place_is_clarified_and_what_else_is_missing_is_still_asked_for() -> (
    None
):
    """`E2` reads ALT, AST and bilirubin; one record of ALT has no readable date, and nothing is known of AST."""
    _, steps = next_steps(somebody(drop=["ast"], unreadable=["alt"]))
    assert {(each.concept, each.action, each.reason) for each in steps if each.criterion == "E2"} == {
        ("alt", "clarify", "record_unreadable"),
        ("ast", "measure", "no_record"),
    }
    assert not any(each.settles for each in steps)


def test_a_record_of_a_readable_date_is_clarified_by_itself() -> None:
    given = row("mycophenolate", "1000", start="2026-05-01", end="2026-05-09")._replace(fault="fact_repeated")
    _, steps = next_steps(somebody(given))
    assert [(each.criterion, each.concept, each.action, each.reason, each.settles) for each in steps] == [
        ("E4", "mycophenolate", "clarify", "record_unreadable", True)
    ]


def test_what_will_lapse_is_repeated_by_the_last_good_day() -> None:
    """The pulse of 25 to 27 May has 1.5 g in 14 days up to 8 June."""
    verdict, steps = next_steps(somebody(), SEARCH)
    assert verdict == "eligible"
    assert {(each.criterion, each.concept, each.action, each.by) for each in steps} == {
        ("I5", "methylprednisolone_iv", "repeat", date(2026, 6, 8))
    }
    assert all(each.settles for each in steps)


def test_several_things_lapse_on_one_day() -> None:
    """Without the pulse, SLEDAI and the answers of 20 May end on 17 June together: none settles it alone."""
    _, steps = next_steps(somebody(), SEARCH, I5="planned")
    assert ("I1", "sledai_2k", date(2026, 6, 17)) in [
        (each.criterion, each.concept, each.by) for each in steps
    ]
    assert {each.action for each in steps} == {"repeat"}
    assert not any(each.settles for each in steps)


def test_whoever_is_ineligible_gets_no_list() -> None:
    verdict, steps = next_steps(somebody(row("serum_creatinine", "9", start="2026-05-28"), drop=["wbc"]))
    assert (verdict, steps) == ("ineligible", ())
