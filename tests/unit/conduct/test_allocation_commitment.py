"""The commitment binds the study to one secret and tells nothing about it."""

from __future__ import annotations

import hashlib

import pytest

from tests.unit.conduct.allocation_support import secret
from trialwright.conduct.allocation import check_commitment, commitment

SECRET, NONCE = secret(1), secret(2)


def test_a_commitment_is_sha_256_over_the_use_the_secret_and_the_nonce() -> None:
    by_hand = hashlib.sha256(b"trialwright allocation commitment 1\x00" + SECRET + NONCE).hexdigest()
    assert commitment(SECRET, NONCE) == "sha256:" + by_hand


def test_the_disclosed_secret_is_recognised_and_no_other() -> None:
    committed = commitment(SECRET, NONCE)
    assert check_commitment(committed, secret=SECRET, nonce=NONCE)
    for wrong_secret, wrong_nonce in [
        (secret(3), NONCE),
        (SECRET, secret(3)),
        (NONCE, SECRET),
        (SECRET[:-1], NONCE),
        (SECRET + NONCE[:1], NONCE[1:]),
        (b"", b""),
    ]:
        assert not check_commitment(committed, secret=wrong_secret, nonce=wrong_nonce)
    assert not check_commitment(committed.removeprefix("sha256:"), secret=SECRET, nonce=NONCE)


@pytest.mark.parametrize(("key", "nonce"), [(b"short", NONCE), (SECRET, b""), (SECRET, NONCE + b"x")])
def test_a_wrong_length_is_refused(key: bytes, nonce: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(key, nonce)


def test_a_commitment_does_not_show_the_secret() -> None:
    committed = commitment(SECRET, NONCE)
    assert SECRET.hex() not in committed
    assert NONCE.hex() not in committed
    # Two studies never have the same commitment: one secret, many nonces.
    assert len({commitment(SECRET, secret(number)) for number in range(100)}) == 100
    # It is no digest that anything else shows.
    for other in (SECRET, SECRET + NONCE, NONCE + SECRET):
        assert hashlib.sha256(other).hexdigest() not in committed


def test_one_bit_of_the_secret_changes_half_of_the_commitment() -> None:
    def bits(text: str) -> int:
        return int(text.removeprefix("sha256:"), 16)

    changed = [
        (
            bits(commitment(SECRET, NONCE))
            ^ bits(commitment((int.from_bytes(SECRET, "big") ^ 1 << bit).to_bytes(32, "big"), NONCE))
        ).bit_count()
        for bit in range(256)
    ]
    # 256 bits, each changed with probability 1/2: mean 128, standard deviation 8; of the mean of 256, 0.5.
    assert abs(sum(changed) / 256 - 128) < 5 * 0.5
    assert min(changed) > 128 - 6 * 8
    assert max(changed) < 128 + 6 * 8
