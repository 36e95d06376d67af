"""Dosing in prose: route, steps, limits, rounding, adjustments, preparation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialwright.study.design import Intervention
from trialwright.study.model import Study
from trialwright.study.prose.document import Block, Bullets, Code, Heading, Inline, Item, Paragraph, Table
from trialwright.study.prose.figures import Prose, day_from, quantity_text
from trialwright.study.prose.tables import facts, listing, qualified, ruled, section, text_of
from trialwright.study.prose.vocabulary import term
from trialwright.study.prose.words import Words, within_sentence
from trialwright.study.regimen import (
    Container,
    DayRule,
    DoseAdjustment,
    DoseStep,
    DoseTarget,
    Preparation,
    Regimen,
    Rounding,
)
from trialwright.terms.message import Text, message


def describe_dosing(study: Study, words: Words) -> Iterator[Block]:
    """How every intervention is given."""
    yield section(message("Dosing"), "dosing")
    if not any(each.regimen for each in study.interventions):
        yield Paragraph(
            message("The definition has no computable dosing; the descriptions of the interventions stand.")
        )
    names = {each.id: each.title for each in study.interventions} | {
        each.id: each.title for each in study.epochs
    }
    if study.schedule:
        names |= {each.id: each.title for each in study.schedule.anchors}
        names |= {each.id: each.title for each in study.schedule.encounters}
    for intervention in study.interventions:
        if intervention.regimen is not None:
            yield from _regimen(intervention, intervention.regimen, names, words)


def _regimen(
    intervention: Intervention, regimen: Regimen, names: Mapping[str, Text], words: Words
) -> Iterator[Block]:
    yield Heading(3, intervention.title)
    target, carry_on = regimen.target, term("carry_on", regimen.carry_on)
    yield facts(
        [
            (message("Route"), term("route", regimen.route)),
            (message("How often"), term("frequency", regimen.frequency)),
            (message("Stands for"), listing(names.get(id, id) for id in intervention.stands_for)),
            (message("Epoch"), listing(names.get(id, id) for id in intervention.epochs)),
            (message("Visits"), listing(names.get(id, id) for id in regimen.encounters)),
            (message("Starts"), listing(_said(regimen.starts, regimen.begins, names))),
            (message("Ends"), listing(_said(regimen.ends, regimen.stops, names, before=True))),
            (message("Lasts at least"), _quantity(regimen.lasts_at_least)),
            (message("Lasts at most"), _quantity(regimen.lasts_at_most)),
            (message("Lowest dose"), _quantity(regimen.low)),
            (message("Highest dose"), _quantity(regimen.high)),
            (message("Lowest total"), _quantity(regimen.total_low)),
            (message("Highest total"), _quantity(regimen.total_high)),
            (message("Body weight"), ruled(regimen.weight, words)),
            (message("Rounded to"), _rounding(regimen.rounding)),
            (message("If nothing is to change"), carry_on),
            (
                message("Target"),
                _target(target, words) if target else "",
            ),
            (message("Preparation"), _preparation(regimen.preparation)),
        ]
    )
    yield Paragraph(message("Doses, in this order:"))
    yield Bullets(tuple(Item(_step(step)) for step in regimen.steps))
    if regimen.adjustments:
        yield Table(
            (message("Adjustment"), message("If"), message("Then"), message("Why")),
            tuple(
                (Code(each.id), ruled(each.when, words), _adjustment(each), each.because)
                for each in regimen.adjustments
            ),
        )


def _said(
    text: Text | None, day: DayRule | None, names: Mapping[str, Text], *, before: bool = False
) -> Iterator[Prose]:
    if text is not None:
        yield text
    if day is not None:
        counted = day_from(day.at, within_sentence(names[day.anchor]) if day.anchor in names else day.anchor)
        yield message("before {day}", day=counted) if before else counted


def _rounding(rounding: Rounding | None) -> Prose:
    if rounding is None:
        return ""
    parts = [term("towards", rounding.towards), term("ties", rounding.ties)]
    return qualified(quantity_text(rounding.to), text_of([part for part in parts if part]))


def _target(target: DoseTarget, words: Words) -> Prose:
    label, low, high = words.title(target.concept), quantity_text(target.low), quantity_text(target.high)
    return message("{label} {low} to {high}", label=label, low=low, high=high)


def _quantity(text: str | None) -> Prose:
    return "" if text is None else quantity_text(text)


def _step(step: DoseStep) -> Prose:
    parts: list[Prose] = []
    if step.amount:
        parts.append(quantity_text(step.amount))
    if step.maximum:
        parts.append(message("no more than {amount}", amount=quantity_text(step.maximum)))
    if step.lasts:
        parts.append(message("for {length}", length=quantity_text(step.lasts)))
    if step.change and step.every and step.until:
        parts.append(
            message(
                "changed by {amount} every {length} until {end}",
                amount=quantity_text(step.change),
                length=quantity_text(step.every),
                end=quantity_text(step.until),
            )
        )
    return text_of(parts)


def _adjustment(adjustment: DoseAdjustment) -> Inline:
    parts: list[Prose] = [term("action", adjustment.action)]
    if adjustment.once_taken:
        parts.append(message("once it has been taken"))
    if adjustment.amount:
        parts.append(quantity_text(adjustment.amount))
    if adjustment.by:
        parts.append(message("by {share}", share=quantity_text(adjustment.by)))
    if adjustment.again_after:
        parts.append(message("looked at again after {length}", length=quantity_text(adjustment.again_after)))
    if adjustment.deviation:
        parts.append(message("a deviation from the protocol"))
    return text_of(parts)


def _preparation(preparation: Preparation | None) -> Inline:
    if preparation is None:
        return ""
    parts: list[Prose] = [_container(each) for each in preparation.containers]
    parts += [term("choose", each) for each in preparation.choose]
    if preparation.concentration:
        parts.append(message("concentration {amount}", amount=quantity_text(preparation.concentration)))
    if preparation.volume_rounding:
        shown = _rounding(preparation.volume_rounding)
        parts.append(message("volume shown to {amount}", amount=shown))
    if preparation.diluted_to:
        parts.append(message("diluted to {amount}", amount=quantity_text(preparation.diluted_to)))
    if preparation.diluent:
        parts.append(message("diluted with {diluent}", diluent=preparation.diluent))
    if preparation.given_over:
        parts.append(message("given over {length}", length=quantity_text(preparation.given_over)))
    if preparation.used_within:
        parts.append(message("used within {length}", length=quantity_text(preparation.used_within)))
    if preparation.instructions:
        parts.append(preparation.instructions)
    return listing(parts)


def _container(container: Container) -> Prose:
    contents = quantity_text(container.contents)
    if container.dissolved_in is None:
        return message("container of {contents}", contents=contents)
    dissolved = quantity_text(container.dissolved_in)
    return message("container of {contents}, dissolved in {volume}", contents=contents, volume=dissolved)
