"""The secret of an allocation, and the commitment by which the ledger holds it without showing it.

The secret is 256 bits made by chance when the study opens, outside this floor. It is kept outside definition, ledger
and archive; the ledger holds the commitment, which binds the study to this one secret and tells nothing about it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

SECRET_BYTES: Final = 32
"""Length of a secret, and of the nonce that goes with it."""

_TAG: Final = b"trialwright allocation commitment 1\x00"  # no other digest of this software begins with it


def check_secret(secret: bytes) -> None:
    """Refuse a secret that is not 32 bytes long; raises `ValueError`, which never shows it."""
    if not isinstance(secret, bytes) or len(secret) != SECRET_BYTES:
        raise ValueError(f"an allocation secret is {SECRET_BYTES} bytes")


def commitment(secret: bytes, nonce: bytes) -> str:
    """What the ledger holds of the secret: `sha256:` and 64 hexadecimal digits.

    SHA-256 over a fixed text that names this use, the secret and the nonce; all three have a fixed length, so no
    other secret and nonce give the same bytes. `nonce`: 32 bytes drawn with the secret, so that no two studies have
    the same commitment; it may be public. Raises `ValueError` for a wrong length.

    Source: hash commitment: binding because SHA-256 resists collisions, hiding because nobody can try 2^256 secrets
    (FIPS 180-4).
    """
    check_secret(secret)
    if not isinstance(nonce, bytes) or len(nonce) != SECRET_BYTES:
        raise ValueError(f"the nonce of a commitment is {SECRET_BYTES} bytes")
    return f"sha256:{hashlib.sha256(_TAG + secret + nonce).hexdigest()}"


def check_commitment(committed: str, *, secret: bytes, nonce: bytes) -> bool:
    """Whether a disclosed secret and nonce are those the ledger was committed to; wrong lengths are not."""
    try:
        return hmac.compare_digest(commitment(secret, nonce).encode(), committed.encode())
    except ValueError:
        return False
