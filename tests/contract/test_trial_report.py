"""The report of a trial: every number can be walked back, every declared method is shown, and what is not known is said.

Expected counts are counted by hand from made-up participants, or read from other cells of the same report; expected
intervals come from the methods themselves, which `tests/published` holds against outside numbers.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.trial_report_support import (
    ODD_SITES,
    STUDIES,
    archive_with_odd_ids,
    data_about,
    data_of,
    notes_of,
    planned,
    report_of,
    rows_of,
    said,
    table_of,
)
from tests.unit.endpoints.support import CUT_OFF, Made, begun
from tests.unit.simulation.rehearsal_support import eventful
from trialwright.analysis.counts import ArmCount, TwoArms
from trialwright.analysis.methods import METHODS
from trialwright.analysis.plan.run import is_available
from trialwright.cli.main import main
from trialwright.cli.trial import open_trial, trial_data
from trialwright.exchange.archive import lines
from trialwright.exchange.folder import read_study
from trialwright.locale import read_catalogue
from trialwright.record.event import Event
from trialwright.record.positions import fact_positions
from trialwright.reports import pdf
from trialwright.reports.document import Table
from trialwright.reports.figures.trajectories import Trajectories
from trialwright.reports.names import plain_names
from trialwright.reports.trial.compose import compose_report, explain_early_look
from trialwright.reports.trial.course import write_course
from trialwright.reports.trial.figures_shown import estimate_text
from trialwright.reports.trial.responders import write_responders
from trialwright.reports.trial.sheet import Sheet
from trialwright.study.analysis import BINARY, AnalysisMethod
from trialwright.terms.message import Text, message, render

every_study = pytest.mark.parametrize("study", STUDIES)


# Traces


@every_study
def test_every_cell_that_shows_a_number_can_be_walked_back(study: str) -> None:
    report = report_of(study)
    untraced = {
        id: said(cell)
        for table in report.document.tables()
        for number, row in enumerate(table.rows)
        for place, cell in enumerate(row.cells)
        for id in (table.cell_id(number, place),)
        if row.kind != "group" and place >= table.heads
        if id not in report.traces and any(letter.isdigit() for letter in said(cell))
    }
    assert untraced == {}


@every_study
def test_a_trace_names_events_and_facts_that_are_there(study: str) -> None:
    report, data = report_of(study), data_of(study)
    facts = {one.id: fact_positions(one) for one in data.participants}
    head = eventful(study, STUDIES[study]).ledger.head
    assert head is not None
    for id, trace in report.traces.items():
        for row in trace.rows:
            assert all(1 <= position <= head.position for position in row.positions), id
            assert set(row.facts) <= facts[row.participant].keys(), (id, row.participant)


@every_study
def test_a_count_above_nothing_has_somebody_or_something_behind_it(study: str) -> None:
    report = report_of(study)
    empty = [
        id
        for table in report.document.tables()
        for id, cell in table.cells()
        if isinstance(cell.value, int) and cell.value and id in report.traces
        if not report.traces[id].rows and not report.traces[id].inputs
    ]
    assert empty == []


@every_study
def test_the_state_of_the_data_is_the_sum_of_its_participants(study: str) -> None:
    report = report_of(study)
    table = table_of(report, "data")
    for number, row in enumerate(table.rows):
        trace = report.traces[table.cell_id(number, 1)]
        assert sum(int(render(source.value, {})) for source in trace.rows) == row.cells[1].value, said(
            row.cells[0]
        )
        assert all(source.positions for source in trace.rows)


def test_the_stopping_boundary_says_its_rule_its_counts_and_who_was_counted() -> None:
    """BEAM's rule as its safety.yaml has it: Beta(0.4, 1.6), 0.2, 0.9."""
    report = report_of("beam")
    table = table_of(report, "stopping")
    assert said(table.rows[0].cells[1]) == "BEL+MT"
    events, people = said(table.rows[0].cells[2]).split("/")
    assert said(table.rows[0].cells[3]).endswith(f" of {people}")
    for place in (2, 3, 4, 5):
        trace = report.traces[table.cell_id(0, place)]
        assert trace.method == "beta_binomial"
        assert "Biometrics 1994" in trace.citation
        assert [render(value, {}) for _, value in trace.inputs] == [
            "Beta(0.4, 1.6)", "0.2", "0.9", people, events,
        ]  # fmt: skip
        sure = [row for row in trace.rows if render(row.value, {}) != "not known"]
        assert len(sure) == int(people)
        assert sum(render(row.value, {}) == "event" for row in sure) == int(events)
        assert all(row.facts for row in sure)


