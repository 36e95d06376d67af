"""Which levels of the factors a participant has: checked, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialwright.conduct.allocation.given import NotGiven, Randomised
from trialwright.study.allocation import Factor, PermutedBlocks
from trialwright.terms.message import message


def factors_of(rule: Randomised) -> tuple[Factor, ...]:
    """The factors of a rule; permuted blocks have none."""
    return () if isinstance(rule, PermutedBlocks) else rule.factors


def check_levels(rule: Randomised, *, levels: Mapping[str, str], site: str) -> dict[str, str] | NotGiven:
    """The level of every factor, in the order of the rule; or why a factor has none.

    `levels`: level id by factor id; a factor by site may be left out, or names the site. `site`: the site's id.
    """
    factors = factors_of(rule)
    if not site:
        return NotGiven("site_missing", message("The participant belongs to no site."))
    strange = sorted(set(levels) - {factor.id for factor in factors})
    if strange:
        return NotGiven(
            "factor_unknown",
            message("{factor} is no factor of the allocation rule.", factor=strange[0]),
        )
    found: dict[str, str] = {}
    for factor in factors:
        level = levels.get(factor.id, site if factor.by_site else "")
        known = (site,) if factor.by_site else tuple(each.id for each in factor.levels)
        if not level:
            return NotGiven(
                "level_missing",
                message(
                    "The level of the factor {factor} is not known. Answer what its rules ask first.",
                    factor=factor.title,
                ),
            )
        if level not in known:
            return NotGiven(
                "level_unknown",
                message(
                    "{level} is no level of the factor {factor}; known are: {known}.",
                    level=level,
                    factor=factor.title,
                    known=known,
                ),
            )
        found[factor.id] = level
    return found


def stratum_of(factors: Sequence[Factor], levels: Mapping[str, str]) -> tuple[str, ...]:
    """The stratum of checked levels: one level per factor, in the order of the rule; () without factors."""
    return tuple(levels[factor.id] for factor in factors)
