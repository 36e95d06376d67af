"""The figures as a page: ratios first, every target with whether it was met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.measure import Cost, Costs, Start

MILLION = 1_000_000
GIGABYTE = 1e9
# **Source**: the requirements of the executable study, section "Speed".
ONE_EACH_AT_LEAST = 3.0
HAND_AT_MOST = 1.5
CPU_PER_MILLION = 15.0
MEMORY_MILLION = 2.0
MEMORY_LARGE = 8.0
PERSON_MILLISECONDS = 5.0
START_SECONDS = 0.5
FUNNEL_MILLISECONDS = 100.0


_HOW = """Written by `make bench`; run it to see your own. The search and the ledger were measured in a run each: side by
side, each piece of work in a process of its own, the pieces taking turns. CPU seconds count all threads; memory is the
most a process held at once. Medians; a missed target is shown as missed."""
_WHAT = """The synthetic hospital: {people:,} people, {facts:,} rows of facts ({each:.0f} a person) as Parquet. All
criteria of BEAM in their chosen readings, mode `search`: verdict, reason, value, day and fact id for everybody. What
Python needs to start and to load the study is not counted here (see the start of the command below)."""
_FOUR = """*Compiled* is what `trialwright` runs. *By hand* is `benchmarks/hand_written.sql`: DuckDB SQL that knows this
study and these hospitals, written for speed, with the same answer. *One query each* compiles every criterion for
itself; it reads the records each time, or (where it says so) judges records that were typed once for all."""


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the summary: what, how much, how much it may be, and whether it is."""

    what: str
    measured: str
    wanted: str
    met: bool | None

    @property
    def row(self) -> tuple[str, str, str, str]:
        """The line as cells."""
        return self.what, self.measured, self.wanted, {True: "yes", False: "**no**", None: "-"}[self.met]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that was measured in one run."""

    machine: Mapping[str, str]
    people: int
    facts: int
    repeat: int
    costs: Mapping[str, Costs]
    starts: Mapping[str, Start]
    large: Cost | None


def write_page(figures: Figures) -> str:
    """The page in Markdown."""
    parts = [
        "# Benchmarks",
        _HOW,
        table(("machine", ""), figures.machine.items()),
        _WHAT.format(people=figures.people, facts=figures.facts, each=figures.facts / figures.people),
        "## Targets",
        table(("what", "measured", "target", "met"), (target.row for target in targets(figures))),
        "## The same question, asked in four ways",
        _FOUR,
        table(
            ("way", "CPU-s", "s on the clock", "GB", "times the compiled one", "runs, CPU-s"), _ways(figures)
        ),
        "## Where the compiled search spends its time",
        table(("stage", "CPU-s"), _stages(figures)),
        "## One person in the interpreter",
        table(("part", "CPU milliseconds"), _person(figures)),
        "## Funnel and what-if",
        table(("", ""), _funnel(figures)),
        "## Agreement",
        table(("compared", "people", "criteria", "differences"), _agreement(figures)),
    ]
    if figures.large is not None:
        parts += ["## Ten million", table(("", ""), _large(figures.large))]
    return "\n\n".join(parts) + "\n"


def targets(figures: Figures) -> list[Target]:
    """All targets: the ratios first."""
    costs, people = figures.costs, figures.people
    search, hand, each = costs["search"], costs["by_hand"], costs["one_each"]
    scale = MILLION / people
    per_million = "" if people == MILLION else f", by proportion from {people:,}"
    gained, behind = each.cpu / search.cpu, search.cpu / hand.cpu
    person = costs["person"].answer["judged_said_planned"]
    funnel = costs["funnel"].answer["milliseconds"]
    different = disagreements(costs)
    found = [
        Target(
            "one query each, in CPU seconds, against the compiled search",
            f"{gained:.1f} times",
            f"at least {ONE_EACH_AT_LEAST:g} times",
            gained >= ONE_EACH_AT_LEAST,
        ),
        Target(
            "the compiled search, in CPU seconds, against the SQL written by hand",
            f"{behind:.2f} times",
            f"at most {HAND_AT_MOST:g} times",
            behind <= HAND_AT_MOST,
        ),
        Target(
            f"1,000,000 people, all criteria{per_million}",
            f"{search.cpu * scale:.1f} CPU-s",
            f"under {CPU_PER_MILLION:g} CPU-s",
            search.cpu * scale < CPU_PER_MILLION,
        ),
        Target(
            f"peak memory at {people:,} people",
            f"{search.memory / GIGABYTE:.2f} GB",
            f"under {MEMORY_MILLION:g} GB at 1,000,000",
            search.memory / GIGABYTE < MEMORY_MILLION if people >= MILLION else None,
        ),
        Target(
            "one person: all criteria, evidence, sentences and calendar",
            f"{person:.1f} ms",
            f"under {PERSON_MILLISECONDS:g} ms",
            person < PERSON_MILLISECONDS,
        ),
        *(
            Target(
                f"start of `trialwright {command}`",
                f"{start.wall:.2f} s ({start.cpu:.2f} CPU-s)",
                f"under {START_SECONDS:g} s",
                start.wall < START_SECONDS,
            )
            for command, start in figures.starts.items()
        ),
        Target(
            f"funnel and {costs['funnel'].answer['what_ifs']} what-ifs after the scan",
            f"{funnel:.0f} ms",
            f"under {FUNNEL_MILLISECONDS:g} ms",
            funnel < FUNNEL_MILLISECONDS,
        ),
        Target("verdicts on which engines differ", str(different), "0", different == 0),
    ]
    if figures.large is not None:
        held = figures.large.memory / GIGABYTE
        found.append(
            Target(
                f"{figures.large.answer['people']:,} people in one run",
                f"{held:.1f} GB",
                f"within {MEMORY_LARGE:g} GB",
                held <= MEMORY_LARGE,
            )
        )
    return found


def disagreements(costs: Mapping[str, Costs]) -> int:
    """On how many parts of answers two engines differ."""
    return sum(len(costs[name].answer["different"]) for name in ("agreement", "hand_agreement"))


_WAYS = {
    "by_hand": "by hand",
    "search": "compiled",
    "one_each_typed": "one query each, records typed once",
    "one_each": "one query each",
}


def _ways(figures: Figures) -> Iterable[Sequence[str]]:
    compiled = figures.costs["search"].cpu
    for task, name in _WAYS.items():
        costs = figures.costs[task]
        yield (
            name,
            f"{costs.cpu:.1f}",
            f"{costs.wall:.1f}",
            f"{costs.memory / GIGABYTE:.2f}",
            f"{costs.cpu / compiled:.2f}",
            ", ".join(f"{run.cpu:.1f}" for run in costs.runs),
        )


def _stages(figures: Figures) -> Iterable[Sequence[str]]:
    search = figures.costs["search"]
    for name in search.runs[0].laps:
        yield name, f"{search.lap(name):.2f}"
    chunks = search.answer["chunks"]
    planning = figures.costs["planning"].cpu
    yield (
        f"of it planning, {chunks} x {planning:.2f} (the same query over nobody)",
        f"{chunks * planning:.2f}",
    )


def _person(figures: Figures) -> Iterable[Sequence[str]]:
    answer = figures.costs["person"].answer
    yield "verdicts, reasons, evidence, margins", f"{answer['judging']:.2f}"
    yield "sentences", f"{answer['sentences']:.2f}"
    yield "calendar of a year", f"{answer['calendar']:.2f}"
    yield "all of these", f"{answer['judged_said_planned']:.2f}"
    yield "all of these, the slowest 5 % of people", f"{answer['slowest_5_percent']:.2f}"
    yield "what to check again (not in the target)", f"{answer['rechecks']:.2f}"
    yield f"people judged (median of {answer['facts']:g} facts that a rule reads)", f"{answer['people']}"


def _funnel(figures: Figures) -> Iterable[Sequence[str]]:
    costs = figures.costs["funnel"]
    answer = costs.answer
    yield (
        "the scan before it: every reading of every criterion",
        f"{answer['readings']} readings, {costs.cpu:.1f} CPU-s",
    )
    yield (
        "people, patterns of what fails and what is unknown",
        f"{answer['people']:,}, {answer['patterns']:,}",
    )
    yield (
        "attrition, leave-one-out, Shapley values, every other reading: counts",
        f"{answer['milliseconds']:.0f} ms",
    )
    yield "the same, by name: whose verdict each reading changes", f"{answer['milliseconds_whom']:.0f} ms"


def _agreement(figures: Figures) -> Iterable[Sequence[str]]:
    named = {
        "agreement": "compiled search and interpreter, every hundredth person",
        "hand_agreement": "compiled search and SQL by hand, everybody of a smaller hospital",
    }
    for task, name in named.items():
        answer: Mapping[str, Any] = figures.costs[task].answer
        yield name, f"{answer['people']:,}", f"{answer['criteria']}", f"{len(answer['different'])}"


def _large(large: Cost) -> Iterable[Sequence[str]]:
    yield "people", f"{large.answer['people']:,}"
    yield "CPU seconds", f"{large.cpu:.0f}"
    yield "seconds on the clock", f"{large.wall:.0f}"
    yield "memory", f"{large.memory / GIGABYTE:.2f} GB"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
