"""Calls about results: latest, first, lowest, highest, baseline, recorded, count, stand_in, latest_day."""

from __future__ import annotations

from trialwright.logic import nodes as n
from trialwright.study import grammar as g
from trialwright.study.concepts import Concept
from trialwright.study.criteria.scope import Kind, Scope
from trialwright.terms.message import message

RESULTS = ("measurement", "finding")
_NAMED = ("within", "before", "same_day", "missing", "surrogate")


def _pick(call: g.Call, scope: Scope, which: n.Which) -> n.Number:
    concept = scope.concept(call, scope.one(call), RESULTS)
    window = scope.window(call, scope.default_window)
    missing = scope.reason(scope.named(call, "missing"), "no_record")
    other = scope.named(call, "surrogate")
    surrogate = None
    if other is not None:
        substitute = scope.concept(call, other, RESULTS)
        surrogate = scope.share(n.Pick(substitute.name, which, window))
    if concept.items and which == "latest":
        if other is not None:
            scope.fail(
                other,
                message(
                    "{concept} is computed from its items, so surrogate would change nothing in {name}.",
                    concept=concept.name,
                    name=call.name,
                ),
                message("Leave it out."),
            )
        return _score(call, scope, concept, concept.items, window, missing)
    return n.Pick(concept.name, which, window, missing=missing, surrogate=surrogate)


def _score(
    call: g.Call, scope: Scope, concept: Concept, items: str, window: n.Window, missing: str
) -> n.Score:
    return n.Score(concept.name, items, scope.weights(call, concept), window, missing=missing)


LATEST = Kind(
    "latest",
    message(
        "the result of the latest day in the window; of several on that day the one worst for the participant"
    ),
    "latest(serum_creatinine, within=28 d) < 3.0 mg/dL",
    lambda call, scope: _pick(call, scope, "latest"),
    _NAMED,
)
FIRST = Kind(
    "first",
    message(
        "the result of the first day in the window; of several on that day the one worst for the participant"
    ),
    "first(serum_creatinine, within=6 mo) < 3.0 mg/dL",
    lambda call, scope: _pick(call, scope, "first"),
    _NAMED,
)
LOWEST = Kind(
    "lowest",
    message("the lowest result in the window"),
    "lowest(platelets, within=28 d) >= 50 10*9/L",
    lambda call, scope: _pick(call, scope, "lowest"),
    _NAMED,
)
HIGHEST = Kind(
    "highest",
    message("the highest result in the window"),
    "highest(alt, within=28 d) <= 80 U/L",
    lambda call, scope: _pick(call, scope, "highest"),
    _NAMED,
)


def _baseline(call: g.Call, scope: Scope) -> n.Number:
    of = scope.one(call)
    if scope.baseline is None:
        scope.fail(
            call,
            message("The study does not say what its baseline is."),
            message("Write `baseline` in analysis.yaml."),
        )
    window = scope.share(scope.baseline)
    if isinstance(of, g.Name) and of.text == "age" and isinstance(window.anchor, n.NamedDay):
        return n.Age(window.anchor)
    concept = scope.concept(call, of, RESULTS)
    if concept.items:
        return _score(call, scope, concept, concept.items, window, "no_baseline")
    return n.Pick(concept.name, "latest", window, missing="no_baseline")


BASELINE = Kind(
    "baseline",
    message(
        "the baseline value as the analysis plan defines it, or the age on the day its baseline counts from; "
        "there is none in a search of records"
    ),
    "latest(urine_protein_24h) / baseline(urine_protein_24h) < 0.5",
    _baseline,
)


def _recorded(call: g.Call, scope: Scope) -> n.Recorded:
    concept = scope.concept(call, scope.one(call), RESULTS)
    return n.Recorded(concept.name, scope.window(call, scope.default_window))


RECORDED = Kind(
    "recorded",
    message("there is a result in the window, readable or not"),
    "recorded(glucose_2h_postprandial)",
    _recorded,
    ("within", "same_day"),
)


def _count(call: g.Call, scope: Scope) -> n.ResultCount:
    concept = scope.concept(call, scope.one(call), RESULTS)
    return n.ResultCount(concept.name, scope.window(call, scope.default_window))


COUNT = Kind(
    "count",
    message("how many results lie in the window"),
    "count(urine_protein_24h) >= 2",
    _count,
    ("within",),
)


def _stand_in(call: g.Call, scope: Scope) -> n.StandIn:
    if len(call.arguments) != 2:
        scope.fail(
            call, message("stand_in takes two picks."), message("Write stand_in(latest(a), latest(b)).")
        )
    first, second = call.arguments
    scope.refuse_unheard(
        second, ("missing", "surrogate"), message("the second pick of {name}", name=call.name)
    )
    return n.StandIn(scope.pick(first), scope.pick(second))


STAND_IN = Kind(
    "stand_in",
    message("the first pick, or the second where the first has no result at all, readable or not"),
    "stand_in(latest(urine_protein_24h), latest(urine_protein_creatinine_ratio)) >= 1.5 g/(24.h)",
    _stand_in,
)


def _latest_day(call: g.Call, scope: Scope) -> n.AnchorDay:
    concept = scope.concept(call, scope.one(call), RESULTS)
    only_yes = concept.values == ("boolean",)
    return n.AnchorDay(concept.name, scope.window(call, scope.default_window), only_yes, default_on=True)


LATEST_DAY = Kind(
    "latest_day",
    message("the day of the latest result (for yes/no findings: of the latest yes), else the reference date"),
    "latest_day(admission, within=28 d)",
    _latest_day,
    ("within",),
)


def _is(call: g.Call, scope: Scope) -> n.IsYes:
    concept = scope.concept(call, scope.one(call), ("finding",), boolean=True)
    window = scope.window(call, scope.default_window)
    missing = scope.reason(scope.named(call, "missing"), "not_asked")
    return n.IsYes(scope.share(n.Pick(concept.name, "latest", window, missing=missing)))


IS = Kind(
    "is",
    message("the latest answer is yes; several answers of one day: the one worst for the participant"),
    "is(breastfeeding)",
    _is,
    ("within", "same_day", "missing"),
)


def _items(call: g.Call, scope: Scope) -> n.ItemCount:
    concept = scope.concept(call, scope.one(call), ("finding",))
    if len(concept.values) < 2:
        scope.fail(
            call,
            message("{name} has no list of items.", name=concept.name),
            message("Give the concept its `values`, one for each item."),
        )
    window = scope.window(call, n.Window())
    return n.ItemCount(concept.name, len(concept.values), window, scope.answer_window)


ITEMS = Kind(
    "items",
    message("how many distinct items of a list are recorded; no record means no further item in a search"),
    "items(acr_1997_item) >= 4",
    _items,
    ("within",),
)
