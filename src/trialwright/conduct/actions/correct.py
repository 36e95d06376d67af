"""correct: a recorded value is superseded, with the reason; the earlier one stays in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.actions.consent import SEX, check_birth
from trialwright.conduct.actions.correct_deviation import corrected_deviation
from trialwright.conduct.actions.correct_rescue import corrected_rescue
from trialwright.conduct.actions.correct_steps import correct_step
from trialwright.conduct.actions.give_dose import (
    FREE,
    check_amount,
    check_per_day,
    check_unit,
    dose_deviation,
    dose_queries,
    expiry_deviation,
    is_single,
    say_proposed,
)
from trialwright.conduct.actions.missed_visit import find_encounter
from trialwright.conduct.actions.open_visit import check_epoch, found_deviations
from trialwright.conduct.actions.record_form import ENTRIES, find_form, write_form
from trialwright.conduct.actions.report_deviation import next_deviation
from trialwright.conduct.actions.take_back import TAKEN_BACK, not_there, recorded, take_back
from trialwright.conduct.administration import check_administration, expired, proposed_then
from trialwright.conduct.after_the_end import death_doubts, loss_doubts, withdrawal_doubts
from trialwright.conduct.asked import asked_back
from trialwright.conduct.dosing.amounts import read_dose
from trialwright.conduct.dosing.proposal import DEVIATIONS, assess_dose
from trialwright.conduct.enrolled_rightly import eligibility_queries
from trialwright.conduct.given import is_run_in
from trialwright.conduct.moved import ask_what_stayed
from trialwright.conduct.recalculated import (
    EVERYTHING,
    Recalculated,
    add_recalculated,
    between,
    recalculate,
)
from trialwright.conduct.rejudged import with_doses_judged
from trialwright.conduct.standing import (
    WHO,
    check_stated_day,
    find_record,
    first_refusal,
    for_participant,
    refuse,
)
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.books import ENTRIES as KINDS
from trialwright.record.books import STEPS, TURNS
from trialwright.record.event import Entered, Proposal
from trialwright.record.lots import lot_expired
from trialwright.record.participant import Dose, Ended, Participant, Visit
from trialwright.study.design import Intervention
from trialwright.study.model import Study
from trialwright.terms.digits import is_count, ordinary
from trialwright.terms.message import Message, message

DEMOGRAPHICS = ("sex", "birth")
_DAYS = ("start", "end")
DOSE = (*_DAYS, "amount", "unit", *FREE)


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Correct what is recorded, or take back what is none; doses that were computed from it are judged anew."""
    proposed = _decide(view, values, participant)
    if isinstance(proposed, Refusal):
        return proposed
    return with_doses_judged(view, participant, proposed)


