"""The named days of a participant, as tables: what the ledger holds, and which day each anchor is.

Source: the BEAM protocol, Clocks. pulse_start is the first pulse day, also of prior care; week0 is the first belimumab
infusion (BEL+MT) or the first day of tacrolimus or mycophenolate (MT), prior care not counted.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from trialwright.record.participant import Allocated, Consent, Dose, Ended, Participant
from trialwright.study.anchors import derive_anchors
from trialwright.study.load import load_study
from trialwright.study.model import Study
from trialwright.terms.message import render

STUDIES = Path(__file__).parents[2] / "studies"
PULSE, BELIMUMAB, TACROLIMUS, MYCOPHENOLATE = (
    "methylprednisolone_pulse",
    "belimumab",
    "tacrolimus",
    "mycophenolate_mofetil",
)


def load(name: str) -> Study:
    folder = STUDIES / name
    return load_study({path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")})


BEAM = load("beam")


def dose(
    intervention: str,
    start: str,
    end: str | None = "",
    *,
    prior: bool = False,
    amount: str = "1",
    position: int = 1,
) -> Dose:
    """A dose of one day, of several days, or (`end` None) still taken."""
    return Dose(
        position=position,
        number=position,
        intervention=intervention,
        concept="",
        start=start,
        end="" if end is None else end or start,
        ongoing=end is None,
        amount=amount,
        unit="g/d",
        route="",
        visit="",
        proposed="",
        rule="",
        because=(),
        deviation="",
        lot="",
        expiry="",
        started="",
        stopped="",
        reaction="",
        prior=prior,
    )


def participant(arm: str, *doses: Dose, enrolled: str = "") -> Participant:
    return Participant(
        id="S-001",
        site="nanjing",
        consents=(Consent(1, "2026-02-20", "v"),),
        enrolled=Ended(5, enrolled, "") if enrolled else None,
        allocated=Allocated(6, enrolled, 1, arm, {}, "", "") if arm else None,
        doses=doses,
    )


def day_of(anchor: str, who: Participant) -> str:
    found = derive_anchors(BEAM, who)[anchor]
    return found.day.isoformat() if found.day else "waits for " + render(found.waits_for, {})


# fmt: off
PULSES = [
    # what is recorded                                                            pulse_start
    ("a pulse of prior care", [dose(PULSE, "2026-02-16", "2026-02-18", prior=True)], "2026-02-16"),
    ("a pulse given here", [dose(PULSE, "2026-03-01", "2026-03-03")], "2026-03-01"),
    ("day by day, out of order", [dose(PULSE, "2026-02-18"), dose(PULSE, "2026-02-16"), dose(PULSE, "2026-02-17")], "2026-02-16"),
    ("2 days left out: one course", [dose(PULSE, "2026-02-16"), dose(PULSE, "2026-02-19")], "2026-02-16"),
    ("3 days left out: another", [dose(PULSE, "2026-02-16"), dose(PULSE, "2026-02-20")], "2026-02-20"),
    ("a course of last year", [dose(PULSE, "2025-06-01", "2025-06-03", prior=True), dose(PULSE, "2026-02-16", "2026-02-18")], "2026-02-16"),
    ("a rescue pulse after week 0", [dose(PULSE, "2026-02-16", "2026-02-18"), dose(BELIMUMAB, "2026-03-02"), dose(PULSE, "2026-04-10", "2026-04-12")], "2026-02-16"),
    ("only the month is known", [dose(PULSE, "2026-02", "2026-02", prior=True)], "waits for an exact date of the first dose of Methylprednisolone pulse"),
    ("nothing", [], "waits for the first dose of Methylprednisolone pulse"),
]
PULSE_ENDS = [
    ("one span", [dose(PULSE, "2026-02-16", "2026-02-18")], "2026-02-18"),
    ("day by day, out of order", [dose(PULSE, "2026-02-18"), dose(PULSE, "2026-02-16")], "2026-02-18"),
    ("still going on", [dose(PULSE, "2026-02-16", None)], "waits for the end of Methylprednisolone pulse, which still goes on"),
    ("a rescue pulse after week 0", [dose(PULSE, "2026-02-16", "2026-02-18"), dose(BELIMUMAB, "2026-03-02"), dose(PULSE, "2026-04-10")], "2026-02-18"),
    ("only the month of the last", [dose(PULSE, "2026-02-16"), dose(PULSE, "2026-02")], "waits for an exact date of the last dose"),
]
WEEK_0 = [
    # arm      what is recorded                                                   week0
    ("BEL+MT", "the first of two infusions", [dose(BELIMUMAB, "2026-03-16"), dose(BELIMUMAB, "2026-03-02")], "2026-03-02"),
    ("BEL+MT", "tacrolimus before belimumab", [dose(TACROLIMUS, "2026-03-01", None), dose(BELIMUMAB, "2026-03-02")], "2026-03-02"),
    ("BEL+MT", "no infusion yet", [dose(TACROLIMUS, "2026-03-01", None)], "waits for the first dose of Belimumab"),
    ("MT", "mycophenolate first", [dose(TACROLIMUS, "2026-03-04", None), dose(MYCOPHENOLATE, "2026-03-03", None)], "2026-03-03"),
    ("MT", "tacrolimus years ago", [dose(TACROLIMUS, "2024-01-01", "2024-02-01", prior=True)], "waits for the first dose of Tacrolimus, Mycophenolate mofetil"),
    ("MT", "a dose of nothing", [dose(TACROLIMUS, "2026-03-02", amount="0"), dose(TACROLIMUS, "2026-03-05")], "2026-03-05"),
    ("", "not allocated", [], "waits for allocation to an arm"),
]
# fmt: on


@pytest.mark.parametrize(("what", "doses", "expected"), PULSES, ids=[row[0] for row in PULSES])
def test_the_pulse_starts(what: str, doses: list[Dose], expected: str) -> None:
    assert day_of("pulse_start", participant("BEL+MT", *doses, enrolled="2026-03-01")) == expected


@pytest.mark.parametrize(("what", "doses", "expected"), PULSE_ENDS, ids=[row[0] for row in PULSE_ENDS])
def test_the_pulse_ends(what: str, doses: list[Dose], expected: str) -> None:
    assert day_of("pulse_end", participant("BEL+MT", *doses, enrolled="2026-03-01")) == expected


@pytest.mark.parametrize(("arm", "what", "doses", "expected"), WEEK_0, ids=[row[1] for row in WEEK_0])
def test_week_0_is(arm: str, what: str, doses: list[Dose], expected: str) -> None:
    assert day_of("week0", participant(arm, *doses, enrolled="2026-03-01")) == expected


def test_enrolment_is_waited_for() -> None:
    assert day_of("enrolment", participant("")) == "waits for enrolment"
    assert day_of("enrolment", participant("", enrolled="2026-03-01")) == "2026-03-01"


def test_a_masked_date_is_no_day() -> None:
    who = participant("", enrolled="2026-03-01")
    masked = replace(who, enrolled=Ended(5, "", ""))
    assert day_of("enrolment", masked) == "waits for an exact date of enrolment"


def test_an_anchor_names_the_events_behind_it() -> None:
    who = participant(
        "BEL+MT", dose(BELIMUMAB, "2026-03-02", position=9), dose(BELIMUMAB, "2026-03-16", position=12)
    )
    assert derive_anchors(BEAM, who)["week0"].because == (9,)


def test_a_study_without_a_schedule_has_no_anchors() -> None:
    assert derive_anchors(replace(BEAM, schedule=None), participant("")) == {}
