"""The catalogue of sentences: what `message("...")` says in the source, and its Chinese.

`make messages` collects the templates into `locale/zh/LC_MESSAGES/trialwright.po`, writes `locale/zh.json` (read at run
time) and lists what has no Chinese yet. Translate in the .po, or: `--missing > new.json`, fill it in, `--fill new.json`;
what begins with `??` is a guess from another sentence, and is left out unless somebody writes it anew.
`--check` (in `make check`) fails on a sentence without Chinese, a stale or doubtful one, differing placeholders, a
template that is no literal, values that do not fit their template, or a `zh.json` that is not fresh.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "trialwright"
MADE = datetime(
    2026, 1, 1, tzinfo=UTC
)  # written into the header, where a clock would change the file every time
TEMPLATES = (".html", ".j2")
DOUBTFUL = "?? "
"""Stands in `--missing` before Chinese of a sentence that has changed, or of another that is like it."""


@dataclass(frozen=True, slots=True)
class Use:
    """One call of `message`: where it stands, its template, the names of its values (None: not known)."""

    place: str
    template: str
    values: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Collected:
    """What the source says, and what is wrong with how it says it."""

    uses: tuple[Use, ...]
    problems: tuple[str, ...]

    @property
    def places(self) -> dict[str, list[str]]:
        """Give every template with the files it stands in."""
        found: dict[str, list[str]] = {}
        for use in self.uses:
            found.setdefault(use.template, []).append(use.place.rpartition(":")[0])
        return {template: sorted(set(files)) for template, files in found.items()}


def placeholders(template: str) -> set[str]:
    """Give the names in braces; raises `ValueError` for a brace that is not closed or not a plain name."""
    names = set()
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"placeholder {{{name}}} is not a plain name; format the value before")
        names.add(name)
    return names


def _literals(node: ast.expr) -> list[str] | None:
    """Give the texts an argument can be: a literal, or one of two (`a if c else b`); None if it is neither."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        first, second = _literals(node.body), _literals(node.orelse)
        return first + second if first and second else None
    return None


def _python_calls(text: str) -> Iterator[tuple[int, list[str] | None, frozenset[str] | None]]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "message":
            names = [keyword.arg for keyword in node.keywords]
            values = None if None in names else frozenset(name for name in names if name)
            yield node.lineno, _literals(node.args[0]) if len(node.args) == 1 else None, values
        elif node.func.id == "Message":
            yield node.lineno, None, None


def _jinja_calls(text: str) -> Iterator[tuple[int, list[str] | None, frozenset[str] | None]]:
    for node in Environment().parse(text).find_all(nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name == "message":
            first = node.args[0] if len(node.args) == 1 else None
            literal = (
                [first.value] if isinstance(first, nodes.Const) and isinstance(first.value, str) else None
            )
            yield node.lineno, literal, frozenset(keyword.key for keyword in node.kwargs)


def collect(package: Path) -> Collected:
    """Read every module and page template of `package`."""
    uses, problems = [], []
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        if path.suffix not in (".py", *TEMPLATES) or name == "terms/message.py":
            continue
        calls = _python_calls if path.suffix == ".py" else _jinja_calls
        for line, templates, values in calls(path.read_text(encoding="utf-8")):
            place = f"{name}:{line}"
            if templates is None:
                problems.append(f'{place}: write message("...") with one literal template')
                continue
            for template in templates:
                if not template:
                    problems.append(f"{place}: an empty template; its key holds the name of the language")
                    continue
                uses.append(Use(place, template, values))
                problems.extend(f"{place}: {problem}" for problem in _check_use(template, values))
    return Collected(tuple(uses), tuple(problems))


def _check_use(template: str, values: frozenset[str] | None) -> Iterator[str]:
    try:
        names = placeholders(template)
    except ValueError as error:
        yield f"{error} in {template!r}"
        return
    if values is not None and (names - values):
        yield f"no value for {', '.join(sorted(names - values))} in {template!r}"
    if values is not None and (values - names):
        yield f"{', '.join(sorted(values - names))} not used by {template!r}"


def check_translation(template: str, translation: str) -> Iterator[str]:
    """Give what is wrong with one Chinese sentence."""
    if not translation:
        yield f"no Chinese for {template!r}"
        return
    try:
        theirs = placeholders(translation)
    except ValueError as error:
        yield f"{error} in {translation!r}"
        return
    if theirs != placeholders(template):
        yield f"other placeholders in the Chinese of {template!r}: {translation!r}"
    if translation == template and re.search(r"[a-z]{4}", re.sub(r"{\w*}", "", template)):
        yield f"still English: {template!r}"


def read_catalogue(path: Path) -> Catalog:
    """Read a .po file, or give an empty catalogue where there is none yet."""
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale="zh")
    else:
        catalogue = Catalog(locale="zh")
    catalogue.creation_date = catalogue.revision_date = MADE
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "Trialwright", "1", "-"
    catalogue.last_translator = catalogue.language_team = "Trialwright"
    catalogue.header_comment = "# Every sentence of Trialwright in Chinese. Collected by `make messages`."
    catalogue.fuzzy = False
    return catalogue


