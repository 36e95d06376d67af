"""All allocations of a study again, from the disclosed secret; and the arms of a blind study, from the kept one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from trialwright.conduct.allocation.given import GivenArm, NotGiven, digest_rule
from trialwright.conduct.allocation.levels import check_levels
from trialwright.conduct.allocation.next import begin_course
from trialwright.study.allocation import Allocation, ConcurrentControl
from trialwright.terms.message import Message, message


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found: it ends at the first difference.

    `compared`: how many recorded arms were drawn again and agree; `assigned`: how many the investigator chose, which
    nothing can replay; `blind`: how many have no recorded arm to compare with. `difference`: the first, or None.
    """

    compared: int
    assigned: int
    blind: int
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Difference:
    """An allocation that the secret does not give. `number`: its place among all allocations, from 1.

    `recorded`, `drawn`: the arm in the ledger and the arm by the rule ('' where the rule gives none).
    """

    number: int
    recorded: str
    drawn: str
    message: Message


def replay(
    rules: Iterable[Allocation], *, study: str, secret: bytes, allocations: Sequence[GivenArm]
) -> Replay:
    """Draw every allocation again, and name the first that differs.

    `rules`: every allocation rule the study has had. `allocations`: all of the study, in the order of the ledger.
    Raises `ValueError` for a secret that is not 32 bytes long.
    """
    compared = assigned = blind = 0
    for number, (given, drawn) in enumerate(_again(rules, study, secret, allocations), start=1):
        if isinstance(drawn, NotGiven):
            return Replay(compared, assigned, blind, Difference(number, given.arm, "", drawn.message))
        if drawn is None:
            assigned += 1
        elif not given.arm:
            blind += 1
        elif given.arm == drawn:
            compared += 1
        else:
            sentence = message(
                "Allocation {number} gave the arm {recorded}; by the rule and the secret it is {drawn}.",
                number=number,
                recorded=given.arm,
                drawn=drawn,
            )
            return Replay(compared, assigned, blind, Difference(number, given.arm, drawn, sentence))
    return Replay(compared, assigned, blind, None)


def derive_arms(
    rules: Iterable[Allocation], *, study: str, secret: bytes, allocations: Sequence[GivenArm]
) -> tuple[GivenArm, ...]:
    """The same allocations with every blind arm filled in, in the same order; arguments as for `replay`.

    Raises `ValueError` where the rule of a blind one gives no arm.
    """
    found = []
    for given, drawn in _again(rules, study, secret, allocations):
        if given.arm:
            found.append(given)
        elif isinstance(drawn, str):
            found.append(replace(given, arm=drawn))
        else:
            raise ValueError(f"allocation {len(found) + 1} has no arm, and its rule gives none")
    return tuple(found)


def _again(
    rules: Iterable[Allocation], study: str, secret: bytes, allocations: Sequence[GivenArm]
) -> Iterator[tuple[GivenArm, str | NotGiven | None]]:
    """Each allocation with the arm drawn again: None where an investigator chose it."""
    by_digest = {digest_rule(rule): rule for rule in rules}
    courses = {
        digest: begin_course(rule, study=study, secret=secret)
        for digest, rule in by_digest.items()
        if not isinstance(rule, ConcurrentControl)
    }
    for given in allocations:
        rule = by_digest.get(given.rule)
        drawn: str | NotGiven | None
        if rule is None:
            drawn = NotGiven(
                "rule_unknown", message("It was made under a rule that no version of the study states.")
            )
        elif isinstance(rule, ConcurrentControl):
            drawn = None
        else:
            checked = check_levels(rule, levels=given.levels, site=given.site)
            drawn = checked if isinstance(checked, NotGiven) else courses[given.rule].draw(checked)
        yield given, drawn
        if not given.arm and not isinstance(drawn, str):
            return  # nothing after it can be drawn
        known = given if given.arm else replace(given, arm=str(drawn))
        for course in courses.values():
            course.add(known)
