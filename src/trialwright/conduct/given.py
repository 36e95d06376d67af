"""Which interventions a participant receives: those of the arm, before allocation those of the run-in."""

from __future__ import annotations

from trialwright.record.participant import Participant
from trialwright.study.design import Intervention
from trialwright.study.model import Study


def is_run_in(study: Study, intervention: Intervention) -> bool:
    """Whether an intervention may be given before allocation: one of its epochs is a run-in."""
    run_ins = {epoch.id for epoch in study.epochs if epoch.type == "run_in"}
    return not run_ins.isdisjoint(intervention.epochs)


def is_run_in_only(study: Study, intervention: Intervention) -> bool:
    """Whether an intervention belongs to the run-in alone, so that it is over once an arm is given."""
    run_ins = {epoch.id for epoch in study.epochs if epoch.type == "run_in"}
    return bool(intervention.epochs) and run_ins.issuperset(intervention.epochs)


def find_interventions(study: Study, participant: Participant) -> tuple[Intervention, ...]:
    """Find the interventions of a participant, in the order of the definition.

    Before allocation: the run-in interventions that all arms share. After it: those of the arm; while the arm is blind,
    those that all arms share. What stands for others while a study is blind takes the place of any of them that is
    given in some arm, for everybody, so that its being there tells nothing.
    """
    arms = [set(arm.interventions) for arm in study.arms]
    if not arms:
        return ()
    shared = set.intersection(*arms)
    own = next((set(arm.interventions) for arm in study.arms if arm.id == participant.arm), None)
    ids = shared if own is None else own
    masks = {each.id: set(each.stands_for) for each in study.interventions if each.stands_for}
    for mask, behind in masks.items():
        if any(behind & arm for arm in arms):
            ids = (ids - behind) | {mask}
    found = [each for each in study.interventions if each.id in ids]
    if participant.allocated is None:
        found = [each for each in found if is_run_in(study, each)]
    return tuple(found)
