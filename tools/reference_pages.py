"""Writes the pages of docs/reference that are nothing but what the code says about itself.

Commands and options, reason codes, the rule language, the concepts of BEAM, actions, events. `--check` (in `make check`) only compares.
The comments on reason codes stand here; a code without one, or a comment without a code, ends the run.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from trialwright.assessments import ASSESSMENTS
from trialwright.cli import common
from trialwright.cli.main import ABOUT, COMMANDS, OPTIONS
from trialwright.conduct.action import Argument
from trialwright.conduct.actions import ACTIONS
from trialwright.conduct.actions.correctable import CORRECTABLE
from trialwright.exchange.folder import read_study
from trialwright.locale import read_catalogue
from trialwright.logic.reasons import REASONS
from trialwright.record.event import Event
from trialwright.record.event_types import EVENT_TYPES, EventType
from trialwright.study.criteria import KINDS
from trialwright.terms.message import render

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
MAP = REFERENCE.parent / "README.md"
MADE = "<!-- Made by tools/reference_pages.py; do not edit by hand. -->"
LANGUAGES = ("en", "zh")

EXIT_CODES = {
    common.DONE: ("done, whatever the verdicts are", "已完成，与判定结果无关"),
    common.BUG: ("a bug; please report it", "程序错误，请报告"),
    common.USAGE: (
        "the command was not understood, or the output cannot be written",
        "命令有误，或结果无法写入",
    ),
    common.STUDY_INVALID: (
        "the study definition is invalid; every problem is printed with file and line",
        "研究定义无效；逐条列出问题及其文件和行号",
    ),
    common.RECORDS_UNREADABLE: (
        "the records cannot be read; nothing was evaluated",
        "记录无法读取，未作任何判定",
    ),
    common.SOME_SKIPPED: (
        "done, but some records could not be read; they are listed",
        "已完成，但有记录无法读取，均已列出",
    ),
    common.ANSWER_IS_NO: (
        "the answer is no: an action was refused, an archive does not verify, the two engines disagree",
        "答案为否：操作被拒绝、档案未通过核验，或两个引擎结论不一致",
    ),
}

WHOLE, OPEN, INNER = "pass or fail", "unknown", "inside rules only"
# code: (which verdicts it comes with, what lies behind it, what to do)
NOTES = {
    "value": (INNER, "becomes `in_range` or `value_out_of_range` in a verdict", ""),
    "present": (WHOLE, "a condition, exposure, procedure or allergy is active on some day of the window", ""),
    "absent": (WHOLE, "none is, and silence means no (a search), or somebody answered no", ""),
    "stated": (WHOLE, "the rule is `always`, `never`, or says so for one mode", ""),
    "in_range": ("pass", "the values lie on the passing side of the limits", ""),
    "value_out_of_range": ("fail", "a value lies on the other side", ""),
    "no_record": (OPEN, "no result or answer in the window; an older one never stands in", "measure, or find it"),
    "no_baseline": (
        OPEN,
        "no result in the time that the analysis plan names for the baseline; a search of records has none",
        "find an earlier result",
    ),
    "not_asked": (OPEN, "only a person can answer, or silence at the bedside", "ask; record the answer, also a no"),
    "can_be_given": (OPEN, "what is required can still be done (BEAM: the pulse)", "judge again once it was given; nobody is given it in order to qualify"),
    "surrogate_only": (OPEN, "the estimate is shown and does not decide", "measure the quantity itself"),
    "attribution_missing": (OPEN, "the cause decides, and nobody has stated it", "a clinician states it"),
    "biopsy_item_missing": (OPEN, "class and item must be of one day", "complete the biopsy report"),
    "birth_date_missing": (OPEN, "no birth date, or one that cannot be read", "complete it"),
    "sex_unknown": (OPEN, "computed for both sexes, and the verdicts differ", "complete it"),
    "weight_missing": (OPEN, "a dose per kg needs a weight of its own window", "weigh"),
    "not_computable": (OPEN, "the arithmetic has no result, such as a height of 0", "correct the values"),
    "not_computed": (OPEN, "nobody has written a rule yet (after an import)", "write the rule"),
    "equation_not_valid": (OPEN, "outside what the source of the formula allows", "use what is valid at that age"),
    "range_missing": (OPEN, "multiples of ULN need the range printed with this result", "add the range"),
    "unit_unknown": (OPEN, "a number without a usable unit is not used", "add it, or map it in `mapping.yaml`"),
    "value_censored": (OPEN, "`<2` may lie on either side of 1.5", "repeat with a wider measuring range"),
    "value_unreadable": (OPEN, "the latest result exists and is no number or known word", "correct or map it"),
    "value_implausible": (OPEN, "the number lies outside what the study's forms accept for this analyte (`possible`)", "correct the number or its unit"),
    "dose_missing": (OPEN, "the dose decides", "complete it"),
    "route_missing": (OPEN, "found by a code that says nothing of the route", "complete it, or map it"),
    "status_uncertain": (OPEN, "provisional, differential, unconfirmed or in remission", "confirm or refute"),
    "end_missing": (OPEN, "ended on an unknown day, perhaps in the window", "complete the end"),
    "date_imprecise": (OPEN, "some possible days lie inside, some outside, or the order is open", "complete the date"),
    "date_missing": (OPEN, "as before, with any day possible", "complete the date"),
    "conflict": (OPEN, "a presence against a recent no, or two results of a day that exclude each other", "settle it"),
    "kind_not_covered": (OPEN, "silence of such a source means nothing", "look elsewhere, or ask"),
    "record_unreadable": (OPEN, "what the row would have said, or when, is not known; comes before every other open reason",
                          "correct the row, see `skipped`"),
    "judgement": ("not_assessed", "a search never decides it", "an investigator judges at screening"),
    "deceased": ("of the whole person", "ineligible whatever the criteria say; the result has `deceased`", ""),
}  # fmt: skip


def cell(text: str) -> str:
    """Text inside a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def command_line(language: str) -> str:
    """Every command with every option, in one language."""
    catalogue = read_catalogue(language)
    other = "[中文](command-line.zh.md)" if language == "en" else "[English](command-line.md)"
    lines = ["# Command line" if language == "en" else "# 命令行", "", MADE, "", other, ""]
    for name, about in ABOUT.items():
        lines += [f"- [`trialwright {name}`](#trialwright-{name}): {render(about, catalogue)}"]
    for name in COMMANDS:
        lines += ["", *_command(name, common.Terminal(language))]
    heads = ("Exit codes", "code", "meaning") if language == "en" else ("退出码", "退出码", "含义")
    lines += ["", f"## {heads[0]}", "", f"| {heads[1]} | {heads[2]} |", "|---:|---|"]
    lines += [f"| {code} | {words[language != 'en']} |" for code, words in sorted(EXIT_CODES.items())]
    return "\n".join(lines) + "\n"