def _decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Correct a form, demographics, a step into the trial, an entry of some kind, the end of a course."""
    target = values.text("target")
    kind, _, key = target.partition("/")
    given = values.pairs("values")
    if kind in KINDS and given == TAKEN_BACK:
        proposed = take_back(view, participant, target)
        return proposed if isinstance(proposed, Refusal) else _with_consequences(view, participant, proposed)
    if kind == "consent" or target in STEPS:
        proposed = correct_step(view, participant, target, given)
        return proposed if isinstance(proposed, Refusal) else _with_consequences(view, participant, proposed)
    if target == "demographics":
        return _demographics(view, participant, given)
    if kind == "dose" and is_count(key):
        return _dose(view, participant, int(key), given)
    if kind == "visit":
        return _visit(view, participant, key, given)
    if kind == "deviation" and is_count(key):
        written = corrected_deviation(view, participant, int(key), given)
        return written if isinstance(written, Refusal) else _corrected(participant, target, written)
    if kind == "rescue" and is_count(key):
        changed = corrected_rescue(view, participant, int(key), given)
        return changed if isinstance(changed, Refusal) else _corrected(participant, target, changed)
    if target in TURNS:
        return _turn(view, participant, target, given)
    if kind in ("ae", "hold", "stop"):
        return not_there(participant, target) if key not in recorded(participant, kind) else _only(kind)
    return _form(view, participant, target, values)


def _only(kind: str) -> Refusal:
    """What may be corrected of an entry that is only taken back as a whole, and what is done instead."""
    if kind == "ae":
        return refuse(
            message(
                "What became known of an adverse event since, or was wrong in it, is recorded by update_ae; correct takes back one that is none: values.recorded=false."
            )
        )
    return refuse(
        message(
            "An interruption or a stop is taken back by values.recorded=false, and recorded anew as it was."
        )
    )


def _with_consequences(view: View, participant: Participant, proposed: Proposal) -> Proposal:
    """Add what follows for eligibility and for calculated items."""
    after = view.trial.after(proposed, view.call)
    if after is None:
        return proposed
    data: dict[str, Any] = dict(proposed.data)
    queries = list(data.get("queries", ()))
    _, follows = recalculate(view, after, between(participant, after))
    queries += add_recalculated(participant, data, follows, asked=len(queries))
    path = data["target"]
    queries += eligibility_queries(view, participant, after, path=path, asked=len(queries))
    if path.startswith("ae/") and after.died:
        queries += asked_back(participant, _new_of_death(participant, after), asked=len(queries))
    deviations = [*data.get("deviations", ()), *_outside_now(view, participant, after)]
    data |= {name: found for name, found in (("queries", queries), ("deviations", deviations)) if found}
    return replace(proposed, data=data)


def _new_of_death(before: Participant, after: Participant) -> list[tuple[str, Message]]:
    """What is asked about a death that was not asked before."""
    day = after.died.date if after.died else ""
    known = death_doubts(before, before.died.date) if before.died else []
    return [each for each in death_doubts(after, day) if each not in known]


def _outside_now(view: View, before: Participant, after: Participant) -> Iterator[dict[str, Any]]:
    """The deviations of visits that lie outside their windows since a day was corrected from which these are counted."""
    number = next_deviation(after)
    for visit in after.visits:
        was = before.visit(visit.id)
        if visit.missed or was is None or found_deviations(view, before, was):
            continue
        for each in found_deviations(view, after, visit):
            yield {**each, "number": number}
            number += 1


def _form(view: View, participant: Participant, target: str, values: Values) -> Proposal | Refusal:
    record = find_record(participant, target)
    if record is None:
        return refuse(
            message(
                "Nothing is recorded at {target}; name a form record, demographics, {kinds}, deviation/N, consent/N, or one of {turns}.",
                target=target,
                kinds=tuple("visit/ID" if kind == "visit" else f"{kind}/N" for kind in KINDS),
                turns=(*STEPS, *TURNS),
            )
        )
    found = find_form(view, participant, record.form, record.visit)
    if isinstance(found, Refusal):
        return found
    form, visit = found
    entries = values.entries("entries")
    if not entries:
        return refuse(message("Say which items are corrected."))
    return write_form(view, participant, form, visit, record.number, entries, kind="form_corrected")


def _demographics(view: View, participant: Participant, given: dict[str, str]) -> Proposal | Refusal:
    strange = tuple(name for name in given if name not in DEMOGRAPHICS)
    if strange or not given:
        return refuse(message("Of demographics these may be corrected: {names}.", names=DEMOGRAPHICS))
    if given.get("sex", "unknown") not in SEX:
        return refuse(message("The sex is one of {choices}.", choices=SEX))
    problem = check_birth(given["birth"], participant.consents[0].date) if "birth" in given else None
    given = {name: ordinary(text) for name, text in given.items()}
    written = {name: Entered(text) if name == "birth" else text for name, text in given.items()}
    if problem:
        return problem
    sex, birth = given.get("sex", participant.sex), given.get("birth", participant.birth)
    after, follows = recalculate(view, replace(participant, sex=sex, birth=birth), EVERYTHING)
    queries = eligibility_queries(view, participant, after, path="demographics")
    return _corrected(participant, "demographics", written, follows=follows, queries=queries)


def _dose(view: View, participant: Participant, number: int, given: dict[str, str]) -> Proposal | Refusal:
    dose = next((one for one in participant.doses if one.number == number), None)
    if dose is None:
        return not_there(participant, f"dose/{number}")
    if "date" in given and "start" not in given:  # as give_dose calls it
        given = {"start" if name == "date" else name: text for name, text in given.items()}
    strange = tuple(name for name in given if name not in DOSE)
    if strange or not given:
        return refuse(
            message(
                "Of a dose these may be corrected: {names}; values.recorded=false alone takes it back.",
                names=DOSE,
            )
        )
    known = {one.id: one for one in view.definition.interventions}
    single = dose.intervention in known and is_single(known[dose.intervention])
    changes: dict[str, Any] = dict(given)
    if single and "start" in given:
        changes = {"end": given["start"], **changes}
    after = dose._replace(**changes)
    problem = first_refusal(
        refuse(message("Nothing is changed.")) if after == dose else None,
        check_stated_day(view, participant, after.start, message("The dose of"), prior=dose.prior),
        check_stated_day(view, participant, after.end, message("The end of the dose,"), prior=dose.prior)
        if after.end or single
        else None,
        refuse(
            message("The dose ends on {end}, before it starts on {start}.", end=after.end, start=after.start)
        )
        if after.end and after.end < after.start
        else None,
        None
        if read_dose(after.amount, after.unit)
        else refuse(message("A dose has an amount, which is a number, and its unit.")),
        check_amount(after.amount) if "amount" in given and read_dose(after.amount, after.unit) else None,
        check_unit(after.unit),
        check_administration(view, after),
        check_per_day(known[dose.intervention], after.amount, after.unit)
        if "unit" in given and dose.intervention in known
        else None,
        _check_allocated(view, participant, after, known.get(dose.intervention)),
    )
    if problem:
        return problem
    written: dict[str, object] = {
        name: text if name in _DAYS or not text else Entered(text) for name, text in changes.items()
    }
    if "end" in given and not single:
        written["ongoing"] = not after.end
        after = after._replace(ongoing=not after.end)
    deviations, doubts = [], []
    if (after.amount, after.unit) != (dose.amount, dose.unit) and not dose.prior:
        proposal = proposed_then(known.get(dose.intervention), after)
        given_now = read_dose(after.amount, after.unit)
        departure = assess_dose(proposal, given_now) if given_now else "outside_limits"
        departs = departure != "as_proposed"
        written["deviation"] = Entered(dose.deviation or view.call.reason) if departs else ""
        if departure in DEVIATIONS or proposal.deviation:
            said = after.proposed or None
            deviations.append(dose_deviation(view.definition, participant, after, proposal, proposed=said))
        if departure in DEVIATIONS:
            doubts.append(_is_it_so(view.definition, after))
    late = expired(view.definition, after)
    if late and not dose.prior and not lot_expired(dose):
        deviations.append(expiry_deviation(participant, after, late, found=len(deviations)))
    moved = (after,) if after.start != dose.start else ()
    queries = dose_queries(view, participant, after, asked_of=moved, single=single)
    queries += asked_back(participant, doubts, asked=len(queries))
    then = replace(participant, doses=tuple(after if one is dose else one for one in participant.doses))
    if dose.prior:
        queries += eligibility_queries(view, participant, then, path=f"dose/{number}", asked=len(queries))
    _, follows = recalculate(view, then, between(participant, then))
    return _corrected(
        participant,
        f"dose/{number}",
        written,
        follows=follows,
        deviations=deviations,
        queries=queries,
    )


def _check_allocated(
    view: View, participant: Participant, after: Dose, intervention: Intervention | None
) -> Refusal | None:
    """Refuse a day before allocation for what is not given before it."""
    allocated = participant.allocated.date if participant.allocated else ""
    if after.prior or intervention is None or is_run_in(view.definition, intervention):
        return None
    if not allocated or after.start >= allocated:
        return None
    return refuse(message("{day} lies before allocation of {date}.", day=after.start, date=allocated))


def _is_it_so(study: Study, after: Dose) -> tuple[str, Message]:
    """The reason of a correction says what was wrong with the entry, not why another dose was given: that is asked."""
    return (
        f"dose/{after.number}",
        message(
            "Dose {number} of {intervention} was corrected to {amount} {unit}, and {proposed}. Is this the amount "
            "that was given, and why?",
            number=after.number,
            intervention=study.intervention_title(after.intervention),
            amount=after.amount,
            unit=after.unit,
            proposed=say_proposed(after),
        ),
    )


def _visit(view: View, participant: Participant, id: str, given: dict[str, str]) -> Proposal | Refusal:
    visit = participant.visit(id)
    if visit is None:
        return not_there(participant, f"visit/{id}")
    if visit.missed and given == {"missed": "false"}:
        return _take_back(view, participant, visit)
    if set(given) != {"date"}:
        return refuse(
            message(
                "Of a visit the date may be corrected: values.date=...; one recorded as missed then took place on "
                "that day. values.missed=false takes back that it was missed, values.recorded=false that it took place."
            )
        )
    after = visit._replace(date=given["date"], missed=False, reason="")
    problem = first_refusal(
        check_stated_day(view, participant, given["date"], message("The visit of"), prior=False),
        check_epoch(view, participant, find_encounter(view, visit.encounter)) if visit.missed else None,
    )
    if problem:
        return problem
    written = {name: value for name, value in after._asdict().items() if value != getattr(visit, name)}
    visits = tuple(after if one is visit else one for one in participant.visits)
    moved = replace(participant, visits=visits)
    deviations = found_deviations(view, moved, after)
    _, follows = recalculate(view, moved, EVERYTHING)
    values = {"date": given["date"], **written}
    left = () if visit.missed else ask_what_stayed(moved, after, visit.date)
    queries = asked_back(participant, left)
    return _corrected(
        participant, f"visit/{id}", values, follows=follows, deviations=deviations, queries=queries
    )


def _take_back(view: View, participant: Participant, visit: Visit) -> Proposal | Refusal:
    """Nothing is recorded of the visit any more: it is due again, or late."""
    schedule = view.definition.schedule
    planned = [one for one in schedule.encounters if one.type == "scheduled"] if schedule else []
    if participant.completed and planned and planned[-1].id == visit.encounter:
        return refuse(
            message(
                "{id} completed the study on {date}; say on which day the last visit took place.",
                id=participant.id,
                date=participant.completed.date,
            )
        )
    return _corrected(participant, f"visit/{visit.id}", {"missed": False})


def _turn(view: View, participant: Participant, target: str, given: dict[str, str]) -> Proposal | Refusal:
    """The day on which a course ended, or that it did not: then it goes on as if nothing had been recorded of it."""
    turn: Ended | None = getattr(participant, TURNS[target])
    if turn is None:
        return refuse(message("No {target} is recorded of {id}.", target=target, id=participant.id))
    if given == {"recorded": "false"}:
        return _corrected(participant, target, {"recorded": False})
    if set(given) != {"date"}:
        return refuse(
            message(
                "Of {target} the day may be corrected: values.date=...; values.recorded=false takes back that it happened.",
                target=target,
            )
        )
    day = given["date"]
    problem = check_stated_day(view, participant, day, message("The {target} of", target=target), prior=False)
    if problem is None and target == "completion" and any(visit.date > day for visit in participant.visits):
        problem = refuse(message("A visit was recorded after {day}.", day=day))
    if problem:
        return problem
    ask = {"death": death_doubts, "withdrawal": withdrawal_doubts, "loss": loss_doubts}.get(target)
    doubts = []
    if ask is not None:
        known = ask(participant, turn.date)
        doubts = [each for each in ask(participant, day) if each not in known]
    return _corrected(participant, target, {"date": day}, queries=asked_back(participant, doubts))


def _corrected(
    participant: Participant,
    target: str,
    values: Mapping[str, object],
    *,
    follows: tuple[Recalculated, ...] = (),
    **more: list[dict[str, Any]],
) -> Proposal:
    """The event; `follows`: what is calculated anew; `more`: the queries or deviations that come with it, if any."""
    data: dict[str, Any] = {"target": target, "values": values}
    asked = more.get("queries", [])
    more["queries"] = [*asked, *add_recalculated(participant, data, follows, asked=len(asked))]
    data |= {name: things for name, things in more.items() if things}
    return Proposal(participant_stream(participant.id), "corrected", 1, data, {})


ACTION = Action(
    "correct",
    message("correct a recorded value"),
    "participant",
    (
        WHO,
        Argument(
            "target",
            message(
                "a form record's id, demographics, consent/N, enrolment, allocation, dose/N, hold/N, stop/N, rescue/N, ae/N, visit/ID, deviation/N, death, withdrawal, loss or completion"
            ),
            "id",
        ),
        replace(ENTRIES, required=False),
        Argument(
            "values",
            message(
                "for all but forms: new values by name; of a visit date, or missed=false; of a deviation severity, category, date, visit, text, or recorded=false; of a rescue therapy date, therapy or text; of a consent, the enrolment, death and the like date; of the allocation arm; recorded=false takes back a dose, hold, stop, rescue therapy, adverse event, visit, death and the like"
            ),
            "pairs",
            required=False,
        ),
    ),
    for_participant(decide),
    reason="required",
    writes=("form_corrected", "corrected"),
)
