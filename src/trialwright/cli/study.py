"""Commands about a study definition: check, explain, import, export."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.cli.common import (
    DONE,
    RECORDS_UNREADABLE,
    STUDY_INVALID,
    USAGE,
    Stop,
    Terminal,
    check_new_folder,
    load_eligibility,
    own_parser,
    problem_line,
    whole_file,
    whole_folder,
    write_text,
)
from trialwright.terms.message import message

if TYPE_CHECKING:
    from trialwright.study.errors import Problem, StudyInvalid
    from trialwright.study.model import Study
    from trialwright.study.rules import Eligibility


_LARGEST_RECORD = 64 << 20  # bytes; the longest records with results have some ten million


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of one of these commands."""
    say = terminal.say
    if command == "check":
        own = own_parser(
            command,
            message(
                "Validates a study, runs its scenarios and prints one finding a line; exit code 3 if one is an error."
            ),
            "  trialwright check beam\n  trialwright check studies/my-study",
            terminal,
        )
        own.add_argument(
            "study", metavar="STUDY", help=say(message("a study folder, or the name of a bundled study"))
        )
    elif command == "explain":
        own = own_parser(
            command,
            message("Writes a study as prose: synopsis, criteria with all readings, and the parts it has."),
            "  trialwright explain beam\n  trialwright explain beam --lang zh --format html --out beam.html",
            terminal,
        )
        own.add_argument(
            "study", metavar="STUDY", help=say(message("a study folder, or the name of a bundled study"))
        )
        own.add_argument("--format", choices=("md", "html", "json"), default="md")
        own.add_argument("--out", metavar="PATH", help=say(message("write there instead of stdout")))
    elif command == "import":
        own = own_parser(
            command,
            message("Turns a ClinicalTrials.gov record (version 2 JSON) into a starting study folder."),
            "  trialwright import NCT06171568.json --out studies/my-study",
            terminal,
        )
        own.add_argument("file", metavar="FILE", help=say(message("the registry record")))
        own.add_argument(
            "--out", required=True, metavar="STUDY_FOLDER", help=say(message("a new or empty folder"))
        )
    else:
        own = own_parser(
            command,
            message("Writes a study as a registry record, or its blank forms as PDF."),
            "  trialwright export beam --to ctgov --out beam.json\n"
            "  trialwright export beam --to crf --forms chemistry,haematology --lang zh --out forms.pdf",
            terminal,
        )
        own.add_argument(
            "study", metavar="STUDY", help=say(message("a study folder, or the name of a bundled study"))
        )
        own.add_argument(
            "--to",
            required=True,
            choices=("ctgov", "crf"),
            help=say(message("registry record, or paper forms")),
        )
        own.add_argument(
            "--forms",
            metavar="ID,...",
            help=say(message("which forms, of paper forms; default: all of them")),
        )
        own.add_argument("--out", metavar="FILE", help=say(message("write there instead of stdout")))
    return own


def find_problems(name: str, terminal: Terminal) -> tuple[Eligibility, list[Problem]]:
    """Load a study, check all of it and run its scenarios; one that does not load ends the command."""
    from trialwright.cli.scenarios import check_scenarios
    from trialwright.exchange.folder import read_scenarios
    from trialwright.study.checks import check_study
    from trialwright.study.errors import StudyInvalid

    eligibility = load_eligibility(name, terminal, further=_find_further)
    problems = list(eligibility.study.warnings) + list(check_study(eligibility.study, eligibility))
    problems += _find_in_parts(eligibility.study)
    try:
        scenarios = read_scenarios(name, study=eligibility.study)
    except StudyInvalid as error:
        problems += error.problems
    else:
        problems += check_scenarios(
            scenarios,
            eligibility,
            progress=lambda count: terminal.progress(
                message("scenarios: {count} of {total}", count=count, total=len(scenarios))
            ),
        )
    terminal.clear()
    return eligibility, problems


def _find_in_parts(study: Study) -> list[Problem]:
    """What is wrong with the rules of the parts other than criteria: each is lowered by itself."""
    from trialwright.safety.findings import check_safety
    from trialwright.study.analysis_rules import lower_analysis
    from trialwright.study.conduct_rules import check_conduct
    from trialwright.study.errors import StudyInvalid
    from trialwright.study.form_rules import lower_forms

    problems = list(check_safety(study))
    try:
        lower_forms(study)
    except StudyInvalid as error:
        problems += error.problems
    problems += check_conduct(study)
    try:
        if study.analysis is not None:
            lower_analysis(study)
    except StudyInvalid as error:
        problems += error.problems
    return problems


def _find_further(error: StudyInvalid) -> list[Problem]:
    """All mistakes of a study that cannot be used, as far as what can be read of it shows them."""
    from trialwright.study.errors import StudyInvalid
    from trialwright.study.model import FILES
    from trialwright.study.rules import lower_study

    problems = list(error.problems)
    if error.rest is None:
        return problems
    further = [problem for problem in _find_in_parts(error.rest) if problem.severity == "error"]
    try:
        lower_study(error.rest)
    except StudyInvalid as rules:
        further += rules.problems
    problems += [problem for problem in further if problem not in problems]
    order = list(FILES)
    return sorted(
        problems,
        key=lambda each: (order.index(each.file) if each.file in order else len(order), each.file, each.line),
    )


