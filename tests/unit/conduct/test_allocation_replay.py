"""Replay: the disclosed secret gives every allocation again, and the first that differs is named."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.unit.conduct.allocation_support import (
    STUDY,
    allocate_all,
    arms,
    blocks,
    factor,
    given,
    minimisation,
    secret,
    strata,
)
from trialwright.conduct.allocation import (
    GivenArm,
    Randomised,
    allocate_next,
    assign_arm,
    derive_arms,
    digest_rule,
    replay,
)
from trialwright.study.allocation import ConcurrentControl
from trialwright.terms.message import render

SEX, CLASS = factor("sex", "female", "male"), factor("class", "pure_v", "other")
PEOPLE = [
    {"sex": ("female", "male")[number % 5 == 0], "class": ("pure_v", "other")[number % 2]}
    for number in range(30)
]
RULES: list[Randomised] = [
    strata(SEX, CLASS, sizes=(4, 6)),
    minimisation(SEX, CLASS),
    minimisation(SEX, CLASS, distance="variance"),
]
OTHER = {"A": "B", "B": "A"}


@pytest.mark.parametrize("rule", RULES)
def test_a_replay_of_an_honest_trial_is_equal(rule: Randomised) -> None:
    found = replay(
        [rule], study=STUDY, secret=secret(1), allocations=allocate_all(rule, PEOPLE, key=secret(1))
    )
    assert (found.compared, found.assigned, found.blind, found.difference) == (30, 0, 0, None)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("number", [1, 2, 17, 30])
def test_the_first_allocation_that_differs_is_named(rule: Randomised, number: int) -> None:
    honest = list(allocate_all(rule, PEOPLE, key=secret(1)))
    was = honest[number - 1].arm
    honest[number - 1] = replace(honest[number - 1], arm=OTHER[was])
    found = replay([rule], study=STUDY, secret=secret(1), allocations=honest)
    assert found.difference is not None
    assert found.compared == number - 1
    assert (found.difference.number, found.difference.recorded, found.difference.drawn) == (
        number,
        OTHER[was],
        was,
    )
    assert render(found.difference.message, {}) == (
        f"Allocation {number} gave the arm {OTHER[was]}; by the rule and the secret it is {was}."
    )


@pytest.mark.parametrize("rule", RULES)
def test_another_secret_study_or_order_does_not_pass(rule: Randomised) -> None:
    honest = allocate_all(rule, PEOPLE, key=secret(1))
    assert replay([rule], study=STUDY, secret=secret(2), allocations=honest).difference
    assert replay([rule], study="another", secret=secret(1), allocations=honest).difference
    assert replay([rule], study=STUDY, secret=secret(1), allocations=honest[::-1]).difference
    assert replay([rule], study=STUDY, secret=secret(1), allocations=honest[1:]).difference


def test_a_changed_level_or_an_unknown_rule_is_found() -> None:
    rule = RULES[0]
    honest = list(allocate_all(rule, PEOPLE, key=secret(1)))
    missing = [*honest[:4], replace(honest[4], levels={"sex": "male"}), *honest[5:]]
    found = replay([rule], study=STUDY, secret=secret(1), allocations=missing).difference
    assert found is not None
    assert (found.number, found.drawn) == (5, "")
    assert "the factor class is not known" in render(found.message, {})
    found = replay([blocks(4)], study=STUDY, secret=secret(1), allocations=honest).difference
    assert found is not None
    assert (found.number, found.drawn) == (1, "")
    assert "no version of the study states" in render(found.message, {})


def test_a_study_whose_rule_was_amended_is_replayed_rule_by_rule() -> None:
    old, new, key = RULES[0], RULES[1], secret(3)
    made = allocate_all(old, PEOPLE[:9], key=key)
    for levels in PEOPLE[9:]:
        made += (
            given(allocate_next(new, study=STUDY, secret=key, earlier=made, levels=levels, site="site_a")),
        )
    assert {each.rule for each in made} == {digest_rule(old), digest_rule(new)}
    assert replay([old, new], study=STUDY, secret=key, allocations=made).compared == 30
    found = replay([old], study=STUDY, secret=key, allocations=made).difference
    assert found is not None
    assert found.number == 10


def test_what_an_investigator_assigned_is_counted_and_not_replayed() -> None:
    rule, drawn = ConcurrentControl(method="concurrent_control"), minimisation(SEX)
    made = tuple(
        given(assign_arm(rule, arms=("A", "B"), arm=arm, reason="Made up.", site="site_a")) for arm in "AAB"
    )
    made += (
        given(
            allocate_next(
                drawn, study=STUDY, secret=secret(1), earlier=made, levels={"sex": "male"}, site="site_a"
            )
        ),
    )
    found = replay([rule, drawn], study=STUDY, secret=secret(1), allocations=made)
    assert (found.compared, found.assigned, found.difference) == (1, 3, None)


@pytest.mark.parametrize("rule", RULES)
def test_the_arms_of_a_blind_study_follow_from_the_secret(rule: Randomised) -> None:
    open_label = allocate_all(rule, PEOPLE, key=secret(4))
    blind = [replace(each, arm="") for each in open_label]
    assert derive_arms([rule], study=STUDY, secret=secret(4), allocations=blind) == open_label
    assert derive_arms([rule], study=STUDY, secret=secret(5), allocations=blind) != open_label
    one_unblinded = [*blind[:11], open_label[11], *blind[12:]]
    found = replay([rule], study=STUDY, secret=secret(4), allocations=one_unblinded)
    assert (found.compared, found.blind, found.difference) == (1, 29, None)


def test_a_blind_allocation_that_nothing_gives_is_an_error_and_a_difference() -> None:
    strange = GivenArm("", "site_a", {}, "sha256:unknown")
    with pytest.raises(ValueError, match="allocation 1 has no arm"):
        derive_arms([blocks(4)], study=STUDY, secret=secret(1), allocations=[strange])
    assert replay([blocks(4)], study=STUDY, secret=secret(1), allocations=[strange, strange]).difference


# Somebody else's replay: written from docs/explanation/allocation.md, sharing nothing with the software but SHA-256.


def draws_by_hand(key: bytes, *question: object) -> Iterator[int]:
    for number in range(1000):
        text = json.dumps(["trialwright allocation 1", *question, number], separators=(",", ":"))
        yield int(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), 16)


def below_by_hand(draws: Iterator[int], limit: int) -> int:
    bits = 0
    while 2**bits < limit:
        bits += 1
    return next(number for draw in draws if (number := draw // 2 ** (256 - bits)) < limit)


def list_by_hand(key: bytes, digest: str, stratum: list[str], sizes: list[int]) -> Iterator[str]:
    """One list of 1:1 blocks."""
    for block in range(100):
        draws = draws_by_hand(key, "block", STUDY, digest, stratum, block)
        size = sizes[below_by_hand(draws, len(sizes))]
        order = ["A"] * (size // 2) + ["B"] * (size // 2)
        for place in reversed(range(1, size)):
            other = below_by_hand(draws, place + 1)
            order[place], order[other] = order[other], order[place]
        yield from order


def test_somebody_else_can_replay_blocks_from_the_written_description() -> None:
    rule, key, lists, found = RULES[0], secret(6), dict[tuple[str, str], Iterator[str]](), ""
    digest = digest_rule(rule)
    for each in PEOPLE:
        stratum = (each["sex"], each["class"])
        lists.setdefault(stratum, list_by_hand(key, digest, list(stratum), [4, 6]))
        found += next(lists[stratum])
    assert arms(allocate_all(rule, PEOPLE, key=key)) == found


def test_somebody_else_can_replay_minimisation_from_the_written_description() -> None:
    """Two arms 1:1, range, 0.8: in tenths, 8 and 2, or 5 and 5; their common denominator is 5, or 2."""
    rule, key, found = RULES[1], secret(6), ""
    digest = digest_rule(rule)
    for number, each in enumerate(PEOPLE):
        ahead = 0  # by how much more the arm A would leave than the arm B
        for factor_id, level in each.items():
            same = [arm for arm, other in zip(found, PEOPLE, strict=False) if other[factor_id] == level]
            difference = same.count("A") - same.count("B")
            ahead += abs(difference + 1) - abs(difference - 1)
        whole, of_a = {-1: (5, 4), 0: (2, 1), 1: (5, 1)}[(ahead > 0) - (ahead < 0)]
        drawn = below_by_hand(draws_by_hand(key, "minimisation", STUDY, digest, number), whole)
        found += "A" if drawn < of_a else "B"
    assert arms(allocate_all(rule, PEOPLE, key=key)) == found


def test_somebody_else_can_tell_which_rule_it_was() -> None:
    text = '{"block_sizes":[4,6],"method":"permuted_blocks","ratio":{"A":1,"B":1}}'
    assert digest_rule(blocks(4, 6)) == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