def test_a_published_number_names_the_counts_it_was_computed_from() -> None:
    """20 of 28 and 11 of 25, as studies/beam/published.yaml reconstructs them."""
    report = report_of("beam")
    table = table_of(report, "published_primary")
    trace = report.traces[table.cell_id(0, 1)]
    assert [render(value, {}) for _, value in trace.inputs][:2] == ["20/28", "11/25"]
    assert trace.method == "miettinen_nurminen"


# The declared methods


@every_study
def test_every_declared_method_of_every_proportion_is_shown(study: str) -> None:
    report, data = report_of(study), data_of(study)
    tables = [each for each in report.document.tables() if not each.name.startswith("published")]
    places = {
        render(report.traces[id].what, {})
        for table in tables
        for id, _ in table.cells()
        if id in report.traces
    }
    wanted = [
        one
        for one in data.outcomes
        if one.estimand.summary in BINARY and is_available(one.method) and one.results
    ]
    assert wanted
    for one in wanted:
        assert f"{one.estimand.title.en}: {one.method.title.en}" in places, (one.estimand.id, one.method.id)


def test_each_result_is_that_of_the_counts_above_it() -> None:
    """Counts from the table of planned comparisons, the interval from the method."""
    report = report_of("beam")
    counts = {
        row[0].removeprefix("Primary: "): [
            tuple(map(int, cell.split(" ")[0].split("/"))) for cell in row[1:3]
        ]
        for _, row in rows_of(table_of(report, "responders"))
    }
    shown = {(group, row[0], row[1]): row[2] for group, row in rows_of(table_of(report, "proportions"))}
    cases = [
        ("Overall response (CR or PR) at week 24", "Risk difference (Newcombe)", "newcombe"),
        ("Overall response (CR or PR) at week 24", "Risk ratio (Miettinen-Nurminen)", "miettinen_nurminen_risk_ratio"),
        ("Overall response (CR or PR) at week 24", "Odds ratio (Miettinen-Nurminen)", "miettinen_nurminen_odds_ratio"),
        ("Serious infection by week 24", "Risk difference (Miettinen-Nurminen)", "miettinen_nurminen"),
    ]  # fmt: skip
    for title, method, name in cases:
        first, second = (ArmCount(arm="", events=events, n=n) for events, n in counts[title])
        expected = METHODS[name].compute(TwoArms(treatment=first, control=second), level=0.95)
        found = [text for (group, what, _), text in shown.items() if (group, what) == (title, method)]
        assert found == [render(estimate_text(expected), {})], (title, method)
    for title in ("PR at week 24", "NR at week 24"):
        for arm, (events, n) in zip(("BEL+MT", "MT"), counts[title], strict=True):
            expected = METHODS["wilson"].compute(ArmCount(arm=arm, events=events, n=n), level=0.95)
            row = (title, "Proportions in each arm (Wilson)", f"{arm}: proportion, %")
            assert shown[row] == render(estimate_text(expected), {})


def _one(number: int, arm: str) -> Made:
    """Somebody whose treatment began."""
    made = begun(arm)
    made.number = number
    return made


def _with_posterior(parameters: dict[str, str]) -> list[list[str]]:
    study = read_study("beam")
    assert study.analysis is not None
    method = AnalysisMethod(
        id="chance",
        title=Text("Chance of a higher share", "率更高的概率"),
        estimands=("partial",),
        method="posterior_superiority",
        role="supplementary",
        parameters=parameters,
    )
    study = planned(study, methods=(*study.analysis.methods, method))
    people = tuple(_one(number, arm).participant() for number, arm in enumerate(("BEL+MT", "MT"), 1))
    sheet = Sheet({}, figures=False)
    write_responders(data_about(study, people, on=CUT_OFF), sheet)
    rows = rows_of(_table(sheet, "proportions"))
    return [row for _, row in rows if row[0] == "Chance of a higher share"]


def test_a_posterior_probability_is_computed_from_its_declared_prior_and_from_no_other() -> None:
    """Nobody of one against nobody of one: by symmetry one half."""
    assert _with_posterior({"prior_events": "0.5", "prior_non_events": "0.5"}) == [
        ["Chance of a higher share", "posterior probability", "0.500", "–"]
    ]
    [[_, _, problem, _]] = _with_posterior({"prior_events": "0.5"})
    assert problem.startswith("The method chance needs its prior")


