"""Which interventions of a study can be what an event is suspected of, so that an authority must be told."""

from __future__ import annotations

from trialwright.study.model import Study


def find_products(study: Study) -> frozenset[str]:
    """Find the ids of the investigational products: those that safety.yaml names, and what stands for one of them.

    A definition of before they could be named (only such a one lacks them beside clocks that ask for a suspicion) meant
    the interventions whose role is investigational, and is read so.

    **Source**: `trialwright.study.safety.InvestigationalProducts`.
    """
    said = study.safety.investigational_products if study.safety else None
    if said is None:
        return frozenset(each.id for each in study.interventions if each.role == "investigational")
    named = frozenset(said.interventions)
    masks = (each.id for each in study.interventions if not named.isdisjoint(each.stands_for))
    return named.union(masks)
