"""Calls about conditions, exposures, procedures and allergies: present, and exposure by day."""

from __future__ import annotations

from dataclasses import replace

from trialwright.logic import nodes as n
from trialwright.record.fact import PRESENCE_KINDS
from trialwright.study import grammar as g
from trialwright.study.concepts import Concept
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
        scope.share(n.Present(concept.name, concept.kind, window, scope.answer_window))
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
    unit = concept.unit or ""
    if not unit and measure != "days":
        scope.fail(
            call,
            message("{name} has no unit, so its dose cannot be added up.", name=concept.name),
            message("Give the concept the unit of its daily dose, such as mg/d."),
        )
    daily = _dose(call, scope, "daily", unit) or 0.0
    except_daily, except_window = _exception(call, scope, unit)
    return n.Course(
        concept.name,
        measure,
        scope.window(call),
        scope.answer_window,
        concept.kind,
        daily=daily,
        gap=_gap(call, scope),
        weight=_weight(call, scope, concept, doses=bool(daily) or measure != "days"),
        except_daily=except_daily,
        except_window=except_window,
        silence_is_none=_silence_is_none(call, scope),
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


def _exception(call: g.Call, scope: Scope, unit: str) -> tuple[float | None, n.Window | None]:
    """The days that are left out: from which dose on, and in which window; one without the other leaves out none."""
    dose, within = (scope.named(call, word) for word in ("except_daily", "except_within"))
    if dose is None and within is None:
        return None, None
    if dose is None or within is None:
        given, lacking = ("except_within", "except_daily")[:: 1 if dose is None else -1]
        scope.fail(
            call,
            message(
                "In {name}, {given} without {lacking} would change nothing.",
                name=call.name,
                given=given,
                lacking=lacking,
            ),
            message("Write both, such as except_daily=250 mg/d, except_within=14 d, or neither."),
        )
    return _dose(call, scope, "except_daily", unit), n.Window(scope.length(within))


def _gap(call: g.Call, scope: Scope) -> int:
    """How many days apart days of one course may be; a month is no number of days."""
    expression = scope.named(call, "gap")
    if expression is None:
        return 1
    gap = scope.length(expression)
    if gap.unit not in ("d", "wk"):
        scope.fail(
            expression,
            message(
                "In {name}, gap is {count} {unit}, which is no fixed number of days.",
                name=call.name,
                count=gap.count,
                unit=gap.unit,
            ),
            message("Write it in d or wk, such as gap=3 d."),
        )
    return gap.days


def _weight(call: g.Call, scope: Scope, concept: Concept, *, doses: bool) -> n.Pick | None:
    """The weight that divides doses per day; `doses`: whether the call looks at doses at all."""
    expression = scope.named(call, "weight")
    if expression is None:
        return None
    if "/kg" not in (concept.unit or ""):
        scope.fail(
            expression,
            message(
                "{concept} is not counted per kg, so weight would change nothing in {name}.",
                concept=concept.name,
                name=call.name,
            ),
            message("Leave it out, or give the concept a unit per kg, such as mg/kg/d."),
        )
    if not doses:
        scope.fail(
            expression,
            message(
                "Without daily, {name} looks at no dose, so weight would change nothing.", name=call.name
            ),
            message("Leave it out, or say which dose counts, such as daily=400 mg/kg/d."),
        )
    pick = scope.pick(expression)
    if scope.unit_of(pick) != "kg":
        scope.fail(expression, message("A weight must be in kg."), message("Give the concept the unit kg."))
    scope.refuse_unheard(expression, ("missing",), message("the weight of {name}", name=call.name))
    return scope.share(replace(pick, missing="weight_missing"))


def _silence_is_none(call: g.Call, scope: Scope) -> bool:
    silence = scope.named(call, "silence")
    if silence is not None and scope.word(silence) != "none":
        scope.fail(
            silence, message("silence can only be none."), message("Leave it out, or write silence=none.")
        )
    return silence is not None


# Each measure takes only what it looks at: courses know gaps, the highest day knows exceptions.
COURSE_DAYS = Kind(
    "course_days",
    message("the longest course with a day in the window, in days, taken whole"),
    "course_days(ciclosporin, within=12 wk) >= 14 d",
    lambda call, scope: _course(call, scope, "days"),
    ("within", "daily", "gap", "weight", "silence"),
)
COURSE_DOSE = Kind(
    "course_dose",
    message("the dose of all courses with a day in the window, taken whole"),
    "course_dose(methylprednisolone_iv, within=14 d, daily=250 mg/d, gap=3 d) <= 3.0 g",
    lambda call, scope: _course(call, scope, "course_dose"),
    ("within", "daily", "gap", "weight", "silence"),
)
WINDOW_DOSE = Kind(
    "window_dose",
    message("the dose of the days inside the window"),
    "window_dose(methylprednisolone_iv, within=14 d, daily=250 mg/d) >= 1.5 g",
    lambda call, scope: _course(call, scope, "window_dose"),
    ("within", "daily", "weight", "silence"),
)
MAX_DAILY_DOSE = Kind(
    "max_daily_dose",
    message("the highest dose of one day in the window, doses of one day added"),
    "max_daily_dose(ivig, within=12 wk, weight=latest(body_weight, within=6 mo)) >= 400 mg/kg/d",
    lambda call, scope: _course(call, scope, "max_daily_dose"),
    ("within", "daily", "weight", "except_daily", "except_within", "silence"),
)