# What is not known

CR = {"urine_protein_24h": "0.2", "urine_rbc": "5", "urine_wbc_hpf": "1", "urine_rbc_casts": "0", "serum_albumin": "40", "serum_creatinine": "70 umol/L of 104"}  # fmt: skip
NR = {**CR, "urine_protein_24h": "5", "urine_rbc": "300", "serum_albumin": "25"}
PR = {**CR, "urine_protein_24h": "1", "serum_albumin": "30"}  # if there is a baseline to have halved


def _six() -> Sheet:
    """BEL+MT: one in remission, one partly, one without week 24. MT: one not, one rescued, one whose week 24 is empty."""
    people = (
        _one(1, "BEL+MT").visit("week_0", 0, NR).visit("week_24", 168, CR),
        _one(2, "BEL+MT").visit("week_0", 0, NR).visit("week_24", 168, PR),
        _one(3, "BEL+MT").visit("week_0", 0, NR).missed("week_24"),
        _one(4, "MT").visit("week_0", 0, NR).visit("week_24", 168, NR),
        _one(5, "MT").visit("week_0", 0, NR).rescue(60).visit("week_24", 168, CR),
        _one(6, "MT").visit("week_0", 0, NR).visit("week_24", 168, {}),
    )
    sheet = Sheet({}, figures=False)
    data = data_about(read_study("beam"), tuple(one.participant() for one in people), on=CUT_OFF)
    write_responders(data, sheet)
    write_course(data, sheet)
    return sheet


def _table(sheet: Sheet, name: str) -> Table:
    return next(each for each in sheet.blocks if isinstance(each, Table) and each.name == name)


def test_who_counts_without_an_answer_is_said_with_the_count_of_each_arm() -> None:
    sheet = _six()
    rows = {row[0]: row[1:3] for _, row in rows_of(_table(sheet, "responders"))}
    assert rows["Primary: CR at week 24"] == ["1/3 (33.3 %)", "0/3 (0.0 %)"]
    assert (
        "CR at week 24: counted without an answer: BEL+MT 1 of 3, MT 1 of 3. The rule: no answer counts as "
        "non-response. Why there is none: the visit did not take place (1), no result is recorded in the time that "
        "counts (1)."
    ) in notes_of(_table(sheet, "responders"))
    notes = notes_of(_table(sheet, "sensitivity_estimands"))
    assert (
        "Overall response at week 24, baseline before the pulse: counted without an answer: BEL+MT 2 of 3, MT 1 of "
        "3. The rule: no answer counts as non-response. Why there is none: there is no baseline value (1), the visit "
        "did not take place (1), no result is recorded in the time that counts (1)."
    ) in notes
    against = [note for note in notes if "against the experimental arm" in note]
    assert [note.split(". ")[0] for note in against] == [
        "CR at week 24, no answer counting against BEL+MT: counted without an answer: BEL+MT 1 of 3, MT 1 of 3"
    ]


def test_the_hypothetical_strategy_is_labelled_as_observed_cases_and_its_sentence_says_nothing_twice() -> (
    None
):
    table = _table(_six(), "sensitivity_estimands")
    rows = {row[0]: row[1:5] for _, row in rows_of(table)}
    labelled = "CR at week 24, had no intercurrent event happened (observed cases)"
    assert rows[labelled] == ["1/2 (50.0 %)", "1", "0/1 (0.0 %)", "2"]
    assert [each for each in rows if "observed cases" in each] == [labelled]
    [left] = [note for note in notes_of(table) if "happened: not counted" in note]
    assert left == (
        "CR at week 24, had no intercurrent event happened: not counted for want of an answer: BEL+MT 1 of 3, MT 2 of "
        "3. Why there is none: left missing for want of an answer (2), left missing after an intercurrent event: what "
        "would have been without it is not known (1)."
    )
    assert any(note.startswith("Observed cases: nothing is put") for note in notes_of(table))


