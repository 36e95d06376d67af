"""Liver (`E2`), glucose (`E3`) and blood counts (`E7b`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from trialwright.simulation.hospital.labs import (
    ANALYTES,
    Range,
    Texts,
    exactly,
    newest,
    result,
    spoiled,
    stale,
    vague,
)
from trialwright.simulation.hospital.stories import Story, both, tell
from trialwright.simulation.hospital.ward import Values, Ward, Who

LIVER = ("alt", "ast", "bilirubin_total")
COUNTS = ("wbc", "neutrophils", "platelets")
_ROOM: dict[str, Range] = {"alt": (150, 500), "ast": (150, 500), "bilirubin_total": (4, 12)}
_CALM: dict[str, Range] = {"alt": (10, 30), "ast": (10, 30), "bilirubin_total": (0.3, 0.9)}
# normal and low counts, 10^9/L; limits 3.0, 1.3, 50: criteria.md `E7b`. Exactly on the limit is not low.
_NORMAL: dict[str, Range] = {"wbc": (4.2, 11.0), "neutrophils": (1.6, 4.0), "platelets": (120, 400)}
_LOW: dict[str, Range] = {"wbc": (2.1, 2.9), "neutrophils": (0.3, 1.25), "platelets": (8, 48)}
_LIMIT: dict[str, Texts] = {
    "wbc": (("3.0", "10*9/L"), ("3000", "/uL")),
    "neutrophils": (("1.3", "10*9/L"), ("1300", "/uL")),
    "platelets": (("50", "10*9/L"), ("50000", "/uL")),
}
_UNDER: dict[str, Texts] = {
    "wbc": (("2.99", "10*9/L"), ("2990", "/uL")),
    "neutrophils": (("1.29", "10*9/L"), ("1290", "/uL")),
    "platelets": (("49", "10*9/L"), ("49000", "/uL")),
}


def liver(ward: Ward) -> None:
    """`E2`: ALT, AST or bilirubin over twice the upper limit of the result's own reference range."""
    stories = (
        Story(("pass",), (0.89, 0.3, 0.18, 0), _liver),
        Story(("fail",), (0.04, 0.03, 0.02, 0), partial(_liver, high=True)),
        Story(("fail",), (0.005, 0.005, 0.003, 0), partial(_liver, high=True, absent=True)),
        Story(("unknown no_record",), (0.02, 0.05, 0.03, 0), partial(_liver, absent=True)),
        Story(("unknown no_record",), (0.01, 0.6, 0.75, 1), partial(_old, names=LIVER, spans=_ROOM)),
        Story(("unknown range_missing",), (0.02, 0.01, 0.01, 0), partial(_liver, spoil=_rangeless)),
        Story(("unknown unit_unknown",), (0.01, 0.005, 0.004, 0), partial(_liver, spoil=_unitless)),
    )
    tell(ward, ["E2"], stories, np.arange(ward.size))


def _liver(
    ward: Ward,
    who: Who,
    *,
    high: bool = False,
    absent: bool = False,
    spoil: Callable[[Ward, Who, str], None] | None = None,
) -> None:
    """All three normal, apart from one that is high, another that is absent, or one that is spoiled."""
    odd = ward.rng.integers(0, 3, len(who))
    for number, name in enumerate(LIVER):
        mine = who[odd == number]
        missing = who[(odd + 1) % 3 == number] if high else mine
        others = who[odd != number]
        if high:
            _over(ward, mine, name)
        elif spoil:
            spoil(ward, mine, name)
        elif not absent:
            _within(ward, mine, name)
        if absent and high:
            others = np.setdiff1d(others, missing)
        if absent:
            stale(ward, missing, name, _ROOM[name], ward.edge.screening)
        _within(ward, others, name)


def _limit_of(ward: Ward, who: Who, name: str) -> Values:
    limits = np.array(ANALYTES[name].limits, dtype=float)
    return limits[ward.rng.integers(0, len(limits), len(who))]


def _within(ward: Ward, who: Who, name: str) -> None:
    """At most twice the limit; exactly twice for some."""
    twice = ward.rng.random(len(who)) < 0.03
    _twice(ward, who[twice], name, (("80", "U/L"), ("80.0", "U/L")), (("2.4", "mg/dL"), ("2.40", "mg/dL")))
    rest = who[~twice]
    limit = _limit_of(ward, rest, name)
    newest(
        ward,
        rest,
        name,
        limit * ward.uniform(rest, 0.3, 1.8),
        contrary=_ROOM[name],
        ties=(0.2, 0.28),
        limit=limit,
    )


