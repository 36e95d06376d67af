"""Somebody who knows the definition, the software and every earlier allocation, but not the secret, learns nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.conduct.allocation_support import (
    CHI_SQUARE_999,
    STUDY,
    blocks,
    chi_square,
    factor,
    minimisation,
    run_course,
    secret,
    strata,
)
from trialwright.conduct.allocation import GivenArm, Randomised, commitment, compute_chances, digest_rule
from trialwright.conduct.allocation.chances import watch
from trialwright.conduct.allocation.next import begin_course

SEX = factor("sex", "female", "male")


@pytest.mark.parametrize(("size", "sequences"), [(4, 6), (6, 20)])
def test_the_next_block_is_uniform_whatever_the_blocks_before_it_were(size: int, sequences: int) -> None:
    """Among trials whose first block was the same, all orders of the second are equally likely."""
    rule, by_first = blocks(size), dict[str, Counter[str]]()
    for number in range(60 * sequences):
        word = "".join(run_course(rule, [{}] * (2 * size), key=secret(number)))
        by_first.setdefault(min(word[:size], word[:size].translate(str.maketrans("AB", "BA"))), Counter())[
            word[size:]
        ] += 1
    seconds = sum(by_first.values(), Counter[str]())
    assert len(seconds) == sequences
    assert chi_square(list(seconds.values())) < CHI_SQUARE_999[sequences - 1]
    if sequences == 6:
        for counts in by_first.values():
            assert chi_square([counts[word] for word in seconds]) < CHI_SQUARE_999[5]


def test_knowing_one_stratum_tells_nothing_about_another() -> None:
    """How often the arms of two strata agree, place by place, is what two fair coins do."""
    rule, agree, places = strata(SEX, sizes=(4, 6)), 0, 0
    for number in range(300):
        people = [{"sex": sex} for _ in range(8) for sex in ("female", "male")]
        course = run_course(rule, people, key=secret(number))
        agree += sum(one == other for one, other in zip(course[::2], course[1::2], strict=True))
        places += 8
    # Places of a block depend on each other, which makes agreement within a trial vary up to 4 times more in variance.
    assert abs(agree - places / 2) < 4 * (places / 4 * 4) ** 0.5


RULES: list[Randomised] = [
    blocks(4),
    blocks(4, 6),
    blocks(3, 6, ratio={"A": 2, "B": 1}),
    strata(SEX, sizes=(2, 4)),
    minimisation(SEX),
]


@pytest.mark.parametrize("rule", RULES)
def test_the_next_arm_is_as_uncertain_as_the_best_possible_guess_says(rule: Randomised) -> None:
    """Of all moments at which the arm A was to be expected with chance c, a share c gave A; for every c."""
    expected: Counter[float] = Counter()
    seen: Counter[float] = Counter()
    moments: Counter[float] = Counter()
    people = [
        {} if rule.method == "permuted_blocks" else {"sex": ("male", "female")[n % 3 == 0]} for n in range(13)
    ]
    for number in range(120):
        course, watcher, digest = (
            begin_course(rule, study=STUDY, secret=secret(number)),
            watch(rule),
            digest_rule(rule),
        )
        for levels in people:
            chance = watcher.chances(levels)["A"]
            group = round(chance, 1)
            made = GivenArm(course.draw(levels), "site_a", levels, digest)
            moments[group] += 1
            expected[group] += chance  # type: ignore[assignment]
            seen[group] += made.arm == "A"
            course.add(made)
            watcher.add(made)
    for group, number in moments.items():
        spread = max(number * group * (1 - group), 0.25) ** 0.5
        assert abs(seen[group] - expected[group]) < 4 * spread, f"chance {group}"


# fmt: off
CHANCES = [
    # block sizes, arms so far, chance of A next; by hand
    ((2,),   "",     0.5),
    ((2,),   "A",    0.0),
    ((2,),   "ABB",  1.0),
    ((4,),   "A",    1 / 3),
    ((4,),   "AA",   0.0),
    ((4,),   "AB",   0.5),
    ((4,),   "ABA",  0.0),
    ((2, 4), "A",    1 / 6),   # a block of 2 (one half) has no A left, a block of 4 has one of three
    ((2, 4), "AA",   0.0),     # a block of 4
    ((2, 4), "AABB", 0.5),
    # AB of a block of 2 (1/2 x 1/2), then A of another 2 (1/4: 1/16) or of a 4 (1/4: 1/16, of whose rest A is 1/3);
    # or ABA of a block of 4 (1/2 x 1/6 = 1/12). (1/16 x 1/3) / (1/16 + 1/16 + 1/12) = 1/10
    ((2, 4), "ABA",  1 / 10),
]
# fmt: on


@pytest.mark.parametrize(("sizes", "so_far", "chance"), CHANCES)
def test_what_can_be_known_of_the_next_arm(sizes: tuple[int, ...], so_far: str, chance: float) -> None:
    rule = blocks(*sizes)
    earlier = [GivenArm(arm, "site_a", {}, digest_rule(rule)) for arm in so_far]
    found = compute_chances(rule, earlier=earlier, levels={}, site="site_a")
    assert isinstance(found, dict)
    assert found["A"] == pytest.approx(chance, abs=1e-12)
    assert found["A"] + found["B"] == pytest.approx(1, abs=1e-12)


def test_an_impossible_or_blind_past_is_an_error() -> None:
    rule = blocks(2)
    for so_far in ("AA", ("",)):
        earlier = [GivenArm(arm, "site_a", {}, digest_rule(rule)) for arm in so_far]
        with pytest.raises(ValueError, match=r"no blocks of the rule|blind"):
            compute_chances(rule, earlier=earlier, levels={}, site="site_a")


def test_a_secret_one_bit_away_gives_another_sequence() -> None:
    key = int.from_bytes(secret(1), "big")
    here, agree = run_course(blocks(4, 6), [{}] * 50, key=secret(1)), 0
    for bit in range(256):
        there = run_course(blocks(4, 6), [{}] * 50, key=(key ^ 1 << bit).to_bytes(32, "big"))
        assert there != here
        agree += sum(one == other for one, other in zip(here, there, strict=True))
    assert abs(agree / (256 * 50) - 0.5) < 0.03


def test_the_commitment_in_the_ledger_does_not_go_with_the_sequence() -> None:
    """The first arm and the first bit of the commitment are independent: 2 x 2 equal numbers."""
    pairs = Counter(
        (
            run_course(blocks(4), [{}], key=secret(number))[0],
            int(commitment(secret(number), secret(-1 - number)).removeprefix("sha256:"), 16) >> 255,
        )
        for number in range(2000)
    )
    assert len(pairs) == 4
    assert chi_square(list(pairs.values())) < CHI_SQUARE_999[3]
