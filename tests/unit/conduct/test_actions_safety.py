"""report_ae, update_ae, report_sent, report_deviation: what they record, and what they refuse."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.cli.outcome import outcome
from trialwright.conduct.action import BadArgument
from trialwright.conduct.actions.report_ae import SERIOUSNESS
from trialwright.record.participant import Participant, ReportSent
from trialwright.safety.reporting import Report, plan_reports
from trialwright.terms.message import render

EVENT: dict[str, Any] = {
    "term": "Pneumonia", "start": "2026-06-02", "grade": "3", "infection": "true", "taken": "none",
    "outcome": "not_recovered", "aware": "2026-06-03T08:00:00+08:00",
}  # fmt: skip


def at_visit() -> tuple[Rehearsal, str]:
    """Three days after the first infusion."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-04")
    return rehearsal, who


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


# Adverse events


def test_the_kinds_of_seriousness_are_those_of_the_study_definition() -> None:
    # Source: ICH E2A, section II.B: six criteria.
    assert SERIOUSNESS == (
        "death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly", "important_medical_event",
    )  # fmt: skip


def test_a_report_and_its_follow_up_are_two_versions_of_one_event() -> None:
    rehearsal, who = at_visit()
    first = rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=EVENT)
    later = {
        **EVENT,
        "seriousness": "hospitalisation,disability",
        "end": "2026-06-04",
        "outcome": "recovered",
    }
    second = rehearsal.done(
        "update_ae", "coordinator_a", site="a", reason="admitted", participant=who, number="1", values=later
    )
    (event,) = participant(rehearsal, who).adverse_events
    assert [version.position for version in event.versions] == [first.position, second.position]
    assert event.current.seriousness == ("hospitalisation", "disability")
    assert (event.number, event.current.term, event.current.end) == (1, "Pneumonia", "2026-06-04")


def test_events_are_numbered_by_participant() -> None:
    rehearsal, who = at_visit()
    other = rehearsal.consented(site="b")
    numbers = [
        rehearsal.done("report_ae", account, site=site, participant=one, values={**EVENT, "term": term}).data[
            "number"
        ]
        for account, site, one, term in (
            ("nurse_a", "a", who, "Pneumonia"),
            ("nurse_a", "a", who, "Rash"),
            ("nurse_b", "b", other, "Pneumonia"),
        )
    ]
    assert numbers == [1, 2, 1]


@pytest.mark.parametrize(
    ("changed", "alerts"),
    [
        ({}, []),
        ({"seriousness": "hospitalisation"}, ["serious_infection"]),
        ({"seriousness": "hospitalisation", "infection": "false"}, []),
    ],
)
def test_an_alert_fires_with_the_event_that_sets_it_off(changed: dict[str, str], alerts: list[str]) -> None:
    rehearsal, who = at_visit()
    event = rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values={**EVENT, **changed})
    assert [one["alert"] for one in event.data.get("alerts", ())] == alerts


def test_an_alert_fires_when_an_event_grows_worse_and_not_again() -> None:
    rehearsal, who = at_visit()
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=EVENT)
    fired = []
    for grade in ("3", "4"):
        later = {**EVENT, "number": "1", "seriousness": "hospitalisation", "grade": grade}
        event = rehearsal.done(
            "update_ae", "coordinator_a", site="a", reason="x", participant=who, values=later
        )
        fired.append([one["alert"] for one in event.data.get("alerts", ())])
    assert fired == [["serious_infection"], []]


# Death: grade 5 (CTCAE 5.0: "Death related to AE"), the criterion death (ICH E2A) and a fatal outcome are one thing.
TOGETHER = [
    # grade, seriousness, outcome, goes
    ("5", "death", "fatal", True),
    ("5", "death,hospitalisation", "fatal", True),
    ("4", "life_threatening", "not_recovered", True),
    ("5", "death", "not_recovered", False),
    ("5", "hospitalisation", "fatal", False),
    ("4", "death", "fatal", False),
    ("5", "hospitalisation", "recovered", False),
    ("3", "death", "recovered", False),
    ("3", "hospitalisation", "fatal", False),
]


@pytest.mark.parametrize("action", ["report_ae", "update_ae"])
@pytest.mark.parametrize(("grade", "seriousness", "outcome", "goes"), TOGETHER)
def test_a_death_is_a_death_in_all_three_places(
    action: str, grade: str, seriousness: str, outcome: str, goes: bool
) -> None:
    rehearsal, who = at_visit()
    values = {**EVENT, "grade": grade, "seriousness": seriousness, "outcome": outcome}
    if action == "update_ae":
        rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=EVENT)
        values["number"] = "1"
    if goes:
        rehearsal.done(action, "investigator_a", site="a", reason="x", participant=who, values=values)
    else:
        assert "go together" in rehearsal.refused(
            action, "investigator_a", site="a", reason="x", participant=who, values=values
        )


