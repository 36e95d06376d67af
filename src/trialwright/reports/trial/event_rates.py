"""Adverse events per time at risk: the rate of each line of the summary, and how long everybody was followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from trialwright.analysis.incidence_rate import SOURCE, compute_incidence_rate
from trialwright.endpoints.follow_up import exact_day
from trialwright.record.participant import Participant
from trialwright.reports.document import Number
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import DASH, estimate_numbers, estimate_text, signed
from trialwright.reports.trial.sheet import Entry, Source, Trace, traced
from trialwright.safety.adverse_events import EventRow
from trialwright.safety.exposure import FollowUpRow, derive_follow_up
from trialwright.safety.time_at_risk import DAYS_A_YEAR, AtRisk, derive_time_at_risk
from trialwright.study.prose.figures import duration
from trialwright.terms.message import Message, message


class Rates:
    """The time since the first dose of everybody in a group, and rates over it."""

    def __init__(self, data: TrialData, groups: Mapping[str, str]) -> None:
        self.data = data
        self.groups = groups

    @cached_property
    def followed(self) -> tuple[FollowUpRow, ...]:
        """From the first dose of the study to the end of participation, at the latest to the day of the report."""
        return derive_follow_up(self.data.participants, groups=self.groups, until=self.data.on)

    @cached_property
    def people(self) -> Mapping[str, Participant]:
        """Everybody by id."""
        return {one.id: one for one in self.data.participants}

    def entry(self, what: Message, group: str, rows: Sequence[EventRow]) -> Entry:
        """The rate of a kind of event in a group: `rows` are the events of that kind."""
        own = [one for one in self.followed if one.group == group]
        found = derive_time_at_risk(own, rows)
        years = sum(each.days for each in found) / DAYS_A_YEAR

        def trace() -> Trace:
            sources = tuple(self._source(each) for each in found)
            return Trace(what, "incidence_rate", SOURCE, sources)

        if not found:
            return traced(None, trace, shown=DASH)
        level = 1.0 - float(self.data.plan.alpha)
        events = sum(each.event is not None for each in found)
        result = compute_incidence_rate(arm=group, events=events, n=len(found), years=years, level=level)
        counted = (Number("events", events), Number("n", len(found)), Number("time_at_risk", years, "a"))
        return traced(estimate_text(result), trace, numbers=(*counted, *estimate_numbers(result)))

    def followed_entry(self, what: Message, group: str) -> Entry:
        """How many of a group were followed since the first dose, and for how long together."""
        found = [one for one in self.followed if one.group == group and one.days]
        years = sum(one.days or 0 for one in found) / DAYS_A_YEAR
        count = len(found)
        who = message("1 participant") if count == 1 else message("{count} participants", count=count)
        said = message("{who}; {years} person-years", who=who, years=signed(years, 1))
        sources = tuple(
            Source(one.participant, duration(str(one.days), "d"), "", self._positions(one.participant))
            for one in found
        )
        numbers = (Number("participants", count), Number("time_followed", years, "a"))
        return traced(said, Trace(what, "follow-up", "", sources), numbers=numbers)

    def explain(self, rows: Sequence[EventRow]) -> Iterator[Message]:
        """What the rates are, and which events and participants are in none."""
        yield message(
            "Per 100 person-years: participants with such an event, by the time from the first dose to its first day, or to the end of participation, at the latest to {day}; exact interval.",
            day=self.data.on,
        )
        last = {one.participant: one.last for one in self.followed if one.last is not None}
        late = [row for row in rows if row.begun and row.begun[0] > last.get(row.participant, self.data.on)]
        if late:
            yield message(
                "Begun after the end of participation, so in the counts and in no rate: {count} events.",
                count=len(late),
            )
        unknown = [one for one in self.followed if one.days is None]
        if unknown:
            yield message(
                "In no rate, because the day of the first dose or of the end of participation is not exactly known: {count} ({who}).",
                count=len(unknown),
                who=tuple(one.participant for one in unknown),
            )

    def explain_clock(self) -> Iterator[Message]:
        """Of how many the time began before their allocation or week 0, and with which interventions; else nothing."""
        early: dict[str, list[str]] = {}
        for one in self.followed:
            person, first = self.people[one.participant], one.first
            began = self.data.followed(one.participant).start if person.enrolled else None
            limits = [began, exact_day(person.allocated.date) if person.allocated else None]
            if first is None or not any(limit is not None and first < limit for limit in limits):
                continue
            early[one.participant] = [
                dose.intervention
                for dose in person.doses
                if not dose.prior and exact_day(dose.start) == first
            ]
        if not early:
            return
        taken = {id for ids in early.values() for id in ids}
        secret = self.data.telling if self.data.blind else frozenset[str]()
        names = tuple(
            each.title for each in self.data.study.interventions if each.id in taken and each.id not in secret
        )
        yield message(
            "The first dose is that of any intervention of the study. For {count} of {total} participants it came before allocation or before the day that begins week 0 of the visits ({interventions}); these days count here, and an event in them counts as treatment-emergent.",
            count=len(early),
            total=len(self.followed),
            interventions=names or message("not shown"),
        )

    def _source(self, one: AtRisk) -> Source:
        event: Message | str = one.event.term if one.event else message("no event")
        positions = self._positions(one.participant)
        if one.event is not None:
            positions = tuple(sorted({*positions, one.event.position}))
        facts = (f"ae/{one.event.number}",) if one.event else ()
        return Source(one.participant, duration(str(one.days), "d"), event, positions, facts)

    def _positions(self, participant: str) -> tuple[int, ...]:
        """The events of the ledger that say when somebody's time began and ended."""
        one = self.people[participant]
        ends = (one.completed, one.withdrawn, one.lost, one.died)
        doses = [dose for dose in one.doses if not dose.prior]
        first = min(doses, key=lambda dose: (dose.start, dose.position), default=None)
        found = {end.position for end in ends if end is not None}
        return tuple(sorted(found | ({first.position} if first else set())))
