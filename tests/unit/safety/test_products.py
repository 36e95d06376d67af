"""Which interventions can start a report to an authority: said by each study, judged in both arms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.unit.safety.support import beam, dose, event, participant, version
from tests.unit.test_study_load import texts_of
from trialwright.exchange.folder import read_study
from trialwright.record.participant import Dose
from trialwright.reports.trial.safety_reports import say_products
from trialwright.safety.products import find_products
from trialwright.safety.reporting import plan_reports
from trialwright.study.errors import StudyInvalid
from trialwright.study.load import load_study
from trialwright.terms.message import render

PULSE, TACROLIMUS, MYCOPHENOLATE = "methylprednisolone_pulse", "tacrolimus", "mycophenolate_mofetil"


def daily(intervention: str, amount: str, unit: str) -> Dose:
    return dose(intervention, end="", amount=amount, unit=unit)


MT = (daily(TACROLIMUS, "4", "mg/d"), daily(MYCOPHENOLATE, "1", "g/d"), daily("prednisone", "40", "mg/d"))
BEL_MT = (dose(), *MT)


@pytest.mark.parametrize(
    ("study", "products"),
    [
        ("beam", {PULSE, "belimumab", MYCOPHENOLATE, TACROLIMUS}),
        ("beam-randomised", {PULSE, "belimumab", MYCOPHENOLATE, TACROLIMUS}),
        (
            "bliss-ln",
            {"belimumab", "placebo", "study_infusion"},
        ),  # the infusion stands for both while it is blind
    ],
)
def test_the_products_of_a_study(study: str, products: set[str]) -> None:
    assert find_products(read_study(study)) == products


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("investigational_products:", "spare:", "unknown_key", "no key spare"),
        ("[belimumab, placebo]", "[belimumab, plecebo]", "unknown_reference", "the intervention plecebo"),
        ("[belimumab, placebo]", "[]", "wrong_value", "interventions"),
        (None, "", "incomplete", "does not say of which interventions"),
    ],
)
def test_a_clock_that_asks_for_a_suspicion_needs_them(
    old: str | None, new: str, code: str, words: str
) -> None:
    files = texts_of("bliss-ln")
    safety = files["safety.yaml"]
    if old is None:
        first, last = safety.index("investigational_products:"), safety.index("clocks:")
        files["safety.yaml"] = safety[:first] + safety[last:]
    else:
        files["safety.yaml"] = safety.replace(old, new)
    with pytest.raises(StudyInvalid) as caught:
        load_study(files)
    first_found = caught.value.problems[0]
    assert (first_found.file, first_found.code) == ("safety.yaml", code)
    assert words in str(first_found)


def test_a_definition_of_before_is_read_as_it_was_meant() -> None:
    study = beam()
    assert study.safety is not None
    before = replace(study, safety=study.safety.model_copy(update={"investigational_products": None}))
    assert find_products(before) == {"belimumab"}


# An unexpected serious event of which the site knew on 1 April 2026, 10 o'clock in Nanjing (day 0). Day 7 is 8 April, 8 more
# make 16 April; day 15 is 16 April. What is said of each intervention: R related, P possibly, N not related, U unknown.
SAID = {"R": "related", "P": "possibly_related", "N": "not_related", "U": "unknown"}
ALL = (TACROLIMUS, MYCOPHENOLATE, "prednisone", "belimumab")
SEVEN = {("susar_fatal", "initial", date(2026, 4, 8)), ("susar_fatal", "follow_up", date(2026, 4, 16))}
FIFTEEN = {("susar_other", "initial", date(2026, 4, 16))}
# fmt: off
EVENTS = [
    # arm       makes it serious     tac  MMF  pred bel   what an authority must be told
    ("MT",     "death",             "U", "U", "U", "U",  SEVEN),      # a sudden death of which nobody knows the cause
    ("MT",     "life_threatening",  "R", "R", "N", "N",  SEVEN),      # a sepsis under both
    ("MT",     "hospitalisation",   "N", "P", "N", "N",  FIFTEEN),
    ("MT",     "hospitalisation",   "N", "U", "N", "N",  FIFTEEN),    # unknown counts as suspected
    ("MT",     "hospitalisation",   "N", "N", "R", "N",  set()),      # prednisone is background treatment
    ("MT",     "hospitalisation",   "N", "N", "N", "N",  set()),
    ("MT",     "hospitalisation",   "N", "N", "N", "U",  set()),      # belimumab was never taken
    ("BEL+MT", "hospitalisation",   "R", "N", "N", "N",  FIFTEEN),
    ("BEL+MT", "hospitalisation",   "N", "N", "N", "P",  FIFTEEN),
    ("BEL+MT", "life_threatening",  "N", "N", "R", "N",  set()),
]
# fmt: on


@pytest.mark.parametrize(("arm", "criterion", "tac", "mmf", "pred", "bel", "due"), EVENTS)
def test_what_an_authority_must_be_told(
    arm: str, criterion: str, tac: str, mmf: str, pred: str, bel: str, due: set[tuple[str, str, date]]
) -> None:
    causality = {name: SAID[said] for name, said in zip(ALL, (tac, mmf, pred, bel), strict=True)}
    said = version(seriousness=(criterion,), causality=causality, expected="false")
    safety = beam().safety
    assert safety is not None
    found = plan_reports(
        participant("S-001", event(said), arm=arm, doses=MT if arm == "MT" else BEL_MT),
        clocks=safety.clocks,
        investigational=find_products(beam()),
        zone=ZoneInfo("Asia/Shanghai"),
        at=datetime.fromisoformat("2026-04-02T09:00:00+08:00"),
    )
    assert {
        (each.clock.id, each.stage, each.due_on) for each in found if each.clock.recipient != "sponsor"
    } == due


def test_the_report_names_them_and_says_why() -> None:
    named, why = (render(said, {}) for said in say_products(beam()))
    assert named == (
        "Investigational products, of which an event may be suspected: Methylprednisolone pulse, Belimumab, Mycophenolate "
        "mofetil, Tacrolimus."
    )
    assert "Prednisone is not among them" in why
    assert list(say_products(read_study("template"))) == []  # no clock asks for a suspicion
