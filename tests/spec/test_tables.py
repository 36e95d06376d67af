"""Every spec table on every engine: what the pages say is what the engines do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.spec.running import Group, complaints, differences, groups, interpret, query, reads, start
from tests.spec.spec import Section, sections
from trialwright.exchange.engines.duck import DuckEngine

CASES = [(group, case) for group in groups() for case in group.cases]


def group_name(group: Group) -> str:
    """A name for test reports."""
    return " ".join([str(group.key.on), group.key.mode, *sorted(group.key.not_covered), str(group.number)])


@pytest.fixture(scope="module")
def duckdb() -> Iterator[DuckEngine]:
    engine = DuckEngine(threads=2)
    yield engine
    engine.close()


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.id)
def test_interpreter(section: Section) -> None:
    found = [
        complaint
        for group, case in CASES
        if case.section is section
        for complaint in complaints(
            case, interpret(case.condition, start(case.person, group.key), reads(case.condition))
        )
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("everybody", [False, True], ids=["by kind", "everybody"])
@pytest.mark.parametrize("group", groups(), ids=group_name)
def test_duckdb(group: Group, duckdb: DuckEngine, *, everybody: bool) -> None:
    """One script holds all rules of the group, and all its people are judged by all its rules."""
    script = group.compile(everybody=everybody)
    found = list(differences(group, query(duckdb, group.people, script, group.rules, group.key)))
    assert not found, "\n".join(found[:20])


@pytest.mark.needs("java")
def test_spark() -> None:
    """All groups in one session, in one test, because a session costs more than all queries."""
    from trialwright.exchange.engines.spark import SparkEngine

    engine = SparkEngine()
    # Interpreted execution: same answers, without compiling thousands of columns to Java byte code first.
    for name, value in {
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
    }.items():
        engine.session.conf.set(name, value)
    try:
        found = [
            complaint
            for group in groups()
            for complaint in differences(
                group, query(engine, group.people, group.compile(everybody=True), group.rules, group.key)
            )
        ]
    finally:
        engine.close()
    assert not found, "\n".join(found[:20])
