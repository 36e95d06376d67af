"""`trialwright crf`: the case report forms of a study on paper, for the day on which nothing else works."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from trialwright.cli.common import (
    DONE,
    STUDY_INVALID,
    USAGE,
    Stop,
    Terminal,
    load_eligibility,
    own_parser,
    problem_line,
    whole_file,
)
from trialwright.terms.message import message
from trialwright.terms.visible import visible


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "The forms of a study as one PDF to be filled in by hand: every item with its unit, codes and condition."
        ),
        "  trialwright crf beam --out beam-forms.pdf\n"
        "  trialwright crf beam --form vital_signs --form urine --lang zh --out visit.pdf\n"
        "  trialwright crf beam --form sledai --participant nanjing-001 --visit week_12 --out sledai.pdf",
        terminal,
    )
    own.add_argument(
        "study", metavar="STUDY", help=say(message("a study folder, or the name of a bundled study"))
    )
    own.add_argument(
        "--form",
        action="append",
        default=[],
        metavar="ID",
        help=say(message("which form; may be repeated (all of them)")),
    )
    own.add_argument(
        "--site", default="", metavar="ID", help=say(message("printed in the head of every page"))
    )
    own.add_argument(
        "--participant", default="", metavar="ID", help=say(message("printed in the head of every page"))
    )
    own.add_argument(
        "--visit", default="", metavar="ID", help=say(message("printed in the head of every page"))
    )
    own.add_argument("--out", required=True, metavar="FILE", help=say(message("the PDF")))
    return own


def crf(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright crf STUDY --out FILE`."""
    from trialwright.reports.crf import Heading, write_crf
    from trialwright.study.errors import StudyInvalid
    from trialwright.study.form_rules import lower_forms

    study = load_eligibility(options.study, terminal).study
    known = tuple(form.id for form in (study.forms.forms if study.forms else ()))
    if not known:
        raise Stop(USAGE, message("The study {study} has no forms (forms.yaml).", study=study.id))
    ids = tuple(dict.fromkeys(options.form)) or known
    strange = next((id for id in ids if id not in known), None)
    if strange is not None:
        raise Stop(
            USAGE,
            message("The study has no form {form}; it has: {known}.", form=visible(strange), known=known),
        )
    try:
        forms = lower_forms(study)
    except StudyInvalid as error:
        for problem in error.problems:
            print(problem_line(problem, terminal))
        raise Stop(
            STUDY_INVALID,
            message(
                "The study {name} cannot be used: {count} problems.", name=study.id, count=len(error.problems)
            ),
        ) from None
    terminal.progress(message("typesetting"))
    data = write_crf(
        forms,
        ids,
        heading=Heading(options.site, options.participant, options.visit),
        made=datetime.now(UTC),
        catalogue=terminal.catalogue,
        language=terminal.language,
    )
    with whole_file(options.out) as path:
        path.write_bytes(data)
    terminal.clear()
    return DONE


COMMANDS = {"crf": crf}
