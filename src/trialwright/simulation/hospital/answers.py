"""What people are asked: reproduction (`E9`), and the investigator's judgement (`E10`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialwright.simulation.hospital.stories import Story, nothing, tell
from trialwright.simulation.hospital.ward import MALE, Ward, Who

ANSWERS = ("wishes_pregnancy", "refuses_contraception", "breastfeeding", "pregnant")


def reproduction(ward: Ward) -> None:
    """`E9`: four questions for everyone but men; one 'yes' excludes, one missing answer leaves it unknown."""
    stories = (
        Story(("pass",), (0.72, 0.06, 0.01, 0), _all_no),
        Story(("fail",), (0.06, 0.03, 0.012, 0), _one_yes),
        Story(("unknown",), (0.1, 0.06, 0.01, 0), _one_unasked),
        Story(("unknown",), (0.12, 0.85, 0.968, 1), _long_ago),
    )
    men = ward.sex == MALE
    everyone = np.arange(ward.size)
    tell(ward, ["E9"], stories, everyone[~men])
    tell(ward, ["E9"], [Story(("pass",), (1, 1, 1, 1), nothing)], everyone[men])


def _answers(ward: Ward, who: Who, names: Sequence[str]) -> None:
    for name in names:
        ward.finding(who, name, "false", ward.between(who, ward.edge.screening, ward.edge.today, edge=0.3))


def _all_no(ward: Ward, who: Who) -> None:
    """No four times; an older 'yes' of the window is overruled, as is one before it."""
    for name in ANSWERS:
        days = ward.between(who, ward.edge.screening, ward.edge.today)
        ward.finding(who, name, "false", days)
        older = (ward.rng.random(len(who)) < 0.05) & (days > ward.edge.screening)
        ward.finding(who[older], name, "true", ward.between(who[older], ward.edge.screening, days[older] - 1))
    _long_ago(ward, who)


def _one_yes(ward: Ward, who: Who) -> None:
    """Yes once; a 'no' of the same day does not weigh against it, other answers may be missing."""
    for number, group in enumerate(ward.parts(who, len(ANSWERS))):
        days = ward.between(group, ward.edge.screening, ward.edge.today)
        ward.finding(group, ANSWERS[number], "true", days)
        same = ward.rng.random(len(group)) < 0.15
        ward.finding(group[same], ANSWERS[number], "false", days[same])
        others = [name for name in ANSWERS if name != ANSWERS[number]]
        _answers(ward, ward.some(group, 0.7), others)


def _one_unasked(ward: Ward, who: Who) -> None:
    for number, group in enumerate(ward.parts(who, len(ANSWERS))):
        _answers(ward, group, [name for name in ANSWERS if name != ANSWERS[number]])


def _long_ago(ward: Ward, who: Who) -> None:
    """Answers too old to count."""
    some = ward.some(who[ward.kind[who] < 2], 0.1)
    for name in ANSWERS:
        days = ward.between(some, ward.edge.screening - 200, ward.edge.screening - 1, edge=0.2)
        ward.finding(some, name, ward.choose(some, ("true", "false")), days)


def judgement(ward: Ward) -> None:
    """`E10`: never assessed in a search, whatever an investigator recorded."""
    stories = (
        Story(("not_assessed",), (0.96, 0.99, 1, 1), nothing),
        Story(("not_assessed",), (0.04, 0.01, 0, 0), _judged),
    )
    tell(ward, ["E10"], stories, np.arange(ward.size))


def _judged(ward: Ward, who: Who) -> None:
    days = ward.between(who, ward.edge.screening, ward.edge.today)
    ward.finding(who, "investigator_unsuitable", ward.choose(who, ("true", "false")), days)
