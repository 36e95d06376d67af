"""Reporting clocks: day 0, calendar days, hours from the instant, upgrades, what nobody has said yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.unit.safety.support import beam, dose, event, participant, version
from trialwright.record.participant import AdverseEvent, AdverseEventVersion, Dose, ReportSent
from trialwright.safety.reporting import Report, due_on, plan_reports
from trialwright.study.safety import ReportableEvent, ReportingClock
from trialwright.terms.message import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
RELATED = {"belimumab": "possibly_related"}
NOW = "2026-04-02T09:00:00+08:00"


SAFETY = beam().safety
assert SAFETY is not None
CLOCKS = SAFETY.clocks


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def reports(
    *versions: AdverseEventVersion,
    now: str = NOW,
    sent: tuple[ReportSent, ...] = (),
    zone: ZoneInfo = SHANGHAI,
    arm: str = "BEL+MT",
    doses: tuple[Dose, ...] = (dose(),),
) -> dict[tuple[str, str], Report]:
    """The reports of one event of one participant, by clock and stage."""
    found = plan_reports(
        replace(participant("S-001", event(*versions), arm=arm, doses=doses), reports=sent),
        clocks=CLOCKS,
        investigational=frozenset({"belimumab"}),
        zone=zone,
        at=at(now),
    )
    return {(each.clock.id, each.stage): each for each in found}


# Which clocks run. Sources: ICH E2A III.B; serious = any criterion; suspected = related or possibly related to an
# investigational intervention; what is not stated counts against waiting.
HOSPITAL, DEATH = ("hospitalisation",), ("death", "hospitalisation")
# fmt: off
RUNNING = [
    # what is said of the event                                      clocks that run                 assumed
    (version(),                                                         [],                             ()),
    (version(causality=RELATED, expected="false"),                      [],                             ()),
    (version(seriousness=HOSPITAL, causality={"belimumab": "not_related"}, expected="false"), ["sae_to_sponsor"], ()),
    (version(seriousness=HOSPITAL, causality=RELATED, expected="true"), ["sae_to_sponsor"],             ()),
    (version(seriousness=HOSPITAL, causality=RELATED, expected="false"), ["sae_to_sponsor", "susar_other"], ()),
    (version(seriousness=HOSPITAL, causality={"belimumab": "related"}, expected="false"),
     ["sae_to_sponsor", "susar_other"], ()),
    (version(seriousness=DEATH, causality=RELATED, expected="false"),   ["sae_to_sponsor", "susar_fatal"], ()),
    (version(seriousness=("life_threatening",), causality=RELATED, expected="false"), ["sae_to_sponsor", "susar_fatal"],
     ()),
    # not said
    (version(seriousness=HOSPITAL, causality=RELATED),                  ["sae_to_sponsor", "susar_other"],
     ("expectedness_missing",)),
    (version(seriousness=HOSPITAL, causality={"belimumab": "unknown"}, expected="false"), ["sae_to_sponsor", "susar_other"],
     ("causality_missing",)),
    (version(seriousness=HOSPITAL, expected="false"),                   ["sae_to_sponsor", "susar_other"],
     ("causality_missing",)),
    (version(seriousness=HOSPITAL),                                     ["sae_to_sponsor", "susar_other"],
     ("causality_missing", "expectedness_missing")),
    # one part that is said to be false decides, whatever the other is
    (version(seriousness=HOSPITAL, expected="true"),                    ["sae_to_sponsor"],             ()),
    (version(seriousness=HOSPITAL, causality={"belimumab": "not_related"}), ["sae_to_sponsor"],         ()),
    # only an investigational intervention makes a suspicion
    (version(seriousness=HOSPITAL, causality={"belimumab": "not_related", "tacrolimus": "related"}, expected="false"),
     ["sae_to_sponsor"], ()),
    # a blind site judges the study treatment
    (version(seriousness=HOSPITAL, causality={"belimumab": "not_related", "study_treatment": "related"}, expected="false"),
     ["sae_to_sponsor", "susar_other"], ()),
]
# fmt: on


@pytest.mark.parametrize(("said", "running", "assumed"), RUNNING)
def test_which_clocks_run(said: AdverseEventVersion, running: list[str], assumed: tuple[str, ...]) -> None:
    found = reports(said)
    assert [clock for clock, stage in found if stage == "initial"] == running
    if running[1:]:
        assert found[running[1], "initial"].reasons == assumed
    if running:
        assert found["sae_to_sponsor", "initial"].reasons == ()


def test_a_fatal_outcome_is_a_death_also_where_nobody_ticked_it() -> None:
    found = reports(version(outcome="fatal", causality=RELATED, expected="false"))
    assert [clock for clock, _ in found] == ["sae_to_sponsor", "susar_fatal", "susar_fatal"]
    assert found["susar_fatal", "initial"].reasons == ("fatal_outcome",)


def test_what_was_never_taken_needs_no_causality() -> None:
    """Arm MT gets no belimumab: silence about it is no open question, but a stated link counts."""
    silent = version(seriousness=HOSPITAL, expected="false")
    stated = version(seriousness=HOSPITAL, causality=RELATED, expected="false")
    doses = (dose("tacrolimus", end="", amount="4", unit="mg/d"),)
    assert {clock for clock, _ in reports(silent, arm="MT", doses=doses)} == {"sae_to_sponsor"}
    assert {clock for clock, _ in reports(stated, arm="MT", doses=doses)} == {"sae_to_sponsor", "susar_other"}


def test_what_a_blind_participant_took_is_an_open_question() -> None:
    blind = dose()._replace(intervention="study_treatment")
    found = reports(version(seriousness=HOSPITAL, expected="false"), arm="", doses=(blind,))
    assert found["susar_other", "initial"].reasons == ("causality_missing",)


# When. The day of first awareness is day 0 (CDE 2018; the protocol); 7, 7 + 8, 15 calendar days; 24 hours.
FATAL = version(seriousness=DEATH, causality=RELATED, expected="false")
OTHER = version(seriousness=HOSPITAL, causality=RELATED, expected="false")


def test_days_are_calendar_days_and_day_0_is_the_day_of_awareness() -> None:
    """Wednesday 1 April 2026 at 10:00; 4 to 6 April is the Qingming holiday: nothing is skipped."""
    found = reports(FATAL)
    assert found["susar_fatal", "initial"].day_zero == date(2026, 4, 1)
    assert found["susar_fatal", "initial"].due_on == date(2026, 4, 8)
    assert found["susar_fatal", "follow_up"].due_on == date(2026, 4, 16)
    assert reports(OTHER)["susar_other", "initial"].due_on == date(2026, 4, 16)
    assert found["susar_fatal", "initial"].due_at is None


@pytest.mark.parametrize(
    ("aware", "zone", "day_zero"),
    [
        ("2026-04-01T00:30:00+08:00", "Asia/Shanghai", date(2026, 4, 1)),  # 31 March in UTC
        ("2026-03-31T16:30:00+00:00", "Asia/Shanghai", date(2026, 4, 1)),  # the same instant
        ("2026-03-31T16:30:00+00:00", "Europe/Berlin", date(2026, 3, 31)),
        ("2026-04-01T23:59:00+08:00", "Asia/Shanghai", date(2026, 4, 1)),
        ("2026-04-01T23:59:00+08:00", "Pacific/Auckland", date(2026, 4, 2)),
    ],
)
def test_day_0_is_the_day_where_the_site_is(aware: str, zone: str, day_zero: date) -> None:
    said = version(aware, seriousness=HOSPITAL, causality=RELATED, expected="false")
    assert reports(said, zone=ZoneInfo(zone))["susar_other", "initial"].day_zero == day_zero


def test_hours_run_from_the_instant() -> None:
    report = reports(OTHER)["sae_to_sponsor", "initial"]
    assert report.due_at == at("2026-04-02T10:00:00+08:00")
    assert report.due_on == date(2026, 4, 2)


def test_hours_run_through_a_change_of_the_clock() -> None:
    """In Berlin the clock went from 2:00 to 3:00 on 29 March 2026: 24 hours after 12:00 it is 13:00."""
    said = version("2026-03-28T12:00:00+01:00", seriousness=HOSPITAL)
    report = reports(said, zone=ZoneInfo("Europe/Berlin"))["sae_to_sponsor", "initial"]
    assert report.due_at == at("2026-03-29T13:00:00+02:00")


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-04-02T10:00:00+08:00", "running"),  # the 24th hour is still in time
        ("2026-04-02T10:00:01+08:00", "late"),
    ],
)
def test_late_by_the_hour(now: str, state: str) -> None:
    assert reports(OTHER, now=now)["sae_to_sponsor", "initial"].state == state


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-04-16T23:59:00+08:00", "running"),  # the whole of day 15
        ("2026-04-16T16:30:00+00:00", "late"),  # 17 April in Shanghai
        ("2026-04-17T00:00:00+08:00", "late"),
    ],
)
def test_late_by_the_day(now: str, state: str) -> None:
    assert reports(OTHER, now=now)["susar_other", "initial"].state == state


@pytest.mark.parametrize(
    ("sent", "state"),
    [("2026-04-16T20:00:00+08:00", "sent"), ("2026-04-17T08:00:00+08:00", "sent_late")],
)
def test_what_was_sent_is_done_late_or_not(sent: str, state: str) -> None:
    done = ReportSent(40, 1, "susar_other", "initial", sent)
    found = reports(OTHER, now="2026-05-01T09:00:00+08:00", sent=(done,))
    assert (found["susar_other", "initial"].state, found["susar_other", "initial"].sent) == (state, done)
    assert found["sae_to_sponsor", "initial"].state == "late"  # another report is not this one


def test_the_first_report_does_not_do_for_the_follow_up() -> None:
    done = ReportSent(40, 1, "susar_fatal", "initial", "2026-04-03T08:00:00+08:00")
    found = reports(FATAL, now="2026-04-20T09:00:00+08:00", sent=(done,))
    assert found["susar_fatal", "initial"].state == "sent"
    assert found["susar_fatal", "follow_up"].state == "late"


@pytest.mark.parametrize("aware", ["", "2026-04-01", "2026-04-01T10:00:00", "yesterday"])
def test_without_an_instant_of_awareness_it_counts_as_due(aware: str) -> None:
    found = reports(version(aware, seriousness=HOSPITAL, causality=RELATED, expected="false"))
    for report in found.values():
        assert (report.state, report.day_zero, report.due_on) == ("undated", None, None)
        assert report.reasons == ("awareness_missing",)
    assert len(due_on(found.values(), day=date(2020, 1, 1))) == 2


# Follow-ups. Regulation (EU) 536/2014, art. 42(2): 7 days from the day it was known to be fatal.
FIRST = "2026-04-01T10:00:00+08:00"
LATER = "2026-04-11T10:00:00+08:00"


def test_an_event_that_becomes_serious_starts_its_clock_then() -> None:
    found = reports(
        version(FIRST, causality=RELATED, expected="false"),
        version(LATER, position=20, seriousness=HOSPITAL, causality=RELATED, expected="false"),
        now=LATER,
    )
    assert found["sae_to_sponsor", "initial"].due_at == at("2026-04-12T10:00:00+08:00")
    assert found["susar_other", "initial"].due_on == date(2026, 4, 26)
    assert {report.position for report in found.values()} == {20}


def test_an_event_that_becomes_fatal_keeps_the_earlier_day_of_the_other_clock() -> None:
    """Serious since 1 April (due on the 16th), known to be fatal on the 11th (due on the 18th): both stand."""
    found = reports(
        version(FIRST, seriousness=HOSPITAL, causality=RELATED, expected="false"),
        version(LATER, position=20, seriousness=DEATH, causality=RELATED, expected="false", outcome="fatal"),
        now=LATER,
    )
    assert found["susar_other", "initial"].due_on == date(2026, 4, 16)
    assert found["susar_other", "initial"].state == "running"
    assert found["susar_fatal", "initial"].due_on == date(2026, 4, 18)
    assert found["susar_fatal", "follow_up"].due_on == date(2026, 4, 26)


def test_a_death_that_was_an_error_leaves_the_other_clock_at_the_first_day() -> None:
    found = reports(
        version(FIRST, seriousness=DEATH, causality=RELATED, expected="false"),
        version(LATER, position=20, seriousness=HOSPITAL, causality=RELATED, expected="false"),
        now=LATER,
    )
    assert found["susar_fatal", "initial"].state == "stopped"
    assert found["susar_other", "initial"].due_on == date(2026, 4, 16)


def test_a_suspicion_that_comes_later_starts_the_clock_then() -> None:
    found = reports(
        version(FIRST, seriousness=HOSPITAL, causality={"belimumab": "not_related"}, expected="false"),
        version(LATER, position=20, seriousness=HOSPITAL, causality=RELATED, expected="false"),
        now=LATER,
    )
    assert found["sae_to_sponsor", "initial"].day_zero == date(2026, 4, 1)
    assert found["susar_other", "initial"].day_zero == date(2026, 4, 11)


def test_an_answer_that_was_missing_does_not_move_day_0() -> None:
    found = reports(
        version(FIRST, seriousness=HOSPITAL, causality=RELATED),
        version(LATER, position=20, seriousness=HOSPITAL, causality=RELATED, expected="false"),
        now=LATER,
    )
    report = found["susar_other", "initial"]
    assert (report.day_zero, report.position, report.reasons) == (date(2026, 4, 1), 10, ())


@pytest.mark.parametrize(
    "answer",
    [
        version(LATER, position=20, seriousness=HOSPITAL, causality=RELATED, expected="true"),
        version(LATER, position=20, seriousness=HOSPITAL, causality={"belimumab": "not_related"}),
        version(LATER, position=20, causality=RELATED),
    ],
)
def test_an_answer_that_makes_it_unreportable_stops_the_clock(answer: AdverseEventVersion) -> None:
    first = version(FIRST, seriousness=HOSPITAL, causality=RELATED)
    found = reports(first, answer, now="2026-05-01T09:00:00+08:00")
    assert found["susar_other", "initial"].state == "stopped"
    done = ReportSent(40, 1, "susar_other", "initial", LATER)
    found = reports(first, answer, now=LATER, sent=(done,))
    assert found["susar_other", "initial"].state == "sent"  # what went out stays


# Lists


def test_what_is_due_on_a_day() -> None:
    people: list[tuple[str, AdverseEvent]] = [
        ("S-001", event(FATAL)),  # 24 h: 2 April; 7 days: 8 April; follow-up: 16 April
        ("S-002", event(OTHER, number=3)),  # 24 h: 2 April; 15 days: 16 April
    ]
    found = [
        report
        for id, one in people
        for report in plan_reports(
            replace(
                participant(id, one),
                reports=tuple(ReportSent(40, number, "sae_to_sponsor", "initial", NOW) for number in (1, 3)),
            ),
            clocks=CLOCKS,
            investigational=frozenset({"belimumab"}),
            zone=SHANGHAI,
            at=at(NOW),
        )
    ]

    def listed(day: str) -> list[tuple[str, str, str]]:
        return [
            (each.participant, each.clock.id, each.stage)
            for each in due_on(found, day=date.fromisoformat(day))
        ]

    assert listed("2026-04-07") == []
    assert listed("2026-04-08") == [("S-001", "susar_fatal", "initial")]
    assert listed("2026-04-16") == [
        ("S-001", "susar_fatal", "initial"),
        ("S-001", "susar_fatal", "follow_up"),
        ("S-002", "susar_other", "initial"),
    ]


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        reports(OTHER, now="2026-04-02T09:00:00")


@pytest.mark.parametrize(
    ("within", "follow_up", "due", "then"),
    [
        ("2 wk", "1 wk", date(2026, 4, 15), date(2026, 4, 22)),
        ("1 mo", "1 a", date(2026, 5, 1), date(2027, 5, 1)),
        ("90 min", "36 h", date(2026, 4, 1), date(2026, 4, 2)),
        ("3 d", "24 h", date(2026, 4, 4), date(2026, 4, 6)),  # from midnight at the end of the 4th
    ],
)
def test_other_lengths(within: str, follow_up: str, due: date, then: date) -> None:
    clock = ReportingClock(
        id="c", title=Text("c", "c"), applies=ReportableEvent(event=("serious",)), sender="site",
        recipient="ethics_committee", within=within, follow_up_within=follow_up, source="made up for this test",
    )  # fmt: skip
    first, second = plan_reports(
        participant("S-001", event(OTHER)),
        clocks=[clock],
        investigational=frozenset(),
        zone=SHANGHAI,
        at=at(NOW),
    )
    assert (first.due_on, second.due_on) == (due, then)
