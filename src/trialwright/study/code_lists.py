"""The permitted answers of choices, and the reasons why something was not done."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trialwright.study.part import Code, Name, Part, Words
from trialwright.terms.message import Text


class CodeListEntry(Part):
    """One permitted answer: what is stored, what people read, what it means elsewhere.

    `concept`: what a row is a fact about where this answer names it (see `RowFact`).
    """

    value: Words
    label: Text
    codes: tuple[Code, ...] = ()
    concept: Name | None = None


class CodeList(Part):
    """The permitted answers of choice items, in order."""

    id: Name
    title: Text | None = None
    entries: Annotated[tuple[CodeListEntry, ...], Field(min_length=1)]


NOT_DONE_LIST = "not_done_reasons"
"""The id of the code list with the reasons why an item or form was not done; a study may write its own."""

_REASONS: tuple[tuple[str, Text], ...] = (
    ("not_performed", Text("Not performed", "未进行")),
    ("declined", Text("Participant declined", "受试者拒绝")),
    ("not_known", Text("Not known", "不详")),
    ("not_applicable", Text("Not applicable", "不适用")),
    ("sample_unusable", Text("Sample lost or unusable", "标本丢失或不合格")),
    ("result_unavailable", Text("Result not available", "无法获得结果")),
    ("equipment_failure", Text("Equipment failure", "设备故障")),
    ("too_ill", Text("Participant too ill", "受试者病情不允许")),
    ("entered_in_error", Text("Entered in error", "误录")),
)
NOT_DONE_REASONS = CodeList(
    id=NOT_DONE_LIST,
    title=Text("Reason not done", "未做原因"),
    entries=tuple(CodeListEntry(value=value, label=label) for value, label in _REASONS),
)
"""The reasons a study has that writes no list of its own. **Source**: CDASH variable REASND, as a list [D]."""
