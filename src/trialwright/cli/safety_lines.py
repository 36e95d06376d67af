"""Where a trial's safety stands, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trialwright.cli.as_of import AsOf
from trialwright.cli.boundary import boundary_lines
from trialwright.cli.columns import paragraph, table_lines
from trialwright.cli.common import Terminal
from trialwright.terms.message import Message, message
from trialwright.terms.truth import Truth

STATES: Mapping[str, Message] = {
    "running": message("running"),
    "late": message("late"),
    "undated": message("counts as due: awareness is not recorded"),
    "stopped": message("no longer to be reported"),
    "sent": message("sent"),
    "sent_late": message("sent late"),
}
"""How a report stands."""

STAGES: Mapping[str, Message] = {"initial": message("first report"), "follow_up": message("follow-up report")}

FOLLOWS: Mapping[Truth, Message] = {
    True: message("still follows from the record"),
    False: message("does not follow any more"),
    None: message("cannot be judged"),
}
"""Whether an alert follows for its own day from what is known now."""

HOLDS: Mapping[Truth, Message] = {
    True: message("holds"),
    False: message("is over"),
    None: message("not known"),
}
"""Whether what an alert tells of is so on the day looked at."""

STOP: Mapping[Truth, Message] = {
    True: message("yes"),
    False: message("no"),
    None: message("not known"),
}


def safety_lines(seen: AsOf, result: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    """The result of the command for an archive."""
    for line in seen.first_lines(terminal):
        yield from paragraph(line, hanging="  ")
    yield ""
    yield from _report_lines(result["reports"], terminal)
    yield from _death_lines(result["deaths"], terminal)
    yield ""
    yield from _alert_lines(result["alerts"], terminal, on=result["on"])
    yield ""
    yield from _grade_lines(result, terminal)
    for rule in result["stopping_rules"]:
        yield ""
        yield from _stopping_lines(rule, terminal)


def _report_lines(reports: list[dict[str, Any]], terminal: Terminal) -> Iterator[str]:
    from trialwright.study.prose.figures import clauses

    say = terminal.say
    yield say(message("Reports to be sent"))
    shown = [each for each in reports if each["open"]]
    if not shown:
        yield f"  {say(message('none'))}"
        return
    heads = ("Participant", "Event", "Report", "Day 0", "Due", "State")
    yield from table_lines(
        [say(_HEADS[head]) for head in heads],
        [
            [
                each["participant"],
                f"{each['event']} {each['term']}".strip(),
                say(message("{report}, {stage}", report=each["title"], stage=STAGES[each["stage"]])),
                each["day_zero"] or "",
                (each["due_at"] or each["due_on"] or "").replace("T", " "),
                say(clauses([STATES[each["state"]], *each["remarks"]])),
            ]
            for each in shown
        ],
    )


def _death_lines(deaths: list[dict[str, Any]], terminal: Terminal) -> Iterator[str]:
    """Deaths that no adverse event tells of, and the reverse; nothing where there are none."""
    for each in deaths:
        said = (
            message(
                "{participant} died on {date}, and no adverse event with the outcome fatal is recorded: no clock runs for it.",
                participant=each["participant"],
                date=each["date"],
            )
            if each["missing"] == "fatal_event"
            else message(
                "Adverse event {event} of {participant} has the outcome fatal, and no death is recorded.",
                event=each["event"],
                participant=each["participant"],
            )
        )
        yield from paragraph(terminal.say(said), hanging="  ")


_HEADS: Mapping[str, Message] = {
    "Participant": message("Participant"),
    "Event": message("Event"),
    "Report": message("Report"),
    "Day 0": message("Day 0"),
    "Due": message("Due"),
    "State": message("State"),
    "Date": message("Date"),
    "Alert": message("Alert"),
    "Own day": message("On its day"),
    "Term": message("Term"),
    "Worst": message("Worst grade"),
    "Baseline": message("At baseline"),
    "Value": message("Value"),
    "Why": message("Why"),
}


def _alert_lines(alerts: list[dict[str, Any]], terminal: Terminal, *, on: str) -> Iterator[str]:
    """Each alert: whether it still follows for its own day, and apart from that how things stand on the day looked at."""
    say = terminal.say
    yield say(message("Alerts raised"))
    if not alerts:
        yield f"  {say(message('none'))}"
        return
    yield from table_lines(
        [
            *(say(_HEADS[head]) for head in ("Participant", "Date", "Alert", "Own day")),
            say(message("On {day}", day=on)),
        ],
        [
            [
                each["participant"],
                each["on"],
                say(message("{alert}: {text}", alert=each["title"], text=each["message"])),
                say(FOLLOWS[each["still_follows"]]),
                say(_today(each)),
            ]
            for each in alerts
        ],
    )


def _today(alert: Mapping[str, Any]) -> Message:
    """Whether it holds on the day looked at; where that day has no result, what the last one said."""
    last = alert["last_judged"]
    if alert["holds_today"] is None and last:
        if last["holds"]:
            return message("not known; held on {day}", day=last["on"])
        return message("not known; over on {day}", day=last["on"])
    return HOLDS[alert["holds_today"]]


def _grade_lines(result: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    """Grades of 1 or more, and grades that cannot be told."""
    say = terminal.say
    grades: list[dict[str, Any]] = result["grades"]
    yield say(message("Worst treatment-emergent laboratory grades"))
    measured = [each for each in grades if each["reason"] != "no_record"]
    shown = [each for each in measured if each["grade"] != 0]
    if shown:
        yield from table_lines(
            [say(_HEADS[head]) for head in ("Participant", "Term", "Worst", "Baseline", "Value", "Why")],
            [
                [
                    each["participant"],
                    each["title"],
                    each["shown"],
                    each["baseline_shown"],
                    say(message("{result}, {day}", result=each["result"], day=each["day"][:10]))
                    if each["result"]
                    else "",
                    each["why"],
                ]
                for each in shown
            ],
        )
    yield from paragraph(
        say(
            message(
                "Participants of the safety set: {people}. {none} further grades are 0; {open} terms have no result on treatment.",
                people=result["graded"],
                none=len(measured) - len(shown),
                open=len(grades) - len(measured),
            )
        )
    )


def _stopping_lines(rule: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    say = terminal.say
    yield say(message("Stopping rule"))
    yield from boundary_lines(rule, terminal, now=_now_lines(rule, terminal))


def _now_lines(rule: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    """Where the trial stands against a rule."""
    say = terminal.say
    probability, limit = rule["probability"], rule["stop_at"]
    yield from paragraph(
        say(
            message(
                "Now: {events} of {participants} participants had the event; stop at {boundary}; P(rate > {rate}) = {probability}; stop: {stop}",
                events=rule["events"],
                participants=rule["participants"],
                boundary="–" if limit is None else limit,
                rate=rule["rate"],
                probability="–" if probability is None else f"{probability:.4f}",
                stop=STOP[rule["stop"]],
            )
        ),
        hanging="  ",
    )
    if rule["crossed"]:
        told = message(
            "The boundary was first reached on {day}, with {events} of {participants} participants.",
            **rule["crossed"],
        )
        yield from paragraph(say(told), hanging="  ")
    if rule["open"]:
        told = message(
            "Not known of {count} participants: {reasons}",
            count=len(rule["open"]),
            reasons=tuple(rule["why_open"]),
        )
        yield from paragraph(say(told), hanging="  ")
