"""Codes: which concepts of a study a coded record belongs to; looks codes up, never guesses from a name.

ICD-10 and ATC codes carry their hierarchy in their text, so a code of the concept list covers all codes
below it. LOINC, SNOMED CT, RxNorm and all others match themselves, or an ancestor that the source itself
names.
**Source**: the reading conventions of the BEAM criteria, Codes; ATC levels: WHO Collaborating Centre for Drug
Statistics Methodology, structure and principles; dagger and asterisk codes: ICD-10 volume 2, section 3.1.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

KINDS = frozenset({"measurement", "condition", "exposure", "procedure", "allergy", "finding"})

_SPELLINGS = {
    # FHIR URL; OID; OMOP vocabulary and other names. Source: HL7 Terminology, external code systems.
    "loinc": ("http://loinc.org", "2.16.840.1.113883.6.1", "loinc"),
    "snomed": (
        "http://snomed.info/sct",
        "2.16.840.1.113883.6.96",
        "snomed",
        "snomed ct",
        "snomed-ct",
        "snomedct",
        "snomed_ct",
        "sct",
    ),
    "rxnorm": ("http://www.nlm.nih.gov/research/umls/rxnorm", "2.16.840.1.113883.6.88", "rxnorm"),
    # The American (CM) and Chinese (CN) editions refine the WHO one. The German one (GM) is left out on
    # purpose: it gives codes the WHO edition lacks another meaning, such as I10.0 for benign hypertension.
    "icd10": (
        "http://hl7.org/fhir/sid/icd-10",
        "http://hl7.org/fhir/sid/icd-10-cm",
        "2.16.840.1.113883.6.3",
        "2.16.840.1.113883.6.90",
        "icd10",
        "icd-10",
        "icd10cm",
        "icd-10-cm",
        "icd10cn",
    ),
    "atc": ("http://www.whocc.no/atc", "2.16.840.1.113883.6.73", "atc"),
    "trialwright": ("trialwright",),
}
_SYSTEM_OF = {spelling: system for system, spellings in _SPELLINGS.items() for spelling in spellings}

SYSTEMS = frozenset(_SPELLINGS)
"""The code systems known by name; others may be used, each under its own text."""


@lru_cache(maxsize=4096)
def normalise_system(text: str) -> str:
    """Give the short name of a code system from its FHIR URL, OID, OMOP vocabulary id or common name.

    A version behind `|` and a SNOMED CT edition behind the URL are dropped. A system that is not known
    comes back as it was written, without surrounding blanks.
    """
    written = text.strip()
    key = written.partition("|")[0].lower().removeprefix("urn:oid:").rstrip("/")
    if key.startswith("https://"):
        key = "http://" + key.removeprefix("https://")
    if key.startswith("http://snomed.info/sct/"):
        key = "http://snomed.info/sct"
    return _SYSTEM_OF.get(key, written)


@dataclass(frozen=True, slots=True)
class Coded:
    """A concept as its codes see it.

    `codes`: texts "system|code"; `kind`: one of `KINDS`; `route`: iv or po where the concept asks for one.
    """

    name: str
    kind: str
    codes: tuple[str, ...] = ()
    route: str = ""


class Vocabulary:
    """The concepts of a study, found by kind and code.

    Raises `ValueError` for a concept named twice, an unknown kind, or a code its system cannot have.
    """

    def __init__(self, concepts: Iterable[Coded]) -> None:
        self._concepts: list[Coded] = []
        self._named: dict[tuple[str, str], list[int]] = {}
        self._found: dict[tuple[str, str], tuple[int, ...]] = {}
        names: set[str] = set()
        for position, concept in enumerate(concepts):
            if concept.name in names:
                raise ValueError(f"concept {concept.name} is named twice; give each concept one entry")
            if concept.kind not in KINDS:
                raise ValueError(f"concept {concept.name}: kind {concept.kind!r} is not in {sorted(KINDS)}")
            names.add(concept.name)
            self._concepts.append(concept)
            for text in concept.codes:
                self._named.setdefault(_key(text, concept.name), []).append(position)

    def match(
        self,
        kind: str | Iterable[str],
        system: str,
        code: str,
        ancestors: Iterable[str] = (),
        *,
        route: str = "",
    ) -> tuple[str, ...]:
        """Give the names of the concepts a record belongs to, in the order of the concept list.

        `kind`: the kind of the record, or the kinds it may be (a FHIR Condition may be a condition or a
        finding). `system`, `code`: as the source writes them. `ancestors`: codes "system|code" which the
        source's own hierarchy puts above this one. `route`: iv, po, ...; concepts that ask for another
        route are left out; '' where the record states none, which leaves none out.
        """
        kinds = {kind} if isinstance(kind, str) else set(kind)
        positions = set(self._covering(system, code))
        for ancestor in ancestors:
            above, _, ancestor_code = ancestor.partition("|")
            positions.update(self._covering(above, ancestor_code))
        found = (self._concepts[position] for position in sorted(positions))
        return tuple(c.name for c in found if c.kind in kinds and (not route or c.route in ("", route)))

    def _covering(self, system: str, code: str) -> tuple[int, ...]:
        """Find the concepts, of any kind, that name the code or a code above it."""
        known = self._found.get((system, code))
        if known is None:
            short = normalise_system(system)
            keys = {(short, above) for above in _upwards(short, code)}
            known = tuple({position for key in keys for position in self._named.get(key, ())})
            self._found[system, code] = known
        return known


def neighbourhood(text: str) -> str:
    """Where a "system|code" of ICD-10 stands: the letter and first digit of its category ("B2" for B24), '' for others.

    Categories that begin alike are about like things, mostly of one block: a code of a study and one it lacks are near.
    """
    system, _, code = text.partition("|")
    bare = _read("icd10", code) if normalise_system(system) == "icd10" else ()
    return bare[0][:2] if bare else ""


def _key(text: str, concept: str) -> tuple[str, str]:
    """Take apart an entry of the concept list into its system and bare code."""
    written, bar, code = text.partition("|")
    system = normalise_system(written)
    codes = _read(system, code)
    if not bar or not system or len(codes) != 1:
        raise ValueError(f'concept {concept} has the code {text!r}; write "system|code", as in "icd10|M32.1"')
    return system, codes[0]


def _upwards(system: str, code: str) -> Iterable[str]:
    """Give the code of a record and every code above it, as far as its text tells."""
    for bare in _read(system, code):
        if system == "icd10":
            yield from (bare[:length] for length in range(3, len(bare) + 1))
        elif system == "atc":
            yield from (bare[:length] for length in _ATC_LEVELS if length <= len(bare))
        else:
            yield bare


_ICD10 = re.compile(r"([A-Z][0-9][0-9A-Z])(?:\.?([0-9A-Z]{1,9}))?[+*†]?")
_ATC = re.compile(r"[A-Z](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?")
_ATC_LEVELS = (1, 3, 4, 5, 7)


def _read(system: str, code: str) -> tuple[str, ...]:
    """Give the bare codes in a text; none where it is no code of the system (the block A15-A19 is not one).

    ICD-10 may state a dagger and an asterisk code in one text (M32.1+N08.5*); both count.
    """
    code = code.strip()
    if system == "icd10":
        parts = re.sub(r"([+†])(?=.)", r"\1 ", code.upper()).split()
        matches = [_ICD10.fullmatch(part) for part in parts]
        return tuple(m[1] + (m[2] or "") for m in matches if m) if all(matches) else ()
    if system == "atc":
        return (code.upper(),) if _ATC.fullmatch(code.upper()) else ()
    return (code,) if code else ()
