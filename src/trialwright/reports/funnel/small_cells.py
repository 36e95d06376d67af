"""Which counts of a funnel may leave the site: none that is small, and none from which a small one can be computed.

The rule. `least` is the smallest group that may be recognised. Counts of 1 to `least` - 1 people are hidden. The others
are decided one after the other, the important ones first (all, verdicts, attrition, each criterion alone, readings);
one is hidden too if, together with those shown before it, it would give away a small group

- by adding and subtracting: a hidden small count is a combination of shown counts (one row's loss is the difference of
  what was left before and after; the dead are everybody but the living; and so on through the whole report);
- together: what two small counts add up to, or the losses that are hidden between two steps of the attrition, are a
  small group of their own where they are fewer than `least` people;
- as a difference: a shown group, or two shown groups without a common member, are part of another shown one and fall
  short of it by 1 to `least` - 1 people.

Zeros are shown. What adds up is judged on the people there are, so whoever does not know them can compute still less.
Persons are not named. A Shapley value, a sum over groups, is held to the same rule, and rounded to `least` people.

Limits. A gap tells that somebody is there: where as many gaps as people remain, each is one person. So take 3 or more,
better 5 or 10, and a population much larger. Two reports on the same people, in another order or on another day, can be
subtracted from each other: give one away, not both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from trialwright.eligibility.funnel import Mask, Population, swap

Members = npt.NDArray[np.bool_]
"""Who belongs to a count: a truth value for each kind of person in the histogram, and a last one for the dead."""
Weights = npt.NDArray[np.float64]
Cell = tuple[dict[str, Any], str, Members]
"""A row of the result, the name of a count in it, and the people counted."""

_WORD = 60  # bits of a mask looked at together
_KINDS = 4_000  # kinds of people on which sums are judged; fewer kinds than there are only hide more
_ZERO = 1e-6


class Crowd:
    """The people of a population by kind: who of them fails a rule, or leaves it open."""

    def __init__(self, population: Population) -> None:
        keys = list(population.histogram)
        self.sizes = np.array([*population.histogram.values(), population.dead], dtype=np.int64)
        self.dead = np.zeros(len(self.sizes), dtype=np.bool_)
        self.dead[-1] = population.dead > 0
        self._present = self.sizes > 0
        self._fail = [fail for fail, _ in keys]
        self._open = [unknown for _, unknown in keys]
        self._words: dict[tuple[bool, int], npt.NDArray[np.int64]] = {}

    @property
    def everybody(self) -> Members:
        """All, the dead included."""
        return self._present

    def fails(self, rule: int) -> Members:
        """The living who fail a rule."""
        return self._bit(rule, unknown=False)

    def unknown(self, rule: int) -> Members:
        """The living of whom it is not known whether they pass a rule."""
        return self._bit(rule, unknown=True)

    def _bit(self, rule: int, *, unknown: bool) -> Members:
        word, bit = divmod(rule, _WORD)
        if (unknown, word) not in self._words:
            masks: Sequence[Mask] = self._open if unknown else self._fail
            part = [mask >> (_WORD * word) & ((1 << _WORD) - 1) for mask in masks]
            self._words[unknown, word] = np.array([*part, 0], dtype=np.int64)
        return (self._words[unknown, word] >> bit & 1).astype(np.bool_)

    def possible(self, rules: Sequence[int]) -> Members:
        """The living who fail none of these rules."""
        left = self._present & ~self.dead
        for rule in rules:
            left &= ~self.fails(rule)
        return left

    def certain(self, rules: Sequence[int]) -> Members:
        """The living who pass all of these rules for certain."""
        left = self.possible(rules)
        for rule in rules:
            left &= ~self.unknown(rule)
        return left

    def verdicts(self, rules: Sequence[int]) -> dict[str, Members]:
        """Everybody by overall verdict under these rules."""
        possible, certain = self.possible(rules), self.certain(rules)
        return {
            "eligible": certain,
            "undetermined": possible & ~certain,
            "ineligible": self._present & ~possible,
        }

    def shapley(self, rules: Sequence[int], position: int, *, worst: bool) -> Weights:
        """By how much of a person each kind counts in the Shapley value of one rule."""
        lost = np.array([self.fails(rule) | (self.unknown(rule) & worst) for rule in rules])
        return np.where(lost[position], 1.0 / np.maximum(lost.sum(axis=0), 1), 0.0)


class Guard:
    """Decides which counts may be shown; `candidates` are all counts there are, the important ones first.

    `secret`: small groups that are no count of their own, but must not follow from those shown.
    """

    def __init__(
        self,
        sizes: npt.NDArray[np.int64],
        candidates: Sequence[Members],
        *,
        least: int,
        secret: Sequence[Members] = (),
    ) -> None:
        self._least = least
        people = [int(sizes[each].sum()) for each in candidates]
        small = [each for each, count in zip(candidates, people, strict=True) if 0 < count < least]
        small += [*secret, *_small_pairs(sizes, small, least)]
        looked_at = _some_kinds(sizes, small)
        self._hidden = np.array([each[looked_at] for each in small], dtype=np.float64)
        self._hidden = self._hidden.reshape(len(small), len(looked_at))
        self._looked_at = looked_at
        self._basis: list[Weights] = []
        self._shown: list[tuple[int, Members]] = []
        self.admitted = [self._admit(each, count) for each, count in zip(candidates, people, strict=True)]

    def _admit(self, members: Members, count: int) -> bool:
        if 0 < count < self._least or self._falls_short(members, count):
            return False
        if not self.admit_sum(members.astype(np.float64)):
            return False
        self._shown.append((count, members))
        return True

    def _falls_short(self, members: Members, count: int) -> bool:
        """Whether one or two shown groups, with this one, leave a small rest of a group that holds them."""
        if any(
            self._is_small(abs(count - other)) and _nested(members, others) for other, others in self._shown
        ):
            return True
        counts = np.array([other for other, _ in self._shown], dtype=np.int64)
        rests = count - counts[:, None] - counts  # of this group, less two
        for one, other in np.argwhere(np.triu((rests > 0) & (rests < self._least), k=1)):
            if _are_parts(members, self._shown[one][1], self._shown[other][1]):
                return True
        rests = counts[:, None] - counts - count  # of a shown group, less this one and another
        return any(
            _are_parts(self._shown[whole][1], members, self._shown[other][1])
            for whole, other in np.argwhere((rests > 0) & (rests < self._least))
        )

    def _is_small(self, count: int) -> bool:
        return 0 < count < self._least

    def admit_sum(self, weights: Weights) -> bool:
        """Whether a sum over the people may be shown: no hidden count follows from it and what is shown already.

        Where it may, it counts as shown from then on.
        """
        new = weights[self._looked_at]
        size = float(np.linalg.norm(new))
        for _ in range(2):  # twice, for exactness
            for direction in self._basis:
                new = new - direction * float(direction @ new)
        if np.linalg.norm(new) <= _ZERO * size:
            return True  # it follows from what is shown
        new /= np.linalg.norm(new)
        rest = self._hidden - np.outer(self._hidden @ new, new)
        if bool((np.linalg.norm(rest, axis=1) <= _ZERO).any()):
            return False
        self._hidden = rest
        self._basis.append(new)
        return True


def _nested(one: Members, other: Members) -> bool:
    both = one & other
    return bool((both == one).all() or (both == other).all())


def _are_parts(whole: Members, one: Members, other: Members) -> bool:
    """Whether two groups without a common member are parts of a third."""
    return not bool((one & other).any()) and not bool(((one | other) & ~whole).any())


def _small_pairs(sizes: npt.NDArray[np.int64], small: Sequence[Members], least: int) -> Iterator[Members]:
    """What two small groups without a common member are together, where that is a small group too."""
    for one, other in combinations(small, 2):
        if not (one & other).any() and sizes[one | other].sum() < least:
            yield one | other


def _some_kinds(sizes: npt.NDArray[np.int64], small: Sequence[Members]) -> npt.NDArray[np.int64]:
    """The kinds of people on which sums are judged: all in small groups, and of the others the most frequent."""
    rank = np.argsort(-sizes, kind="stable")
    wanted = np.zeros(len(sizes), dtype=np.bool_)
    wanted[rank[:_KINDS]] = True
    for members in small:
        wanted |= members
    return np.flatnonzero(wanted & (sizes > 0))


def hide_small_cells(
    result: dict[str, Any],
    population: Population,
    bits: Sequence[int],
    order: Sequence[int],
    alternatives: Sequence[tuple[int, int]],
    *,
    least: int,
) -> None:
    """Set to None in a funnel's result what must not leave the site.

    `bits`: the bits of the chosen rules. `order`: the attrition, as positions in `bits`. `alternatives`: position and
    bit of each reading, in the order of `result["reading_effects"]`.
    """
    crowd = Crowd(population)
    cells = [*_cells(result, crowd, bits, order), *_reading_cells(result, crowd, bits, alternatives)]
    guard = _guard(crowd, cells, result["attrition"], least)
    for (row, name, _), admitted in zip(cells, guard.admitted, strict=True):
        if not admitted:
            row[name] = None
    living = result["attrition"][0]["left_best"]
    for position, row in enumerate(result["shapley"]):
        for name in ("best", "worst"):
            weights = crowd.shapley(bits, position, worst=name == "worst")
            row[name] = _rounded(row[name], living, least) if guard.admit_sum(weights) else None
    for row in result["reading_effects"]:
        row["who"] = None


def _guard(crowd: Crowd, cells: Sequence[Cell], steps: Sequence[dict[str, Any]], least: int) -> Guard:
    """Decide on all counts; anew as long as the losses hidden between two steps are a small group.

    What is left before and after gives such a sum away, however many shown losses lie between.
    """
    places = {(id(row), name): place for place, (row, name, _) in enumerate(cells)}
    lost = [places[id(row), "lost"] for row in steps]
    secret: list[Members] = []
    while True:
        guard = Guard(crowd.sizes, [members for _, _, members in cells], least=least, secret=secret)
        hidden = [
            cells[place][2] if not guard.admitted[place] else np.zeros_like(crowd.dead) for place in lost
        ]
        sums = [
            np.logical_or.reduce(hidden[first:last])
            for first, last in combinations(range(len(hidden) + 1), 2)
        ]
        new = [
            each
            for each in sums
            if 0 < crowd.sizes[each].sum() < least and not any((each == known).all() for known in secret)
        ]
        if not new:
            return guard
        secret += new


def _rounded(share: float, living: int | None, least: int) -> float | None:
    """A share of the living, rounded to a multiple of `least` people; None where one of the two is small or hidden."""
    if living is None:
        return None
    people = abs(share) * living
    if 0 < people < least:
        return None
    return -round(people / least) * least / living if people else 0.0


def _cells(result: dict[str, Any], crowd: Crowd, bits: Sequence[int], order: Sequence[int]) -> list[Cell]:
    """Every count of verdicts, attrition and each criterion alone with the people in it, the important ones first."""
    verdicts = crowd.verdicts(bits)
    seen = [[bits[position] for position in order[:step]] for step in range(len(order) + 1)]
    possible = [crowd.possible(rules) for rules in seen]
    before = [crowd.everybody, *possible]
    steps = result["attrition"]
    cells: list[Cell] = [(result, "total", crowd.everybody)]
    cells += [(result["counts"], name, verdicts[name]) for name in result["counts"]]
    cells += [(result, "dead", crowd.dead)]
    cells += [(row, "left_best", possible[step]) for step, row in enumerate(steps)]
    cells += [(row, "left_worst", crowd.certain(seen[step])) for step, row in enumerate(steps)]
    cells += [(row, "lost", before[step] & ~possible[step]) for step, row in enumerate(steps)]
    others = [[bit for bit in bits if bit != each] for each in bits]
    alone: dict[str, Callable[[int], Members]] = {
        "fails": lambda place: crowd.fails(bits[place]),
        "gained_best": lambda place: crowd.possible(others[place]) & crowd.fails(bits[place]),
        "unknown": lambda place: crowd.unknown(bits[place]),
        "gained_worst": lambda place: crowd.certain(others[place]) & ~crowd.certain([bits[place]]),
    }
    for name, members in alone.items():
        cells += [(row, name, members(place)) for place, row in enumerate(result["leave_one_out"])]
    return cells


def _reading_cells(
    result: dict[str, Any], crowd: Crowd, bits: Sequence[int], alternatives: Sequence[tuple[int, int]]
) -> list[Cell]:
    """Every count of what another reading changes, with the people in it."""
    before = crowd.verdicts(bits)
    counts: list[Cell] = []
    changes: list[Cell] = []
    for row, (position, bit) in zip(result["reading_effects"], alternatives, strict=True):
        after = crowd.verdicts(swap(bits, position, bit))
        counts += [(row["counts"], name, after[name]) for name in row["counts"]]
        changes += [
            (change, "count", before[change["from"]] & after[change["to"]]) for change in row["changes"]
        ]
    return counts + changes


def suppress_coverage(
    coverage: Mapping[str, Any], *, least: int, warnings: Sequence[str] | None = None
) -> dict[str, Any]:
    """A coverage report that may leave the site: whether a concept occurs in `least` people or more, no counts.

    Codes that no concept names are left out: many records of a rare code can be those of one person. `warnings`: the
    warnings said without codes and counts. Where they are not given, those of `coverage` that name such a code are left
    out, and `warnings_left_out` says how many they were.
    """
    if warnings is None:
        codes = [row["code"] for rows in coverage["unmapped"].values() for row in rows]
        warnings = [each for each in coverage["warnings"] if not any(code in each for code in codes)]
        left_out = len(coverage["warnings"]) - len(warnings)
    else:
        left_out = 0
    return {
        **coverage,
        "persons": None,
        "concepts": [
            {**row, "facts": None, "persons": None, "enough": row["persons"] >= least}
            for row in coverage["concepts"]
        ],
        "unmapped": {},
        "unmapped_total": {},
        "near": {},
        "left_out": {},
        "skipped": {},
        "warnings": list(warnings),
        "warnings_left_out": left_out,
    }
