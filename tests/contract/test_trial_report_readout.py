"""What a report says while the study runs, while it is blind, and of those who are in no count."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from tests.contract.trial_report_support import (
    data_about,
    data_of,
    notes_of,
    planned,
    report_of,
    rows_of,
    said,
    table_of,
)
from tests.unit.endpoints.support import CUT_OFF, WEEK_0, Made, begun
from tests.unit.endpoints.test_derive import CR, NR, OPEN, PR, made
from tests.unit.safety.test_stopping import ON, first_infusion
from trialwright.exchange.folder import read_study
from trialwright.record.participant import Deviation, Ended, Participant
from trialwright.reports.document import Figure, Paragraph, Table
from trialwright.reports.trial.baseline import Characteristic, Value, standardised_difference
from trialwright.reports.trial.compose import (
    TrialReport,
    compose_analysis,
    compose_report,
    report_title,
    say_interim,
)
from trialwright.reports.trial.course import write_course, write_survival
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.membership import explain_sets
from trialwright.reports.trial.quality import write_quality
from trialwright.reports.trial.responders import write_responders
from trialwright.reports.trial.safety import write_stopping
from trialwright.reports.trial.sheet import Sheet
from trialwright.study.stratification import unanalysed_factors
from trialwright.terms.message import Text, render

WHY = "anaphylaxis, the antidote depends on the product"


def _paragraphs(report: TrialReport) -> list[str]:
    return [render(block.text, {}) for block in report.document.blocks if isinstance(block, Paragraph)]


# Blind


def _blind(*, arms: tuple[str, str]) -> TrialData:
    """BLISS-LN as if still blind, the arms of its participants in turn as given: as known after emergencies."""
    whole = data_of("bliss-ln")
    people = []
    for index, one in enumerate(whole.participants):
        allocated = one.allocated and one.allocated._replace(arm=arms[index % 2])
        turn = Ended(9000 + index, "2026-05-01", WHY) if allocated and index % 3 == 0 else None
        people.append(replace(one, allocated=allocated, unblinded=turn))
    return TrialData(whole.study, tuple(people), whole.on, whole.origin, blind=True)


@cache
def _blind_report() -> tuple[TrialData, TrialReport]:
    data = _blind(arms=("belimumab", ""))
    return data, compose_report(data, catalogue={})


def test_a_blind_report_is_the_same_whatever_arms_were_disclosed() -> None:
    """Also to those whom an emergency unblinding told the arm of some, the report tells nothing."""
    ways = (("belimumab", "placebo"), ("placebo", ""))
    shown = []
    for arms in ways:
        report = compose_report(_blind(arms=arms), catalogue={})
        tables = [
            [
                render(table.caption, {}),
                [[said(cell) for cell in row.cells] for row in table.rows],
                notes_of(table),
            ]
            for table in report.document.tables()
        ]
        shown.append((tables, _paragraphs(report), report.traces))
    assert shown[0] == shown[1]


def test_a_blind_report_counts_everyone_together_and_compares_nothing() -> None:
    data, report = _blind_report()
    allocated = [one for one in data.participants if one.allocated]
    flow = {row[0]: row[1] for _, row in rows_of(table_of(report, "flow"))}
    assert flow["Full analysis set"] == flow["Allocated"] == str(len(allocated))
    names = {table.name for table in report.document.tables()}
    assert {"baseline", "response_by_visit", "ae_summary", "exposure"} <= names
    assert not names & {"responders", "sensitivity_tests", "models", "times", "covariate_balance", "stopping"}
    heads = [render(column.heading, {}) for column in table_of(report, "baseline").columns]
    assert heads == ["Characteristic", f"All participants (n = {len(allocated)})"]
    assert {row[0] for _, row in rows_of(table_of(report, "response_by_visit"))} == {"All participants"}
    taken = [row[0] for _, row in rows_of(table_of(report, "exposure"))]
    assert taken == ["Followed since the first dose", "Study infusion (belimumab or placebo, blinded)"]


def test_emergency_unblindings_are_listed_without_the_arm() -> None:
    _, report = _blind_report()
    rows = [row for _, row in rows_of(table_of(report, "unblindings"))]
    assert rows
    assert all(row[1:] == ["2026-05-01", WHY] for row in rows)
    assert "No arm was disclosed in an emergency." not in _paragraphs(report_of("beam"))
    assert "No arm was disclosed in an emergency." in _paragraphs(report_of("bliss-ln"))


# While the study runs


def _table(data: TrialData, write: Callable[[TrialData, Sheet], None], name: str) -> Table:
    sheet = Sheet({}, figures=False)
    write(data, sheet)
    return next(each for each in sheet.blocks if isinstance(each, Table) and each.name == name)


def _running() -> TrialData:
    """Ten weeks after week 0: three on their way, one of them with an adverse event, and one who withdrew."""
    people = [
        begun("BEL+MT", number=1).visit("week_4", 28, {}).adverse_event(30),
        begun("BEL+MT", number=2).visit("week_4", 28, {}),
        begun("MT", number=3).missed("week_4"),
        begun("MT", number=4).ended("withdrawn", 40),
    ]
    study = read_study("beam")
    return data_about(study, tuple(one.participant() for one in people), on=WEEK_0 + timedelta(70))


def test_a_report_before_the_lock_says_that_it_is_an_interim_one() -> None:
    sheet = Sheet({}, figures=False)
    say_interim(_running(), sheet)
    assert render(report_title(_running()), {}).startswith("Interim report")
    assert [render(block.text, {}) for block in sheet.blocks if isinstance(block, Paragraph)] == [
        (
            "Interim: the study is not locked, and its records up to 2026-05-11 may still grow and change. Of 4 "
            "allocated participants 3 have not ended their participation."
        )
    ]
    locked = report_of("beam")
    assert render(locked.document.title, {}).startswith("Report")
    assert not any(each.startswith("Interim") for each in _paragraphs(locked))


EARLY = (
    "The study is not locked and its plan has no interim analysis: these P values and intervals serve the conduct of "
    "the trial and support no conclusion. Nothing corrects them for the early look."
)
DECIDES = re.compile("analysis decides|its P decide")


@pytest.mark.parametrize("study", ["beam", "bliss-ln"])
def test_before_the_lock_every_p_value_and_interval_says_that_it_supports_no_conclusion(study: str) -> None:
    """By what a reader sees: a column of P values or limits, or `(low to high)`; what was published is no look at this trial."""
    heads, interval = re.compile(r"\bP\b|limit"), re.compile(r"\(−?[0-9.]+ to −?[0-9.]+\)")
    for locked in (True, False):
        report = compose_report(replace(data_of(study), locked=locked), catalogue={}, figures=False)
        shown = [
            table
            for table in report.document.tables()
            if (
                any(heads.search(render(column.heading, {})) for column in table.columns)
                or any(interval.search(cell) for _, row in rows_of(table) for cell in row)
            )
            and not table.name.startswith("published")
        ]
        assert {"responders", "sensitivity_tests"} <= {table.name for table in shown}
        for table in report.document.tables():
            said = [render(note, {}) for note in table.notes]
            assert said.count(EARLY) == (1 if table in shown and not locked else 0), table.name
        notes = [render(note, {}) for table in report.document.tables() for note in table.notes]
        assert any(DECIDES.search(note) for note in notes) == locked


def test_before_the_lock_a_figure_of_intervals_says_so_too() -> None:
    for locked in (True, False):
        report = compose_report(replace(data_of("beam"), locked=locked), catalogue={})
        figures = [block for block in report.document.blocks if isinstance(block, Figure)]
        (forest,) = (each for each in figures if each.drawing.id == "assumptions")
        (bars,) = (each for each in figures if each.drawing.id == "response")
        assert (EARLY in [render(note, {}) for note in forest.notes]) != locked
        assert EARLY not in [render(note, {}) for note in bars.notes]


def test_the_planned_comparisons_alone_say_first_what_the_first_page_of_the_report_says() -> None:
    rehearsed = replace(data_of("beam"), locked=False)
    rehearsed = replace(rehearsed, origin=replace(rehearsed.origin, rehearsal=True))
    report, analysis = compose_report(rehearsed, catalogue={}, figures=False), compose_analysis(rehearsed)
    first = [render(block.text, {}) for block in analysis.document.blocks[:3] if isinstance(block, Paragraph)]
    assert first[:2] == _paragraphs(report)[:2]
    assert first[0].startswith("A rehearsal: nobody")
    assert first[1].startswith("Interim: the study is not locked")
    assert first[2] == EARLY
    assert render(analysis.document.title, {}) == "Analysis of the trial BEAM before its lock"
    locked = compose_analysis(data_of("beam"))
    assert render(locked.document.title, {}) == "Analysis of the trial BEAM, which is locked"
    assert not any(each.startswith("Interim") for each in _paragraphs(locked))


def _notes(data: TrialData, name: str) -> list[str]:
    return [render(note, {}) for note in _table(data, write_course, name).notes]


def test_which_definitions_themselves_ask_for_an_intercurrent_event_is_said() -> None:
    """Of BEAM's four readings in analysis.yaml only that of BLISS-LN says `happened(rescue)`; the study BLISS-LN has one."""
    beam, bliss = data_of("beam"), data_of("bliss-ln")
    asks = "themselves ask whether this came before the visit"
    assert [note for note in _notes(beam, "definitions") if "ask" in note] == [
        f"The rules of these definitions {asks} (Rescue therapy), and so it is applied in them: BLISS-LN (CRR and PERR).",
        "The other definitions ask for no intercurrent event.",
    ]
    assert not any("ask" in note for note in _notes(beam, "response_by_visit"))
    assert [note for note in _notes(bliss, "response_by_visit") if "ask" in note] == [
        f"The rules of this definition {asks}, and so it is applied here: Rescue therapy."
    ]


