"""Which counts of a funnel may leave the site: none that is small, and none from which a small one follows.

The rule. Counts are decided one after the other, the important ones first. A count is shown only if all counts shown
so far, together with it, divide the people into groups of which each is empty or holds at least `least`. So whoever
adds and subtracts shown counts never arrives at a group of 1 to `least` - 1 people; what would complete such a sum is
hidden as well, however large it is. The verdicts and the attrition are decided first and together; then, for each
criterion, its own line and all its readings, together with the verdicts and the attrition around that criterion:
only these can be combined (where at most two criteria concern anybody, everything can, and is decided together).

Limits. `least` = 2 hides only ones, which the gap itself tells: take 3 or more. Two reports on the same people, in
another order or on another day, can be subtracted from each other; give one away, not both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from trialwright.eligibility.funnel import Population

Members = npt.NDArray[np.bool_]
"""Who belongs to a count: one truth value for each kind of person in the histogram, and a last one for the dead."""


class Crowd:
    """The people of a population by kind, and who among them fails or leaves open which rule."""

    def __init__(self, population: Population, rules: int) -> None:
        keys = list(population.histogram)
        sizes = [*population.histogram.values(), population.dead]
        self.sizes = np.array(sizes, dtype=np.int64)
        self.dead = np.zeros(len(sizes), dtype=np.bool_)
        self.dead[-1] = True
        self.everybody = np.ones(len(sizes), dtype=np.bool_)
        self._fails = [self._bit([fail for fail, _ in keys], rule) for rule in range(rules)]
        self._open = [self._bit([unknown for _, unknown in keys], rule) for rule in range(rules)]

    @staticmethod
    def _bit(masks: Sequence[int], rule: int) -> Members:
        return np.array([*(bool(mask >> rule & 1) for mask in masks), False], dtype=np.bool_)

    def fails(self, rule: int) -> Members:
        """Those who fail a rule."""
        return self._fails[rule]

    def unknown(self, rule: int) -> Members:
        """Those of whom it is not known whether they pass a rule."""
        return self._open[rule]

    def possible(self, rules: Sequence[int]) -> Members:
        """The living who fail none of these rules."""
        return ~self.dead & ~_any([self._fails[rule] for rule in rules], self.dead)

    def certain(self, rules: Sequence[int]) -> Members:
        """The living who pass all of these rules for certain."""
        return self.possible(rules) & ~_any([self._open[rule] for rule in rules], self.dead)

    def concerned(self, rule: int) -> bool:
        """Whether anybody fails a rule or leaves it open."""
        return bool((self._fails[rule] | self._open[rule]).any())


def _any(parts: Sequence[Members], like: Members) -> Members:
    found = np.zeros_like(like)
    for part in parts:
        found = found | part
    return found


class Guard:
    """Decides count by count; see the rule above. With `least` 0 everything is shown."""

    def __init__(self, sizes: npt.NDArray[np.int64], least: int) -> None:
        self._sizes = sizes
        self._least = least
        self._group = np.zeros(len(sizes), dtype=np.int64)
        self._groups = 1

    def admit(self, members: Members) -> bool:
        """Whether a count of these people may be shown beside all those admitted before."""
        if not self._least:
            return True
        split = self._group * 2 + members
        people = np.bincount(split, weights=self._sizes, minlength=2 * self._groups)
        if bool(((people > 0) & (people < self._least)).any()):
            return False
        present, self._group = np.unique(split, return_inverse=True)
        self._groups = len(present)
        return True

    def count(self, number: int, members: Members) -> int | None:
        """The number where it may be shown, else None."""
        return number if self.admit(members) else None


def suppress_coverage(coverage: Mapping[str, Any], *, least: int) -> dict[str, Any]:
    """A coverage report that may leave the site: whether a concept occurs in `least` people or more, no counts.

    Codes that no concept names are left out, and so is a warning that names one with fewer than `least` records: a
    rare code can point at one person. `warnings_left_out` says how many warnings that were.
    """
    rare = [row["code"] for rows in coverage["unmapped"].values() for row in rows if row["count"] < least]
    warnings = [each for each in coverage["warnings"] if not any(code in each for code in rare)]
    return {
        **coverage,
        "persons": None,
        "concepts": [
            {**row, "facts": None, "persons": None, "enough": row["persons"] >= least}
            for row in coverage["concepts"]
        ],
        "unmapped": {},
        "unmapped_total": {},
        "left_out": {},
        "skipped": {},
        "warnings": warnings,
        "warnings_left_out": len(coverage["warnings"]) - len(warnings),
    }
