"""consent: a person agrees to take part; with it a participant begins, under the next screening number."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import check_day, first_refusal, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.terms.dates import EARLIEST, UnreadableDate, parse_date
from trialwright.terms.digits import find_other_digit, ordinary
from trialwright.terms.message import message
from trialwright.terms.visible import shortened

SEX = ("female", "male", "other", "unknown")


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Record consent to the version in force at the site. No name enters the ledger."""
    day = values.text("date")
    birth = ordinary(values.text("birth"))
    approved = view.site.version_on(day)
    problem = first_refusal(
        check_day(view, day, message("Consent of")),
        None
        if approved
        else refuse(message("On {day} no version of the study was approved at this site.", day=day)),
        check_birth(birth, day),
        None if view.call.reason.strip() else _check_known(view, values),
    )
    if problem:
        return problem
    series = f"screening/{view.call.site}"
    number = view.next(series)
    return Proposal(
        participant_stream(f"{view.call.site}-{number:03d}"),
        "consented",
        1,
        {
            "date": day,
            "version": approved,
            "sex": values.text("sex"),
            "birth": Entered(birth),
        },
        {participant_stream(f"{view.call.site}-{number:03d}"): 0},
        {series: number},
    )


def _check_known(view: View, values: Values) -> Refusal | None:
    """Ask back where somebody of the same sex and birth date consented here on the same day: is it the same person?

    A birth date that is not complete fits too many people to tell anything.
    """
    day, sex, birth = values.text("date"), values.text("sex"), ordinary(values.text("birth"))
    if check_birth(birth, day) or not parse_date(birth).exact:
        return None
    prefix = f"{view.call.site}-"
    same = [
        known.id
        for known in map(view.trial.participant, view.trial.participant_ids(prefix=prefix))
        if known and (known.sex, known.birth, known.consents[0].date) == (sex, birth, day)
    ]
    if not same:
        return None
    return refuse(
        message(
            "{id} of the same sex and date of birth consented at this site on {day}. If this is another person, give a "
            "reason that says so.",
            id=same[0],
            day=day,
        )
    )


def check_birth(birth: str, day: str) -> Refusal | None:
    """Refuse a date of birth that is none, or lies after the day, or before anybody who lives was born."""
    seen = shortened(birth)
    try:
        first = parse_date(birth).first
    except UnreadableDate:
        other = find_other_digit(birth)
        if other:
            return refuse(other)
    else:
        if first < EARLIEST:
            return refuse(message("The birth {seen} lies before {earliest}.", seen=seen, earliest=EARLIEST))
        if first.isoformat() <= day:
            return None
    return refuse(message("{seen} is no date of birth; write 1990-05-17, 1990-05 or 1990.", seen=seen))


ACTION = Action(
    "consent",
    message("record a person's consent; gives the screening number"),
    "site",
    (
        Argument("date", message("day of the signature"), "date"),
        Argument("sex", message("sex as the criteria need it"), "choice", choices=SEX),
        Argument("birth", message("date of birth, may be partial"), "text"),
    ),
    decide,
    reason="optional",
    writes=("consented",),
)
