"""`trialwright screen`: every person of a source judged by a study's criteria."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from trialwright import __version__
from trialwright.cli.common import (
    ANSWER_IS_NO,
    DONE,
    SOME_SKIPPED,
    USAGE,
    Stop,
    Terminal,
    load_eligibility,
    output,
    whole_file,
)
from trialwright.cli.engines import hospital_of, hospital_rows, open_hospital, sql_lines
from trialwright.cli.options import asked_readings
from trialwright.cli.question import Judged, Question
from trialwright.cli.records import Records, closed_world, coverage_of, open_source, read_records, unreadable
from trialwright.eligibility.calendar import plan_calendar
from trialwright.eligibility.lapses import plan_lapses
from trialwright.eligibility.recheck import plan_rechecks
from trialwright.eligibility.verdict import assess_person
from trialwright.exchange.assemble import Assembled
from trialwright.exchange.coverage import Coverage
from trialwright.exchange.csv import TidyReader
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.exchange.source import Reader, RecordsUnreadable
from trialwright.logic.interpreter import Setting
from trialwright.record.fact import Person
from trialwright.record.raw import Skipped
from trialwright.reports.screening import files
from trialwright.reports.screening.result import Screened, head, participant, skipped_rows
from trialwright.reports.words import SYNTHETIC
from trialwright.study.canonical import version
from trialwright.study.rules import FORMULAS, Eligibility, Rule, UnknownReading
from trialwright.terms.message import Message, message
from trialwright.terms.visible import visible

if TYPE_CHECKING:
    from trialwright.study.prose.words import Words

SMALL = 1_000


def screen(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright screen STUDY RECORDS --on DATE`."""
    if options.format == "parquet" and not options.out:
        raise Stop(USAGE, message("Parquet needs --out."))
    readings = asked_readings(options)
    eligibility = load_eligibility(options.study, terminal)
    rules = chosen_rules(eligibility, readings)
    reader = open_source(eligibility, options)
    if options.format == "parquet":
        hospital = hospital_of(reader, options.engine)
        if hospital is not None:
            return screen_hospital(hospital, eligibility, rules, options, terminal)
    records = read_records(eligibility, reader, terminal)
    persons = list(records.assembled.persons.values())
    setting = Setting(options.mode, FORMULAS, records.reader.not_covered)
    question = Question(
        eligibility, rules, options.on, setting, readings, options.engine or _default_engine(persons)
    )
    lines = verify_lines(question, persons, options.verify_sample, terminal)
    if options.format == "parquet":
        with whole_file(options.out) as path:
            files.write_parquet(path, _parquet_rows(lines))
    else:
        _write(question, lines, records, options, terminal)
    _remarks(question, reader, records.assembled, records.coverage, options, terminal)
    return _ending(question, records.assembled, terminal)


def screen_hospital(
    reader: TidyReader,
    eligibility: Eligibility,
    rules: tuple[Rule, ...],
    options: argparse.Namespace,
    terminal: Terminal,
) -> int:
    """A large tidy hospital into Parquet: typed and judged by DuckDB, a sample judged again by the interpreter."""
    setting = Setting(options.mode, FORMULAS, reader.not_covered)
    question = Question(eligibility, rules, options.on, setting, asked_readings(options), "duckdb")
    engine = DuckEngine()
    coverage = coverage_of(eligibility)
    try:
        hospital = open_hospital(reader, eligibility, rules, options.on, engine)
        with whole_file(options.out) as path:
            files.write_parquet(
                path, hospital_rows(question, hospital, engine, options.verify_sample, terminal)
            )
        hospital.cover(coverage)
        coverage.know(reader)
    except RecordsUnreadable as error:
        raise unreadable(error) from None
    finally:
        engine.close()
    assembled = Assembled(skipped=hospital.skipped)
    _remarks(question, reader, assembled, coverage, options, terminal)
    return _ending(question, assembled, terminal)


def _ending(question: Question, assembled: Assembled, terminal: Terminal) -> int:
    if question.disagreements:
        terminal.tell(
            message(
                "The engines disagree on {count} verdicts, first on {first}. Nothing of this result must be used.",
                count=len(question.disagreements),
                first=question.disagreements[0],
            )
        )
        return ANSWER_IS_NO
    return SOME_SKIPPED if unread(assembled.skipped) else DONE