@pytest.mark.parametrize("action", ["report_ae", "update_ae"])
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"start": "2026-06-05", "aware": "2026-06-04T08:00:00+08:00"}, "lies in the future"),
        ({"end": "2026-06-05"}, "lies in the future"),
        ({"end": "2026-06-01"}, "before it starts on 2026-06-02"),
        ({"aware": "2026-06-04T18:00:00+08:00"}, "later than now"),
        ({"aware": "2026-06-01T23:00:00+08:00"}, "it began on 2026-06-02"),
        ({"causality": {"aspirin": "related"}}, "The study has no intervention aspirin."),
    ],
)
def test_what_an_adverse_event_cannot_be(action: str, changed: dict[str, Any], said: str) -> None:
    rehearsal, who = at_visit()
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=EVENT)
    values = {**EVENT, **changed, **({"number": "1"} if action == "update_ae" else {})}
    assert said in rehearsal.refused(
        action, "investigator_a", site="a", reason="x", participant=who, values=values
    )


def test_awareness_counts_at_the_site_not_in_utc() -> None:
    """Half past midnight of 2 June in Shanghai is still 1 June in UTC; the event of 2 June was known then."""
    rehearsal, who = at_visit()
    values = {**EVENT, "aware": "2026-06-01T16:30:00+00:00"}
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=values)


@pytest.mark.parametrize(
    "changed",
    [
        {"grade": "6"},
        {"seriousness": "grave"},
        {"causality": {"belimumab": "perhaps"}},
        {"aware": "2026-06-03"},
    ],
)
def test_words_nobody_offers_are_no_arguments(changed: dict[str, Any]) -> None:
    rehearsal, who = at_visit()
    with pytest.raises(BadArgument):
        rehearsal.act("report_ae", "nurse_a", site="a", participant=who, values={**EVENT, **changed})


def test_only_a_reported_event_is_followed_up() -> None:
    rehearsal, who = at_visit()
    assert "has no adverse event 1" in rehearsal.refused(
        "update_ae", "coordinator_a", site="a", reason="x", participant=who, number="1", values=EVENT
    )


AWARE = {"aware": "2026-06-04T08:00:00+08:00"}
SERIOUS: dict[str, Any] = {
    **EVENT, "end": "2026-06-03", "outcome": "recovered", "seriousness": "hospitalisation,disability", "expected": "false",
    "causality": {"belimumab": "related", "prednisone": "not_related"}, "hypersensitivity": "false",
}  # fmt: skip
KEPT: dict[str, Any] = {
    "term": "Pneumonia", "start": "2026-06-02", "end": "2026-06-03", "grade": "3", "infection": "true", "action": "none",
    "outcome": "recovered", "seriousness": ("hospitalisation", "disability"), "expected": "false",
    "causality": {"belimumab": "related", "prednisone": "not_related"}, "hypersensitivity": "false", **AWARE,
}  # fmt: skip
FOLLOW_UPS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # what is said, and what differs from what was known
    ({"term": "Pneumonia, both sides"}, {"term": "Pneumonia, both sides"}),
    ({"grade": "4", "taken": "held"}, {"grade": "4", "action": "held"}),
    ({"seriousness": "hospitalisation,disability,life_threatening"},
     {"seriousness": ("hospitalisation", "disability", "life_threatening")}),
    ({"seriousness": "hospitalisation", "removed": "seriousness"}, {"seriousness": ("hospitalisation",)}),
    ({"removed": "seriousness"}, {"seriousness": ()}),
    ({"causality": {"prednisone": "possibly_related"}},
     {"causality": {"belimumab": "related", "prednisone": "possibly_related"}}),
    ({"removed": "causality"}, {"causality": {}}),
    ({"removed": "causality", "causality": {"prednisone": "unknown"}}, {"causality": {"prednisone": "unknown"}}),
    ({"removed": "end,expected,hypersensitivity", "outcome": "recovering"},
     {"end": "", "expected": "", "hypersensitivity": "", "outcome": "recovering"}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "differs"), FOLLOW_UPS)
