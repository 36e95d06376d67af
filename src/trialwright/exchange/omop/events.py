"""The event tables of the OMOP CDM 5.4, and what one row of each says in the tidy form.

**Source**: OMOP CDM 5.4 table definitions and the ratified conventions of the OHDSI THEMIS working group.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from trialwright.exchange.answers import Coding, as_decimal, daily_dose, read_answer, read_route
from trialwright.exchange.lookup import Lookup, Match
from trialwright.exchange.omop.store import clean_id
from trialwright.exchange.omop.vocabulary import Concept, Vocabularies
from trialwright.exchange.source import cut_to_date
from trialwright.record.raw import RawFact
from trialwright.terms.codes import normalise_system

Row = dict[str, str]


class Table(NamedTuple):
    """An event table.

    `kinds`: the kinds of concept its rows may be; `kind`: the one unknown codes are counted under; `loses`: the
    kinds of data not covered without the table; `silent`: rows that are no concept of the study are not reported
    code by code (visits).
    """

    name: str
    stem: str
    kinds: frozenset[str]
    kind: str
    columns: tuple[str, ...]
    loses: frozenset[str]
    silent: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """The columns that say what a row is about."""
        return f"{self.stem}_concept_id", f"{self.stem}_source_concept_id", f"{self.stem}_source_value"

    @property
    def id(self) -> str:
        """The column with the row's id."""
        return f"{self.name}_id"


