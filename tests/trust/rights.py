"""Arguments for actions that are tried only to see whether they are allowed."""

from __future__ import annotations

from typing import Any

from trialwright.conduct.action import Argument


def plausible(argument: Argument) -> Any:
    """Something an argument of its kind can be."""
    kinds: dict[str, Any] = {
        "date": "2026-06-01", "partial_date": "2026-06", "date_time": "2026-06-01T00:30:00Z", "number": "1", "whole": "1", "yes_no": "false",
        "choices": argument.choices[:1], "pairs": {}, "entries": {}, "facts": (), "rows": (),
        "choice": argument.choices[0] if argument.choices else "x",
    }  # fmt: skip
    return kinds.get(argument.kind, "x")
