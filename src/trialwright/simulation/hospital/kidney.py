"""Proteinuria (`I3`) and kidney function (`I4`)."""

from __future__ import annotations

from functools import partial

import numpy as np

from trialwright.simulation.hospital.labs import newest, result, spoiled, stale, vague
from trialwright.simulation.hospital.stories import Story, tell
from trialwright.simulation.hospital.ward import FEMALE, MALE, Values, Ward, Who

PROTEIN = "urine_protein_24h"
RATIO = "urine_protein_creatinine_ratio"
CREATININE = "serum_creatinine"
_MUCH, _LITTLE = (1.6, 9.0), (0.05, 1.4)
# 1.5 passes, 1.49 fails: criteria.md, "Boundary cases"
_AT_LEAST = (("1.5", "g/(24.h)"), ("1.50", "g/d"), ("1500", "mg/(24.h)"), ("1500.0", "mg/d"))
_BELOW = (("1.49", "g/(24.h)"), ("1499", "mg/(24.h)"), ("1.49", "g/d"))


def proteinuria(ward: Ward, who: Who) -> None:
    """`I3`: at least 1.5 g/24 h; a spot ratio alone leaves it unknown (`surrogate_only`)."""
    stories = (
        Story(("pass",), (0.76, 0.03, 0.002, 0), _nephrotic),
        Story(("pass",), (0.02, 0.001, 0, 0), _over_ten),
        Story(("fail",), (0.08, 0.18, 0.03, 0), _small),
        Story(("fail",), (0.01, 0.02, 0.003, 0), _hardly_any),
        Story(("unknown no_record",), (0.05, 0.6, 0.9, 1), _none),
        Story(("unknown surrogate_only",), (0.05, 0.13, 0.05, 0), _spot_only),
        Story(("unknown unit_unknown",), (0.02, 0.02, 0.005, 0), partial(spoiled, name=PROTEIN, span=_MUCH)),
        Story(
            ("unknown date_imprecise",),
            (0.01, 0.01, 0.003, 0),
            partial(vague, name=PROTEIN, span=(0.2, 5.0)),
            straddles="screening",
        ),
        Story(("unknown",), (0.005, 0.005, 0.002, 0), _over_one),
    )
    tell(ward, ["I3"], stories, who)


def _nephrotic(ward: Ward, who: Who) -> None:
    newest(ward, who, PROTEIN, _MUCH, contrary=_LITTLE, ties=_MUCH, edge=_AT_LEAST)
    _spot(ward, ward.some(who, 0.25), _LITTLE)


def _small(ward: Ward, who: Who) -> None:
    newest(ward, who, PROTEIN, _LITTLE, contrary=_MUCH, ties=_MUCH, edge=_BELOW)
    _spot(ward, ward.some(who, 0.25), _MUCH)


def _over_ten(ward: Ward, who: Who) -> None:
    newest(ward, who, PROTEIN, np.full(len(who), 10.0), contrary=_LITTLE, sign=">")


def _over_one(ward: Ward, who: Who) -> None:
    newest(ward, who, PROTEIN, np.full(len(who), 1.0), contrary=_MUCH, sign=">")


def _hardly_any(ward: Ward, who: Who) -> None:
    newest(ward, who, PROTEIN, np.full(len(who), 0.1), contrary=_MUCH, sign="<")


def _none(ward: Ward, who: Who) -> None:
    stale(ward, ward.some(who[ward.kind[who] < 2], 0.5), PROTEIN, (0.2, 5.0), ward.edge.screening)


def _spot_only(ward: Ward, who: Who) -> None:
    stale(ward, who, PROTEIN, (0.2, 5.0), ward.edge.screening)
    _spot(ward, who, (0.1, 6.0))


def _spot(ward: Ward, who: Who, span: tuple[float, float]) -> None:
    days = ward.between(who, ward.edge.screening, ward.edge.today, edge=0.05)
    result(ward, who, RATIO, ward.uniform(who, *span), ward.dates(days))


def creatinine_at_30(age: Values, female: bool) -> Values:
    """The serum creatinine in mg/dL at which CKD-EPI 2009 gives an eGFR of 30, by completed years.

    The equation solved for creatinine above kappa: 30 = 141 (SCr/kappa)^-1.209 0.993^age (1.018 if female).
    **Source**: Levey et al. 2009, https://www.kidney.org/content/ckd-epi-creatinine-equation-2009; without
    the race coefficient (criteria.md, `I4`).
    """
    kappa, factor = (0.7, 1.018) if female else (0.9, 1.0)
    return kappa * (30.0 / (141.0 * factor * 0.993**age)) ** (-1.0 / 1.209)


