"""Whether an event is what `record.event_types` says of its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.record.event import Event, digests
from trialwright.record.event_types import EVENT_TYPES
from trialwright.record.upcast import upcast


def undeclared(event: Event) -> list[str]:
    """What differs, in words; nothing where the event is as declared. An older version is upcast first."""
    declared = EVENT_TYPES[event.type]
    return [
        *_parts(event, upcast(event)),
        *([] if event.version <= declared.version else [f"version {event.version} is not written today"]),
        *(
            []
            if event.stream.partition("/")[0] in declared.streams
            else [f"it stands in the stream {event.stream}"]
        ),
        *(
            []
            if {name.partition("/")[0] for name in event.series} == {declared.series.partition("/")[0]} - {""}
            else [f"it counts {sorted(event.series)}"]
        ),
    ]


def _parts(event: Event, data: Mapping[str, Any]) -> list[str]:
    parts = {part.name: part for part in EVENT_TYPES[event.type].data}
    return [
        *(f"{name} is not declared" for name in sorted(data.keys() - parts.keys())),
        *(
            f"{part.name} is missing"
            for part in parts.values()
            if not part.optional and part.name not in data
        ),
        *(
            f"{name} is an entered text"
            for name, value in data.items()
            if name in parts and not parts[name].entered and digests({name: value})
        ),
    ]
