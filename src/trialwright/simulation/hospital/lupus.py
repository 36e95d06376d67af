"""Lupus, its activity and the biopsy: `I1` and `I2`, told together because both read the biopsy class."""

from __future__ import annotations

from functools import partial

import numpy as np

from trialwright.simulation.hospital.labs import newest, spoiled, stale, vague
from trialwright.simulation.hospital.stories import Recipe, Story, both, nothing, tell
from trialwright.simulation.hospital.ward import HISTORY, Ward, Who
from trialwright.simulation.hospital.words import Days

SCORE = "sledai_2k"
ITEMS = (
    "malar_rash", "discoid_rash", "photosensitivity", "oral_ulcers", "arthritis", "serositis", "renal",
    "neurologic", "haematologic", "immunologic", "ana",
)  # fmt: skip
# order, blanks and Roman-numeral characters do not matter: criteria.md `I2`
_PROLIFERATIVE = (
    "III", "IV", "III+V", "IV+V", "V+III", "V + IV", "\u2162", "\u2163", "\u2162+\u2164", "\u2164+\u2163",
)  # fmt: skip
_PURE_V = ("V", "\u2164", " V")
_EXCLUDED = ("II", "I", "VI", "\u2161")
_UNLISTED = ("VII", "mesangial", "III/IV")


def lupus(ward: Ward) -> None:
    """`I1`: lupus, and SLEDAI over 10 or pure class V; `I2`: class, chronicity under 3, no TMA."""
    high, low = _score(11, 30), _score(0, 9)
    unscored = partial(stale, name=SCORE, span=(2, 30), first=ward.edge.screening)
    listed, pure_v = partial(_biopsy, classes=_PROLIFERATIVE), partial(_biopsy, classes=_PURE_V)
    unlisted, excluded = partial(_biopsy, classes=_UNLISTED), partial(_biopsy, classes=_EXCLUDED)
    chronic, angio = {"index": (3, 9)}, {"angiopathy": "true"}
    stories = (
        Story(("pass", "pass"), (0.58, 0, 0, 0), both(_known, high, listed)),
        Story(("pass", "pass"), (0.07, 0, 0, 0), both(_known, low, pure_v)),
        Story(("pass", "pass"), (0.03, 0, 0, 0), both(_known, high, pure_v)),
        Story(("pass", "pass"), (0.02, 0, 0, 0), both(_known, unscored, pure_v)),
        Story(("pass", "fail"), (0.05, 0.01, 0, 0), both(_known, high, partial(listed, **chronic))),
        Story(("pass", "fail"), (0.01, 0.01, 0, 0), both(_known, low, partial(pure_v, **chronic))),
        Story(("pass", "fail"), (0.02, 0.005, 0, 0), both(_known, high, partial(listed, **angio))),
        Story(("pass", "fail"), (0.02, 0.02, 0, 0), both(_known, high, excluded)),
        Story(("fail", "fail"), (0.005, 0.03, 0, 0), both(_known, low, excluded)),
        Story(("fail", "pass"), (0.05, 0.02, 0, 0), both(_known, low, listed)),
        Story(("fail", "pass"), (0.01, 0, 0.0005, 0), both(_unknown_to_us, high, listed)),
        Story(("fail", "unknown no_record"), (0.005, 0.06, 0.018, 0.1), _unknown_to_us),
        Story(("fail", "unknown no_record"), (0, 0, 0.98, 0.75), nothing),
        Story(("unknown no_record", "pass"), (0.03, 0.01, 0, 0), both(_known, unscored, listed)),
        Story(
            ("unknown unit_unknown", "pass"),
            (0.01, 0.002, 0, 0),
            both(_known, partial(spoiled, name=SCORE, span=(11, 30)), listed),
        ),
        Story(
            ("unknown date_imprecise", "pass"),
            (0.01, 0.002, 0, 0),
            both(_known, partial(vague, name=SCORE, span=(11, 30)), listed),
            straddles="screening",
        ),
        Story(
            ("pass", "unknown biopsy_item_missing"),
            (0.02, 0.002, 0, 0),
            both(_known, high, partial(listed, index=None)),
        ),
        Story(
            ("pass", "unknown biopsy_item_missing"),
            (0.01, 0.002, 0, 0),
            both(_known, high, partial(listed, angiopathy="")),
        ),
        Story(("pass", "unknown"), (0.005, 0.002, 0, 0), both(_known, high, unlisted)),
        Story(("unknown", "unknown"), (0.005, 0.002, 0, 0), both(_known, low, unlisted)),
        Story(("pass", "fail"), (0.003, 0.001, 0, 0), both(_known, high, partial(unlisted, **chronic))),
        Story(("pass", "unknown"), (0.005, 0.001, 0, 0), both(_known, high, _two_classes)),
        Story(("pass", "unknown no_record"), (0.02, 0.06, 0, 0), both(_known, high)),
        Story(("unknown no_record", "unknown no_record"), (0.01, 0.25, 0, 0), both(_known, low)),
        Story(("unknown no_record", "unknown no_record"), (0.005, 0.5, 0.002, 0), both(_known, unscored)),
        Story(("unknown no_record", "unknown no_record"), (0, 0, 0, 0.15), _known),
        Story(("unknown", "pass"), (0.005, 0.005, 0, 0), both(_provisional, high, listed)),
        Story(("unknown conflict", "pass"), (0.005, 0.005, 0, 0), both(_denied, high, listed)),
    )
    tell(ward, ["I1", "I2"], stories, np.arange(ward.size))


