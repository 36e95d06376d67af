"""The alerts of BEAM: each just below and just beyond its limit, and unknown where nobody can tell."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.safety.support import beam, event, participant, plan, results, version
from trialwright.record.participant import FormRecord, ItemValue, Participant
from trialwright.safety.alerts import AlertFinding, assess_alerts, follow_alert
from trialwright.terms.truth import Truth

DAY = date(2026, 3, 16)


def alerts(
    one: Participant, *, about: frozenset[str] | None = None, on: date = DAY
) -> dict[str, AlertFinding]:
    return {each.alert.id: each for each in assess_alerts(plan(), one, on=on, about=about)}


def lab(concept: str, value: str, *, high: str = "", unit: str = "") -> Participant:
    """A baseline creatinine of 1.0 mg/dL, and one result on the day."""
    forms = results(("serum_creatinine", "2026-02-20", "1.0"))
    forms |= {"now": next(iter(results((concept, "2026-03-16", value), high=high, unit=unit).values()))}
    return participant(forms=forms)


def answer(concept: str, value: str) -> Participant:
    item = ItemValue(100, 100, "g.i", "i", value, "", "", concept, "finding", "2026-03-16", "", "")
    return participant(forms={"f": FormRecord("f", "", "f", 1, {"g.i": item})})


# Limits: the project's protocol, section Safety. fmt: off
# fmt: off
LIMITS = [
    ("neutropenia",      lab("neutrophils", "1.0"),                        False),
    ("neutropenia",      lab("neutrophils", "0.99"),                       True),
    ("neutropenia",      lab("neutrophils", "999", unit="/uL"),            True),
    ("neutropenia",      lab("neutrophils", "<1.0"),                       True),
    ("neutropenia",      lab("neutrophils", "<1.2"),                       None),
    ("thrombocytopenia", lab("platelets", "50"),                           False),
    ("thrombocytopenia", lab("platelets", "49"),                           True),
    ("alt_high",         lab("alt", "120", high="40"),                     False),
    ("alt_high",         lab("alt", "121", high="40"),                     True),
    ("alt_high",         lab("alt", "121"),                                None),   # no range of its own
    ("creatinine_rise",  lab("serum_creatinine", "1.29"),                  False),
    ("creatinine_rise",  lab("serum_creatinine", "1.3"),                   True),   # 30 % or more
    ("creatinine_rise",  lab("serum_creatinine", "114.92", unit="umol/L"), True),   # 1.3 mg/dL
    ("trough_high",      lab("tacrolimus_trough", "10"),                   False),
    ("trough_high",      lab("tacrolimus_trough", "10.1"),                 True),
    ("potassium_high",   lab("potassium", "5.5"),                          False),
    ("potassium_high",   lab("potassium", "5.6"),                          True),
    ("igg_low",          lab("igg", "4"),                                  False),
    ("igg_low",          lab("igg", "399", unit="mg/dL"),                  True),
    ("pregnancy",        answer("pregnant", "false"),                      False),
    ("pregnancy",        answer("pregnant", "true"),                       True),
    ("suicidality",      answer("phq9_item9", "0"),                        False),
    ("suicidality",      answer("phq9_item9", "1"),                        True),
    ("suicidality",      answer("phq9_item9", "3"),                        True),
    ("serious_infection", participant("x"),                                False),
    ("serious_infection", participant("x", event(version(start="2026-03-16"))), False),  # not serious
    ("serious_infection", participant("x", event(version(start="2026-03-10", seriousness=("hospitalisation",)))), True),
    ("serious_infection", participant("x", event(version(start="2026-03-10", end="2026-03-15", seriousness=("death",)))),
     False),
]
# fmt: on


@pytest.mark.parametrize(("alert", "one", "truth"), LIMITS)
def test_limits(alert: str, one: Participant, truth: Truth) -> None:
    found = alerts(one)[alert]
    assert found.truth is truth
    assert (found.reason in ("value_censored", "range_missing")) == (truth is None)


def test_every_alert_of_the_protocol_is_there() -> None:
    # the project's protocol, section Safety: ten alerts
    assert list(alerts(participant())) == [
        "neutropenia", "thrombocytopenia", "alt_high", "creatinine_rise", "trough_high", "potassium_high", "igg_low",
        "pregnancy", "serious_infection", "suicidality",
    ]  # fmt: skip
    assert {case[0] for case in LIMITS} == set(alerts(participant()))


def test_the_fired_alert_carries_its_evidence() -> None:
    found = alerts(lab("serum_creatinine", "1.3"))["creatinine_rise"]
    assert {fact.raw.value for fact in found.evidence} == {"1.3", "1.0"}


def test_what_was_not_measured_is_unknown_and_no_alert() -> None:
    found = alerts(participant())
    unknown = {name: each.reason for name, each in found.items() if each.truth is None}
    assert unknown == {
        name: {"pregnancy": "not_asked"}.get(name, "no_record")
        for name in found
        if name != "serious_infection"
    }


def test_a_rise_cannot_be_judged_without_a_baseline() -> None:
    one = participant(forms=results(("serum_creatinine", "2026-03-16", "3.0")))
    assert (alerts(one)["creatinine_rise"].truth, alerts(one)["creatinine_rise"].reason) == (
        None,
        "no_baseline",
    )


def test_the_worst_of_several_results_of_a_day_counts() -> None:
    one = participant(forms=results(("potassium", "2026-03-16", "4.0"), ("potassium", "2026-03-16", "6.0")))
    assert alerts(one)["potassium_high"].truth is True
    one = participant(
        forms=results(("neutrophils", "2026-03-16", "3.0"), ("neutrophils", "2026-03-16", "0.5"))
    )
    assert alerts(one)["neutropenia"].truth is True


def test_another_day_does_not_fire() -> None:
    one = lab("potassium", "6.0")
    assert alerts(one, on=date(2026, 3, 17))["potassium_high"].truth is None
    assert alerts(one, on=date(2026, 3, 15))["potassium_high"].truth is None


SERIOUS = ("hospitalisation",)
NEXT_DAY, MAY = date(2026, 3, 17), date(2026, 5, 4)
# fmt: off
STANDING = [
    # an infection from 10 March, raised for 16 March: what follows for its day, what holds later, the last day judged
    ("ongoing",             "serious_infection", participant("x", event(version(start="2026-03-10", seriousness=SERIOUS))),
     MAY, True, True, None, None),
    ("ended since",         "serious_infection",
     participant("x", event(version(start="2026-03-10", end="2026-04-01", seriousness=SERIOUS))), MAY, True, False, None, None),
    ("taken back",          "serious_infection", participant("x", event(version(start="2026-03-10"))), MAY, False, False, None, None),
    ("end only corrected",  "serious_infection",
     participant("x", event(version(start="2026-03-10", end="2026-03-15", seriousness=SERIOUS))), MAY, False, False, None, None),
    ("potassium, no other", "potassium_high", participant(forms=results(("potassium", "2026-03-16", "6.0"))),
     MAY, True, None, None, None),
    ("normal since",        "potassium_high",
     participant(forms=results(("potassium", "2026-03-16", "6.0"), ("potassium", "2026-04-01", "4.0"))),
     MAY, True, None, date(2026, 4, 1), False),
    ("high again",          "potassium_high",
     participant(forms=results(("potassium", "2026-03-16", "6.0"), ("potassium", "2026-04-01", "4.0"),
                               ("potassium", "2026-05-01", "5.9"))), MAY, True, None, date(2026, 5, 1), True),
    ("later than the look", "potassium_high",
     participant(forms=results(("potassium", "2026-03-16", "6.0"), ("potassium", "2026-04-01", "4.0"))),
     NEXT_DAY, True, None, None, None),
    ("corrected, normal that day", "potassium_high",
     participant(forms=results(("potassium", "2026-03-16", "4.0"), ("potassium", "2026-05-04", "4.1"))),
     MAY, False, False, None, None),
    ("a rule of no safety.yaml", "given_up", participant("x"), MAY, None, None, None, None),
]
# fmt: on


@pytest.mark.parametrize(
    ("alert", "one", "today", "follows", "holds", "last_day", "last"),
    [case[1:] for case in STANDING],
    ids=[case[0] for case in STANDING],
)
def test_what_follows_for_its_day_and_what_holds_today_are_two_things(
    alert: str,
    one: Participant,
    today: date,
    follows: Truth,
    holds: Truth,
    last_day: date | None,
    last: Truth,
) -> None:
    found = follow_alert(plan(), one, alert, raised_on=DAY, today=today)
    assert (found.follows, found.holds) == (follows, holds)
    assert (found.last_day, found.last_holds) == (last_day, last)


def test_only_alerts_about_what_was_saved() -> None:
    assert list(alerts(participant(), about=frozenset({"serum_creatinine"}))) == ["creatinine_rise"]
    assert alerts(participant(), about=frozenset({"body_weight"})) == {}


def test_an_unreadable_record_is_not_silence() -> None:
    one = participant("x", event(version(start="some day", seriousness=("death",))))
    found = alerts(one)["serious_infection"]
    assert (found.truth, found.reason) == (None, "record_unreadable")


def test_every_alert_speaks_both_languages() -> None:
    assert beam().safety is not None
    for alert in beam().safety.alerts:  # type: ignore[union-attr]
        assert alert.source
        assert any("\u4e00" <= sign <= "\u9fff" for sign in alert.message.zh)
