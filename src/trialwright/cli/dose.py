"""`trialwright dose`: what the definition proposes to give a participant on a day, with the facts behind it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trialwright.cli.as_of import AsOf, add_trial_options, look, write_result
from trialwright.cli.columns import paragraph, table_lines
from trialwright.cli.common import DONE, USAGE, Stop, Terminal, own_parser
from trialwright.terms.message import message
from trialwright.terms.visible import visible

if TYPE_CHECKING:
    from trialwright.conduct.dosing.amounts import Amount
    from trialwright.conduct.dosing.containers import PreparationSheet
    from trialwright.conduct.dosing.proposal import Alert, Because, DoseProposal
    from trialwright.record.participant import Participant
    from trialwright.study.model import Study


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "The doses that the definition proposes for a participant on a day: amount, rule, reasons, alerts, what is missing, how it is prepared. A person decides."
        ),
        "  trialwright dose rehearsal --participant nanjing-001 --on 2026-06-03\n"
        "  trialwright dose rehearsal --participant nanjing-001 --on 2026-06-17 --visit week_2 --intervention belimumab",
        terminal,
    )
    own.add_argument("archive", metavar="ARCHIVE", help=say(message("the folder of the trial")))
    own.add_argument(
        "--participant", required=True, metavar="ID", help=say(message("screening or enrolment number"))
    )
    own.add_argument(
        "--visit",
        metavar="ID",
        help=say(
            message("at which visit of the schedule (the one that is recorded for the day, if there is one)")
        ),
    )
    own.add_argument(
        "--intervention",
        metavar="ID",
        help=say(message("only this intervention (all that have computed doses)")),
    )
    add_trial_options(own, terminal, on=say(message("the day of the dose, at the participant's site")))
    next(action for action in own._actions if action.dest == "on").required = True
    return own


def dose(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright dose ARCHIVE --participant ID --on DATE`."""
    from trialwright.conduct.dosing import propose_dose, propose_doses

    seen = look(options.archive, on=options.on, participant=options.participant)
    participant = seen.participant(options.participant)
    study = seen.definition(participant)
    encounter = _encounter(study, participant, options.visit, seen)
    if options.intervention:
        known = tuple(each.id for each in study.interventions)
        if options.intervention not in known:
            raise Stop(
                USAGE,
                message(
                    "The study has no intervention {id}; it has: {known}.",
                    id=visible(options.intervention),
                    known=known,
                ),
            )
        proposals: tuple[DoseProposal, ...] = (
            propose_dose(study, participant, options.intervention, on=seen.day, encounter=encounter),
        )
    else:
        proposals = propose_doses(study, participant, on=seen.day, encounter=encounter)
    result = {
        **seen.opening(),
        "participant": participant.id,
        "encounter": encounter,
        "proposals": [_proposal(study, each, terminal) for each in proposals],
    }
    write_result(options, terminal, result=result, lines=_lines(study, seen, result, terminal))
    return DONE


def _encounter(study: Study, participant: Participant, visit: str | None, seen: AsOf) -> str | None:
    """The encounter of the schedule: the one named, by itself or by a visit; else that of the visit of the day."""
    if visit is None:
        today = [each for each in participant.visits if each.date[:10] == seen.day.isoformat()]
        return today[-1].encounter if today else None
    held = participant.visit(visit)
    known = tuple(each.id for each in study.schedule.encounters) if study.schedule else ()
    if held is not None:
        return held.encounter
    if visit not in known:
        raise Stop(
            USAGE,
            message("The schedule has no visit {visit}; it has: {known}.", visit=visible(visit), known=known),
        )
    return visit


# as JSON


def _proposal(study: Study, proposal: DoseProposal, terminal: Terminal) -> dict[str, Any]:
    from trialwright.conduct.dosing.proposal import OUTCOMES

    say = terminal.say
    titles = {each.id: each.title for each in study.interventions}
    return {
        "intervention": proposal.intervention,
        "title": say(titles[proposal.intervention]),
        "outcome": proposal.outcome,
        "outcome_text": say(OUTCOMES[proposal.outcome]),
        "amount": _amount(proposal.amount, terminal),
        "rule": proposal.rule,
        "because": [_sentence(each, terminal) for each in proposal.because],
        "missing": [_sentence(each, terminal) for each in proposal.missing],
        "alerts": [{"id": each.id, **_sentence(each, terminal)} for each in proposal.alerts],
        "low": _amount(proposal.low, terminal),
        "high": _amount(proposal.high, terminal),
        "again_on": proposal.again_on.isoformat() if proposal.again_on else None,
        "deviation": proposal.deviation,
        "calendar": [
            {
                "first": span.first.isoformat(),
                "last": span.last.isoformat() if span.last else None,
                "amount": _amount(span.amount, terminal),
                "step": span.step,
            }
            for span in proposal.calendar
        ],
        "preparation": _sheet(proposal.preparation, terminal) if proposal.preparation else None,
    }


