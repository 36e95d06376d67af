"""Calls about conditions, exposures, procedures and allergies: present, and exposure by day."""

from __future__ import annotations

from dataclasses import replace

from trialwright.logic import nodes as n
from trialwright.record.fact import PRESENCE_KINDS
from trialwright.study import grammar as g
from trialwright.study.criteria.scope import Kind, Scope
from trialwright.terms.message import message

PRESENCE = tuple(sorted(PRESENCE_KINDS))


def _present(call: g.Call, scope: Scope) -> n.Condition:
    if not call.arguments:
        scope.fail(
            call, message("present names no concept."), message("Write present(dialysis, within=3 mo).")
        )
    window = scope.window(call)
    parts = tuple(
        scope.share(n.Present(concept.name, concept.kind, window, scope.screening_window))
        for concept in (scope.concept(call, argument, PRESENCE) for argument in call.arguments)
    )
    return parts[0] if len(parts) == 1 else n.Or(parts)


PRESENT = Kind(
    "present",
    message("active on some day of the window; several concepts: any of them"),
    "present(dialysis, kidney_transplant, within=3 mo)",
    _present,
    ("within", "before"),
)


def _course(call: g.Call, scope: Scope, measure: n.Measure) -> n.Course:
    concept = scope.concept(call, scope.one(call), ("exposure",))
    if not concept.unit and measure != "days":
        scope.fail(
            call,
            message("{name} has no unit, so its dose cannot be added up.", name=concept.name),
            message("Give the concept the unit of its daily dose, such as mg/d."),
        )
    daily = _dose(call, scope, "daily", concept.unit or "")
    except_daily = _dose(call, scope, "except_daily", concept.unit or "")
    weight = scope.named(call, "weight")
    except_within = scope.named(call, "except_within")
    gap = scope.named(call, "gap")
    silence = scope.named(call, "silence")
    if silence is not None and scope.word(silence) != "none":
        scope.fail(
            silence, message("silence can only be none."), message("Leave it out, or write silence=none.")
        )
    return n.Course(
        concept.name,
        measure,
        scope.window(call),
        scope.screening_window,
        concept.kind,
        daily=daily or 0.0,
        gap=scope.length(gap).days if gap is not None else 1,
        weight=_weight(weight, scope) if weight is not None else None,
        except_daily=except_daily,
        except_window=n.Window(scope.length(except_within)) if except_within is not None else None,
        silence_is_none=silence is not None,
    )


def _dose(call: g.Call, scope: Scope, word: str, unit: str) -> float | None:
    expression = scope.named(call, word)
    if expression is None:
        return None
    if not isinstance(expression, g.Quantity):
        scope.fail(
            expression,
            message("Here a daily dose is needed."),
            message("Such as {word}=250 mg/d.", word=word),
        )
    return scope.convert(expression, unit)


def _weight(expression: g.Expression, scope: Scope) -> n.Pick:
    pick = scope.pick(expression)
    if scope.unit_of(pick) != "kg":
        scope.fail(expression, message("A weight must be in kg."), message("Give the concept the unit kg."))
    return scope.share(replace(pick, missing="weight_missing"))


_NAMED = ("within", "daily", "gap", "weight", "except_daily", "except_within", "silence")
COURSE_DAYS = Kind(
    "course_days",
    message("the longest course with a day in the window, in days, taken whole"),
    "course_days(ciclosporin, within=12 wk) >= 14 d",
    lambda call, scope: _course(call, scope, "days"),
    _NAMED,
)
COURSE_DOSE = Kind(
    "course_dose",
    message("the dose of all courses with a day in the window, taken whole"),
    "course_dose(methylprednisolone_iv, within=14 d, daily=250 mg/d, gap=3 d) <= 3.0 g",
    lambda call, scope: _course(call, scope, "course_dose"),
    _NAMED,
)
WINDOW_DOSE = Kind(
    "window_dose",
    message("the dose of the days inside the window"),
    "window_dose(methylprednisolone_iv, within=14 d, daily=250 mg/d) >= 1.5 g",
    lambda call, scope: _course(call, scope, "window_dose"),
    _NAMED,
)
MAX_DAILY_DOSE = Kind(
    "max_daily_dose",
    message("the highest dose of one day in the window, doses of one day added"),
    "max_daily_dose(ivig, within=12 wk, weight=latest(body_weight, within=6 mo)) >= 400 mg/kg/d",
    lambda call, scope: _course(call, scope, "max_daily_dose"),
    _NAMED,
)
