"""The alerts that an event sets off, judged on what the record will say once it is written."""

from __future__ import annotations

from datetime import date
from typing import Any

from trialwright.conduct.trial import View
from trialwright.record.participant import Participant
from trialwright.safety.alerts import assess_alerts


def raised_alerts(
    view: View, before: Participant, after: Participant, *, days: frozenset[str], about: frozenset[str] | None
) -> list[dict[str, Any]]:
    """The alerts that fire with what is being recorded and did not fire without it, as the event keeps them.

    `days`: the days of the results. `about`: the concepts that are answered; None for all.
    """
    found: dict[str, dict[str, Any]] = {}
    for day in sorted(days):
        on = date.fromisoformat(day[:10])
        fired = [each for each in assess_alerts(view.safety, after, on=on, about=about) if each.truth is True]
        if not fired:
            continue
        known = {
            each.alert.id
            for each in assess_alerts(view.safety, before, on=on, about=about)
            if each.truth is True
        }
        for each in fired:
            if each.alert.id not in known and each.alert.id not in found:
                facts = [fact.fact for fact in each.evidence]
                found[each.alert.id] = {"alert": each.alert.id, "on": day[:10], "facts": facts}
    return list(found.values())
