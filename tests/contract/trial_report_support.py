"""Reports of rehearsed trials for the tests: small ones, in which everything that may happen happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from tests.contract.document_samples import ORIGIN
from tests.unit.simulation.rehearsal_support import EVENTFUL, START, assuming, eventful, trial_of
from trialwright.exchange.archive import write_archive
from trialwright.exchange.folder import read_study
from trialwright.record.participant import Participant
from trialwright.reports.document import Cell, Table
from trialwright.reports.trial.compose import TrialReport, compose_report
from trialwright.reports.trial.data import TrialData
from trialwright.simulation.participants import rehearse
from trialwright.study.analysis import AnalysisPlan
from trialwright.study.model import Study
from trialwright.terms.message import render

STUDIES = {"beam": 6, "beam-randomised": 4, "bliss-ln": 6}
"""The bundled studies that can be rehearsed, and how many are allocated."""
ODD_SITES = ("Site_01.B+", "site-01-b")
"""Ids that a definition may give to its sites, and that differ only in what some names cannot hold."""


@cache
def data_of(study: str) -> TrialData:
    """What the report of a rehearsed study is made from."""
    made = eventful(study, STUDIES[study])
    trial = trial_of(made)
    head = made.ledger.head
    assert head is not None
    moment = datetime.fromisoformat(head.at)
    return TrialData(
        trial.definition(trial.version), trial.participants(), moment.date(), ORIGIN, blind=False, locked=True
    )


@cache
def report_of(study: str) -> TrialReport:
    """The report of a rehearsed study, in English."""
    return compose_report(data_of(study), catalogue={})


def data_about(study: Study, people: tuple[Participant, ...], *, on: date) -> TrialData:
    """What a report of these participants would be made from."""
    return TrialData(study, people, on, ORIGIN, blind=False)


def planned(study: Study, **changed: object) -> Study:
    """The study with another analysis plan."""
    assert study.analysis is not None
    plan: AnalysisPlan = study.analysis.model_copy(update=changed)
    return replace(study, analysis=plan)


def said(cell: Cell) -> str:
    """What people see, in English."""
    return render(cell.says, {})


def table_of(report: TrialReport, name: str) -> Table:
    """A table by its name."""
    return next(each for each in report.document.tables() if each.name == name)


def rows_of(table: Table) -> Iterator[tuple[str, list[str]]]:
    """Every plain row of a table with the group that it stands in."""
    group = ""
    for row in table.rows:
        if row.kind == "group":
            group = said(row.cells[0])
        else:
            yield group, [said(cell) for cell in row.cells]


def notes_of(table: Table, catalogue: Mapping[str, str] | None = None) -> list[str]:
    """What is said under a table."""
    return [render(note, catalogue or {}) for note in table.notes]


def archive_with_odd_ids(folder: Path) -> None:
    """A rehearsal of BEAM at two sites whose ids are as odd as a definition allows, as an archive."""
    study = read_study("beam")
    site = study.identity.sites[0]
    sites = tuple(site.model_copy(update={"id": id}) for id in ODD_SITES)
    study = replace(study, identity=study.identity.model_copy(update={"sites": sites}))
    renamed = {"cumulative": "Cumulative.CR+24", "time_to_response": "cumulative_CR_24"}
    assert study.analysis is not None
    plan = study.analysis
    study = planned(
        study,
        estimands=tuple(
            each.model_copy(update={"id": renamed.get(each.id, each.id)}) for each in plan.estimands
        ),
        methods=tuple(
            each.model_copy(update={"estimands": tuple(renamed.get(id, id) for id in each.estimands)})
            for each in plan.methods
        ),
    )
    made = rehearse(assuming(study, EVENTFUL), participants=5, seed=1, start=START)
    write_archive(
        folder, made.study, made.ledger, definitions=tuple(made.definitions.values()), rehearsal=True
    )
