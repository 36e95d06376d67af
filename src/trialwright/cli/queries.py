"""`trialwright queries`: the questions about recorded values that are not closed, with their numbers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trialwright.cli.as_of import AS_IT_STOOD, AsOf, add_trial_options, look, write_result
from trialwright.cli.columns import paragraph
from trialwright.cli.common import DONE, Terminal, own_parser
from trialwright.cli.outcome import question
from trialwright.terms.message import Message, message

if TYPE_CHECKING:
    from trialwright.record.participant import Participant

STATES: Mapping[str, Message] = {
    "open": message("not answered"),
    "answered": message("answered"),
    "closed": message("closed"),
}


SETTLED = message(
    "By the record as it stands this would not be asked any more. Answer what was put right, and the query can be closed."
)


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "The questions about recorded values that are not closed: those to be answered (answer_query) and those whose answer is to be judged (close_query). A casebook is locked when none is left."
        ),
        "  trialwright queries rehearsal\n"
        "  trialwright queries rehearsal --participant nanjing-001 --all\n"
        "  trialwright queries rehearsal --format json",
        terminal,
    )
    own.add_argument("archive", metavar="ARCHIVE", help=say(message("the folder of the trial")))
    own.add_argument("--participant", metavar="ID", help=say(message("screening or enrolment number")))
    own.add_argument("--all", action="store_true", help=say(message("closed ones, too")))
    add_trial_options(
        own,
        terminal,
        on=say(AS_IT_STOOD),
    )
    return own


def queries(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright queries ARCHIVE`."""
    seen = look(options.archive, on=options.on, participant=options.participant, replayed=True)
    shown = [
        row
        for one in seen.chosen(options.participant)
        for row in _queries(seen, one, terminal)
        if options.all or row["state"] != "closed"
    ]
    result = {**seen.opening(), "queries": shown}
    write_result(options, terminal, result=result, lines=_lines(seen, shown, terminal))
    return DONE


def _queries(seen: AsOf, participant: Participant, terminal: Terminal) -> Iterator[dict[str, Any]]:
    from trialwright.conduct.settled import find_settled

    gone = find_settled(seen.trial, participant, on=seen.day)
    for query in participant.queries:
        yield {
            "participant": participant.id,
            "site": participant.site,
            "number": query.number,
            "state": query.state,
            "about": query.path,
            "question": terminal.say(question(query)) if query.text else "",
            "answer": query.answer,
            "settled": query.number in gone,
            "raised": {"position": query.position},
        }


def _lines(seen: AsOf, shown: list[dict[str, Any]], terminal: Terminal) -> Iterator[str]:
    say = terminal.say
    for line in seen.first_lines(terminal):
        yield from paragraph(line, hanging="  ")
    yield ""
    if not shown:
        yield say(message("No query is open."))
        return
    for query in shown:
        yield from _query_lines(query, terminal)


def _query_lines(query: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    say = terminal.say
    heading = message(
        "{participant}, query {number}, {state}: {about}",
        participant=query["participant"],
        number=query["number"],
        state=STATES[query["state"]],
        about=query["about"],
    )
    yield from paragraph(say(heading), hanging="  ")
    yield from paragraph(query["question"] or say(message("(masked)")), indent="  ")
    if query["settled"]:
        yield from paragraph(say(SETTLED), indent="  ")
    if query["answer"]:
        yield from paragraph(say(message("Answer: {answer}", answer=query["answer"])), indent="  ")


COMMANDS = {"queries": queries}
