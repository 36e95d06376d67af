"""The scenarios of a study, judged: what comes out otherwise than its author expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from trialwright.eligibility.verdict import Assessed, assess_person
from trialwright.logic.interpreter import Setting
from trialwright.record.fact import Fact, Person, SetAside, Unreadable, read_fact, read_person
from trialwright.study.errors import Problem
from trialwright.study.rules import FORMULAS, Eligibility
from trialwright.study.scenario import Scenario
from trialwright.terms.message import Message, message


def check_scenarios(
    scenarios: Sequence[Scenario],
    eligibility: Eligibility,
    *,
    progress: Callable[[int], None] = lambda count: None,
) -> Iterator[Problem]:
    """Judge every scenario by the interpreter; one finding for each verdict that is not the expected one.

    `eligibility`: the rules of the study the scenarios were read for. `progress` is told how many are judged.
    """
    for count, scenario in enumerate(scenarios):
        progress(count)
        yield from _differences(scenario, eligibility)


def scenario_person(scenario: Scenario, eligibility: Eligibility) -> Person:
    """The typed person of a scenario, as the readers of records make one."""
    facts: dict[str, list[Fact]] = {}
    unreadable: set[str] = set()
    for raw in scenario.facts:
        try:
            fact = read_fact(raw, eligibility.concept_types[raw.concept])
        except SetAside:
            continue
        except Unreadable:
            unreadable.add(raw.concept)
            continue
        if fact is not None:
            facts.setdefault(raw.concept, []).append(fact)
    typed = {concept: tuple(rows) for concept, rows in facts.items()}
    return read_person(scenario.person, typed, frozenset(unreadable))


def _differences(scenario: Scenario, eligibility: Eligibility) -> Iterator[Problem]:
    overall, assessed = assess_person(
        scenario_person(scenario, eligibility),
        eligibility.chosen(scenario.readings),
        on=scenario.on,
        setting=Setting(scenario.mode, FORMULAS, scenario.not_covered),
    )
    by_id = {each.id: each for each in assessed}
    for criterion, (verdict, reason) in scenario.expected.items():
        found = by_id[criterion]
        if found.verdict != verdict or reason not in (None, found.reason):
            yield _problem(
                scenario,
                message(
                    "In the scenario “{title}”, {criterion} is expected to be `{expected}`, but is `{found}`.",
                    title=scenario.title,
                    criterion=criterion,
                    expected=f"{verdict} {reason or ''}".strip(),
                    found=_words(found),
                ),
            )
    if scenario.expected_overall not in (None, overall):
        yield _problem(
            scenario,
            message(
                "In the scenario “{title}”, the overall verdict is expected to be `{expected}`, but is `{found}`.",
                title=scenario.title,
                expected=scenario.expected_overall,
                found=overall,
            ),
        )


def _words(found: Assessed) -> str:
    return f"{found.verdict} {found.reason}".strip()


def _problem(scenario: Scenario, sentence: Message) -> Problem:
    return Problem(
        "error",
        "scenario_differs",
        scenario.file,
        scenario.line,
        1,
        sentence,
        message("Correct the rule or, if the scenario is wrong, what it expects."),
    )
