"""Measurements: the units laboratories report in, and the shapes a series of results can have.

Values are drawn in the concept's own unit well away from the limit, then written in one of several units;
results exactly on a limit are given as texts (`edge`), so that no conversion of ours stands between them and
the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialwright.simulation.hospital.days import straddling
from trialwright.simulation.hospital.ward import Field, Values, Ward, Who
from trialwright.simulation.hospital.words import Codes, Days

Range = tuple[float, float]
Texts = Sequence[tuple[str, str]]  # (value, unit)


@dataclass(frozen=True, slots=True)
class Unit:
    """How a result is reported: UCUM text, how many of it make one of the concept's unit, decimals, codes."""

    text: str
    factor: float
    decimals: int
    weight: float
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analyte:
    """A measured concept, its units, and upper limits of normal of several laboratories (its own unit)."""

    name: str
    units: tuple[Unit, ...]
    limits: tuple[float, ...] = ()


def _a(name: str, *units: tuple[str, float, int, float, str], limits: tuple[float, ...] = ()) -> Analyte:
    parts = [Unit(text, f, d, w, tuple(codes.split())) for text, f, d, w, codes in units]
    return Analyte(name, tuple(parts), limits)


# Factors, source: criteria.md, "Units" (creatinine 88.4, glucose 18.016, bilirubin 17.1, 1 ukat/L = 60 U/L,
# UPCR 1 mg/mmol = 0.00884 g/g); codes: the study's concept list.
ANALYTES: dict[str, Analyte] = {
    analyte.name: analyte
    for analyte in (
        _a(
            "urine_protein_24h",
            ("g/(24.h)", 1, 2, 0.5, "loinc|2889-4"),
            ("mg/(24.h)", 1000, 0, 0.3, "loinc|2889-4"),
            ("g/d", 1, 2, 0.15, "loinc|2889-4"),
            ("mg/d", 1000, 0, 0.05, "loinc|2889-4"),
        ),
        _a(
            "urine_protein_creatinine_ratio",
            ("g/g{creat}", 1, 2, 0.3, "loinc|2890-2"),
            ("mg/g", 1000, 0, 0.4, "loinc|2890-2"),
            ("mg/mmol", 1 / 0.00884, 0, 0.3, "loinc|34366-5"),
        ),
        _a(
            "serum_creatinine",
            ("mg/dL", 1, 2, 0.45, "loinc|2160-0 loinc|38483-4"),
            ("umol/L", 88.4, 0, 0.4, "loinc|14682-9"),
            ("umol/L", 88.4, 1, 0.1, "loinc|14682-9"),
            ("mmol/L", 0.0884, 3, 0.05, "loinc|14682-9"),
        ),
        _a(
            "alt",
            ("U/L", 1, 0, 0.85, "loinc|1742-6"),
            ("ukat/L", 1 / 60, 2, 0.15, ""),
            limits=(35, 40, 45, 50),
        ),
        _a("ast", ("U/L", 1, 0, 0.85, "loinc|1920-8"), ("ukat/L", 1 / 60, 2, 0.15, ""), limits=(35, 40, 45)),
        _a(
            "bilirubin_total",
            ("mg/dL", 1, 2, 0.4, "loinc|1975-2"),
            ("umol/L", 17.1, 1, 0.6, "loinc|14631-6"),
            limits=(1.0, 1.2, 1.3),
        ),
        _a(
            "glucose_fasting",
            ("mmol/L", 1, 1, 0.6, "loinc|14771-0"),
            ("mg/dL", 18.016, 0, 0.4, "loinc|1558-6"),
        ),
        _a(
            "glucose_2h_postprandial",
            ("mmol/L", 1, 1, 0.6, "loinc|14760-3"),
            ("mg/dL", 18.016, 0, 0.4, "loinc|1521-4"),
        ),
        _a(
            "wbc",
            ("10*9/L", 1, 1, 0.7, "loinc|6690-2 loinc|26464-8"),
            ("10*3/uL", 1, 1, 0.2, "loinc|6690-2"),
            ("/uL", 1000, 0, 0.1, "loinc|26464-8"),
        ),
        _a(
            "neutrophils",
            ("10*9/L", 1, 2, 0.7, "loinc|751-8 loinc|26499-4"),
            ("10*3/uL", 1, 2, 0.2, "loinc|751-8"),
            ("/uL", 1000, 0, 0.1, "loinc|26499-4"),
        ),
        _a(
            "platelets",
            ("10*9/L", 1, 0, 0.7, "loinc|777-3 loinc|26515-7"),
            ("10*3/uL", 1, 0, 0.2, "loinc|777-3"),
            ("/uL", 1000, 0, 0.1, "loinc|26515-7"),
        ),
        _a("sledai_2k", ("{score}", 1, 0, 1, "trialwright|sledai-2k")),
        _a(
            "body_weight",
            ("kg", 1, 1, 0.9, "loinc|29463-7"),
            ("[lb_av]", 1 / 0.45359237, 1, 0.1, "loinc|29463-7"),
        ),
        _a(
            "body_height",
            ("cm", 1, 0, 0.8, "loinc|8302-2"),
            ("m", 0.01, 2, 0.15, "loinc|8302-2"),
            ("[in_i]", 1 / 2.54, 1, 0.05, "loinc|8302-2"),
        ),
    )
}