def test_what_a_follow_up_does_not_mention_stays(said: dict[str, Any], differs: dict[str, Any]) -> None:
    rehearsal, who = at_visit()
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=SERIOUS)
    values = {"number": "1", **AWARE, **said}
    rehearsal.done("update_ae", "coordinator_a", site="a", reason="x", participant=who, values=values)
    current = participant(rehearsal, who).adverse_events[0].current
    assert {**current._asdict(), "position": 0} == {**KEPT, **differs, "position": 0}


def test_a_criterion_of_seriousness_does_not_disappear_without_a_word() -> None:
    rehearsal, who = at_visit()
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=SERIOUS)
    values = {"number": "1", **AWARE, "seriousness": "hospitalisation"}
    said = rehearsal.refused(
        "update_ae", "coordinator_a", site="a", reason="x", participant=who, values=values
    )
    assert "on record with disability" in said
    assert "removed=seriousness" in said


def test_a_follow_up_takes_nothing_back_that_every_event_has() -> None:
    rehearsal, who = at_visit()
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=SERIOUS)
    values = {"number": "1", **AWARE, "removed": "term"}
    with pytest.raises(BadArgument):
        rehearsal.act("update_ae", "coordinator_a", site="a", reason="x", participant=who, values=values)


def test_the_same_event_is_reported_again_only_with_a_reason() -> None:
    rehearsal, who = at_visit()
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=EVENT)
    again = {**EVENT, "term": "  pneumonia ", "grade": "2"}
    said = rehearsal.refused("report_ae", "nurse_a", site="a", participant=who, values=again)
    assert "Adverse event 1 of a-001 has the same term and first day" in said
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values={**EVENT, "start": "2026-06-01"})
    rehearsal.done(
        "report_ae", "nurse_a", site="a", participant=who, values=again, reason="the other lung, a new focus"
    )
    assert [event.number for event in participant(rehearsal, who).adverse_events] == [1, 2, 3]


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({}, ""),
        ({"outcome": "recovered", "end": "2026-06-03"}, ""),
        ({"outcome": "recovered"}, "When did it end?"),
        ({"outcome": "recovered_with_sequelae"}, "When did it end?"),
        ({"end": "2026-06-03"}, "the outcome not_recovered and the last day 2026-06-03"),
        ({"outcome": "recovering", "end": "2026-06-03"}, "Which of them is right?"),
        ({"outcome": "unknown", "end": "2026-06-03"}, ""),
        ({"outcome": "unknown"}, ""),
    ],
)
def test_an_outcome_that_does_not_fit_the_last_day_is_asked_back_once(
    changed: dict[str, str], asked: str
) -> None:
    rehearsal, who = at_visit()
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values={**EVENT, **changed})
    more = {"number": "1", **AWARE, "grade": "2"}
    rehearsal.done("update_ae", "coordinator_a", site="a", reason="x", participant=who, values=more)
    found = participant(rehearsal, who).queries
    assert len(found) == bool(asked)
    for query in found:
        assert (query.number, query.path, query.state) == (1, "ae/1", "open")
        assert asked in query.text


# Safety reports

SUSAR = {
    **EVENT,
    "seriousness": "life_threatening",
    "causality": {"belimumab": "related"},
    "expected": "false",
}


def reported(values: dict[str, Any] = SUSAR) -> tuple[Rehearsal, str]:
    rehearsal, who = at_visit()
    rehearsal.done("report_ae", "nurse_a", site="a", participant=who, values=values)
    return rehearsal, who


def planned(rehearsal: Rehearsal, who: str) -> dict[tuple[str, str], Report]:
    safety = rehearsal.study.safety
    assert safety is not None
    found = plan_reports(
        participant(rehearsal, who),
        clocks=safety.clocks,
        investigational=frozenset({"belimumab"}),
        zone=ZoneInfo("Asia/Shanghai"),
        at=rehearsal.now,
    )
    return {(each.clock.id, each.stage): each for each in found}


def test_a_report_that_went_out_is_on_record_and_its_clock_knows() -> None:
    rehearsal, who = reported()
    assert planned(rehearsal, who)["susar_fatal", "initial"].state == "running"
    sent = {"number": "1", "clock": "susar_fatal", "stage": "initial", "at": "2026-06-03T20:00:00+08:00"}
    event = rehearsal.done("report_sent", "sponsor", site="a", participant=who, values=sent)
    assert event.data == {**sent, "number": 1}
    (kept,) = participant(rehearsal, who).reports
    assert kept == ReportSent(event.position, 1, "susar_fatal", "initial", "2026-06-03T20:00:00+08:00")
    report = planned(rehearsal, who)["susar_fatal", "initial"]
    # Source: ICH E2A, III.B.1: seven calendar days from 3 June = 10 June
    assert (report.state, report.sent, report.due_on) == ("sent", kept, date(2026, 6, 10))
    assert planned(rehearsal, who)["susar_fatal", "follow_up"].state == "running"


