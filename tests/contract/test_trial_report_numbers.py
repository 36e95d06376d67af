"""Numbers of a trial report for machines: what every figure draws as a table, and every number that a cell shows.

What is expected of a figure is counted from the participants, or read from the tables of the same report.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.contract.trial_report_support import STUDIES, data_of, report_of, rows_of, said, table_of
from trialwright.reports.document import Cell, Figure, Table
from trialwright.reports.html import write_html
from trialwright.reports.tables import write_csv
from trialwright.reports.trial.compose import compose_analysis, compose_report
from trialwright.terms.message import render

every_study = pytest.mark.parametrize("study", STUDIES)

FREE = {
    ("responders", "test"),
    ("serious", "start"),
    ("serious", "end"),
    ("safety_reports_unsent", "day_zero"),
    ("safety_reports_unsent", "due"),
    ("exposure_by_participant", "first"),
    ("exposure_by_participant", "last"),
    ("exposure_by_participant", "unit"),
    ("deviation_list", "date"),
    ("deviation_list", "text"),
    ("published", "agrees"),
    ("unblindings", "date"),
    ("unblindings", "reason"),
}
"""Columns of days and sentences, by table: a number in them belongs to a text."""


def figures(study: str) -> list[Figure]:
    return [block for block in report_of(study).document.blocks if isinstance(block, Figure)]


def drawn(study: str, name: str) -> Table:
    return table_of(report_of(study), f"figure_{name}")


def lines(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(write_csv(table, catalogue={}))))


# What figures draw


@every_study
def test_every_figure_has_what_it_draws_as_a_table_and_can_be_walked_back_as_a_whole(study: str) -> None:
    report = report_of(study)
    assert len(figures(study)) >= {"bliss-ln": 5}.get(study, 7)
    for figure in figures(study):
        assert figure.data is not None
        assert figure.data in report.document.tables()
        assert any(table_rows.kind != "group" for table_rows in figure.data.rows), figure.id
        assert report.traces[figure.id].rows, figure.id
        assert any(row.positions for row in report.traces[figure.id].rows), figure.id


@every_study
def test_every_number_that_a_figure_draws_has_a_trace_of_its_own(study: str) -> None:
    """Also the weeks among the headings, but for the marks of an axis, at which people are counted."""
    report = report_of(study)
    for figure in figures(study):
        assert figure.data is not None
        group = ""
        for number, row in enumerate(figure.data.rows):
            if row.kind == "group":
                group = said(row.cells[0])
                continue
            for place, cell in enumerate(row.cells):
                axis = group == "Numbers at risk below the curves" and place < figure.data.heads
                if isinstance(cell.value, int | float) and not axis:
                    assert figure.data.cell_id(number, place) in report.traces


@pytest.mark.parametrize("study", ["beam", "beam-randomised"])
def test_the_bars_are_those_of_the_table_of_the_response(study: str) -> None:
    shown = {tuple(row[:2]): row[2:] for _, row in rows_of(table_of(report_of(study), "response_by_visit"))}
    bars = {tuple(row[:2]): row[2:] for _, row in rows_of(drawn(study, "response"))}
    assert bars.keys() == shown.keys()
    assert all(shown[key][: len(row)] == row for key, row in bars.items())
    assert any(text.split()[0] != "0" for row in bars.values() for text in row)


@pytest.mark.parametrize("study", ["beam", "beam-randomised"])
def test_a_curve_falls_at_the_days_of_its_events_and_nowhere_else(study: str) -> None:
    """Days and weeks from the rows of the outcome; the shares by the product of (1 - events / at risk)."""
    data = data_of(study)
    curves = [one for one in data.outcomes if any(curve.counted.events for curve in one.curves)]
    assert curves
    for outcome in curves:
        name = f"figure_km_{data.estimand_names[outcome.estimand.id]}"
        table = table_of(report_of(study), name)
        steps = [row for group, row in rows_of(table) if not group]
        for arm in {curve.group for curve in outcome.curves}:
            times = Counter(one.row.time for one in outcome.used if one.arm == arm and one.row.happened)
            left = Counter(one.row.time for one in outcome.used if one.arm == arm and not one.row.happened)
            own = [row for row in steps if row[0] == arm]
            assert {row[1]: int(row[6]) for row in own if row[6] != "0"} == {
                f"{time / 7:.2f}": count for time, count in times.items() if time is not None
            }
            assert sum(int(row[7]) for row in own) == sum(left.values())
            survival = Decimal(1)
            for row in own:
                survival *= 1 - Decimal(row[6]) / Decimal(row[5]) if row[5] != "0" else 1
                assert float(row[2]) == pytest.approx(100 * (1 - float(survival)), abs=0.05001)


@every_study
def test_the_lines_of_the_trajectories_are_the_results_of_their_participants(study: str) -> None:
    table = drawn(study, "trajectories")
    own = [row for group, row in rows_of(table) if group == "Every participant"]
    started = [one for one in data_of(study).cohort.followed if one.start and one.participant.arm]
    assert {row[1] for row in own} == {one.id for one in started}
    report = report_of(study)
    checked = 0
    for number, row in enumerate(table.rows):
        if row.kind == "group" or said(row.cells[1]) == "all with a result":
            continue
        (source,) = report.traces[table.cell_id(number, 3)].rows
        one = next(each for each in started if each.id == source.participant)
        (fact,) = [
            fact for facts in one.person.facts.values() for fact in facts if fact.fact == source.facts[0]
        ]
        assert (fact.low, fact.high) == (row.cells[3].value, row.cells[3].value)
        assert one.start is not None
        assert row.cells[2].value == (fact.start_low - one.start).days / 7
        checked += 1
    assert checked == len(own) > len(started)


@every_study
def test_a_median_and_a_mean_of_the_trajectories_are_those_of_the_values_behind_them(study: str) -> None:
    table, report = drawn(study, "trajectories"), report_of(study)
    means = [
        (number, row)
        for number, row in enumerate(table.rows)
        if row.kind != "group" and said(row.cells[1]) == "all with a result"
    ]
    assert means
    for number, row in means:
        sources = report.traces[table.cell_id(number, 3)].rows
        people = {one.id: one for one in data_of(study).cohort.followed}
        values = [
            next(
                fact.low
                for found in people[source.participant].person.facts.values()
                for fact in found
                if fact.fact == source.facts[0]
            )
            for source in sources
        ]
        middle = sorted(values)[(len(values) - 1) // 2 : len(values) // 2 + 1]
        assert row.cells[3].value == pytest.approx(sum(middle) / len(middle))
        assert row.cells[4].value == pytest.approx(sum(values) / len(values))
        assert row.cells[7].value == len(values)


@every_study
def test_every_lane_has_its_end_and_its_marks(study: str) -> None:
    data = data_of(study)
    rows = [row for figure in figures(study) if figure.drawing.id.startswith("swimmer") and figure.data for _, row in rows_of(figure.data)]  # fmt: skip
    lanes = [row for row in rows if row[2] in ("end of follow-up", "follow-up continues")]
    started = [one for one in data.cohort.followed if one.start and one.participant.arm]
    assert Counter(row[1] for row in lanes) == Counter(one.id for one in started)
    events = Counter(row[1] for row in rows if row[2] == "adverse event")
    for one in started:
        begun = [
            event
            for event in one.participant.adverse_events
            if one.start and event.current.start >= one.start.isoformat()
        ]
        assert events[one.id] == len(begun)


@every_study
def test_the_boxes_of_the_flow_are_lines_of_its_table(study: str) -> None:
    counted = Counter(tuple(row) for _, row in rows_of(table_of(report_of(study), "flow")))
    boxes = [(row[2], row[3]) for _, row in rows_of(drawn(study, "flow"))]
    assert boxes[0] == ("Consented", str(len(data_of(study).participants)))
    assert {box for box in boxes if box not in counted} <= {("Allocated", str(len(data_of(study).allocated(arm.id)))) for arm in data_of(study).arms} | {("Followed", str(len(data_of(study).allocated(arm.id)))) for arm in data_of(study).arms}  # fmt: skip


def test_the_page_says_under_every_figure_how_to_look_its_numbers_up() -> None:
    report = report_of("beam")
    page = write_html(report.document, catalogue={}, language="en")
    for figure in figures("beam"):
        assert f"trialwright trace ARCHIVE {figure.id} says" in page
        assert f'id="{figure.id}-data"' in page
        assert figure.data is not None
        assert f"tables/{figure.data.name}.csv" in page


# Every number for machines


def _tokens(text: str) -> Iterator[str]:
    yield from re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text.replace(",", ""))


def _told(token: str, numbers: list[float]) -> bool:
    half = 0.5 * 10.0 ** -len(token.partition(".")[2])
    return any(abs(abs(value) - float(token)) <= half + 1e-9 for value in numbers)


def _untold(table: Table) -> dict[str, str]:
    """The cells that show a number for which there is none to compute with."""
    found = {}
    for number, row in enumerate(table.rows):
        for place, cell in enumerate(row.cells):
            if row.kind == "group" or place < table.heads or (table.name, table.columns[place].name) in FREE:
                continue
            numbers = [float(each.value) for each in table.numbers(cell, place)]
            text = said(cell).replace("< 0.001", "")
            if not numbers and len(text.split()) > 8:
                continue  # a sentence: why there is no number
            if not all(_told(token, numbers) for token in _tokens(_without_names(text))):
                found[table.cell_id(number, place)] = said(cell)
    return found


def _without_names(text: str) -> str:
    """Without the arm in front of published counts."""
    return re.sub(r"^[^:]*: ", "", text)


@every_study
def test_every_number_that_a_table_shows_can_be_computed_with(study: str) -> None:
    tables = [
        each for each in report_of(study).document.tables() if not each.name.startswith(("visits_", "doses_"))
    ]
    untold = {id: text for table in tables for id, text in _untold(table).items()}
    assert untold == {}


@every_study
def test_files_hold_numbers_without_signs_of_typesetting(study: str) -> None:
    for table in report_of(study).document.tables():
        for line in lines(table):
            assert not line["value"] or float(line["value"]) == float(line["value"])
            assert bool(line["statistic"]) >= bool(line["value"]), line
            assert "−" not in line["value"]


@every_study
def test_a_statistic_stands_once_in_a_cell(study: str) -> None:
    """With the cell's id it is the key of a line."""
    for table in report_of(study).document.tables():
        keys = Counter((line["cell"], line["statistic"]) for line in lines(table))
        assert {key: count for key, count in keys.items() if count > 1} == {}


