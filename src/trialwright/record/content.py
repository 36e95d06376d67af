"""What a signature or a verification stands for: the digest of what lay at its target, and whether it still does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

from trialwright.record.event import canonical
from trialwright.record.participant import Participant, Signature, Verification

CASEBOOK = "casebook"

BY_POSITION, BY_HASH = 1, 2
"""By what a digest names the events that state something: their positions alone at first, now their hashes."""


class _Stated(Protocol):
    @property
    def position(self) -> int: ...


def content_digest(participant: Participant, target: str, *, form: int = BY_HASH) -> str:
    """The digest of a visit, or of the whole casebook: every value by its place and by the hash of the event that states it.

    Any later entry or correction there changes it, and so does another value in one of these events; masking a text does
    not, because the event stays. It is of this participant: what was signed of another one never fits. Queries,
    signatures and verifications are no content. `form`: `BY_HASH`, or `BY_POSITION` as of events of version 1.
    """
    by = participant.hashes.__getitem__ if form == BY_HASH else int
    whole = target == CASEBOOK
    visits = [[visit.id, by(visit.position)] for visit in participant.visits if whole or visit.id == target]
    forms = [
        [form.id, sorted([value.path, by(value.position)] for value in form.items.values())]
        for form in sorted(participant.forms.values(), key=lambda form: form.id)
        if whole or form.visit == target
    ]
    doses = [[dose.number, by(dose.position)] for dose in participant.doses if whole or dose.visit == target]
    content: list[Any] = [participant.id, visits, forms, doses]
    gone = [by(each.position) for each in participant.taken_back if whole or each.visit == target]
    if gone:  # that something was there and is taken back is a change, too
        content.append(["taken back", *gone])
    if whole:
        content.append(by(participant.demographics))
        content += [[by(position) if position else 0 for position in stated] for stated in _rest(participant)]
    return hashlib.sha256(canonical(content)).hexdigest()


def _rest(participant: Participant) -> list[list[int]]:
    """Everything of a casebook that belongs to no visit, by the events that state it."""
    lists: tuple[Iterable[_Stated], ...] = (
        participant.consents,
        participant.screenings,
        participant.holds,
        participant.discontinuations,
        participant.rescues,
        [event.current for event in participant.adverse_events],
    )
    turns = (
        participant.enrolled,
        participant.allocated,
        participant.withdrawn,
        participant.lost,
        participant.died,
        participant.completed,
    )
    return [
        *([one.position for one in stated] for stated in lists),
        [one.changed or one.position for one in participant.deviations],
        [one.position if one else 0 for one in turns],
    ]


def stands(participant: Participant, mark: Signature | Verification) -> bool:
    """Whether what was signed or verified is still as it was then."""
    return mark.digest == content_digest(participant, mark.target, form=mark.form)
