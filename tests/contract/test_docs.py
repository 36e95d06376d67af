"""Everything documented exists, and everything that exists is documented."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools import reference_pages, shown_outputs
from trialwright.cli.common import Terminal
from trialwright.cli.main import COMMANDS, main
from trialwright.logic.reasons import CODES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "GLOSSARY.md", "CHANGELOG.md", "CONTRIBUTING.md")),
        *DOCS.rglob("*.md"),
        *(ROOT / "studies").glob("*/README.md"),
        *(ROOT / "examples").glob("*/README.md"),
    ]
)
BLOCK = re.compile(
    r"^(?P<mark><!-- shown: .*-->\n)?```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMES = re.compile(r"`(\w+)`")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


# links and maps


def anchors(page: Path) -> set[str]:
    """The anchors of a page as GitHub makes them: lower case, no punctuation, blanks as hyphens."""
    heads = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def links(page: Path) -> Iterator[tuple[str, Path, str]]:
    """The links of a page to places in the repository: as written, where to, the anchor."""
    for link in LINK.findall(BLOCK.sub("", text_of(page))):
        target, _, anchor = link.partition("#")
        if "://" not in link and not link.startswith("mailto:"):
            yield link, (page.parent / target).resolve() if target else page, anchor


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link, target, anchor in links(page):
        assert target.exists(), f"{name_of(page)} links {link}, which does not exist"
        assert target.is_relative_to(ROOT), f"{name_of(page)} links {link}, outside the repository"
        if anchor:
            assert anchor in anchors(target), f"{name_of(page)} links {link}, which has no such heading"


def test_every_page_can_be_reached_from_the_map() -> None:
    reached, waiting = set(), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += [
                target for _, target, _ in links(page) if target.suffix == ".md" and DOCS in target.parents
            ]
    assert {name_of(page) for page in set(DOCS.rglob("*.md")) - reached} == set()


def test_the_readme_leads_to_the_map() -> None:
    assert DOCS / "README.md" in {target for _, target, _ in links(ROOT / "README.md")}


def test_decisions_have_numbers_of_their_own() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers)
    for page in pages:
        assert text_of(page).startswith(f"# {page.name[:4]} "), (
            f"{page.name} has another number in its heading"
        )


def test_the_first_heading_of_every_version_is_what_changes() -> None:
    versions = re.split(r"^## ", text_of(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)[1:]
    assert versions
    for version in versions:
        assert re.findall(r"^### (.+)$", version, re.MULTILINE)[0] == "Results that change"


# what is made is fresh


def test_commands_of_a_page_are_run_before_what_they_lead_to() -> None:
    """Marked commands run in their order, in a folder of their own, and each output as things stood at its place."""
    act = "trialwright act r"
    page = f"""<!-- run -->
