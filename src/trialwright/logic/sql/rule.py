"""One rule as a table: its sources joined for the people who have any, then its parts as columns, stage by stage.

Every stage adds columns computed from those of the stage before, so that a part used twice is computed once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialwright.logic import nodes as n
from trialwright.logic.sql import conditions as c
from trialwright.logic.sql import numbers as m
from trialwright.logic.sql import text as t
from trialwright.logic.sql.script import Step

if TYPE_CHECKING:
    from trialwright.logic.sql.compile import Compiler

_WORD = re.compile(r"[a-z]\w*")
_PERSON = ("sex", "age_low", "age_high")


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a node's records are summed up: a table with a row per person, or one slot of a table of many."""

    table: str
    slot: int | None = None

    @property
    def text(self) -> str:
        """The rows as a SELECT."""
        return f"SELECT * FROM {self.table}" + ("" if self.slot is None else f" WHERE slot = {self.slot}")


@dataclass
class RuleCompiler:
    """Compiles one rule; `personal`: it also depends on sex or age."""

    shared: Compiler
    keys: dict[n.Node, str] = field(default_factory=dict)
    leaves: dict[Leaf, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    stages: list[m.Stage] = field(default_factory=list)
    ready: dict[str, int] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    personal: bool = False
    top: str = ""

    def compile(self, condition: n.Condition) -> RuleCompiler:
        """Take in the whole rule."""
        self.top = self.condition(condition)
        return self

    def step(self, name: str, columns: Mapping[str, str], reads: Iterable[str], *, everybody: bool) -> Step:
        """The rule's table: `person` and what `columns` makes of t, r, v, d, f and u.

        `everybody`: with a row for each person, otherwise for those with a record and for each kind of person.
        """
        # What reads no record (age, sex) is left open by none, not even by one whose concept is not known.
        names = [t.name(concept) for concept in reads]
        unread = "FROM unreadable WHERE " + (f"concept IN ('*', {', '.join(names)})" if names else "FALSE")
        lost = {
            column: f"MAX(CASE WHEN concept IN ('*', {t.name(concept)}) THEN 1 ELSE 0 END)"
            for concept, column in self.lost.items()
        }
        flags = "".join(f", {text} AS {column}" for column, text in lost.items())
        first = self.columns | {"u": "CASE WHEN unread.person IS NULL THEN 0 ELSE 1 END"}
        first |= {column: f"COALESCE(unread.{column}, 0)" for column in lost}
        last = {part: f"{self.top}_{part}" for part in "trvdf"}
        joins = "".join(
            f"\nLEFT JOIN ({leaf.text}) AS {alias} ON {alias}.person = w.person"
            for leaf, alias in self.leaves.items()
        )
        whom = (
            f"SELECT person, {', '.join(_PERSON)} FROM people"
            if everybody
            else self._whom(f"SELECT person {unread}")
        )
        flagged = f"SELECT person{flags} {unread} GROUP BY person"
        text = f"({whom}) AS w{joins}\nLEFT JOIN ({flagged}) AS unread ON unread.person = w.person"
        levels = [first, *self.stages, last]
        kept: list[str] = []
        source = "w."
        for texts, needed in zip(levels, _needed(levels), strict=True):
            carried = [column for column in kept if column in needed]
            added = [f"{value} AS {column}" for column, value in texts.items() if column in needed]
            people = [f"{source}{column}" for column in ("person", *_PERSON)]
            text = f"(SELECT {', '.join([*people, *carried, *added])}\nFROM {text}) AS s"
            kept = [*carried, *(column for column in texts if column in needed)]
            source = ""
        made = ", ".join(f"{value} AS {column}" for column, value in columns.items())
        return Step(name, f"SELECT person, {made}\nFROM {text}")

    def _whom(self, unread: str) -> str:
        """Everybody with a record in some source, and those who stand for all others."""
        slots: dict[str, list[int]] = {}
        parts = []
        for leaf in self.leaves:
            if leaf.slot is None:
                parts.append(f"SELECT person FROM {leaf.table}")
            else:
                slots.setdefault(leaf.table, []).append(leaf.slot)
        parts += [
            f"SELECT person FROM {table} WHERE slot IN ({', '.join(map(str, sorted(found)))})"
            for table, found in slots.items()
        ]
        people = " UNION ".join([*parts, unread])
        of_people = ", ".join(f"q.{column}" for column in _PERSON)
        others = (
            f"SELECT person, {', '.join(_PERSON)} FROM kinds"
            if self.personal
            else "SELECT 0, CAST(NULL AS VARCHAR), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)"
        )
        return (
            f"SELECT a.person, {of_people} FROM ({people}) AS a JOIN people AS q ON q.person = a.person "
            f"UNION ALL {others}"
        )

    # keys, stages, leaves

    def key(self, node: n.Node, letter: str) -> str:
        """Give a node the name of its columns."""
        key = self.keys[node] = f"{letter}{len(self.keys)}"
        return key

    def place(self, key: str, stages: Sequence[m.Stage], needs: Iterable[str] = ()) -> str:
        """Put a node's stages after the stages of what it needs."""
        depth = max((self.ready[need] for need in needs), default=0)
        for offset, stage in enumerate(stages):
            while len(self.stages) <= depth + offset:
                self.stages.append({})
            self.stages[depth + offset] |= stage
        self.ready[key] = depth + len(stages)
        return key

    def take(self, leaf: Leaf, key: str, columns: Mapping[str, str]) -> None:
        """Make columns `<key>_<name>` from those of a leaf."""
        alias = self.leaves.setdefault(leaf, f"l{len(self.leaves)}")
        self.columns |= {f"{key}_{name}": f"{alias}.{column}" for name, column in columns.items()}

    def denied(self, concept: str, window: n.Window) -> str:
        """The key of the recorded 'no' for a concept."""
        leaf = self.shared.denied_leaf(concept, window)
        key = f"no{leaf.slot}"
        self.take(leaf, key, {part: part for part in "pydf"})
        return key

    def unread(self, concept: str) -> str:
        """The column that is 1 where a record of the concept could not be read."""
        return self.lost.setdefault(concept, f"lost{len(self.lost)}")

    # numbers

    def number(self, node: n.Number) -> str:
        """Take in a number; its key."""
        if node in self.keys:
            return self.keys[node]
        match node:
            case n.Literal(value):
                key = self.key(node, "n")
                return self.place(key, [m.plain(key, t.number(value), t.number(value))])
            case n.Age(day):
                self.personal = True
                key = self.key(node, "n")
                return self.place(key, [m.age_stage(key) if day is None else m.no_age_stage(key)])
            case n.Female():
                self.personal = True
                key = self.key(node, "n")
                return self.place(key, [m.female_stage(key)])
            case n.Pick():
                return self._pick(node)
            case n.Score():
                return self._picked(node, self.key(node, "n"))
            case n.StandIn(first, second):
                needs = [self.number(first), self.number(second)]
                key = self.key(node, "n")
                return self.place(key, m.stand_in_stages(key, *needs), needs)
            case n.Formula(name, arguments):
                needs = [self.number(argument) for argument in arguments]
                key = self.key(node, "n")
                lead, records = n.leading(arguments), n.rests_on_records(node)
                rule = self.shared.setting.formulas[name]
                return self.place(key, m.formula_stages(key, rule, needs, lead, records=records), needs)
            case n.Arithmetic(_, left, right):
                needs = [self.number(left), self.number(right)]
                key = self.key(node, "n")
                return self.place(
                    key,
                    m.arithmetic_stages(key, node, needs[0], needs[1], _lead(needs, left, right)),
                    needs,
                )
            case n.ItemCount(concept):
                key = self.key(node, "n")
                columns = ("possible", "certain", "unreadable", "why", "closed", "closing", "last")
                self.take(self.shared.item_leaf(node), key, {column: column for column in columns})
                covered = self.shared.covered("finding")
                return self.place(
                    key,
                    m.item_stages(
                        node, key, self.unread(concept), mode=self.shared.setting.mode, covered=covered
                    ),
                )
            case n.ResultCount(concept, window):
                key = self.key(node, "n")
                self._count(concept, window, key)
                return self.place(key, m.count_stages(key, self.unread(concept)))
            case n.Course():
                return self._course(node)
        raise TypeError(f"no strategy for {type(node).__name__}")

    def _pick(self, node: n.Pick) -> str:
        if node.surrogate is not None:
            bare = n.Pick(node.concept, node.which, node.window, node.quantity, node.worst, node.missing)
            needs = [self.number(bare), self.number(node.surrogate)]
            key = self.key(node, "n")
            return self.place(key, m.explained_stages(key, *needs), needs)
        key = self.key(node, "n")
        if node.which in ("latest", "first"):
            return self._picked(node, key)
        columns = ("ea", "eb", "la", "lb", "ca", "cb", "ly", "lp")
        self.take(self.shared.extreme_leaf(node), key, {column: column for column in columns})
        return self.place(key, m.extreme_stages(key, node.missing, highest=node.which == "highest"))

    def _picked(self, node: n.Pick | n.Score, key: str) -> str:
        leaf = self.shared.pick_leaf(node)
        alias = self.leaves.setdefault(leaf, f"l{len(self.leaves)}")
        self.columns |= m.pick_columns(key, alias, node.missing)
        return self.place(key, [])

    def _count(self, concept: str, window: n.Window, key: str) -> None:
        columns = {"c": "c", "n": "n", "y0": "y", "ly": "ly", "ld": "ld", "lf": "lf"}
        self.take(self.shared.counted_leaf(concept, window), key, columns)

    def _course(self, node: n.Course) -> str:
        answer = self.denied(node.concept, node.answer_window)
        key = self.key(node, "n")
        columns = {part: part for part in ("p", "f", "d", "why", "least", "most")}
        self.take(self.shared.course_leaf(node), key, columns)
        covered = self.shared.covered(node.kind)
        return self.place(
            key,
            m.course_stages(
                node, key, answer, self.unread(node.concept), mode=self.shared.setting.mode, covered=covered
            ),
        )

    # conditions

    def condition(self, node: n.Condition) -> str:
        """Take in a condition; its key."""
        if node in self.keys:
            return self.keys[node]
        match node:
            case n.Compare(_, left, right):
                needs = [self.number(left), self.number(right)]
                key = self.key(node, "c")
                return self.place(
                    key, c.compare_stages(node, key, needs[0], needs[1], _lead(needs, left, right)), needs
                )
            case n.Present():
                return self._present(node)
            case n.And(parts) | n.Or(parts):
                needs = [self.condition(part) for part in parts]
                key = self.key(node, "c")
                stages = c.joined_stages(key, needs, conjunction=isinstance(node, n.And))
                return self.place(key, stages, needs)
            case n.Not(part):
                need = self.condition(part)
                key = self.key(node, "c")
                return self.place(key, c.same_stages(key, need, truth=f"NOT {need}_t"), [need])
            case n.Unless(part, excuse):
                needs = [self.condition(part), self.condition(excuse)]
                key = self.key(node, "c")
                return self.place(key, c.unless_stages(key, *needs), needs)
            case n.When(test, then, otherwise):
                needs = [self.condition(test), self.condition(then), self.condition(otherwise)]
                key = self.key(node, "c")
                return self.place(key, c.when_stages(key, *needs), needs)
            case n.ByMode(search, screening):
                need = self.condition(search if self.shared.setting.mode == "search" else screening)
                key = self.key(node, "c")
                return self.place(key, c.same_stages(key, need), [need])
            case n.IsYes(pick) | n.OneOf(pick):
                need = self.number(pick)
                key = self.key(node, "c")
                stages = (
                    c.yes_stages(key, need) if isinstance(node, n.IsYes) else c.one_of_stages(node, key, need)
                )
                return self.place(key, stages, [need])
            case n.Recorded(concept, window):
                key = self.key(node, "c")
                self._count(concept, window, key)
                return self.place(key, c.recorded_stages(key, self.unread(concept)))
            case n.SexIs():
                self.personal = True
                key = self.key(node, "c")
                return self.place(key, c.sex_stages(node, key))
            case n.Constant():
                key = self.key(node, "c")
                return self.place(key, c.constant_stages(node, key))
            case n.Happened():  # a trial says what came; in a search of records nothing did
                key = self.key(node, "c")
                return self.place(key, c.constant_stages(n.Constant(False, "absent"), key))
        raise TypeError(f"no strategy for {type(node).__name__}")

    def _present(self, node: n.Present) -> str:
        answer = self.denied(node.concept, node.answer_window)
        key = self.key(node, "c")
        columns = {"p": "p", "y": "y", "d0": "d", "f0": "f"}
        self.take(self.shared.present_leaf(node.concept, node.window), key, columns)
        covered = self.shared.covered(node.kind)
        stages = c.present_stages(
            key, answer, self.unread(node.concept), mode=self.shared.setting.mode, covered=covered
        )
        return self.place(key, stages)


def _lead(keys: Sequence[str], left: n.Number, right: n.Number) -> str | None:
    """The key of the operand whose records are the evidence."""
    return keys[0] if n.rests_on_records(left) else keys[1] if n.rests_on_records(right) else None


def _needed(levels: Sequence[Mapping[str, str]]) -> list[set[str]]:
    """Of each level, the columns that it or a later one still gives to the last."""
    needed = [set(levels[-1]) | {"u"}]
    for texts in reversed(levels[1:]):
        used = {word for column in texts if column in needed[-1] for word in _WORD.findall(texts[column])}
        needed.append(needed[-1] | used)
    return needed[::-1]
