"""Permuted blocks: one list of arms for the study, in blocks of random size and random order.

Source: Hill AB. The clinical trial. Br Med Bull 1951;7:278-282; ICH E9 section 2.3.2 (block lengths are kept from the
investigators).
"""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.conduct.allocation.given import GivenArm, digest_rule
from trialwright.conduct.allocation.stream import Stream
from trialwright.study.allocation import PermutedBlocks, StratifiedBlocks

Blocks = PermutedBlocks | StratifiedBlocks


def fill_block(rule: Blocks, size: int) -> tuple[str, ...]:
    """The arms of a block of this size by the ratio, arm after arm in the order of their ids."""
    times = size // sum(rule.ratio.values())
    return tuple(arm for arm in sorted(rule.ratio) for _ in range(rule.ratio[arm] * times))


def draw_block(rule: Blocks, stream: Stream) -> tuple[str, ...]:
    """One block: first its size, each listed size as likely as the other, then its order, likewise."""
    return stream.shuffle(fill_block(rule, rule.block_sizes[stream.below(len(rule.block_sizes))]))


class BlockList:
    """The list of one stratum, drawn from the secret block by block, as far as it is asked for.

    Block number b (from 0) is drawn from the stream ["block", study, rule digest, [stratum], b].
    """

    def __init__(
        self, rule: Blocks, *, study: str, secret: bytes, stratum: tuple[str, ...], digest: str
    ) -> None:
        self._rule, self._secret = rule, secret
        self._context = ("block", study, digest, list(stratum))
        self._arms: list[str] = []
        self._blocks = 0

    def arm(self, place: int) -> str:
        """The arm at a place of the list (from 0)."""
        while place >= len(self._arms):
            self._arms += draw_block(self._rule, Stream(self._secret, *self._context, self._blocks))
            self._blocks += 1
        return self._arms[place]


class PermutedBlocksCourse:
    """The allocations of a study by permuted blocks so far, and the next one."""

    def __init__(self, rule: PermutedBlocks, *, study: str, secret: bytes) -> None:
        self._digest = digest_rule(rule)
        self._list = BlockList(rule, study=study, secret=secret, stratum=(), digest=self._digest)
        self._place = 0

    def add(self, given: GivenArm) -> None:
        """Count an allocation; one made under another rule took no place of this list."""
        self._place += given.rule == self._digest

    def draw(self, levels: Mapping[str, str]) -> str:
        """The next arm of the list; there are no factors, so `levels` is empty."""
        return self._list.arm(self._place)
