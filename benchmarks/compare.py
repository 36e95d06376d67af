"""Whether two ways of judging say the same about the same people, in every part of the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialwright.eligibility.search import Line
from trialwright.eligibility.verdict import Assessed
from trialwright.terms.compare import equal

Judged = tuple[str, bool, Sequence[Line]]


def compare_people(ids: Sequence[str], left: Iterable[Judged], right: Iterable[Judged]) -> list[str]:
    """Every person and criterion (`ids`, in order) on which two answers differ, and in what.

    A person whom only one of them knows, or knows twice, is a difference too.
    """
    expected: dict[str, tuple[bool, Sequence[Line]]] = {}
    found = []
    for person, dead, lines in left:
        if person in expected:
            found.append(f"{person} twice")
        expected[person] = dead, lines
    for person, dead, lines in right:
        if person not in expected:
            found.append(f"{person} only on one side")
            continue
        other_dead, other_lines = expected.pop(person)
        if dead != other_dead:
            found.append(f"{person} dead")
        for id, one, other in zip(ids, other_lines, lines, strict=True):
            found += [f"{person} {id} {what}" for what in differing(one, other)]
    return found + [f"{person} only on one side" for person in expected]


def differing(one: Line, other: Line) -> list[str]:
    """The parts of two lines that are not the same; values within the tolerance of all engines are."""
    values = (one.value, other.value)
    same_value = one.value == other.value or (None not in values and equal(*values))  # type: ignore[arg-type]
    parts = {
        "verdict": one.verdict == other.verdict,
        "reason": one.reason == other.reason,
        "value": same_value,
        "day": one.day == other.day,
        "fact": one.fact == other.fact,
    }
    return [name for name, same in parts.items() if not same]


def line_of(each: Assessed) -> Line:
    """What the interpreter found, as a line of a search."""
    found = each.finding
    if found is None:
        return Line(each.verdict, each.reason, None, None, None)
    return Line(each.verdict, each.reason, found.value, found.day, found.fact)