def test_definitions_that_ask_for_nothing_are_told_from_those_that_do_by_their_rules() -> None:
    """The same readings without the component that asks: nothing is said."""
    data = data_of("beam")
    response = data.plan.responses[0]
    readings = {name: each for name, each in response.readings.items() if name != "bliss_ln"}
    study = planned(data.study, responses=(response.model_copy(update={"readings": readings}),))
    assert not any("ask" in note for note in _notes(replace(data, study=study), "definitions"))


def test_a_visit_that_is_not_due_yet_is_not_called_missed() -> None:
    table = _table(_running(), write_course, "response_by_visit")
    heads = [render(column.heading, {}) for column in table.columns]
    missed, pending = heads.index("no visit"), heads.index("not due yet")
    rows = {(row[0], row[1]): (row[missed], row[pending]) for _, row in rows_of(table)}
    assert rows["BEL+MT", "Week 8"] == ("2", "0")
    assert rows["MT", "Week 4"] == ("2", "0")
    assert rows["BEL+MT", "Week 24"] == ("0", "2")
    assert rows["MT", "Week 24"] == ("0", "2")  # nor is it of the one who left: the others cannot answer yet
    finished = table_of(report_of("beam"), "response_by_visit")
    assert "not due yet" not in [render(column.heading, {}) for column in finished.columns]