def parser_of(name: str, terminal: common.Terminal) -> argparse.ArgumentParser:
    """The parser of one command, as the command line builds it."""
    module = importlib.import_module(OPTIONS.get(name, COMMANDS[name]))
    main = importlib.import_module("trialwright.cli.main")
    parser: argparse.ArgumentParser = module.parser(name, terminal)
    main._common(parser, terminal)
    return parser


def _command(name: str, terminal: common.Terminal) -> Iterator[str]:
    parser = parser_of(name, terminal)
    actions = [action for action in parser._actions if action.dest != "help"]
    placed = " ".join(str(action.metavar) for action in actions if not action.option_strings)
    needed = " ".join(_option(action) for action in actions if action.option_strings and action.required)
    usage = " ".join(part for part in (f"trialwright {name}", placed, needed) if part)
    yield from (f"## trialwright {name}", "", str(parser.description), "", "```", f"{usage} [...]", "```", "")
    yield "| | values | |"
    yield "|---|---|---|"
    for action in actions:
        shown = f"`{_option(action)}`" if action.option_strings else f"`{action.metavar}`"
        values = ", ".join(f"`{choice}`" for choice in action.choices or ())
        yield f"| {shown} | {values} | {cell(action.help or '')}{_default(action)} |"
    yield from ("", "```", *(line.strip() for line in str(parser.epilog).splitlines()[1:]), "```")


