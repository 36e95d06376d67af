"""Everything else in a hospital: visits, other results, other illnesses, other drugs.

Results that a criterion would read are written only where they are too old for it, by a day or more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialwright.simulation.hospital.ward import CANDIDATE, DECEASED, HISTORY, LUPUS, PATIENT, Ward


@dataclass(frozen=True, slots=True)
class Item:
    """What a visit may measure: how often, in whom (lupus only or all), the value, until when."""

    concept: str
    share: float
    mean: float
    spread: float
    decimals: int
    unit: str
    low: str = ""
    high: str = ""
    lupus: bool = False
    until: str = "today"  # "screening", "half_year": only before that window
    least: float = 0.0  # what the forms of the study still accept, where a fifth of the mean lies below it


ITEMS = (
    Item("loinc|8480-6", 0.85, 128, 16, 0, "mm[Hg]"),
    Item("loinc|8462-4", 0.85, 78, 10, 0, "mm[Hg]"),
    Item("loinc|8867-4", 0.7, 76, 11, 0, "/min"),
    Item("body_temperature", 0.4, 36.7, 0.4, 1, "Cel"),
    Item("loinc|29463-7", 0.5, 68, 13, 1, "kg", until="half_year", least=20),
    Item("body_height", 0.1, 168, 9, 0, "cm", until="half_year"),
    Item("loinc|718-7", 0.45, 13.2, 1.6, 1, "g/dL", "12.0", "16.0"),
    Item("hemoglobin", 0.15, 131, 17, 0, "g/L", "115", "155"),
    Item("loinc|2823-3", 0.4, 4.2, 0.4, 1, "mmol/L", "3.5", "5.1"),
    Item("loinc|2951-2", 0.35, 139, 3, 0, "mmol/L", "136", "145"),
    Item("loinc|2093-3", 0.25, 196, 40, 0, "mg/dL"),
    Item("loinc|2571-8", 0.25, 140, 45, 0, "mg/dL"),
    Item("loinc|3094-0", 0.25, 16, 5, 0, "mg/dL"),
    Item("loinc|3084-1", 0.1, 5.4, 1.3, 1, "mg/dL"),
    Item("loinc|1988-5", 0.3, 6, 3, 1, "mg/L", "", "5.0"),
    Item("loinc|4548-4", 0.12, 6.1, 0.8, 1, "%"),
    Item("loinc|1751-7", 0.2, 4.1, 0.5, 1, "g/dL", "3.5", "5.2"),
    Item("loinc|2160-0", 0.35, 1.1, 0.35, 2, "mg/dL", "0.6", "1.2", until="screening"),
    Item("loinc|1742-6", 0.25, 34, 14, 0, "U/L", "", "40", until="screening"),
    Item("loinc|1920-8", 0.2, 31, 12, 0, "U/L", "", "40", until="screening"),
    Item("loinc|14631-6", 0.15, 12, 5, 1, "umol/L", "", "21.0", until="screening"),
    Item("loinc|1558-6", 0.2, 104, 24, 0, "mg/dL", "70", "99", until="screening"),
    Item("loinc|6690-2", 0.35, 7.1, 2.2, 1, "10*9/L", "4.0", "10.0", until="screening"),
    Item("loinc|751-8", 0.15, 4.2, 1.6, 2, "10*9/L", "1.8", "7.5", until="screening"),
    Item("loinc|777-3", 0.35, 240, 75, 0, "10*9/L", "150", "400", until="screening"),
    Item("loinc|2889-4", 0.5, 1.6, 0.9, 2, "g/(24.h)", lupus=True, until="screening"),
    Item("c3", 0.5, 0.8, 0.25, 2, "g/L", "0.9", "1.8", lupus=True),
    Item("loinc|4498-2", 0.5, 0.15, 0.06, 2, "g/L", "0.1", "0.4", lupus=True),
    Item("anti_dsdna", 0.4, 120, 70, 0, "[IU]/mL", "", "30", lupus=True),
    Item("urine_rbc", 0.3, 60, 45, 0, "/uL", lupus=True),
    Item("sledai_2k", 0.25, 9, 4, 0, "{score}", lupus=True, until="screening"),
)
# condition, share of people with lupus, of others
CONDITIONS = (
    ("icd10|I10", 0.35, 0.3),
    ("snomed|44054006", 0.05, 0.12),
    ("icd10|E78.5", 0.2, 0.22),
    ("snomed|64859006", 0.12, 0.06),
    ("icd10|N18.3", 0.1, 0.05),
    ("icd10|J06.9", 0.15, 0.15),
    ("icd10|M79.3", 0.05, 0.03),
    ("snomed|35489007", 0.1, 0.09),
)
# drug, dose, unit, share of people with lupus, of others; allowed or not read by any criterion
DRUGS = (
    ("atc|P01BA02", "200", "mg/d", 0.7, 0.005),
    ("prednisone_oral", "10", "mg/d", 0.7, 0.02),
    ("azathioprine", "100", "mg/d", 0.2, 0.005),
    ("tripterygium_glycosides", "60", "mg/d", 0.06, 0.001),
    ("belimumab", "600", "mg/d", 0.03, 0.0),
    ("rituximab", "500", "mg/d", 0.03, 0.001),
    ("atc|C09AA05", "5", "mg/d", 0.3, 0.15),
    ("atc|C08CA01", "5", "mg/d", 0.15, 0.15),
    ("atc|C10AA05", "20", "mg/d", 0.15, 0.2),
    ("atc|A02BC01", "20", "mg/d", 0.3, 0.15),
    ("rxnorm|6809", "1000", "mg/d", 0.03, 0.1),
)


def bystanders(ward: Ward, *, visits: float) -> None:
    """Write the rest of everyone's records, about `visits` visits each over eight years."""
    _visits(ward, visits)
    _background(ward)


