"""Words of the registry and ours: escapes, enumerations, ages, places, intervention types, identifiers."""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKDOWN = re.compile(r"([\\*_<>^\[\]~#`])")
_AGE = re.compile(r"^\s*(\d+)\s*(year|month|week|day|hour|minute)s?\s*$", re.IGNORECASE)
_AGE_UNITS = {"year": "a", "month": "mo", "week": "wk", "day": "d", "hour": "h", "minute": "min"}
_AGE_WORDS = {unit: word.capitalize() for word, unit in _AGE_UNITS.items()}

INTERVENTION_LABELS = {
    "BEHAVIORAL": "Behavioral",
    "BIOLOGICAL": "Biological",
    "COMBINATION_PRODUCT": "Combination Product",
    "DEVICE": "Device",
    "DIAGNOSTIC_TEST": "Diagnostic Test",
    "DIETARY_SUPPLEMENT": "Dietary Supplement",
    "DRUG": "Drug",
    "GENETIC": "Genetic",
    "OTHER": "Other",
    "PROCEDURE": "Procedure",
    "RADIATION": "Radiation",
}
"""The registry names an intervention in an arm as `Drug: Name`; this is the word before the colon."""


IDENTIFIER_TYPES = frozenset(
    {
        "AHRQ",
        "CDC",
        "CTIS",
        "EUDRACT_NUMBER",
        "FDA",
        "NIH",
        "OTHER",
        "OTHER_GRANT",
        "REGISTRY",
        "SAMHSA",
        "VA",
    }
)
"""The registry's types of secondary identifiers."""

_ADULT, _OLDER = 18, 65
_PER_YEAR = {"a": 1.0, "mo": 12.0, "wk": 52.0, "d": 365.0, "h": 8760.0, "min": 525600.0}


def unescape(text: str) -> str:
    r"""Undo the registry's Markdown escapes: `\>` is `>`."""
    return _ESCAPED.sub(r"\1", text)


def escape(text: str) -> str:
    """Escape what the registry's Markdown would read as a mark."""
    return _MARKDOWN.sub(r"\\\1", text)


def read_word(word: str) -> str:
    """An enumeration of the registry as ours: `SINGLE_GROUP` is `single_group`."""
    return word.strip().lower()


def write_word(word: str) -> str:
    """Ours as the registry's enumeration."""
    return word.upper()


def read_age(text: str) -> str | None:
    """`18 Years` is `18 a` (UCUM); `None` where no limit is stated (`N/A`, nothing). Raises `ValueError`."""
    if text.strip().upper() in ("", "N/A", "NA", "NONE"):
        return None
    match = _AGE.match(text)
    if match is None:
        raise ValueError(text)
    return f"{int(match[1])} {_AGE_UNITS[match[2].lower()]}"


def write_age(age: str) -> str:
    """`18 a` is `18 Years`, `1 mo` is `1 Month`."""
    count, unit = age.split()
    return f"{count} {_AGE_WORDS[unit]}{'' if count == '1' else 's'}"


def read_phase(phase: str) -> str:
    """`PHASE3` is `phase_3`, `EARLY_PHASE1` is `early_phase_1`, `NA` is `not_applicable`."""
    return "not_applicable" if phase == "NA" else re.sub(r"(?<=e)(?=\d)", "_", read_word(phase))


def write_phase(phase: str) -> str:
    """Ours as the registry's word for a phase."""
    return "NA" if phase == "not_applicable" else re.sub(r"_(?=\d)", "", write_word(phase))


def read_place(city: str, state: str) -> str:
    """City and state as one line."""
    return ", ".join(word for word in (city, state) if word)


def write_place(place: str) -> tuple[str, str]:
    """City and state again; the state is what stands behind the last comma."""
    city, _, state = place.rpartition(", ")
    return (city, state) if city else (state, "")


def age_groups(low: str | None, high: str | None) -> tuple[str, ...]:
    """The registry's age groups between two limits: child (to 17 years), adult (18 to 64), older adult (from 65)."""
    youngest, oldest = _in_years(low or "0 a"), _in_years(high or "999 a")
    groups = []
    if youngest < _ADULT:
        groups.append("CHILD")
    if youngest < _OLDER and oldest >= _ADULT:
        groups.append("ADULT")
    if oldest >= _OLDER:
        groups.append("OLDER_ADULT")
    return tuple(groups)


def _in_years(age: str) -> float:
    count, unit = age.split()
    return float(count) / _PER_YEAR[unit]


def read_identifier_type(kind: str, domain: str) -> str:
    """What a secondary identifier is called here: another registry by its name, anything else by type and domain."""
    if kind == "REGISTRY" and domain:
        return domain
    return ": ".join(word for word in (kind, domain) if word) or "OTHER"


def make_id(name: str, *, fallback: str, taken: dict[str, int]) -> str:
    """An identifier from a name (`Group A` is `group_a`), numbered if taken.

    `taken`: those there are, each with the last number tried behind it; it is added there.
    """
    base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40].strip("_") or fallback
    if base[0].isdigit():
        base = f"{fallback}_{base}"
    candidate, number = base, taken.get(base, 1)
    while candidate in taken:
        number += 1
        candidate = f"{base}_{number}"
    taken[base] = number  # the next of this name need not try them all again
    taken.setdefault(candidate, 1)
    return candidate
