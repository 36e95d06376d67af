"""From a fact back to the ledger: which event states it."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.record.participant import Participant


def fact_positions(participant: Participant) -> Mapping[str, int]:
    """The ledger position of each fact that an item, a dose or an adverse event states, by fact id.

    Facts of the person's records came in with a screening and have no position of their own.
    """
    items = {
        f"{form.id}#{value.path}": value.position
        for form in participant.forms.values()
        for value in form.items.values()
    }
    doses = {f"dose/{dose.number}": dose.position for dose in participant.doses}
    events = {f"ae/{event.number}": event.current.position for event in participant.adverse_events}
    return {**items, **doses, **events}