def _visits(ward: Ward, visits: float) -> None:
    edge, rng = ward.edge, ward.rng
    often = np.where((ward.kind == CANDIDATE) | (ward.kind == LUPUS), 1.2, 1.0)
    who = np.repeat(np.arange(ward.size), rng.poisson(visits * often))
    days = ward.between(who, edge.today - HISTORY, edge.today)
    days = np.where(rng.random(len(who)) < 0.01, edge.today + rng.integers(1, 40, len(who)), days)
    alive = days <= ward.last[who]
    who, days = who[alive], days[alive]
    start = ward.dates(days)
    lupus = (ward.kind[who] == CANDIDATE) | (ward.kind[who] == LUPUS)
    for item in ITEMS:
        taken = rng.random(len(who)) < item.share
        if item.lupus:
            taken &= lupus
        if item.until != "today":
            taken &= (days < getattr(edge, item.until)) | (days > edge.today)
        group = who[taken]
        values = np.maximum(rng.normal(item.mean, item.spread, len(group)), max(item.mean / 5, item.least))
        ward.add(
            group,
            "measurement",
            item.concept,
            value=ward.words.numbers(values, item.decimals),
            unit=item.unit,
            low=item.low,
            high=item.high,
            start=start[taken],
            status="final",
        )


def _background(ward: Ward) -> None:
    """Long-standing illnesses, drugs and an allergy that no criterion asks about."""
    edge, rng = ward.edge, ward.rng
    everyone = np.flatnonzero(ward.kind != DECEASED)
    lupus = ward.kind[everyone] < PATIENT
    for concept, with_lupus, without in CONDITIONS:
        who = everyone[rng.random(len(everyone)) < np.where(lupus, with_lupus, without)]
        since = ward.long_ago(ward.between(who, edge.today - HISTORY, edge.today))
        ward.add(who, "condition", concept, start=since, status="active")
    for concept, dose, unit, with_lupus, without in DRUGS:
        who = everyone[rng.random(len(everyone)) < np.where(lupus, with_lupus, without)]
        if concept == "prednisone_oral":
            who = who[~ward.airway[who]]
        running = rng.random(len(who)) < 0.6
        start = ward.between(who, edge.today - HISTORY, edge.today - 1)
        end = ward.dates(np.minimum(start + rng.integers(0, 400, len(who)), edge.today))
        fields = {"value": dose, "unit": unit}
        ward.exposure(
            who[running], (concept,), **fields, start=ward.long_ago(start[running]), status="active"
        )
        ward.exposure(
            who[~running],
            (concept,),
            **fields,
            start=ward.dates(start[~running]),
            end=end[~running],
            status="completed",
        )
    who = ward.some(everyone, 0.06)
    ward.add(
        who,
        "allergy",
        "snomed|91936005",
        start=ward.long_ago(ward.between(who, edge.today - HISTORY, edge.today)),
    )
