"""What a participant takes of an intervention at present: the dose, since when, held or stopped."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from trialwright.conduct.dosing.amounts import Amount, read_dose
from trialwright.record.participant import Discontinuation, Dose, Hold, Participant
from trialwright.terms.dates import Days, UnreadableDate, parse_date


class Present(NamedTuple):
    """The present dose of an intervention.

    `taken`: whether there is any dose on record. `dose`: the last one recorded, None where there is none or its day is
    not exact. `amount`: of that dose, None where it is no exact number. `since`: the day from which doses of this
    amount followed each other. `held`: the interruption that no later dose ended. `stopped`: for good.
    """

    taken: bool
    dose: Dose | None
    amount: Amount | None
    since: date | None
    held: Hold | None
    stopped: Discontinuation | None

    @property
    def fact(self) -> tuple[str, ...]:
        """The id of the dose as a fact, if there is one."""
        return (f"dose/{self.dose.number}",) if self.dose else ()


def read_present(participant: Participant, intervention: str, *, on: date) -> Present:
    """Read what was given of an intervention up to a day, prior care apart.

    A dose that another one of the same day replaced (`record.taken`) was not taken, and leaves `since` as it was.
    """
    doses = [
        dose
        for dose in participant.taken()
        if dose.intervention == intervention and not dose.prior and not _after(dose.start, on)
    ]
    stopped = next(
        (
            each
            for each in participant.discontinuations
            if each.intervention == intervention and not _after(each.date, on)
        ),
        None,
    )
    holds = [
        each for each in participant.holds if each.intervention == intervention and not _after(each.start, on)
    ]
    dated = [(day, dose) for dose in doses if (day := exact_day(dose.start)) is not None]
    if len(dated) < len(doses) or not dated:  # a dose without an exact day may be the last one
        return Present(bool(doses), None, None, None, _open(holds, None), stopped)
    dated.sort(key=lambda each: (each[0], each[1].number))
    start, last = dated[-1]
    amount, since = read_dose(last.amount, last.unit), start
    for day, dose in reversed(dated[:-1]):
        if amount is None or read_dose(dose.amount, dose.unit) != amount or _held_between(holds, day, since):
            break
        since = day
    return Present(True, last, amount, since, _open(holds, (start, last)), stopped)


def exact_day(text: str) -> date | None:
    """The day of a date text; None where it is no exact day."""
    days = _days(text)
    return days.first if days is not None and days.exact else None


def _days(text: str) -> Days | None:
    try:
        return parse_date(text)
    except UnreadableDate:
        return None


def _after(text: str, on: date) -> bool:
    """Whether something certainly lies after a day."""
    days = _days(text)
    return days is not None and days.first > on


def _open(holds: list[Hold], last: tuple[date, Dose] | None) -> Hold | None:
    """The interruption of the latest day that no later dose ended.

    Days decide, whichever was told first; on one and the same day the order in which they were told does.
    """
    after = [hold for hold in holds if last is None or not ends_hold(*last, hold)]
    return max(after, key=lambda hold: (hold.start, hold.position), default=None)


def ends_hold(day: date, dose: Dose, hold: Hold) -> bool:
    """Whether a dose ended an interruption; where the day of that is not exact, only one that certainly came later.

    `day`: the first of the dose. Of a dose and an interruption of one day the one told later counts; a later correction of
    the dose does not make it the later one.
    """
    held = _days(hold.start)
    if held is None:
        return dose.told > hold.position
    return day > held.last or (day == held.last and dose.told > hold.position)


def _held_between(holds: list[Hold], first: date, last: date) -> bool:
    days = [exact_day(hold.start) for hold in holds]
    return any(day is None or first <= day <= last for day in days)
