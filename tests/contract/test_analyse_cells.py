"""Tables of `analyse` in a terminal: a text too long for a cell is said once, in full, below its table."""

from __future__ import annotations

from trialwright.cli.analyse import _table_lines
from trialwright.cli.common import Terminal
from trialwright.reports.document import Column, Table, row

WHY = "Arm MT has no participants, so nothing can be estimated from it, whatever the method may be."
LONG = "Change of the logarithm of urine protein from baseline to week 24, as observed at the visit"


def test_a_long_text_is_said_once_below_the_table_and_named_in_every_cell() -> None:
    columns = (Column("endpoint", "Endpoint", "text"), Column("estimate", "Estimate", "text"))
    rows = (row("CR", WHY), row(LONG, "28.7"), row("PR", WHY))
    table = Table(3, "made_up", "Made up", columns, rows, ("A note.",))
    lines = list(_table_lines(table, Terminal("en")))
    said = "\n".join(lines)
    assert (said.count(WHY), said.count(LONG)) == (1, 1)
    assert lines[-3:] == [f"  [1] {WHY}", f"  [2] {LONG}", "  A note."]
    first, second, third = lines[-6:-3]
    assert (first.split(), third.split()) == (["r1", "CR", "[1]"], ["r3", "PR", "[1]"])
    # what heads a row is still to be recognised
    assert second.startswith("  r2  Change of the logarithm of urine protein from")
    assert second.split()[-2:] == ["[2]", "28.7"]