@pytest.mark.parametrize(
    ("language", "planned_says", "visits_say"),
    [
        ("en", "Counted: Full analysis set", "whose visit took place"),
        ("zh", "计数对象：全分析集", "该次访视已进行"),
    ],
)
def test_two_tables_of_the_response_say_whom_they_count(
    language: str, planned_says: str, visits_say: str
) -> None:
    """Of the same six: 1 of 3 and 0 of 3 in the planned comparison, 1 of 2 and 1 of 3 among the visits that took place."""
    sheet, catalogue = _six(), read_catalogue(language)
    by_visit = {tuple(row[:2]): row[2] for _, row in rows_of(_table(sheet, "response_by_visit"))}
    assert by_visit["BEL+MT", "Week 24"] == "1 (50.0 %)"
    assert by_visit["MT", "Week 24"] == "1 (33.3 %)"
    assert any(planned_says in note for note in notes_of(_table(sheet, "responders"), catalogue))
    for name in ("response_by_visit", "definitions"):
        assert any(visits_say in note for note in notes_of(_table(sheet, name), catalogue)), name


# Figures


def test_the_thick_line_over_the_trajectories_is_the_median_and_is_called_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """0.2, 0.2 and 5 g: the mean is 1.8, the median 0.2."""
    people = tuple(
        _one(number, "BEL+MT")
        .visit("week_0", 0, NR)
        .visit("week_24", 168, {"urine_protein_24h": amount})
        .participant()
        for number, amount in enumerate(("0.2", "0.2", "5"), 1)
    )
    drawn: list[Trajectories] = []

    def watch(sheet: Sheet, caption: object, draw: object, data: object, **more: object) -> None:
        if isinstance(data, Trajectories):
            drawn.append(data)

    monkeypatch.setattr(Sheet, "figure", watch)
    write_course(data_about(read_study("beam"), people, on=CUT_OFF), Sheet({}))
    [figure] = drawn
    assert render(figure.centre_label, {}) == "median (bars: quartiles)"
    last = figure.arms[0].centre[-1]
    assert (last.centre, last.lower, last.upper, last.people) == (0.2, 0.2, 5.0, 3)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_table_taken_for_short_is_set_as_if_it_had_been_measured(language: str) -> None:
    document, catalogue = report_of("beam").document, read_catalogue(language)
    tables = tuple(replace(each, wide=False) for each in document.tables())
    data = pdf._lay_out(replace(document, blocks=tables), catalogue, language)
    assert 10 < sum(block["short"] for block in data["blocks"]) < len(tables)
    measured = {**data, "blocks": [{**block, "short": False} for block in data["blocks"]]}
    made = document.origin.made
    assert pdf.typeset("document.typ", data, made=made) == pdf.typeset("document.typ", measured, made=made)


# Ids

NAMES = [
    (("a", "b"), {"a": "a", "b": "b"}),
    (("nanjing-001",), {"nanjing-001": "nanjing_001"}),
    (("Site_01", "site-01", "SITE.01"), {"Site_01": "Site_01", "site-01": "site_01_2", "SITE.01": "SITE_01_3"}),
    (("a-b", "a_b", "a_b_2"), {"a-b": "a_b", "a_b": "a_b_2", "a_b_2": "a_b_2_2"}),
    (("a", "a"), {"a": "a"}),
]  # fmt: skip


@pytest.mark.parametrize(("ids", "names"), NAMES)
def test_ids_get_names_that_differ_whatever_the_case(ids: tuple[str, ...], names: dict[str, str]) -> None:
    assert plain_names(ids) == names


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd") / "trial"
    archive_with_odd_ids(folder)
    return folder


def test_ids_that_the_definition_accepts_work_in_report_trace_and_exports(
    odd: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(odd), "--out", str(tmp_path), "--quiet"]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    anchors = {id for id in ids if id.startswith("p-")}
    assert {re.sub(r"-\d+$", "", id) for id in anchors} == {f"p-{site}" for site in ODD_SITES}
    names = [each.name.lower() for each in (tmp_path / "tables").iterdir()]
    assert len(names) == len(set(names))
    assert "answers_primary.csv" in names
    for cell in ("T3.r1.c2", "T1.r1.c2"):
        capsys.readouterr()
        assert main(["trace", str(odd), cell]) == 0
        out = capsys.readouterr().out
        assert re.search(rf"^  ({'|'.join(map(re.escape, ODD_SITES))})-\d+", out, re.MULTILINE), out


