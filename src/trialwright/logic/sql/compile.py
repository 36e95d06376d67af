"""A set of rules as a SQL script: sources read once for all rules, then one small table a rule, then one join to persons.

A rule's table holds only the people with a record it reads, and one row for everybody else of the same sex and age:
what a rule says of an empty record is computed by the same text, once for each such kind of person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from trialwright.logic import nodes as n
from trialwright.logic.interpreter.context import Setting
from trialwright.logic.sql import numbers as m
from trialwright.logic.sql import picks as p
from trialwright.logic.sql import sources as s
from trialwright.logic.sql import text as t
from trialwright.logic.sql.courses import course_tables
from trialwright.logic.sql.rule import Leaf, RuleCompiler
from trialwright.logic.sql.script import Script, Step, named

Columns = Callable[[str], Mapping[str, str]]
NOBODY = 0  # the person of a rule's row for everybody without a record, where sex and age do not matter
_SEX = "CASE sex WHEN 'female' THEN 0 WHEN 'male' THEN 1 WHEN 'other' THEN 2 ELSE 3 END"
_NO_AGE, _AGES = -20_000, 40_000  # ages lie far within; a missing one stands below all


def plain_columns(rule: str) -> dict[str, str]:
    """The columns of a rule in the answer, where nothing else is asked."""
    return {f"{rule}_{part}": part for part in "trvdfu"}


def compile_rules(
    rules: Mapping[str, n.Condition],
    *,
    on: date,
    setting: Setting,
    reads: Mapping[str, Iterable[str]],
    columns: Columns = plain_columns,
    also: Mapping[str, str] | None = None,
    everybody: bool = False,
) -> Script:
    """Compile rules for one reference date and mode.

    `reads`: the concepts each rule reads, for records that could not be read. Tables expected: `facts`, `persons`,
    `unreadable` (see `sources`). The answer has `person`, the columns `also` (texts over `p`, the persons) and for each
    rule what `columns` makes of its t (truth), r (reason rank), v, d, f (value, day, fact) and u (1: a record it reads
    is unreadable); by default `<rule>_t` and so on. `everybody`: every rule
    judges each person for himself, which takes fewer and longer steps.
    """
    compiler = Compiler(on, setting)
    parts = {name: RuleCompiler(compiler).compile(condition) for name, condition in rules.items()}
    tables = {
        name: part.step(f"rule_{name}", columns(name), sorted(reads[name]), everybody=everybody)
        for name, part in parts.items()
    }
    return Script(
        (*compiler.steps(), *tables.values()),
        _answer_for_all({name: columns(name) for name in parts}, also or {})
        if everybody
        else _answer({name: (part.personal, columns(name)) for name, part in parts.items()}, also or {}),
    )


def _answer_for_all(rules: Mapping[str, Mapping[str, str]], also: Mapping[str, str]) -> str:
    columns = ["p.id AS person", *(f"{text} AS {name}" for name, text in also.items())]
    columns += [f"o_{name}.{column} AS {column}" for name, made in rules.items() for column in made]
    joins = [f"JOIN rule_{name} AS o_{name} ON o_{name}.person = p.person" for name in rules]
    return f"SELECT {', '.join(columns)}\nFROM people AS p\n" + "\n".join(joins)


def _answer(rules: Mapping[str, tuple[bool, Mapping[str, str]]], also: Mapping[str, str]) -> str:
    """One row per person: of each rule the person's own row, or else that of the people without a record."""
    columns = ["p.id AS person", *(f"{text} AS {name}" for name, text in also.items())]
    joins = []
    for name, (personal, made) in rules.items():
        table, own, other = f"rule_{name}", f"o_{name}", f"e_{name}"
        joins.append(f"LEFT JOIN {table} AS {own} ON {own}.person = p.person")
        joins.append(
            f"LEFT JOIN {table} AS {other} ON {other}.person = p.kind"
            if personal
            else f"CROSS JOIN (SELECT * FROM {table} WHERE person = {NOBODY}) AS {other}"
        )
        columns += [
            f"CASE WHEN {own}.person IS NULL THEN {other}.{column} ELSE {own}.{column} END AS {column}"
            for column in made
        ]
    return f"SELECT {', '.join(columns)}\nFROM people AS p\n" + "\n".join(joins)


