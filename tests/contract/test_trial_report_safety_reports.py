"""The table of safety reports: of each clock how many were sent in time, late, or not at all. Synthetic people only.

The clocks are those of BEAM (project's protocol, section Safety; ICH E2A, III.B): 24 hours to the sponsor, 15 days to the
authority for a suspected unexpected serious reaction, day 0 the day of awareness where the site is (UTC+8).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.contract.document_samples import ORIGIN
from tests.unit.safety.support import event, participant, version
from trialwright.exchange.folder import read_study
from trialwright.locale import read_catalogue
from trialwright.record.participant import Participant, ReportSent
from trialwright.reports.document import Paragraph, Table
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.safety_reports import write_safety_reports
from trialwright.reports.trial.sheet import Sheet
from trialwright.terms.message import render

AWARE = "2026-06-22T15:30:00+08:00"  # the report to the sponsor by 23 June 15:30, to the authority by 7 July
AE = event(version(start="2026-06-20", seriousness=("hospitalisation",), aware=AWARE,
                   causality={"belimumab": "possibly_related"}, expected="false"))  # fmt: skip
"""Serious, suspected and unexpected, neither fatal nor life-threatening."""


def sent(clock: str, at: str) -> ReportSent:
    return ReportSent(90, 1, clock, "initial", at)


def tables(*people: Participant, on: str, language: str = "en") -> tuple[dict[str, list[list[str]]], Sheet]:
    catalogue = read_catalogue(language)
    sheet = Sheet(catalogue)
    data = TrialData(read_study("beam"), people, date.fromisoformat(on), ORIGIN, False)
    write_safety_reports(data, sheet)
    found = {
        block.name: [[render(cell.says, catalogue) for cell in row.cells] for row in block.rows]
        for block in sheet.blocks
        if isinstance(block, Table)
    }
    return found, sheet


def one(*reports: ReportSent) -> Participant:
    return replace(participant("x", AE), reports=reports)


# fmt: off
CASES = [
    # on           what was sent                                                  sponsor: in time, late, due, late unsent; authority
    ("2026-06-22", (),                                                             ["0", "0", "1", "0"], ["0", "0", "1", "0"]),
    ("2026-06-23", (),                                                             ["0", "0", "0", "1"], ["0", "0", "1", "0"]),
    ("2026-07-07", (sent("sae_to_sponsor", "2026-06-23T15:30:00+08:00"),),         ["1", "0", "0", "0"], ["0", "0", "1", "0"]),
    ("2026-07-08", (sent("sae_to_sponsor", "2026-06-23T15:31:00+08:00"),),         ["0", "1", "0", "0"], ["0", "0", "0", "1"]),
    ("2026-07-08", (sent("sae_to_sponsor", "2026-06-23T09:00:00+08:00"),
                    sent("susar_other", "2026-07-07T23:59:00+08:00")),             ["1", "0", "0", "0"], ["1", "0", "0", "0"]),
    ("2026-07-09", (sent("susar_other", "2026-07-08T00:01:00+08:00"),),            ["0", "0", "0", "1"], ["0", "1", "0", "0"]),
]
# fmt: on


@pytest.mark.parametrize(("on", "reports", "sponsor", "authority"), CASES)
def test_every_clock_says_what_was_sent(
    on: str, reports: tuple[ReportSent, ...], sponsor: list[str], authority: list[str]
) -> None:
    found, sheet = tables(one(*reports), on=on)
    rows = {row[0]: row[2:] for row in found["safety_reports"]}
    assert rows == {
        "Serious adverse event to the sponsor": sponsor,
        "Other suspected unexpected serious adverse reaction (SUSAR)": authority,
    }
    unsent = sum(int(row[2]) + int(row[3]) for row in rows.values())
    assert len(found.get("safety_reports_unsent", [])) == unsent
    assert all(sheet.traces[id].rows for id in sheet.traces if id.startswith("T2."))


def test_a_number_is_walked_back_to_the_event_and_the_sending() -> None:
    _, sheet = tables(one(sent("sae_to_sponsor", "2026-06-23T09:00:00+08:00")), on="2026-07-01")
    (row,) = sheet.traces["T1.r1.c3"].rows
    assert (row.participant, row.positions, row.facts) == ("x", (AE.current.position, 90), ("ae/1",))


def test_what_is_not_sent_is_listed_with_its_limit() -> None:
    found, _ = tables(one(), on="2026-07-08")
    assert [row[2:] for row in found["safety_reports_unsent"]] == [
        ["Serious adverse event to the sponsor, First report", "2026-06-22", "2026-06-23 15:30+08:00", "Late and not sent"],
        ["Other suspected unexpected serious adverse reaction (SUSAR), First report", "2026-06-22", "2026-07-07", "Late and not sent"],
    ]  # fmt: skip


def test_without_a_report_a_sentence_says_so_and_chinese_is_chinese() -> None:
    found, sheet = tables(participant("x"), on="2026-07-01")
    assert found == {}
    [block] = sheet.blocks
    assert isinstance(block, Paragraph)
    said = render(block.text, {})
    assert said.startswith("No adverse event fell under a reporting clock of this definition. Its clocks: ")
    for clock in (
        "Serious adverse event to the sponsor",
        "Other suspected unexpected serious adverse reaction (SUSAR)",
    ):
        assert clock in said
    told, _ = tables(one(), on="2026-07-08", language="zh")
    assert told["safety_reports"][0][1] == "首次报告"
