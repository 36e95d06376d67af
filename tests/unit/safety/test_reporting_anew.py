"""An event that grows worse, or is serious again: what was due stays, what is new is due from its own day.

Every date is counted by hand: 1 April 2026, 10:00, is the first awareness (day 0), 11 April, 10:00, that of the change.
24 hours end on 2 and 12 April, 10:00; 7 days on 8 and 18 April; 8 more days on 16 and 26 April; 15 days on 16 and 26 April.
Sources: ICH E2A III.B; CDE 2018 (first awareness is day 0); Regulation (EU) 536/2014, article 42(2)(c).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.unit.safety.support import beam, dose, event, participant, version
from trialwright.record.participant import AdverseEventVersion, ReportSent
from trialwright.safety.reporting import Report, plan_reports

SAFETY = beam().safety
assert SAFETY is not None

FIRST, LATER, LAST = "2026-04-01T10:00:00+08:00", "2026-04-11T10:00:00+08:00", "2026-04-21T10:00:00+08:00"
LINKED = {"belimumab": "possibly_related"}
HOSPITAL, LIFE, DEATH = ("hospitalisation",), ("hospitalisation", "life_threatening"), ("death",)


def known(
    seriousness: Iterable[str], aware: str, *, suspected: bool = True, expected: str = "false"
) -> AdverseEventVersion:
    """What is known of the event at a moment: its criteria, whether belimumab is suspected, whether it was expected."""
    return version(
        aware,
        position={FIRST: 10, LATER: 20, LAST: 30}[aware],
        seriousness=seriousness,
        causality=LINKED if suspected else {"belimumab": "not_related"},
        expected=expected,
        outcome="fatal" if "death" in seriousness else "not_recovered",
    )


def reports(
    *versions: AdverseEventVersion, now: str = LATER, sent: tuple[ReportSent, ...] = ()
) -> list[Report]:
    assert SAFETY is not None
    return list(
        plan_reports(
            replace(participant("S-001", event(*versions), arm="BEL+MT", doses=(dose(),)), reports=sent),
            clocks=SAFETY.clocks,
            investigational=frozenset({"belimumab"}),
            zone=ZoneInfo("Asia/Shanghai"),
            at=datetime.fromisoformat(now),
        )
    )


def due(report: Report) -> str:
    """The last day, with the hour where the limit is in hours."""
    return f"{report.due_at:%m-%d %H:%M}" if report.due_at else f"{report.due_on:%m-%d}"


def listed(found: Iterable[Report]) -> list[str]:
    """Each report: clock, day 0, last day, and how it stands; a follow-up is marked by +."""
    return [
        f"{each.clock.id}{'+' if each.stage == 'follow_up' else ''} {each.day_zero:%m-%d} {due(each)} {each.state}"
        for each in found
    ]


# fmt: off
GROWS: list[tuple[tuple[str, ...], tuple[str, ...], bool, list[str]]] = [
    # known on 1 April, known on 11 April, suspected: every report, its day 0, its last day, how it stands on 11 April
    ((), HOSPITAL, False, ["sae_to_sponsor 04-11 04-12 10:00 running"]),
    ((), HOSPITAL, True,  ["sae_to_sponsor 04-11 04-12 10:00 running", "susar_other 04-11 04-26 running"]),
    ((), LIFE,     True,  ["sae_to_sponsor 04-11 04-12 10:00 running",
                           "susar_fatal 04-11 04-18 running", "susar_fatal+ 04-11 04-26 running"]),
    ((), DEATH,    True,  ["sae_to_sponsor 04-11 04-12 10:00 running",
                           "susar_fatal 04-11 04-18 running", "susar_fatal+ 04-11 04-26 running"]),
    (HOSPITAL, HOSPITAL, True, ["sae_to_sponsor 04-01 04-02 10:00 late", "susar_other 04-01 04-16 running"]),
    (HOSPITAL, (*HOSPITAL, "disability"), True,
     ["sae_to_sponsor 04-01 04-02 10:00 late", "susar_other 04-01 04-16 running"]),
    (HOSPITAL, LIFE, False, ["sae_to_sponsor 04-01 04-02 10:00 late", "sae_to_sponsor 04-11 04-12 10:00 running"]),
    (HOSPITAL, LIFE, True,  ["sae_to_sponsor 04-01 04-02 10:00 late", "sae_to_sponsor 04-11 04-12 10:00 running",
                             "susar_fatal 04-11 04-18 running", "susar_fatal+ 04-11 04-26 running",
                             "susar_other 04-01 04-16 running"]),
    (HOSPITAL, DEATH, True, ["sae_to_sponsor 04-01 04-02 10:00 late", "sae_to_sponsor 04-11 04-12 10:00 running",
                             "susar_fatal 04-11 04-18 running", "susar_fatal+ 04-11 04-26 running",
                             "susar_other 04-01 04-16 running"]),
    (LIFE, (*DEATH, *LIFE), True, ["sae_to_sponsor 04-01 04-02 10:00 late", "sae_to_sponsor 04-11 04-12 10:00 running",
                                   "susar_fatal 04-01 04-08 late", "susar_fatal+ 04-01 04-16 running",
                                   "susar_fatal 04-11 04-18 running", "susar_fatal+ 04-11 04-26 running"]),
    # what grows better makes nothing due
    (LIFE, HOSPITAL, False, ["sae_to_sponsor 04-01 04-02 10:00 late"]),
]
# fmt: on


@pytest.mark.parametrize(("first", "later", "suspected", "wanted"), GROWS)
def test_what_is_due_when_an_event_grows(
    first: tuple[str, ...], later: tuple[str, ...], suspected: bool, wanted: list[str]
) -> None:
    found = reports(known(first, FIRST, suspected=suspected), known(later, LATER, suspected=suspected))
    assert listed(found) == wanted


@pytest.mark.parametrize(
    ("first", "later", "clock", "why"),
    [
        (HOSPITAL, LIFE, "sae_to_sponsor", ("became_life_threatening",)),
        (HOSPITAL, DEATH, "sae_to_sponsor", ("became_fatal",)),
        (HOSPITAL, (*DEATH, *LIFE), "sae_to_sponsor", ("became_fatal",)),
        ((), HOSPITAL, "sae_to_sponsor", ()),
    ],
)
def test_a_clock_that_runs_anew_says_why(
    first: tuple[str, ...], later: tuple[str, ...], clock: str, why: tuple[str, ...]
) -> None:
    found = [each for each in reports(known(first, FIRST), known(later, LATER)) if each.clock.id == clock]
    assert found[-1].reasons == why


def sent(at: str, clock: str = "sae_to_sponsor", stage: str = "initial", position: int = 40) -> ReportSent:
    return ReportSent(position, 1, clock, stage, at)


# Hospitalised, known on 1 April; dead, known on 11 April: the reports to the sponsor.
SENT: list[tuple[tuple[ReportSent, ...], list[str]]] = [
    # what went out, and how the two reports stand on 21 April
    ((), ["late", "late"]),
    ((sent("2026-04-01T15:00:00+08:00"),), ["sent", "late"]),
    ((sent("2026-04-01T15:00:00+08:00"), sent("2026-04-11T11:00:00+08:00", position=41)), ["sent", "sent"]),
    ((sent("2026-04-01T15:00:00+08:00"), sent("2026-04-13T11:00:00+08:00", position=41)), ["sent", "sent_late"]),
    ((sent("2026-04-11T11:00:00+08:00"),), ["sent_late", "sent"]),  # it told of both
    # written down later than it went out: the moment counts, not the order of entry
    ((sent("2026-04-11T11:00:00+08:00"), sent("2026-04-01T15:00:00+08:00", position=41)), ["sent", "sent"]),
]  # fmt: skip


@pytest.mark.parametrize(("went", "states"), SENT)
def test_a_report_does_for_what_was_known_when_it_went_out(
    went: tuple[ReportSent, ...], states: list[str]
) -> None:
    found = reports(known(HOSPITAL, FIRST), known(DEATH, LATER), now=LAST, sent=went)
    assert [each.state for each in found if each.clock.id == "sae_to_sponsor"] == states


def test_a_follow_up_belongs_to_the_first_report_before_it() -> None:
    """Life-threatening on the 1st, reported on the 2nd; dead on the 11th, followed up on the 12th, reported on the 13th."""
    went = [
        sent("2026-04-02T09:00:00+08:00", "susar_fatal"),
        sent("2026-04-12T09:00:00+08:00", "susar_fatal", "follow_up", 41),
        sent("2026-04-13T09:00:00+08:00", "susar_fatal", position=42),
    ]
    versions = (known(LIFE, FIRST), known(DEATH, LATER))

    def states() -> list[str]:
        found = reports(*versions, now=LAST, sent=tuple(went))
        return [f"{each.stage} {each.state}" for each in found if each.clock.id == "susar_fatal"]

    assert states() == ["initial sent", "follow_up sent", "initial sent", "follow_up running"]
    went.append(sent("2026-04-20T09:00:00+08:00", "susar_fatal", "follow_up", 43))
    assert states() == ["initial sent", "follow_up sent", "initial sent", "follow_up sent"]


def test_a_death_that_was_an_error_is_no_longer_to_be_reported() -> None:
    found = reports(known(HOSPITAL, FIRST), known(DEATH, LATER), known(HOSPITAL, LAST), now=LAST)
    assert listed(found) == [
        "sae_to_sponsor 04-01 04-02 10:00 late",
        "sae_to_sponsor 04-11 04-12 10:00 stopped",
        "susar_fatal 04-11 04-18 stopped",
        "susar_fatal+ 04-11 04-26 stopped",
        "susar_other 04-01 04-16 late",
    ]


def test_what_was_taken_back_and_holds_again_is_due_anew() -> None:
    """Serious on 1 April and reported; said not to be on the 11th; serious after all, known on the 21st."""
    found = reports(
        known(HOSPITAL, FIRST, suspected=False),
        known((), LATER, suspected=False),
        known(HOSPITAL, LAST, suspected=False),
        now=LAST,
        sent=(sent("2026-04-01T15:00:00+08:00"),),
    )
    assert listed(found) == [
        "sae_to_sponsor 04-01 04-02 10:00 sent",
        "sae_to_sponsor 04-21 04-22 10:00 running",
    ]
    assert found[1].reasons == ("reportable_again",)


def test_an_answer_to_what_was_open_starts_nothing_anew() -> None:
    """Expectedness was not said on 1 April, and the clock ran; *unexpected*, said on the 11th, leaves day 0."""
    found = reports(known(HOSPITAL, FIRST, expected=""), known(HOSPITAL, LATER))
    assert [each for each in listed(found) if "susar" in each] == ["susar_other 04-01 04-16 running"]


def test_without_a_moment_of_awareness_only_what_was_recorded_later_tells_of_it() -> None:
    death = known(DEATH, LATER)._replace(aware="")
    for position, state in ((15, "undated"), (25, "sent")):
        found = reports(
            known(HOSPITAL, FIRST), death, now=LAST, sent=(sent("2026-04-01T15:00:00+08:00", position=position),)
        )  # fmt: skip
        assert [each.state for each in found if each.clock.id == "sae_to_sponsor"] == ["sent", state]
