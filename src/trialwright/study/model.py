"""The study: all its parts together, frozen, with the file and line of every piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from trialwright.study.concepts import Concept
from trialwright.study.design import Arm, Endpoint, Epoch, Intervention, Objective
from trialwright.study.errors import Problem
from trialwright.study.identity import StudyIdentity
from trialwright.study.places import Path, Place, Source
from trialwright.study.population import Criteria, Criterion, Reading
from trialwright.terms.kept import Kept
from trialwright.terms.message import Text

if TYPE_CHECKING:  # these parts are imported when a study has them: the command line must start fast
    from trialwright.study.allocation import Allocation
    from trialwright.study.analysis import AnalysisPlan
    from trialwright.study.delegation import DelegationTable
    from trialwright.study.forms import Forms
    from trialwright.study.published import PublishedReport
    from trialwright.study.safety import SafetyRules
    from trialwright.study.schedule import ScheduleOfActivities
    from trialwright.study.simulation import SimulationPlan

__all__ = [
    "Arm",
    "Concept",
    "Criteria",
    "Criterion",
    "Endpoint",
    "Epoch",
    "Intervention",
    "Objective",
    "Reading",
    "Study",
    "StudyIdentity",
    "Text",
]

FILES: Mapping[str, str] = {
    "study.yaml": "identity.StudyIdentity",
    "concepts.yaml": "concepts.Concepts",
    "criteria.yaml": "population.Criteria",
    "arms.yaml": "design.Arms",
    "interventions.yaml": "design.Interventions",
    "schedule.yaml": "schedule.ScheduleOfActivities",
    "forms.yaml": "forms.Forms",
    "delegation.yaml": "delegation.DelegationTable",
    "allocation.yaml": "allocation.Allocation",
    "safety.yaml": "safety.SafetyRules",
    "analysis.yaml": "analysis.AnalysisPlan",
    "simulation.yaml": "simulation.SimulationPlan",
    "published.yaml": "published.PublishedReport",
}
"""The files of a study folder, and the model of each: its module in this room, and its name there."""

REQUIRED = ("study.yaml", "concepts.yaml", "criteria.yaml")
"""Without these nothing can be judged; a folder without criteria would let everyone in."""


def model_of(file: str) -> Any:
    """The model of one file of a study folder; raises `KeyError` for a file that is none."""
    module, _, name = FILES[file].partition(".")
    return getattr(import_module(f"trialwright.study.{module}"), name)


@dataclass(frozen=True, slots=True)
class Study:
    """A study definition. Parts whose file is absent are `None`, or empty.

    `warnings`: what the loader found that does not make the study unusable. `kept`: what was derived from it before.
    Two studies are equal if they say the same, wherever it stands.
    """

    identity: StudyIdentity
    concepts: tuple[Concept, ...]
    eligibility: Criteria
    arms: tuple[Arm, ...] = ()
    epochs: tuple[Epoch, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    schedule: ScheduleOfActivities | None = None
    forms: Forms | None = None
    delegation: DelegationTable | None = None
    allocation: Allocation | None = None
    safety: SafetyRules | None = None
    analysis: AnalysisPlan | None = None
    simulation: SimulationPlan | None = field(default=None, compare=False)
    published: PublishedReport | None = field(default=None, compare=False)
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
    source: Source = field(default_factory=lambda: Source({}, {}, {}), compare=False, repr=False)
    kept: Kept = field(init=False, default_factory=Kept, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The study's id."""
        return self.identity.id

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria in protocol order."""
        return self.eligibility.criteria

    @property
    def parameters(self) -> Mapping[str, str]:
        """Protocol parameters as entered, such as screening_window: 28 d."""
        return self.eligibility.parameters

    @property
    def definitions(self) -> Mapping[str, str]:
        """Named parts of rules: the rule texts."""
        return self.eligibility.definitions

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives."""
        return self.identity.objectives

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The endpoints."""
        return self.identity.endpoints

    def concept(self, name: str) -> Concept:
        """The concept of this name; raises `KeyError`."""
        for concept in self.concepts:
            if concept.name == name:
                return concept
        raise KeyError(name)

    def intervention_title(self, id: str) -> Text | str:
        """The title of an intervention; the id itself where the study has none of it."""
        return next((each.title for each in self.interventions if each.id == id), id)

    def criterion(self, key: str) -> Criterion:
        """The criterion of this id; raises `KeyError`."""
        for criterion in self.criteria:
            if criterion.id == key:
                return criterion
        raise KeyError(key)

    def place(self, path: Path) -> Place:
        """File, line and column of a piece; of a text, of its first character.

        A path begins with the file's name; things in lists are named by id or by position:
        ("criteria.yaml", "criteria", "I4", "readings", "strict", "rule").
        """
        return self.source.place(path)

    def where(self, path: Path) -> tuple[str, int]:
        """File and line of a piece; see `place`."""
        place = self.source.place(path)
        return place.file, place.line
