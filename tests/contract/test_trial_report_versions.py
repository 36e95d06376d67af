"""A report names every version of the definition under which the trial was run, once it was amended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trialwright.reports.document import Items
from trialwright.reports.trial.sheet import Sheet
from trialwright.reports.trial.versions import VersionInForce, say_versions
from trialwright.terms.message import render

FIRST = VersionInForce("1.0", "sha256:" + "a" * 64, "2026-01-05", (("nanjing", "2026-01-06"),), 21)
SECOND = VersionInForce(
    "1.1",
    "sha256:" + "b" * 64,
    "2026-08-03",
    (("nanjing", "2026-08-11"), ("wuxi", "2026-08-11"), ("suzhou", "2026-09-01")),
    32,
)
EARLY = replace(FIRST, released="")  # of a time when no release was recorded

LATER = (
    "Version 1.1 (bbbbbbbbbbbb): released on 2026-08-03; approved at nanjing, wuxi on 2026-08-11, suzhou on 2026-09-01; "
    "enrolled under it: 32."
)

# fmt: off
CASES = [
    # in force          what is said
    ((),                []),
    ((FIRST,),          []),
    ((EARLY, SECOND),   ["Version 1.0 (aaaaaaaaaaaa): approved at nanjing on 2026-01-06; enrolled under it: 21.",
                         LATER]),
    ((FIRST, SECOND),   ["Version 1.0 (aaaaaaaaaaaa): released on 2026-01-05; approved at nanjing on 2026-01-06; enrolled under it: 21.",
                         LATER]),
]
# fmt: on


@pytest.mark.parametrize(("versions", "expected"), CASES)
def test_every_version_in_force_is_named_with_its_days_and_who_was_enrolled_under_it(
    versions: tuple[VersionInForce, ...], expected: list[str]
) -> None:
    sheet = Sheet({}, figures=False)
    say_versions(versions, sheet)
    assert [
        render(each, {}) for block in sheet.blocks if isinstance(block, Items) for each in block.items
    ] == expected