def test_a_death_after_the_report_is_reported_again() -> None:
    """Life-threatening on 3 June, 8:00, reported at 20:00; dead, known on 4 June, 9:00. Source: ICH E2A, III.B."""
    rehearsal, who = reported({**SUSAR, "seriousness": "life_threatening,hospitalisation"})
    report = {"number": "1", "clock": "sae_to_sponsor", "stage": "initial", "at": "2026-06-03T20:00:00+08:00"}
    rehearsal.done("report_sent", "sponsor", site="a", participant=who, values=report)
    assert "recorded as sent" in rehearsal.refused(
        "report_sent", "sponsor", site="a", participant=who, values=report
    )
    rehearsal.go_to("2026-06-05")
    died = {
        "number": "1", "aware": "2026-06-04T09:00:00+08:00", "grade": "5", "outcome": "fatal",
        "seriousness": "death,life_threatening,hospitalisation", "end": "2026-06-04",
    }  # fmt: skip
    rehearsal.done("update_ae", "investigator_a", site="a", reason="x", participant=who, values=died)
    assert "the site did not know of it yet" in rehearsal.refused(
        "report_sent", "sponsor", site="a", participant=who, values=report
    )
    again = {**report, "at": "2026-06-04T12:00:00+08:00"}
    rehearsal.done("report_sent", "sponsor", site="a", participant=who, values=again)
    follow_up = {**report, "clock": "susar_fatal", "stage": "follow_up", "at": "2026-06-04T12:00:00+08:00"}
    assert "The initial report is not recorded" in rehearsal.refused(
        "report_sent", "sponsor", site="a", participant=who, values=follow_up
    )
    assert "recorded as sent at 2026-06-04T12:00" in rehearsal.refused(
        "report_sent", "sponsor", site="a", participant=who, values=again
    )


def test_the_answer_to_a_follow_up_names_what_is_due_for_what_is_new() -> None:
    """Hospitalised, then dead, known on 4 June at 9:00: 24 hours; 7 calendar days to the 11th; 8 more to the 19th."""
    rehearsal, who = reported({**SUSAR, "seriousness": "hospitalisation"})
    died = {
        "number": "1", "aware": "2026-06-04T09:00:00+08:00", "grade": "5", "outcome": "fatal",
        "seriousness": "death,hospitalisation", "end": "2026-06-04",
    }  # fmt: skip
    rehearsal.go_to("2026-06-05")
    event = rehearsal.done("update_ae", "investigator_a", site="a", reason="x", participant=who, values=died)
    said = [render(sentence, {}) for sentence in outcome(event, rehearsal.trial)]
    assert [each.rpartition(": ")[2] for each in said[1:4]] == [
        "the first report is due by 2026-06-05 09:00+08:00.",
        "the first report is due by 2026-06-11.",
        "the follow-up report is due by 2026-06-19.",
    ]


def test_a_report_that_went_out_late_is_late() -> None:
    rehearsal, who = reported()
    rehearsal.go_to("2026-06-20")
    values = {"number": "1", "clock": "sae_to_sponsor", "stage": "initial", "at": "2026-06-19T08:00:00+08:00"}
    rehearsal.done("report_sent", "investigator_a", site="a", participant=who, values=values)
    assert planned(rehearsal, who)["sae_to_sponsor", "initial"].state == "sent_late"


FIRST = {"number": "1", "clock": "susar_fatal", "stage": "initial", "at": "2026-06-03T20:00:00+08:00"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"number": "2"}, "has no adverse event 2"),
        (
            {"clock": "fda"},
            "The study has no reporting clock fda; it has: sae_to_sponsor, susar_fatal, susar_other.",
        ),
        (
            {"clock": "susar_other"},
            ": no initial report of adverse event 1 is asked for.",
        ),  # it is life-threatening: the shorter clock runs
        (
            {"clock": "sae_to_sponsor", "stage": "follow_up"},
            "Serious adverse event to the sponsor: no follow-up report of adverse event 1 is asked for.",
        ),
        ({"stage": "follow_up"}, "The initial report is not recorded as sent"),
        ({"at": "2026-06-04T20:00:00+08:00"}, "later than now"),
        ({"at": "2026-06-03T07:59:00+08:00"}, "the site did not know of it yet"),
    ],
)
def test_a_report_that_cannot_have_gone_out(changed: dict[str, str], said: str) -> None:
    rehearsal, who = reported()
    assert said in rehearsal.refused(
        "report_sent", "sponsor", site="a", participant=who, values={**FIRST, **changed}
    )