def _option(action: argparse.Action) -> str:
    if action.choices:
        value = "|".join(map(str, action.choices)) if action.required else ""
    else:
        value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
    return f"{action.option_strings[0]} {value}".strip()


def _default(action: argparse.Action) -> str:
    if action.choices and isinstance(action.default, str):
        return f" (`{action.default}`)"
    return ""


def reason_codes() -> str:
    """Every reason code with its sentences."""
    missing = set(REASONS) - set(NOTES) - {""}
    surplus = set(NOTES) - set(REASONS)
    if missing or surplus:
        raise SystemExit(
            f"reason codes without a note: {sorted(missing)}; notes without a code: {sorted(surplus)}"
        )
    chinese = read_catalogue("zh")
    lines = [
        "# Reason codes", "", MADE, "",
        "Why a verdict is what it is. Programs read the code, people the sentence. The order is also the rank: where",
        "several reasons of one kind of record apply at once, the last in this table is given. Reasons why a *row* could",
        "not be read are another list: [read records](../how-to/read-records.md#rows-that-are-listed).", "",
        "| code | verdict | sentence | 中文 | behind it | what to do |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for code, sentence in REASONS.items():
        if code:
            verdict, behind, cure = NOTES[code]
            words = (render(sentence, {}), render(sentence, chinese), behind, cure)
            lines.append(f"| `{code}` | {verdict} | " + " | ".join(map(cell, words)) + " |")
    return "\n".join(lines) + "\n"


def rule_language() -> str:
    """Every call that a rule may make."""
    lines = [
        "# The rule language", "", MADE, "",
        "A rule is one line of text in `criteria.yaml`: calls and quantities, compared and joined. `not` binds tighter than",
        "`and`, `and` tighter than `or`. Why it is so small: [decision 0040](../decisions/0040-rules-are-text.md).", "",
        "| write | for |", "|---|---|",
        "| `a < b`, `<=`, `>`, `>=`, `=` | a comparison; values within 1e-9 relative are equal |",
        "| `18 a <= age <= 75 a` | two comparisons at once |",
        "| `latest(biopsy_class, within=ever) in {III, IV}` | one of several coded texts |",
        "| `sex = male`, `sex in {female, other}` | the recorded sex |",
        "| `1.5 g/(24.h)` | a quantity in any UCUM unit of the right dimension |",
        "| `2 ULN` | twice the upper limit of the result's own reference range |",
        "| `a + b`, `a - b`, `a * b`, `a / b` | numbers combined, with blanks around the sign: sums and differences in one unit; a multiple keeps the unit; a ratio in one unit is a pure number |",
        "| `28 d`, `12 wk`, `3 mo`, `1 a` | a length of time: days, weeks, calendar months, years; or the name of a parameter |",
        "| `always`, `never` | a rule that needs no record |",
        "| a name | a definition of `criteria.yaml`, or `age` in completed years |", "",
        "## Calls", "", "| call | gives | takes by name |", "|---|---|---|",
    ]  # fmt: skip
    for kind in KINDS.values():
        named = ", ".join(f"`{word}`" for word in kind.named)
        lines.append(f"| `{cell(kind.example)}` | {render(kind.meaning, {})} | {named} |")
    lines += [
        "", "An argument that would change nothing where it stands is refused, as is one written twice.", "",
        "| by name | says |", "|---|---|",
        "| `within` | the window: a length back from the reference date, both ends included; `ever`; `today`. Results without it: the parameter `screening_window` |",
        "| `before` | the window ends on this day (a `latest_day`, or an anchor of `schedule.yaml`) instead of the reference date |",
        "| `same_day` | only results of the day of the latest result of this concept |",
        "| `missing` | the [reason code](reason-codes.md) where there is no result |",
        "| `surrogate` | a concept that is shown, and does not decide, where there is no result |",
        "| `daily` | only days with at least this dose count; doses of one day are added |",
        "| `gap` | days not more than this apart are one course (1 d: adjoining days) |",
        "| `weight` | divides doses that are recorded per day, where the concept counts per kg and day |",
        "| `except_daily`, `except_within` | days with at least this dose, in this window, are left out |",
        "| `silence=none` | no record means none in every mode, because the rule itself says what silence means |",
        "| `search`, `screening` | the rule of each mode |",
        "", "## Formulas and scores", "", "Called by name with their arguments in order, each in its unit.", "",
        "| formula | arguments | gives | valid for | source |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for one in ASSESSMENTS.values():
        names = ", ".join(f"`{argument.name}` ({argument.unit})" for argument in one.arguments)
        if len(one.arguments) > 6:
            names = f"{len(one.arguments)} items"
        words = (one.title.en, names, one.unit, one.valid_for.en, one.source)
        lines.append(f"| `{one.name}` " + "".join(f"| {cell(word)} " for word in words) + "|")
    return "\n".join(lines) + "\n"


def concepts() -> str:
    """The concepts of BEAM."""
    study = read_study("beam")
    lines = [
        "# The concepts of BEAM", "", MADE, "",
        "What the study reads, by the names that its rules and your tables use. An ICD-10 or ATC code stands for all codes",
        "below it. A value may arrive in any UCUM unit of the same dimension, or of the other side of a conversion.", "",
        "| name | kind | unit | codes | | |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for concept in study.concepts:
        values = "yes or no" if concept.values == ("boolean",) else ", ".join(concept.values)
        more = [
            *concept.conversions,
            values,
            f"route {concept.route}" if concept.route else "",
            concept.note or "",
        ]
        words = (
            concept.kind,
            f"`{concept.unit}`" if concept.unit else "",
            " ".join(f"`{code}`" for code in (*concept.codes, *concept.positive_codes)),
            f"{concept.label.en} {concept.label.zh}",
            "; ".join(part for part in more if part),
        )
        lines.append(f"| `{concept.name}` | " + " | ".join(map(cell, words)) + " |")
    return "\n".join(lines) + "\n"


# How the values of `trialwright act` are typed.
HOW_TO_TYPE = (
    "## How values are typed", "",
    "Each is one word of the shell, `name=value`; what holds a blank or a bracket stands in quotes. A reason is no value",
    "but the option `--reason`.", "",
    "| typed | says |", "|---|---|",
    "| `date=2026-11-01` | a day in the calendar of the site |",
    "| `date=2026-11` | where a partial date is taken: any day of the month, or of the year (`2026`) |",
    "| `aware=2026-11-01T09:30+08:00` | a moment with its offset |",
    "| `infection=true` | yes; `false` is no |",
    "| `seriousness=hospitalisation,disability` | several words, with commas |",
    "| `causality.belimumab=possibly_related` | of the named intervention; one such value for each |",
    "| `values.birth=1990-05-17` | of `correct`: the new value of what is named |",
    "| `'item.body.weight=60.5 kg'` | of a form, by group and item: a number, a blank, its unit in UCUM |",
    "| `item.items.rash=false` | a question of a form answered no |",
    "| `'item.history[2].start=2025-11'` | in the second row of a group that repeats; a date that may be partial |",
    "| `'item.serum.creatinine=74 umol/L @2026-06-16'` | a result of another day than its group or visit |",
    "| `item.body.weight=not_done:not_performed` | not done, with a reason of the study's list `not_done_reasons` |",
    "| `'item.collection.*=not_done:collection_failed'` | nothing of the group was done |",
    "| `'item.*=not_done:declined'` | nothing of the form was done |",
    "| `ranges=ranges.csv` | the rows of a table, from a file of comma-separated values |", "",
    "What forms, items and answers there are stands in the study's `forms.yaml`, and on the paper forms",
    "(`trialwright export beam --to crf`).", "",
)  # fmt: skip


def written(argument: Argument) -> str:
    """How a value is typed on a terminal."""
    words = ", ".join(f"`{choice}`" for choice in argument.choices)
    match argument.kind:
        case "pairs":
            return f"`{argument.name}.NAME=VALUE`" + (f", the value one of {words}" if words else "")
        case "entries":
            return "`item.GROUP.ITEM=VALUE UNIT`"
        case "yes_no":
            return "`true` or `false`"
        case "choices":
            return f"some of {words}, with commas between" if words else "several words, with commas between"
        case "date":
            return "date, `2026-11-01`"
        case "partial_date":
            return "date, `2026-11-01`, or `2026-11`, or `2026`"
        case "date_time":
            return "moment, `2026-11-01T09:30+08:00`"
        case "rows":
            return "a CSV file"
        case "whole":
            return "whole number"
    return words or argument.kind


def actions() -> str:
    """Every action with what it must be told, and who may do it in BEAM."""
    table = read_study("beam").delegation
    assert table is not None
    lines = [
        "# Actions", "", MADE, "",
        "Everything people do in a trial, as `trialwright act` takes it ([command line](command-line.md#trialwright-act)). An action",
        "gives one event of the ledger, or is refused with its reasons and writes nothing. Who may do what stands in the",
        "study's `delegation.yaml`; the roles here are those of BEAM.", "",
        *HOW_TO_TYPE,
    ]  # fmt: skip
    for name, action in ACTIONS.items():
        roles = ", ".join(role.title.en for role in table.roles if name in role.actions)
        place = {"either": "site, or study"}.get(action.place, action.place)
        lines += [f"## {name}", "", f"{render(action.about, {}).capitalize()}.", ""]
        lines += [
            (
                f"Place: {place}. By: {roles}.{' A reason is needed.' if action.reason == 'required' else ''}"
                f" Gives {' or '.join(f'[`{kind}`](events.md)' for kind in action.writes)}."
            ),
            "",
        ]
        shown = [argument for argument in action.arguments if argument.kind != "facts"]
        if shown:
            lines += ["| argument | what it is | written as |", "|---|---|---|"]
            for argument in shown:
                kind = written(argument)
                need = "" if argument.required else "; may be left out"
                lines.append(f"| `{argument.name}` | {cell(render(argument.about, {}))} | {kind}{need} |")
            lines.append("")
        if name == "correct":
            lines += corrections()
    return "\n".join(lines)


def corrections() -> list[str]:
    """What can be corrected and how, from the action itself."""
    rows = [
        (f"`{each.target}`", *(render(said, {}) for said in (each.what, each.changes, each.removal)))
        for each in CORRECTABLE
    ]
    return [
        "What can be corrected, and how. What is taken back counts nowhere any more: in no endpoint, exposure, window, set, rule,",
        "table, proposal or duty. It stays in the ledger and is listed with its reason; a safety report that went out stays.", "",
        "| target | what it is | what is changed | how one that is none is taken back |", "|---|---|---|---|",
        *(f"| {' | '.join(map(cell, row))} |" for row in rows), "",
        "A value that is corrected may change what would have been proposed for a dose on record: the dose is judged anew, and",
        "a query asks about it ([visits and doses](../explanation/visits-and-doses.md)). Texts that name somebody are blanked by",
        "`mask`; a signature, a query, a screening and a safety report sent are not corrected: they say what was done.", "",
    ]  # fmt: skip


# What every event carries besides its data.
CARRIES = {
    "position": "its place in the chain, from 1, without gaps",
    "stream": "`study`, `site/SITE` or `participant/NUMBER`",
    "stream_position": "its place in its stream, from 1",
    "id": "the call that gave it; no other event has it",
    "type": "one of those below",
    "version": "of the form of this type's data",
    "at": "when, UTC, ISO 8601 ending in Z; never before the event before it",
    "actor": "the account",
    "role": "the role in which it acted, of the delegation table in force",
    "site": "where; '' for the study as a whole",
    "action": "the [action](actions.md) that gave it",
    "reason": "the digest of the reason entered, '' where none was",
    "study_version": "the digest of the definition in force",
    "series": "numbers it took: the counter's name, and the number",
    "data": "as below",
    "previous": "the hash of the event before it; of the first, 64 zeros",
    "hash": "SHA-256 of all of the above in canonical form (RFC 8785)",
}


def events() -> str:
    """Every type of event with the parts of its data."""
    parts = {each.name for each in fields(Event)}
    if parts != set(CARRIES):
        raise SystemExit(f"parts of an event with a note, or without: {sorted(parts ^ set(CARRIES))}")
    lines = [
        "# Events", "", MADE, "",
        "What the lines of `events.jsonl` in an archive hold. Why they look like this:",
        "[decision 0047](../decisions/0047-ledger-and-archive.md); what they prove: [the ledger](../explanation/ledger.md).",
        "", "| every event has | |", "|---|---|",
        *(f"| `{name}` | {says} |" for name, says in CARRIES.items()), "",
        "A day is `2026-11-01`, as the calendar at the site shows it. What is marked *entered* was typed by a person: there",
        'stands `{"entered": DIGEST}`, and salt and text lie in `entered.jsonl`; what is empty is \'\'. What is marked *may be',
        "missing* is left out where it would be empty. A part never changes its name or meaning: a type that must change gets",
        "a new version, and older ones are still read.", "",
    ]  # fmt: skip
    headings = ("Of the study and its sites", "Of a participant")
    for heading, of_participant in zip(headings, (False, True), strict=True):
        lines += [f"## {heading}", ""]
        for name, kind in EVENT_TYPES.items():
            if (kind.streams == ("participant",)) == of_participant:
                lines += [f"### {name}", "", *_event_type(kind)]
    return "\n".join(lines)


def _event_type(kind: EventType) -> Iterator[str]:
    where = ", ".join(kind.streams)
    counts = f" Counts: `{kind.series}`." if kind.series else ""
    yield from (f"{kind.says} Stream: {where}; version {kind.version}.{counts}", "")
    if kind.data:
        yield from ("| data | |", "|---|---|")
        for part in kind.data:
            marks = [
                word
                for word, holds in (("entered", part.entered), ("may be missing", part.optional))
                if holds
            ]
            yield f"| `{part.name}` | {cell(part.says)}{''.join(f'; *{mark}*' for mark in marks)} |"
        yield ""


def title(page: Path) -> str:
    """The heading of a page."""
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def index() -> str:
    """The list of the pages of the reference, whoever makes them."""
    lines = ["# Reference", "", MADE, "", "| page | made by |", "|---|---|"]
    for page in sorted(REFERENCE.glob("*.md")):
        if page.name != "index.md":
            made = re.search(r"<!-- Made by (\S+?);", page.read_text(encoding="utf-8"))
            by = f"`{made[1]}`" if made else "hand; a test compares it with what is written"
            lines.append(f"| [{title(page)}]({page.name}) | {by} |")
    return "\n".join([*lines, "", *INDEX_END]) + "\n"


INDEX_END = (
    "The format of a study folder is described by JSON Schemas in [`studies/schema/`](../../studies/schema), which editors",
    "use to complete and check, and shown by [the template](../../studies/template/README.md) and",
    "[add a study](../how-to/add-a-study.md); the format of records by [read records](../how-to/read-records.md).",
    "What each kind of rule answers to each kind of record stands in [tables that are tests](logic/index.md).",
    "",
    "What is made is checked for freshness by `make check` and written again by `make docs`.",
)


def decisions() -> str:
    """The map of the documentation with the list of all decisions."""
    head, mark, _ = MAP.read_text(encoding="utf-8").partition(
        "<!-- decisions, made by tools/reference_pages.py -->\n"
    )
    if not mark:
        raise SystemExit("docs/README.md has lost its mark for the list of decisions")
    lines = ["| | |", "|---|---|"]
    for page in sorted((MAP.parent / "decisions").glob("*.md")):
        number, _, words = title(page).partition(" ")
        lines.append(f"| {number} | [{words}](decisions/{page.name}) |")
    return head + mark + "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "command-line.md": lambda: command_line("en"),
    "command-line.zh.md": lambda: command_line("zh"),
    "reason-codes.md": reason_codes,
    "rule-language.md": rule_language,
    "concepts-beam.md": concepts,
    "actions.md": actions,
    "events.md": events,
    "index.md": index,
    "../README.md": decisions,
}


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or check them; 1 if one is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a page is stale")
    check = parser.parse_args(arguments).check
    stale = 0
    for name, write in PAGES.items():
        path, text = (REFERENCE / name).resolve(), write()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"docs/{path.relative_to(MAP.parent)} is stale: run `make docs`", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return int(check and stale > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
