"""The BEAM criteria in search mode with their chosen readings, as plain functions of one certain world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.acceptance.synth_reader import LIVER, Judge, Truth, World, k_and, k_or


def at_least(value: float, limit: float) -> bool:
    return value >= limit * (1 - 1e-9)


def over(value: float, limit: float) -> bool:
    return value > limit * (1 + 1e-9)


def negate(truth: Truth) -> Truth:
    return None if truth is None else not truth


def is_lupus(w: World) -> Truth:
    items = {fact.value for fact in w.facts["acr_1997_item"] if fact.value != "false"}
    return k_or([w.there(("sle", "lupus_nephritis"), 0), len(items) >= 4])


ROMAN = str.maketrans(
    {"\u2160": "I", "\u2161": "II", "\u2162": "III", "\u2163": "IV", "\u2164": "V", "\u2165": "VI"}
)
LISTED = {"I", "II", "III", "IV", "V", "VI", "III+V", "IV+V"}


def biopsy(w: World) -> tuple[int, str | None]:
    """Day and class of the latest biopsy; no class if there are two, or one that is not on the list."""
    found = w.last("biopsy_class", 0)
    texts = {"+".join(sorted(f.value.translate(ROMAN).replace(" ", "").split("+"))) for f in found}
    only = texts.pop() if len(texts) == 1 else None
    return (found[0].start if found else 0), (only if only in LISTED else None)


def i1(w: World, *_: Any) -> Truth:
    score, name = w.number("sledai_2k", min), biopsy(w)[1]
    return k_and(
        [
            is_lupus(w),
            k_or([None if score is None else over(score, 10), None if name is None else name == "V"]),
        ]
    )


def i2(w: World, *_: Any) -> Truth:
    day, name = biopsy(w)
    index = [f.value for f in w.facts["chronicity_index"] if f.start == day]
    tma = {f.value for f in w.facts["biopsy_tma"] if f.start == day}
    return k_and(
        [
            None if name is None else name in {"III", "IV", "V", "III+V", "IV+V"},
            max(index) < 3 if index else None,
            "true" not in tma if tma else None,
        ]
    )


def i3(w: World, *_: Any) -> Truth:
    value = w.number("urine_protein_24h", min)
    return None if value is None else at_least(value, 1.5)


def i4(w: World, sex: str, age: int) -> Truth:
    value = w.number("serum_creatinine", max)
    if value is None:
        return None
    kappa, alpha, factor = (0.7, -0.329, 1.018) if sex == "female" else (0.9, -0.411, 1.0)
    part = max(value, 1e-6) / kappa
    egfr = 141 * min(part, 1) ** alpha * max(part, 1) ** -1.209 * 0.993**age * factor
    return k_and([not at_least(value, 3.0), at_least(egfr, 30) if age >= 18 else None])


def i5(w: World, *_: Any) -> Truth:
    pulse = {day: dose for day, dose in w.days("methylprednisolone_iv").items() if at_least(dose, 250)}
    inside = {day for day in pulse if day >= w.today - 14}
    if not inside:
        return None
    course = set(inside)
    while more := {day for day in pulse if day not in course and any(abs(day - d) <= 3 for d in course)}:
        course |= more
    total, whole = sum(pulse[day] for day in inside), sum(pulse[day] for day in course)
    return at_least(total, 1500) and not over(whole, 3000)


def e2(w: World, *_: Any) -> Truth:
    highest = [max((fact.ratio for fact in w.last(name)), default=None) for name in LIVER]
    return negate(k_or(None if ratio is None else over(ratio, 2) for ratio in highest))


def e3(w: World, *_: Any) -> Truth:
    fasting, meal = w.number("glucose_fasting", max), w.number("glucose_2h_postprandial", max)
    return negate(
        k_or([None if fasting is None else at_least(fasting, 7.0), meal is not None and over(meal, 11.1)])
    )


def long_course(w: World, name: str, length: int) -> bool:
    days = set(w.days(name))
    for day in days:
        if day >= w.today - 84:
            first = last = day
            while first - 1 in days:
                first -= 1
            while last + 1 in days:
                last += 1
            if last - first + 1 >= length:
                return True
    return False


def e4(w: World, *_: Any) -> Truth:
    return negate(
        k_or(
            [
                w.there(("mycophenolate", "cyclophosphamide", "tacrolimus"), w.today - 84),
                long_course(w, "ciclosporin", 14),
                long_course(w, "leflunomide", 28),
                w.ivig(w.today - 84),
            ]
        )
    )


def e5b(w: World, *_: Any) -> Truth:
    admitted = [
        f.start for f in w.facts["admission"] if f.value == "true" and w.today - 28 <= f.start <= w.today
    ]
    anchor = max(admitted, default=w.today)
    first = w.r.months(1, date.fromordinal(anchor))
    return negate(
        k_or(
            [
                w.there(("active_infection",), w.today),
                w.there(("antibiotic_iv",), first, anchor),
                w.there(("antibiotic_iv",), w.today),
            ]
        )
    )


def e6d(w: World, *_: Any) -> Truth:
    weight, height = w.number("body_weight", min, w.r.half_year), w.number("body_height", max, w.r.half_year)
    return None if weight is None or height is None else at_least(weight / (height / 100) ** 2, 16)


def e7a(w: World, *_: Any) -> Truth:
    needing = [
        w.there(("copd", "asthma"), w.today),
        w.there(("prednisone_oral",), w.r.quarter),
        w.answer("steroid_for_airway_disease", "true"),
    ]
    return negate(k_or([w.there(("heart",), 0), k_and(needing)]))


def e7b(w: World, *_: Any) -> Truth:
    limits = {"wbc": 3.0, "neutrophils": 1.3, "platelets": 50}
    values = {name: w.number(name, min) for name in limits}
    low = {
        name: None if value is None else not at_least(value, limits[name]) for name, value in values.items()
    }
    excused = w.answer("cytopenia_due_to_sle", "false")
    return negate(
        k_or(None if is_low is None else k_and([is_low, negate(excused)]) for is_low in low.values())
    )


def e9(w: World, *_: Any) -> Truth:
    if w.r.person["sex"] == "male":
        return True
    return negate(k_or(w.answer(name, "true") for name in QUESTIONS))


QUESTIONS = ("wishes_pregnancy", "refuses_contraception", "breastfeeding", "pregnant")
ACTIVE = ("hepatitis_b", "hepatitis_c", "tuberculosis", "cmv_pneumonia", "fungus")


def absent(names: tuple[str, ...], first: Callable[[World], int]) -> tuple[Judge, tuple[str, ...]]:
    return (lambda w, *_: negate(w.there(names, first(w)))), names


CRITERIA: dict[str, tuple[Judge, tuple[str, ...]]] = {
    "A0": (lambda w, sex, age: 18 <= age <= 75, ()),
    "I1": (i1, ("sle", "lupus_nephritis", "acr_1997_item", "sledai_2k", "biopsy_class")),
    "I2": (i2, ("biopsy_class", "chronicity_index", "biopsy_tma")),
    "I3": (i3, ("urine_protein_24h",)),
    "I4": (i4, ("serum_creatinine",)),
    "I5": (i5, ("methylprednisolone_iv",)),
    "E1": absent(("dialysis", "kidney_transplant"), lambda w: w.r.quarter),
    "E2": (e2, LIVER),
    "E3": (e3, ("glucose_fasting", "glucose_2h_postprandial")),
    "E4": (e4, ("mycophenolate", "cyclophosphamide", "tacrolimus", "ciclosporin", "leflunomide", "ivig", "body_weight")),
    "E5a": absent(("allergy",), lambda w: 0),
    "E5b": (e5b, ("active_infection", "antibiotic_iv", "admission")),
    "E6a": (
        lambda w, *_: negate(k_or([w.there(ACTIVE, w.r.quarter), w.there(("syphilis", "hiv"), 0)])),
        (*ACTIVE, "syphilis", "hiv"),
    ),
    "E6b": absent(("peptic_ulcer",), lambda w: w.r.quarter),
    "E6c": absent(("drug_abuse", "alcohol_abuse"), lambda w: 0),
    "E6d": (e6d, ("body_weight", "body_height")),
    "E7a": (e7a, ("heart", "copd", "asthma", "prednisone_oral", "steroid_for_airway_disease")),
    "E7b": (e7b, ("wbc", "neutrophils", "platelets", "cytopenia_due_to_sle")),
    "E7c": (
        lambda w, *_: negate(k_or([w.there(("plasma_exchange", "dfpp"), w.today - 28), w.ivig(w.today - 28)])),
        ("plasma_exchange", "dfpp", "ivig", "body_weight"),
    ),
    "E8": absent(("malignant_hypertension",), lambda w: w.today),
    "E9": (e9, QUESTIONS),
}  # fmt: skip
