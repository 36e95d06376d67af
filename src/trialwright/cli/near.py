"""Did you mean: the command or action that a mistyped or an everyday word stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

COMMAND_WORDS: Mapping[str, str] = {
    "due": "schedule",
    "visits": "schedule",
    "calendar": "schedule",
    "validate": "check",
    "lint": "check",
    "describe": "explain",
    "eligibility": "screen",
    "search": "screen",
    "randomise": "allocate",
    "randomize": "allocate",
    "response": "respond",
    "endpoints": "respond",
    "query": "queries",
    "do": "act",
}
"""What people on a ward call what these commands do."""
ACTION_WORDS: Mapping[str, str] = {
    "randomise": "allocate",
    "randomize": "allocate",
    "infuse": "give_dose",
    "enroll": "enrol",
    "adverse_event": "report_ae",
    "fill_form": "record_form",
    "amend": "approve_version",
    "death": "record_death",
    "withdraw": "withdraw_consent",
}
"""The same of actions."""
_ALIKE = 0.6


def near(word: str, known: Collection[str], synonyms: Mapping[str, str]) -> str | None:
    """The known word that is meant; None where nobody can tell."""
    said = word.strip().lower().replace("-", "_")
    if said in synonyms:
        return synonyms[said]
    found = get_close_matches(said, known, n=1, cutoff=_ALIKE)
    return found[0] if found else None


def first_word(given: Iterable[str]) -> str:
    """The word that stands where a command does: the first that is no option, nor the language of one."""
    before = ""
    for word in given:
        if not word.startswith("-") and before != "--lang":
            return word
        before = word
    return ""
