"""Words and codes that mean the same in every source: yes and no, routes, numbers, daily doses."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from trialwright.terms.codes import normalise_system


class Coding(NamedTuple):
    """One code as the source wrote it."""

    system: str
    code: str
    display: str = ""


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Names compare without case, width of characters or surplus blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


# Answers. SNOMED CT qualifiers and LOINC answer codes, as used by FHIR and OMOP records.
# **Source**: SNOMED CT qualifier values and LOINC answer codes, each with its meaning beside it.
_YES = frozenset(
    {
        "snomed|10828004",  # positive
        "snomed|260373001",  # detected
        "snomed|52101004",  # present
        "snomed|373066001",  # yes
        "loinc|LA6576-8",  # positive
        "loinc|LA11882-0",  # detected
        "loinc|LA9633-4",  # present
        "loinc|LA33-6",  # yes
    }
)
_NO = frozenset(
    {
        "snomed|260385009",  # negative
        "snomed|260415000",  # not detected
        "snomed|2667000",  # absent
        "snomed|373067005",  # no
        "loinc|LA6577-6",  # negative
        "loinc|LA11883-8",  # not detected
        "loinc|LA9634-2",  # absent
        "loinc|LA32-8",  # no
    }
)
_YES_WORDS = frozenset(
    {"true", "yes", "y", "positive", "pos", "detected", "present", "是", "有", "阳性", "检出"}
)
_NO_WORDS = frozenset(
    {
        "false",
        "no",
        "n",
        "negative",
        "neg",
        "not detected",
        "absent",
        "none detected",
        "否",
        "无",
        "阴性",
        "未检出",
    }
)


def read_answer(codings: Iterable[Coding], *texts: str) -> str:
    """'true' or 'false' where a result says so by code or word, else ''. Codes go before words."""
    for coding in codings:
        written = f"{normalise_system(coding.system)}|{coding.code}"
        if written in _YES:
            return "true"
        if written in _NO:
            return "false"
    for text in texts:
        word = fold(text).removesuffix(" (qualifier value)")
        if word in _YES_WORDS:
            return "true"
        if word in _NO_WORDS:
            return "false"
    return ""


# Routes. **Source**: SNOMED CT route of administration values; EDQM standard terms; HL7 v3
# RouteOfAdministration.
_ROUTE_CODES = {
    "47625008": "iv",
    "255560000": "iv",
    "418114005": "iv",  # central venous
    "419993007": "iv",  # peripheral venous
    "26643006": "po",
    "260548002": "po",
    "34206005": "sc",
    "263887005": "sc",
    "78421000": "im",
    "372464004": "id",
    "6064005": "topical",
    "46713006": "nasal",
    "37161004": "rectal",
    "37839007": "sl",
    "45890007": "transdermal",
    "447694001": "inhaled",
    "20045000": "iv",
    "20053000": "po",
    "20066000": "sc",
    "20035000": "im",
}
_ROUTE_WORDS = {
    "iv": "iv|i.v.|ivinj|ivpush|ivb|ivd|ivgtt|intravenous|intravenous route|intravenous use|intravenously"
    "|intravenous infusion|静脉|静脉滴注|静脉注射|静滴|静推",
    "po": "po|p.o.|oral|orally|oral route|oral use|by mouth|口服",
    "sc": "sc|s.c.|sq|subcut|subcutaneous|subcutaneous route|subcutaneous use|皮下注射|皮下",
    "im": "im|i.m.|intramuscular|intramuscular route|intramuscular use|肌内注射|肌肉注射|肌注",
    "id": "id|intradermal|intradermal route",
    "topical": "topical|top|topical route|cutaneous|cutaneous route|外用",
    "nasal": "nasal|nasal route|intranasal",
    "rectal": "rectal|pr|per rectum|rectal route",
    "sl": "sl|sublingual|sublingual route|舌下",
    "transdermal": "transdermal|transdermal route",
    "intrathecal": "intrathecal|it|i.t.|intrathecal route|鞘内注射",
    "intraperitoneal": "intraperitoneal|ip|i.p.|intraperitoneal route",
    "vaginal": "vaginal|pv|vaginal route",
    "ophthalmic": "ophthalmic|ophthalmic route|滴眼",
    "otic": "otic|otic route",
    "inhaled": "inhaled|inhalation|ih|respiratory tract route|respiratory (inhalation)|吸入",
}
_ROUTES = {word: route for route, words in _ROUTE_WORDS.items() for word in words.split("|")}


def read_route(text: str, codings: Iterable[Coding] = ()) -> str:
    """The route in short (`iv`, `po`, `sc` ...), or '' where it is not recognised: it is never guessed."""
    for coding in codings:
        route = (
            _ROUTE_CODES.get(coding.code.strip())
            or _ROUTES.get(fold(coding.code))
            or _ROUTES.get(fold(coding.display))
        )
        if route:
            return route
    return _ROUTES.get(fold(text), "")


def as_decimal(text: str) -> Decimal | None:
    """A finite number written as a decimal, or None."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal("1e15") else None


def as_text(number: Decimal) -> str:
    """A decimal without exponent and without surplus zeros."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


# Words for one piece of a product, whose amount only its strength tells.
_COUNTED = frozenset(
    {
        "1",
        "tab",
        "tablet",
        "tablets",
        "tbl",
        "cap",
        "capsule",
        "capsules",
        "ea",
        "each",
        "片",
        "粒",
        "支",
        "瓶",
    }
)


def daily_dose(amount: str, unit: str, times: Decimal, strength: str = "") -> tuple[str, str]:
    """A dose given so many times on each day, as (value, unit) per day; ('', '') where the amount is no number.

    `strength` ("5 mg") is what one unit of a counted product contains; it is used only where the dose itself
    is counted: without a unit, or in braces, tablets, capsules.
    """
    number = as_decimal(amount)
    if number is None:
        return "", ""
    if strength and (not unit or unit.startswith("{") or fold(unit) in _COUNTED):
        each, _, unit = strength.partition(" ")
        number *= Decimal(each)
        unit = unit.strip()
    # A counted dose of unknown strength has no amount; `1` without a unit must not pass for 1 of anything.
    elif not unit:
        return "", ""
    return as_text(number * times), f"{unit}/d"
