"""What was taken of what is on record: of two doses per day of one day, the later entry. Every table was written by hand."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.conduct.dosing_support import PREDNISONE, PULSE, TACROLIMUS, dose, participant, propose
from trialwright.conduct.dosing.present import read_present
from trialwright.record.participant import Dose
from trialwright.record.taken import taken_doses

MG, G = "mg/d", "g/d"


def tac(number: int, start: str, amount: str, end: str | None = None) -> Dose:
    return dose(number, TACROLIMUS, start, amount, MG, end=end)


# What was entered, in the order of entry, and what was taken: amount, first and last day ('' where it goes on).
# fmt: off
TABLE = [
    # the later entry of one day counts; the first of them lasted zero days
    ([tac(1, "2026-03-02", "4"), tac(2, "2026-03-02", "3")],                   [("3", "2026-03-02", "")]),
    ([tac(1, "2026-03-02", "4", "2026-03-02"), tac(2, "2026-03-02", "3")],     [("3", "2026-03-02", "")]),
    ([tac(1, "2026-03-02", "4"), tac(2, "2026-03-02", "3"), tac(3, "2026-03-02", "2")], [("2", "2026-03-02", "")]),
    # another day: the day before is the last one of the dose that was replaced
    ([tac(1, "2026-03-02", "4"), tac(2, "2026-03-09", "3")],
     [("4", "2026-03-02", "2026-03-08"), ("3", "2026-03-09", "")]),
    # told late: the days decide, not the entry
    ([tac(1, "2026-03-09", "3"), tac(2, "2026-03-02", "4")],
     [("3", "2026-03-09", ""), ("4", "2026-03-02", "2026-03-08")]),
    # an end that was stated does not outlast the next dose
    ([tac(1, "2026-03-02", "4", "2026-03-15"), tac(2, "2026-03-09", "3", "2026-03-10")],
     [("4", "2026-03-02", "2026-03-08"), ("3", "2026-03-09", "2026-03-10")]),
    ([tac(1, "2026-03-02", "4", "2026-03-05"), tac(2, "2026-03-09", "3")],
     [("4", "2026-03-02", "2026-03-05"), ("3", "2026-03-09", "")]),
    # single administrations stand beside each other; a dose per day beside one does not
    ([dose(1, PULSE, "2026-02-20", "500", "mg"), dose(2, PULSE, "2026-02-20", "500", "mg")],
     [("500", "2026-02-20", "2026-02-20"), ("500", "2026-02-20", "2026-02-20")]),
    ([dose(1, PULSE, "2026-02-20", "0.5", G), dose(2, PULSE, "2026-02-20", "0.25", G)],
     [("0.25", "2026-02-20", "2026-02-20")]),
    # written without its "per day", then put right
    ([dose(1, TACROLIMUS, "2026-03-02", "4", "mg", end=None), tac(2, "2026-03-02", "4")],
     [("4", "2026-03-02", "")]),
    # another intervention, or a day that is not known, replaces nothing
    ([tac(1, "2026-03-02", "4"), dose(2, PREDNISONE, "2026-03-02", "40", MG, end=None)],
     [("4", "2026-03-02", ""), ("40", "2026-03-02", "")]),
    ([tac(1, "2026-03-02", "4"), tac(2, "2026-03", "3", "2026-03-20")],
     [("4", "2026-03-02", ""), ("3", "2026-03", "2026-03-20")]),
]
# fmt: on


@pytest.mark.parametrize(("entered", "taken"), TABLE)
def test_of_doses_per_day_one_counts(entered: list[Dose], taken: list[tuple[str, str, str]]) -> None:
    one = participant(doses=entered)
    found = one.taken()
    assert [(each.amount, each.start, each.end) for each in found] == taken


def test_what_was_entered_stays_as_it_is() -> None:
    entered = (tac(1, "2026-03-02", "4"), tac(2, "2026-03-02", "3"))
    one = participant(doses=entered)
    assert taken_doses(one.doses) != entered
    assert one.doses == entered


# Every reader asks the same question, and gets the same answer.


def test_the_present_dose_and_since_when() -> None:
    """3 mg since 2 March; on 9 March 4 mg was entered, and 3 mg again on the same day: it was 3 mg all along."""
    entered = (tac(1, "2026-03-02", "3"), tac(2, "2026-03-09", "4"), tac(3, "2026-03-09", "3"))
    found = read_present(participant(doses=entered), TACROLIMUS, on=date(2026, 3, 16))
    assert found.dose is not None
    assert (found.dose.number, found.amount and found.amount.number, found.since) == (
        3,
        "3",
        date(2026, 3, 2),
    )


def test_a_taper_starts_from_the_first_dose_that_was_taken() -> None:
    """40 mg was a slip of the pen, 35 mg the first dose: four weeks later it is 35 - 5 = 30 mg."""
    first = "2026-02-23"
    entered = (
        dose(1, PULSE, "2026-02-20", "0.5", G, end="2026-02-22"),
        dose(2, PREDNISONE, first, "40", MG, end=first),
        dose(3, PREDNISONE, first, "35", MG, end=None),
    )
    who = participant(doses=entered)
    for on, amount in (("2026-03-22", "35"), ("2026-03-23", "30")):
        proposed = propose(who, PREDNISONE, on).amount
        assert proposed is not None
        assert proposed.number == amount


def test_rules_read_what_was_taken() -> None:
    entered = (tac(1, "2026-03-02", "4"), tac(2, "2026-03-09", "3.5"), tac(3, "2026-03-09", "3"))
    doses = tuple(each._replace(concept="tacrolimus") for each in entered)
    facts = [fact for fact in participant(doses=doses).facts() if fact.kind == "exposure"]
    assert [(fact.fact, fact.value, fact.start, fact.end) for fact in facts] == [
        ("dose/1", "4", "2026-03-02", "2026-03-08"),
        ("dose/3", "3", "2026-03-09", ""),
    ]