def test_the_terminal_prints_the_inputs_of_a_number_that_was_computed_from_a_rule(
    odd: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = compose_report(trial_data(str(odd)), catalogue={})
    capsys.readouterr()
    assert main(["trace", str(odd), table_of(report, "stopping").cell_id(0, 2)]) == 0
    out = capsys.readouterr().out
    for line in ("input: Prior = Beta(0.4, 1.6)", "input: Rate not to be exceeded = 0.2", "source: Thall PF"):
        assert line in out
    assert re.search(r"^    event \d+: ", out, re.MULTILINE)
    assert re.search(r"^    fact ", out, re.MULTILINE)


def test_the_terminal_walks_back_what_a_figure_draws(odd: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first box holds everybody, each with the consent and the screening."""
    data = trial_data(str(odd))
    table = table_of(compose_report(data, catalogue={}, figures=False), "figure_flow")
    cell = table.cell_id(0, table.heads)
    for id, opening in ((cell, f"{cell}  {len(data.participants)}"), ("F1", "F1")):
        capsys.readouterr()
        assert main(["trace", str(odd), id, "--most", "99"]) == 0
        out = capsys.readouterr().out
        assert out.startswith(f"{opening}\n")
        assert f"participants: {len(data.participants)}" in out
        assert {one.id for one in data.participants} == set(re.findall(r"^  (\S+)", out, re.MULTILINE))


def test_an_id_that_analyse_prints_is_walked_back_to_the_number_it_printed(
    odd: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["analyse", str(odd), "--format", "json"]) == 0
    tables = {each["name"]: each for each in json.loads(capsys.readouterr().out)["tables"]}
    cells = [dict(zip((column["name"] for column in each["columns"]), row, strict=True)) for each in tables.values() for row in each["rows"]]  # fmt: skip
    for cell in (
        next(each for each in cells if each["TABLE"] == "responders" and each["STATISTIC"] == "events"),
        next(each for each in cells if each["TABLE"] == "times" and each["STATISTIC"] == "percent"),
    ):
        assert main(["trace", str(odd), cell["CELL"]]) == 0
        assert capsys.readouterr().out.startswith(f"{cell['CELL']}  {cell['SHOWN']}\n")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_analyse_says_first_of_what_its_numbers_are(
    odd: Path, language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive is of people who do not exist; it is read as if its study were not locked."""
    data = replace(trial_data(str(odd)), locked=False)
    monkeypatch.setattr("trialwright.cli.analyse.trial_data", lambda path: data)
    catalogue = read_catalogue(language)
    early = explain_early_look(data)
    assert early is not None
    capsys.readouterr()
    assert main(["analyse", str(odd), "--lang", language]) == 0
    head = re.split(r"\nT\d", capsys.readouterr().out)[0]
    assert main(["analyse", str(odd), "--format", "json", "--lang", language]) == 0
    found = json.loads(capsys.readouterr().out)
    for what in (
        message("SYNTHETIC - rehearsal"),
        message("Analysis of the trial {study} before its lock", study=data.study.identity.acronym),
        early,
        data.origin.study_version,
        str(data.origin.ledger_position),
        data.origin.software,
        data.on,
    ):
        assert render(what, catalogue) in head
    assert (found["rehearsal"], found["locked"]) == (True, False)
    assert found["ledger_position"] == data.origin.ledger_position
    assert found["study_version"] == data.origin.study_version
    assert found["made"].startswith(data.on.isoformat())
    assert render(early, catalogue) in found["warnings"]
    assert all(each in head for each in found["warnings"])
    assert render(early, catalogue) in found["notes"]["T6"] + found["notes"]["T7"]
    assert set(found["notes"]) == {each["rows"][0][1].split(".")[0] for each in found["tables"]}


def test_the_numbers_of_a_published_result_have_ids_of_their_own(
    odd: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """20 of 28 against 11 of 25: 27.4 percentage points."""
    capsys.readouterr()
    assert main(["analyse", "beam", "--published"]) == 0
    assert re.search(r"^P2  CR at week 24: 20/28 against 11/25", capsys.readouterr().out, re.MULTILINE)
    assert main(["trace", "beam", "P2.r1.c2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("P2.r1.c2  27.4 (")
    assert "input: Events / participants, MT = 11/25" in out
    assert main(["trace", str(odd), "P2.r1.c2"]) == 2
    assert "analyse STUDY --published" in capsys.readouterr().err


def test_the_participants_of_an_archive_read_each_of_its_events_once(
    odd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, trial = open_trial(str(odd))
    read: list[int] = []
    event = lines.read_event

    def counted(line: bytes) -> Event:
        found = event(line)
        read.append(found.position)
        return found

    monkeypatch.setattr(lines, "read_event", counted)
    trial.participants()
    assert len(read) > 100
    assert max(Counter(read).values()) == 1
