"""Where a participant stands, and what that allows: the refusals many actions share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from trialwright.conduct.action import Argument, Refusal, Values
from trialwright.conduct.trial import View
from trialwright.record.event import Proposal
from trialwright.record.participant import FormRecord, Participant
from trialwright.study.schedule import visit_title
from trialwright.terms.dates import EARLIEST, UnreadableDate, parse_date, parse_day
from trialwright.terms.digits import find_other_digit
from trialwright.terms.message import Message, message
from trialwright.terms.visible import shortened

WHO = Argument("participant", message("screening or enrolment number"), "id")


_ACCOUNT = re.compile(r"[a-z0-9_.-]{1,64}")


def check_account(account: str) -> Message | None:
    """Whether this can be an account: its name stands in the ledger for ever, where nobody can mask it."""
    if _ACCOUNT.fullmatch(account):
        return None
    return message("An account is 1 to 64 of a to z, 0 to 9, `_`, `.` and `-`, and no person's name.")


def for_participant(
    decide: Callable[[View, Values, Participant], Proposal | Refusal],
    *,
    enrolled: bool = False,
    allocated: bool = False,
    in_study: bool = False,
    told_late: bool = False,
    locked: bool = False,
) -> Callable[[View, Values], Proposal | Refusal]:
    """An action about one participant of this site, who must be enrolled, allocated, still in the study.

    `told_late`: in the study on the action's `date`, so that what happened up to the end may be told after it. `locked`: it
    may be done in a locked casebook.
    """

    def decided(view: View, values: Values) -> Proposal | Refusal:
        participant = view.participant(values.text("participant"))
        if participant is None:
            return refuse(
                message("There is no participant {id} at this site.", id=values.text("participant"))
            )
        problem = (
            (None if locked else check_unlocked(view, participant))
            or first_refusal(*(check_born(participant, day) for day in values.days()))
            or (check_enrolled(participant) if enrolled or allocated else None)
            or (check_allocated(participant) if allocated else None)
            or (check_in_study(participant) if in_study else None)
            or (check_in_study(participant, day=values.text("date")) if told_late else None)
        )
        return problem or decide(view, values, participant)

    return decided


def no_visit(view: View, participant: Participant, id: str) -> Refusal:
    """The refusal where no visit of this id took place: planned and not opened yet, missed, or none of the study."""
    schedule = view.definition.schedule
    encounter = next((one for one in (schedule.encounters if schedule else ()) if one.id == id), None)
    visit = participant.visit(id)
    if visit is not None and visit.missed:
        return refuse(
            message(
                "The visit {id} is recorded as missed; correct target=visit/{id} says on which day it took place.",
                id=id,
            )
        )
    if encounter is not None and encounter.type == "scheduled":
        return refuse(
            message(
                "The visit {visit} ({id}) has not been opened; open_visit records that it takes place.",
                visit=encounter.title,
                id=id,
            )
        )
    held = tuple(
        message("{visit} ({id})", visit=visit_title(schedule, one.id, one.encounter), id=one.id)
        for one in participant.visits
        if not one.missed
    )
    return refuse(
        message("There is no visit {id}; recorded are: {known}.", id=id, known=held)
        if held
        else message("There is no visit {id}; none is recorded yet.", id=id)
    )


def refuse(*reasons: Message) -> Refusal:
    """A refusal with its reasons."""
    return Refusal(reasons)


def check_unlocked(view: View, participant: Participant) -> Refusal | None:
    """Refuse where the casebook is locked, and say how it is opened again."""
    if not participant.locked:
        return None
    return refuse(
        message("The casebook of {id} is locked.", id=participant.id),
        message("unlock participant={id} opens it again, with a reason.", id=participant.id),
        *_who_unlocks(view, at_site=True),
    )


def study_locked(view: View) -> Refusal:
    """The refusal in a locked study, and how that is opened again."""
    return refuse(
        message("The study is locked."),
        message("unlock opens it again, done by two people one after the other, each with a reason."),
        *_who_unlocks(view, at_site=False),
    )


def _who_unlocks(view: View, *, at_site: bool) -> tuple[Message, ...]:
    table = view.delegation
    roles = tuple(
        role.title for role in (table.roles if table else ()) if role.may_do("unlock", at_site=at_site)
    )
    return (message("It may be done by: {roles}.", roles=roles),) if roles else ()


def check_enrolled(participant: Participant) -> Refusal | None:
    """Refuse where the participant is not enrolled."""
    if participant.enrolled is None:
        return refuse(message("{id} is not enrolled.", id=participant.id))
    return None


def check_allocated(participant: Participant) -> Refusal | None:
    """Refuse where the participant has no arm yet."""
    if participant.allocated is None:
        return refuse(message("{id} has not been allocated.", id=participant.id))
    return None


def check_in_study(participant: Participant, *, day: str = "") -> Refusal | None:
    """Refuse where the participant's course in the study has ended.

    `day`: of what is recorded; what happened up to the end may be told later.
    """
    for ended, sentence in (
        (participant.died, message("{id} died on {date}.", id=participant.id, date=_day(participant.died))),
        (
            participant.withdrawn,
            message("{id} withdrew consent on {date}.", id=participant.id, date=_day(participant.withdrawn)),
        ),
        (
            participant.lost,
            message("{id} was lost to follow-up on {date}.", id=participant.id, date=_day(participant.lost)),
        ),
        (
            participant.completed,
            message(
                "{id} completed the study on {date}.", id=participant.id, date=_day(participant.completed)
            ),
        ),
    ):
        if ended and not (day and day <= _day(ended)):
            return refuse(sentence)
    return None


def _day(ended: object) -> str:
    return getattr(ended, "date", "")


def check_day(view: View, day: str, about: Message) -> Refusal | None:
    """Refuse a day that has not come yet at the site, or that is too early to be meant."""
    if date.fromisoformat(day) < EARLIEST:
        return refuse(
            message("{about} {day} lies before {earliest}.", about=about, day=day, earliest=EARLIEST)
        )
    if date.fromisoformat(day) > view.today:
        return refuse(
            message(
                "{about} {day} lies in the future; today is {today}.", about=about, day=day, today=view.today
            )
        )
    return None


def check_possible_day(view: View, text: str, about: Message) -> Refusal | None:
    """Refuse a day, month or year of which no day has come yet at the site.

    `text`: an ISO date, complete or not, such as a partial date was read.
    """
    if parse_date(text).first > view.today:
        return refuse(
            message(
                "{about} {day} lies in the future; today is {today}.", about=about, day=text, today=view.today
            )
        )
    return None


def check_born(participant: Participant, day: str) -> Refusal | None:
    """Refuse a day before the participant's birth, as far as that is known."""
    birth = participant.birth
    if birth and day[: len(birth)] < birth:
        return refuse(message("{day} lies before the birth of {id}.", day=day, id=participant.id))
    return None


def check_stated_day(
    view: View, participant: Participant, day: str, about: Message, *, prior: bool
) -> Refusal | None:
    """Refuse what is no day, lies in the future or, unless it is care on record, before consent."""
    try:
        written = parse_day(day).isoformat() == day
    except UnreadableDate:
        written = False
    if not written:
        return refuse(
            find_other_digit(day) or message("{seen} is no day; write 2026-11-01.", seen=shortened(day))
        )
    before = not prior and day < participant.consents[0].date
    return (
        check_day(view, day, about)
        or check_born(participant, day)
        or (refuse(message("{day} lies before consent.", day=day)) if before else None)
    )


def check_order(earlier: str, later: str, sentence: Message) -> Refusal | None:
    """Refuse where `later` lies before `earlier` (days as ISO texts; '' is no day)."""
    return refuse(sentence) if earlier and later and later < earlier else None


def first_refusal(*checks: Refusal | None) -> Refusal | None:
    """The first of several checks that refuses."""
    return next((check for check in checks if check is not None), None)


def find_record(participant: Participant, id: str) -> FormRecord | None:
    """The form record of this id; of a form of no visit also without the slash before its name."""
    return participant.forms.get(id) or participant.forms.get(f"/{id}")