def test_events_of_those_who_are_not_due_are_said_and_not_counted() -> None:
    table = _table(_running(), write_responders, "responders")
    rows = {row[0]: row[1:3] for _, row in rows_of(table)}
    assert rows["Any adverse event by week 24"] == ["0/0", "0/0"]
    [note] = [each for each in notes_of(table) if "happened already" in each]
    assert note.startswith(
        "Any adverse event by week 24: it has happened already to some who are not due yet: BEL+MT 1 of 2, MT 0 of "
    )


# Who is in no count


def test_whose_arm_or_set_is_not_known_is_named_under_the_flow() -> None:
    def lost(person: Made) -> Participant:
        one = person.participant()
        assert one.allocated is not None
        return replace(one, allocated=one.allocated._replace(arm=""))

    people = (begun("MT", number=1).participant(), lost(begun("MT", number=2)))
    data = data_about(read_study("beam"), people, on=CUT_OFF)
    members = data.cohort.sets["S-001"]
    open_ = members["per_protocol"]._replace(truth=None, reason="date_unreadable")
    data.cohort.sets["S-001"] = {**members, "per_protocol": open_}  # type: ignore[index]
    notes = [render(note, {}) for note in explain_sets(data)]
    assert "Full analysis set: Everyone allocated, in the arm allocated [D]." in notes
    assert (
        "Full analysis set: 1 belong to it, but in which arm is not known; they are in no comparison: S-002."
    ) in notes
    assert any(
        note.startswith("Per-protocol set: of 1 it is not known whether they belong to it")
        and "S-001" in note
        for note in notes
    )


def test_rows_that_add_up_are_not_said_not_to() -> None:
    """Open between PR and NR, and by the rule NR: of CR, PR and NR that is one yes, as of everybody else."""
    low = {
        name: value for name, value in {**CR, "serum_albumin": "25"}.items() if name != "urine_protein_24h"
    }
    people = []
    for number, (arm, found) in enumerate([("BEL+MT", CR), ("MT", low), ("MT", NR)], start=1):
        people.append(made(arm, week_24=found))
        people[-1].number = number
    data = data_about(read_study("beam"), tuple(one.participant() for one in people), on=CUT_OFF)
    table = _table(data, write_responders, "responders")
    assert [row[2] for _, row in rows_of(table)][:4] == [
        "0/2 (0.0 %)",
        "0/2 (0.0 %)",
        "0/2 (0.0 %)",
        "2/2 (100.0 %)",
    ]
    [note] = [each for each in notes_of(table) if each.startswith("In one of these categories")]
    assert note.endswith(
        "Partial response (PR), Non-response (NR): BEL+MT 0 of 1, MT 1 of 2. Counted as yes in: NR at week 24. Counted as "
        "no, by the rule for a missing answer or because it is known not to be so, in: CR at week 24, Overall response "
        "(CR or PR) at week 24, PR at week 24."
    )


