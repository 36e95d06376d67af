"""People of an OMOP source: PERSON, with deaths from DEATH."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialwright.exchange.answers import fold
from trialwright.exchange.lookup import Lookup
from trialwright.exchange.omop.store import Column, Reject, Store, TableUnreadable, View, clean_id
from trialwright.exchange.source import Item, Seen, cut_to_date
from trialwright.record.raw import RawPerson, Skipped

_PERSON = (
    *(
        "person_id",
        "gender_concept_id",
        "gender_source_value",
        "year_of_birth",
        "month_of_birth",
        "day_of_birth",
    ),
    "birth_datetime",
)
_DEATH = ("person_id", "death_date", "death_datetime")
# **Source**: OMOP vocabulary "Gender".
_SEXES = {"8507": "male", "8532": "female", "8521": "other", "8570": "other", "8551": "unknown"}
_SEX_WORDS = {"m": "male", "male": "male", "f": "female", "female": "female", "男": "male", "女": "female"}


def read_people(
    store: Store, tables: Mapping[str, Mapping[str, Column]], seen: Seen, lookup: Lookup
) -> Iterator[Item]:
    """Hand over everyone in PERSON, with a death from DEATH. Raises `TableUnreadable` for PERSON."""
    if "person_id" not in tables.get("person", {}):
        raise TableUnreadable("person", "no column person_id")
    place = store.place("person")
    rejects = store.prepare("person", _PERSON)
    yield from _rejected(place, rejects)
    deaths: dict[str, str] = {}
    if "death" in tables:
        yield from _deaths(store, tables["death"], deaths)
    for values in View(store, "person", tables["person"]).select(_PERSON):
        row = dict(zip(_PERSON, values, strict=True))
        person = clean_id(row["person_id"])
        if not person:
            yield Skipped(place, "person_missing", "", affects=True)
            continue
        raw = RawPerson(person, _sex(row, lookup), _birth(row), deaths.pop(person, ""))
        yield from seen.admit_person(raw, f"{place} person_id={person}")
    for person in deaths:
        yield Skipped(store.place("death"), "person_unknown", person, person=person, affects=True)


def _rejected(place: str, rejects: list[Reject]) -> Iterator[Item]:
    for reject in rejects:
        person = clean_id(reject.seems.get("person_id", ""))
        yield Skipped(f"{place}:{reject.line}", reject.reason, "", person=person, affects=True)


def _deaths(store: Store, columns: Mapping[str, Column], deaths: dict[str, str]) -> Iterator[Item]:
    """Deaths by person, 'yes' without a date; the earliest of several counts, the others are listed."""
    place = store.place("death")
    try:
        rejects = store.prepare("death", _DEATH)
        rows = list(View(store, "death", columns).select(_DEATH))
    except TableUnreadable as error:
        yield Skipped(place, "table_unreadable", error.reason, affects=True)
        return
    yield from _rejected(place, rejects)
    for person, day, moment in rows:
        person, day = clean_id(person), cut_to_date(day or moment) or "yes"
        if person in deaths:
            yield Skipped(f"{place} person_id={person}", "death_repeated", day, person=person)
        deaths[person] = min(day, deaths.get(person, day))  # a date sorts before 'yes'


def _sex(row: dict[str, str], lookup: Lookup) -> str:
    known = _SEXES.get(clean_id(row["gender_concept_id"]))
    return known or _SEX_WORDS.get(fold(lookup.word(row["gender_source_value"])), "unknown")


def _birth(row: dict[str, str]) -> str:
    """The birth date as far as PERSON tells it."""
    year, month, day = (clean_id(row[f"{part}_of_birth"]) for part in ("year", "month", "day"))
    if not year:
        return cut_to_date(row["birth_datetime"])
    parts = [year.zfill(4)]
    if month:
        parts += [month.zfill(2), day.zfill(2)] if day else [month.zfill(2)]
    return "-".join(parts)
