"""The analysis plan of a study in prose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from trialwright.study.analysis import (
    AnalysisPlan,
    Estimand,
    Relapse,
    Response,
    ResponseCategory,
    ResponseReading,
)
from trialwright.study.analysis_rules import event_scope, response_scope
from trialwright.study.criteria import Scope
from trialwright.study.model import Study
from trialwright.study.prose.document import (
    Block,
    Bullets,
    Code,
    Heading,
    Inline,
    Item,
    Lines,
    Paragraph,
    Table,
)
from trialwright.study.prose.figures import Prose, quantity_text
from trialwright.study.prose.tables import described, facts, listing, rule_in_words, ruled, section
from trialwright.study.prose.vocabulary import term
from trialwright.study.prose.words import Words
from trialwright.terms.message import Message, Text, message


def describe_analysis(study: Study, words: Words) -> Iterator[Block]:
    """Baseline, responses, measures, relapses, occurrences, analysis sets, estimands, methods."""
    yield section(message("Analysis"), "analysis")
    if study.analysis is None:
        yield Paragraph(message("The definition has no analysis plan."))
        return
    yield from _Description(study, study.analysis, words).blocks()


@dataclass(frozen=True)
class _Description:
    study: Study
    plan: AnalysisPlan
    words: Words

    @cached_property
    def at_visit(self) -> Scope:
        """What rules about a visit may use."""
        return response_scope(self.study)

    @cached_property
    def happened(self) -> Scope:
        """What rules about events may use."""
        return event_scope(self.study)

    @cached_property
    def endpoints(self) -> dict[str, Text]:
        """The titles of the study's endpoints."""
        return {each.id: each.title for each in self.study.endpoints}

    @cached_property
    def anchors(self) -> dict[str, Text]:
        """The titles of the schedule's anchors."""
        return {each.id: each.title for each in self.study.schedule.anchors} if self.study.schedule else {}

    @cached_property
    def arms(self) -> dict[str, Text]:
        """The titles of the arms."""
        return {each.id: each.title for each in self.study.arms}

    def blocks(self) -> Iterator[Block]:
        """Everything, in the order of the file."""
        yield Paragraph(message("The two-sided level of significance is {alpha}.", alpha=self.plan.alpha))
        if self.plan.sample_size is not None:
            yield Paragraph(
                message(
                    "Planned are {count} participants in each arm. {assumption}",
                    count=self.plan.sample_size.planned,
                    assumption=self.plan.sample_size.assumption,
                )
            )
        yield from self._definitions()
        yield from self._baseline()
        for response in self.plan.responses:
            yield from self._response(response)
        yield from self._measures()
        for relapse in self.plan.relapses:
            yield from self._relapse(relapse)
        yield from self._events()
        yield from self._sets()
        for estimand in self.plan.estimands:
            yield Heading(3, message("Estimand: {title}", title=estimand.title))
            yield facts(self._estimand(estimand))
        yield from self._methods()

    def _definitions(self) -> Iterator[Block]:
        if self.plan.definitions:
            yield Heading(3, message("Parts of the rules below"))
            yield Table(
                (message("Name"), message("Meaning"), message("Rule")),
                tuple(
                    (Code(name), rule_in_words(rule, self.words, self.at_visit) or "", Code(rule))
                    for name, rule in self.plan.definitions.items()
                ),
            )

    def _baseline(self) -> Iterator[Block]:
        if self.plan.baseline is None:
            return
        yield Heading(3, message("Baseline"))
        chosen = self.plan.baseline.chosen
        yield Table(
            (
                message("Reading"),
                message("Chosen"),
                message("Anchor"),
                message("Not older than"),
                message("Why"),
            ),
            tuple(
                (
                    Code(name),
                    message("yes") if name == chosen else "",
                    self.anchors.get(each.anchor, each.anchor),
                    quantity_text(each.not_older_than),
                    each.because,
                )
                for name, each in self.plan.baseline.readings.items()
            ),
        )

    # responses and what is lost again

    def _response(self, response: Response) -> Iterator[Block]:
        yield Heading(3, response.title)
        yield Paragraph(
            message(
                "Of several results of one visit {choice}. The first category whose rule holds is the answer.",
                choice=term("several_results", response.several_results),
            )
        )
        for name, reading in response.readings.items():
            yield Heading(4, self._reading_title(response, name, reading))
            yield Paragraph(message("Why: {because}", because=reading.because))
            if reading.source:
                yield Paragraph(message("Source: {source}", source=reading.source))
            yield Table(
                (message("Category"), message("If")),
                tuple((each.title, self._condition(each)) for each in reading.categories),
            )
            for flag in reading.flags:
                yield Paragraph(flag)

    def _reading_title(self, response: Response, name: str, reading: ResponseReading) -> Message:
        chosen = name == response.chosen
        if reading.title is None:
            return (
                message('Chosen reading "{name}"', name=name)
                if chosen
                else message('Other reading "{name}"', name=name)
            )
        if chosen:
            return message('Chosen reading "{name}": {title}', name=name, title=reading.title)
        return message('Other reading "{name}": {title}', name=name, title=reading.title)

    def _condition(self, category: ResponseCategory) -> Inline:
        if category.is_what_is_left:
            return message("none of the above")
        if category.rule is not None:
            return ruled(category.rule, self.words, self.at_visit)
        lines: list[Inline] = []
        for part in category.components:
            said = rule_in_words(part.rule, self.words, self.at_visit)
            lines.append(
                part.title if said is None else message("{name}: {rule}", name=part.title, rule=said)
            )
            lines.append(Code(part.rule))
        return Lines(tuple(lines))

    def _relapse(self, relapse: Relapse) -> Iterator[Block]:
        categories = {
            each.id: each.title
            for response in self.plan.responses
            if response.id == relapse.response
            for each in response.readings[response.chosen].categories
        }
        yield Heading(3, relapse.title)
        yield Paragraph(
            message(
                "At risk is who was in one of these: {categories}. The first later visit with one of these events counts:",
                categories=tuple(categories.get(id, id) for id in relapse.after),
            )
        )
        yield Table(
            (message("Event"), message("If"), message("Source")),
            tuple(
                (each.title, ruled(each.rule, self.words, self.at_visit), each.source or "")
                for each in relapse.events
            ),
        )

    def _measures(self) -> Iterator[Block]:
        if self.plan.measures:
            yield Heading(3, message("Measures"))
            yield Table(
                (message("Measure"), message("Number"), message("Worse is"), message("Endpoints")),
                tuple(
                    (
                        each.title,
                        ruled(each.number, self.words, self.at_visit),
                        term("worse", each.worse),
                        self._titles(each.endpoints),
                    )
                    for each in self.plan.measures
                ),
            )
        if self.plan.covariates:
            yield Heading(3, message("Covariates"))
            yield Table(
                (message("Covariate"), message("Number"), message("Scale")),
                tuple(
                    (each.title, ruled(each.number, self.words, self.at_visit), term("scale", each.scale))
                    for each in self.plan.covariates
                ),
            )

    def _titles(self, endpoints: Iterable[str]) -> Inline:
        return listing(self.endpoints.get(id, id) for id in endpoints)

    # events and people

    def _events(self) -> Iterator[Block]:
        if self.plan.occurrences:
            yield Heading(3, message("Occurrences"))
            yield Table(
                (message("Occurrence"), message("If"), message("Counts from"), message("Endpoints")),
                tuple(
                    (
                        each.title,
                        ruled(each.rule, self.words, self.happened),
                        self._from(each.after, each.counts_from),
                        self._titles(each.endpoints),
                    )
                    for each in self.plan.occurrences
                ),
            )
        if self.plan.intercurrent_events:
            yield Heading(3, message("Intercurrent events"))
            yield Table(
                (message("Event"), message("If"), message("Counts from")),
                tuple(
                    (
                        described(each.title, each.description),
                        message("there is no answer where one is asked for")
                        if each.rule is None
                        else ruled(each.rule, self.words, self.happened),
                        self._from(each.after, each.counts_from),
                    )
                    for each in self.plan.intercurrent_events
                ),
            )

    def _from(self, anchor: str | None, counts_from: str | None) -> Inline:
        if anchor is None or counts_from is None:
            return ""
        day = self.anchors.get(anchor, anchor)
        return message("{anchor}: {day}", anchor=day, day=term("counts_from", counts_from))

    def _sets(self) -> Iterator[Block]:
        yield Heading(3, message("Analysis sets"))
        yield Table(
            (message("Set"), message("Who"), message("Grouped"), message("Rule")),
            tuple(
                (
                    each.title,
                    each.description,
                    term("grouped_by", each.grouped_by),
                    ruled(each.rule, self.words, self.happened),
                )
                for each in self.plan.sets
            ),
        )
        if self.plan.received:
            yield Paragraph(
                message("The treatment received is the first of these that holds, else the arm allocated:")
            )
            yield Bullets(
                tuple(
                    Item(
                        message(
                            "{arm}: {rule}",
                            arm=self.arms.get(each.arm, each.arm),
                            rule=self._received(each.rule),
                        )
                    )
                    for each in self.plan.received
                )
            )

    def _received(self, rule: str | None) -> Prose:
        if rule is None:
            return message("everybody else")
        return rule_in_words(rule, self.words, self.happened) or rule

    # estimands and methods

    def _estimand(self, estimand: Estimand) -> list[tuple[Message, Inline | None]]:
        sets = {each.id: each.title for each in self.plan.sets}
        visits = (
            {each.id: each.title for each in self.study.schedule.encounters} if self.study.schedule else {}
        )
        events = {each.id: each.title for each in self.plan.intercurrent_events}
        return [
            (message("Level"), term("level", estimand.level)),
            (message("Endpoint"), self.endpoints.get(estimand.endpoint, estimand.endpoint)),
            (message("Derived"), self._derived(estimand)),
            (message("Population"), sets.get(estimand.population, estimand.population)),
            (message("Arms"), listing(self.arms.get(id, id) for id in estimand.arms)),
            (message("Visit"), visits.get(estimand.encounter or "", estimand.encounter or "")),
            (message("Counted"), term("counted", estimand.counted)),
            (_late_visit(estimand, visits), term("outside_window", estimand.outside_window)),
            (message("Baseline"), Code(estimand.baseline) if estimand.baseline else None),
            (
                message("Intercurrent events"),
                listing(
                    message(
                        "{event}: {strategy}",
                        event=events.get(each.event, each.event),
                        strategy=term("strategy", each.strategy),
                    )
                    for each in estimand.intercurrent_events
                ),
            ),
            (message("Summary measure"), term("summary", estimand.summary)),
        ]

    def _derived(self, estimand: Estimand) -> Inline | None:
        """Of what the endpoint is made: the categories of a response, a measure, a relapse, an occurrence."""
        for response in self.plan.responses:
            if response.id == estimand.response:
                reading = response.readings[estimand.reading or response.chosen]
                titles = {each.id: each.title for each in reading.categories}
                return message(
                    "{response} (reading {reading}): {categories}",
                    response=response.title,
                    reading=estimand.reading or response.chosen,
                    categories=tuple(titles.get(id, id) for id in estimand.categories),
                )
        for things, id in (
            (self.plan.measures, estimand.measure),
            (self.plan.relapses, estimand.relapse),
            (self.plan.occurrences, estimand.occurrence),
        ):
            for thing in things:
                if thing.id == id:
                    return thing.title
        return None

    def _methods(self) -> Iterator[Block]:
        if not self.plan.methods:
            return
        titles = {each.id: each.title for each in self.plan.estimands}
        covariates = {each.id: each.title for each in self.plan.covariates}
        yield Heading(3, message("Methods"))
        yield Table(
            (
                message("Method"),
                message("Role"),
                message("Estimands"),
                message("Name"),
                message("Covariates"),
                message("Settings"),
                message("Source"),
            ),
            tuple(
                (
                    each.title,
                    term("method_role", each.role),
                    listing(titles.get(id, id) for id in each.estimands),
                    Code(each.method),
                    listing(covariates.get(id, id) for id in each.covariates),
                    Lines(tuple(Code(f"{name}: {value}") for name, value in each.parameters.items())),
                    each.source or "",
                )
                for each in self.plan.methods
            ),
        )


def _late_visit(estimand: Estimand, visits: Mapping[str, Text]) -> Message:
    """Which visit outside its window is meant: a measure looks at many, all else at the one of its encounter."""
    encounter = visits.get(estimand.encounter or "")
    if estimand.measure or encounter is None:
        return message("A visit outside its window")
    return message("A visit of {encounter} outside its window", encounter=encounter)
