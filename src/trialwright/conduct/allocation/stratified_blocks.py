"""Stratified permuted blocks: one list of its own for every combination of the factors' levels.

Source: Zelen M. The randomization and stratification of patients to clinical trials. J Chronic Dis 1974;27:365-375.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from trialwright.conduct.allocation.given import GivenArm, digest_rule
from trialwright.conduct.allocation.levels import stratum_of
from trialwright.conduct.allocation.permuted_blocks import BlockList
from trialwright.study.allocation import StratifiedBlocks


class StratifiedBlocksCourse:
    """The allocations of a study by stratified blocks so far, and the next one of each stratum."""

    def __init__(self, rule: StratifiedBlocks, *, study: str, secret: bytes) -> None:
        self._rule, self._study, self._secret = rule, study, secret
        self._digest = digest_rule(rule)
        self._lists: dict[tuple[str, ...], BlockList] = {}
        self._places: Counter[tuple[str, ...]] = Counter()

    def add(self, given: GivenArm) -> None:
        """Count an allocation in its stratum; one made under another rule took no place of these lists."""
        if given.rule == self._digest:
            self._places[stratum_of(self._rule.factors, given.levels)] += 1

    def draw(self, levels: Mapping[str, str]) -> str:
        """The next arm of the list of a stratum."""
        stratum = stratum_of(self._rule.factors, levels)
        if stratum not in self._lists:
            self._lists[stratum] = BlockList(
                self._rule, study=self._study, secret=self._secret, stratum=stratum, digest=self._digest
            )
        return self._lists[stratum].arm(self._places[stratum])
