"""simulation.yaml: what a rehearsal assumes about people who do not exist. No part of the definition's version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from trialwright.study.part import Id, Name, Number, Part, Words
from trialwright.terms.message import Text


class Assumption(Part):
    """One figure: its value, unit ('1' for a pure number), and where it comes from or that it is invented."""

    value: Number
    unit: Words
    source: Words


class SimulationPlan(Part):
    """The whole of simulation.yaml.

    `model`: which course of the disease; `parameters`: its assumptions and those about the conduct of the trial, by
    name; `arms`: what differs in an arm. Changing them changes rehearsals, never the trial.
    """

    model: Literal["lupus_nephritis"]
    note: Text
    parameters: Mapping[Name, Assumption]
    arms: Mapping[Id, Mapping[Name, Assumption]] = Field(default_factory=dict)

    def assumed(self, arm: str) -> dict[str, float]:
        """All assumptions of an arm as numbers."""
        merged = {**self.parameters, **self.arms.get(arm, {})}
        return {name: float(one.value) for name, one in merged.items()}
