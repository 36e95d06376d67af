"""From events to what they say: the book of a participant, of a site, of the study.

A book takes in one event after the other and never looks at a clock; rebuilt from the ledger it is the same.
"""

from trialwright.record.books.errors import UnknownEvent, UnreadableEvent
from trialwright.record.books.participant import LISTS, STEPS, TURNS, ParticipantBook, fold_participant
from trialwright.record.books.removal import ENTRIES
from trialwright.record.books.study import (
    Delegation,
    Range,
    Release,
    SiteBook,
    StudyBook,
    fold_site,
    fold_study,
)

__all__ = [
    "ENTRIES",
    "LISTS",
    "STEPS",
    "TURNS",
    "Delegation",
    "ParticipantBook",
    "Range",
    "Release",
    "SiteBook",
    "StudyBook",
    "UnknownEvent",
    "UnreadableEvent",
    "fold_participant",
    "fold_site",
    "fold_study",
]
