"""`trialwright funnel`: where people are lost, and what each reading costs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from trialwright import __version__
from trialwright.cli.common import (
    DONE,
    SOME_SKIPPED,
    USAGE,
    Stop,
    Terminal,
    load_eligibility,
    output,
    whole_file,
)
from trialwright.cli.engines import CHUNK, hospital_of, make_engine, open_hospital
from trialwright.cli.options import asked_readings
from trialwright.cli.records import closed_world, coverage_of, open_source, read_records, unreadable
from trialwright.cli.screen import chosen_rules, set_aside, unread, warn
from trialwright.eligibility.funnel import Masks, bits_of, find_whom
from trialwright.eligibility.search import WORD, Engine, Search, plan_search
from trialwright.eligibility.verdict import assess_person, is_dead
from trialwright.exchange.coverage import Coverage
from trialwright.exchange.csv import TidyReader
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.exchange.source import RecordsUnreadable
from trialwright.exchange.typed import tables
from trialwright.logic.interpreter import Setting
from trialwright.record.fact import Person
from trialwright.record.raw import Skipped
from trialwright.reports.funnel.files import GIVE_ONE, table_lines, write_csv, write_parquet
from trialwright.reports.funnel.result import funnel_result
from trialwright.reports.screening.result import head, skipped_rows
from trialwright.study.canonical import version
from trialwright.study.rules import FORMULAS, Eligibility, Rule
from trialwright.terms.message import Message, message
from trialwright.terms.visible import visible

SMALL = 1_000


def funnel(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright funnel STUDY RECORDS --on DATE`."""
    readings = asked_readings(options)
    eligibility = load_eligibility(options.study, terminal)
    chosen = chosen_rules(eligibility, readings)
    if options.least < 0:
        raise Stop(USAGE, message("--least must be at least 0."))
    if options.least and options.order:
        raise Stop(
            USAGE,
            message(
                "--order cannot be used with --least: two reports in different orders could be subtracted from each "
                "other down to single persons. What leaves the site is in protocol order, and given away once."
            ),
        )
    order = _order(options.order, chosen)
    rules = all_rules(eligibility)
    reader = open_source(eligibility, options)
    hospital = hospital_of(reader, options.engine)
    if hospital is not None:
        masks, skipped_all, coverage = hospital_masks(hospital, eligibility, rules, options, terminal)
    else:
        records = read_records(eligibility, reader, terminal)
        persons = list(records.assembled.persons.values())
        setting = Setting(options.mode, FORMULAS, records.reader.not_covered)
        masks = person_masks(persons, rules, options, setting, terminal)
        skipped_all, coverage = records.assembled.skipped, records.coverage
    bits = [rules.index(rule) for rule in chosen]
    alternatives = [
        (rule, position, bit)
        for bit, rule in enumerate(rules)
        for position, mine in enumerate(chosen)
        if rule.id == mine.id and rule.name != mine.name
    ]
    result: dict[str, Any] = head(
        eligibility.study, version=version(eligibility.study), software=__version__, on=options.on,
        mode=options.mode, readings=readings, synthetic=reader.synthetic,
    )  # fmt: skip
    who = find_whom(
        masks, bits, [(rule.id, rule.name, position, bit) for rule, position, bit in alternatives]
    )
    result |= funnel_result(
        masks.population, chosen, alternatives, order, who=who, least=options.least, chosen_bits=bits
    )
    warnings = coverage.warnings(closed_world(chosen), least=options.least)
    result |= _about_records(skipped_all, coverage, chosen, warnings, options.least, terminal)
    if options.least:
        result["note"] = terminal.say(GIVE_ONE)
    _write(result, eligibility, options, terminal)
    warn(warnings, reader, options, terminal)
    if options.least and (options.format != "table" or options.out):
        terminal.tell(GIVE_ONE)
    return SOME_SKIPPED if unread(skipped_all) else DONE


def _about_records(
    skipped: Sequence[Skipped],
    coverage: Coverage,
    chosen: tuple[Rule, ...],
    warnings: Sequence[Message],
    least: int,
    terminal: Terminal,
) -> dict[str, Any]:
    """What was read, and what could not be; `least` above 0: without counts and records, for what leaves the site."""
    report = coverage.report(closed_world(chosen), terminal.catalogue)
    if not least:
        rows = skipped_rows(unread(skipped))
        return {"skipped": rows, "set_aside": len(set_aside(skipped)), "coverage": report}
    from trialwright.reports.funnel.small_cells import (
        suppress_coverage,
    )  # late: numpy is for small cells alone

    said = [terminal.say(each) for each in warnings]
    return {
        "skipped": None,
        "set_aside": None,
        "coverage": suppress_coverage(report, least=least, warnings=said),
    }


