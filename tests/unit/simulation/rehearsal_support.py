"""Rehearsals for the tests: small ones, in which everything that may happen happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from trialwright.conduct.trial import Trial
from trialwright.exchange.folder import read_study
from trialwright.record.event import Event, opened
from trialwright.record.participant import Participant
from trialwright.simulation.participants import Rehearsal, rehearse
from trialwright.study.model import Study

START = date(2026, 1, 5)
EVENTFUL = {
    "visit_late_share": "0.15",
    "visit_missed_share": "0.06",
    "item_missing_share": "0.02",
    "correction_share": "0.05",
    "query_share": "0.05",
    "name_typed_share": "0.1",
    "unlock_share": "0.2",
    "adverse_event_share": "0.5",
    "serious_infection_share": "0.25",
    "serious_event_share": "0.15",
    "withdrawal_share": "0.1",
    "lost_share": "0.1",
    "death_share": "0.1",
    "rescue_share": "0.2",
    "discontinuation_share": "0.2",
    "deviation_share": "0.4",
    "dose_deviation_share": "0.2",
    "infusion_reaction_share": "0.05",
}
"""Shares so high that a dozen participants meet everything."""


def assuming(study: Study, changed: Mapping[str, str]) -> Study:
    """The study with other assumptions, also in its arms."""
    plan = study.simulation
    assert plan is not None
    parameters = {
        name: one.model_copy(update={"value": changed[name]}) if name in changed else one
        for name, one in plan.parameters.items()
    }
    arms = {
        arm: {name: one for name, one in own.items() if name not in changed} for arm, own in plan.arms.items()
    }
    return replace(study, simulation=plan.model_copy(update={"parameters": parameters, "arms": arms}))


@cache
def eventful(name: str, participants: int, seed: int = 1) -> Rehearsal:
    """A rehearsal in which much happens."""
    return rehearse(assuming(read_study(name), EVENTFUL), participants=participants, seed=seed, start=START)


def trial_of(made: Rehearsal) -> Trial:
    """The trial read anew from the ledger of a rehearsal."""
    return Trial(made.ledger, made.definitions.__getitem__)


def everyone(made: Rehearsal) -> tuple[Participant, ...]:
    """All participants at the end."""
    return trial_of(made).participants()


def joined(made: Rehearsal) -> list[Participant]:
    """Those who were enrolled."""
    return [one for one in everyone(made) if one.enrolled]


def data_of(made: Rehearsal, event: Event) -> Any:
    """What an event says, its texts opened."""
    return opened(event.data, made.ledger.text)


def actions_of(made: Rehearsal) -> Counter[str]:
    """How often each action was done."""
    return Counter(event.action for event in made.ledger.events())