def _score(least: int, most: int) -> Recipe:
    """A SLEDAI-2K within bounds that all lie on one side of the limit; 10 fails and 11 passes."""
    passes = least > 10
    contrary, edge = ((0, 9), ("11", "12")) if passes else ((11, 30), ("10", "10.0"))

    def write(ward: Ward, who: Who) -> None:
        newest(
            ward,
            who,
            SCORE,
            (least, most),
            contrary=contrary,
            ties=(11, 30),  # of several on a day the lowest counts
            edge=tuple((text, "{score}") for text in edge),
        )

    return write


def _items(ward: Ward, who: Who, count: int) -> None:
    """So many different ACR 1997 items at any time, and one of them again."""
    order = np.argsort(ward.rng.random((len(who), len(ITEMS))), axis=1)
    names = ward.words.words(ITEMS)
    for number in [*range(count), 0]:
        days = ward.between(who, ward.edge.today - HISTORY, ward.edge.today)
        start = ward.long_ago(np.minimum(days, ward.last[who]))
        concept = ward.concept(who, "acr_1997_item")
        ward.add(who, "finding", concept, value=names[order[:, number]], start=start, status="final")


def _known(ward: Ward, who: Who) -> None:
    """Lupus is recorded, as a diagnosis or as at least four of the eleven items."""
    kinds = ward.rng.random(len(who))
    coded, undated, counted = who[kinds < 0.85], who[(kinds >= 0.85) & (kinds < 0.9)], who[kinds >= 0.9]
    status = ward.choose(coded, ("active", "", "recurrence", "relapse"), (0.8, 0.14, 0.03, 0.03))
    days = ward.between(coded, ward.edge.today - HISTORY, ward.edge.today - 30)
    start = ward.long_ago(np.minimum(days, ward.last[coded]))
    ward.present(coded, ("sle", "lupus_nephritis"), start=start, status=status)
    ward.present(undated, ("sle", "lupus_nephritis"), status="active")
    for number, group in enumerate(ward.parts(counted, 3)):
        _items(ward, group, 4 + number)
    _items(ward, ward.some(coded, 0.1), 3)


def _unknown_to_us(ward: Ward, who: Who) -> None:
    """No lupus that counts: three items, or a diagnosis set aside, refuted, or made later."""
    today = ward.edge.today
    three, error, refuted, later = ward.parts(who, 4)
    _items(ward, three, 3)
    days = np.minimum(ward.between(error, today - HISTORY, today), ward.last[error])
    ward.present(error, ("sle", "lupus_nephritis"), start=ward.dates(days), status="entered-in-error")
    days = np.minimum(ward.between(refuted, today - HISTORY, today), ward.last[refuted])
    ward.present(refuted, ("sle",), start=ward.dates(days), status="refuted")
    later = later[ward.last[later] > today]
    ward.present(
        later, ("sle",), start=ward.dates(ward.between(later, today + 1, today + 40)), status="active"
    )