def test_rows_that_do_not_add_up_say_why_and_by_how_many() -> None:
    """Whoever is in CR or PR, not known in which, is a response; counted as CR, PR or NR nobody can be certain of it."""
    results = [("BEL+MT", CR), ("BEL+MT", OPEN), ("BEL+MT", PR), ("MT", NR), ("MT", OPEN), ("MT", CR)]
    people = []
    for number, (arm, found) in enumerate(results, start=1):
        people.append(made(arm, week_24=found))
        people[-1].number = number
    data = data_about(read_study("beam"), tuple(one.participant() for one in people), on=CUT_OFF)
    table = _table(data, write_responders, "responders")
    counts = [row[1:3] for _, row in rows_of(table)][:4]
    assert counts == [
        ["1/3 (33.3 %)", "1/3 (33.3 %)"],
        ["3/3 (100.0 %)", "2/3 (66.7 %)"],
        ["1/3 (33.3 %)", "0/3 (0.0 %)"],
        ["0/3 (0.0 %)", "1/3 (33.3 %)"],
    ]
    [note] = [each for each in notes_of(table) if "do not add up" in each]
    assert note == (
        "In one of these categories, not known in which: Complete response (CR), Partial response (PR): BEL+MT 1 of 3, "
        "MT 1 of 3. Counted as yes in: Overall response (CR or PR) at week 24. Counted as no, by the rule for a missing "
        "answer or because it is known not to be so, in: CR at week 24, PR at week 24, NR at week 24. The rows of "
        "BEL+MT, MT therefore do not add up."
    )
    row = data.cohort.row(data.estimand("primary"), "S-002")
    assert (row.value, row.reason, row.category) == (0, "missing_composite", None)
    nothing = data.cohort.row(data.estimand("primary"), "S-004")
    assert (nothing.value, nothing.category) == (0, "nr")


@pytest.mark.parametrize("study", ["beam", "bliss-ln"])
def test_nothing_is_said_of_open_members_where_there_are_none(study: str) -> None:
    notes = notes_of(table_of(report_of(study), "flow"))
    assert not any("not known" in note for note in notes)


# What the plan declares, and what cannot be computed


def test_with_one_arm_the_curve_stays_and_what_is_not_possible_says_why() -> None:
    """The registered BEAM has one arm."""
    people = [made("BEL+MT", week_8=PR, week_24=CR), made("BEL+MT", week_24=NR)]
    people[1].number = 2
    data = data_about(read_study("beam"), tuple(one.participant() for one in people), on=CUT_OFF)
    sheet = Sheet({})
    write_survival(data, sheet)
    table = next(each for each in sheet.blocks if isinstance(each, Table))
    rows = {(row[0], row[1]): row[2:] for _, row in rows_of(table)}
    one = "not possible: The log-rank test compares groups; there is only one."
    assert rows["Cumulative CR by week 24", "BEL+MT"] == ["1/2", "50.0 % (9.0 to 99.4)", "24.0 (–)", one]
    assert rows["Cumulative CR by week 24", "MT"] == [
        "0/0", "not possible: nobody of this arm was followed", "–", "",
    ]  # fmt: skip
    captions = [render(each.caption, {}) for each in sheet.blocks if isinstance(each, Figure)]
    assert "Cumulative CR by week 24: share with the event" in captions
    curve = next(each for each in sheet.blocks if isinstance(each, Figure))
    assert "BEL+MT: 50.0 % at 25," in curve.drawing.description  # where the curve ends, not at the last tick


def test_with_nobody_followed_a_planned_curve_says_so() -> None:
    data = data_about(read_study("beam"), (Made(arm="MT").participant(),), on=WEEK_0)
    table = _table(data, write_survival, "times")
    shares = [row[3] for _, row in rows_of(table)]
    assert shares == ["not possible: Nobody was followed, so nothing can be estimated."] * 6


