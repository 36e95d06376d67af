"""What the software must prove of itself: writes docs/reference/trust.md from the docstrings of tests/trust.

Every requirement has one test file, `test_tNN_name.py`, whose docstring states it, its source and what is proved, or
stands in `WAITING` with the reason why it waits. `--check` changes nothing, and fails if the page is stale.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "trust"
PAGE = ROOT / "docs" / "reference" / "trust.md"
COUNT = 44
"""How many requirements there are, T1 to T44."""

SOURCES = {
    "21 CFR 11": "Electronic Records; Electronic Signatures, United States",
    "ICH E6(R3)": "Guideline for Good Clinical Practice, step 4 of 2025, section 4 and the sections named",
    "EMA guideline": "Guideline on computerised systems and electronic data in clinical trials, 2023",
    "FDA": "Electronic Systems, Electronic Records, and Electronic Signatures in Clinical Investigations: Questions and Answers, 2024",
    "GAMP 5": "A Risk-Based Approach to Compliant GxP Computerized Systems, second edition",
}

WAITING = {
    6: ("The trail cannot be switched off by any setting.", "ICH E6(R3) 4.2.2(b)",
        "The ledger has no such setting; what is left to show is a site that refuses to start without its guards."),
    11: ("Log-ins, failed ones, lock-outs and log-outs are logged.", "ICH E6(R3) 4.2.2(i); 21 CFR 11.300(d)", "Log-in."),
    14: ("Whoever reads unblinded or identifying data leaves a trace.", "EMA guideline", "Pages."),
    15: ("People can read the trail, filter it, and take all of it with them while others work.",
         "ICH E6(R3) 4.2.2(c); 21 CFR 11.10(b)", "The page of the trail."),
    16: ("The trail is reviewed: late entries, changes after signing, bursts, odd hours.", "ICH E6(R3) 4.2.3",
         "The page of the review."),
    17: ("One person has one account; a name is never used again.", "21 CFR 11.100(a), 11.300(a)", "Accounts."),
    18: ("Passwords have rules, a history and an end; only hashes are kept.", "21 CFR 11.300(b)", "Accounts."),
    19: ("A second factor for everybody who can see or change data.", "EMA guideline", "Log-in."),
    20: ("Somebody who walks away is logged out, and finds the half-filled form again.", "EMA guideline; 21 CFR 11.10(d)",
         "Sessions."),
    21: ("After some failures an account is locked and somebody is told.", "21 CFR 11.300(d)", "Log-in."),
    25: ("A signature needs two components, the first of a session both.", "21 CFR 11.200(a)(1)",
         "Log-in; what a signature means and what it is bound to is proved under T27 and T28."),
    26: ("A signature shows name, time and meaning wherever it is shown.", "21 CFR 11.50", "Pages and exports."),
    37: ("An import is checked, attributed to file, row and person, done whole or not at all, and safe to repeat.",
         "ICH E6(R3) 4.2.5", "The import of data into a trial."),
    42: ("The build writes a validation pack: requirements, risks, tests, results, versions.", "ICH E6(R3) 4.3.4(h); GAMP 5",
         "The validation pack; this page is its list of requirements."),
    43: ("A site can check its own installation with one command.", "GAMP 5", "The site."),
}  # fmt: skip
"""Requirements, in our words, that only the site can fulfil: text, source, what they wait for."""

HEAD = """# What the software proves of itself

<!-- Made by tools/trust.py; do not edit by hand. -->

A computerised system in a clinical trial must be shown to do what the rules ask: keep a trail, lose nothing, let only the
right people act, hold signatures fast, hide the allocation. Here are {count} requirements in our own words, each with
the rule it comes from and the test that fails where it is not met. `make test` runs them all; a version in which one of
them fails is not released. Nearly every test acts as people do, by the actions of `trialwright act`, and ends by reading
the ledger.

{proved} are proved by the ledger, the actions and the archive, {partly} of them with a part that comes with the site;
{waiting} come with the site altogether, and are not claimed.

