"""A set of rules as one SQL tree: fused scans, one join to persons, then the rules as columns, stage by stage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import sqlglot
from sqlglot import exp

from trialwright.logic import nodes as n
from trialwright.logic.interpreter.context import Setting
from trialwright.logic.sql import conditions as c
from trialwright.logic.sql import numbers as m
from trialwright.logic.sql import sources as s
from trialwright.logic.sql import text as t
from trialwright.logic.sql.courses import course_tables


@dataclass(frozen=True)
class Compiled:
    """The text of all rules, as a tree that any tested dialect can write.

    `text` is in the common subset, in DuckDB's spelling. Output: `person`, then per rule the columns
    `<rule>_t` (truth), `_r` (reason rank), `_v`, `_d`, `_f` and `_u` (a record the rule reads is unreadable).
    """

    text: str
    rules: tuple[str, ...]

    @cached_property
    def tree(self) -> exp.Expression:
        """The parsed tree."""
        return sqlglot.parse_one(self.text, dialect="duckdb")  # type: ignore[return-value]

    def sql(self, dialect: str) -> str:
        """The text in a dialect: duckdb or spark."""
        return self.text if dialect == "duckdb" else self.tree.sql(dialect=dialect)


def compile_rules(
    rules: Mapping[str, n.Condition],
    *,
    on: date,
    setting: Setting,
    reads: Mapping[str, Iterable[str]],
) -> Compiled:
    """Compile rules for one reference date and mode.

    `reads`: the concepts each rule reads, for records that could not be read. Tables expected: `facts`, `persons`,
    `unreadable` (see `sources`).
    """
    return Compiled(_Compiler(on, setting).compile(rules, reads), tuple(rules))


@dataclass
class _Compiler:
    on: date
    setting: Setting
    keys: dict[n.Node, str] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    anchors: dict[n.AnchorDay, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    stages: list[m.Stage] = field(default_factory=list)
    ready: dict[str, int] = field(default_factory=dict)
    weights: dict[n.Number, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    prefix: str = ""

    def __post_init__(self) -> None:
        self.exact = s.Scan(f"{self.prefix}exact_results", "f.exact")
        self.loose = s.Scan(f"{self.prefix}loose_results", "NOT f.exact")
        self.anchored = s.Scan(f"{self.prefix}anchored_results", "TRUE")
        unsure = "f.person IN (SELECT person FROM facts WHERE NOT exact)"
        self.bars = s.Scan(f"{self.prefix}loose_bars", unsure)
        self.anchored_bars = s.Scan(f"{self.prefix}anchored_bars", "TRUE")
        self.history = s.Scan(f"{self.prefix}history", "NOT f.absent")
        self.answered = s.Scan(f"{self.prefix}answers", "f.absent")
        self.counted = s.Scan(f"{self.prefix}counted", "TRUE")

    def compile(self, rules: Mapping[str, n.Condition], reads: Mapping[str, Iterable[str]]) -> str:
        """The whole text."""
        tops = {rule: self.condition(node) for rule, node in rules.items()}
        unread = {f"{rule}_u": f"COALESCE(unread.{rule}_u, 0)" for rule in rules}
        wanted = ["person"]
        for rule, key in tops.items():
            wanted += [f"{key}_{part} AS {rule}_{part}" for part in ("t", *c.PARTS)] + [f"{rule}_u"]
        people = {name: f"p.{name}" for name in ("person", "sex", "birth_low", "birth_high")}
        self.joins.append("unread")
        last = self.staged(people | unread, "persons AS p", wanted, [self._unreadable(reads)])
        return "WITH " + ",\n".join(self.tables) + f"\nSELECT {', '.join(wanted)}\nFROM {last}"

    def staged(
        self, columns: Mapping[str, str], people: str, wanted: Sequence[str], tables: Sequence[str] = ()
    ) -> str:
        """Add the scans, the one join to `people` and the stages to the tables; give the last one's name.

        Every stage keeps only the columns that a later stage, or `wanted`, still reads.
        """
        every = (self.exact, self.loose, self.anchored, self.history, self.answered, self.counted)
        scans = [scan for scan in every if scan.aggregates]
        bars = [scan for scan in (self.bars, self.anchored_bars) if scan.aggregates]
        self.tables += [scan.sql(s.concepts_of(scan.wanted)) for scan in (*bars, *scans)]
        self.tables += tables
        first = dict(columns)
        first |= {column: f"{scan.name}.{column}" for scan in scans for column in scan.aggregates}
        first |= self.extra
        levels = [first, *self.stages]
        needed = [_names(wanted)]
        for texts in reversed(levels[1:]):
            needed.append(needed[-1] | _names(texts.values()))
        needed.reverse()
        names = [scan.name for scan in scans] + self.joins
        joined = "".join(f"\n  LEFT JOIN {name} ON {name}.person = p.person" for name in names)
        source = f"{people}{joined}"
        kept: list[str] = []
        for depth, texts in enumerate(levels):
            stage = f"{self.prefix}stage_{depth}"
            kept = [column for column in kept if column in needed[depth]]
            added = [f"{text} AS {column}" for column, text in texts.items() if column in needed[depth]]
            kept_list = ",\n    ".join([*kept, *added])
            self.tables.append(f"{stage} AS (\n  SELECT {kept_list}\n  FROM {source})")
            kept += [column for column in texts if column in needed[depth]]
            source = stage
        return source

    def _unreadable(self, reads: Mapping[str, Iterable[str]]) -> str:
        flags = []
        for rule, concepts in reads.items():
            names = ", ".join(t.name(concept) for concept in ("*", *sorted(concepts)))
            flags.append(f"MAX(CASE WHEN concept IN ({names}) THEN 1 ELSE 0 END) AS {rule}_u")
        return f"unread AS (SELECT person, {', '.join(flags)} FROM unreadable GROUP BY person)"

    # keys and stages

    def place(self, key: str, stages: Sequence[m.Stage], needs: Iterable[str]) -> str:
        """Put a node's stages after the stages of what it needs."""
        depth = max((self.ready[need] for need in needs), default=0)
        for offset, stage in enumerate(stages):
            while len(self.stages) <= depth + offset:
                self.stages.append({})
            self.stages[depth + offset] |= stage
        self.ready[key] = depth + len(stages)
        return key

    def key(self, node: n.Node, letter: str) -> str:
        key = self.keys[node] = f"{letter}{len(self.keys)}"
        return key

    # sources

    def anchor(self, node: n.AnchorDay) -> str:
        if node not in self.anchors:
            key = self.anchors[node] = f"{self.prefix}anchor{len(self.anchors)}"
            self.tables.append(s.anchor_table(node, key, self.on))
        return self.anchors[node]

    def span(self, window: n.Window, scan: s.Scan | None = None) -> t.SpanSql:
        if window.anchor is not None:
            name = self.anchor(window.anchor)
            if scan is not None:
                scan.anchors[name] = None
        return t.span(window, self.on, self.anchors)

    def answer(self, concept: str, window: n.Window) -> str:
        if concept not in self.answers:
            key = self.answers[concept] = f"no{len(self.answers)}"
            s.answer_aggregates(concept, key, scan=self.answered, where=self.span(window), on=self.on)
        return f"{self.answers[concept]}_n"

    def covered(self, kind: str) -> bool:
        return kind not in self.setting.not_covered

    # numbers

    def number(self, node: n.Number) -> str:
        if node in self.keys:
            return self.keys[node]
        match node:
            case n.Literal(value):
                key = self.key(node, "n")
                return self.place(key, [m.plain(key, t.number(value), t.number(value))], [])
            case n.Age():
                key = self.key(node, "n")
                return self.place(key, [m.age_stage(key, self.on)], [])
            case n.Female():
                key = self.key(node, "n")
                return self.place(key, [m.female_stage(key)], [])
            case n.Pick():
                return self._pick(node)
            case n.Score():
                return self._score(node)
            case n.StandIn(first, second):
                needs = [self.number(first), self.number(second)]
                key = self.key(node, "n")
                return self.place(key, m.stand_in_stages(key, *needs), needs)
            case n.Formula(name, arguments):
                needs = [self.number(argument) for argument in arguments]
                key = self.key(node, "n")
                lead, records = n.leading(arguments), n.rests_on_records(node)
                stages = m.formula_stages(key, self.setting.formulas[name], needs, lead, records=records)
                return self.place(key, stages, needs)
            case n.Arithmetic(_, left, right):
                needs = [self.number(left), self.number(right)]
                key = self.key(node, "n")
                lead_key = (
                    needs[0] if n.rests_on_records(left) else needs[1] if n.rests_on_records(right) else None
                )
                return self.place(key, m.arithmetic_stages(key, node, needs[0], needs[1], lead_key), needs)
            case n.ItemCount(concept):
                key = self.key(node, "n")
                self._own_table(key, s.item_table(node, key, self.on), ("possible", "certain", "unreadable"))
                self.extra |= {
                    f"{key}_{column}": f"{key}.{column}" for column in ("why", "closed", "closing", "last")
                }
                stages = m.item_stages(node, key, mode=self.setting.mode, covered=self.covered("finding"))
                return self.place(key, stages, [])
            case n.ResultCount(concept, window):
                key = self.key(node, "n")
                s.count_aggregates(
                    concept, f"{key}", scan=self.counted, where=self.span(window, self.counted), on=self.on
                )
                self.counted.aggregates[f"{key}_y0"] = self.counted.aggregates.pop(f"{key}_y")
                return self.place(key, m.count_stages(key), [])
            case n.Course():
                return self._course(node)
        raise TypeError(f"no strategy for {type(node).__name__}")

    def _own_table(self, key: str, text: str, columns: Iterable[str]) -> None:
        self.tables.append(text)
        self.joins.append(key)
        self.extra |= {f"{key}_{column}": f"{key}.{column}" for column in columns}

    def _pick(self, node: n.Pick) -> str:
        needs = [] if node.surrogate is None else [self.number(node.surrogate)]
        key = self.key(node, "n")
        anchored = node.window.anchor is not None
        exact, loose = (self.anchored, self.anchored) if anchored else (self.exact, self.loose)
        where = self.span(node.window, exact)
        bars = self.anchored_bars if anchored else self.bars
        if anchored:
            self.span(node.window, bars)
        s.pick_aggregates(
            node, key, exact=exact, loose=loose, bars=bars, where=where, on=self.on, concept=node.concept
        )
        return self.place(key, m.pick_stages(node, key, needs[0] if needs else None), needs)

    def _score(self, node: n.Score) -> str:
        key = self.key(node, "n")
        exact = s.Scan(f"{key}_exact", "f.exact")
        loose = s.Scan(f"{key}_loose", "NOT f.exact" if node.window.anchor is None else "TRUE")
        where = self.span(node.window, exact)
        bars = s.Scan(f"{key}_bars", "TRUE")
        self.span(node.window, bars)
        loose.anchors = dict(exact.anchors)
        s.pick_aggregates(
            node, key, exact=exact, loose=loose, bars=bars, where=where, on=self.on, concept=node.concept
        )
        self.tables.append(s.score_rows(node, key))
        self.tables.append(
            bars.sql(s.concepts_of(bars.wanted)).replace("FROM facts AS f", f"FROM {key}_rows AS f")
        )
        for scan in (exact, loose):
            text = scan.sql(s.concepts_of(scan.wanted)).replace("FROM facts AS f", f"FROM {key}_rows AS f")
            self._own_table(scan.name, text, ())
            self.extra |= {column: f"{scan.name}.{column}" for column in scan.aggregates}
        return self.place(key, m.pick_stages(node, key, None), [])

    def _course(self, node: n.Course) -> str:
        weight = self._weight(node.weight) if node.weight is not None else None
        answer = self.answer(node.concept, node.answer_window)
        key = self.key(node, "n")
        self._own_table(key, course_tables(node, key, self.on, weight), ("why", "last", "least", "most"))
        stages = m.course_stages(node, key, answer, mode=self.setting.mode, covered=self.covered(node.kind))
        return self.place(key, stages, [])

    def _weight(self, node: n.Number) -> str:
        """A table of its own for a weight that divides doses: the same pick, computed before the courses."""
        if node not in self.weights:
            name = self.weights[node] = f"weight{len(self.weights)}"
            inner = _Compiler(self.on, self.setting, prefix=f"{name}_")
            key = inner.number(node)
            people = (
                f"(SELECT DISTINCT f.person FROM facts AS f WHERE f.concept = {t.name(_concept(node))}) AS p"
            )
            ends = ["person", f"{key}_a", f"{key}_b", f"{key}_y"]
            last = inner.staged({"person": "p.person"}, people, ends)
            final = f"{name} AS (SELECT person, {key}_a AS low, {key}_b AS high, {key}_y AS why FROM {last})"
            self.tables += [*inner.tables, final]
        return self.weights[node]

    # conditions

    def condition(self, node: n.Condition) -> str:
        if node in self.keys:
            return self.keys[node]
        mode = self.setting.mode
        match node:
            case n.Compare(_, left, right):
                needs = [self.number(left), self.number(right)]
                key = self.key(node, "c")
                lead = (
                    needs[0] if n.rests_on_records(left) else needs[1] if n.rests_on_records(right) else None
                )
                return self.place(key, c.compare_stages(node, key, needs[0], needs[1], lead), needs)
            case n.Present(concept, kind, window, answers):
                answer = self.answer(concept, answers)
                key = self.key(node, "c")
                where = self.span(window, self.history)
                s.present_aggregates(node, key, scan=self.history, where=where, on=self.on)
                return self.place(
                    key, c.present_stages(node, key, answer, mode=mode, covered=self.covered(kind)), []
                )
            case n.And(parts) | n.Or(parts):
                needs = [self.condition(part) for part in parts]
                key = self.key(node, "c")
                return self.place(
                    key, c.joined_stages(key, needs, conjunction=isinstance(node, n.And)), needs
                )
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
                need = self.condition(search if mode == "search" else screening)
                key = self.key(node, "c")
                return self.place(key, c.same_stages(key, need), [need])
            case n.IsYes(pick):
                need = self.number(pick)
                key = self.key(node, "c")
                return self.place(key, c.yes_stages(key, need), [need])
            case n.OneOf(pick):
                need = self.number(pick)
                key = self.key(node, "c")
                return self.place(key, c.one_of_stages(node, key, need), [need])
            case n.Recorded(concept, window):
                key = self.key(node, "c")
                where = self.span(window, self.counted)
                s.count_aggregates(concept, key, scan=self.counted, where=where, on=self.on)
                return self.place(key, c.recorded_stages(key), [])
            case n.SexIs():
                key = self.key(node, "c")
                return self.place(key, c.sex_stages(node, key), [])
            case n.Constant():
                key = self.key(node, "c")
                return self.place(key, c.constant_stages(node, key), [])
        raise TypeError(f"no strategy for {type(node).__name__}")


_WORD = re.compile(r"[a-z]\w*")


def _names(texts: Iterable[str]) -> set[str]:
    """Every word in some SQL texts: the columns they may read."""
    return {word for text in texts for word in _WORD.findall(text)}


def _concept(node: n.Number) -> str:
    if isinstance(node, n.Pick):
        return node.concept
    raise TypeError("a weight is a pick of one concept")
