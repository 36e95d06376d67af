"""What is asked of the records, and what came of it; shared by the commands that judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trialwright.eligibility.verdict import Assessed
from trialwright.logic.interpreter import Setting
from trialwright.record.fact import Person
from trialwright.study.rules import Eligibility, Rule

Judged = tuple[Person, str, tuple[Assessed, ...] | None, Sequence[Any]]
"""Person, overall verdict, the interpreter's findings if it judged, the SQL engine's lines if it did."""


@dataclass
class Question:
    """What is asked of the records: which rules, which day, which mode; and what came of it."""

    eligibility: Eligibility
    rules: tuple[Rule, ...]
    on: date
    setting: Setting
    readings: Mapping[str, str]
    engine: str
    disagreements: list[str] = field(default_factory=list)