def _over(ward: Ward, who: Who, name: str) -> None:
    barely = ward.rng.random(len(who)) < 0.12
    _twice(ward, who[barely], name, (("81", "U/L"), ("80.5", "U/L")), (("2.41", "mg/dL"),))
    rest = who[~barely]
    limit = _limit_of(ward, rest, name)
    newest(
        ward,
        rest,
        name,
        limit * ward.uniform(rest, 2.2, 9.0),
        contrary=_CALM[name],
        ties=(0.3, 1.5),
        limit=limit,
    )


def _twice(
    ward: Ward,
    who: Who,
    name: str,
    enzyme: tuple[tuple[str, str], ...],
    bilirubin: tuple[tuple[str, str], ...],
) -> None:
    texts, high = (bilirubin, "1.2") if name == "bilirubin_total" else (enzyme, "40")
    days = ward.between(who, ward.edge.screening, ward.edge.today)
    exactly(ward, who, name, texts, ward.dates(days), high=high)


def _rangeless(ward: Ward, who: Who, name: str) -> None:
    days = ward.between(who, ward.edge.screening + 1, ward.edge.today)
    values = _limit_of(ward, who, name) * ward.uniform(who, 0.4, 3.0)
    result(ward, who, name, values, ward.dates(days), ranged=False)
    older = ward.rng.random(len(who)) < 0.5
    before = ward.between(who[older], ward.edge.screening, days[older] - 1)
    result(ward, who[older], name, _limit_of(ward, who[older], name), ward.dates(before))


def _unitless(ward: Ward, who: Who, name: str) -> None:
    spoiled(ward, who, name, (0.5, 1.0) if name == "bilirubin_total" else (20, 40))


def _old(ward: Ward, who: Who, names: tuple[str, ...], spans: dict[str, Range]) -> None:
    group = ward.some(who[ward.kind[who] < 3], 0.15)
    for name in names:
        stale(ward, group, name, spans[name], ward.edge.screening)


def glucose(ward: Ward) -> None:
    """`E3`: fasting glucose of at least 7.0 mmol/L, or more than 11.1 two hours after a meal."""
    fasting, meal = "glucose_fasting", "glucose_2h_postprandial"
    stories = (
        Story(("pass",), (0.6, 0.2, 0.15, 0), _fasting),
        Story(("pass",), (0.22, 0.06, 0.03, 0), both(_fasting, _meal)),
        Story(("fail",), (0.05, 0.03, 0.04, 0), partial(_fasting, high=True)),
        Story(("fail",), (0.02, 0.01, 0.005, 0), both(_fasting, partial(_meal, high=True))),
        Story(("fail",), (0.01, 0.005, 0.005, 0), partial(_meal, high=True)),
        Story(("unknown no_record",), (0.02, 0.02, 0.01, 0), _meal),
        Story(
            ("unknown no_record",),
            (0.05, 0.66, 0.74, 1),
            partial(_old, names=(fasting,), spans={fasting: (4, 12)}),
        ),
        Story(("unknown unit_unknown",), (0.01, 0.01, 0.006, 0), partial(spoiled, name=fasting, span=(4, 6))),
        Story(
            ("unknown unit_unknown",),
            (0.01, 0.005, 0.002, 0),
            both(_fasting, partial(spoiled, name=meal, span=(6, 9))),
        ),
        Story(
            ("unknown date_imprecise",),
            (0.01, 0.003, 0.002, 0),
            partial(vague, name=fasting, span=(4, 12)),
            straddles="screening",
        ),
    )
    tell(ward, ["E3"], stories, np.arange(ward.size))


def _fasting(ward: Ward, who: Who, *, high: bool = False) -> None:
    # 7.0 fails, 6.9 passes; 126.2 mg/dL fails, 126.1 passes: criteria.md, "Boundary cases"
    fine, bad = (3.9, 6.7), (7.2, 16.0)
    if high:
        edge: Texts = (("7.0", "mmol/L"), ("7", "mmol/L"), ("126.2", "mg/dL"), ("127", "mg/dL"))
        newest(ward, who, "glucose_fasting", bad, contrary=fine, ties=fine, edge=edge)
    else:
        edge = (("6.9", "mmol/L"), ("6.99", "mmol/L"), ("126.1", "mg/dL"), ("126", "mg/dL"))
        newest(ward, who, "glucose_fasting", fine, contrary=bad, ties=fine, edge=edge)


