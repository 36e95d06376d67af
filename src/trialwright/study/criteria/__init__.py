"""The kinds of calls that rules are made of: one small record each, lowered to `logic`.

A new kind is one `Kind` in a file here and one line in `KINDS`; it never computes anything itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.study.criteria import history, logic, results
from trialwright.study.criteria.scope import Kind, Scope

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        results.LATEST,
        results.FIRST,
        results.LOWEST,
        results.HIGHEST,
        results.BASELINE,
        results.RECORDED,
        results.COUNT,
        results.STAND_IN,
        results.LATEST_DAY,
        results.IS,
        results.ITEMS,
        history.PRESENT,
        history.COURSE_DAYS,
        history.COURSE_DOSE,
        history.WINDOW_DOSE,
        history.MAX_DAILY_DOSE,
        logic.UNLESS,
        logic.WHEN,
        logic.BY_MODE,
        logic.UNKNOWN,
        logic.HAPPENED,
    )
}

__all__ = ["KINDS", "Kind", "Scope"]
