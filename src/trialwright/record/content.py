"""What a signature or a verification stands for: the digest of what lay at its target, and whether it still does."""

from __future__ import annotations

import hashlib
from typing import Any

from trialwright.record.event import canonical
from trialwright.record.participant import Participant, Signature, Verification

CASEBOOK = "casebook"


def content_digest(participant: Participant, target: str) -> str:
    """The digest of a visit, or of the whole casebook: every value by its place and by the event that states it.

    Any later entry or correction there changes it; masking a text does not, because the event stays.
    """
    whole = target == CASEBOOK
    visits = [[visit.id, visit.position] for visit in participant.visits if whole or visit.id == target]
    forms = [
        [form.id, sorted([value.path, value.position] for value in form.items.values())]
        for form in sorted(participant.forms.values(), key=lambda form: form.id)
        if whole or form.visit == target
    ]
    doses = [[dose.number, dose.position] for dose in participant.doses if whole or dose.visit == target]
    content: list[Any] = [visits, forms, doses]
    if whole:
        content.append([[event.number, event.current.position] for event in participant.adverse_events])
    return hashlib.sha256(canonical(content)).hexdigest()


def stands(participant: Participant, mark: Signature | Verification) -> bool:
    """Whether what was signed or verified is still as it was then."""
    return mark.digest == content_digest(participant, mark.target)
