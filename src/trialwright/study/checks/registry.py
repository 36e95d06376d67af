"""All checks, and the one call that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from trialwright.study.checks.contradiction import check_contradiction
from trialwright.study.checks.emptiness import check_emptiness
from trialwright.study.checks.examined import Examined
from trialwright.study.checks.population import check_population
from trialwright.study.checks.sameness import check_sameness
from trialwright.study.checks.silence import check_silence
from trialwright.study.checks.stratification import check_stratification
from trialwright.study.checks.surrogate import check_surrogates
from trialwright.study.checks.texts import check_reasons, check_translations
from trialwright.study.checks.thresholds import check_thresholds
from trialwright.study.checks.unused import check_unused_concepts, check_unused_definitions
from trialwright.study.checks.vacuous import check_vacuous
from trialwright.study.checks.visit_order import check_visit_order
from trialwright.study.errors import Problem
from trialwright.study.model import FILES, Study
from trialwright.study.rules import Eligibility


@dataclass(frozen=True, slots=True)
class Check:
    """One check, with the codes of its findings."""

    run: Callable[[Examined], Iterator[Problem]]
    codes: tuple[str, ...]


CHECKS: Mapping[str, Check] = {
    "vacuous": Check(
        check_vacuous, ("vacuous", "unsatisfiable", "always_passes", "never_decides", "warning_never_shown")
    ),
    "contradiction": Check(check_contradiction, ("contradiction",)),
    "thresholds": Check(check_thresholds, ("threshold_out_of_reach",)),
    "emptiness": Check(check_emptiness, ("empty_window", "empty_range")),
    "population": Check(check_population, ("population_differs",)),
    "silence": Check(check_silence, ("open_world_decided_by_silence",)),
    "surrogates": Check(check_surrogates, ("surrogate_never_decides",)),
    "stratification": Check(check_stratification, ("factor_not_analysed",)),
    "visit order": Check(check_visit_order, ("visit_out_of_order",)),
    "sameness": Check(check_sameness, ("readings_identical", "criteria_identical", "same_text_other_rule")),
    "reasons": Check(check_reasons, ("chosen_without_because",)),
    "translations": Check(check_translations, ("untranslated",)),
    "unused concepts": Check(check_unused_concepts, ("unused_concept",)),
    "unused definitions": Check(check_unused_definitions, ("unused_definition",)),
}
"""Every check by name. A new one is a file here, a line here, and a section in the reference."""


def check_study(study: Study, eligibility: Eligibility) -> tuple[Problem, ...]:
    """All findings about a study, in the order of its files and lines.

    `eligibility`: the rules of the same study, from `lower_study`.
    """
    examined = Examined(study, eligibility)
    found = [problem for check in CHECKS.values() for problem in check.run(examined)]
    return tuple(sorted(found, key=_position))


def _position(problem: Problem) -> tuple[int, str, int, int]:
    name = problem.file.rpartition("/")[2]
    return (
        list(FILES).index(name) if name in FILES else len(FILES),
        problem.file,
        problem.line,
        problem.column,
    )
