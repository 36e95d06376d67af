"""What each type of event about a participant needs before it, what it cannot follow, and what it must agree with.

Read as a list of rules: `STEPS`. All of them can be told from the chain and the definition in force, without deciding an
action anew; what would need that is listed in `docs/explanation/ledger.md`. A rule here holds for every archive there
is: one that an action comes to ask for later must not be asked of events from before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from trialwright.conduct.actions.consent import SEX
from trialwright.conduct.actions.record_rescue import THERAPIES
from trialwright.conduct.actions.report_ae import OUTCOMES, TAKEN
from trialwright.conduct.actions.report_deviation import CATEGORIES, SEVERITIES
from trialwright.conduct.actions.sign import MEANINGS
from trialwright.exchange.archive.at import (
    At,
    Check,
    another_form,
    another_number,
    latest_day,
    lies_before,
    not_recorded,
)
from trialwright.exchange.archive.of_corrections import check_correction
from trialwright.exchange.archive.of_course import (
    check_allocation,
    check_approved,
    check_arm,
    check_completed,
    check_consent,
    check_consented_anew,
    check_enrolment,
    check_first_or_again,
    check_target,
    check_verdict,
)
from trialwright.exchange.archive.of_doses import check_dose, check_held, check_rescue, check_stopped
from trialwright.exchange.archive.of_safety import check_deviation, check_event, check_known_event, check_sent
from trialwright.exchange.archive.of_visits import (
    check_answered,
    check_asked,
    check_closed,
    check_form,
    check_recalculated,
    check_visit,
)
from trialwright.safety.reporting import STAGES
from trialwright.terms.message import Message, message


class Step(NamedTuple):
    """What an event of a type needs.

    `after`: turns taken before it; `never_after`: turns it cannot follow. `going_on`: only while the course has not ended.
    `told_late`: a part with a day not after the end of the course. `since_consent`: a part with a day not before consent.
    `days`: the parts with days, none of which lies after the event. `numbered`: what its `number` counts.
    `choices`: the values that a part may have. `checks`: what else must agree. `makes`: the turn it is.
    """

    after: frozenset[str] = frozenset({"consented"})
    never_after: frozenset[str] = frozenset()
    going_on: bool = False
    told_late: str = ""
    since_consent: str = ""
    days: tuple[str, ...] = ()
    numbered: str = ""
    choices: tuple[tuple[str, frozenset[str]], ...] = ()
    checks: tuple[Check, ...] = ()
    makes: str = ""


def find_problem(at: At) -> Message | None:
    """What does not hold of an event about a participant; None where nothing is wrong."""
    kind, data, course = at.written["type"], at.data, at.course
    step = STEPS[kind]
    if not step.after <= course.reached:
        needed = min(step.after - course.reached, key=TURNS_IN_ORDER.index)
        return message("It needs an event of the type {type} before it.", type=needed)
    if step.never_after and not step.never_after.isdisjoint(course.reached):
        return message(
            "It cannot follow an event of the type {type}.", type=min(step.never_after & course.reached)
        )
    if step.going_on and course.ends:
        return message("The course of the participant ended on {day}.", day=course.end)
    for part in step.days:
        day = data[part]
        if day[:10] > latest_day(at.written["at"][:13]):
            return message("It is of {day}, which lies after the event itself.", day=day)
    if step.since_consent and data[step.since_consent] < course.consent:
        return lies_before(data[step.since_consent], course.consent)
    if step.told_late and course.ends and data[step.told_late] > course.end:
        return message("The course of the participant ended on {day}.", day=course.end)
    for part, offered in step.choices:
        if data[part] not in offered:
            return another_form(kind)
    if step.numbered and data["number"] != course.counted.get(step.numbered, 0) + 1:
        return another_number(data["number"], course.counted.get(step.numbered, 0) + 1)
    for check in step.checks:
        found = check(at)
        if found is not None:
            return found
    return None if COMES_WITH.isdisjoint(data) else _what_comes_with(at)


COMES_WITH = frozenset({"queries", "deviations", "recalculated", "doses"})
"""The parts of an event that say what follows from it."""


def _what_comes_with(at: At) -> Message | None:
    """Queries and deviations go on with the numbers of their kind; forms and doses that are judged anew are on record."""
    queries, deviations = at.data.get("queries", ()), at.data.get("deviations", ())
    for wanted, query in enumerate(queries, start=len(at.course.queries) + 1):
        if query["number"] != wanted:
            return another_number(query["number"], wanted)
    for wanted, each in enumerate(deviations, start=at.course.counted.get("deviation", 0) + 1):
        if each["number"] != wanted:
            return another_number(each["number"], wanted)
        if each["category"] not in CATEGORIES or each["severity"] not in ("", *SEVERITIES):
            return another_form(at.written["type"])
        if "dose" in each and not at.course.has(f"dose/{each['dose']}"):
            return not_recorded(f"dose/{each['dose']}")
    for judged in at.data.get("doses", ()):
        if not at.course.has(f"dose/{judged['number']}"):
            return not_recorded(f"dose/{judged['number']}")
    return check_recalculated(at)


TURNS_IN_ORDER = ("consented", "screened", "enrolled", "allocated", "unblinded", "casebook_locked")
_CONSENTED = frozenset({"consented"})
_ENROLLED = _CONSENTED | {"screened", "enrolled"}
_ALLOCATED = _ENROLLED | {"allocated"}
_YES_NO = frozenset({"true", "false"})
_OPEN_YES_NO = _YES_NO | {""}
_AE_CHOICES = (
    ("infection", _YES_NO),
    ("hypersensitivity", _OPEN_YES_NO),
    ("expected", _OPEN_YES_NO),
    ("action", frozenset(TAKEN)),
    ("outcome", frozenset(OUTCOMES)),
)


STEPS: Final[Mapping[str, Step]] = {
    "consented": Step(
        after=frozenset(), never_after=_CONSENTED, days=("date",), choices=(("sex", frozenset(SEX)),),
        checks=(check_consent,), makes="consented",
    ),
    "re_consented": Step(going_on=True, days=("date",), checks=(check_approved, check_consented_anew)),
    "screened": Step(
        never_after=frozenset({"enrolled"}), going_on=True, since_consent="date", days=("date",),
        checks=(check_first_or_again, check_verdict), makes="screened",
    ),
    "enrolled": Step(
        after=frozenset({"consented", "screened"}), never_after=frozenset({"enrolled"}), going_on=True, days=("date",),
        checks=(check_verdict, check_enrolment), makes="enrolled",
    ),
    "allocated": Step(
        after=_ENROLLED, never_after=frozenset({"allocated"}), going_on=True, days=("date",),
        checks=(check_allocation,), makes="allocated",
    ),
    "allocation_seen": Step(after=_ALLOCATED, days=("date",)),
    "unblinded": Step(
        after=_ALLOCATED, never_after=frozenset({"unblinded"}), days=("date",), checks=(check_arm,), makes="unblinded",
    ),
    "visit_opened": Step(since_consent="date", told_late="date", days=("date",), checks=(check_visit,)),
    "visit_missed": Step(after=_ENROLLED, checks=(check_visit,)),
    "form_recorded": Step(checks=(check_form,)),
    "form_corrected": Step(checks=(check_form,)),
    "corrected": Step(checks=(check_correction,)),
    "query_raised": Step(checks=(check_asked,)),
    "query_answered": Step(checks=(check_answered,)),
    "query_closed": Step(checks=(check_closed,)),
    "dose_given": Step(numbered="dose", days=("start", "end"), checks=(check_dose,)),
    "dose_held": Step(told_late="start", days=("start",), checks=(check_held,)),
    "intervention_discontinued": Step(after=_ALLOCATED, told_late="date", days=("date",), checks=(check_stopped,)),
    "rescue_recorded": Step(
        after=_ALLOCATED, days=("date",), choices=(("therapy", frozenset(THERAPIES)),), checks=(check_rescue,),
    ),
    "ae_reported": Step(numbered="ae", days=("start", "end"), choices=_AE_CHOICES, checks=(check_event,)),
    "ae_updated": Step(days=("start", "end"), choices=_AE_CHOICES, checks=(check_known_event, check_event)),
    "report_sent": Step(choices=(("stage", frozenset(STAGES)),), checks=(check_known_event, check_sent)),
    "deviation_reported": Step(
        numbered="deviation", days=("date",),
        choices=(("category", frozenset(CATEGORIES)), ("severity", frozenset(SEVERITIES))), checks=(check_deviation,),
    ),
    "signed": Step(choices=(("meaning", frozenset(MEANINGS)),), checks=(check_target,)),
    "source_verified": Step(checks=(check_target,)),
    "consent_withdrawn": Step(going_on=True, since_consent="date", days=("date",)),
    "lost_to_follow_up": Step(going_on=True, since_consent="date", days=("date",)),
    "participant_died": Step(going_on=True, since_consent="date", days=("date",)),
    "study_completed": Step(after=_ALLOCATED, going_on=True, days=("date",), checks=(check_completed,)),
    "casebook_locked": Step(makes="casebook_locked"),
    "casebook_unlocked": Step(after=frozenset({"consented", "casebook_locked"})),
    "masked": Step(),
}  # fmt: skip
"""What each type of event about a participant needs, in the order of a trial."""
