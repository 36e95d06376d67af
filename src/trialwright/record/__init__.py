"""Facts as recorded: raw as entered, and typed for the engines. The ledger of the trial will live here too.

Never decides eligibility, never guesses; reads no files.
"""

from trialwright.record.fact import ConceptType, Fact, Person, SetAside, Unreadable, read_fact, read_person
from trialwright.record.raw import RawFact, RawPerson, Skipped

__all__ = [
    "ConceptType",
    "Fact",
    "Person",
    "RawFact",
    "RawPerson",
    "SetAside",
    "Skipped",
    "Unreadable",
    "read_fact",
    "read_person",
]
