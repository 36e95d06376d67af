"""How participants come into arms: one file per method, all chance from a 256-bit secret that is an argument.

Pure functions of the rule, the secret and the earlier allocations. Never keeps, reads or shows a secret, never makes
chance of its own, never guesses a level.
"""

from trialwright.conduct.allocation.chances import compute_chances
from trialwright.conduct.allocation.concurrent_control import assign_arm
from trialwright.conduct.allocation.given import CODES, GivenArm, NotGiven, Randomised, digest_rule
from trialwright.conduct.allocation.imbalance import Balance, Imbalance, compute_imbalance
from trialwright.conduct.allocation.next import allocate_next
from trialwright.conduct.allocation.replay import Difference, Replay, derive_arms, replay
from trialwright.conduct.allocation.secret import SECRET_BYTES, check_commitment, commitment

__all__ = [
    "CODES",
    "SECRET_BYTES",
    "Balance",
    "Difference",
    "GivenArm",
    "Imbalance",
    "NotGiven",
    "Randomised",
    "Replay",
    "allocate_next",
    "assign_arm",
    "check_commitment",
    "commitment",
    "compute_chances",
    "compute_imbalance",
    "derive_arms",
    "digest_rule",
    "replay",
]
