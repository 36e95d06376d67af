"""Adverse events, their reports, deviations: what must agree with the events before and with the definition in force."""

from __future__ import annotations

from datetime import datetime

from trialwright.conduct.actions.report_ae import CAUSALITY, SERIOUSNESS
from trialwright.exchange.archive.at import (
    EAST,
    At,
    another_form,
    check_visit_named,
    lies_before,
    not_known,
    not_recorded,
    read_moment,
)
from trialwright.safety.reportable import STUDY_TREATMENT
from trialwright.terms.message import Message, message


def check_event(at: At) -> Message | None:
    """An adverse event: its end, its awareness and its judgements fit each other and the definition."""
    data = at.data
    if data["end"] and data["end"] < data["start"]:
        return lies_before(data["end"], data["start"])
    aware = read_moment(data["aware"])
    if aware is None or not set(data["seriousness"]) <= set(SERIOUSNESS):
        return another_form(at.written["type"])
    if aware > datetime.fromisoformat(at.written["at"]):
        return message("It is of {day}, which lies after the event itself.", day=data["aware"])
    if aware.astimezone(EAST).date().isoformat() < data["start"]:
        return lies_before(data["aware"], data["start"])
    for intervention, judged in data["causality"].items():
        if judged not in CAUSALITY:
            return another_form(at.written["type"])
        if intervention not in at.known.doses and not (at.known.blind and intervention == STUDY_TREATMENT):
            return not_known(intervention)
    fatal = (data["grade"] == "5", "death" in data["seriousness"], data["outcome"] == "fatal")
    return (
        message("Grade, seriousness and outcome disagree about a death.")
        if any(fatal) != all(fatal)
        else None
    )


def check_known_event(at: At) -> Message | None:
    """The adverse event is on record."""
    target = f"ae/{at.data['number']}"
    return None if at.course.has(target) else not_recorded(target)


def check_sent(at: At) -> Message | None:
    """After somebody knew of the event, not ahead; a follow-up after the first report of the clock."""
    data = at.data
    if data["clock"] not in at.known.clocks:
        return not_known(data["clock"])
    sent, aware = read_moment(data["at"]), read_moment(at.course.aware[data["number"] - 1])
    if sent is None or aware is None:
        return another_form("report_sent")
    if sent > datetime.fromisoformat(at.written["at"]):
        return message("It is of {day}, which lies after the event itself.", day=data["at"])
    if sent < aware:
        return lies_before(data["at"], at.course.aware[data["number"] - 1])
    if data["stage"] == "follow_up" and (data["number"], data["clock"], "initial") not in at.course.sent:
        return message("The initial report was not sent before it.")
    return None


def check_deviation(at: At) -> Message | None:
    """The visit of a deviation is on record."""
    return check_visit_named(at, at.data["visit"])
