"""The design: arms, epochs, interventions, objectives and endpoints (M11, CDISC USDM names)."""

from __future__ import annotations

from typing import Literal

from trialwright.study.part import Id, Name, Part, Whole
from trialwright.study.regimen import Regimen
from trialwright.terms.message import Text

Level = Literal["primary", "secondary", "exploratory"]


class Enrollment(Part):
    """How many participants; `estimated` until the last one is in."""

    count: Whole
    type: Literal["actual", "estimated"] | None = None


class StudyDesign(Part):
    """The design in the words of the registry (ClinicalTrials.gov API, version 2, in small letters)."""

    study_type: Literal["interventional", "observational", "expanded_access"]
    phases: tuple[
        Literal["not_applicable", "early_phase_1", "phase_1", "phase_2", "phase_3", "phase_4"], ...
    ] = ()
    allocation: Literal["randomized", "non_randomized", "na"] | None = None
    intervention_model: Literal["single_group", "parallel", "crossover", "factorial", "sequential"] | None = (
        None
    )
    masking: Literal["none", "single", "double", "triple", "quadruple"] | None = None
    primary_purpose: (
        Literal[
            "treatment",
            "prevention",
            "diagnostic",
            "eci",
            "supportive_care",
            "screening",
            "health_services_research",
            "basic_science",
            "device_feasibility",
            "other",
        ]
        | None
    ) = None
    enrollment: Enrollment | None = None


class Objective(Part):
    """What the study wants to learn, and by which endpoints."""

    id: Id
    level: Level
    text: Text
    endpoints: tuple[Id, ...] = ()


class Endpoint(Part):
    """What is measured or judged to answer an objective."""

    id: Id
    level: Level
    title: Text
    description: Text | None = None
    time_frame: Text


class Arm(Part):
    """A group of participants who receive the same interventions."""

    id: Id
    type: Literal[
        "experimental",
        "active_comparator",
        "placebo_comparator",
        "sham_comparator",
        "no_intervention",
        "other",
    ]
    title: Text
    description: Text | None = None
    interventions: tuple[Id, ...] = ()


class Epoch(Part):
    """A stretch of the study that every participant passes, in the order of the file."""

    id: Id
    type: Literal["screening", "run_in", "treatment", "washout", "follow_up", "other"]
    title: Text
    description: Text | None = None


class Arms(Part):
    """The whole of arms.yaml."""

    arms: tuple[Arm, ...]
    epochs: tuple[Epoch, ...] = ()


class Intervention(Part):
    """Something done to participants because of the study. `concept`: where a record speaks of it.

    `epochs`: in which it is given (empty: in all). `stands_for`: what it may be while the study is blind; it is
    proposed, given and recorded in their place.
    """

    id: Id
    type: Literal[
        "behavioral",
        "biological",
        "combination_product",
        "device",
        "diagnostic_test",
        "dietary_supplement",
        "drug",
        "genetic",
        "procedure",
        "radiation",
        "other",
    ]
    title: Text
    description: Text | None = None
    concept: Name | None = None
    epochs: tuple[Id, ...] = ()
    stands_for: tuple[Id, ...] = ()
    role: (
        Literal[
            "investigational",
            "comparator",
            "placebo",
            "background",
            "rescue",
            "challenge",
            "diagnostic",
            "other",
        ]
        | None
    ) = None
    regimen: Regimen | None = None


class Interventions(Part):
    """The whole of interventions.yaml."""

    interventions: tuple[Intervention, ...]
