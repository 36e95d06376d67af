"""The report of a small eventful rehearsal, composed as the command composes it; synthetic people only."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from tests.unit.simulation.rehearsal_support import EVENTFUL, START, assuming, everyone
from trialwright.exchange.folder import read_study
from trialwright.locale import read_catalogue
from trialwright.reports.document import Origin
from trialwright.reports.trial.compose import TrialReport, compose_report
from trialwright.reports.trial.data import TrialData
from trialwright.simulation.participants import rehearse
from trialwright.study.canonical import version
from trialwright.terms.message import render

PEOPLE = 14


@cache
def rehearsed(language: str, *, seed: int = 1) -> TrialData:
    """BEAM with everything that may happen, in whose language people write."""
    catalogue = read_catalogue(language)
    study = assuming(read_study("beam"), EVENTFUL)
    made = rehearse(
        study, participants=PEOPLE, seed=seed, start=START, say=lambda thing: render(thing, catalogue)
    )
    last = list(made.ledger.events())[-1]
    moment = datetime.fromisoformat(last.at)
    origin = Origin(
        "BEAM", made.study.identity.titles.brief, version(made.study), last.position, last.hash, "trialwright", moment, True
    )  # fmt: skip
    return TrialData(made.study, everyone(made), moment.date(), origin, False)


@cache
def reported(language: str, *, seed: int = 1) -> TrialReport:
    """Its report in a language."""
    return compose_report(rehearsed(language, seed=seed), catalogue=read_catalogue(language))