def test_the_declared_main_analysis_is_the_headline_whatever_it_is() -> None:
    """BLISS-LN declares logistic regression: its odds ratio and P stand beside the counts, as among the models."""
    report = report_of("bliss-ln")
    table, models = table_of(report, "responders"), table_of(report, "models")
    heads = [render(column.heading, {}) for column in table.columns]
    main, p, test = (heads.index(name) for name in ("Declared main analysis (95 % interval)", "P", "Test"))
    rows = {row[0].removeprefix("Primary: "): row for _, row in rows_of(table)}
    adjusted = [row for _, row in rows_of(models) if row[0]]
    assert adjusted
    for row in adjusted:
        shown = rows[row[1]]
        assert shown[main].removeprefix("odds ratio ") == row[3]
        assert (shown[p], shown[test]) == (row[4], row[0])
        assert row[3] != "–"  # a reason instead
    assert not any("Pearson" in note for note in notes_of(table))
    assert render(models.caption, {}) == "Adjusted for the covariates declared in the plan"
    beam = table_of(report_of("beam"), "responders")
    assert "Declared main analysis (95 % interval)" not in [render(each.heading, {}) for each in beam.columns]
    assert any("Pearson, Yates or Fisher" in note for note in notes_of(beam))


def test_the_factors_of_the_allocation_are_shown_and_their_absence_from_the_analysis_is_said() -> None:
    said_of = "Allocation was stratified or balanced by Induction regimen, Race; no main analysis takes this into account"
    report = report_of("bliss-ln")
    assert any(note.startswith(said_of) for note in notes_of(table_of(report, "responders")))
    rows = [row for _, row in rows_of(table_of(report, "baseline"))]
    names = [row[0] for row in rows]
    start = names.index("Allocation factor: Race")
    assert set(names[start + 1 :]) <= {"Black", "Not Black"}
    counted = sum(int(cell.split()[0]) for row in rows[start + 1 :] for cell in row[1:3])
    assert any("the one listed last" in note for note in notes_of(table_of(report, "baseline")))
    assert counted == sum(one.allocated is not None for one in data_of("bliss-ln").participants)
    assert not any("stratified" in note for note in notes_of(table_of(report_of("beam"), "responders")))


def test_a_factor_that_is_a_covariate_of_a_main_method_is_taken_into_account() -> None:
    study = read_study("bliss-ln")
    assert [each.id for each in unanalysed_factors(study)] == ["induction", "race"]
    assert study.analysis is not None
    methods = tuple(
        each.model_copy(update={"covariates": (*each.covariates, "race")}) if each.role == "main" else each
        for each in study.analysis.methods
    )
    assert [each.id for each in unanalysed_factors(planned(study, methods=methods))] == ["induction"]
    assert unanalysed_factors(read_study("beam-randomised")) == ()


@pytest.mark.parametrize(("first", "second", "sign"), [((0, 1, 1), (0, 0, 1), 1), ((0, 0, 1), (0, 1, 1), -1)])
def test_the_difference_of_two_categories_has_the_sign_that_the_note_says(
    first: tuple[int, ...], second: tuple[int, ...], sign: int
) -> None:
    groups = {
        arm: tuple(Value(f"{arm}{place}", float(number), (), ()) for place, number in enumerate(numbers))
        for arm, numbers in (("A", first), ("B", second))
    }
    sexes = Characteristic(Text("Sex", "性别"), "", ("female", "male"), (*groups["A"], *groups["B"]))
    found = standardised_difference(sexes, groups, ("A", "B"))
    assert found is not None
    assert found.estimate is not None
    assert found.estimate * sign > 0


def test_a_deviation_that_a_person_took_back_is_said_with_both_events() -> None:
    data = data_of("beam")
    one = data.participants[0]
    told = Deviation(
        41, 1, "2026-05-01", "other", "major", "x", "", by_system=False, taken_back=57, changed=57
    )
    people = (
        replace(one, deviations=(told,), hashes={**one.hashes, 57: "0" * 64}),
        *(replace(each, deviations=()) for each in data.participants[1:]),
    )
    table = _table(replace(data, participants=people), write_quality, "deviation_list")
    assert [render(note, {}) for note in table.notes] == [
        f"{one.id}: deviation 1, reported by a person (event 41), was taken back (event 57)."
    ]


def test_a_boundary_that_was_reached_once_is_told_with_its_day() -> None:
    """Two of two stop; with five more the numbers are below the boundary, and the answer stays to stop."""
    days = [("2026-03-02", "2026-04-01"), ("2026-03-02", "2026-04-09"), *[("2026-05-04", "")] * 5]
    people = tuple(first_infusion(f"S-{number}", *each) for number, each in enumerate(days))
    table = _table(data_about(read_study("beam"), people, on=ON), write_stopping, "stopping")
    assert [said(cell) for cell in table.rows[0].cells][2:4] == ["2/7", "4 of 7"]
    assert said(table.rows[0].cells[5]) == "yes"
    (note,) = (text for each in table.notes if "boundary was" in (text := render(each, {})))
    assert "first reached on 2026-04-09, with 2 of 2 participants" in note
