"""What a report says of its own numbers: what is estimated and tested, since when events count, who is at risk.

Expected numbers are counted here from the participants; the studies are the bundled ones, rehearsed. Synthetic people only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from tests.contract.trial_report_support import data_of, notes_of, planned, rows_of, said
from trialwright.record.participant import AdverseEvent, Participant
from trialwright.reports.document import Figure, Paragraph, Table
from trialwright.reports.trial.baseline import declared_threshold, write_baseline
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.responders import write_responders
from trialwright.reports.trial.safety import write_safety
from trialwright.reports.trial.sheet import Sheet
from trialwright.reports.trial.survival import write_survival
from trialwright.terms.message import render


def written(data: TrialData, write: Callable[[TrialData, Sheet], None]) -> Sheet:
    sheet = Sheet({}, figures=False)
    write(data, sheet)
    return sheet


@cache
def comparison(study: str) -> Sheet:
    return written(data_of(study), write_responders)


@cache
def safety(study: str) -> Sheet:
    return written(data_of(study), write_safety)


def table(sheet: Sheet, name: str) -> Table:
    return next(each for each in sheet.blocks if isinstance(each, Table) and each.name == name)


def heads(shown: Table) -> list[str]:
    return [render(column.heading, {}) for column in shown.columns]


def changed(data: TrialData, **plan: object) -> TrialData:
    """The same trial under a plan that says something else."""
    return TrialData(planned(data.study, **plan), data.participants, data.on, data.origin, False, data.locked)


# Since when adverse events count


def _first_dose(one: Participant) -> date:
    return date.fromisoformat(min(dose.start for dose in one.doses if not dose.prior))


def _end(data: TrialData, one: Participant) -> date:
    turns = (one.completed, one.withdrawn, one.lost, one.died)
    return min([data.on, *(date.fromisoformat(turn.date) for turn in turns if turn is not None)])


def test_an_event_before_the_first_dose_is_in_the_first_line_of_the_summary_alone() -> None:
    data = data_of("beam")
    ill = next(one for one in data.participants if one.allocated and one.adverse_events)
    version = ill.adverse_events[0].current
    earlier = version._replace(start=(_first_dose(ill) - timedelta(days=1)).isoformat(), seriousness=("hospitalisation",))  # fmt: skip
    told = AdverseEvent(99, (earlier,))
    people = tuple(
        replace(one, adverse_events=(*one.adverse_events, told)) if one is ill else one
        for one in data.participants
    )
    sheet = written(replace(data, participants=people), write_safety)
    before, after = (list(rows_of(table(each, "ae_summary"))) for each in (safety("beam"), sheet))
    events = 2 if ill.arm == data.arms[0].id else 5
    first = "Any adverse event since consent"
    assert [row[1][0] for row in after][:2] == [first, "Any treatment-emergent adverse event"]
    assert int(after[0][1][events]) == int(before[0][1][events]) + 1
    assert after[1:] == before[1:]
    assert list(rows_of(table(sheet, "ae_terms"))) == list(rows_of(table(safety("beam"), "ae_terms")))
    (note,) = notes_of(table(sheet, "serious"))
    assert "1 of which began before the first dose" in note


def test_what_treatment_emergent_means_stands_under_the_table_with_the_interventions_of_the_study() -> None:
    note, *_ = notes_of(table(safety("beam"), "ae_summary"))
    assert note.startswith("Treatment-emergent: begun on or after the day of the first dose")
    for each in data_of("beam").study.interventions:
        assert each.title.en in note
    (note,) = (each for each in notes_of(table(comparison("beam"), "responders")) if "safety tables" in each)
    assert note.startswith("Any adverse event by week 24, Serious infection by week 24: begun from Week 0 on")


@pytest.mark.parametrize("study", ["beam", "bliss-ln"])
def test_a_rate_is_that_of_the_participants_with_an_event_over_their_time_at_risk(study: str) -> None:
    """Days from the first dose to the first event, the end of participation or the last day, both included."""
    data, shown = data_of(study), table(safety(study), "ae_summary")
    rows = {said(row.cells[0]): row for row in shown.rows}
    for index, arm in enumerate(data.arms):
        group = [one for one in data.participants if one.allocated and one.arm == arm.id]
        days, events = 0, 0
        for one in group:
            last = _end(data, one)
            begun = [date.fromisoformat(each.current.start) for each in one.adverse_events]
            first = min((day for day in begun if _first_dose(one) <= day <= last), default=None)
            events += first is not None
            days += ((first or last) - _first_dose(one)).days + 1
        years = days / 365.25
        numbers = {each.statistic: each.value for each in shown.numbers(rows["Any treatment-emergent adverse event"].cells[3 + 3 * index], 3 + 3 * index)}  # fmt: skip
        assert (numbers["events"], numbers["n"]) == (events, len(group))
        assert numbers["time_at_risk"] == pytest.approx(years, rel=1e-12)
        assert numbers["incidence_rate"] == pytest.approx(100 * events / years, rel=1e-12)
        fatal = {each.statistic: each.value for each in shown.numbers(rows["Fatal"].cells[3 + 3 * index], 3 + 3 * index)}  # fmt: skip
        if not fatal["events"]:  # P(nobody) = exp(-rate x time) = 0.025
            assert fatal["upper_limit"] == pytest.approx(
                -100 * math.log(0.025) / float(fatal["time_at_risk"])
            )
    assert events


def test_a_first_dose_before_week_0_is_said_beside_both_tables() -> None:
    """Prednisone of the run-in: the time of the rates begins with it, the visits count from week 0."""
    data = data_of("beam")
    people = [one for one in data.cohort.followed if one.participant.allocated and one.participant.doses]
    early = [one for one in people if one.start and _first_dose(one.participant) < one.start]
    for name in ("ae_summary", "exposure"):
        notes = [
            note
            for note in notes_of(table(safety("beam"), name))
            if "before the day that begins week 0" in note
        ]
        if early:
            [note] = notes
            assert f"For {len(early)} of {len(people)} participants" in note
    late = tuple(
        replace(one.participant, doses=tuple(dose for dose in one.participant.doses if not one.start or dose.start >= one.start.isoformat()))
        for one in people
    )  # fmt: skip
    sheet = written(TrialData(data.study, late, data.on, data.origin, False, data.locked), write_safety)
    for name in ("ae_summary", "exposure"):
        assert not [
            note for note in notes_of(table(sheet, name)) if "before the day that begins week 0" in note
        ]
    assert early


def test_how_long_everybody_was_followed_stands_with_what_was_taken() -> None:
    data, shown = data_of("beam"), table(safety("beam"), "exposure")
    row = shown.rows[0]
    assert said(row.cells[0]) == "Followed since the first dose"
    for index, arm in enumerate(data.arms, start=1):
        group = [one for one in data.participants if one.allocated and one.arm == arm.id]
        years = sum((_end(data, one) - _first_dose(one)).days + 1 for one in group) / 365.25
        assert said(row.cells[index]) == f"{len(group)} participants; {years:.1f} person-years"


def test_laboratory_grades_say_how_many_were_evaluated_since_when() -> None:
    data, shown = data_of("beam"), table(safety("beam"), "lab_grades")
    assert render(shown.caption, {}).startswith("Worst laboratory grade since Week 0")
    rules = data.safety.terms
    assert [said(row.cells[0]) for row in shown.rows] == [rule.term.title.en for rule in rules]
    checked = 0
    for row, rule in zip(shown.rows, rules, strict=True):
        for index, arm in enumerate(data.arms):
            people = [one for one in data.cohort.followed if one.participant.arm == arm.id and one.start]
            seen = [
                one
                for one in people
                if any(
                    one.start and fact.start_low > one.start
                    for fact in one.person.facts.get(rule.term.concept, ())
                )
            ]
            assert row.cells[1 + 2 * index].value == len(seen)
            checked += len(seen)
    assert checked


# What is estimated and tested


def test_every_estimand_that_is_computed_stands_with_its_attributes() -> None:
    data, shown = data_of("beam"), table(comparison("beam"), "estimands")
    events = [each.title.en for each in data.plan.intercurrent_events]
    assert heads(shown) == ["Estimand", "Population", "Variable", *events, "Summary measure"]
    rows = {row[0]: (group, *row[1:]) for group, row in rows_of(shown)}
    assert rows["CR at week 24"] == (
        "Primary", "Full analysis set", "Complete response (CR), at Week 24",
        "composite", "composite", "composite", "composite", "risk difference",
    )  # fmt: skip
    assert rows["CR at week 24, had no intercurrent event happened"][3:7] == (
        "hypothetical", "hypothetical", "composite", "hypothetical",
    )  # fmt: skip
    assert rows["Any adverse event by week 24"] == (
        "Secondary", "Safety set", "Any adverse event, at any time up to Week 24", "–", "–", "–", "–", "risk difference",
    )  # fmt: skip
    computed = {
        one.estimand.title.en for one in data.outcomes if one.results or one.curves or one.descriptions
    }
    assert computed <= rows.keys()
    assert "Change in SLEDAI-2K at week 24" not in rows  # planned for MMRM alone
    assert notes_of(shown)[0].startswith("Treatments compared: BEL+MT: ")


def test_a_death_that_stays_a_non_response_is_said_where_other_events_are_not() -> None:
    notes = [each for each in notes_of(table(comparison("beam"), "sensitivity_estimands")) if "non-response also" in each]  # fmt: skip
    assert notes == [
        "Death counts by the plan as non-response also in: CR at week 24, had no intercurrent event happened.",
        "Death counts by the plan as non-response also in: CR at the last visit on treatment, up to week 24.",
    ]


def test_the_head_of_the_comparison_says_what_the_plan_tests() -> None:
    first = next(each for each in comparison("beam").blocks if isinstance(each, Paragraph))
    said_first = render(first.text, {})
    assert "tests one hypothesis, at the two-sided level of 0.05" in said_first
    assert "(CR at week 24)" in said_first
    for name in ("proportions", "models"):
        assert any(
            note.startswith("No correction for many") for note in notes_of(table(comparison("beam"), name))
        )
    data = data_of("beam")
    levels = (
        ("secondary", "declares no primary endpoint"),
        ("primary", "tests each of its primary endpoints"),
    )
    for level, expected in levels:
        estimands = tuple(each.model_copy(update={"level": level}) for each in data.plan.estimands)
        sheet = written(changed(data, estimands=estimands, methods=()), write_responders)
        first = next(each for each in sheet.blocks if isinstance(each, Paragraph))
        assert expected in render(first.text, {})


def test_where_allocation_was_not_random_the_adjusted_result_stands_beside_the_counts() -> None:
    shown, models = table(comparison("beam"), "responders"), table(comparison("beam"), "models")
    place = heads(shown).index("Adjusted (95 % interval); P")
    adjusted = [row for _, row in rows_of(models) if row[0].startswith("Adjusted odds ratio (logistic regression with Firth")]  # fmt: skip
    assert len(adjusted) == 2
    rows = {row[0].removeprefix("Primary: "): row[place] for _, row in rows_of(shown)}
    for row in adjusted:
        assert rows.pop(row[1]) == f"odds ratio {row[3]}; P {row[4]}"
    assert set(rows.values()) == {"–"}
    notes = notes_of(shown)
    assert any(note.startswith("Allocation was not random") for note in notes)
    assert any("for Logarithm of baseline urine protein, Baseline eGFR" in note for note in notes)


@pytest.mark.parametrize("study", ["beam-randomised", "bliss-ln"])
def test_where_allocation_was_random_nothing_is_said_of_it(study: str) -> None:
    shown = table(comparison(study), "responders")
    assert not any("Adjusted (" in head for head in heads(shown))
    assert not any("not random" in note for note in notes_of(shown))


def test_a_p_value_stands_beside_the_estimate_of_its_own_model() -> None:
    shown = table(comparison("bliss-ln"), "responders")
    assert heads(shown)[3:] == ["Declared main analysis (95 % interval)", "P", "Test", "Difference, percentage points (95 % interval)"]  # fmt: skip
    assert any("it is not what that P tests" in note for note in notes_of(shown))


@pytest.mark.parametrize("study", ["beam", "beam-randomised", "bliss-ln"])
def test_models_are_adjusted_for_what_the_plan_declares(study: str) -> None:
    assert render(table(comparison(study), "models").caption, {}) == "Adjusted for the covariates declared in the plan"  # fmt: skip


def test_the_balance_of_the_covariates_says_that_nothing_is_weighted() -> None:
    shown = table(comparison("beam"), "covariate_balance")
    assert (
        render(shown.caption, {})
        == "How far the arms differ in the covariates at baseline, without weighting"
    )
    (note,) = notes_of(shown)
    assert "Risk difference weighted by the inverse probability of treatment" in note


# Times to event


def test_when_somebody_is_censored_stands_under_the_times() -> None:
    shown = table(written(data_of("beam"), write_survival), "times")
    assert "dated to the visit that first showed it" in render(shown.caption, {})
    notes = notes_of(shown)
    both = "Cumulative CR by week 24, Time to first CR or PR: "
    assert any(note.startswith(both + "without the event, censored on the last day on which Week 24") for note in notes)  # fmt: skip
    assert any(note.startswith(both) and note.endswith(": Rescue therapy, Discontinuation, Death.") for note in notes)  # fmt: skip
    assert "Time from response to relapse: no visit counts after: Rescue therapy, Death." in notes
    assert sum("came at some time since the visit before" in note for note in notes) == 1


# Baseline


def test_no_difference_is_marked_by_a_size_that_the_plan_does_not_declare() -> None:
    data = data_of("beam")
    assert declared_threshold(data) is None
    sheet = Sheet({})
    write_baseline(data, sheet)
    first, second = (len(data.allocated(arm.id)) for arm in data.arms)
    error = math.sqrt(1 / first + 1 / second)
    notes = notes_of(table(sheet, "baseline"))
    assert any(note.endswith(f"{first} and {second} participants has a standard error of about {error:.2f}.") for note in notes)  # fmt: skip
    assert not any("deserves a look" in note for note in notes)
    drawn = next(each for each in sheet.blocks if isinstance(each, Figure)).drawing
    assert "threshold" not in drawn.description


@pytest.mark.parametrize(("declared", "size"), [("0.1", 0.1), ("0.25", 0.25), ("none", None), ("0", None)])
def test_a_size_that_the_plan_declares_is_marked(declared: str, size: float | None) -> None:
    data = data_of("beam")
    methods = tuple(
        each.model_copy(update={"parameters": {"threshold": declared}}) if each.id == "balance" else each
        for each in data.plan.methods
    )
    with_size = changed(data, methods=methods)
    assert declared_threshold(with_size) == size
    sheet = Sheet({})
    write_baseline(with_size, sheet)
    notes = notes_of(table(sheet, "baseline"))
    assert any(f"above {declared} in size deserves a look" in note for note in notes) == (size is not None)


# The stopping rule


def test_the_stopping_rule_says_who_counts_from_when_on() -> None:
    first, second = notes_of(table(safety("beam"), "stopping"))[:2]
    assert first.startswith(
        "Serious infection: a participant is counted once this holds: belimumab is recorded"
    )
    assert "however short the time since" in second or "however short the time since" in first


# Other sets, other answers


def test_a_set_that_leaves_out_nobody_says_why() -> None:
    data = data_of("beam")
    notes = notes_of(table(comparison("beam"), "sensitivity_estimands"))
    allocated = sum(one.allocated is not None for one in data.participants)
    (note,) = (each for each in notes if each.startswith("Per-protocol set: leaves out 0 of"))
    assert note == (
        f"Per-protocol set: leaves out 0 of {allocated}; none of them has: Major deviation from the criteria, "
        "Major deviation at allocation, Major deviation at the week-24 visit."
    )
    found = [each for own in data.deviations.values() for each in own]
    (note,) = (each for each in notes if "rated major keeps" in each)
    assert f"{len(found)} deviations" in note
    assert f"{sum(not each.severity for each in found)} not rated" in note


def test_a_set_that_leaves_somebody_out_says_how_many_of_each_arm() -> None:
    data = data_of("beam")
    rule = "present(allocated, within=ever) and not present(taken_belimumab, within=ever)"
    sets = tuple(
        each.model_copy(update={"rule": rule}) if each.id == "per_protocol" else each
        for each in data.plan.sets
    )
    shown = table(written(changed(data, sets=sets), write_responders), "sensitivity_estimands")
    first, second = (len(data.allocated(arm.id)) for arm in data.arms)
    notes = notes_of(shown)
    assert f"Per-protocol set: leaves out {first} of {first + second}: BEL+MT: {first}, MT: 0. Why stands in the flow of participants." in notes  # fmt: skip
    assert not any("rated major keeps" in note for note in notes)


def test_missing_answers_without_a_tipping_point_are_said() -> None:
    data = data_of("beam")
    told = "(a tipping point)"
    primary = next(each for each in data.plan.estimands if each.level == "primary")
    missing = any(one.row.reason == "missing_composite" for one in data.cohort.population(primary).analysed)
    notes = notes_of(table(comparison("beam"), "sensitivity_estimands"))
    assert any(told in note for note in notes) == missing
