"""Counts of two arms, written as a table would print them."""

from __future__ import annotations

from trialwright.analysis import ArmCount, TwoArms


def arm(text: str, name: str = "BEL+MT") -> ArmCount:
    """`20/28`: participants with the event, of all."""
    events, n = text.split("/")
    return ArmCount(arm=name, events=int(events), n=int(n))


def arms(text: str) -> TwoArms:
    """`20/28 v 11/25`: treatment against control."""
    treatment, control = text.split(" v ")
    return TwoArms(treatment=arm(treatment), control=arm(control, "MT"))


def every_table(n1: int, n0: int) -> list[TwoArms]:
    """All tables of two arms of these sizes."""
    return [arms(f"{x1}/{n1} v {x0}/{n0}") for x1 in range(n1 + 1) for x0 in range(n0 + 1)]
