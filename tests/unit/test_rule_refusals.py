"""What a rule says in vain is refused: the call, the argument and the cure are named, at the right character."""

from __future__ import annotations

import pytest

from tests.spec.spec import new_scope
from trialwright.locale import read_catalogue
from trialwright.study.grammar import RuleError
from trialwright.terms.message import render

WINDOW = "within=12 wk"
WEIGHT = "weight=latest(body_weight)"
BOTH = "Write both, such as except_daily=250 mg/d, except_within=14 d, or neither."
# rule, what is said, the cure, the text at which it points
REFUSALS = [
    (
        "latest(alt) + latest(body_weight) > 3 kg",
        "+ stands between U/L and kg.",
        "Both numbers must be in one unit.",
        "latest(alt)",
    ),
    (
        "latest(alt) / latest(body_weight) > 3",
        "/ stands between U/L and kg.",
        "Both numbers must be in one unit.",
        "latest(alt)",
    ),
    (
        "latest(alt) * latest(ast) > 3 U/L",
        "U/L times U/L is no unit that is used here.",
        "Multiply with a number without a unit.",
        "latest(alt)",
    ),
    (
        "2 U/L * latest(chronicity_index) > 3",
        "2 U/L has a unit, so nothing can be multiplied with it.",
        "Multiply with a number without a unit.",
        "2 U/L",
    ),
    ("latest(alt) - 2 > 3 U/L", "2 has no unit.", "Write it with its unit, such as 2 U/L.", "2"),
    (
        "latest(alt) / latest(ast) > 3 U/L",
        "U/L cannot be compared with 1.",
        "Use 1, or give the concept a conversion.",
        "3 U/L",
    ),
    ("1 / latest(alt) > 3", "/ stands between 1 and U/L.", "Both numbers must be in one unit.", "1"),
    ("latest(alt) / 0 > 3 U/L", "Nothing can be divided by 0.", "Correct the rule.", "latest(alt)"),
    (
        "latest(alt) + latest(ast) > 2 ULN",
        "ULN is the upper limit of a laboratory result; this is none.",
        "Write it with latest(concept) of a measurement.",
        "2 ULN",
    ),
    (
        "latest(alt, before=week0) > 3 U/L",
        "latest does not say which time counts.",
        "Add within=3 mo, within=ever or within=today.",
        "latest",
    ),
    (
        "latest(alt, within=3 mo, before=age) > 3 U/L",
        "This is not a day.",
        "Define it with latest_day(...), or name an anchor of the schedule.",
        "age",
    ),
    (
        f"window_dose(ciclosporin, {WINDOW}, gap=3 d) >= 1 g",
        "window_dose takes no gap.",
        "Leave it out; it belongs to: course_days, course_dose.",
        "3 d",
    ),
    (
        f"course_dose(ciclosporin, {WINDOW}, except_daily=250 mg/d) >= 1 g",
        "course_dose takes no except_daily.",
        "Leave it out; it belongs to: max_daily_dose.",
        "250 mg/d",
    ),
    (
        f"max_daily_dose(ciclosporin, {WINDOW}, except_daily=250 mg/d) >= 1 g/d",
        "In max_daily_dose, except_daily without except_within would change nothing.",
        BOTH,
        "max_daily_dose",
    ),
    (
        f"max_daily_dose(ciclosporin, {WINDOW}, except_within=14 d) >= 1 g/d",
        "In max_daily_dose, except_within without except_daily would change nothing.",
        BOTH,
        "max_daily_dose",
    ),
    (
        f"course_days(ciclosporin, {WINDOW}, gap=1 mo) >= 14 d",
        "In course_days, gap is 1 mo, which is no fixed number of days.",
        "Write it in d or wk, such as gap=3 d.",
        "1 mo",
    ),
    (
        f"window_dose(ciclosporin, {WINDOW}, {WEIGHT}) >= 1 g",
        "ciclosporin is not counted per kg, so weight would change nothing in window_dose.",
        "Leave it out, or give the concept a unit per kg, such as mg/kg/d.",
        "latest(body_weight)",
    ),
    (
        f"course_days(ivig, {WINDOW}, {WEIGHT}) >= 2 d",
        "Without daily, course_days looks at no dose, so weight would change nothing.",
        "Leave it out, or say which dose counts, such as daily=400 mg/kg/d.",
        "latest(body_weight)",
    ),
    (
        f"max_daily_dose(ivig, {WINDOW}, weight=latest(body_weight, missing=no_record)) >= 400 mg/kg/d",
        "In the weight of max_daily_dose, missing would change nothing.",
        "Leave it out.",
        "no_record",
    ),
    (
        "stand_in(latest(urine_protein_24h), latest(urine_protein_creatinine_ratio, missing=no_record)) >= 1 g/(24.h)",
        "In the second pick of stand_in, missing would change nothing.",
        "Leave it out.",
        "no_record",
    ),
    (
        "latest(sledai_2k, surrogate=chronicity_index) > 10 {score}",
        "sledai_2k is computed from its items, so surrogate would change nothing in latest.",
        "Leave it out.",
        "chronicity_index",
    ),
    (
        "by_mode(always, search=always, screening=never)",
        "by_mode takes a condition for each mode, by name, and nothing else.",
        "Write by_mode(search=..., screening=...).",
        "by_mode",
    ),
    (
        "latest(alt, within=2 d, within=3 d) > 40 U/L",
        "latest is given within more than once.",
        "Leave one of them out.",
        "2 d",
    ),
    (
        "latest(alt, withn=2 d) > 40 U/L",
        "latest takes no withn.",
        "Did you mean within?",
        "2 d",
    ),
    (
        "latest(alt, within=2 d > 40 U/L",
        "The bracket ( opened at column 7 of the rule is not closed.",
        "Close it with ) where it should end.",
        "(alt",
    ),
    (
        "age >= 18 a and (age < 65 a or (age > 70 a)",
        "The bracket ( opened at column 17 of the rule is not closed.",
        "Close it with ) where it should end.",
        "(age < 65 a",
    ),
    (
        "sex in {female, male",
        "The bracket { opened at column 8 of the rule is not closed.",
        "Close it with } where it should end.",
        "{female",
    ),
    (
        "latest(alt within=2 d) > 40 U/L",
        "Here , / ) is missing.",
        "Seen was `within`.",
        "within",
    ),
]


@pytest.mark.parametrize(("rule", "sentence", "cure", "place"), REFUSALS, ids=[each[0] for each in REFUSALS])
def test_what_would_be_ignored_is_refused(rule: str, sentence: str, cure: str, place: str) -> None:
    with pytest.raises(RuleError) as refused:
        new_scope().rule(rule)
    error = refused.value
    assert (render(error.message, {}), render(error.cure, {})) == (sentence, cure)
    assert rule[error.at :].startswith(place)
    chinese = read_catalogue("zh")
    assert render(error.message, chinese) != sentence
    assert render(error.cure, chinese) != cure


@pytest.mark.parametrize(
    "rule",
    [
        f"course_days(ivig, {WINDOW}, daily=400 mg/kg/d, {WEIGHT}) >= 2 d",
        f"max_daily_dose(ciclosporin, {WINDOW}, except_daily=250 mg/d, except_within=14 d) >= 1 g/d",
        f"course_days(ciclosporin, {WINDOW}, gap=1 wk) >= 14 d",
        "stand_in(latest(urine_protein_24h, missing=no_record), latest(urine_protein_creatinine_ratio)) >= 1 g/(24.h)",
    ],
)
def test_what_changes_something_is_taken(rule: str) -> None:
    new_scope().rule(rule)
