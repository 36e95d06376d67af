"""The figures of the ledger and the report as their part of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.measure import Costs
from benchmarks.report import GIGABYTE, MILLION, Target, table

# **Source**: issue "From enrolment to readout", section "Speed".
REPLAY_SECONDS = 20.0
REPLAY_MEMORY = 1.5
VERIFY_SECONDS = 30.0
REPORT_SECONDS = 10.0
REPORT_PARTICIPANTS = 53

_WHAT = """Measured in a run of its own. The archive of item values: forms of 20 results each, with unit, day and reference
range, of 1,000 participants; {values:,} values in {value_events:,} events, each value a salted text beside the chain. The
archive of events: consents, and queries raised, answered and closed; {events:,} events, {texts:,} texts. The simulated
trial: `trialwright simulate beam --participants {participants} --seed 1`. Targets are judged by CPU seconds; the clock
says the same on a machine with nothing else to do. What Python needs to start is not counted, what the commands load is."""
_BESIDE = """A reader of these lines in Python cannot do without `json.loads` of each; a check of them not without a SHA-256
either. Replaying keeps every participant with every value; so does the reading beside it. Checking keeps neither."""


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    """Everything that was measured of the ledger in one run. `costs`: by task; `trial_verify` is of the simulated trial."""

    machine: Mapping[str, str]
    repeat: int
    costs: Mapping[str, Costs]


def write_part(figures: LedgerFigures) -> str:
    """The part of the page in Markdown."""
    replay, verify = figures.costs["replay"].answer, figures.costs["verify"].answer
    parts = [
        "## The ledger and the report",
        table(("machine", ""), figures.machine.items()),
        _WHAT.format(
            values=replay["values"],
            value_events=replay["events"],
            events=verify["events"],
            texts=verify["texts"],
            participants=figures.costs["simulate"].answer["participants"],
        ),
        "### Targets of the ledger",
        table(("what", "measured", "target", "met"), (target.row for target in ledger_targets(figures))),
        "### Beside plain reading",
        _BESIDE,
        table(
            ("what", "CPU-s", "s on the clock", "GB", "times plain reading", "runs, CPU-s"), _beside(figures)
        ),
        "### Where replaying spends its time",
        table(("stage", "CPU-s"), _stages(figures.costs["replay"])),
        "### A trial, from nothing to its report",
        table(("what", "CPU-s", "s on the clock", "GB"), _trial(figures)),
    ]
    return "\n\n".join(parts) + "\n"


def ledger_targets(figures: LedgerFigures) -> list[Target]:
    """All targets of the ledger and the report."""
    replay, verify, report = (figures.costs[name] for name in ("replay", "verify", "report"))
    values, events = replay.answer["values"], verify.answer["events"]
    participants = figures.costs["simulate"].answer["participants"]
    held = replay.memory / GIGABYTE
    return [
        _seconds(f"1,000,000 item values replayed from an archive{_scaled(values)}", replay, MILLION / values, REPLAY_SECONDS),
        Target(
            f"peak memory at {values:,} item values",
            f"{held:.2f} GB",
            f"under {REPLAY_MEMORY:g} GB at 1,000,000",
            held < REPLAY_MEMORY if values >= MILLION else None,
        ),
        _seconds(f"an archive of 1,000,000 events verified{_scaled(events)}", verify, MILLION / events, VERIFY_SECONDS),
        _seconds(
            f"report of {participants} participants: HTML, PDF, tables",
            report,
            1.0,
            REPORT_SECONDS,
            judged=participants >= REPORT_PARTICIPANTS,
        ),
    ]  # fmt: skip


def _scaled(count: int) -> str:
    return "" if count == MILLION else f", by proportion from {count:,}"


def _seconds(what: str, costs: Costs, scale: float, limit: float, *, judged: bool = True) -> Target:
    measured = f"{costs.cpu * scale:.1f} CPU-s ({costs.wall * scale:.1f} s on the clock)"
    return Target(what, measured, f"under {limit:g} s", costs.cpu * scale < limit if judged else None)


def _beside(figures: LedgerFigures) -> Iterable[Sequence[str]]:
    named = (
        ("json", "json", "the lines of item values by `json.loads`"),
        ("replay", "json", "the same, replayed to participants"),
        ("hashes", "hashes", "the lines of events by `json.loads`, and a SHA-256 of each"),
        ("verify", "hashes", "the same, verified"),
    )
    for task, plain, name in named:
        costs = figures.costs[task]
        yield (
            name,
            f"{costs.cpu:.1f}",
            f"{costs.wall:.1f}",
            f"{costs.memory / GIGABYTE:.2f}",
            f"{costs.cpu / figures.costs[plain].cpu:.2f}",
            ", ".join(f"{run.cpu:.1f}" for run in costs.runs),
        )


def _stages(costs: Costs) -> Iterable[Sequence[str]]:
    for name in costs.runs[0].laps:
        yield name, f"{costs.lap(name):.2f}"


def _trial(figures: LedgerFigures) -> Iterable[Sequence[str]]:
    simulate, verify = figures.costs["simulate"], figures.costs["trial_verify"]
    events, texts = verify.answer["events"], verify.answer["texts"]
    million = verify.cpu / events * MILLION
    named = (
        (
            simulate,
            f"simulated: {simulate.answer['participants']} participants, {events:,} events, {texts:,} texts",
        ),
        (
            verify,
            f"verified; a million such events by proportion: {million:.0f} CPU-s (forms of many items are long)",
        ),
        (figures.costs["report"], f"reported: {figures.costs['report'].answer['files']} files"),
    )
    for costs, name in named:
        yield name, f"{costs.cpu:.2f}", f"{costs.wall:.2f}", f"{costs.memory / GIGABYTE:.2f}"
