"""Calls that join other rules: unless, when, by_mode, unknown; and happened, which asks a rule of the plan."""

from __future__ import annotations

from trialwright.logic import nodes as n
from trialwright.study import grammar as g
from trialwright.study.criteria.scope import Kind, Scope, near
from trialwright.terms.message import message


def _unless(call: g.Call, scope: Scope) -> n.Unless:
    if len(call.arguments) != 2:
        scope.fail(call, message("unless takes two conditions."), message("Write unless(a, b)."))
    return n.Unless(scope.condition(call.arguments[0]), scope.condition(call.arguments[1]))


UNLESS = Kind(
    "unless",
    message("the first, unless the second is true; what is not recorded in the first stays unknown"),
    "unless(latest(wbc) < 3.0 10*9/L, is(cytopenia_due_to_sle))",
    _unless,
)


def _when(call: g.Call, scope: Scope) -> n.When:
    if len(call.arguments) != 3:
        scope.fail(
            call, message("when takes three conditions."), message("Write when(test, then, otherwise).")
        )
    test, then, otherwise = (scope.condition(part) for part in call.arguments)
    return n.When(test, then, otherwise)


WHEN = Kind(
    "when",
    message("the second where the first is true, the third where it is false"),
    "when(sex = male, always, is(pregnant))",
    _when,
)


def _by_mode(call: g.Call, scope: Scope) -> n.ByMode:
    search, screening = scope.named(call, "search"), scope.named(call, "screening")
    if search is None or screening is None or call.arguments:
        scope.fail(
            call,
            message("by_mode takes a condition for each mode, by name, and nothing else."),
            message("Write by_mode(search=..., screening=...)."),
        )
    return n.ByMode(scope.condition(search), scope.condition(screening))


BY_MODE = Kind(
    "by_mode",
    message("one rule in a search of records, another at the bedside"),
    "by_mode(search=unknown(can_be_given), screening=never)",
    _by_mode,
    ("search", "screening"),
)


def _unknown(call: g.Call, scope: Scope) -> n.Constant:
    return n.Constant(None, scope.reason(scope.one(call), "not_computed"))


UNKNOWN = Kind("unknown", message("always unknown, for a stated reason"), "unknown(not_computed)", _unknown)


def _happened(call: g.Call, scope: Scope) -> n.Happened:
    if len(call.arguments) != 1:
        scope.fail(
            call,
            message("happened takes one intercurrent event."),
            message("Write happened(rescue), with the id of an event of the analysis plan."),
        )
    event = scope.word(call.arguments[0])
    if not scope.events:
        scope.fail(
            call,
            message("There are no intercurrent events here."),
            message(
                "Ask for them in the rules of a response, or a relapse, of a study whose plan declares some."
            ),
        )
    if event not in scope.events:
        scope.fail(
            call.arguments[0],
            message("{seen} is no intercurrent event with a rule.", seen=event),
            near(event, sorted(scope.events)),
        )
    return n.Happened(event)


HAPPENED = Kind(
    "happened",
    message(
        "the intercurrent event of the analysis plan came before the day of the visit judged; one of that day follows "
        "the visit. In a search of records it came for nobody"
    ),
    "not happened(rescue)",
    _happened,
)
