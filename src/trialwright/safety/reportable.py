"""Which versions of an adverse event start a reporting clock: when it must first be reported, and when that is so anew.

**Source**: ICH E2A, section III.B (the day on which it is known that a case qualifies is day 0); China, standard and
procedure for expedited reporting in clinical trials (CDE 2018): the day of first awareness is day 0, and a causal link that
somebody cannot exclude counts; Regulation (EU) 536/2014, article 42(2)(c): what turns out to be fatal or life-threatening
later is due 7 days after that became known; its annex III, 2.1 and 2.2: the sponsor asks for a missing causality and never
lowers one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from trialwright.record.participant import AdverseEventVersion
from trialwright.study.safety import ReportableEvent
from trialwright.terms.truth import Truth, all_of

STUDY_TREATMENT = "study_treatment"
"""The name under which a blind site records and judges the intervention it does not know."""

GRAVE = ("death", "life_threatening")
"""The criteria of seriousness that are told again when they come later, the graver first."""

_ANEW = {"death": "became_fatal", "life_threatening": "became_life_threatening"}


class Property(NamedTuple):
    """Whether something is true of an event, with the reason where that is open or was assumed."""

    truth: Truth
    reason: str = ""


class Start(NamedTuple):
    """A version of an event from which a clock runs.

    `reasons`: codes of `safety.reasons`, for what was assumed, and for why it runs anew. `stands`: by what is known now it
    is still to be reported.
    """

    version: AdverseEventVersion
    reasons: tuple[str, ...]
    stands: bool


def find_starts(
    applies: ReportableEvent,
    versions: Sequence[AdverseEventVersion],
    *,
    taken: frozenset[str],
    investigational: frozenset[str],
) -> tuple[Start, ...]:
    """Find the versions from which a clock runs, oldest first; none where no version starts it.

    `applies`: what starts the clock; `versions`: of one event, oldest first. `taken`, `investigational`: as for
    `assess_properties`.

    It runs from the first version of which everything stated holds (`none_of` aside, see `ReportableEvent`), and again
    from each later version that must be reported although the one before need not, or that has grown fatal or
    life-threatening since. What a report told before is not told by that report, so each start asks for its own; the earlier
    ones stay as they are. An answer to what nobody had said does not start it again.
    """
    judged = [_judge(applies, version, taken=taken, investigational=investigational) for version in versions]
    if all(each.starts is False for each in judged):
        return ()
    first = next(index for index, each in enumerate(judged) if each.holds is not False)
    now = judged[-1]
    reasons = now.reasons if now.holds is not False else judged[first].reasons
    found = [Start(judged[first].version, reasons, now.holds is not False)]
    return (*found, *_anew(judged, first))


def _anew(judged: Sequence[_Judged], first: int) -> Iterator[Start]:
    """The later starts."""
    now = judged[-1]
    for before, each in zip(judged[first:], judged[first + 1 :], strict=False):
        if each.starts is False:
            continue
        grown = _grave(each.version) - _grave(before.version)
        if grown:
            why = next(_ANEW[criterion] for criterion in GRAVE if criterion in grown)
        elif before.holds is False:
            why = "reportable_again"
        else:
            continue
        stands = now.holds is not False and (not grown or not grown.isdisjoint(_grave(now.version)))
        yield Start(each.version, (*(now if stands else each).reasons, why), stands)


def _grave(version: AdverseEventVersion) -> frozenset[str]:
    return seriousness(version) & frozenset(GRAVE)


def assess_properties(
    version: AdverseEventVersion, *, taken: frozenset[str], investigational: frozenset[str]
) -> dict[str, Property]:
    """Judge what one version of an event says: serious, suspected, unexpected.

    `taken`: the investigational interventions that the participant has had.
    """
    unexpected = {"false": Property(True), "true": Property(False)}
    return {
        "serious": Property(bool(seriousness(version))),
        "suspected": _suspected(version, taken, investigational),
        "unexpected": unexpected.get(version.expected, Property(None, "expectedness_missing")),
    }


def seriousness(version: AdverseEventVersion) -> frozenset[str]:
    """What makes an event serious; a fatal outcome, or grade 5, is a death."""
    fatal = version.outcome == "fatal" or version.grade == "5"
    return frozenset(version.seriousness) | ({"death"} if fatal else frozenset())


def _suspected(
    version: AdverseEventVersion, taken: frozenset[str], investigational: frozenset[str]
) -> Property:
    stated = {name: version.causality.get(name, "") for name in investigational}
    if any(said in ("related", "possibly_related") for said in stated.values()):
        return Property(True)
    if any(stated[name] != "not_related" for name in taken):
        return Property(None, "causality_missing")
    return Property(False)


class _Judged(NamedTuple):
    """A version of an event against a clock: apart from `none_of`, and as a whole."""

    version: AdverseEventVersion
    holds: Truth
    starts: Truth
    reasons: tuple[str, ...]


def _judge(
    applies: ReportableEvent,
    version: AdverseEventVersion,
    *,
    taken: frozenset[str],
    investigational: frozenset[str],
) -> _Judged:
    properties = assess_properties(version, taken=taken, investigational=investigational)
    wanted = [properties[name] for name in applies.event]
    serious = seriousness(version)
    holds = all_of(each.truth for each in wanted)
    if applies.any_of and serious.isdisjoint(applies.any_of):
        holds = False
    starts = holds if serious.isdisjoint(applies.none_of) else False
    reasons = [each.reason for each in wanted if each.reason]
    if "death" in serious and "death" not in version.seriousness:
        reasons.append("fatal_outcome")
    return _Judged(version, holds, starts, tuple(reasons))