def all_rules(eligibility: Eligibility) -> list[Rule]:
    """Every reading of every criterion, in order: the bits of the masks."""
    return [rule for readings in eligibility.rules.values() for rule in readings.values()]


def _order(text: str | None, chosen: Sequence[Rule]) -> list[int]:
    ids = [rule.id for rule in chosen]
    named = [id.strip() for id in text.split(",")] if text else []
    for id in named:
        if id not in ids:
            raise Stop(
                USAGE,
                message("{id} is no criterion of this study; they are {known}.", id=id, known=tuple(ids)),
            )
    first = [ids.index(id) for id in dict.fromkeys(named)]
    return first + [index for index in range(len(ids)) if index not in first]


def person_masks(
    persons: Sequence[Person],
    rules: Sequence[Rule],
    options: argparse.Namespace,
    setting: Setting,
    terminal: Terminal,
) -> Masks:
    """What everybody fails and leaves unknown; a bit for every reading."""
    masks = Masks()
    engine = options.engine or ("python" if len(persons) < SMALL else "duckdb")
    if engine == "python":
        for person in persons:
            _judge(person, rules, options, setting, masks)
        return masks
    runner = make_engine(engine)
    search = plan_search(rules, on=options.on, setting=setting, dialect=runner.dialect)
    try:
        for begin in range(0, len(persons), CHUNK):
            terminal.progress(message("judging: {count} people", count=f"{begin:,}"))
            runner.load(tables(persons[begin : begin + CHUNK], options.on))
            _read_masks(search, runner, masks)
    finally:
        runner.close()
    return masks


def _read_masks(search: Search, engine: Engine, masks: Masks) -> None:
    words = range((len(search.rules) + WORD - 1) // WORD)
    for batch in engine.query(search.masks):
        for row, person in enumerate(batch["person"]):
            fail = sum(int(batch[f"fail_{word}"][row]) << (WORD * word) for word in words)
            unknown = sum(int(batch[f"unknown_{word}"][row]) << (WORD * word) for word in words)
            masks.add(person, dead=bool(batch["dead"][row]), fail=fail, unknown=unknown)


def hospital_masks(
    reader: TidyReader,
    eligibility: Eligibility,
    rules: Sequence[Rule],
    options: argparse.Namespace,
    terminal: Terminal,
) -> tuple[Masks, list[Skipped], Coverage]:
    """The masks of a large tidy hospital, what could not be read, and what it covers."""
    setting = Setting(options.mode, FORMULAS, reader.not_covered)
    engine = DuckEngine()
    coverage = coverage_of(eligibility)
    masks = Masks()
    try:
        hospital = open_hospital(reader, eligibility, rules, options.on, engine)
        search = plan_search(rules, on=options.on, setting=setting, dialect=engine.dialect)
        for done in hospital.chunks():
            terminal.progress(message("judging: {count} people", count=f"{done:,}"))
            _read_masks(search, engine, masks)
        hospital.cover(coverage)
        coverage.know(reader)
    except RecordsUnreadable as error:
        raise unreadable(error) from None
    finally:
        engine.close()
    return masks, hospital.skipped, coverage


def _judge(
    person: Person, rules: Sequence[Rule], options: argparse.Namespace, setting: Setting, masks: Masks
) -> None:
    _, assessed = assess_person(person, rules, on=options.on, setting=setting)
    fail = bits_of(bit for bit, each in enumerate(assessed) if each.verdict == "fail")
    unknown = bits_of(bit for bit, each in enumerate(assessed) if each.verdict == "unknown")
    masks.add(person.person, dead=is_dead(person, options.on), fail=fail, unknown=unknown)


def _write(
    result: dict[str, Any], eligibility: Eligibility, options: argparse.Namespace, terminal: Terminal
) -> None:
    if options.format == "parquet":
        if not options.out:
            raise Stop(USAGE, message("Parquet needs --out."))
        with whole_file(options.out) as path:
            write_parquet(result, path)
        return
    with output(options.out) as out:
        if options.format == "html":
            from trialwright.reports.funnel.html import write_html

            out.write(
                write_html(
                    result, study=eligibility.study, catalogue=terminal.catalogue, language=terminal.language
                )
            )
        elif options.format in ("json", "ndjson"):
            out.write(
                json.dumps(result, ensure_ascii=False, indent=None if options.format == "ndjson" else 1)
                + "\n"
            )
        elif options.format == "csv":
            write_csv(result, out)
        else:
            out.writelines(visible(line) + "\n" for line in table_lines(result, terminal.catalogue))


COMMANDS = {"funnel": funnel}