```sh
# comments are left alone
export TRIALWRIGHT_SECRETS=kept.json
{act} open_study study=beam --as s --at 2026-05-11T09:00+08:00
```
<!-- shown: trialwright verify r | lines 2 -->
```text
```
<!-- run -->
```sh
{act} open_site --site nanjing \\
    --as s --at 2026-05-11T09:05+08:00
```
<!-- shown: trialwright verify r | lines 2 -->
```text
```
"""
    before = dict(os.environ)
    shown = [line for line in shown_outputs.refresh(page).splitlines() if line.startswith("Verified: ")]
    assert [line.partition(",")[0] for line in shown] == ["Verified: 1 events", "Verified: 2 events"]
    assert all(line.endswith("Head ....") for line in shown)  # the digest differs each time
    assert dict(os.environ) == before
    for wrong in ("rm -rf x", f"{act} open_site --site nowhere --as s --at 2026-05-11T09:06+08:00"):
        with pytest.raises(SystemExit):
            shown_outputs.refresh(page.replace("# comments are left alone", wrong))


def test_a_page_that_shows_something_else_is_noticed() -> None:
    page = text_of(ROOT / "README.md")
    assert "| lines 1-3, 7" in page
    assert shown_outputs.refresh(page.replace("syn-000000004  ", "syn-000000009  ")) == page


# the command line


def options_of(command: str) -> set[str]:
    """What a command takes, from its parser: positional names and options."""
    parser = reference_pages.parser_of(command, Terminal("en"))
    return {
        action.option_strings[0] if action.option_strings else str(action.metavar)
        for action in parser._actions
        if action.dest != "help"
    }


def documented_options(page: str) -> dict[str, set[str]]:
    """What the reference page says that each command takes."""
    sections = re.split(r"^## ", text_of(DOCS / "reference" / page), flags=re.MULTILINE)[1:]
    return {
        section.partition("\n")[0].removeprefix("trialwright "): set(
            re.findall(r"^\| `(-*[\w=-]+)[^`]*` \|", section, re.MULTILINE)
        )
        for section in sections
        if section.startswith("trialwright ")
    }


@pytest.mark.parametrize("page", ["command-line.md", "command-line.zh.md"])
def test_every_command_and_option_is_documented_and_the_reverse(page: str) -> None:
    assert documented_options(page) == {command: options_of(command) for command in COMMANDS}


def test_exit_codes_are_those_of_the_contract() -> None:
    # Source: the outside contract of the project, "Exit codes": 0 done, 1 bug, 2 usage, 3 study invalid,
    # 4 records unreadable, 5 some skipped, 6 the answer is no.
    page = text_of(DOCS / "reference" / "command-line.md").partition("## Exit codes")[2]
    assert re.findall(r"^\| (\d) \|", page, re.MULTILINE) == ["0", "1", "2", "3", "4", "5", "6"]


def written_commands(page: Path) -> Iterator[str]:
    """Every command line in the code of a page: fenced or indented; one that goes on in the next line is one."""
    for line in text_of(page).replace("\\\n", " ").splitlines():
        command = line.strip().partition(" #")[0].removeprefix("$ ")
        if (
            re.match(r"trialwright [a-z]", command)
            and not line.startswith(("#", "-", "|"))
            and "[...]" not in line
        ):
            yield command


@pytest.mark.parametrize("page", [page for page in PAGES if any(written_commands(page))], ids=name_of)
def test_every_command_written_anywhere_is_understood(page: Path) -> None:
    for command in written_commands(page):
        _, name, *arguments = shlex.split(command)
        assert name in COMMANDS, f"{name_of(page)}: {command}"
        parser = reference_pages.parser_of(name, Terminal("en"))
        try:
            parser.parse_intermixed_args(arguments)
        except SystemExit as stop:
            pytest.fail(f"{name_of(page)}: {command} ends with exit code {stop.code}")


def test_make_has_what_the_readme_says() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"`make ([a-z]+)`|^\s*make ([a-z]+)", text_of(page), re.MULTILINE):
            assert "".join(target) in targets, f"{name_of(page)}: make {''.join(target)}"


# reasons


def documented_reasons() -> dict[str, str]:
    """Each reason code of the page with the verdicts it comes with."""
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]+) \|", text_of(DOCS / "reference" / "reason-codes.md"), re.MULTILINE
    )
    return {code: verdict.strip() for code, verdict in rows}


def test_every_reason_is_documented_and_the_reverse() -> None:
    assert list(documented_reasons()) == [code for code in CODES if code]


@pytest.mark.parametrize("mode", ["search", "screening"])
def test_reasons_come_with_the_verdicts_the_page_says(mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    documented = documented_reasons()
    for participant in screened(capsys, "--mode", mode)["participants"]:
        for criterion in participant["criteria"]:
            assert criterion["verdict"] in re.split(r" or |, ", documented[criterion["reason"]]), criterion


# the result


def screened(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    capsys.readouterr()
    code = main(
        [
            "screen",
            "beam",
            str(ROOT / "studies/beam/sample"),
            "--on",
            "2026-11-01",
            "--format",
            "json",
            *options,
        ]
    )
    assert code == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def documented_names() -> dict[str, set[str]]:
    """The names of each section of the page about the result, from the first column of its tables."""
    sections = re.split(r"^## ", text_of(DOCS / "reference" / "result-format.md"), flags=re.MULTILINE)[1:]
    return {
        section.partition("\n")[0]: {
            name
            for cell in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)
            for name in NAMES.findall(cell)
        }
        for section in sections
    }


def test_every_name_of_the_result_is_documented_and_the_reverse(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "studies" / "beam" / "sample", tmp_path / "sample")
    with (tmp_path / "sample" / "facts.csv").open("a", encoding="utf-8") as facts:
        facts.write("syn-000000001,x1,measurement,alt,30,U/L,,40,soon,,final,\n")
        facts.write("syn-000000002,x2,measurement,alt,30,U/L,,40,2026-10-31,,preliminary,\n")
    code = main(
        [
            "screen",
            "beam",
            str(tmp_path / "sample"),
            "--on",
            "2026-11-01",
            "--format",
            "json",
            "--reading",
            "I4=literal",
        ]
    )
    assert code == 5
    result = json.loads(capsys.readouterr().out)
    people = result["participants"] + screened(capsys)["participants"]
    criteria = [criterion for person in people for criterion in person["criteria"]]
    found = {
        "Head": [result],
        "Participant": people,
        "Criterion": criteria,
        "Evidence": [fact for criterion in criteria for fact in criterion["evidence"]],
        "Recheck": [each for person in people for each in person["recheck"]],
        "Lapses": [each for person in people for each in person["lapses"]],
        "Skipped": result["skipped"] + result["set_aside"],
        "Coverage": [result["coverage"]],
    }
    documented = documented_names()
    for section, parts in found.items():
        assert {name for part in parts for name in part} == documented[section], section


def test_every_name_of_the_funnel_is_documented_and_the_reverse(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["funnel", "beam", str(ROOT / "studies/beam/sample"), "--on", "2026-11-01", "--format", "json"]
    )
    assert code == 0
    result = json.loads(capsys.readouterr().out)
    head = documented_names()["Head"]
    assert set(result) - head == documented_names()["Funnel"]
    page = text_of(DOCS / "reference" / "result-format.md").partition("## Funnel")[2]
    for name, rows in result.items():
        row = re.search(rf"^\|[^|]*`{name}`[^|]*\| (.+) \|$", page, re.MULTILINE)
        inner = (
            {key for each in rows for key in each} if isinstance(rows, list) and name not in head else set()
        )
        assert not inner or (row and inner <= set(NAMES.findall(row[1]))), f"{name}: {inner}"


# the house


def test_every_room_is_on_the_page_about_the_house_and_the_reverse() -> None:
    page = text_of(DOCS / "explanation" / "house.md")
    rooms, _, standards = page.partition("## exchange")
    package = ROOT / "src" / "trialwright"
    for table, folder in ((rooms, package), (standards, package / "exchange")):
        named = set(re.findall(r"^\|(?:[\w ]*\|)? `(\w+)` \|", table, re.MULTILINE))
        assert named == {part.parent.name for part in folder.glob("*/__init__.py")}