def _amount(amount: Amount | None, terminal: Terminal) -> dict[str, str] | None:
    """`exact`: the number as a fraction where no short decimal holds it; else the decimal itself."""
    if amount is None:
        return None
    return {
        "value": amount.number,
        "exact": str(amount.value),
        "unit": amount.unit,
        "shown": terminal.say(amount.shown),
    }


def _sentence(each: Because | Alert, terminal: Terminal) -> dict[str, Any]:
    return {"sentence": terminal.say(each.sentence), "facts": list(each.facts)}


def _sheet(sheet: PreparationSheet, terminal: Terminal) -> dict[str, Any]:
    plan = sheet.plan
    return {
        "dose": _amount(sheet.dose, terminal),
        "containers": [
            {"contents": each.container.contents, "number": each.number}
            for each in (plan.taken if plan else ())
        ],
        "supplied": _amount(plan.supplied, terminal) if plan else None,
        "waste": _amount(plan.waste, terminal) if plan else None,
        "volume": _amount(sheet.volume, terminal),
        "volume_shown": _amount(sheet.volume_shown, terminal),
        "sentences": [terminal.say(each) for each in sheet.sentences],
    }


# for people


def _lines(study: Study, seen: AsOf, result: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    say = terminal.say
    for line in seen.first_lines(terminal):
        yield from paragraph(line, hanging="  ")
    visit = _title(study, result["encounter"], terminal)
    yield from paragraph(
        say(message("{participant}, {visit}", participant=result["participant"], visit=visit))
    )
    if not result["proposals"]:
        yield ""
        yield from paragraph(say(message("The definition computes no dose for this participant.")))
    for proposal in result["proposals"]:
        yield ""
        yield from _proposal_lines(proposal, terminal)


def _title(study: Study, encounter: str | None, terminal: Terminal) -> str:
    encounters = study.schedule.encounters if study.schedule else ()
    found = next((each for each in encounters if each.id == encounter), None)
    return terminal.say(found.title if found else message("outside the visits"))


def _proposal_lines(proposal: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    say = terminal.say
    amount = proposal["amount"]
    head = (
        message("{name}: {dose}", name=proposal["title"], dose=amount["shown"])
        if amount
        else message("{name}: {outcome}", name=proposal["title"], outcome=proposal["outcome_text"])
    )
    yield from paragraph(say(head))
    for alert in proposal["alerts"]:
        yield from _item(say(message("ALERT {text}", text=alert["sentence"])))
    for because in (*proposal["because"], *proposal["missing"]):
        yield from _item(because["sentence"])
    if proposal["low"] and proposal["high"]:
        low, high = proposal["low"]["shown"], proposal["high"]["shown"]
        yield from _item(
            say(message("The protocol allows {low}.", low=low))
            if low == high
            else say(message("The protocol allows {low} to {high}.", low=low, high=high))
        )
    if proposal["deviation"]:
        yield from _item(say(message("This dose departs from the protocol.")))
    if proposal["again_on"]:
        yield from _item(say(message("Look again on {day}.", day=proposal["again_on"])))
    if proposal["rule"]:
        yield from _item(say(message("Rule: {rule}", rule=proposal["rule"])))
    if proposal["preparation"]:
        yield from paragraph(say(message("Preparation")), indent="  ")
        for number, sentence in enumerate(proposal["preparation"]["sentences"], start=1):
            yield from paragraph(f"{number}. {sentence}", indent="    ", hanging="   ")
    if proposal["calendar"]:
        yield from paragraph(say(message("Calendar")), indent="  ")
        yield from (f"    {line}" for line in _calendar(proposal["calendar"], terminal))


def _item(text: str) -> Iterator[str]:
    yield from paragraph(f"- {text}", indent="  ", hanging="  ")


def _calendar(spans: list[dict[str, Any]], terminal: Terminal) -> Iterator[str]:
    say = terminal.say
    onwards = say(message("onwards"))
    rows = [[each["first"], each["last"] or onwards, each["amount"]["shown"]] for each in spans]
    yield from table_lines([say(message("From")), say(message("To")), say(message("Dose"))], rows, width=90)


COMMANDS = {"dose": dose}
