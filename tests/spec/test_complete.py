"""Nothing of the language is without a spec table, and nothing without a maker of random examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import get_args

import pytest

from tests.generative.expressions import MAKERS
from tests.spec.coverage import NOT_IN_TABLES, calls, node_classes, reasons
from tests.spec.running import groups
from tests.spec.spec import new_scope, sections
from trialwright.logic import nodes as n
from trialwright.logic.reasons import REASONS
from trialwright.study.criteria import KINDS
from trialwright.study.grammar import RuleError

NODES = {node for group in groups() for rule in group.rules.values() for node in rule.walk()}
# Every choice of words that a node offers: the attribute, and the nodes that have it.
CHOICES = {
    ("which", n.Pick): get_args(n.Which),
    ("quantity", n.Pick): get_args(n.Quantity),
    ("worst", n.Pick): get_args(n.Worst),
    ("measure", n.Course): get_args(n.Measure),
    ("operator", n.Compare): get_args(n.Operator),
    ("operator", n.Arithmetic): ("+", "-", "*", "/", "least", "greatest"),
    ("only_yes", n.AnchorDay): (True, False),
    ("default_on", n.AnchorDay): (True, False),
    ("silence_is_none", n.Course): (True, False),
    ("truth", n.Constant): (True, False, None),
}


# What would change nothing must not be written, so no table can show it; the grammar refuses it, see below.
REFUSED = {
    "course_days(ciclosporin, within=12 wk, except_daily=250 mg/d, except_within=14 d) >= 14 d",
    "course_dose(ciclosporin, within=12 wk, except_daily=250 mg/d, except_within=14 d) >= 1 g",
    "window_dose(ciclosporin, within=12 wk, except_daily=250 mg/d, except_within=14 d) >= 1 g",
    "window_dose(ciclosporin, within=12 wk, gap=3 d) >= 1 g",
    "max_daily_dose(ciclosporin, within=12 wk, gap=3 d) >= 1 g/d",
    "max_daily_dose(ciclosporin, within=12 wk, except_daily=250 mg/d) >= 1 g/d",
    "max_daily_dose(ciclosporin, within=12 wk, except_within=14 d) >= 1 g/d",
    "course_days(ciclosporin, within=12 wk, gap=1 mo) >= 14 d",  # no fixed number of days
    "window_dose(ciclosporin, within=12 wk, weight=latest(body_weight, within=6 mo)) >= 1 g",  # not counted per kg
    "latest(sledai_2k, surrogate=chronicity_index) > 10 {score}",  # computed from items
}
WITHOUT_EFFECT = {
    "course_days": {"except_daily", "except_within"},
    "course_dose": {"except_daily", "except_within"},
    "window_dose": {"except_daily", "except_within", "gap"},
    "max_daily_dose": {"gap"},
}


def test_every_node_class_stands_in_a_table() -> None:
    assert node_classes() - {type(node) for node in NODES} == set()


def test_every_node_class_has_a_maker() -> None:
    assert set(MAKERS) == node_classes()


@pytest.mark.parametrize(("choice", "words"), CHOICES.items(), ids=str)
def test_every_choice_stands_in_a_table(choice: tuple[str, type[n.Node]], words: Iterable[object]) -> None:
    attribute, kind = choice
    used = {getattr(node, attribute) for node in NODES if isinstance(node, kind)}
    assert set(words) - used == set()


def test_every_optional_part_of_a_node_is_used() -> None:
    """Whatever may be left out of a node stands in some table, and is left out in some other."""
    missing = []
    for kind in sorted(node_classes(), key=lambda each: each.__name__):
        for item in fields(kind):
            if "None" not in str(item.type) or (kind, item.name) == (n.Constant, "truth"):
                continue
            values = [getattr(node, item.name) for node in NODES if type(node) is kind]
            missing += [
                f"{kind.__name__}.{item.name} {state}"
                for state, there in (
                    ("given", any(v is not None for v in values)),
                    ("left out", None in values),
                )
                if not there
            ]
    assert missing == []


def test_every_call_and_argument_of_the_grammar_stands_in_a_table() -> None:
    used: dict[str, frozenset[str]] = {}
    for section in sections():
        for name, arguments in calls(section).items():
            used[name] = used.get(name, frozenset()) | arguments
    missing = {
        name: set(kind.named) - used[name] - WITHOUT_EFFECT.get(name, set())
        for name, kind in KINDS.items()
        if name in used
    }
    assert {name: sorted(arguments) for name, arguments in missing.items() if arguments} == {}
    assert set(KINDS) - set(used) == set()


@pytest.mark.parametrize("rule", sorted(REFUSED))
def test_an_argument_that_would_change_nothing_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        new_scope().rule(rule)


def test_every_reason_code_is_reached_or_explained() -> None:
    reached = {code for section in sections() for code in reasons(section)}
    assert reached & set(NOT_IN_TABLES) == set()
    assert {code for code in REASONS if code} - reached - set(NOT_IN_TABLES) == set()