def check(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright check STUDY`."""
    eligibility, problems = find_problems(options.study, terminal)
    for problem in problems:
        print(problem_line(problem, terminal))
    errors = sum(problem.severity == "error" for problem in problems)
    terminal.remark(
        message(
            "{study}: {errors} errors, {others} other findings.",
            study=eligibility.study.id,
            errors=errors,
            others=len(problems) - errors,
        )
    )
    return STUDY_INVALID if errors else DONE


def explain(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright explain STUDY`."""
    from trialwright.study.prose.explain import explain as write_prose
    from trialwright.study.prose.explain import to_html, to_json, to_markdown

    eligibility = load_eligibility(options.study, terminal)
    document = write_prose(eligibility.study, eligibility)
    if options.format == "json":
        text = json.dumps(to_json(document, terminal.catalogue), ensure_ascii=False, indent=1) + "\n"
    else:
        text = (to_html if options.format == "html" else to_markdown)(document, terminal.catalogue)
    write_text(options.out, text)
    return DONE


def import_study(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright import FILE --out FOLDER`."""
    from trialwright.exchange.bounded import TooLarge, read_whole
    from trialwright.exchange.ctgov import NotARegistryRecord, import_record

    check_new_folder(options.out)
    if Path(options.file).exists() and not Path(options.file).is_file():  # a pipe or a device may never end
        raise Stop(RECORDS_UNREADABLE, message("{path} is no ordinary file.", path=options.file))
    try:
        text = read_whole(Path(options.file), most=_LARGEST_RECORD).decode("utf-8-sig")
        files = import_record(text)
    except OSError as error:
        raise Stop(
            RECORDS_UNREADABLE,
            message("{path} cannot be read: {reason}.", path=options.file, reason=error.strerror or ""),
        ) from None
    except TooLarge as error:
        raise Stop(
            RECORDS_UNREADABLE,
            message(
                "{path} is larger than {most} MiB: no registry record.",
                path=options.file,
                most=error.mebibytes,
            ),
        ) from None
    except UnicodeDecodeError:
        raise Stop(RECORDS_UNREADABLE, message("{path} is not a UTF-8 text.", path=options.file)) from None
    except NotARegistryRecord as error:
        raise Stop(
            RECORDS_UNREADABLE, message("{place}: {message}", place=options.file, message=error.message)
        ) from None
    with whole_folder(options.out) as folder:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    terminal.remark(
        message(
            "Written: {count} files in {path}. Next: write the rules, then `trialwright check {path}`.",
            count=len(files),
            path=options.out,
        )
    )
    return DONE


def export(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright export STUDY --to ctgov|crf`."""
    from trialwright.exchange.ctgov import export_record

    if (Path(options.study) / "events.jsonl").is_file():
        raise Stop(
            USAGE,
            message(
                "{path} is an archive: `export` writes a study. The data of an archive are written by `trialwright report {path} --out FOLDER`.",
                path=options.study,
            ),
        )
    eligibility = load_eligibility(options.study, terminal)
    if options.to == "crf":
        return _export_forms(options, eligibility.study, terminal)
    if options.forms:
        raise Stop(USAGE, message("--forms goes with --to crf."))
    record = export_record(eligibility.study)
    write_text(options.out, json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    if terminal.language != "en":
        terminal.remark(message("The registry's format is in English only: --lang changes nothing in it."))
    return DONE


def _export_forms(options: argparse.Namespace, study: Study, terminal: Terminal) -> int:
    """Blank forms as PDF, dated now."""
    from trialwright.reports.crf import Heading, all_forms, write_crf
    from trialwright.study.errors import StudyInvalid
    from trialwright.study.form_rules import lower_forms

    if options.out is None:
        raise Stop(USAGE, message("A PDF is written to a file: --out forms.pdf"))
    try:
        forms = lower_forms(study)
    except StudyInvalid as error:
        for problem in error.problems:
            print(problem_line(problem, terminal))
        raise Stop(STUDY_INVALID, message("The forms of {study} cannot be used.", study=study.id)) from None
    known = tuple(all_forms(forms))
    wanted = tuple(options.forms.split(",")) if options.forms else known
    unknown = [id for id in wanted if id not in known]
    if unknown or not wanted:
        raise Stop(USAGE, message("There is no form {id}; the forms are: {known}.", id=unknown, known=known))
    pdf = write_crf(
        forms,
        wanted,
        heading=Heading(),
        made=datetime.now(UTC),
        catalogue=terminal.catalogue,
        language=terminal.language,
    )
    with whole_file(options.out) as temporary:
        temporary.write_bytes(pdf)
    terminal.remark(message("Written: {path}, {count} forms.", path=options.out, count=len(wanted)))
    return DONE


COMMANDS = {"check": check, "explain": explain, "import": import_study, "export": export}
