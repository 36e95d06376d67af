"""The stream of draws: HMAC as RFC 2104 writes it, whole numbers without bias, every order equally likely."""

from __future__ import annotations

import hashlib
from collections import Counter
from fractions import Fraction

import pytest

from tests.unit.conduct.allocation_support import CHI_SQUARE_999, chi_square, secret
from trialwright.conduct.allocation.stream import Stream


def draw_by_hand(key: bytes, text: str) -> int:
    """HMAC-SHA256 from its definition in RFC 2104, section 2, on nothing but SHA-256."""
    padded = key.ljust(64, b"\x00")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + text.encode()).digest()
    return int.from_bytes(hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest(), "big")


def test_a_draw_is_what_anybody_can_work_out_with_the_secret() -> None:
    key = secret(1)
    stream = Stream(key, "block", "made-up", "rule", ["female", "III+V"], 7)
    numbers = [stream.below(2**256) for _ in range(3)]
    assert numbers == [
        draw_by_hand(
            key, f'["trialwright allocation 1","block","made-up","rule",["female","III+V"],7,{draw}]'
        )
        for draw in range(3)
    ]


def test_a_number_is_the_leading_bits_and_a_draw_that_is_too_large_is_thrown_away() -> None:
    key = secret(2)
    draws = [draw_by_hand(key, f'["trialwright allocation 1","x",{draw}]') >> 253 for draw in range(400)]
    assert max(draws) == 7  # three bits are read for five possibilities, so 5, 6 and 7 occur
    stream = Stream(key, "x")
    kept = [draw for draw in draws if draw < 5]
    assert [stream.below(5) for _ in kept] == kept


@pytest.mark.parametrize(("limit", "degrees"), [(2, 1), (3, 2), (4, 3), (6, 5), (20, 19)])
def test_every_number_is_as_likely_as_the_other(limit: int, degrees: int) -> None:
    stream = Stream(secret(3), "uniform", limit)
    counts = Counter(stream.below(limit) for _ in range(20_000))
    assert sorted(counts) == list(range(limit))
    assert chi_square(list(counts.values())) < CHI_SQUARE_999[degrees]


def test_one_possibility_is_no_choice_and_none_is_an_error() -> None:
    assert Stream(secret(4), "x").below(1) == 0
    with pytest.raises(ValueError, match="at least one possibility"):
        Stream(secret(4), "x").below(0)


def test_every_order_is_as_likely_as_the_other() -> None:
    stream = Stream(secret(5), "order")
    counts = Counter("".join(stream.shuffle("abc")) for _ in range(12_000))
    assert sorted(counts) == ["abc", "acb", "bac", "bca", "cab", "cba"]
    assert chi_square(list(counts.values())) < CHI_SQUARE_999[5]


def test_a_choice_follows_its_probabilities() -> None:
    odds = {"C": Fraction(2, 3), "A": Fraction(1, 6), "B": Fraction(1, 6), "never": Fraction(0)}
    stream = Stream(secret(6), "choice")
    counts = Counter(stream.choose(odds) for _ in range(12_000))
    assert set(counts) == {"A", "B", "C"}
    assert chi_square([counts["A"], counts["B"], counts["C"]], [2000, 2000, 8000]) < CHI_SQUARE_999[2]
    with pytest.raises(ValueError, match="less than 1"):
        [stream.choose({"A": Fraction(1, 10), "B": Fraction(1, 10)}) for _ in range(50)]


CONTEXTS = [
    # two questions that must not share a draw
    (("ab", "c"), ("a", "bc")),
    (("a", ["b", "c"]), ("a", "b", "c")),
    (("a", ["b"], "c"), ("a", ["b", "c"])),
    (("a", 1), ("a", "1")),
    (("a",), ("a", "")),
    (('a","b',), ("a", "b")),
]


@pytest.mark.parametrize(("one", "other"), CONTEXTS)
def test_different_questions_have_different_draws(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    key = secret(7)
    assert Stream(key, *one).below(2**256) != Stream(key, *other).below(2**256)
    assert Stream(key, *one).below(2**256) == Stream(key, *one).below(2**256)


@pytest.mark.parametrize("wrong", [b"", b"short", secret(8) + b"x", secret(8).hex()])
def test_a_secret_of_the_wrong_length_is_refused_and_not_shown(wrong: bytes) -> None:
    with pytest.raises(ValueError, match=r"^an allocation secret is 32 bytes$"):
        Stream(wrong, "x")
