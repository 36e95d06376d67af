"""How numbers of the report are shown: counts with percentages, estimates with intervals, P values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from trialwright.analysis.describe import Description
from trialwright.analysis.plan.run import TERM
from trialwright.analysis.regression_data import INTERCEPT
from trialwright.analysis.result import Interval, Result
from trialwright.reports.document import Number
from trialwright.terms.message import Message, Text, message

DASH = "–"


def count_share(count: int, total: int) -> Message | str:
    """`20 (71.4 %)`; of nobody only the count."""
    return message("{count} ({share})", count=count, share=percent(count / total)) if total else str(count)


def count_numbers(count: int, total: int) -> tuple[Number, ...]:
    """Those of `count_share`, in full; `n`: of how many."""
    share = (Number("percent", 100 * count / total, "%"),) if total else ()
    return Number("participants", count), Number("n", total), *share


def fraction_text(events: int, n: int) -> Message | str:
    """`20/28 (71.4 %)`; of nobody only the counts."""
    counts = f"{events}/{n}"
    return message("{count} ({share})", count=counts, share=percent(events / n)) if n else counts


def fraction_numbers(events: int, n: int) -> tuple[Number, ...]:
    """Those of `fraction_text`, in full."""
    share = (Number("percent", 100 * events / n, "%"),) if n else ()
    return Number("events", events), Number("n", n), *share


def percent(share: float) -> Message:
    """A share with one decimal, with the space before the sign or, in Chinese, without it."""
    return message("{number} %", number=f"{100 * share:.1f}")


def p_value(value: float | None) -> str:
    """Three decimals, below 0.001 as such."""
    if value is None:
        return DASH
    return "< 0.001" if value < 0.0005 else f"{value:.3f}"


def signed(value: float, digits: int) -> str:
    """A number with a true minus sign."""
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) != 0.0 else text.removeprefix("-")


def significant(value: float | None, digits: int = 3) -> str:
    """A number with so many significant digits."""
    if value is None or not math.isfinite(value):
        return DASH
    if value == 0.0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return signed(value, min(places, 6))


def description_text(seen: Description) -> Message | str:
    """`4.6 (3.2); 3.5 [2.6 to 6.1]; 28`: mean (standard deviation); median [quartiles]; how many; nobody: a dash."""
    if not seen.n:
        return DASH
    return message(
        "{mean} ({deviation}); {median} [{low} to {high}]; {n}",
        mean=_placed(seen.mean, seen.deviation),
        deviation=_placed(seen.deviation, seen.deviation),
        median=_placed(seen.median, seen.deviation),
        low=_placed(seen.lower_quartile, seen.deviation),
        high=_placed(seen.upper_quartile, seen.deviation),
        n=seen.n,
    )


def _placed(value: float | None, deviation: float | None) -> str:
    """A number with the decimals that its standard deviation allows: all numbers of a cell have as many.

    Three significant digits of a deviation of 1 and more, two of a smaller one; without a deviation three of the number.
    """
    if value is None or not math.isfinite(value) or not deviation or not math.isfinite(deviation):
        return significant(value)
    places = (2 if deviation >= 1 else 1) - math.floor(math.log10(deviation))
    return signed(value, min(max(places, 0), 6))


def description_numbers(seen: Description, unit: str) -> tuple[Number, ...]:
    """Those of `description_text`, in full, in a UCUM unit."""
    found = (
        ("mean", seen.mean),
        ("standard_deviation", seen.deviation),
        ("median", seen.median),
        ("lower_quartile", seen.lower_quartile),
        ("upper_quartile", seen.upper_quartile),
    )
    known = (Number(name, value, unit) for name, value in found if value is not None and math.isfinite(value))
    return *known, Number("n", seen.n)


def interval_text(interval: Interval | None, *, scale: float, digits: int) -> Message | str:
    """`−0.6 to 50.8`, with a word that nobody takes for a minus sign; an end without limit is infinite."""
    if interval is None or interval.low is None or interval.high is None:
        return DASH
    low, high = (_bound(end, scale, digits) for end in (interval.low, interval.high))
    return message("{lower} to {upper}", lower=low, upper=high)


def _bound(end: float, scale: float, digits: int) -> str:
    if math.isinf(end):
        return "∞" if end > 0 else "−∞"
    return signed(end * scale, digits)


def estimate_text(result: Result) -> Message | str:
    """The estimate of a result with its interval: differences of shares in percentage points, ratios as they are."""
    if result.estimate is None:
        return DASH
    scale, digits = _SCALES.get(result.quantity or "", (1.0, 2))
    shown = _bound(result.estimate, scale, digits)
    around = interval_text(result.interval, scale=scale, digits=digits)
    return shown if around == DASH else message("{estimate} ({interval})", estimate=shown, interval=around)


def estimate_numbers(result: Result) -> tuple[Number, ...]:
    """Those of `estimate_text`, in full; an end without limit is left out."""
    if result.estimate is None:
        return ()
    scale, _ = _SCALES.get(result.quantity or "", (1.0, 2))
    unit = "%" if scale == 100.0 else ""
    around = result.interval
    found = (
        (result.quantity or "estimate", result.estimate),
        ("lower_limit", around.low if around else None),
        ("upper_limit", around.high if around else None),
    )
    return tuple(
        Number(name, scale * value, unit)
        for name, value in found
        if value is not None and math.isfinite(value)
    )


def estimate_or_reason(result: Result, covariates: Mapping[str, Text]) -> Message | str:
    """The estimate with its interval; where there is none, the reason that the method gives.

    `covariates`: the titles by id, so that a reason names the terms of a model as people know them.
    """
    if result.estimate is not None or not result.notes:
        return estimate_text(result)
    note = rounded(result.notes[0])
    titles: Mapping[str, Message | Text] = {**_TERMS, **covariates}
    return replace(note, values=tuple((name, _titled(value, titles)) for name, value in note.values))


def rounded(note: Message) -> Message:
    """A sentence about a result with its numbers in four significant digits: a table has them in full."""
    return replace(
        note,
        values=tuple(
            (name, f"{value:.4g}" if isinstance(value, float) else value) for name, value in note.values
        ),
    )


def _titled(value: object, titles: Mapping[str, Message | Text]) -> object:
    return tuple(titles.get(term, term) for term in value) if isinstance(value, tuple) else value


def quantity_name(result: Result) -> Message | str:
    """What a result estimates, in words."""
    return _QUANTITIES.get(result.quantity or "", "")


_TERMS: dict[str, Message] = {INTERCEPT: message("the constant"), TERM: message("the arm")}

_SCALES = {
    "risk_difference": (100.0, 1),
    "proportion": (100.0, 1),
    "posterior_probability": (1.0, 3),
    "incidence_rate": (1.0, 1),
}

_QUANTITIES: dict[str, Message] = {
    "proportion": message("proportion, %"),
    "risk_difference": message("difference, percentage points"),
    "risk_ratio": message("risk ratio"),
    "odds_ratio": message("odds ratio"),
    "odds": message("odds"),
    "posterior_probability": message("posterior probability"),
    "standardised_difference": message("standardised difference"),
    "incidence_rate": message("rate per 100 person-years"),
    "survival_probability": message("probability"),
    "median_time": message("median time"),
}