| source | is |
|---|---|
{sources}
"""


class NotStated(ValueError):
    """A test, or a requirement, that does not say what it must; the argument is the sentence."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement as its test file states it. `later`: what comes with the site, '' for nothing."""

    number: int
    text: str
    source: str
    proves: str
    later: str
    file: str
    tests: int


def read_requirement(path: Path) -> Requirement:
    """Read the docstring of a test file; raises `NotStated`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = ast.get_docstring(tree) or ""
    head = re.match(r"T(\d+)\. (.+?)\n\n", words, re.DOTALL)
    number = int(path.name[len("test_t") :].partition("_")[0])
    if head is None or int(head[1]) != number:
        raise NotStated(f"{path.name} does not begin with `T{number}. ` and what is required")
    parts = {
        name: " ".join(text.split())
        for name, text in re.findall(r"\*\*([^*]+)\*\*: (.+?)(?=\n\*\*|\Z)", words[head.end() :], re.DOTALL)
    }
    strange = parts.keys() - {"Source", "Proves", "With the site"}
    missing = {"Source", "Proves"} - parts.keys()
    if strange or missing:
        raise NotStated(f"{path.name} says {sorted(strange)} and does not say {sorted(missing)}")
    tests = sum(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in ast.walk(tree)
    )
    if not tests:
        raise NotStated(f"{path.name} holds no test")
    name = path.relative_to(ROOT).as_posix()
    text = " ".join(head[2].split())
    return Requirement(
        number, text, parts["Source"], parts["Proves"], parts.get("With the site", ""), name, tests
    )


def read_requirements() -> list[Requirement]:
    """Every requirement that has its test; raises `NotStated` where one is missing, doubled, or both tested and waiting."""
    found = [read_requirement(path) for path in sorted(TESTS.glob("test_t*.py"))]
    numbers = sorted([*(one.number for one in found), *WAITING])
    if numbers != list(range(1, COUNT + 1)):
        wrong = [number for number in range(1, COUNT + 1) if numbers.count(number) != 1]
        raise NotStated(f"not stated exactly once: {', '.join(f'T{number}' for number in wrong)}")
    return sorted(found, key=lambda one: one.number)


def write_page() -> str:
    """The whole page."""
    found = read_requirements()
    rows = {one.number: _row(one) for one in found} | {
        number: f"| T{number} | {text} | {source} | with the site |"
        for number, (text, source, _) in WAITING.items()
    }
    head = HEAD.format(
        count=COUNT,
        proved=len(found),
        partly=sum(bool(one.later) for one in found),
        waiting=len(WAITING),
        sources="\n".join(f"| {name} | {words} |" for name, words in SOURCES.items()),
    )
    lines = [head, "| # | required | source | proved by |", "|---|---|---|---|"]
    lines += [rows[number] for number in range(1, COUNT + 1)]
    lines += ["", "## What each test proves", ""]
    for one in found:
        lines += [f"**T{one.number}** {_sentence(one.proves)}"]
        lines += [f"With the site: {one.later}"] if one.later else []
        lines += [""]
    lines += ["## What comes with the site", "", "| # | required | waits for |", "|---|---|---|"]
    lines += [f"| T{number} | {text} | {why} |" for number, (text, _, why) in WAITING.items()]
    return "\n".join(lines) + "\n"


def _row(one: Requirement) -> str:
    link = f"[{Path(one.file).stem}](../../{one.file})"
    more = "; more with the site" if one.later else ""
    return f"| T{one.number} | {one.text} | {one.source.rstrip('.')} | {link}{more} |"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def main(arguments: list[str]) -> int:
    """Write the page, or check it; 1 if it is stale or something is not stated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the page is stale")
    check = parser.parse_args(arguments).check
    try:
        page = write_page()
    except NotStated as error:
        print(error, file=sys.stderr)
        return 1
    if check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
            print("docs/reference/trust.md is stale: run `python tools/trust.py`", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
