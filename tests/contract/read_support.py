"""What the tests of the record readers share: a small study to read for, and short ways to sort what comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trialwright.exchange.recognise import open_records
from trialwright.exchange.source import Item, LocalMapping, Reader, ReadOptions, Unmapped
from trialwright.record.raw import RawFact, RawPerson, Skipped
from trialwright.terms.codes import Coded, Vocabulary

CONCEPTS = (
    Coded("creatinine", "measurement", ("loinc|2160-0", "loinc|38483-4")),
    Coded("alt", "measurement", ("loinc|1742-6",)),
    Coded("systolic_bp", "measurement", ("loinc|8480-6",)),
    Coded("weight", "measurement", ("loinc|29463-7",)),
    Coded("score", "measurement", ("trialwright|score",)),
    Coded("pregnant", "finding", ("snomed|77386006",)),
    Coded("biopsy_class", "finding", ("trialwright|class",)),
    Coded("admission", "finding", ("trialwright|admission",)),
    Coded("asthma", "condition", ("snomed|195967001", "icd10|J45")),
    Coded("lupus", "condition", ("snomed|55464009", "icd10|M32")),
    Coded("nephritis", "condition", ("icd10|M32.14",)),
    Coded("methylprednisolone_iv", "exposure", ("rxnorm|6902", "atc|H02AB04"), "iv"),
    Coded("prednisone_oral", "exposure", ("rxnorm|8640", "atc|H02AB07"), "po"),
    Coded("ciclosporin", "exposure", ("rxnorm|3008", "atc|L04AD01")),
    Coded("dialysis", "procedure", ("snomed|108241001",)),
    Coded("tacrolimus_allergy", "allergy", ("rxnorm|42316",)),
)
KINDS = {concept.name: concept.kind for concept in CONCEPTS}


def options(mapping: LocalMapping | None = None) -> ReadOptions:
    """Read for the small study above."""
    return ReadOptions(
        Vocabulary(CONCEPTS), KINDS, {"pregnant": ("loinc|2106-3", "loinc|2110-5")}, mapping or LocalMapping()
    )


class Given:
    """Everything a reader gave, sorted."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.items: list[Item] = list(reader)
        self.persons = [item for item in self.items if isinstance(item, RawPerson)]
        self.facts = [item for item in self.items if isinstance(item, RawFact)]
        self.skipped = [item for item in self.items if isinstance(item, Skipped)]
        self.unmapped = [item for item in self.items if isinstance(item, Unmapped)]

    @property
    def fact(self) -> RawFact:
        """The only fact."""
        (fact,) = self.facts
        return fact

    @property
    def skip(self) -> Skipped:
        """The only listed row."""
        (skipped,) = self.skipped
        return skipped

    def of(self, concept: str) -> list[RawFact]:
        """The facts of one concept."""
        return [fact for fact in self.facts if fact.concept == concept]


def read(path: Path | str, mapping: LocalMapping | None = None) -> Given:
    """Read a path to its end."""
    return Given(open_records(str(path), options(mapping)))


def write_json(path: Path, content: Any) -> Path:
    """Write a JSON document."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
