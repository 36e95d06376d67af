"""From a seed to tables: batches of people, their facts and the truth about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trialwright.simulation.hospital import (
    answers,
    attributed,
    blood,
    body,
    bystanders,
    drugs,
    illness,
    kidney,
    lupus,
    people,
    pulse,
)
from trialwright.simulation.hospital.ward import COLUMNS, DECEASED, SEXES, Ward
from trialwright.simulation.hospital.words import Codes, Words

GENERATOR = "1"  # a new version for every change that changes a row
REFERENCE_DATE = date(2026, 11, 1)
BATCH = 50_000  # part of the generator: another size gives other people
CRITERIA = (
    *("A0", "I1", "I2", "I3", "I4", "I5", "E1", "E2", "E3", "E4", "E5a", "E5b"),
    *("E6a", "E6b", "E6c", "E6d", "E7a", "E7b", "E7c", "E8", "E9", "E10"),
)
OVERALL = "*"


class Batch(NamedTuple):
    """Up to `BATCH` people as Arrow tables in the tidy form (`persons`, `facts`), all text, and the `truth`.

    `truth` has one row per person and criterion, in protocol order, and one with criterion `*` for the
    overall verdict; `reason` is a reason code of an unknown where the criteria name one, `deceased`, or
    empty.
    """

    persons: pa.Table
    facts: pa.Table
    truth: pa.Table


def build_hospital(
    people: int,
    seed: int,
    on: date = REFERENCE_DATE,
    *,
    candidates: float = 0.03,
    visits: float = 5.5,
) -> Iterator[Batch]:
    """Make up a hospital, batch by batch; the same arguments give the same people for ever.

    `people`: how many; `seed`: at least 0; `on`: the reference date the records are made for; `candidates`:
    share of people with lupus nephritis, 0 to 1; `visits`: mean number of visits in eight years, which fill
    the records. Raises `ValueError` for arguments out of range.
    """
    if people < 1 or seed < 0 or not 0 <= candidates <= 1 or visits < 0:
        raise ValueError("people must be 1 or more, seed and visits 0 or more, candidates between 0 and 1")
    for number, first in enumerate(range(0, people, BATCH)):
        yield build_batch(number, min(BATCH, people - first), seed, on, candidates=candidates, visits=visits)


def build_batch(number: int, size: int, seed: int, on: date, *, candidates: float, visits: float) -> Batch:
    """One batch of `size` people; its chance depends on the seed and its number alone."""
    ward = Ward(on=on, size=size, rng=np.random.default_rng([seed, number]))
    people.people(ward, candidates=candidates)
    everyone = np.arange(size)
    lupus.lupus(ward)
    kidney.proteinuria(ward, everyone)
    kidney.kidney_function(ward)
    pulse.pulse(ward)
    blood.liver(ward)
    blood.glucose(ward)
    blood.counts(ward)
    drugs.washout(ward)
    body.body_mass(ward)  # after `drugs`: a dose in grams comes with its weight
    illness.illnesses(ward)
    attributed.infection(ward)
    attributed.airway(ward)
    answers.reproduction(ward)
    answers.judgement(ward)
    bystanders.bystanders(ward, visits=visits)  # after `attributed`: airway disease has its own steroids
    first = number * BATCH
    return Batch(_persons(ward, first), _facts(ward, first), _truth(ward, first))


def _column(words: Words, codes: Codes) -> pa.DictionaryArray:
    """A text column that keeps each text once, and only those used."""
    used = np.zeros(len(words.texts), dtype=bool)
    used[codes] = True
    places = np.cumsum(used, dtype=np.int32) - 1
    texts = [text for text, wanted in zip(words.texts, used, strict=True) if wanted]
    return pa.DictionaryArray.from_arrays(pa.array(places[codes], pa.int32()), pa.array(texts, pa.string()))


def _identifiers(prefix: str, numbers: NDArray[np.int64], width: int) -> pa.StringArray:
    """Texts such as `syn-000000001`, written digit by digit because there may be very many."""
    size = len(prefix) + width
    letters = np.empty((len(numbers), size), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    rest = numbers.copy()
    for place in range(size - 1, len(prefix) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * size
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(letters.tobytes()))


def _names(ward: Ward, first: int) -> pa.StringArray:
    return _identifiers("syn-", np.arange(first + 1, first + ward.size + 1), 9)


def _persons(ward: Ward, first: int) -> pa.Table:
    sexes = pa.DictionaryArray.from_arrays(pa.array(ward.sex.astype(np.int32)), pa.array(SEXES))
    return pa.table(
        {
            "person_id": _names(ward, first),
            "sex": sexes,
            "birth_date": _column(ward.words, ward.birth),
            "death_date": _column(ward.words, ward.death),
        }
    )


def _facts(ward: Ward, first: int) -> pa.Table:
    """All rows by person and day; fact ids count a person's rows."""
    who, columns = ward.rows()
    days = np.array(ward.words.days, dtype=np.int64)[columns["start"]]
    ties = ward.rng.integers(0, 1 << 20, len(who))
    order = np.argsort((who << 40) | (days << 20) | ties, kind="stable")
    who = who[order]
    firsts = np.searchsorted(who, np.arange(ward.size))
    numbers = np.arange(len(who)) - firsts[who] + 1
    texts = {name: _column(ward.words, codes[order]) for name, codes in columns.items()}
    names = pa.DictionaryArray.from_arrays(pa.array(who.astype(np.int32)), _names(ward, first))
    tidy = ("kind", "concept", "value", "unit", "low", "high", "start", "end", "status", "route")
    if set(tidy) != set(COLUMNS) or (len(numbers) and numbers.max() >= 10_000):
        raise AssertionError("columns or row numbers out of bounds")
    return pa.table(
        {
            "person_id": names,
            "fact_id": _identifiers("f", (who + first + 1) * 10_000 + numbers, 13),
            **{name: texts[name] for name in tidy},
        }
    )


def _truth(ward: Ward, first: int) -> pa.Table:
    """What was chosen, and what it adds up to; the dead are ineligible whatever was chosen."""
    claims = [text.partition(" ") for text in ward.claims.texts]
    verdicts = np.array([verdict for verdict, _, _ in claims])
    chosen = np.stack([ward.verdicts[criterion] for criterion in CRITERIA], axis=1)
    if (chosen <= 0).any():
        raise AssertionError("a person without a verdict")
    fail, unknown = (verdicts == "fail")[chosen], (verdicts == "unknown")[chosen]
    dead = ward.kind == DECEASED
    overall = np.select(
        [dead | fail.any(axis=1), unknown.any(axis=1)], ["ineligible", "undetermined"], "eligible"
    )
    words = Words()
    verdict_codes = words.words([verdict for verdict, _, _ in claims])[chosen]
    reason_codes = words.words([reason for _, _, reason in claims])[chosen]
    overall_codes = words.words(overall.tolist())
    overall_reasons = np.where(dead, words.word("deceased"), 0).astype(np.int32)
    count = len(CRITERIA) + 1
    who = np.repeat(np.arange(ward.size, dtype=np.int32), count)
    which = np.tile(np.arange(count, dtype=np.int32), ward.size)
    return pa.table(
        {
            "person_id": pa.DictionaryArray.from_arrays(pa.array(who), _names(ward, first)),
            "criterion": pa.DictionaryArray.from_arrays(pa.array(which), pa.array([*CRITERIA, OVERALL])),
            "verdict": _column(words, np.column_stack([verdict_codes, overall_codes]).ravel()),
            "reason": _column(words, np.column_stack([reason_codes, overall_reasons]).ravel()),
        }
    )
