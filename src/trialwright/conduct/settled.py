"""Queries of the rules whose reason has gone: by the record as it stands, after a correction, they would not be asked.

Nothing closes a query but a person: what was asked is answered, and the answer judged (ICH E6(R2), 5.18.4 (n) and 5.5.3: a
change is traced, and nothing is settled in silence). What is said here spares whoever answers the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from trialwright.conduct.actions.report_ae import find_contradiction
from trialwright.conduct.administration import doubts_of_day
from trialwright.conduct.after_the_end import death_doubts, loss_doubts, withdrawal_doubts
from trialwright.conduct.course_limits import find_course_excess
from trialwright.conduct.eligible import assess_record
from trialwright.conduct.enrolled_rightly import as_joined, criterion_asked
from trialwright.conduct.forms import FormContext, check_entries
from trialwright.conduct.forms.recorded import entries_of
from trialwright.conduct.moved import ask_what_stayed, done_before
from trialwright.conduct.told_twice import find_doubts
from trialwright.conduct.trial import Trial
from trialwright.conduct.unfinished import ask_unexplained
from trialwright.record.books import TURNS
from trialwright.record.participant import Dose, FormRecord, Participant, Query
from trialwright.study.situation import derive_occasions
from trialwright.terms.digits import is_count
from trialwright.terms.message import Message, Text
from trialwright.terms.stored_message import pack_message, unpack_message
from trialwright.terms.truth import Truth

ASKED_OF_END = {"death": death_doubts, "withdrawal": withdrawal_doubts, "loss": loss_doubts}
"""What is asked about the end of a course, as a correction names it."""


def find_settled(trial: Trial, participant: Participant, *, on: date) -> frozenset[int]:
    """Find the queries that are not closed and that the rules would not ask any more, by their numbers.

    `on`: the calendar day at the site. A query that a person asked, and one of which that cannot be told, is none of them.
    """
    judge = _Judge(trial, participant, on)
    return frozenset(
        query.number
        for query in participant.queries
        if query.state != "closed" and judge.is_asked(query) is False
    )


class _Judge:
    """One participant as of a day, by the definition in force at the site."""

    def __init__(self, trial: Trial, participant: Participant, on: date) -> None:
        site = trial.site(participant.site)
        self.trial, self.participant, self.on = trial, participant, on
        self.version = site.version_on(on.isoformat()) or trial.study.version
        self.study = trial.definition(self.version)
        self.ranges = site.ranges

    def is_asked(self, query: Query) -> Truth:
        """Whether the rules would ask it now; None where that cannot be told."""
        question = unpack_message(query.says) if query.says else None
        if question is None:
            return None
        kind, _, number = query.path.partition("/")
        criterion = criterion_asked(question)
        if criterion:
            return self._fails(criterion)
        if self.participant.gone(query.path.partition("#")[0]) or self._is_of_no_visit(query.path):
            return False
        if any(_mark(question) == _mark(one.question) for one in find_doubts(self.study, self.participant)):
            return True
        if any(_mark(question) == _mark(one) for _, one in find_course_excess(self.study, self.participant)):
            return True
        match kind:
            case "dose":
                return self._about_dose(number, question)
            case "ae":
                return self._about_event(number, question)
            case "death" | "withdrawal" | "loss":
                return self._about_end(kind, question)
            case "visit":
                return self._about_visit(number, question)
            case "consent":
                return self._about_consent(number)
            case _:
                return self._about_form(query.path, question)

    def _about_end(self, kind: str, question: Message | Text) -> Truth:
        end = getattr(self.participant, TURNS[kind])
        asked = ASKED_OF_END[kind](self.participant, end.date) if end and end.date else []
        return any(_mark(question) == _mark(one) for _, one in asked)

    def _about_visit(self, id: str, question: Message | Text) -> Truth:
        """Whether something still stands under the day that the visit had before it was corrected."""
        visit = self.participant.visit(id)
        before = dict(question.values).get("before") if isinstance(question, Message) else None
        if visit is None or not isinstance(before, str):
            return None
        return any(ask_what_stayed(self.participant, visit, before))

    def _about_consent(self, number: str) -> Truth:
        """Whether anything still lies before a consent whose day was corrected."""
        consents = self.participant.consents
        if not is_count(number) or not 1 <= int(number) <= len(consents):
            return None
        return bool(done_before(self.participant, consents[int(number) - 1].date))

    def _is_of_no_visit(self, path: str) -> bool:
        """Whether a question is about a form of a visit that was taken back."""
        visit = path.partition("/")[0]
        return bool(visit) and "#" in path and self.participant.gone(f"visit/{visit}") is not None

    def _fails(self, criterion: str) -> Truth:
        """Whether a criterion still does not pass on the day of enrolment, doses of the study apart."""
        enrolled = self.participant.enrolled
        if enrolled is None:
            return None
        eligibility = self.trial.eligibility(self.version)
        day = date.fromisoformat(enrolled.date)
        judged = assess_record(self.study, eligibility, as_joined(self.participant), on=day)
        found = [each.verdict for each in judged.criteria if each.id == criterion]
        return found[0] != "pass" if found else None

    def _about_dose(self, number: str, question: Message | Text) -> Truth:
        dose = next((each for each in self.participant.doses if str(each.number) == number), None)
        if dose is None:
            return None
        named = dict(question.values) if isinstance(question, Message) else {}
        if "corrected" in named:  # whether it was given, though the corrected record asks for another
            given = (named["amount"], named["unit"]) == (dose.amount, dose.unit)
            return given and any(
                (each.dose, each.matter) == (dose.number, "amount") and not each.taken_back
                for each in self.participant.deviations
            )
        if "proposed" in named:  # whether this is the amount that was given
            return bool(dose.deviation) and (named["amount"], named["unit"]) == (dose.amount, dose.unit)
        return any(_mark(question) == _mark(one) for one in self._of_day(dose))

    def _of_day(self, dose: Dose) -> Iterator[Message]:
        for single in (True, False):
            yield from (one for _, one in doubts_of_day(self.study, self.participant, dose, single=single))

    def _about_event(self, number: str, question: Message | Text) -> Truth:
        event = next((each for each in self.participant.adverse_events if str(each.number) == number), None)
        if event is None:
            return None
        now = [find_contradiction(event.number, event.current)]
        now += [one for number, one in ask_unexplained(self.participant) if number == event.number]
        return any(_mark(question) == _mark(one) for one in now if one is not None)

    def _about_form(self, path: str, question: Message | Text) -> Truth:
        """Whether something is asked at a place of a form: one open query stands for all that is asked there."""
        id, _, place = path.partition("#")
        record = self.participant.forms.get(id)
        if record is None:
            return None
        if isinstance(question, Message) and "source" in dict(question.values):  # told twice: judged before
            return False
        places = self._asked_of(record)
        return None if places is None else place in places

    def _asked_of(self, record: FormRecord) -> frozenset[str] | None:
        """The places of a form, as it stands now, of which something is asked; None where it is no form of the study."""
        forms = self.trial.forms(self.version)
        known = forms.study.forms.forms if forms.study.forms else ()
        form = next((each for each in known if each.id == record.form), None)
        visit = self.participant.visit(record.visit) if record.visit else None
        if form is None or (record.visit and (visit is None or not visit.date)):
            return None
        day = visit.date if visit else self.on.isoformat()
        context = FormContext(
            participant=self.participant,
            record=record.id,
            encounter=visit.encounter if visit else "",
            visit_date=day,
            today=self.on,
            ranges=self.ranges,
            named=derive_occasions(self.study, self.participant),
        )
        checked = check_entries(forms, form.id, entries_of(record, form, visit_date=day), context)
        return frozenset(fault.path for fault in checked.queries)


def _mark(question: Message | Text) -> tuple[object, ...]:
    """What tells one question from another: its template, and the values that are not wording of the study."""
    kept = unpack_message(pack_message(question))
    if not isinstance(kept, Message):
        return (kept,)
    return (kept.template, *((name, value) for name, value in kept.values if _is_plain(value)))


def _is_plain(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    )
