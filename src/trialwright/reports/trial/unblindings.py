"""The arms disclosed in an emergency: whose, when and why; while the study is blind, not which arm."""

from __future__ import annotations

from trialwright.reports.document import Column
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.sheet import Sheet, Source, Trace, line, traced
from trialwright.terms.message import message


def write_unblindings(data: TrialData, sheet: Sheet) -> None:
    """Every emergency unblinding, or that there was none; nothing where the design hides no arm."""
    found = [(one, one.unblinded) for one in data.participants if one.unblinded is not None]
    if not found:
        if data.masked:
            sheet.say(message("No arm was disclosed in an emergency."))
        return
    lines = []
    for one, turn in found:
        trace = Trace(
            message("Arms disclosed in an emergency"),
            "recorded",
            "",
            (Source(one.id, turn.date, turn.reason, (turn.position,)),),
        )
        lines.append(line(one.id, *(traced(said, trace) for said in (turn.date, turn.reason))))
    sheet.table(
        "unblindings",
        message("Arms disclosed in an emergency"),
        [
            Column("participant", message("Participant"), "text"),
            Column("date", message("Date"), "text"),
            Column("reason", message("Reason"), "text"),
        ],
        lines,
        notes=(message("The report does not tell these arms either while the study is blind."),)
        if data.blind
        else (),
    )