def update(catalogue: Catalog, collected: Collected) -> None:
    """Bring the catalogue to what the source says; a changed sentence keeps its old Chinese, marked doubtful."""
    source = Catalog(creation_date=MADE)
    for template, files in collected.places.items():
        source.add(template, locations=[(name, 1) for name in files])
    catalogue.update(source, update_header_comment=False)
    catalogue.obsolete.clear()
    for entry in catalogue:
        entry.previous_id = []
        entry.flags.discard("python-format")  # braces are str.format; Babel would read % as well
        entry.flags.discard("python-brace-format")


def write_catalogue(catalogue: Catalog) -> bytes:
    """Give the .po file: sorted, without line numbers, so that it changes only with its sentences."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=0, sort_output=True, include_lineno=False)
    return buffer.getvalue()


def compile_catalogue(catalogue: Catalog) -> str:
    """Give `zh.json`: template to Chinese, and "" to the language; doubtful translations are left out."""
    done = {str(e.id): str(e.string) for e in catalogue if e.id and e.string and not e.fuzzy}
    return json.dumps({"": "zh"} | dict(sorted(done.items())), ensure_ascii=False, indent=1) + "\n"


def check(collected: Collected, catalogue: Catalog, compiled: str) -> list[str]:
    """Give a sentence for everything that keeps a person from reading Chinese."""
    problems = list(collected.problems)
    said = set(collected.places)
    known = {str(entry.id): entry for entry in catalogue if entry.id}
    problems += [f"not in the catalogue: {t!r}; run make messages" for t in sorted(said - set(known))]
    problems += [f"no longer in the source: {t!r}; run make messages" for t in sorted(set(known) - said)]
    for template in sorted(said & set(known)):
        if known[template].fuzzy:
            problems.append(
                f"the English has changed, review the Chinese of {template!r}, then remove `fuzzy`"
            )
        problems += check_translation(template, str(known[template].string or ""))
    if compiled != compile_catalogue(catalogue):
        problems.append("zh.json is not what the catalogue says; run make messages")
    return problems


def main(arguments: list[str] | None = None, *, package: Path = PACKAGE) -> int:
    """Update, check, list or fill the catalogue; 1 if `--check` finds a problem."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="only compare, change nothing")
    choice.add_argument(
        "--missing", action="store_true", help="print what has no Chinese as JSON, change nothing"
    )
    choice.add_argument(
        "--fill", type=Path, metavar="FILE", help="take Chinese from a JSON file: template to Chinese"
    )
    options = parser.parse_args(arguments)
    po, made = package / "locale/zh/LC_MESSAGES/trialwright.po", package / "locale/zh.json"
    collected, catalogue = collect(package), read_catalogue(po)

    if options.check:
        problems = check(collected, catalogue, made.read_text(encoding="utf-8") if made.exists() else "")
        print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
        return 1 if problems else 0

    update(catalogue, collected)
    if options.fill:
        given = json.loads(options.fill.read_text(encoding="utf-8"))
        for template in sorted(set(given) - set(collected.places)):
            print(f"not in the source, left out: {template!r}", file=sys.stderr)
        for entry in catalogue:
            # A guess that nobody has looked at, as `--missing` marks it, is not taken for Chinese.
            if entry.id and given.get(entry.id) and not given[entry.id].startswith(DOUBTFUL):
                entry.string = given[entry.id]
                entry.flags.discard("fuzzy")
    missing = {
        str(e.id): f"{DOUBTFUL}{e.string}" if e.string else ""
        for e in catalogue
        if e.id and (not e.string or e.fuzzy)
    }
    if options.missing:
        print(json.dumps(missing, ensure_ascii=False, indent=1))
        return 0
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_bytes(write_catalogue(catalogue))
    made.write_text(compile_catalogue(catalogue), encoding="utf-8")
    for line in [*collected.problems, *(f"no Chinese, or doubtful: {template}" for template in missing)]:
        print(line)
    print(f"{len(collected.places)} sentences, {len(missing)} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
