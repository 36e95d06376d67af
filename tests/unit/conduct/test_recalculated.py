"""Calculated items of one form that read another one: after a correction there, and after what is told late, they follow.

Predicted urine creatinine of a woman in mg/day (Cockcroft and Gault 1976; the protocol, Visits): (23.8 - 0.17 x age) x kg;
of a man (28 - 0.2 x age) x kg. She was born on 1 January 1990 and is 36 in June 2026: 23.8 - 6.12 = 17.68 mg/kg.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.conduct.forms_support import table
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.cli.outcome import outcome
from trialwright.conduct.forms import Entry
from trialwright.record.books import fold_participant
from trialwright.record.content import stands
from trialwright.record.event import Event
from trialwright.record.participant import Participant
from trialwright.terms.message import render

URINE, VITAL_SIGNS = "week_0/urine", "week_0/vital_signs"
PREDICTED, COMPLETENESS = "collection.predicted_creatinine", "collection.completeness"


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def collected(creatinine: str = "1.0") -> dict[str, Entry]:
    return table(f"""
        collection.ended_on   | 2026-06-01
        sediment.sampled_on   | 2026-06-01
        collection.protein    | 2.0  | g/(24.h)
        collection.volume     | 1800 | mL/(24.h)
        collection.creatinine | {creatinine} | g/(24.h)
        sediment.rbc          | 60   | /uL
        sediment.wbc          | 2    | /[HPF]
        sediment.rbc_casts    | 0    | /[LPF]""")


def with_urine() -> tuple[Rehearsal, str]:
    """Week 0 with 60 kg, and the urine of that day with 1.0 g of creatinine."""
    rehearsal, who = at_stage("dosed")
    record(rehearsal, who, "urine", collected())
    return rehearsal, who


def record(rehearsal: Rehearsal, who: str, form: str, entries: dict[str, Entry]) -> Event:
    values = {"form": form, "visit": "week_0", "entries": entries}
    return rehearsal.done("record_form", "nurse_a", site="a", participant=who, values=values)


def correct(rehearsal: Rehearsal, who: str, target: str, **what: Any) -> Event:
    values = {"participant": who, "target": target, **what}
    return rehearsal.done("correct", "coordinator_a", site="a", reason="misread", values=values)


def calculated(one: Participant, form: str = URINE) -> tuple[float, float]:
    items = one.forms[form].items
    return float(items[PREDICTED].value), float(items[COMPLETENESS].value)


# What is corrected, and predicted creatinine (g) and measured over predicted after it. Before: 17.68 x 60 = 1060.8 mg, and
# 1000 / 1060.8 = 0.942685.
# fmt: off
CORRECTED = [
    # target        values                                        predicted  completeness
    (VITAL_SIGNS,   {"entries": {"body.weight": "70 kg"}},        1.2376,    0.808016),  # 17.68 x 70
    (VITAL_SIGNS,   {"entries": {"body.weight": "73.1 kg"}},      1.292408,  0.773749),  # 17.68 x 73.1
    (VITAL_SIGNS,   {"entries": {"circulation.systolic": "130 mm[Hg]"}}, 1.0608, 0.942685),  # nothing that it reads
    ("demographics", {"values": {"sex": "male"}},                 1.248,     0.801282),  # (28 - 0.2 x 36) x 60 = 20.8 x 60
    ("demographics", {"values": {"birth": "1980-01-01"}},         0.9588,    1.042970),  # 23.8 - 0.17 x 46 = 15.98, x 60
]
# fmt: on


@pytest.mark.parametrize(("target", "values", "predicted", "completeness"), CORRECTED)
def test_a_correction_takes_what_follows_with_it(
    target: str, values: dict[str, Any], predicted: float, completeness: float
) -> None:
    rehearsal, who = with_urine()
    before = participant(rehearsal, who)
    assert calculated(before) == pytest.approx((1.0608, 0.942685), abs=1e-6)
    event = correct(rehearsal, who, target, **values)
    after = participant(rehearsal, who)
    assert calculated(after) == pytest.approx((predicted, completeness), abs=1e-6)
    new = after.forms[URINE]
    if calculated(after) == calculated(before):
        assert new == before.forms[URINE]
        return
    # the event of the correction states them; what stood there before is kept with its own event
    assert {new.items[path].position for path in (PREDICTED, COMPLETENESS)} == {event.position}
    assert [each.value for each in new.superseded] == [
        before.forms[URINE].items[path].value for path in (PREDICTED, COMPLETENESS)
    ]
    assert new.items["collection.creatinine"] == before.forms[URINE].items["collection.creatinine"]


def test_a_weight_told_after_the_urine_counts_as_if_it_had_been_told_before() -> None:
    """Until the weight of 70 kg is there, that of screening counts, which is 4 days old: 60 kg."""
    rehearsal, who = at_stage("allocated")
    rehearsal.done(
        "open_visit", "coordinator_a", site="a", participant=who, encounter="week_0", date=rehearsal.day
    )
    record(rehearsal, who, "urine", collected())
    assert calculated(participant(rehearsal, who)) == pytest.approx((1.0608, 0.942685), abs=1e-6)
    vital_signs = table("""
        body.weight             | 70    | kg
        circulation.systolic    | 128   | mm[Hg]
        circulation.diastolic   | 82    | mm[Hg]
        circulation.temperature | 36.6  | Cel""")
    event = record(rehearsal, who, "vital_signs", vital_signs)
    assert [each["id"] for each in event.data["recalculated"]] == [URINE]
    assert calculated(participant(rehearsal, who)) == pytest.approx((1.2376, 0.808016), abs=1e-6)


def test_whoever_corrects_is_told() -> None:
    rehearsal, who = with_urine()
    event = correct(rehearsal, who, VITAL_SIGNS, entries={"body.weight": "70 kg"})
    said = [render(each, {}) for each in outcome(event, rehearsal.trial)]
    assert (
        "Calculated anew on week_0/urine: Creatinine of a complete collection (predicted), 1.2376 g/(24.h)."
        in said
    )


def test_an_earlier_visit_does_not_follow() -> None:
    """The urine of screening of 28 May goes by the weight of its own day."""
    rehearsal, who = with_urine()
    before = calculated(participant(rehearsal, who), "screening/urine")
    event = correct(rehearsal, who, VITAL_SIGNS, entries={"body.weight": "70 kg"})
    assert [each["id"] for each in event.data["recalculated"]] == [URINE]
    assert calculated(participant(rehearsal, who), "screening/urine") == before


def test_what_is_unlikely_then_is_asked_about() -> None:
    """17.68 x 80 = 1414.4 mg; 1000 / 1414.4 = 0.707, below 0.8."""
    rehearsal, who = with_urine()
    path = f"{URINE}#{COMPLETENESS}"
    assert path not in {query.path for query in participant(rehearsal, who).queries}
    for weight in ("80 kg", "81 kg"):
        correct(rehearsal, who, VITAL_SIGNS, entries={"body.weight": weight})
    queries = participant(rehearsal, who).queries
    assert [query.path for query in queries].count(path) == 1  # and not asked twice
    assert [query.number for query in queries] == list(range(1, len(queries) + 1))


def test_what_was_signed_with_the_old_value_is_no_longer_signed() -> None:
    rehearsal, who = with_urine()
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="week_0", meaning="approved")
    correct(rehearsal, who, "demographics", values={"birth": "1980-01-01"})
    one = participant(rehearsal, who)
    assert not stands(one, one.signatures[0])


def test_the_ledger_read_anew_tells_the_same() -> None:
    rehearsal, who = with_urine()
    correct(rehearsal, who, "demographics", values={"birth": "1980-01-01"})
    events = rehearsal.store.stream(f"participant/{who}")
    assert fold_participant(who, events, rehearsal.store.text) == participant(rehearsal, who)


def test_a_dose_told_late_and_corrected_changes_a_total_on_a_form() -> None:
    """The pulse form of screening tells of 3 x 0.5 g from 23 to 25 May; a fourth day is told as earlier care: 2.0 g.

    Corrected to 0.25 g it is 1.75 g.
    """
    rehearsal, who = at_stage("screened")
    form, path = "screening/pulse", "total.total_dose"
    assert participant(rehearsal, who).forms[form].items[path].value == "1.5"
    told = {
        "intervention": "methylprednisolone_pulse", "date": "2026-05-26", "end": "2026-05-26",
        "amount": "0.5", "unit": "g/d", "prior": "true",
    }  # fmt: skip
    rehearsal.done("give_dose", "nurse_a", site="a", participant=who, values=told)
    assert participant(rehearsal, who).forms[form].items[path].value == "2"
    correct(rehearsal, who, "dose/1", values={"amount": "0.25"})
    assert participant(rehearsal, who).forms[form].items[path].value == "1.75"
