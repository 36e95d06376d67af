"""Words for what events of the ledger hold as codes: deviations, adverse events, rescue therapy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trialwright.study.prose.vocabulary import term
from trialwright.terms.message import Message, Text, message

CODED: Mapping[str, Mapping[str, Message]] = {
    "category": {
        "consent": message("consent"),
        "eligibility": message("eligibility"),
        "allocation": message("allocation"),
        "visit": message("visit"),
        "dose": message("dose"),
        "procedure": message("procedure"),
        "other": message("other"),
    },
    "severity": {"minor": message("minor"), "major": message("major"), "": message("not rated")},
    "causality": {
        "related": message("related"),
        "possibly_related": message("possibly related"),
        "not_related": message("not related"),
        "unknown": message("unknown"),
    },
    "outcome": {
        "recovered": message("recovered"),
        "recovering": message("recovering"),
        "not_recovered": message("not recovered"),
        "recovered_with_sequelae": message("recovered with sequelae"),
        "fatal": message("fatal"),
        "unknown": message("unknown"),
    },
    "therapy": {
        "pulse": message("steroid pulse"),
        "cyclophosphamide": message("cyclophosphamide"),
        "rituximab": message("rituximab"),
        "plasma_exchange": message("plasma exchange"),
        "ivig": message("intravenous immunoglobulin"),
        "other": message("other"),
    },
}
"""Part of an event (named as the argument of its action), then its code: the words for it."""

SEX: Mapping[str, Message] = {
    "female": message("female"),
    "male": message("male"),
    "other": message("other"),
    "unknown": message("unknown"),
}


def coded(part: str, code: str) -> Message | str:
    """The words for a code of an event; a code that is none of ours stays as it is."""
    return CODED[part].get(code, code)


def seriousness(codes: tuple[str, ...]) -> Message:
    """The words for the criteria of seriousness."""
    return listed(term("seriousness", code) for code in codes)


def listed(things: Iterable[Message | Text | str]) -> Message:
    """Several things as one text, with the commas of the language."""
    return message("{things}", things=tuple(things))
