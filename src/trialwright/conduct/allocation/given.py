"""An arm given to a participant, as the next allocation sees it; and the answer where none can be given."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from trialwright.study.allocation import Allocation, Minimisation, PermutedBlocks, StratifiedBlocks
from trialwright.terms.message import Message

Randomised = PermutedBlocks | StratifiedBlocks | Minimisation
"""The rules by which a secret decides."""


@dataclass(frozen=True, slots=True)
class GivenArm:
    """One allocation, as it was decided: later corrections of a level or a site change nothing here.

    `arm`: the arm's id, or '' where it is blind. `levels`: level id by factor id, sites of a factor by site included.
    `rule`: the digest of the rule it was made under (`digest_rule`).
    """

    arm: str
    site: str
    levels: Mapping[str, str]
    rule: str


@dataclass(frozen=True, slots=True)
class NotGiven:
    """No arm can be given, and why. `code` is one of `CODES`."""

    code: str
    message: Message


CODES = (
    "level_missing",
    "level_unknown",
    "factor_unknown",
    "site_missing",
    "arm_unknown",
    "reason_missing",
    "rule_unknown",
)
"""Every reason why no arm can be given."""


def digest_rule(rule: Allocation) -> str:
    """What identifies an allocation rule: `sha256:` and 64 hexadecimal digits of all of it but the texts for people.

    Blocks begin anew when an amendment changes the rule, and go on when it changes anything else of the study.
    """
    words: dict[str, Any] = {
        "description": True,
        "factors": {"__all__": {"title": True, "levels": {"__all__": {"title": True}}}},
    }
    data = rule.model_dump(mode="json", exclude_defaults=True, exclude=words)
    return f"sha256:{hashlib.sha256(rfc8785.dumps(data)).hexdigest()}"
