"""Responses and endpoints as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trialwright.cli.as_of import AsOf
from trialwright.cli.columns import paragraph, table_lines
from trialwright.cli.common import Terminal
from trialwright.terms.message import Message, message
from trialwright.terms.truth import Truth

if TYPE_CHECKING:
    from trialwright.study.prose.figures import Prose

TRUTHS: Mapping[Truth, Message] = {
    True: message("met"),
    False: message("not met"),
    None: message("not known"),
}
"""Whether a category, or one of its components, holds."""


def _came_before(events: list[dict[str, Any]]) -> Prose:
    """The mark of a visit: which intercurrent events came before it, on which days; nothing where none did."""
    from trialwright.study.prose.figures import clauses

    if not events:
        return ""
    return clauses(
        [
            message("{event}, {day}", event=each["title"], day=each["day"])
            if each["certain"]
            else message("perhaps {event}, {day}", event=each["title"], day=each["day"])
            for each in events
        ]
    )


def respond_lines(seen: AsOf, result: Mapping[str, Any], terminal: Terminal, *, whole: bool) -> Iterator[str]:
    """The result of the command; `whole`: one participant, with every component of every visit."""
    for line in seen.first_lines(terminal):
        yield from paragraph(line, hanging="  ")
    people = result["participants"]
    if whole:
        yield people[0]["participant"]
    for place in range(len(people[0]["responses"]) if people else 0):
        yield ""
        yield from _side_by_side(people, place, terminal, whole=whole)
    if whole:
        yield from _visits(people[0], terminal)
    yield ""
    yield from _endpoints(people, terminal, whole=whole)


def _side_by_side(
    people: list[dict[str, Any]], place: int, terminal: Terminal, *, whole: bool
) -> Iterator[str]:
    """Every visit of everyone with its category by each definition."""
    say = terminal.say
    responses = [(person["participant"], person["responses"][place]) for person in people]
    first = responses[0][1]
    yield from paragraph(
        say(
            message("{response}: the definitions side by side, the chosen one first", response=first["title"])
        )
    )
    visits = [(who, visit) for who, response in responses for visit in response["visits"]]
    if not visits:
        yield from paragraph(say(message("No visit has taken place since treatment began.")), indent="  ")
        return
    readings = visits[0][1]["readings"]
    names = sorted(readings, key=lambda name: name != first["chosen"])
    heads = [
        *([] if whole else [say(message("Participant"))]),
        say(message("Visit")),
        say(message("Date")),
        *(readings[name]["title"] for name in names),
        *([say(message("After"))] if any(visit["after"] for _, visit in visits) else []),
    ]
    rows = [
        [
            *([] if whole else [who]),
            visit["title"],
            visit["day"],
            *(visit["readings"][name]["category_text"] for name in names),
            *([say(_came_before(visit["after"]))] if any(each["after"] for _, each in visits) else []),
        ]
        for who, visit in visits
    ]
    yield from table_lines(heads, rows)
    if any(visit["after"] for _, visit in visits):
        told = message(
            "After: an intercurrent event of the primary estimand came before the visit. A definition judges what the visit shows; what that counts for, the estimands say."
        )
        yield from paragraph(say(told), hanging="  ")
    for name in names:
        for flag in readings[name]["flags"]:
            told = message("{definition}: {flag}", definition=readings[name]["title"], flag=flag)
            yield from paragraph(say(told), hanging="  ")


def _visits(person: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    """The categories of one definition with their components, at every visit of a participant."""
    say = terminal.say
    for response in person["responses"]:
        for visit in response["visits"]:
            reading = visit["readings"][response["reading"]]["title"]
            head = message(
                "{visit}, {day}, by {reading}: {category}",
                visit=visit["title"],
                day=visit["day"],
                reading=reading,
                category=visit["category_text"],
            )
            yield ""
            yield from paragraph(say(head))
            if visit["after"]:
                yield from paragraph(
                    say(message("after {events}", events=_came_before(visit["after"]))), indent="  "
                )
            for category in visit["categories"]:
                told = message("{what}: {truth}", what=category["title"], truth=TRUTHS[category["truth"]])
                yield from paragraph(say(told), indent="  ")
                for each in category["components"]:
                    told = message(
                        "{component}: {truth}. {why}",
                        component=each["title"],
                        truth=TRUTHS[each["truth"]],
                        why=each["sentence"],
                    )
                    yield from paragraph(f"- {say(told)}", indent="    ", hanging="  ")


def _endpoints(people: list[dict[str, Any]], terminal: Terminal, *, whole: bool) -> Iterator[str]:
    say = terminal.say
    yield say(message("Endpoints of the estimands"))
    heads = [
        *([] if whole else [say(message("Participant"))]),
        say(message("Estimand")),
        say(message("Value")),
        say(message("Date")),
        say(message("Why")),
    ]
    rows = [
        [
            *([] if whole else [person["participant"]]),
            each["title"],
            each["shown"],
            each["day"] or "",
            each["why"],
        ]
        for person in people
        for each in person["endpoints"]
    ]
    yield from table_lines(heads, rows)