def result(
    ward: Ward,
    who: Who,
    name: str,
    values: Values,
    start: Codes,
    *,
    status: Field = "final",
    limit: Values | None = None,
    ranged: bool = True,
    unit: str | None = None,
    sign: str = "",
) -> None:
    """One result for each, in a unit at random (`unit`: another text instead, such as none at all).

    `values` and `limit` (the upper limit of normal; left out if not `ranged`) are in the concept's unit;
    `sign` is `<` or `>`.
    """
    analyte = ANALYTES[name]
    if limit is None and analyte.limits and ranged:
        limit = np.full(len(who), analyte.limits[0], dtype=float)
    steps = np.cumsum([part.weight for part in analyte.units])
    hand = np.searchsorted(steps, ward.rng.random(len(who)) * steps[-1], "right")
    for number, part in enumerate(analyte.units):
        mine = hand == number
        group = who[mine]
        concept = ward.choose(group, (name, *part.codes))
        high: Field = ""
        if limit is not None and ranged:
            high = ward.words.numbers(limit[mine] * part.factor, part.decimals)
        ward.add(
            group,
            "measurement",
            concept,
            value=ward.words.numbers(values[mine] * part.factor, part.decimals, sign),
            unit=part.text if unit is None else unit,
            high=high,
            start=start[mine],
            status=status if isinstance(status, str) else status[mine],
        )


def exactly(
    ward: Ward, who: Who, name: str, texts: Texts, start: Codes, *, status: Field = "final", high: Field = ""
) -> None:
    """One result for each, with value and unit exactly as given."""
    hand = ward.rng.integers(0, len(texts), len(who))
    values = ward.words.words([value for value, _ in texts])[hand]
    units = ward.words.words([unit for _, unit in texts])[hand]
    ward.add(who, "measurement", name, value=values, unit=units, high=high, start=start, status=status)


def stale(ward: Ward, who: Who, name: str, span: Range, first: int) -> None:
    """Results that must not count, for some: too old, dated later, set aside, or not yet there."""
    rng, today = ward.rng, ward.edge.today
    old = ward.some(who, 0.35)
    days = first - 1 - rng.integers(0, 700, len(old)) * (rng.random(len(old)) > 0.2)
    result(ward, old, name, ward.uniform(old, *span), ward.dates(days))
    late = ward.some(who, 0.03)
    result(ward, late, name, ward.uniform(late, *span), ward.dates(ward.between(late, today + 1, today + 30)))
    error = ward.some(who, 0.06)
    result(
        ward,
        error,
        name,
        ward.uniform(error, *span),
        ward.dates(ward.between(error, first, today)),
        status=ward.choose(error, ("entered-in-error", "cancelled")),
    )
    ordered = ward.some(who, 0.02)
    days = ward.between(ordered, today - 1, today)
    ward.add(ordered, "measurement", name, start=ward.dates(days), status="registered")


def newest(
    ward: Ward,
    who: Who,
    name: str,
    span: Range | Values,
    *,
    contrary: Range,
    ties: Range | None = None,
    edge: Texts = (),
    first: int | None = None,
    limit: Values | None = None,
    sign: str = "",
) -> Days:
    """The result that decides: the newest in the window, with rows around it that would say otherwise.

    `span`: what the value may be (a pair of bounds, or the values); `contrary`: values of the other verdict
    for older, later and set-aside rows; `ties`: values of further results of the same day, which must not be
    worse for eligibility than the deciding one; `edge`: texts exactly on the limit; `first`: first day of the
    window.
    """
    first = ward.edge.screening if first is None else first
    days = ward.between(who, first, ward.edge.today, edge=0.03)
    days[ward.rng.random(len(who)) < 0.03] = first
    values = ward.uniform(who, *span) if isinstance(span, tuple) else span
    on_edge = np.zeros(len(who), dtype=bool)
    if edge and not sign:
        on_edge = ward.rng.random(len(who)) < 0.12
        exactly(ward, who[on_edge], name, edge, ward.dates(days[on_edge]))
    rest = ~on_edge
    status = ward.choose(who[rest], ("final", "", "preliminary", "corrected"), (0.8, 0.1, 0.05, 0.05))
    result(
        ward,
        who[rest],
        name,
        values[rest],
        ward.dates(days[rest]),
        status=status,
        limit=None if limit is None else limit[rest],
        sign=sign,
    )
    if ties:
        same = ward.rng.random(len(who)) < 0.08
        result(
            ward,
            who[same],
            name,
            ward.uniform(who[same], *ties) if limit is None else ward.uniform(who[same], *ties) * limit[same],
            ward.dates(days[same]),
            limit=None if limit is None else limit[same],
        )
    older = (ward.rng.random(len(who)) < 0.12) & (days > first)
    before = ward.between(who[older], first, days[older] - 1)
    result(ward, who[older], name, ward.uniform(who[older], *contrary), ward.dates(before))
    stale(ward, who, name, contrary, first)
    return days


def spoiled(ward: Ward, who: Who, name: str, span: Range, *, first: int | None = None) -> None:
    """The newest result has no unit, or a text that is no unit of UCUM; an older good one cannot stand in."""
    first = ward.edge.screening if first is None else first
    today = ward.edge.today
    days = ward.between(who, first + 1, today)
    for group, unit in zip(ward.parts(np.arange(len(who)), 2), ("", "units"), strict=True):
        result(ward, who[group], name, ward.uniform(group, *span), ward.dates(days[group]), unit=unit)
    older = ward.some(np.arange(len(who)), 0.5)
    before = ward.between(older, first, days[older] - 1)
    result(ward, who[older], name, ward.uniform(older, *span), ward.dates(before))


def vague(ward: Ward, who: Who, name: str, span: Range) -> None:
    """The only result near the window has a partial date that may lie inside or before it."""
    text = straddling(ward.edge.screening)
    start = np.full(len(who), ward.words.word(text), dtype=np.int32)
    result(ward, who, name, ward.uniform(who, *span), start)