def _kinds(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


_VALUES = (
    "value_as_number",
    "value_as_concept_id",
    "value_source_value",
    "unit_concept_id",
    "unit_source_value",
)

TABLES = (
    Table(
        "measurement",
        "measurement",
        _kinds("measurement", "finding"),
        "measurement",
        (
            *_VALUES,
            "measurement_date",
            "measurement_datetime",
            "operator_concept_id",
            "range_low",
            "range_high",
        ),
        _kinds("measurement", "finding"),
    ),
    # What OMOP's domains file as observations may be anything; allergies are always here.
    Table(
        "observation",
        "observation",
        _kinds("measurement", "finding", "condition", "procedure"),
        "finding",
        (*_VALUES, "value_as_string", "observation_date", "observation_datetime"),
        _kinds("finding", "allergy"),
    ),
    Table(
        "condition_occurrence",
        "condition",
        _kinds("condition", "finding"),
        "condition",
        (
            *(
                "condition_start_date",
                "condition_start_datetime",
                "condition_end_date",
                "condition_end_datetime",
            ),
            "condition_status_concept_id",
        ),
        _kinds("condition"),
    ),
    Table(
        "drug_exposure",
        "drug",
        _kinds("exposure"),
        "exposure",
        (
            *("drug_exposure_start_date", "drug_exposure_start_datetime", "drug_exposure_end_date"),
            *(
                "drug_exposure_end_datetime",
                "verbatim_end_date",
                "drug_type_concept_id",
                "quantity",
                "days_supply",
            ),
            *("route_concept_id", "route_source_value"),
        ),
        _kinds("exposure"),
    ),
    Table(
        "procedure_occurrence",
        "procedure",
        _kinds("procedure"),
        "procedure",
        ("procedure_date", "procedure_datetime", "procedure_end_date", "procedure_end_datetime"),
        _kinds("procedure"),
    ),
    Table(
        "visit_occurrence",
        "visit",
        _kinds("finding"),
        "finding",
        ("visit_start_date", "visit_start_datetime"),
        _kinds(),
        silent=True,
    ),
)

# Operators are five fixed concepts. **Source**: OMOP vocabulary, domain "Meas Value Operator".
_OPERATORS = {"4171754": "<=", "4171755": ">=", "4171756": "<", "4172703": "", "4172704": ">"}
# A drug given on the spot. **Source**: OMOP vocabulary, type concepts "EHR administration record",
# "Inpatient administration", "Physician administered drug (identified from EHR order / referral / problem list)".
_ADMINISTRATIONS = frozenset({"32818", "38000180", "38000179", "43542356", "43542357", "43542358"})
# **Source**: C-CDA value set "Allergy and Intolerance Type" (2.16.840.1.113883.3.88.12.3221.6.2), SNOMED CT.
ALLERGY_CODES = frozenset(
    {
        *("snomed|416098002", "snomed|419511003", "snomed|59037007"),  # to drug; propensity; drug intolerance
        *("snomed|419199007", "snomed|418038007", "snomed|420134006"),  # to substance; propensity; in general
        *("snomed|414285001", "snomed|418471000", "snomed|235719002"),  # to food
        "snomed|609328004",  # allergic disposition, the parent of all of them in current releases
    }
)
_SIGNED = re.compile(r"\s*(<=|>=|<|>|≤|≥)\s*([0-9.eE+-]+)\s*$")


class Meaning(NamedTuple):
    """One matched row, ready to be told: who, which fact, and the columns of the row."""

    person: str
    fact: str
    row: Row


def read_result(meaning: Meaning, match: Match, lookup: Lookup, concepts: Vocabularies) -> RawFact:
    """A row of MEASUREMENT or OBSERVATION."""
    row = meaning.row
    table = "measurement" if "measurement_date" in row else "observation"
    start = _day(row, f"{table}_date", f"{table}_datetime")
    concept = concepts.concept(clean_id(row["value_as_concept_id"]))
    coded = (concept.coding,) if concept else ()
    words = [text for text in (row.get("value_as_string", ""), row["value_source_value"]) if text]
    words = [*words, concept.name] if concept else words
    answer = read_answer(coded, *(lookup.word(word) for word in words))
    number = _number(row)
    value, unit = number, ""
    if match.kind == "finding":
        value = (
            answer if match.positive else answer or lookup.word(words[0] if words else number, match.concept)
        )
    elif match.kind != "measurement":
        value = "false" if answer == "false" else ""
    else:
        value = number or (words[0] if words else "")
        unit = lookup.unit(match.concept, _unit(row, concepts))
    measured = match.kind == "measurement"
    return RawFact(
        meaning.person,
        meaning.fact,
        match.kind,
        match.concept,
        match.code,
        value,
        unit,
        row.get("range_low", "") if measured else "",
        row.get("range_high", "") if measured else "",
        start,
    )


def _day(row: Row, *columns: str) -> str:
    """The first of these columns that is filled, cut to its date."""
    return next((cut_to_date(row[column]) for column in columns if row.get(column)), "")


def _number(row: Row) -> str:
    """The number with its operator; that of the text (`<0.2`) where the ETL kept only the text."""
    number = row["value_as_number"]
    if not number:
        return ""
    operator = _OPERATORS.get(clean_id(row.get("operator_concept_id", "")), "")
    if not operator and (written := _SIGNED.match(row["value_source_value"])):
        same = as_decimal(written[2])
        operator = written[1] if same is not None and same == as_decimal(number) else ""
    return f"{operator}{number}"


def _unit(row: Row, concepts: Vocabularies) -> str:
    """The UCUM code of the unit concept, else the unit as the source wrote it."""
    concept = concepts.concept(clean_id(row["unit_concept_id"]))
    return concept.code if concept and concept.vocabulary.upper() == "UCUM" else row["unit_source_value"]


def read_condition(meaning: Meaning, match: Match, lookup: Lookup, concepts: Vocabularies) -> RawFact:
    """A row of CONDITION_OCCURRENCE.

    No end date: nothing says that it ended, so it is handed over without status, as ongoing. An end on the
    start day is what sources with one date only write in both columns, so it says nothing about the end:
    handed over as ended on an unknown day. **Source**: OMOP CDM 5.4, CONDITION_END_DATE, ETL conventions.
    """
    row = meaning.row
    start = _day(row, "condition_start_date", "condition_start_datetime")
    end = _day(row, "condition_end_date", "condition_end_datetime")
    status = _status(concepts.concept(clean_id(row["condition_status_concept_id"])))
    if end and end == start:
        end, status = "", status or "unknown"
    value = "true" if match.kind == "finding" else ""
    return RawFact(
        meaning.person,
        meaning.fact,
        match.kind,
        match.concept,
        match.code,
        value,
        start=start,
        end=end,
        status=status,
    )


def _status(concept: Concept | None) -> str:
    """What a condition status concept says about certainty; most say only where the diagnosis was used."""
    name = concept.name.lower() if concept else ""
    if "preliminary" in name:
        return "provisional"
    if "to be diagnosed" in name or "suspected" in name:
        return "unconfirmed"
    return "resolved" if "resolved" in name else ""


def read_exposure(
    meaning: Meaning, match: Match, lookup: Lookup, strengths: dict[str, str], route: str
) -> RawFact:
    """A row of DRUG_EXPOSURE.

    The end is required by the model, so sources without one infer it: an end on the start day that neither
    the verbatim end, nor a supply of one day, nor an administration confirms is no end. A missing end follows
    from the days of supply. The dose is known on a single day only, as quantity times strength: a supply for
    many days says nothing about each of them. **Source**: THEMIS convention on DRUG_EXPOSURE_END_DATE.
    """
    row = meaning.row
    start = _day(row, "drug_exposure_start_date", "drug_exposure_start_datetime")
    end = _day(row, "drug_exposure_end_date", "drug_exposure_end_datetime", "verbatim_end_date")
    supply = as_decimal(row["days_supply"] or "0") or Decimal(0)
    given = clean_id(row["drug_type_concept_id"]) in _ADMINISTRATIONS
    if not end and given:
        end = start
    elif not end and supply >= 1 and supply == int(supply):
        end = _later(start, int(supply) - 1)
    elif end == start and not (given or supply == 1 or row["verbatim_end_date"]):
        end = ""
    value, unit = "", ""
    strength = match.strength or strengths.get(clean_id(row["drug_concept_id"]), "")
    if strength and end and end == start and (as_decimal(row["quantity"] or "0") or 0) > 0:
        value, unit = daily_dose(row["quantity"], "", Decimal(1), strength)
    return RawFact(
        meaning.person,
        meaning.fact,
        match.kind,
        match.concept,
        match.code,
        value,
        lookup.unit(match.concept, unit),
        start=start,
        end=end,
        route=match.route or route,
    )


def _later(start: str, days: int) -> str:
    try:
        return (date.fromisoformat(start) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return ""


def route_of(row: Row, concepts: Vocabularies) -> str:
    """The route of a drug exposure in short, '' if the source does not say or it is not recognised."""
    concept = concepts.concept(clean_id(row["route_concept_id"]))
    return read_route(row["route_source_value"], (concept.coding,) if concept else ())


def read_procedure(meaning: Meaning, match: Match) -> RawFact:
    """A row of PROCEDURE_OCCURRENCE."""
    row = meaning.row
    return RawFact(
        meaning.person,
        meaning.fact,
        match.kind,
        match.concept,
        match.code,
        start=_day(row, "procedure_date", "procedure_datetime"),
        end=_day(row, "procedure_end_date", "procedure_end_datetime"),
    )


def read_visit(meaning: Meaning, match: Match) -> RawFact:
    """A row of VISIT_OCCURRENCE that a mapping calls a finding (an inpatient stay as an admission)."""
    row = meaning.row
    start = _day(row, "visit_start_date", "visit_start_datetime")
    return RawFact(
        meaning.person, meaning.fact, match.kind, match.concept, match.code, "true", start=start
    )  # fmt: skip


def read_allergy(meaning: Meaning, match: Match) -> RawFact:
    """A row of OBSERVATION whose concept says allergy and whose value says to what."""
    start = _day(meaning.row, "observation_date", "observation_datetime")
    return RawFact(meaning.person, meaning.fact, match.kind, match.concept, match.code, start=start)


def is_allergy(codings: tuple[Coding, ...], above: tuple[str, ...]) -> bool:
    """Whether an observation concept says that its value is what someone is allergic to."""
    codes = {f"{normalise_system(coding.system)}|{coding.code}" for coding in codings}
    return not ALLERGY_CODES.isdisjoint(codes | set(above))
