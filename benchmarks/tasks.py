"""The pieces of work that are measured; each runs in a process of its own and says what it did."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.by_hand import read_by_hand, run_by_hand
from benchmarks.compare import compare_people, line_of
from benchmarks.cost import Clock
from benchmarks.question import Question, read_search
from trialwright.cli.common import Terminal
from trialwright.cli.funnel import all_rules, hospital_masks
from trialwright.eligibility.calendar import plan_calendar
from trialwright.eligibility.funnel import find_whom
from trialwright.eligibility.recheck import plan_rechecks
from trialwright.eligibility.verdict import assess_person, is_dead
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.record.fact import Person
from trialwright.reports.funnel.result import funnel_result
from trialwright.study.prose.findings import say
from trialwright.study.prose.words import Words
from trialwright.terms.message import render

Answer = dict[str, Any]
ONE_PERCENT = 100
PEOPLE_JUDGED = 300
ROUNDS = 5


def measure_search(question: Question, folder: Path, clock: Clock) -> Answer:
    """All criteria in one query per chunk, from the Parquet files to Arrow batches; where the time goes."""
    search = question.plan(question.rules)
    clock.lap("compiling the rules")
    engine = DuckEngine()
    hospital = question.open(folder, engine, question.rules)
    clock.lap("opening the hospital, its distinct concepts")
    people = chunks = 0
    for _ in hospital.chunks():
        clock.lap("typing the records")
        people += sum(batch.num_rows for batch in engine.batches(search.verdicts))
        clock.lap("judging: planning and running the query, Arrow batches")
        chunks += 1
    engine.close()
    return {"people": people, "chunks": chunks, "characters": len(search.verdicts.text)}


def measure_planning(question: Question, folder: Path, clock: Clock) -> Answer:
    """The same query over nobody: what one chunk costs before its first person."""
    search = question.plan(question.rules)
    engine = DuckEngine()
    hospital = question.open(folder, engine, question.rules)
    next(iter(hospital.chunks()))
    for table in ("facts", "persons", "unreadable"):
        engine.connection.execute(f"DELETE FROM {table}")
    clock.start()
    people = sum(batch.num_rows for batch in engine.batches(search.verdicts))
    clock.lap("planning")
    engine.close()
    return {"people": people}


def measure_one_each(question: Question, folder: Path, clock: Clock) -> Answer:
    """One query per criterion, each reading for itself the records it needs."""
    people = 0
    for rule in question.rules:
        search = question.plan([rule])
        engine = DuckEngine()
        for _ in question.open(folder, engine, [rule]).chunks():
            people += sum(batch.num_rows for batch in engine.batches(search.verdicts))
        engine.close()
    clock.lap("all")
    return {"people": people // len(question.rules)}


def measure_one_each_typed(question: Question, folder: Path, clock: Clock) -> Answer:
    """One query per criterion, over records that were typed once for all of them."""
    searches = [question.plan([rule]) for rule in question.rules]
    engine = DuckEngine()
    people = 0
    for _ in question.open(folder, engine, question.rules).chunks():
        for search in searches:
            people += sum(batch.num_rows for batch in engine.batches(search.verdicts))
    engine.close()
    clock.lap("all")
    return {"people": people // len(searches)}


def measure_by_hand(question: Question, folder: Path, clock: Clock) -> Answer:
    """The SQL written by hand, from the Parquet files to Arrow batches."""
    people = sum(batch.num_rows for batch in run_by_hand(folder, on=question.on))
    clock.lap("all")
    return {"people": people}


def measure_person(question: Question, folder: Path, clock: Clock) -> Answer:
    """One person at a time in the interpreter, as the bedside does: CPU milliseconds for each part."""
    engine = DuckEngine()
    hospital = question.open(folder, engine, question.rules)
    persons = list(hospital.people_typed(_ids(engine, PEOPLE_JUDGED)))
    engine.close()
    words = Words(question.eligibility.study)
    parts: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for person in persons:
            for name, milliseconds in _judge_one(question, person, words).items():
                parts.setdefault(name, []).append(milliseconds)
    clock.lap("all")
    facts = statistics.median(sum(map(len, person.facts.values())) for person in persons)
    return {
        "people": len(persons),
        "facts": facts,
        **{name: statistics.median(times) for name, times in parts.items()},
        "slowest_5_percent": statistics.quantiles(parts["judged_said_planned"], n=20)[-1],
    }


def _judge_one(question: Question, person: Person, words: Words) -> dict[str, float]:
    """Everything a bedside page says about one person, timed in CPU milliseconds."""
    begin = time.thread_time()
    overall, assessed = assess_person(person, question.rules, on=question.on, setting=question.setting)
    evidence = [(each.evidence, each.margin) for each in assessed]
    judged = time.thread_time()
    sentences = [render(say(each.verdict, each.reason, each.finding, words), {}) for each in assessed]
    said = time.thread_time()
    calendar = plan_calendar(person, question.rules, on=question.on, setting=question.setting)
    planned = time.thread_time()
    plan_rechecks(person, overall, assessed, calendar, on=question.on, setting=question.setting)
    end = time.thread_time()
    if len(evidence) != len(sentences):
        raise AssertionError("a criterion without its sentence")
    return {
        "judging": (judged - begin) * 1e3,
        "sentences": (said - judged) * 1e3,
        "calendar": (planned - said) * 1e3,
        "judged_said_planned": (planned - begin) * 1e3,
        "rechecks": (end - planned) * 1e3,
    }


def measure_funnel(question: Question, folder: Path, clock: Clock) -> Answer:
    """The scan for every reading, then the funnel and every what-if from its masks."""
    rules = all_rules(question.eligibility)
    options = argparse.Namespace(on=question.on, mode="search", engine="duckdb")
    terminal = Terminal("en", quiet=True)
    masks, _, _ = hospital_masks(question.reader(folder), question.eligibility, rules, options, terminal)
    clock.lap("scan")
    population = masks.population
    bits = [rules.index(rule) for rule in question.rules]
    alternatives = [
        (rule, position, bit)
        for bit, rule in enumerate(rules)
        for position, mine in enumerate(question.rules)
        if rule.id == mine.id and rule.name != mine.name
    ]
    begin = time.thread_time()
    who = find_whom(
        masks, bits, [(rule.id, rule.name, position, bit) for rule, position, bit in alternatives]
    )
    named = (time.thread_time() - begin) * 1e3
    times = []
    for _ in range(ROUNDS):
        begin = time.thread_time()
        result = funnel_result(
            population,
            question.rules,
            alternatives,
            range(len(question.rules)),
            chosen_bits=bits,
            who=who,
            least=0,
        )
        times.append((time.thread_time() - begin) * 1e3)
    if result["total"] != population.total:
        raise AssertionError("the funnel does not hold everybody")
    return {
        "people": population.total,
        "readings": len(rules),
        "what_ifs": len(alternatives),
        "patterns": len(population.histogram),
        "milliseconds": statistics.median(times),
        "milliseconds_whom": named,
    }


def measure_agreement(question: Question, folder: Path, clock: Clock) -> Answer:
    """The compiled search against the interpreter on every hundredth person."""
    engine = DuckEngine()
    hospital = question.open(folder, engine, question.rules)
    ids = _ids(engine, -1)
    judged = (
        (
            person.person,
            is_dead(person, question.on),
            [
                line_of(each)
                for each in assess_person(person, question.rules, on=question.on, setting=question.setting)[1]
            ],
        )
        for person in hospital.people_typed(ids)
    )
    different = compare_people(question.ids, judged, read_search(question, folder, ids))
    engine.close()
    clock.lap("all")
    return {"people": len(ids), "criteria": len(question.ids), "different": different}


def measure_hand_agreement(question: Question, folder: Path, clock: Clock) -> Answer:
    """The compiled search against the SQL written by hand on everybody."""
    count = 0

    def counted() -> Iterator[Any]:
        nonlocal count
        for each in read_by_hand(run_by_hand(folder, on=question.on)):
            count += 1
            yield each

    different = compare_people(question.ids, read_search(question, folder), counted())
    clock.lap("all")
    return {"people": count, "criteria": len(question.ids), "different": different}


def _ids(engine: DuckEngine, count: int) -> list[str]:
    """Every hundredth person, or `count` people spread evenly over the hospital."""
    connection = engine.connection
    ((total,),) = connection.execute("SELECT COUNT(*) FROM tidy_persons").fetchall()
    step = ONE_PERCENT if count < 0 else max(total // count, 1)
    rows = connection.execute(
        "SELECT person_id FROM (SELECT person_id, ROW_NUMBER() OVER (ORDER BY person_id) AS place FROM tidy_persons) "
        f"WHERE place % {step} = 0 ORDER BY person_id"
    ).fetchall()
    return [row[0] for row in rows][: count if count >= 0 else None]


Task = Callable[[Question, Path, Clock], Answer]
TASKS: dict[str, Task] = {
    "search": measure_search,
    "planning": measure_planning,
    "one_each": measure_one_each,
    "one_each_typed": measure_one_each_typed,
    "by_hand": measure_by_hand,
    "person": measure_person,
    "funnel": measure_funnel,
    "agreement": measure_agreement,
    "hand_agreement": measure_hand_agreement,
}
