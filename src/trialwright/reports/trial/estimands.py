"""What is estimated: population, variable, intercurrent events with their strategies, and summary of every estimand.

**Source**: ICH E9(R1), A.3.3 (the attributes of an estimand).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from trialwright.analysis.plan.run import is_available
from trialwright.reports.coded import listed
from trialwright.reports.document import Column
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import DASH
from trialwright.reports.trial.sheet import Entry, Line, Sheet, line
from trialwright.study.analysis import Estimand
from trialwright.study.prose.vocabulary import term
from trialwright.terms.message import Message, Text, message

LEVELS: Mapping[str, Message] = {
    "primary": message("Primary"),
    "secondary": message("Secondary"),
    "exploratory": message("Exploratory"),
    "sensitivity": message("Sensitivity"),
}
ELSEWISE = frozenset({"hypothetical", "while_on_treatment"})
"""The strategies by which an answer after an intercurrent event is not what was seen, and is not a no either."""


def write_estimands(data: TrialData, sheet: Sheet) -> None:
    """Every estimand of which this report computes something, by its level."""
    table = _Estimands(data)
    if not table.shown:
        return
    events = table.events
    columns = [
        Column("estimand", message("Estimand"), "text"),
        Column("population", message("Population"), "text"),
        Column("variable", message("Variable"), "text"),
        *(
            Column(f"event_{index}", title, "text", over=message("Strategy for the intercurrent event"))
            for index, title in enumerate(events.values(), start=1)
        ),
        Column("summary", message("Summary measure"), "text"),
    ]
    sheet.table(
        "estimands",
        message("What is estimated: the estimands of the plan"),
        columns,
        list(table.lines()),
        notes=table.notes(),
        heads=3,
        wide=True,
    )


@dataclass(frozen=True)
class _Estimands:
    """The estimands of a plan as rows."""

    data: TrialData

    @cached_property
    def shown(self) -> tuple[Estimand, ...]:
        """Those to which the plan applies a method that the software has."""
        used = {id for each in self.data.plan.methods if is_available(each) for id in each.estimands}
        return tuple(each for each in self.data.plan.estimands if each.id in used)

    @cached_property
    def events(self) -> Mapping[str, Text]:
        """The titles of the intercurrent events that they name, in the order of the plan."""
        named = {one.event for each in self.shown for one in each.intercurrent_events}
        return {each.id: each.title for each in self.data.plan.intercurrent_events if each.id in named}

    def lines(self) -> Iterator[Line]:
        """A row for each, under its level."""
        for level, said in LEVELS.items():
            own = [each for each in self.shown if each.level == level]
            if own:
                yield line(said, kind="group")
                yield from (self._line(each) for each in own)

    def _line(self, estimand: Estimand) -> Line:
        sets = {each.id: each.title for each in self.data.plan.sets}
        strategies = {each.event: each.strategy for each in estimand.intercurrent_events}
        entries: list[Entry] = [estimand.title, sets[estimand.population], self.variable(estimand)]
        entries += [
            term("strategy", strategies[event]) if event in strategies else DASH for event in self.events
        ]
        return line(*entries, term("summary", estimand.summary))

    def variable(self, estimand: Estimand) -> Message | Text | str:
        """Of what the answer is made, and when."""
        study = self.data.study
        visits = {each.id: each.title for each in study.schedule.encounters} if study.schedule else {}
        what = self._what(estimand)
        visit = visits.get(estimand.encounter or "")
        if visit is None:
            return what
        if estimand.summary in ("survival_curve", "hazard_ratio"):
            return message("time to the first: {what}, up to {visit}", what=what, visit=visit)
        if estimand.counted == "up_to_encounter":
            return message("{what}, at any time up to {visit}", what=what, visit=visit)
        return message("{what}, at {visit}", what=what, visit=visit)

    def _what(self, estimand: Estimand) -> Message | Text | str:
        plan = self.data.plan
        for response in plan.responses:
            if response.id == estimand.response:
                reading = response.readings[estimand.reading or response.chosen]
                titles = {each.id: each.title for each in reading.categories}
                return listed(titles[id] for id in estimand.categories)
        named: Sequence[tuple[Sequence[object], str | None]] = (
            (plan.measures, estimand.measure),
            (plan.relapses, estimand.relapse),
            (plan.occurrences, estimand.occurrence),
        )
        for things, id in named:
            for thing in things:
                if getattr(thing, "id", None) == id:
                    title: Text = thing.title  # type: ignore[attr-defined]
                    return title
        return estimand.title

    def notes(self) -> Iterator[Message]:
        """Which treatments are compared, what a dash means, and what is left out."""
        titles = {arm.id: arm.title for arm in self.data.arms}
        for arms in dict.fromkeys(each.arms for each in self.shown):
            yield message(
                "Treatments compared: {arms}.",
                arms=tuple(message("{id}: {title}", id=arm, title=titles.get(arm, arm)) for arm in arms),
            )
        if any(len(each.intercurrent_events) < len(self.events) for each in self.shown):
            yield message("–: the plan names no strategy, and the event changes nothing.")
        if len(self.shown) < len(self.data.plan.estimands):
            yield message(
                "Estimands whose every planned method is not available in this software are left out."
            )


def explain_no_response(data: TrialData, estimands: Sequence[Estimand]) -> Iterator[Message]:
    """Say which intercurrent events stay a non-response where a row assumes something else of the others."""
    events = {each.id: each for each in data.plan.intercurrent_events}
    for each in estimands:
        strategies = {
            one.event: one.strategy
            for one in each.intercurrent_events
            if events[one.event].rule is not None  # a missing answer is no event that came
        }
        composite = tuple(event for event, strategy in strategies.items() if strategy == "composite")
        if composite and ELSEWISE & set(strategies.values()):
            yield message(
                "{events} counts by the plan as non-response also in: {estimand}.",
                events=tuple(events[event].title for event in composite),
                estimand=each.title,
            )