def test_a_report_goes_out_once_and_its_follow_up_after_it() -> None:
    rehearsal, who = reported()
    rehearsal.done("report_sent", "sponsor", site="a", participant=who, values=FIRST)
    assert "recorded as sent at 2026-06-03T20:00" in rehearsal.refused(
        "report_sent", "sponsor", site="a", participant=who, values=FIRST
    )
    early = {**FIRST, "stage": "follow_up", "at": "2026-06-03T19:00:00+08:00"}
    assert "before the initial report" in rehearsal.refused(
        "report_sent", "sponsor", site="a", participant=who, values=early
    )
    rehearsal.done(
        "report_sent",
        "sponsor",
        site="a",
        participant=who,
        values={**early, "at": "2026-06-03T21:00:00+08:00"},
    )


def test_a_follow_up_that_says_nothing_of_seriousness_stops_no_clock() -> None:
    rehearsal, who = reported()
    rehearsal.done("report_sent", "sponsor", site="a", participant=who, values=FIRST)
    values = {"number": "1", **AWARE, "term": "Pneumonia, both sides"}
    rehearsal.done("update_ae", "coordinator_a", site="a", reason="x", participant=who, values=values)
    assert {each: report.state for each, report in planned(rehearsal, who).items()} == {
        ("sae_to_sponsor", "initial"): "late",  # 24 hours from eight o'clock of the day before
        ("susar_fatal", "initial"): "sent",
        ("susar_fatal", "follow_up"): "running",
    }


def test_an_event_that_is_not_serious_is_reported_to_nobody() -> None:
    rehearsal, who = reported(EVENT)
    assert "is asked for" in rehearsal.refused(
        "report_sent", "sponsor", site="a", participant=who, values=FIRST
    )


def test_a_report_is_still_sent_after_the_lock() -> None:
    """The duty to report does not end with the data; the signature on the casebook stands."""
    rehearsal, who = reported()
    rehearsal.leave(who)
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    rehearsal.done("lock", "investigator_a", reason="no more will come", site="a", participant=who)
    rehearsal.done("lock", "sponsor")
    rehearsal.done("report_sent", "sponsor", site="a", participant=who, values=FIRST)


# Deviations


def test_a_reported_deviation_is_numbered_after_those_the_rules_found() -> None:
    rehearsal, who = at_visit()
    rehearsal.go_to("2026-07-10")
    visit = {"encounter": "week_2", "date": "2026-07-10"}
    rehearsal.done("open_visit", "coordinator_a", site="a", participant=who, values=visit)
    values = {
        "date": "2026-07-10",
        "category": "visit",
        "severity": "major",
        "text": "far too late",
        "visit": "week_2",
    }
    rehearsal.done("report_deviation", "monitor", site="a", participant=who, values=values)
    found = participant(rehearsal, who).deviations
    assert [(one.number, one.by_system, one.severity, one.visit) for one in found] == [
        (1, True, "", "week_2"),
        (2, False, "major", "week_2"),
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"date": "2026-06-05"}, "lies in the future"),
        ({"visit": "week_2"}, "The visit Week 2 (week_2) has not been opened"),
    ],
)
def test_a_deviation_that_cannot_be(changed: dict[str, str], said: str) -> None:
    rehearsal, who = at_visit()
    values = {"date": "2026-06-04", "category": "other", "severity": "minor", "text": "x", **changed}
    assert said in rehearsal.refused("report_deviation", "monitor", site="a", participant=who, values=values)


@pytest.mark.parametrize("changed", [{"category": "bad luck"}, {"severity": "grave"}, {"text": ""}])
def test_a_deviation_has_a_category_a_rating_and_a_text(changed: dict[str, str]) -> None:
    rehearsal, who = at_visit()
    values = {"date": "2026-06-04", "category": "other", "severity": "minor", "text": "x", **changed}
    with pytest.raises(BadArgument):
        rehearsal.act("report_deviation", "monitor", site="a", participant=who, values=values)


def test_an_instant_is_an_instant_in_any_zone() -> None:
    rehearsal, who = reported()
    values = {**FIRST, "at": "2026-06-03T12:00:00+00:00"}
    rehearsal.done("report_sent", "sponsor", site="a", participant=who, values=values)
    assert datetime.fromisoformat(participant(rehearsal, who).reports[0].at) == datetime.fromisoformat(
        "2026-06-03T20:00:00+08:00"
    )