def _meal(ward: Ward, who: Who, *, high: bool = False) -> None:
    # 200 mg/dL / 18.016 = 11.101 mmol/L, a little more than 11.1
    fine, bad = (4.5, 10.8), (11.5, 22.0)
    if high:
        edge: Texts = (("11.2", "mmol/L"), ("11.11", "mmol/L"), ("200", "mg/dL"))
        newest(ward, who, "glucose_2h_postprandial", bad, contrary=fine, ties=fine, edge=edge)
    else:
        edge = (("11.1", "mmol/L"), ("199", "mg/dL"))
        newest(ward, who, "glucose_2h_postprandial", fine, contrary=bad, ties=fine, edge=edge)


def counts(ward: Ward) -> None:
    """`E7b`: low counts exclude, unless a clinician attributes them to lupus."""
    stories = (
        Story(("pass",), (0.85, 0.3, 0.2, 0), _counts),
        Story(
            ("pass",), (0.03, 0.02, 0, 0), both(partial(_counts, low=True), partial(_cause, answer="true"))
        ),
        Story(
            ("fail",),
            (0.02, 0.01, 0.01, 0),
            both(partial(_counts, low=True), partial(_cause, answer="false")),
        ),
        Story(
            ("fail",),
            (0.005, 0.005, 0.003, 0),
            both(partial(_counts, low=True, absent=True), partial(_cause, answer="false")),
        ),
        Story(
            ("unknown attribution_missing",),
            (0.04, 0.04, 0.02, 0),
            both(partial(_counts, low=True), _old_cause),
        ),
        Story(("unknown no_record",), (0.02, 0.03, 0.02, 0), partial(_counts, absent=True)),
        Story(
            ("unknown no_record",),
            (0.01, 0.005, 0, 0),
            both(partial(_counts, low=True, absent=True), partial(_cause, answer="true")),
        ),
        Story(("unknown no_record",), (0.02, 0.58, 0.74, 1), partial(_old, names=COUNTS, spans=_LOW)),
    )
    tell(ward, ["E7b"], stories, np.arange(ward.size))


def _counts(ward: Ward, who: Who, *, low: bool = False, absent: bool = False) -> None:
    """All three recorded and normal, apart from one that is low and one that is absent."""
    odd = ward.rng.integers(0, 3, len(who))
    gap = (odd + 1) % 3
    for number, name in enumerate(COUNTS):
        is_low = (odd == number) & low
        is_absent = (gap == number) & absent
        fine = who[~is_low & ~is_absent]
        newest(
            ward, who[is_low], name, _LOW[name], contrary=_NORMAL[name], ties=_NORMAL[name], edge=_UNDER[name]
        )
        stale(ward, who[is_absent], name, _LOW[name], ward.edge.screening)
        if name == "neutrophils" and low:  # no more neutrophils than white cells
            few = who[~is_low & ~is_absent & (odd == 0)]
            newest(ward, few, name, (1.4, 2.0), contrary=_LOW[name])
            fine = np.setdiff1d(fine, few)
        newest(ward, fine, name, _NORMAL[name], contrary=_LOW[name], ties=_NORMAL[name], edge=_LIMIT[name])


def _cause(ward: Ward, who: Who, answer: str) -> None:
    """The attribution; an earlier one said the opposite, and on one day `false` counts before `true`."""
    name = "cytopenia_due_to_sle"
    opposite = "false" if answer == "true" else "true"
    days = ward.between(who, ward.edge.screening, ward.edge.today)
    ward.finding(who, name, answer, days)
    chance = ward.rng.random(len(who))
    earlier = (chance < 0.15) & (days > ward.edge.screening)
    ward.finding(
        who[earlier], name, opposite, ward.between(who[earlier], ward.edge.screening, days[earlier] - 1)
    )
    if answer == "false":
        ward.finding(who[chance > 0.9], name, "true", days[chance > 0.9])


def _old_cause(ward: Ward, who: Who) -> None:
    some = ward.some(who, 0.3)
    days = ward.between(some, ward.edge.screening - 60, ward.edge.screening - 1, edge=0.3)
    ward.finding(some, "cytopenia_due_to_sle", ward.choose(some, ("true", "false")), days)
