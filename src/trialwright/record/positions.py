"""From a fact back to the ledger: which event states it."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.record.participant import Participant


def fact_positions(participant: Participant) -> Mapping[str, int]:
    """Give the ledger position of each fact of a participant, by fact id; of corrected values that of the correction.

    Facts of the person's records stand under the first screening, which brought them in; without one they have none.
    """
    came = participant.screenings[0].position if participant.screenings else None
    found = {fact.fact: came for fact in participant.record if came is not None}
    for form in participant.forms.values():
        for value in form.items.values():
            found[f"{form.id}#{value.path}"] = value.position
            if (
                value.fact
            ):  # a fact that several items state together stands where the last of them was stated
                fact = f"{form.id}#{value.fact}"
                found[fact] = max(found.get(fact, 0), value.position)
    found |= {f"dose/{dose.number}": dose.position for dose in participant.doses}
    found |= {f"ae/{event.number}": event.current.position for event in participant.adverse_events}
    found |= {
        fact.fact: int(fact.fact.removeprefix("event/"))
        for fact in participant.other_facts()  # a person's records may use such ids, too
        if fact.fact.startswith("event/")
    }
    return found
