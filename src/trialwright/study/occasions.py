"""The named days that rules of a study may count from: anchors of its schedule, the visit judged, the baseline."""

from __future__ import annotations

from trialwright.logic import nodes as n
from trialwright.study.model import Study
from trialwright.terms.dates import Length, parse_length

VISIT = "visit"
"""The day of the visit that is judged; results that belong to the visit are of this day."""

IN_RESPONSE = "in_response"
"""The visits from the one at which a response was reached up to the one before the visit judged."""

VISIT_WINDOW = n.Window(Length(0, "d"), n.NamedDay(VISIT))
"""The results of the visit that is judged."""


def named_days(study: Study) -> frozenset[str]:
    """The days that rules may name: the ids of the schedule's anchors."""
    return frozenset(anchor.id for anchor in study.schedule.anchors) if study.schedule else frozenset()


def baseline_window(study: Study, reading: str | None = None) -> n.Window | None:
    """In which time a baseline value lies, by a reading of the plan's baseline (None: the chosen one).

    None where the study has no analysis plan, or the plan no baseline. Raises `KeyError` for an unknown reading.
    """
    baseline = study.analysis.baseline if study.analysis else None
    if baseline is None:
        return None
    chosen = baseline.readings[reading or baseline.chosen]
    return n.Window(parse_length(chosen.not_older_than), n.NamedDay(chosen.anchor))