@dataclass
class Compiler:
    """What all rules share: slots of the fused scans, and tables of single nodes."""

    on: date
    setting: Setting
    anchors: dict[n.AnchorDay | n.NamedDay, str] = field(default_factory=dict)
    picks: dict[tuple[object, ...], p.PickSlot] = field(default_factory=dict)
    present: dict[tuple[str, n.Window], s.Slot] = field(default_factory=dict)
    denied: dict[tuple[str, n.Window], s.Slot] = field(default_factory=dict)
    counted: dict[tuple[str, n.Window], s.Slot] = field(default_factory=dict)
    before: list[Step] = field(default_factory=list)
    after: list[Step] = field(default_factory=list)
    own: dict[n.Node, str] = field(default_factory=dict)

    def steps(self) -> list[Step]:
        """All shared tables, each after those it reads."""
        steps = [*_people(self.on), *self.before]
        if self.picks:
            steps += p.pick_steps(list(self.picks.values()), self.on)
        for slots, make in (
            (self.present, s.present_step),
            (self.denied, s.denied_step),
            (self.counted, s.counted_step),
        ):
            if slots:
                steps.append(make(list(slots.values()), self.on))
        return [*steps, *self.after]

    def covered(self, kind: str) -> bool:
        """Whether the source is declared to hold this kind of data."""
        return kind not in self.setting.not_covered

    def span(self, window: n.Window) -> tuple[t.SpanSql, str]:
        """A window, and the table of its anchor ('' without one)."""
        anchor = ""
        if window.anchor is not None:
            anchor = self._anchor(window.anchor)
        return t.span(window, self.on, self.anchors), anchor

    def _anchor(self, node: n.AnchorDay | n.NamedDay) -> str:
        if node not in self.anchors:
            key = self.anchors[node] = f"anchor{len(self.anchors)}"
            tables = s.NO_DAY if isinstance(node, n.NamedDay) else s.anchor_tables(node, key, self.on)
            self.before += named(key, tables)
        return self.anchors[node]

    # slots of the fused scans

    def pick_leaf(self, node: n.Pick | n.Score) -> Leaf:
        """The row of a latest or first result in `picks`."""
        first = isinstance(node, n.Pick) and node.which == "first"
        ratio = isinstance(node, n.Pick) and node.quantity == "ratio"
        table = self._score(node) if isinstance(node, n.Score) else "facts"
        key = (table, node.concept, node.window, first, ratio, node.worst)
        if key not in self.picks:
            where, anchor = self.span(node.window)
            self.picks[key] = p.PickSlot(
                len(self.picks), node.concept, where, anchor, table, first, ratio, node.worst
            )
        return Leaf(p.PICKS, self.picks[key].number)

    def _score(self, node: n.Score) -> str:
        key = n.Score(node.concept, node.items, node.weights, n.Window())
        if key not in self.own:
            self.own[key] = f"score{len(self.own)}"
            self.before += named(self.own[key], s.score_tables(node, self.own[key]))
        return self.own[key]

    def present_leaf(self, concept: str, window: n.Window) -> Leaf:
        """The row of the strongest presence of a concept."""
        return Leaf(s.PRESENT, self._slot(self.present, concept, window))

    def denied_leaf(self, concept: str, window: n.Window) -> Leaf:
        """The row of the strongest recorded 'no' for a concept."""
        return Leaf(s.DENIED, self._slot(self.denied, concept, window))

    def counted_leaf(self, concept: str, window: n.Window) -> Leaf:
        """The row that counts the results of a concept."""
        return Leaf(s.COUNTED, self._slot(self.counted, concept, window))

    def _slot(self, slots: dict[tuple[str, n.Window], s.Slot], concept: str, window: n.Window) -> int:
        key = (concept, window)
        if key not in slots:
            slots[key] = s.Slot(len(slots), concept, *self.span(window))
        return slots[key].number

    # tables of single nodes

    def extreme_leaf(self, node: n.Pick) -> Leaf:
        """The row of a lowest or highest result."""
        if node not in self.own:
            self.own[node] = f"extreme{len(self.own)}"
            where, anchor = self.span(node.window)
            self.after.append(s.extreme_step(node, self.own[node], where, anchor, self.on))
        return Leaf(self.own[node])

    def item_leaf(self, node: n.ItemCount) -> Leaf:
        """The row of a count of distinct items."""
        if node not in self.own:
            self.own[node] = f"items{len(self.own)}"
            self.after += named(self.own[node], s.item_tables(node, self.own[node], self.on))
        return Leaf(self.own[node])

    def course_leaf(self, node: n.Course) -> Leaf:
        """The row of a measure of exposure."""
        if node not in self.own:
            weight = None if node.weight is None else self._weight(node.weight)
            self.own[node] = f"course{len(self.own)}"
            self.after += named(self.own[node], course_tables(node, self.own[node], self.on, weight))
        return Leaf(self.own[node])

    def _weight(self, node: n.Number) -> tuple[str, str]:
        if not isinstance(node, n.Pick) or node.which not in ("latest", "first"):
            raise TypeError("a weight is the latest or first result of one concept")
        return f"({self.pick_leaf(node).text})", node.missing


def _people(on: date) -> list[Step]:
    """Everybody with sex and ages, and the kinds of people there are; a kind has a negative number."""
    low, high = m.years("birth_high", on), m.years("birth_low", on)
    ages = [f"COALESCE(CAST({age} AS BIGINT), {_NO_AGE}) - {_NO_AGE}" for age in ("age_low", "age_high")]
    kind = f"-(1 + {_SEX} + 4 * ({ages[0]}) + {4 * _AGES} * ({ages[1]}))"
    return [
        Step(
            "people",
            f"SELECT person, id, sex, age_low, age_high, death_low, {kind} AS kind FROM (SELECT person, id, sex, "
            f"{low} AS age_low, {high} AS age_high, death_low FROM persons) AS a",
            shared=True,
        ),
        Step("kinds", "SELECT DISTINCT kind AS person, sex, age_low, age_high FROM people"),
    ]
