"""Logs after the end of a course: what happened up to it may still be told, as of visits and doses; what began later not."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.conduct.action import Refusal
from trialwright.conduct.forms import Entry
from trialwright.conduct.forms.values import plain, read_days
from trialwright.conduct.standing import check_in_study, refuse
from trialwright.record.participant import Participant
from trialwright.study.forms import Form, ItemGroup
from trialwright.terms.message import message


def check_log_told_late(participant: Participant, form: Form, entries: Mapping[str, Entry]) -> Refusal | None:
    """Refuse an entry of a log that began after the participant's end, or of which nobody says when it began.

    `entries`: of the whole record as it will stand. A partial date is refused only if no day of it lies before the end or
    on it. One that cannot be read is left to the checks of the form.
    """
    ended = check_in_study(participant)
    if ended is None:
        return None
    said = _days_said(form, entries)
    if not said:
        return refuse(
            *ended.reasons,
            message(
                "What happened up to then may still be told: the entry of {form} must say on which day it began.",
                form=form.title,
            ),
        )
    for text in said:
        days = read_days(text)
        if days is not None and check_in_study(participant, day=days.first.isoformat()):
            return refuse(
                *ended.reasons,
                message(
                    "What happened up to then may still be told; this began later, on {day}. If that is right, it is not "
                    "recorded here.",
                    day=text,
                ),
            )
    return None


def _days_said(form: Form, entries: Mapping[str, Entry]) -> list[str]:
    """The days on which what is entered began, as texts: of each row; where no row says it, those beside the values."""
    begins = {group.id: _begin(group) for group in form.groups}
    of_rows = []
    for path, entry in entries.items():
        group, _, item = path.partition(".")
        if item and item == begins.get(group.partition("[")[0]) and entry.value.strip():
            of_rows.append(plain(entry.value))
    return of_rows or [plain(entry.date) for entry in entries.values() if entry.date]


def _begin(group: ItemGroup) -> str | None:
    """The item of a group that says when it began."""
    of_fact = (group.fact.start or group.fact.day) if group.fact else None
    return of_fact or group.date
