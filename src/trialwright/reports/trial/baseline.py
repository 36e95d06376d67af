"""The participants at baseline: each characteristic by arm, and how far the arms differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trialwright.analysis.counts import ArmCount, TwoArms
from trialwright.analysis.describe import describe
from trialwright.analysis.methods import METHODS
from trialwright.analysis.result import CannotAnalyse, Result
from trialwright.analysis.standardised_difference import compute_chance_error
from trialwright.endpoints.follow_up import FollowUp
from trialwright.endpoints.measures import exact
from trialwright.logic import nodes as n
from trialwright.logic.interpreter import evaluate_number
from trialwright.reports.coded import SEX
from trialwright.reports.document import Cell, Column
from trialwright.reports.figures.love import Balance, Love, draw_love
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import (
    DASH,
    count_numbers,
    count_share,
    description_numbers,
    description_text,
    signed,
    significant,
)
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.study import grammar as g
from trialwright.study.prose.figures import unit_words
from trialwright.study.prose.words import Words
from trialwright.study.rules import rule_scope
from trialwright.study.stratification import allocation_factors
from trialwright.terms.message import Message, Text, message

_SIGN = message(
    "Of two categories the difference is that of the one listed last: above 0 where the first arm has more of it."
)
THRESHOLD = "threshold"
"""The setting by which a method of the plan says from which standardised difference on a reader should look."""


class Value(NamedTuple):
    """A participant's value of a characteristic, with what it rests on."""

    participant: str
    number: float
    positions: tuple[int, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Characteristic:
    """Something known at baseline. `values` of coded findings are positions among `categories`."""

    title: Text | Message
    unit: str
    categories: tuple[str | Message | Text, ...]
    values: tuple[Value, ...]


def derive_characteristics(data: TrialData) -> Iterator[Characteristic]:
    """Age and sex, then every measurement and coded finding of the concept list that somebody has at baseline."""
    people = [one for one in data.cohort.followed if one.participant.allocated]
    yield _age(people)
    yield _sex(people)
    words = Words(data.study)
    nodes = _nodes(data)  # all at once: what is found for a node is kept by its identity
    for concept in data.study.concepts:
        if concept.name not in nodes:
            continue
        values = _values(nodes[concept.name], people)
        if concept.kind == "finding":
            values = (value for value in values if value.number >= 0 and value.number == int(value.number))
        found = tuple(values)
        if found:
            coded = range(len(concept.values)) if concept.kind == "finding" else ()
            categories = tuple(words.coded(concept.name, index) for index in coded)
            yield Characteristic(words.title(concept.name), concept.unit or "", categories, found)


AGE = n.Age()


def derive_strata(data: TrialData) -> Iterator[Characteristic]:
    """The level of every factor by which allocation was stratified or balanced, as it was when the arm was given."""
    for factor in allocation_factors(data.study):
        levels = tuple(level.id for level in factor.levels)
        if factor.by_site:
            levels = tuple(
                dict.fromkeys(
                    one.allocated.levels.get(factor.id, "") for one in data.participants if one.allocated
                )
            )
        titles = {level.id: level.title for level in factor.levels}
        values = tuple(
            Value(one.id, float(levels.index(level)), (one.allocated.position,), ())
            for one in data.participants
            if one.allocated and (level := one.allocated.levels.get(factor.id)) in levels
        )
        if values:
            title = message("Allocation factor: {factor}", factor=factor.title)
            yield Characteristic(title, "", tuple(titles.get(level, level) for level in levels), values)


def _nodes(data: TrialData) -> dict[str, n.Number]:
    """What is looked up of every measurement and coded finding."""
    scope = rule_scope(data.study)
    nodes: dict[str, n.Number] = {}
    for concept in data.study.concepts:
        if concept.kind == "measurement":
            scored = (
                concept.unit == "{score}" and not concept.computed_by
            )  # read off a biopsy, which may be older
            rule = f"latest({concept.name}, within=ever)" if scored else f"baseline({concept.name})"
            nodes[concept.name] = scope.number(g.parse_rule(rule))
        elif concept.kind == "finding" and len(concept.values) > 1 and not concept.name.endswith("_item"):
            nodes[concept.name] = n.Pick(concept.name)
    return nodes


def _age(people: Sequence[FollowUp]) -> Characteristic:
    values = []
    for one in people:
        day = one.start or one.on
        number = exact(evaluate_number(AGE, one.on_day(day)))
        if number is not None:
            values.append(Value(one.id, number, (one.participant.consents[0].position,), ()))
    return Characteristic(message("Age"), "a", (), tuple(values))


def _sex(people: Sequence[FollowUp]) -> Characteristic:
    known, names = tuple(SEX), tuple(SEX.values())
    values = [
        Value(one.id, float(known.index(one.participant.sex)), (one.participant.consents[0].position,), ())
        for one in people
    ]
    return Characteristic(message("Sex"), "", names, tuple(values))


def _values(node: n.Number, people: Sequence[FollowUp]) -> Iterator[Value]:
    for one in people:
        if one.start is None:
            continue
        bounds = evaluate_number(node, one.on_day(one.start))
        number = exact(bounds)
        if number is not None:
            facts = tuple(dict.fromkeys(bounds.facts))
            yield Value(one.id, number, one.positions_of(facts), tuple(fact.fact for fact in facts))


def write_baseline(data: TrialData, sheet: Sheet) -> None:
    """The baseline table with standardised differences, and their figure."""
    sheet.heading(message("Participants at baseline"), "baseline", level=1)
    arms = data.groups
    columns = [Column("characteristic", message("Characteristic"), "text")]
    columns += [
        Column(
            f"arm_{index}",
            message("{arm} (n = {count})", arm=data.group_title(arm), count=len(data.allocated(arm))),
            "text",
            label=data.group_title(arm),
        )
        for index, arm in enumerate(arms, start=1)
    ]
    two = len(arms) == 2
    if two:
        columns.append(
            Column("difference", message("Difference, SD"), "number", statistic="standardised_difference")
        )
    lines: list[Line] = []
    balance: list[Balance] = []
    drawn: list[Line] = []
    for each in (*derive_characteristics(data), *derive_strata(data)):
        groups = {arm: _of(data, arm, each) for arm in arms}
        found = standardised_difference(each, groups, arms) if two else None
        if each.categories:
            lines += _category_lines(each, groups, found, two=two)
        else:
            lines.append(_number_line(each, groups, found, two=two))
        balance.append(Balance(each.title, found.estimate if found else None, None))
        drawn.append(line(each.title, _size_entry(each, groups, found)))
    threshold = declared_threshold(data)
    sheet.table(
        "baseline",
        message("Characteristics at baseline by arm")
        if not data.blind
        else message("Characteristics at baseline"),
        columns,
        lines,
        notes=(
            message(
                "Numbers: mean (standard deviation); median [quartiles]; how many have a value. Baseline as the plan declares it."
            )
            if data.blind
            else message(
                "Numbers: mean (standard deviation); median [quartiles]; how many have a value. Baseline as the plan declares it. Differences are standardised: in standard deviations (SD) of both arms. No tests: they would answer another question."
            ),
            *(_explain_size(data, threshold) if two else ()),
            *((_SIGN,) if two else ()),
        ),
    )
    if two and balance:
        sheet.figure(
            message("Standardised differences at baseline"),
            draw_love,
            Love("balance", message("Standardised differences at baseline"), tuple(balance), None, threshold),
            columns=(
                Column("characteristic", message("Characteristic"), "text"),
                Column(
                    "size",
                    message("Absolute standardised difference"),
                    "number",
                    statistic="absolute_standardised_difference",
                ),
            ),
            lines=drawn,
            notes=(
                message(
                    "The arms were not made by chance, so differences at baseline may explain differences later."
                )
                if data.assigned
                else message("The arms were made by chance; what differs, differs by chance."),
            ),
        )


def declared_threshold(data: TrialData) -> float | None:
    """The size of a standardised difference that the plan says deserves a look; None where it says none.

    A size that is no number above 0 says none.
    """
    for each in data.plan.methods:
        if each.method.startswith("standardised_difference") and THRESHOLD in each.parameters:
            try:
                size = float(each.parameters[THRESHOLD])
            except ValueError:
                continue
            if 0.0 < size < float("inf"):
                return size
    return None


def _explain_size(data: TrialData, threshold: float | None) -> Iterator[Message]:
    """How large differences by chance alone are, and the size that the plan marks."""
    first, second = (len(data.allocated(arm)) for arm in data.groups)
    if first and second:
        yield message(
            "By chance alone a standardised difference of {first} and {second} participants has a standard error of about {error}.",
            first=first,
            second=second,
            error=signed(compute_chance_error(first, second), 2),
        )
    if threshold is not None:
        yield message("By the plan a difference above {size} in size deserves a look.", size=f"{threshold:g}")


def _of(data: TrialData, arm: str, characteristic: Characteristic) -> tuple[Value, ...]:
    ids = {one.id for one in data.allocated(arm)}
    return tuple(value for value in characteristic.values if value.participant in ids)


def standardised_difference(
    characteristic: Characteristic, groups: dict[str, tuple[Value, ...]], arms: Sequence[str]
) -> Result | None:
    """How far two arms differ in a characteristic; None where that cannot be computed."""
    first, second = (groups[arm] for arm in arms)
    pair = (arms[0], arms[1])
    try:
        if not characteristic.categories:
            compute = METHODS["standardised_difference_of_means"].compute
            found: Result = compute(
                [value.number for value in first], [value.number for value in second], arms=pair
            )
        elif len({value.number for value in (*first, *second)}) == 2:
            low = max(value.number for value in (*first, *second))
            counts = [
                ArmCount(arm=arm, events=sum(value.number == low for value in group), n=len(group))
                for arm, group in zip(pair, (first, second), strict=True)
            ]
            compute = METHODS["standardised_difference_of_proportions"].compute
            found = compute(TwoArms(treatment=counts[0], control=counts[1]))
        else:
            compute = METHODS["standardised_difference_of_categories"].compute
            names = [str(index) for index in range(len(characteristic.categories))]
            tables = [
                {name: sum(value.number == float(name) for value in group) for name in names}
                for group in (first, second)
            ]
            found = compute(*tables, arms=pair)
    except CannotAnalyse:
        return None
    return found


def _trace(title: Text | Message, values: Sequence[Value], result: Result | None = None) -> Trace:
    rows = tuple(
        Source(value.participant, significant(value.number, 6), "", value.positions, value.facts)
        for value in values
    )
    return Trace(title, result.method if result else "", result.source if result else "", rows)


def _difference_entry(
    characteristic: Characteristic, groups: dict[str, tuple[Value, ...]], found: Result | None
) -> object:
    everyone = [value for group in groups.values() for value in group]
    trace = _trace(characteristic.title, everyone, found)
    if found is None or found.estimate is None:
        return traced(None, trace, shown=DASH)
    return traced(found.estimate, trace, shown=signed(found.estimate, 2))


def _size_entry(
    characteristic: Characteristic, groups: dict[str, tuple[Value, ...]], found: Result | None
) -> Entry:
    """The size of a difference, as the figure draws it."""
    if found is None or found.estimate is None:
        return Cell(None, message("not computed"))
    everyone = [value for group in groups.values() for value in group]
    size = abs(found.estimate)
    return traced(size, _trace(characteristic.title, everyone, found), shown=signed(size, 2))


def _number_line(
    characteristic: Characteristic, groups: dict[str, tuple[Value, ...]], found: Result | None, *, two: bool
) -> Line:
    title: object = characteristic.title
    unit = unit_words(characteristic.unit)
    if unit:
        title = message("{name}, {unit}", name=characteristic.title, unit=unit)
    entries: list[object] = [title]
    for arm, values in groups.items():
        seen = describe([value.number for value in values], arm=arm)
        entries.append(
            traced(
                description_text(seen),
                _trace(characteristic.title, values),
                numbers=description_numbers(seen, characteristic.unit),
            )
        )
    if two:
        entries.append(_difference_entry(characteristic, groups, found))
    return line(*entries)  # type: ignore[arg-type]


def _category_lines(
    characteristic: Characteristic, groups: dict[str, tuple[Value, ...]], found: Result | None, *, two: bool
) -> Iterator[Line]:
    used = sorted({int(value.number) for values in groups.values() for value in values})
    blank: list[object] = ["" for _ in groups]
    first: list[object] = [characteristic.title, *blank]
    if two:
        first.append(_difference_entry(characteristic, groups, found))
    yield line(*first)  # type: ignore[arg-type]
    for index in used:
        entries: list[object] = [characteristic.categories[index]]
        for values in groups.values():
            own = [value for value in values if value.number == index]
            entries.append(
                traced(
                    count_share(len(own), len(values)),
                    _trace(characteristic.title, own),
                    numbers=count_numbers(len(own), len(values)),
                )
            )
        if two:
            entries.append(Cell(None, ""))
        yield line(*entries, level=1)  # type: ignore[arg-type]
