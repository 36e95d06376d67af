"""report_deviation: something was not done as the protocol says."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, check_day, for_participant, no_visit
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message

CATEGORIES = ("consent", "eligibility", "allocation", "visit", "dose", "procedure", "other")
SEVERITIES = ("minor", "major")


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record the deviation with its rating."""
    visit = values.text("visit")
    if visit and participant.visit(visit) is None:
        return no_visit(view, participant, visit)
    day = values.text("date")
    return check_day(view, day, message("A deviation of")) or Proposal(
        participant_stream(participant.id),
        "deviation_reported",
        1,
        {
            "number": next_deviation(participant),
            "date": day,
            "category": values.text("category"),
            "severity": values.text("severity"),
            "text": Entered(values.text("text")),
            "visit": visit,
        },
        {},
    )


def next_deviation(participant: Participant) -> int:
    """The next number among a participant's deviations."""
    return max((deviation.number for deviation in participant.deviations), default=0) + 1


ACTION = Action(
    "report_deviation",
    message("report a protocol deviation"),
    "participant",
    (
        WHO,
        Argument("date", message("day of the deviation"), "date"),
        Argument("category", message("what it concerns"), "choice", choices=CATEGORIES),
        Argument("severity", message("how grave it is"), "choice", choices=SEVERITIES),
        Argument("text", message("what happened"), "text"),
        Argument("visit", message("at which visit"), "id", required=False),
    ),
    for_participant(decide),
    writes=("deviation_reported",),
)
