"""The table of what can be corrected names every kind of entry that an archive can hold a correction of, and no other."""

from __future__ import annotations

from trialwright.conduct.actions.correctable import CORRECTABLE
from trialwright.exchange.archive.nested import _CORRECTED
from trialwright.terms.message import render


def test_every_kind_that_can_be_corrected_stands_in_the_table_once() -> None:
    named = [each.target.partition("/")[0] for each in CORRECTABLE]
    assert sorted(named) == sorted([*_CORRECTED, "FORM RECORD"])  # a form has an event of its own


def test_the_table_says_of_which_entries_values_recorded_takes_back() -> None:
    says = {
        each.target.partition("/")[0]: "values.recorded=false" in render(each.removal, {})
        for each in CORRECTABLE
        if each.target != "FORM RECORD"
    }
    assert says == {kind: "recorded" in values for kind, values in _CORRECTED.items()}
