"""What a corrected day leaves behind: entries of a visit under its day of before, and what now lies before consent."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.record.participant import Participant, Visit
from trialwright.terms.message import Message, message


def ask_what_stayed(participant: Participant, visit: Visit, before: str) -> Iterator[tuple[str, Message]]:
    """Asked of a visit whose day was corrected: what is recorded of it under the day of before."""
    things = (
        *(
            form.id
            for form in participant.forms.values()
            if form.visit == visit.id and any(one.value and one.date == before for one in form.items.values())
        ),
        *(
            f"dose/{dose.number}"
            for dose in participant.doses
            if dose.visit == visit.id and dose.start == before
        ),
    )
    if things and before != visit.date:
        yield (
            f"visit/{visit.id}",
            message(
                "The visit is of {day} now, and these still say {before}: {things}. What belongs to the day of the visit is corrected too: a value of a form with @{day} behind it, a dose by values.start.",
                day=visit.date,
                before=before,
                things=things,
            ),
        )


def done_before(participant: Participant, day: str) -> list[tuple[str, str]]:
    """What was done before a day that needs consent: visits, doses of the study, enrolment, each with its day."""
    dated = [
        *((f"visit/{visit.id}", visit.date) for visit in participant.visits if visit.date),
        *((f"dose/{dose.number}", dose.start) for dose in participant.doses if not dose.prior),
        *((("enrolment", participant.enrolled.date),) if participant.enrolled else ()),
    ]
    return [(what, on) for what, on in dated if on < day]
