"""The visits of a schedule as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trialwright.cli.as_of import AsOf
from trialwright.cli.columns import paragraph, table_lines
from trialwright.cli.common import Terminal
from trialwright.terms.message import Message, message

if TYPE_CHECKING:
    from trialwright.study.schedule import Clock

SHORT: Mapping[str, Message] = {
    "waits": message("waits"),
    "not_yet_due": message("not yet due"),
    "open": message("open"),
    "due": message("due"),
    "late": message("late"),
    "missed": message("missed"),
    "done": message("done"),
    "done_outside_window": message("done outside window"),
    "ended": message("no longer due"),
}
"""How a visit stands, in the few words that a table has room for."""


def one_lines(
    seen: AsOf, result: Mapping[str, Any], clocks: tuple[Clock, ...], terminal: Terminal
) -> Iterator[str]:
    """The visits of one participant."""
    say = terminal.say
    yield from _head(seen, terminal)
    number = f" ({result['enrolment_number']})" if result["enrolment_number"] else ""
    yield f"{result['participant']}{number}"
    for anchor in result["anchors"]:
        told = anchor["day"] or say(message("waits for {what}", what=anchor["waits_for"]))
        said = message("{anchor}: {day}", anchor=anchor["title"], day=told)
        yield from paragraph(say(said), indent="  ", hanging="  ")
    if result["ended"]:
        yield from paragraph(
            say(
                message(
                    "The course ended on {day}: {why}", day=result["ended"]["on"], why=result["ended"]["why"]
                )
            ),
            indent="  ",
            hanging="  ",
        )
    yield ""
    yield from _visit_table(result["visits"], clocks, terminal, participants=False)
    yield from _notes(result["visits"], terminal)
    yield from _to_do(result["visits"], terminal)
    yield from _rechecks(result["rechecks"], terminal)


def _head(seen: AsOf, terminal: Terminal) -> Iterator[str]:
    for line in seen.first_lines(terminal):
        yield from paragraph(line, hanging="  ")
    yield ""


def _visit_table(
    visits: list[dict[str, Any]], clocks: tuple[Clock, ...], terminal: Terminal, *, participants: bool
) -> Iterator[str]:
    say = terminal.say
    heads = [
        *([say(message("Participant"))] if participants else []),
        say(message("Visit")),
        *(say(clock.title) for clock in clocks),
        say(message("Due")),
        say(message("From")),
        say(message("To")),
        *([] if participants else [say(message("Took place")), say(message("Days off"))]),
        say(message("Status")),
    ]
    rows = [
        [
            *([each["participant"]] if participants else []),
            each["title"],
            *(each["weeks"][clock.id]["planned"] or "" for clock in clocks),
            each["due"] or "",
            each["first"] or "",
            each["last"] or "",
            *([] if participants else [(each["took_place"] or "")[:10], _signed(each["days_from_plan"])]),
            say(SHORT[each["status"]]),
        ]
        for each in visits
    ]
    yield from table_lines(heads, rows, right=frozenset() if participants else frozenset({len(heads) - 2}))


def _signed(days: int | None) -> str:
    return "" if days is None else f"{days:+d}" if days else "0"


def _notes(visits: list[dict[str, Any]], terminal: Terminal) -> Iterator[str]:
    """What the table has no room for: what visits wait for, deviations, why a visit was missed."""
    say = terminal.say
    waiting: dict[str, list[str]] = {}
    for each in visits:
        if each["status"] == "waits" and each["waits_for"]:
            waiting.setdefault(each["waits_for"], []).append(each["title"])
    notes = [
        say(message("Waiting for {what}: {visits}", what=what, visits=tuple(titles)))
        for what, titles in waiting.items()
    ]
    notes += [each["deviation"] for each in visits if each["deviation"]]
    notes += [
        say(message("{visit} was missed: {why}", visit=each["title"], why=each["missed_because"]))
        for each in visits
        if each["missed"] and each["missed_because"]
    ]
    if notes:
        yield ""
    for note in notes:
        yield from paragraph(note, hanging="  ")


def _to_do(visits: list[dict[str, Any]], terminal: Terminal) -> Iterator[str]:
    """What is done at the visits that are to be held."""
    from trialwright.study.prose.figures import listed

    say = terminal.say
    for each in visits:
        if not each["activities"]:
            continue
        yield ""
        owner = f"{each['participant']}  " if "participant" in each else ""
        yield owner + say(message("{visit}: {state}", visit=each["title"], state=each["status_text"]))
        sure = [_told(one, terminal) for one in each["activities"] if one["applies"]]
        if sure:
            told = say(message("To do: {things}", things=listed(sure)))
            yield from paragraph(told, indent="  ", hanging="  ")
        for one in each["activities"]:
            if not one["applies"]:
                told = say(
                    message("Open whether: {thing}. {why}", thing=_told(one, terminal), why=one["why"])
                )
                yield from paragraph(told, indent="  ", hanging="  ")


def _told(activity: Mapping[str, Any], terminal: Terminal) -> str:
    if not activity["interventions"]:
        return str(activity["title"])
    given = tuple(activity["interventions"])
    return terminal.say(message("{thing} ({details})", thing=activity["title"], details=given))


def _rechecks(rechecks: list[dict[str, Any]], terminal: Terminal) -> Iterator[str]:
    if rechecks:
        yield ""
        yield terminal.say(message("To be measured again after a change of dose"))
    for each in rechecks:
        told = message(
            "{participant}: {what}, due on {day}",
            participant=each["participant"],
            what=each["title"],
            day=each["due"],
        )
        yield from paragraph(terminal.say(told), indent="  ", hanging="  ")


def trial_lines(
    seen: AsOf, result: Mapping[str, Any], clocks: tuple[Clock, ...], terminal: Terminal
) -> Iterator[str]:
    """What is to be done in the whole trial."""
    say = terminal.say
    yield from _head(seen, terminal)
    counts = [each["status"] for each in result["visits"]]
    yield say(
        message(
            "Participants: {people}. Visits: {late} late, {due} due, {open} open.",
            people=result["participants"],
            late=counts.count("late"),
            due=counts.count("due"),
            open=counts.count("open"),
        )
    )
    if result["visits"]:
        yield ""
        yield from _visit_table(result["visits"], clocks, terminal, participants=True)
        yield from _to_do(result["visits"], terminal)
    yield from _rechecks(result["rechecks"], terminal)
    yield from _consents(result["consents"], terminal)


def _consents(due: list[dict[str, str]], terminal: Terminal) -> Iterator[str]:
    """Who has still to be asked again, in order of consent."""
    if due:
        yield ""
        yield terminal.say(message("To consent again, to the version in force (re_consent)"))
    for each in due:
        told = message("{participant}, since {day}", participant=each["participant"], day=each["since"])
        yield from paragraph(terminal.say(told), indent="  ", hanging="  ")
