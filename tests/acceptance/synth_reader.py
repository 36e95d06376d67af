"""A slow reader of records for the test of the synthetic hospital, written from `criteria.md` alone.

It knows no engine: whatever a record leaves open (a partial date, a missing end, unit, range, dose or route, a
suspicion) is tried out in every way that could matter, and only what comes out the same in all of these worlds is a
verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any, NamedTuple

Truth = bool | None
Judge = Callable[["World", str, int], Truth]
IGNORED = {"entered-in-error", "cancelled", "not-done", "not-taken", "planned", "draft", "registered"}
DOUBTFUL = {"provisional", "differential", "unconfirmed", "remission"}
LIVER = ("alt", "ast", "bilirubin_total")  # compared with their own range
ALWAYS = 10**7
ANYTHING = (0.0, 1e9)
LABS = {"measurement", "finding"}
# value in the concept's unit = value * factor; from the units section of criteria.md
FACTORS: dict[str, float] = {
    "g/(24.h)": 1, "mg/(24.h)": 1e-3, "g/d": 1, "mg/d": 1e-3, "mg/dL": 1, "umol/L": 1 / 88.4, "mmol/L": 1 / 0.0884,
    "10*9/L": 1, "10*3/uL": 1, "/uL": 1e-3, "{score}": 1, "kg": 1, "[lb_av]": 0.45359237, "cm": 1, "m": 100,
    "[in_i]": 2.54, "U/L": 1, "ukat/L": 60,
}  # fmt: skip
OWN_FACTORS: dict[str, dict[str, float]] = {
    "bilirubin_total": {"mg/dL": 1, "umol/L": 1 / 17.1},
    "glucose_fasting": {"mmol/L": 1, "mg/dL": 1 / 18.016},
    "glucose_2h_postprandial": {"mmol/L": 1, "mg/dL": 1 / 18.016},
    "methylprednisolone_iv": {"mg/d": 1, "g/d": 1000},
    "ivig": {"mg/kg/d": 1, "g/kg/d": 1000, "g/d": 1000, "mg/d": 1},
}
# the codes of the study's concept list that the hospital uses, by kind
CODES = """
measurement loinc|2889-4 urine_protein_24h; loinc|2890-2 upcr; loinc|34366-5 upcr; loinc|2160-0 serum_creatinine
measurement loinc|14682-9 serum_creatinine; loinc|38483-4 serum_creatinine; loinc|1742-6 alt; loinc|1920-8 ast
measurement loinc|1975-2 bilirubin_total; loinc|14631-6 bilirubin_total; loinc|14771-0 glucose_fasting
measurement loinc|1558-6 glucose_fasting; loinc|14760-3 glucose_2h_postprandial; loinc|1521-4 glucose_2h_postprandial
measurement loinc|6690-2 wbc; loinc|26464-8 wbc; loinc|751-8 neutrophils; loinc|26499-4 neutrophils
measurement loinc|777-3 platelets; loinc|26515-7 platelets; loinc|29463-7 body_weight; loinc|8302-2 body_height
measurement trialwright|sledai-2k sledai_2k; trialwright|nih-chronicity-index chronicity_index
finding trialwright|isn-rps-2003-class biopsy_class; trialwright|biopsy-tma biopsy_tma
finding trialwright|acr-1997-item acr_1997_item; trialwright|cytopenia-due-to-sle cytopenia_due_to_sle
finding trialwright|steroid-for-airway-disease steroid_for_airway_disease; trialwright|admission admission
finding trialwright|wishes-pregnancy wishes_pregnancy; trialwright|refuses-contraception refuses_contraception
finding snomed|413712001 breastfeeding; snomed|77386006 pregnant
condition snomed|55464009 sle; icd10|M32.1 sle; icd10|M32.8 sle; icd10|M32.9 sle; snomed|68815009 lupus_nephritis
condition snomed|66071002 hepatitis_b; icd10|B16 hepatitis_b; icd10|B18.1 hepatitis_b; snomed|50711007 hepatitis_c
condition icd10|B17.1 hepatitis_c; icd10|B18.2 hepatitis_c; snomed|56717001 tuberculosis; icd10|A15 tuberculosis
condition icd10|A16 tuberculosis; snomed|7678002 cmv_pneumonia; icd10|B25.0 cmv_pneumonia; snomed|3218000 fungus
condition icd10|B44 fungus; icd10|B45 fungus; icd10|B37.1 fungus; snomed|76272004 syphilis; icd10|A53.9 syphilis
condition snomed|86406008 hiv; icd10|B20 hiv; snomed|13200003 peptic_ulcer; icd10|K27 peptic_ulcer
condition snomed|26416006 drug_abuse; snomed|15167005 alcohol_abuse; trialwright|severe-cvd heart
condition snomed|13645005 copd; icd10|J44 copd; snomed|195967001 asthma; icd10|J45 asthma
condition snomed|70272006 malignant_hypertension; icd10|I10.0 malignant_hypertension; snomed|40733004 active_infection
exposure rxnorm|6902 methylprednisolone_iv; atc|H02AB04 methylprednisolone_iv; rxnorm|8640 prednisone_oral
exposure rxnorm|8638 prednisone_oral; atc|H02AB07 prednisone_oral; atc|H02AB06 prednisone_oral
exposure rxnorm|68149 mycophenolate; rxnorm|7145 mycophenolate; atc|L04AA06 mycophenolate
exposure rxnorm|3002 cyclophosphamide; atc|L01AA01 cyclophosphamide; rxnorm|42316 tacrolimus; atc|L04AD02 tacrolimus
exposure rxnorm|3008 ciclosporin; atc|L04AD01 ciclosporin; rxnorm|27169 leflunomide; atc|L04AA13 leflunomide
exposure atc|L04AK01 leflunomide; atc|J06BA02 ivig; atc|J01 antibiotic_iv
procedure snomed|108241001 dialysis; snomed|265764009 dialysis; snomed|302497006 dialysis
procedure snomed|70536003 kidney_transplant; snomed|20720000 plasma_exchange; trialwright|dfpp dfpp
allergy rxnorm|68149 allergy; rxnorm|7145 allergy; rxnorm|42316 allergy; rxnorm|1092437 allergy
"""
SHORT = {
    "urine_protein_creatinine_ratio": "upcr", "invasive_fungal_infection": "fungus",
    "severe_cardiovascular_disease": "heart", "double_filtration_plasmapheresis": "dfpp",
    "mycophenolate_allergy": "allergy", "tacrolimus_allergy": "allergy", "belimumab_allergy": "allergy",
}  # fmt: skip
ROUTES = {"methylprednisolone_iv": "iv", "antibiotic_iv": "iv", "prednisone_oral": "po"}


def code_table() -> dict[tuple[str, str], str]:
    table = {}
    for line in CODES.strip().splitlines():
        kind, _, rest = line.partition(" ")
        for pair in rest.split("; "):
            code, concept = pair.split()
            table[kind, code] = concept
    return table


TABLE = code_table()


def concepts(kind: str, text: str) -> set[str]:
    """The concept of a name, or of a code and (ICD-10, ATC) of the codes above it."""
    if "|" not in text:
        return {SHORT.get(text, text)}
    above = [text]
    if text.startswith(("icd10|", "atc|")):
        above = [text[:end] for end in range(len(text), text.index("|"), -1)]
    return {TABLE[kind, code] for code in above if (kind, code) in TABLE} | (
        {"lupus_nephritis"} if text == "icd10|M32.14" else set()
    )


class Was(NamedTuple):
    """A fact in one world: the days it covers, and its value (text, number, or nothing)."""

    start: int
    end: int
    value: Any = None
    ratio: float = 0.0
    per_day: bool = False  # a dose for the whole body, not per kg


class No(NamedTuple):
    """Asked and absent."""

    start: int


def k_or(truths: Iterable[Truth]) -> Truth:
    seen = set(truths)
    return True if True in seen else None if None in seen else False


def k_and(truths: Iterable[Truth]) -> Truth:
    seen = set(truths)
    return False if False in seen else None if None in seen else True


class Reader:
    """One person's record on one day."""

    def __init__(self, person: dict[str, str], rows: list[dict[str, str]], on: date) -> None:
        self.on, self.today, self.person = on, on.toordinal(), person
        ago = [self.months(n) for n in (1, 3, 6)]
        self.edges = sorted({self.today + 1, *[self.today - n for n in (0, 14, 28, 84)], *ago})
        self.month, self.quarter, self.half_year = ago
        self.rows = defaultdict(list)
        for row in rows:
            for concept in concepts(row["kind"], row["concept"]):
                self.rows[concept].append(row)

    def months(self, count: int, day: date | None = None) -> int:
        day = day or self.on
        year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
        for number in (day.day, 30, 29, 28):
            try:
                if number <= day.day:
                    return date(year, month + 1, number).toordinal()
            except ValueError:
                continue
        raise AssertionError

    def days(self, text: str, *, undated: tuple[int, int]) -> list[int]:
        """The days worth trying for a date text."""
        if len(text) >= 10:
            return [date.fromisoformat(text[:10]).toordinal()]
        first, last = undated
        if text:
            year, month = int(text[:4]), int(text[5:] or 1)
            following = (
                date(year + month // 12, month % 12 + 1, 1) if len(text) == 7 else date(year + 1, 1, 1)
            )
            first, last = date(year, month, 1).toordinal(), following.toordinal() - 1
        inside = {day for edge in self.edges for day in (edge - 1, edge) if first <= day <= last}
        return sorted({first, last, *inside})

    def spans(self, row: dict[str, str]) -> Iterator[tuple[int, int]]:
        for start in self.days(row["start"], undated=(self.today - 3000, self.today)):
            if row["end"]:
                for end in self.days(row["end"], undated=(0, 0)):
                    yield start, end
            elif row["kind"] == "procedure" and row["status"] != "active":
                yield start, start
            elif (
                row["kind"] == "allergy"
                or row["status"] in {"active", "recurrence", "relapse", *DOUBTFUL}
                or (row["kind"] == "condition" and not row["status"])
            ):
                yield start, ALWAYS
            else:
                for end in self.days("", undated=(start, max(start, self.today) + 500)):
                    yield start, end

    def values(self, concept: str, row: dict[str, str]) -> list[Any]:
        """What a value may be: itself, both ends of a censored one, anything where unit or number is missing."""
        if row["kind"] == "finding" or (row["kind"] != "measurement" and concept not in OWN_FACTORS):
            return [row["value"]]
        factor = OWN_FACTORS.get(concept, FACTORS).get(row["unit"])
        if factor is None or not row["value"]:
            return list(ANYTHING)
        sign = row["value"][0] if row["value"][0] in "<>" else ""
        value = float(row["value"].removeprefix(sign)) * factor
        return [value] if not sign else [0.0, value * 0.999] if sign == "<" else [value * 1.001, 1e9]

    def worlds_of(self, concept: str, row: dict[str, str]) -> list[Was | No | None]:
        if row["status"] in IGNORED:
            return [None]
        wanted = ROUTES.get(concept)
        if wanted and "|" in row["concept"] and row["route"] not in {wanted, ""}:
            return [None]
        found: list[Was | No | None] = []
        if row["kind"] in LABS:
            for day in self.days(row["start"], undated=(0, 0)):
                for value in self.values(concept, row):
                    ratios: tuple[float, ...] = ANYTHING
                    if row["high"] and row["unit"] in FACTORS:
                        ratios = (float(row["value"]) / float(row["high"]),)
                    found += [
                        Was(day, day, value, ratio)
                        for ratio in ratios
                        if concept in LIVER or ratio == ratios[0]
                    ]
            return found
        if row["value"] == "false" or row["status"] == "refuted":
            return [No(day) for day in self.days(row["start"], undated=(0, 0))]
        per_day = row["unit"] in {"g/d", "mg/d"}
        found += [Was(s, e, v, 0.0, per_day) for s, e in self.spans(row) for v in self.values(concept, row)]
        if row["status"] in DOUBTFUL or (wanted and "|" in row["concept"] and not row["route"]):
            found.append(None)
        return found

    def verdict(self, judge: Judge, read: tuple[str, ...]) -> str:
        """The verdict of one criterion (True is pass) that reads these concepts, if all worlds agree."""
        parts = [(name, self.worlds_of(name, row)) for name in read for row in self.rows[name]]
        seen: set[Truth] = set()
        for world in product(*[worlds for _, worlds in parts]):
            facts: dict[str, list[Any]] = defaultdict(list)
            for (name, _), fact in zip(parts, world, strict=True):
                if fact is not None and fact.start <= self.today:
                    facts[name].append(fact)
            seen |= {judge(World(self, facts), sex, age) for sex in self.sexes() for age in self.ages()}
            if len(seen) > 1 or None in seen:
                return "unknown"
        return "pass" if seen == {True} else "fail"

    def sexes(self) -> list[str]:
        return [self.person["sex"]] if self.person["sex"] in {"female", "male"} else ["female", "male"]

    def ages(self) -> list[int]:
        text = self.person["birth_date"]
        if not text:
            return [10, 30, 90]
        ages = set()
        for day in self.days(text, undated=(0, 0)) if len(text) > 9 else every_day(text):
            born = date.fromordinal(day)
            ages.add(self.on.year - born.year - ((self.on.month, self.on.day) < (born.month, born.day)))
        return sorted(ages)


def every_day(text: str) -> list[int]:
    first = date(int(text[:4]), int(text[5:] or 1), 1)
    return [
        day
        for day in range(first.toordinal(), (first + timedelta(days=366)).toordinal())
        if date.fromordinal(day).isoformat().startswith(text)
    ]


class World:
    """One way the record may be: everything in it is certain, only silence is left."""

    def __init__(self, reader: Reader, facts: dict[str, list[Any]]) -> None:
        self.r, self.facts, self.today = reader, facts, reader.today

    def last(self, name: str, first: int | None = None) -> list[Was]:
        """All results of the latest day in the window."""
        first = self.today - 28 if first is None else first
        inside = [fact for fact in self.facts[name] if first <= fact.start <= self.today]
        newest = max((fact.start for fact in inside), default=0)
        return [fact for fact in inside if fact.start == newest]

    def number(
        self, name: str, pick: Callable[[Iterable[float]], float], first: int | None = None
    ) -> float | None:
        results = [fact.value for fact in self.last(name, first)]
        return pick(results) if results else None

    def answer(self, name: str, worst: str) -> Truth:
        texts = {fact.value for fact in self.last(name)}
        return None if not texts else worst == "true" if worst in texts else worst != "true"

    def there(self, names: Iterable[str], first: int, last: int | None = None) -> Truth:
        return k_or(self.one_there(name, first, self.today if last is None else last) for name in names)

    def one_there(self, name: str, first: int, last: int) -> Truth:
        facts = self.facts[name]
        present = any(isinstance(f, Was) and f.start <= last and f.end >= first for f in facts)
        denied = any(isinstance(f, No) and self.today - 28 <= f.start <= self.today for f in facts)
        return None if present and denied else present

    def days(self, name: str) -> dict[int, float]:
        """The dose of each day, as far as it matters."""
        doses: dict[int, float] = defaultdict(float)
        for fact in self.facts[name]:
            if isinstance(fact, Was):
                for day in range(max(fact.start, self.today - 500), min(fact.end, self.today) + 1):
                    doses[day] += fact.value if isinstance(fact.value, float) else 0.0
        return doses

    def ivig(self, first: int) -> Truth:
        weight = self.number("body_weight", min, self.r.half_year)
        doses: dict[int, list[float]] = defaultdict(list)
        for fact in self.facts["ivig"]:
            for day in range(max(fact.start, first), min(fact.end, self.today) + 1):
                if fact.per_day and weight is None:
                    return None
                doses[day].append(fact.value / weight if fact.per_day and weight else fact.value)
        return any(sum(dose) >= 400 * (1 - 1e-9) for dose in doses.values())