def kidney_function(ward: Ward) -> None:
    """`I4`: creatinine below 3.0 mg/dL and eGFR at least 30; needs the ages that `people` has drawn."""
    everyone = np.arange(ward.size)
    grown = ward.age_low >= 18
    minor = ward.age_high < 18
    one_sex = (ward.sex == FEMALE) | (ward.sex == MALE)
    no_record = (0.06, 0.6, 0.75, 1.0)
    untaken = (
        Story(("unknown no_record",), no_record, _unmeasured),
        Story(
            ("unknown unit_unknown",),
            (0.02, 0.01, 0.006, 0),
            partial(spoiled, name=CREATININE, span=(0.5, 0.9)),
        ),
        Story(
            ("unknown date_imprecise",),
            (0.01, 0.005, 0.003, 0),
            partial(vague, name=CREATININE, span=(0.5, 0.9)),
            straddles="screening",
        ),
    )
    always = (
        Story(("fail",), (0.02, 0.01, 0.01, 0), _failing),
        Story(("fail",), (0.005, 0.002, 0.002, 0), _far),
    )
    adult = (
        Story(("pass",), (0.83, 0.34, 0.22, 0), _working),
        Story(("pass",), (0.01, 0.01, 0.005, 0), _tiny),
        Story(("fail",), (0.05, 0.015, 0.015, 0), _discordant),
        Story(("unknown",), (0.005, 0.002, 0.001, 0), _censored),
        *untaken,
        *always,
    )
    either = Story(("unknown",), (0.1, 0.1, 0.1, 0), _between_sexes)
    young = Story(("unknown equation_not_valid",), (0.8, 0.35, 0.24, 0), _young)
    ageless = Story(("unknown",), (0.8, 0.35, 0.24, 0), _young)
    tell(ward, ["I4"], adult, everyone[grown & one_sex])
    tell(ward, ["I4"], (*adult, either), everyone[grown & ~one_sex])
    tell(ward, ["I4"], (young, untaken[0], *always), everyone[minor])
    nobody = Story(("unknown",), no_record, _unmeasured)  # both the age and the result are missing
    tell(ward, ["I4"], (ageless, nobody, *always), everyone[~grown & ~minor])


def _limits(ward: Ward, who: Who) -> tuple[Values, Values]:
    """Creatinine surely passing (7 % below the lowest limit) and surely failing (7 % above the highest)."""
    female = creatinine_at_30(ward.age_high[who] + 1, True), creatinine_at_30(ward.age_low[who] - 1, True)
    male = creatinine_at_30(ward.age_high[who] + 1, False), creatinine_at_30(ward.age_low[who] - 1, False)
    lowest = np.where(ward.sex[who] == MALE, male[0], female[0])
    highest = np.where(ward.sex[who] == FEMALE, female[1], male[1])
    return lowest * 0.93, highest * 1.07


def _working(ward: Ward, who: Who) -> None:
    good, _ = _limits(ward, who)
    share = ward.rng.beta(1.2, 4.0, len(who))
    newest(ward, who, CREATININE, 0.4 + (good - 0.4) * share, contrary=(3.2, 9.0), ties=(0.35, 0.5))


def _discordant(ward: Ward, who: Who) -> None:
    _, bad = _limits(ward, who)
    values = np.where(bad < 2.9, ward.uniform(who, bad, np.maximum(bad, 2.95)), ward.uniform(who, 3.1, 4.0))
    newest(ward, who, CREATININE, values, contrary=(0.5, 0.9), ties=(0.5, 0.9))


def _failing(ward: Ward, who: Who) -> None:
    edge = (("265.2", "umol/L"), ("3.0", "mg/dL"), ("3.00", "mg/dL"), ("0.2652", "mmol/L"))
    newest(ward, who, CREATININE, (3.1, 9.0), contrary=(0.5, 0.9), ties=(0.5, 0.9), edge=edge)


def _far(ward: Ward, who: Who) -> None:
    newest(ward, who, CREATININE, np.full(len(who), 10.0), contrary=(0.5, 0.9), sign=">")


def _tiny(ward: Ward, who: Who) -> None:
    newest(ward, who, CREATININE, np.full(len(who), 0.4), contrary=(3.2, 9.0), sign="<")


def _censored(ward: Ward, who: Who) -> None:
    newest(ward, who, CREATININE, np.full(len(who), 1.0), contrary=(3.2, 9.0), sign=">")


def _young(ward: Ward, who: Who) -> None:
    newest(ward, who, CREATININE, (0.4, 1.0), contrary=(3.2, 9.0), ties=(0.4, 0.9))


def _unmeasured(ward: Ward, who: Who) -> None:
    stale(ward, ward.some(who[ward.kind[who] < 3], 0.2), CREATININE, (0.5, 5.0), ward.edge.screening)


def _between_sexes(ward: Ward, who: Who) -> None:
    """Below 30 for a woman, not for a man: midway between the two limits (about 12 % from each)."""
    age = ward.age_low[who]
    values = np.sqrt(creatinine_at_30(age, True) * creatinine_at_30(age, False))
    newest(ward, who, CREATININE, values, contrary=(3.2, 9.0))
