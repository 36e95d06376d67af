"""The criteria of a record as the entries of criteria.yaml, each clearly not computed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trialwright.exchange.ctgov.criteria import NO_HEADING, CriterionText, split_criteria
from trialwright.exchange.ctgov.fields import Json, NotARegistryRecord, read_limit, read_text
from trialwright.exchange.ctgov.vocabulary import read_word
from trialwright.exchange.ctgov.yaml_text import NOT_STATED, Plain
from trialwright.terms.message import message

STRUCTURED = "Registry fields"
"""The `source` of the criterion made of the record's own age and sex fields."""

LONGEST_TEXT = 100_000
"""The most characters of an eligibility text. **Source**: ClinicalTrials.gov, Protocol Registration Data Element
Definitions, Eligibility Criteria: the registry takes 20,000, which escapes make longer."""
MOST_CRITERIA = 2_000
"""The most criteria of one: a text at the registry's limit with ten characters for each."""

_TITLE_LENGTH = 70
_NOT_COMPUTED = {
    "en": "The registry's text has not been turned into a rule yet; until then the answer is unknown.",
    "zh": "登记文本尚未转写为规则；在此之前结果为未知。",
}
_LEAD_IN = {
    "en": "Not computed. This line introduces the lines after it: join them into one criterion, or delete it.",
    "zh": "尚未计算。本行引出其后各行：请合并为一条标准，或删除本行。",
}
_NO_HEADING = {
    "en": "Not computed. The record does not say whether this text includes or excludes.",
    "zh": "尚未计算。登记记录未说明此文本是纳入还是排除标准。",
}


_NOTHING = {
    "en": "Not computed. The record has no eligibility text.",
    "zh": "尚未计算。登记记录没有入选和排除标准文本。",
}
_BY_FIELDS = {
    "en": "Taken from the record's own fields for age and sex; ages in completed years, both limits included.",
    "zh": "取自登记记录的年龄和性别字段；年龄按周岁计算，含两端界限。",
}
_NOT_IN_YEARS = {
    "en": "Not computed: an age limit of the record is not in years.",
    "zh": "尚未计算：登记记录的年龄界限不以岁为单位。",
}
_NO_SEX = {
    "en": "Not computed: what the record says of the sex is none of female, male and all.",
    "zh": "尚未计算：登记记录中的性别不是女性、男性或不限。",
}


def read_criteria(eligibility: Json) -> list[Plain]:
    """Age and sex as `A0`, then the eligibility text one criterion at a time, numbered I1.. and E1.. in its order."""
    entries = _read_age_and_sex(eligibility)
    numbers = {"inclusion": 0, "exclusion": 0}
    for criterion in _split(read_text(eligibility, "eligibilityCriteria")):
        numbers[criterion.type] += 1
        key = f"{criterion.type[0].upper()}{numbers[criterion.type]}"
        entries.append(_write_entry(criterion, key))
    return entries or [
        _write_entry(CriterionText("inclusion", NO_HEADING, 1, NOT_STATED["en"]), "I1", _NOTHING)
    ]


def _split(text: str) -> Sequence[CriterionText]:
    """The criteria of the text; raises `NotARegistryRecord` where there are more than anybody wrote."""
    found = split_criteria(text) if len(text) <= LONGEST_TEXT else ()
    if len(text) > LONGEST_TEXT:
        raise NotARegistryRecord(
            message(
                "The record's eligibility text has {count} characters; at most {most} are read.",
                count=f"{len(text):,}",
                most=f"{LONGEST_TEXT:,}",
            )
        )
    if len(found) > MOST_CRITERIA:
        raise NotARegistryRecord(
            message(
                "The record's eligibility text has {count} criteria; at most {most} are read.",
                count=f"{len(found):,}",
                most=f"{MOST_CRITERIA:,}",
            )
        )
    return found


def _write_entry(criterion: CriterionText, key: str, why: Plain | None = None) -> Plain:
    if why is None:
        why = _NO_HEADING if criterion.heading == NO_HEADING else _NOT_COMPUTED
        why = _LEAD_IN if criterion.leads_in else why
    return {
        "id": key,
        "type": criterion.type,
        "title": {"en": shorten(criterion.text), "zh": ""},
        "text": {"en": criterion.text, "zh": ""},
        "source": criterion.source,
        "chosen": "uncomputed",
        "readings": {"uncomputed": {"because": why, "rule": "unknown(not_computed)"}},
    }


def shorten(text: str) -> str:
    """The first line of a text, cut at a word to fit a title."""
    line = text.split("\n")[0]
    if len(line) <= _TITLE_LENGTH:
        return line
    return re.sub(r"[\s,;:]+\S*$", "", line[: _TITLE_LENGTH + 1]) + " ..."


def _read_age_and_sex(eligibility: Json) -> list[Plain]:
    """The record's age and sex fields as one criterion; computed where the limits are years, else left uncomputed."""
    low, high = read_limit(eligibility, "minimumAge"), read_limit(eligibility, "maximumAge")
    sex = read_word(read_text(eligibility, "sex"))
    limits = [limit for limit in (low, high) if limit]
    conditions = []
    if limits:
        conditions.append(" <= ".join(word for word in (low or "", "age", high or "") if word))
    if sex in ("female", "male"):
        conditions.append(f"sex = {sex}")
    odd = sex not in ("", "all", "female", "male")
    if not conditions and not odd:
        return []
    why = _NO_SEX if odd else _BY_FIELDS if all(limit.endswith(" a") for limit in limits) else _NOT_IN_YEARS
    computed = why is _BY_FIELDS
    stated = [read_text(eligibility, name) or "N/A" for name in ("minimumAge", "maximumAge", "sex")]
    name = "registry" if computed else "uncomputed"
    rule = " and ".join(conditions) if computed else "unknown(not_computed)"
    return [
        {
            "id": "A0",
            "type": "inclusion",
            "title": {"en": "Age and sex", "zh": "年龄和性别"},
            "text": {"en": "Minimum age: {}. Maximum age: {}. Sex: {}.".format(*stated), "zh": ""},
            "source": STRUCTURED,
            "chosen": name,
            "readings": {name: {"because": why, "rule": rule}},
        }
    ]
