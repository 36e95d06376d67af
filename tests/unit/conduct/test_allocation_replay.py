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


def replay_by_hand(
    key: bytes, digest: str, strata: list[list[str]], sizes: list[int], blocks_each: int
) -> str:
    """The arms of 1:1 blocks: one list per stratum, read in the order in which the strata turn up."""

    def arms_of(stratum: list[str]) -> list[str]:
        found: list[str] = []
        for block in range(blocks_each):
            draws: Iterator[int] = iter(range(1000))

            def below(limit: int, block: int = block, draws: Iterator[int] = draws) -> int:
                bits = 0
                while 2**bits < limit:
                    bits += 1
                while True:
                    question = [
                        "trialwright allocation 1",
                        "block",
                        STUDY,
                        digest,
                        stratum,
                        block,
                        next(draws),
                    ]
                    text = json.dumps(question, separators=(",", ":"))
                    number = int(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), 16) // 2 ** (
                        256 - bits
                    )
                    if number < limit:
                        return number

            size = sizes[below(len(sizes))]
            block_arms = ["A"] * (size // 2) + ["B"] * (size // 2)
            for place in reversed(range(1, size)):
                other = below(place + 1)
                block_arms[place], block_arms[other] = block_arms[other], block_arms[place]
            found += block_arms
        return found

    lists = {tuple(stratum): iter(arms_of(stratum)) for stratum in strata}
    return "".join(next(lists[tuple(stratum)]) for stratum in strata)


def test_somebody_else_can_replay_from_the_written_description() -> None:
    rule, key = RULES[0], secret(6)
    made = allocate_all(rule, PEOPLE, key=key)
    order = [[each["sex"], each["class"]] for each in PEOPLE]
    assert arms(made) == replay_by_hand(key, digest_rule(rule), order, [4, 6], 8)
