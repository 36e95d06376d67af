"""What is asked in every benchmark: all criteria of BEAM as chosen, of a Parquet hospital, in search mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from trialwright.cli.engines import open_hospital
from trialwright.cli.records import read_options
from trialwright.eligibility.search import Line, Search, plan_search, read_lines
from trialwright.exchange.csv.hospital import TidyHospital
from trialwright.exchange.csv.read import TidyReader
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.exchange.folder import read_study
from trialwright.exchange.recognise import open_records
from trialwright.logic.interpreter import Setting
from trialwright.study.rules import FORMULAS, Eligibility, Rule, lower_study


@dataclass(frozen=True, slots=True)
class Question:
    """The study, the rules in protocol order, the reference date and the mode."""

    eligibility: Eligibility
    rules: tuple[Rule, ...]
    on: date
    setting: Setting

    @property
    def ids(self) -> list[str]:
        """The criteria in order."""
        return [rule.id for rule in self.rules]

    def plan(self, rules: Sequence[Rule]) -> Search:
        """Compile some of the rules for DuckDB."""
        return plan_search(rules, on=self.on, setting=self.setting, dialect=DuckEngine.dialect)

    def reader(self, folder: Path) -> TidyReader:
        """The reader of a Parquet hospital."""
        reader = open_records(str(folder), read_options(self.eligibility, None))
        if not isinstance(reader, TidyReader):
            raise TypeError(f"{folder.name} is not a tidy hospital")
        return reader

    def open(self, folder: Path, engine: DuckEngine, rules: Sequence[Rule]) -> TidyHospital:
        """Open a hospital for some of the rules, as the command does."""
        return open_hospital(self.reader(folder), self.eligibility, rules, self.on, engine)


def load_question(on: date) -> Question:
    """The bundled BEAM study with its chosen readings."""
    eligibility = lower_study(read_study("beam"))
    return Question(eligibility, eligibility.chosen(), on, Setting("search", FORMULAS, frozenset()))


def run_search(question: Question, folder: Path) -> Iterator[pa.RecordBatch]:
    """Judge everybody with the compiled search: all rules in one query per chunk of people."""
    search = question.plan(question.rules)
    engine = DuckEngine()
    try:
        for _ in question.open(folder, engine, question.rules).chunks():
            yield from engine.batches(search.verdicts)
    finally:
        engine.close()


def read_search(
    question: Question, folder: Path, only: Sequence[str] | None = None
) -> Iterator[tuple[str, bool, list[Line]]]:
    """The same, as lines; `only`: the people to read, all if None."""
    search = question.plan(question.rules)
    batches = run_search(question, folder)
    if only is not None:
        wanted = pa.array(only, pa.string())
        batches = (batch.filter(pc.is_in(batch.column("person"), wanted)) for batch in batches)
    return read_lines(search, (batch.to_pydict() for batch in batches))