def test_counts_shares_estimates_and_means_are_numbers_with_a_unit() -> None:
    """Each against the text of the same cell, which is rounded."""
    responders = [
        each for each in lines(table_of(report_of("beam"), "responders")) if each["cell"] == "T3.r1.c2"
    ]
    assert [each["statistic"] for each in responders] == ["events", "n", "percent"]
    events, n, percent = (each["value"] for each in responders)
    assert responders[0]["column"] == "BEL+MT"
    assert responders[0]["shown"] == f"{events}/{n} ({float(percent):.1f} %)"
    assert [each["unit"] for each in responders] == ["", "", "%"]
    age = [
        each
        for each in lines(table_of(report_of("beam"), "baseline"))
        if each["characteristic"].startswith("Age")
    ]
    assert {each["statistic"] for each in age} == {
        "mean", "standard_deviation", "median", "lower_quartile", "upper_quartile", "n", "standardised_difference",
    }  # fmt: skip
    assert {each["unit"] for each in age if each["statistic"] == "mean"} == {"a"}


# One id, one number


@every_study
def test_analyse_gives_a_number_the_id_that_the_report_gives_it(study: str) -> None:
    report, analysis = report_of(study), compose_analysis(data_of(study))
    shown = {id: cell for table in report.document.tables() for id, cell in table.cells()}
    again = {id: cell for table in analysis.document.tables() for id, cell in table.cells()}
    assert {table.name for table in analysis.document.tables()} >= (
        {"responders", "sensitivity_tests"} if study == "bliss-ln" else {"responders", "times"}
    )
    assert {id: said(cell) for id, cell in again.items()} == {id: said(shown[id]) for id in again}
    for id in again:
        assert (id in analysis.traces) == (id in report.traces)


def test_without_figures_every_id_stays() -> None:
    def ids(cells: Iterator[tuple[str, Cell]]) -> dict[str, str]:
        return {id: said(cell) for id, cell in cells}

    drawn_too, without = report_of("beam"), compose_report(data_of("beam"), catalogue={}, figures=False)
    assert drawn_too.traces.keys() == without.traces.keys()
    for one, other in zip(drawn_too.document.tables(), without.document.tables(), strict=True):
        assert ids(one.cells()) == ids(other.cells())
    assert render(without.document.title, {}) == render(drawn_too.document.title, {})