def _provisional(ward: Ward, who: Who) -> None:
    status = ward.choose(who, ("provisional", "differential", "unconfirmed"))
    start = ward.dates(ward.between(who, ward.edge.today - 400, ward.edge.today - 5))
    ward.present(who, ("sle", "lupus_nephritis"), start=start, status=status)


def _denied(ward: Ward, who: Who) -> None:
    """A diagnosis, and a 'no' to the same question within 28 days."""
    start = ward.dates(ward.between(who, ward.edge.today - 900, ward.edge.today - 40))
    ward.add(who, "condition", "sle", start=start, status="active")
    asked = ward.dates(ward.between(who, ward.edge.screening, ward.edge.today))
    ward.add(who, "condition", "sle", value="false", start=asked)


def _biopsy(
    ward: Ward,
    who: Who,
    *,
    classes: tuple[str, ...],
    index: tuple[int, int] | None = (0, 2),
    angiopathy: str = "false",
) -> None:
    """The latest biopsy, with its chronicity index and microangiopathy.

    `index`: bounds of the index, None: none that day; `angiopathy`: '' for none recorded that day. Around it
    an earlier biopsy, one entered in error and one after the reference date, of another class.
    """
    today = ward.edge.today
    recent = ward.rng.random(len(who)) < 0.7
    days = np.where(recent, ward.between(who, today - 180, today), ward.between(who, today - 2400, today))
    ward.add(
        who,
        "finding",
        ward.concept(who, "biopsy_class"),
        value=ward.choose(who, classes),
        start=ward.dates(days),
        status="final",
    )
    if index is not None:
        _index(ward, who, days, index)
        if index[0] >= 3:  # the highest of the day counts
            again = ward.rng.random(len(who)) < 0.1
            _index(ward, who[again], days[again], (0, 2))
    if angiopathy:
        ward.finding(who, "biopsy_tma", angiopathy, days)
    other = _EXCLUDED if classes in (_PROLIFERATIVE, _PURE_V, _UNLISTED) else _PROLIFERATIVE
    chance = ward.rng.random(len(who))
    earlier = chance < 0.15
    before = days[earlier] - ward.rng.integers(30, 900, int(earlier.sum()))
    _whole(ward, who[earlier], before, other, "final")
    error = (chance >= 0.15) & (chance < 0.2)
    _whole(ward, who[error], ward.between(who[error], days[error], today), other, "entered-in-error")
    later = (chance >= 0.2) & (chance < 0.23)
    _whole(ward, who[later], ward.between(who[later], today + 1, today + 20), other, "final")


def _index(ward: Ward, who: Who, days: Days, span: tuple[int, int]) -> None:
    values = ward.rng.integers(span[0], span[1] + 1, len(who)).astype(float)
    ward.add(
        who,
        "measurement",
        ward.concept(who, "chronicity_index"),
        value=ward.words.numbers(values, 0),
        unit="{score}",
        start=ward.dates(days),
        status="final",
    )


def _whole(ward: Ward, who: Who, days: Days, classes: tuple[str, ...], status: str) -> None:
    """Another biopsy, complete."""
    ward.finding(who, "biopsy_class", ward.choose(who, classes), days, status)
    values = ward.words.numbers(ward.rng.integers(0, 8, len(who)).astype(float), 0)
    ward.add(
        who,
        "measurement",
        "chronicity_index",
        value=values,
        unit="{score}",
        start=ward.dates(days),
        status=status,
    )
    ward.finding(who, "biopsy_tma", ward.choose(who, ("true", "false")), days, status)


def _two_classes(ward: Ward, who: Who) -> None:
    """Two different classes on the latest day leave the class unknown; the index does not decide."""
    days = ward.between(who, ward.edge.today - 400, ward.edge.today)
    for text in ("III", "IV+V"):
        ward.finding(who, "biopsy_class", text, days)
    _index(ward, who, days, (0, 2))
    ward.finding(who, "biopsy_tma", "false", days)
