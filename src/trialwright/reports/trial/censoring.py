"""How times to event are counted: to which day an event is dated, and when whoever has had none is censored.

Says what `endpoints.cumulative`, `endpoints.relapse` and `endpoints.occurrence` do. **Source**: ICH E3, 11.4.2 (the
handling of dropouts and missing data is to be described); CONSORT 2025, item 21c.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from trialwright.endpoints.landmark import COMPOSITE
from trialwright.reports.trial.data import TrialData
from trialwright.study.analysis import Estimand
from trialwright.study.prose.vocabulary import term
from trialwright.terms.message import Message, Text, message

Kind = Literal["response", "relapse", "occurrence"]


def seen_at_visits(estimand: Estimand) -> bool:
    """Whether an event is known only from a visit that shows it, and not from a day of its own."""
    return kind_of(estimand) != "occurrence"


def kind_of(estimand: Estimand) -> Kind:
    """What ends the time of an estimand."""
    if estimand.occurrence:
        return "occurrence"
    return "relapse" if estimand.relapse else "response"


def explain_censoring(data: TrialData, estimands: Sequence[Estimand]) -> Iterator[Message]:
    """Say for estimands counted alike, once, when whoever has had no event is censored; then what this supposes."""
    found: dict[tuple[object, ...], list[Estimand]] = {}
    for each in estimands:
        strategies = tuple((one.event, one.strategy) for one in each.intercurrent_events)
        found.setdefault((kind_of(each), each.encounter, strategies), []).append(each)
    for alike in found.values():
        yield from _Censored(data, alike).sentences()
    if any(seen_at_visits(each) for each in estimands):
        yield message(
            "An event that a visit shows came at some time since the visit before; curves and intervals take no account of this. Censoring, and visits that were missed, are taken to say nothing of what would have come."
        )
    else:
        yield message("Censoring is taken to say nothing of what would have come.")


class _Censored:
    """Some estimands that are counted alike."""

    def __init__(self, data: TrialData, alike: Sequence[Estimand]) -> None:
        self.data, self.alike = data, alike
        self.titles = tuple(each.title for each in alike)
        self.strategies = {one.event: one.strategy for one in alike[0].intercurrent_events}

    @property
    def visit(self) -> Text | str:
        schedule, id = self.data.study.schedule, self.alike[0].encounter or ""
        visits: Mapping[str, Text] = {each.id: each.title for each in schedule.encounters} if schedule else {}
        return visits.get(id, id)

    def _events(self, *strategies: str, missing: bool) -> tuple[Text, ...]:
        """The events of the plan dealt with so: those that come, and the missing answer or not."""
        return tuple(
            each.title
            for each in self.data.plan.intercurrent_events
            if str(self.strategies.get(each.id)) in strategies and (missing or each.rule is not None)
        )

    def sentences(self) -> Iterator[Message]:
        """When whoever has had no event is censored."""
        kind = kind_of(self.alike[0])
        if kind == "occurrence":
            yield message(
                "{estimands}: without the event, censored at {visit}, or at the end of participation before it.",
                estimands=self.titles,
                visit=self.visit,
            )
        elif kind == "relapse":
            yield message(
                "{estimands}: from the first response on; without the event, censored at the last visit with an answer.",
                estimands=self.titles,
            )
            ending = self._events("composite", "hypothetical", "while_on_treatment", missing=False)
            if ending:
                yield message(
                    "{estimands}: no visit counts after: {events}.", estimands=self.titles, events=ending
                )
        else:
            yield from self._response()

    def _response(self) -> Iterator[Message]:
        missing = next((each.id for each in self.data.plan.intercurrent_events if each.rule is None), "")
        said = {"estimands": self.titles, "visit": self.visit}
        strategy = self.strategies.get(missing)
        if strategy in COMPOSITE:
            yield message(
                "{estimands}: without the event, censored on the last day on which {visit} could take place.",
                **said,
            )
        else:
            yield message(
                "{estimands}: without the event, censored on the last day on which {visit} could take place, where that visit has an answer; without an answer there, at the last visit with one.",
                **said,
            )
        never = self._events("composite", missing=True)
        if never:
            yield message(
                "{estimands}: after one of these the event cannot come, and who has it stays at risk up to that last day: {events}.",
                estimands=self.titles,
                events=never,
            )
        if strategy in ("worst_case", "best_case"):
            yield message(
                "{estimands}: a missing answer is taken on that last day as the {strategy}.",
                estimands=self.titles,
                strategy=term("strategy", strategy),
            )
        ending = self._events("hypothetical", "while_on_treatment", missing=False)
        if ending:
            yield message(
                "{estimands}: censored on the day of: {events}.", estimands=self.titles, events=ending
            )
