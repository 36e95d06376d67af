"""Permuted blocks and stratified blocks: exact properties, for every secret."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from math import comb

import pytest

from tests.unit.conduct.allocation_support import (
    CHI_SQUARE_999,
    STUDY,
    allocate_all,
    arms,
    blocks,
    chi_square,
    factor,
    given,
    secret,
    strata,
)
from trialwright.conduct.allocation import GivenArm, allocate_next, digest_rule
from trialwright.conduct.allocation.permuted_blocks import BlockList
from trialwright.study.allocation import PermutedBlocks, StratifiedBlocks

SEX = factor("sex", "female", "male")
CLASS = factor("class", "pure_v", "other")


class Lists:
    """The lists of a rule."""

    def __init__(self, rule: PermutedBlocks | StratifiedBlocks) -> None:
        self.rule, self.digest = rule, digest_rule(rule)

    def first(self, number: int, *, key: bytes, stratum: tuple[str, ...] = (), study: str = STUDY) -> str:
        """The first arms of a list, as one word."""
        one = BlockList(self.rule, study=study, secret=key, stratum=stratum, digest=self.digest)
        return "".join(map(one.arm, range(number)))


# Blocks


@pytest.mark.parametrize(("size", "sequences"), [(2, 2), (4, 6), (6, 20), (8, 70)])
def test_every_sequence_of_a_block_is_as_likely_as_the_other(size: int, sequences: int) -> None:
    """C(2m, m) sequences: /truth 4.4 of the project; Blackwell and Hodges 1957."""
    assert sequences == comb(size, size // 2)
    lists = Lists(blocks(size))
    counts = Counter(lists.first(size, key=secret(number)) for number in range(100 * sequences))
    assert len(counts) == sequences
    assert all(word.count("A") == word.count("B") for word in counts)
    assert chi_square(list(counts.values())) < CHI_SQUARE_999[sequences - 1]


@pytest.mark.parametrize("size", [2, 4, 6, 8])
def test_the_arms_never_differ_by_more_than_half_a_block(size: int) -> None:
    lists, most = Lists(blocks(size)), 0
    for number in range(50):
        difference = 0
        for place, arm in enumerate(lists.first(10 * size, key=secret(number)), start=1):
            difference += 1 if arm == "A" else -1
            most = max(most, abs(difference))
            assert place % size or difference == 0  # even at the end of every block
    assert most == size // 2


def test_each_listed_size_is_as_likely_as_the_other() -> None:
    """With sizes 2 and 4 a list begins AABB or BBAA in 1/2 x 2/6 of all cases, and only in a block of 4."""
    lists = Lists(blocks(2, 4))
    words = [lists.first(4, key=secret(number)) for number in range(6000)]
    only_four = sum(word in ("AABB", "BBAA") for word in words)
    assert chi_square([only_four, 6000 - only_four], [1000, 5000]) < CHI_SQUARE_999[1]


def test_an_unequal_ratio_is_met_by_every_block() -> None:
    lists = Lists(blocks(3, 6, ratio={"A": 2, "B": 1}))
    for number in range(30):
        behind = 0
        for arm in lists.first(60, key=secret(number)):
            behind += 1 if arm == "A" else -2
            assert -4 <= behind <= 4  # at most both B or all four A of a block of 6 ahead
    lists = Lists(blocks(3, ratio={"A": 2, "B": 1}))
    counts = Counter(lists.first(3, key=secret(number)) for number in range(3000))
    assert sorted(counts) == sorted({"".join(order) for order in permutations("AAB")})
    assert chi_square(list(counts.values())) < CHI_SQUARE_999[2]


def test_the_order_of_the_arms_in_the_file_makes_no_difference() -> None:
    one, other = blocks(4, 6, ratio={"A": 1, "B": 1}), blocks(4, 6, ratio={"B": 1, "A": 1})
    assert digest_rule(one) == digest_rule(other)
    assert Lists(one).first(40, key=secret(1)) == Lists(other).first(40, key=secret(1))


def test_different_secrets_studies_and_rules_have_different_lists() -> None:
    rule, key = blocks(4, 6), secret(1)
    lists = {
        Lists(rule).first(60, key=key),
        Lists(rule).first(60, key=secret(2)),
        Lists(rule).first(60, key=key, study="another"),
        Lists(blocks(6, 4)).first(60, key=key),
    }
    assert len(lists) == 4


def test_later_allocations_go_down_the_list() -> None:
    rule = blocks(4, 6)
    assert arms(allocate_all(rule, [{}] * 25, key=secret(3))) == Lists(rule).first(25, key=secret(3))


# Strata


def test_every_stratum_has_a_list_of_its_own() -> None:
    rule, key = strata(SEX, CLASS, sizes=(4, 6)), secret(4)
    people = [
        {"sex": sex, "class": level} for sex in ("female", "male") for level in ("pure_v", "other")
    ] * 12
    made = allocate_all(rule, people, key=key)
    for sex in ("female", "male"):
        for level in ("pure_v", "other"):
            own = [each for each in made if each.levels == {"sex": sex, "class": level}]
            assert arms(own) == Lists(rule).first(12, key=key, stratum=(sex, level))


def test_what_happens_in_one_stratum_does_not_move_another() -> None:
    rule, key = strata(SEX, sizes=(4,)), secret(5)
    women, men = [{"sex": "female"}] * 9, [{"sex": "male"}] * 7
    alone = arms(allocate_all(rule, women, key=key))
    mixed = allocate_all(rule, [*men, *women], key=key)
    assert arms([each for each in mixed if each.levels["sex"] == "female"]) == alone


def test_two_strata_are_independent() -> None:
    """All 6 x 6 pairs of first blocks are equally likely."""
    lists = Lists(strata(SEX, sizes=(4,)))
    pairs = Counter(
        (
            lists.first(4, key=secret(number), stratum=("female",)),
            lists.first(4, key=secret(number), stratum=("male",)),
        )
        for number in range(7200)
    )
    assert len(pairs) == 36
    assert chi_square(list(pairs.values())) < CHI_SQUARE_999[35]


def test_a_factor_by_site_makes_a_stratum_of_each_site() -> None:
    rule, key = strata(factor("centre"), SEX, sizes=(4,)), secret(6)
    earlier: tuple[GivenArm, ...] = ()
    for site in ("site_a", "site_b") * 8:
        earlier += (
            given(
                allocate_next(
                    rule, study=STUDY, secret=key, earlier=earlier, levels={"sex": "male"}, site=site
                )
            ),
        )
    for site in ("site_a", "site_b"):
        own = [each for each in earlier if each.site == site]
        assert own[0].levels == {"centre": site, "sex": "male"}
        assert arms(own) == Lists(rule).first(8, key=key, stratum=(site, "male"))


def test_an_amended_rule_begins_new_blocks_and_any_other_amendment_goes_on() -> None:
    key, old, new = secret(7), blocks(4), blocks(4, 6)
    made = allocate_all(old, [{}] * 3, key=key)
    going_on = allocate_next(old, study=STUDY, secret=key, earlier=made, levels={}, site="site_a")
    assert given(going_on).arm == Lists(old).first(4, key=key)[3]
    anew = allocate_next(new, study=STUDY, secret=key, earlier=made, levels={}, site="site_a")
    assert given(anew).arm == Lists(new).first(1, key=key)


def test_only_what_decides_identifies_a_rule() -> None:
    rule = strata(SEX, sizes=(4,))
    words = {"description": {"en": "In words", "zh": "说明"}}
    described = StratifiedBlocks.model_validate(rule.model_dump() | words)
    retitled = rule.model_dump()
    retitled["factors"][0]["title"] = {"en": "Gender", "zh": "性别"}
    assert digest_rule(described) == digest_rule(rule)
    assert digest_rule(StratifiedBlocks.model_validate(retitled)) == digest_rule(rule)
    redefined = rule.model_dump()
    redefined["factors"][0]["levels"][0]["rule"] = "sex in {female}"
    assert digest_rule(StratifiedBlocks.model_validate(redefined)) != digest_rule(rule)
