"""Writes docs/reference/logic from the spec tables in tests/spec, which run on every engine; `--check` only compares.

The pages are the tables as written, aligned, with the day and the mode in words, the calls a rule uses, and what the
reason codes on the page mean. `index.md` says how to read them and where each reason code comes up.
"""

from __future__ import annotations

import argparse
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.spec.coverage import NOT_IN_TABLES, calls, reasons  # noqa: E402
from tests.spec.spec import Page, Section, pages, read_table  # noqa: E402
from trialwright.logic.reasons import REASONS  # noqa: E402
from trialwright.study.criteria import KINDS  # noqa: E402
from trialwright.terms.message import render  # noqa: E402

FOLDER = ROOT / "docs" / "reference" / "logic"
MADE = "<!-- Made by tools/spec_pages.py from tests/spec/{source}; do not edit by hand. -->"
ORDER = (
    *("latest", "extremes", "counting", "values", "units", "upper_limit", "equality"),
    *("windows", "partial_dates", "other_days", "named_days", "presence", "silence", "unreadable", "courses"),
    *("items_and_scores", "substitutes", "formulas", "arithmetic", "logic"),
)


def width(text: str) -> int:
    """Columns a text takes in a fixed-width font; Chinese characters and full-width signs take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def write_table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table with aligned columns, heading first."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = (cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True))
        yield "| " + " | ".join(cells) + " |"
        if number == 0:
            yield "|" + "|".join("-" * (size + 2) for size in widths) + "|"


def write_section(section: Section) -> Iterator[str]:
    """The situation in words, the rules, and the table."""
    mode = {
        ("search",): "in a search of records",
        ("screening",): "at the bedside",
        ("search", "screening"): "in a search of records and at the bedside",
    }[section.modes]
    absent = (
        f", from a source without data of the kind {', '.join(sorted(section.not_covered))}"
        if section.not_covered
        else ""
    )
    yield f"Judged on {section.on}, {mode}{absent}:"
    yield ""
    yield "```"
    yield from (line for line in section.block if line.partition(":")[0] not in ("on", "mode", "not covered"))
    yield "```"
    yield ""
    yield from write_table(section.table)


def write_page(page: Page) -> str:
    """One theme."""
    lines = [f"# {page.title}", "", MADE.format(source=f"{page.name}.md")]
    for part in page.parts:
        lines += ["", *(write_section(part) if isinstance(part, Section) else [part])]
    used = sorted({call for section in page.sections for call in calls(section)})
    known = [call for call in used if call in KINDS]
    if known:
        lines += ["", "## Calls on this page", ""]
        lines += write_table(
            [("call", "gives"), *((f"`{call}`", render(KINDS[call].meaning, {})) for call in known)]
        )
    found = sorted({code for section in page.sections for code in reasons(section)}, key=list(REASONS).index)
    if found:
        lines += ["", "## Reason codes on this page", ""]
        lines += write_table(
            [("code", "means"), *((f"`{code}`", render(REASONS[code], {})) for code in found)]
        )
    return "\n".join(lines) + "\n"


def write_index(everything: Sequence[Page]) -> str:
    """How to read the tables, which there are, and where each call and each reason code comes up."""
    cases = sum(
        len(row.expected) for page in everything for section in page.sections for row in section.people
    )
    concepts = read_table(
        line
        for line in (ROOT / "tests" / "spec" / "concepts.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    )
    lines = [
        "# What rules answer",
        "",
        MADE.format(source=""),
        "",
        f"Every table here is a test: {cases} answers in {len(everything)} pages, given alike by the interpreter, by",
        "DuckDB and by Spark. What the words of a rule mean stands in [the rule language](../rule-language.md).",
        "",
        "## How to read a table",
        "",
        "A row is a fact of a person; further facts of the same person follow with an empty first cell. A column named after",
        "a concept holds results of it, in its own unit unless one is written. Without a column `start` the facts are of the",
        "day judged; an empty `start` is no date. A rule is written as an `inclusion` or an `exclusion`, because of several",
        "results of one day the one worse for the participant counts.",
        "",
        "What must come out is `true`, `false` or `unknown` with its reason code. `shows` is the number on the side that",
        "decides, `●` under `decides` the fact that does. Results and answers count from the 28 days before the day judged",
        "(the parameter `screening_window`), unless a rule says `within`.",
        "",
        "## Pages",
        "",
        *write_table([("page", "tables", "answers"), *(_line(page) for page in everything)]),
        "",
        "## Where each call comes up",
        "",
        *write_table([("call", "pages"), *_places(KINDS, everything, calls)]),
        "",
        "## Where each reason code comes up",
        "",
        *write_table([("code", "pages"), *_places((code for code in REASONS if code), everything, reasons)]),
        "",
        "## The concepts",
        "",
        *write_table(concepts),
    ]
    return "\n".join(lines) + "\n"


def _line(page: Page) -> tuple[str, str, str]:
    answers = sum(len(row.expected) for section in page.sections for row in section.people)
    return f"[{page.title}]({page.name}.md)", str(len(page.sections)), str(answers)


def _places(names: Iterable[str], everything: Sequence[Page], of: object) -> Iterator[tuple[str, str]]:
    for name in names:
        found = [page for page in everything if any(name in of(section) for section in page.sections)]  # type: ignore[operator]
        links = ", ".join(f"[{page.name}]({page.name}.md)" for page in found)
        yield f"`{name}`", links or NOT_IN_TABLES.get(name, "")


def write_all() -> dict[str, str]:
    """Every page by file name; a page that `ORDER` forgets, or names in vain, ends the run."""
    found = {page.name: page for page in pages()}
    if set(found) != set(ORDER):
        raise SystemExit(
            f"ORDER in tools/spec_pages.py and tests/spec differ: {sorted(set(found) ^ set(ORDER))}"
        )
    ordered = [found[name] for name in ORDER]
    return {"index.md": write_index(ordered)} | {f"{page.name}.md": write_page(page) for page in ordered}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or check them; 1 if any is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a page is stale")
    check = parser.parse_args(arguments).check
    wanted = write_all()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))
    if check:
        for name in stale:
            print(f"docs/reference/logic/{name} is stale: run `python tools/spec_pages.py`", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
