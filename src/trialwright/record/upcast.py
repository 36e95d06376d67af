"""Events of older versions, read as the version of today. Nothing in the ledger is rewritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trialwright.record.event import Event

Upcast = Callable[[Mapping[str, Any]], Mapping[str, Any]]

UPCASTS: Mapping[tuple[str, int], Upcast] = {
    # at first a site approved what nobody had released for the study
    ("version_approved", 1): lambda data: {**data, "released": 0},
    # the parts are the same; what the digest was made of is told by the version, see `record.content`
    ("signed", 1): dict,
    ("source_verified", 1): dict,
}
"""By event type and version: how data of that version becomes data of the next one."""


def upcast(event: Event, steps: Mapping[tuple[str, int], Upcast] = UPCASTS) -> Mapping[str, Any]:
    """The data of an event as its type is written today."""
    data, version = event.data, event.version
    while (event.type, version) in steps:
        data = steps[event.type, version](data)
        version += 1
    return data