def chosen_rules(eligibility: Eligibility, readings: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules to run; an unknown criterion or reading is a usage error."""
    try:
        return eligibility.chosen(readings)
    except UnknownReading as error:
        raise Stop(USAGE, error.message) from None


def _default_engine(persons: Sequence[Person]) -> str:
    return "python" if len(persons) < SMALL else "duckdb"


def verify_lines(
    question: Question, persons: Sequence[Person], sample: float, terminal: Terminal
) -> Iterator[Judged]:
    """Judge everybody by the engine asked for: person, overall verdict, the interpreter's findings if it judged.

    A SQL engine is compared with the interpreter on a sample (`sample` percent, at least one person).
    """
    if question.engine == "python":
        for count, person in enumerate(persons):
            if count % 200 == 0:
                terminal.progress(message("judging: {count} people", count=f"{count:,}"))
            overall, assessed = assess_person(
                person, question.rules, on=question.on, setting=question.setting
            )
            yield person, overall, assessed, ()
        return
    yield from sql_lines(question, persons, sample, terminal)


def _write(
    question: Question,
    judged: Iterator[Judged],
    records: Records,
    options: argparse.Namespace,
    terminal: Terminal,
) -> None:
    from trialwright.study.prose.words import Words

    words = Words(question.eligibility.study)
    people = (_participant(question, one, words, terminal) for one in judged)
    first = head(
        question.eligibility.study,
        version=version(question.eligibility.study),
        software=__version__,
        on=question.on,
        mode=question.setting.mode,
        readings=question.readings,
        synthetic=records.reader.synthetic,
    )
    assembled = records.assembled
    unreadable, aside = unread(assembled.skipped), set_aside(assembled.skipped)
    last: dict[str, Any] = {
        "skipped": skipped_rows(unreadable),
        "set_aside": skipped_rows(aside),
        "coverage": records.coverage.report(closed_world(question.rules), terminal.catalogue),
    }
    if options.format == "html":
        from trialwright.reports.screening.html import write_html

        result = {**first, "participants": list(people), **last}
        text = write_html(
            result, study=question.eligibility.study, catalogue=terminal.catalogue, language=terminal.language
        )
        with output(options.out) as out:
            out.write(text)
        return
    with output(options.out) as out:
        if options.format == "json":
            files.write_json(out, first, people, last)
        elif options.format == "ndjson":
            files.write_ndjson(out, people)
        elif options.format == "csv":
            files.write_csv(out, people)
        else:
            lines = files.table_lines(
                [rule.id for rule in question.rules],
                people,
                terminal.catalogue,
                synthetic=records.reader.synthetic,
                coverage=last["coverage"],
            )
            out.writelines(visible(line) + "\n" for line in lines)


def _participant(question: Question, judged: Judged, words: Words, terminal: Terminal) -> dict[str, Any]:
    from trialwright.study.prose.findings import say

    person, verdict, assessed, _ = judged
    if assessed is None:
        verdict, assessed = assess_person(person, question.rules, on=question.on, setting=question.setting)
    calendar = plan_calendar(person, question.rules, on=question.on, setting=question.setting)
    rechecks = plan_rechecks(person, verdict, assessed, calendar, on=question.on, setting=question.setting)  # type: ignore[arg-type]
    lapses = plan_lapses(person, question.rules, calendar, on=question.on, setting=question.setting)
    return participant(
        Screened(person, verdict, assessed, calendar, rechecks, lapses),  # type: ignore[arg-type]
        question.eligibility.study,
        say=lambda each: say(each.verdict, each.reason, each.finding, words),
        catalogue=terminal.catalogue,
        on=question.on,
    )


def _parquet_rows(judged: Iterator[Judged]) -> Iterator[list[tuple[Any, ...]]]:
    while chunk := list(islice(judged, 5_000)):
        rows: list[tuple[Any, ...]] = []
        for person, _, assessed, lines in chunk:
            if assessed is None:
                rows += [(person.person, *line) for line in lines]
                continue
            for each in assessed:
                found = each.finding
                rows.append(
                    (
                        person.person,
                        each.id,
                        each.verdict,
                        each.reason,
                        found.value if found else None,
                        found.day if found else None,
                        found.fact if found else None,
                    )
                )
        yield rows


def unread(skipped: Sequence[Skipped]) -> list[Skipped]:
    """What could not be read."""
    return [each for each in skipped if not each.reason.startswith("status_")]


def set_aside(skipped: Sequence[Skipped]) -> list[Skipped]:
    """What is no fact on purpose: entered in error, planned, not done."""
    return [each for each in skipped if each.reason.startswith("status_")]


def warn(
    warnings: Sequence[Message], reader: Reader, options: argparse.Namespace, terminal: Terminal
) -> None:
    """Say beside the result that the people are made up, and what not to trust; a table on the terminal said it."""
    if options.format == "table" and not options.out:
        return
    if reader.synthetic:
        terminal.remark(SYNTHETIC)
    for warning in warnings:
        terminal.remark(message("Warning: {warning}", warning=warning))


def _remarks(
    question: Question,
    reader: Reader,
    assembled: Assembled,
    coverage: Coverage,
    options: argparse.Namespace,
    terminal: Terminal,
) -> None:
    """Loud words about what the source is and lacks, and what could not be read."""
    warn(coverage.warnings(closed_world(question.rules)), reader, options, terminal)
    skipped = unread(assembled.skipped)
    for each in skipped[:10]:
        terminal.remark(
            message(
                "Skipped: {place} {reason} {detail}", place=each.place, reason=each.reason, detail=each.detail
            )
        )
    if len(skipped) > 10:
        terminal.remark(message("... and {count} more; --format json lists all.", count=len(skipped) - 10))


COMMANDS = {"screen": screen}
