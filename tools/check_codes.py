"""What `trialwright check` can find: writes docs/reference/check-codes.md, every example by running it.

Each example spoils a copy of a bundled study and must give its code. `--check` changes nothing, and fails if the page
is stale or an example does not give its code.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

from trialwright.cli.scenarios import check_scenarios
from trialwright.exchange.folder import read_scenarios, read_study
from trialwright.study import checks
from trialwright.study.errors import CODES as FAULTS
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.form_rules import lower_forms
from trialwright.study.rules import lower_study
from trialwright.terms.message import Message, render

ROOT = Path(__file__).resolve().parent.parent
STUDIES = ROOT / "studies"
PAGE = ROOT / "docs" / "reference" / "check-codes.md"

CODES: dict[str, Message] = dict(FAULTS) | dict(checks.CODES)
"""Every code: what is found on loading a study or by its scenarios, then what is found about one that loads."""


@dataclass(frozen=True, slots=True)
class Example:
    """How a code comes about: in `file` of a copy of `study`, `old` becomes `new`; `old` '' writes the whole file.

    `shown`: what to print instead of `new`. `cuts`: the file is taken away.
    """

    code: str
    file: str
    old: str = ""
    new: str | bytes = ""
    shown: str = ""
    study: str = "template"
    cuts: bool = False


def rule(code: str, new: str, *, old: str = 'rule: "age >= 18 a"') -> Example:
    """An example in which one rule of the template is written otherwise."""
    return Example(code, "criteria.yaml", old, new)


HEMOGLOBIN = 'rule: "latest(hemoglobin) < 110 g/L"'
SCENARIOS = "scenarios/criteria.yaml"
BIRTHDAY = """  - title:
      en: "The 18th birthday passes"
      zh: "满18岁当日通过"
    person: {birth: 2008-06-01}
    expect: {I1: """
SECOND_ID = "  - id: I2\n    type: inclusion"
WHY = """        because:
          en: Age is counted in completed years on the day judged; there is no upper limit.
          zh: 年龄为判定当日的周岁；无上限。
"""
WARNING = """
        warnings:
          - rule: "latest(hemoglobin) < 60 g/L and latest(hemoglobin) > 70 g/L"
            text: {en: Very low., zh: 过低。}"""

EXAMPLES = (
    Example("yaml_syntax", "criteria.yaml", "type: inclusion", "type: [inclusion"),
    Example("yaml_refused", "study.yaml", 'version: "0.1"', "version: !!float 0.1"),
    Example("duplicate_key", "study.yaml", "acronym: TEMPLATE", "acronym: TEMPLATE\nacronym: OTHER"),
    Example(
        "not_text", "study.yaml", "", "id: caf\xe9\n".encode("latin-1"), "A file saved in another encoding than UTF-8."
    ),
    Example("unreadable_file", "safety.yaml/", shown="A folder, or a file you may not read, named `safety.yaml`."),
    Example("missing_file", "concepts.yaml", shown="The folder has no `concepts.yaml`.", cuts=True),
    Example("unknown_file", "criterias.yaml", "", "criteria: []\n", "A file named `criterias.yaml`."),
    Example("unknown_key", "criteria.yaml", "chosen: default", "choosen: default"),
    Example("missing_key", "criteria.yaml", "    source: Inclusion 1\n", "", "A criterion without `source`."),
    Example("wrong_kind", "study.yaml", "registry: []", "registry: none"),
    Example("wrong_value", "criteria.yaml", "type: inclusion", "type: inklusion"),
    Example("seed_in_definition", "allocation.yaml", "block_sizes: [4, 6]", "block_sizes: [4, 6]\nseed: 42"),
    Example("duplicate_id", "criteria.yaml", SECOND_ID, SECOND_ID.replace("I2", "I1")),
    Example("unknown_reference", "criteria.yaml", "chosen: default", "chosen: defualt"),
    Example("incomplete", "concepts.yaml", "    unit: g/L\n", "", "A measurement without `unit`."),
    Example("incomplete", "forms.yaml", "type: boolean\n            concept: pregnant", "type: text\n            concept: pregnant"),
    rule("rule", 'rule: "latest(hemoglobin) < 110"', old=HEMOGLOBIN),
    rule("rule", 'rule: "latest(haemoglobin) < 110 g/L"', old=HEMOGLOBIN),
    Example("rule", "forms.yaml", "            required: false", "            condition: serious_adverse_evnet"),
    Example("based_on", "study.yaml", "id: template\n", "id: mine\nbased_on: templat\n"),
    Example("scenario_differs", SCENARIOS, BIRTHDAY + "pass}", BIRTHDAY + "fail}"),
    Example("untranslated", "criteria.yaml", "{en: Adult, zh: 成年}", '{en: Adult, zh: ""}'),
    Example("untranslated", "criteria.yaml", "zh: 年满18周岁。", "zh: Age 18 years or older."),
    Example(
        "vacuous",
        "study.yaml",
        shown='rule: "latest(serum_creatinine) < 3.0 mg/dL or egfr_2009 < 30 mL/min/{1.73_m2}"',
        study="beam",
    ),
    rule("unsatisfiable", 'rule: "latest(hemoglobin) < 110 g/L and latest(hemoglobin) > 180 g/L"', old=HEMOGLOBIN),
    rule("always_passes", "rule: always"),
    rule("never_decides", "rule: unknown(not_computed)"),
    rule("contradiction", 'rule: "age < 18 a and latest(hemoglobin) < 110 g/L"', old=HEMOGLOBIN),
    rule("threshold_out_of_reach", 'rule: "18 a <= age <= 180 a"'),
    Example("warning_never_shown", "criteria.yaml", HEMOGLOBIN, HEMOGLOBIN + WARNING, dedent(WARNING).strip()),
    Example("empty_window", "schedule.yaml", "earliest: -28 d, latest: -1 d", "earliest: -1 d, latest: -28 d"),
    Example("empty_range", "forms.yaml", '{low: "60", high: "180"}', '{low: "180", high: "60"}'),
    rule("population_differs", 'rule: "age >= 14 a"'),
    Example(
        "unused_concept",
        "concepts.yaml",
        "  - name: dialysis\n",
        "  - {name: albumin, kind: measurement, unit: g/L, label: {en: albumin, zh: 白蛋白}}\n  - name: dialysis\n",
        "- {name: albumin, kind: measurement, unit: g/L, label: {en: albumin, zh: 白蛋白}}",
    ),
    rule("unused_definition", "rule: course_days(prednisone_oral, within=6 mo) >= 28 d", old="rule: long_steroid_course"),
    rule("open_world_decided_by_silence", 'rule: "not recorded(hemoglobin, within=7 d)"', old=HEMOGLOBIN),
    Example("open_world_decided_by_silence", "study.yaml", shown="window_dose(..., silence=none)", study="beam"),
    Example(
        "surrogate_never_decides",
        "criteria.yaml",
        "stand_in(latest(urine_protein_24h), latest(urine_protein_creatinine_ratio)) >= 1.5 g/(24.h)",
        "latest(urine_protein_24h, surrogate=urine_protein_creatinine_ratio) >= 1.0 g/(24.h)",
        study="beam",
    ),
    Example(
        "factor_not_analysed",
        "allocation.yaml",
        shown="method: stratified_blocks\nfactors:\n  - id: induction",
        study="bliss-ln",
    ),
    Example("visit_out_of_order", "schedule.yaml", "anchor: week0, at: 8 wk", "anchor: week0, at: 2 wk", study="beam"),
    rule("readings_identical", HEMOGLOBIN, old='rule: "highest(hemoglobin) < 110 g/L"'),
    rule("criteria_identical", 'rule: "age >= 18 a"', old=HEMOGLOBIN),
    Example(
        "same_text_other_rule",
        "criteria.yaml",
        "text: {en: Haemoglobin below 110 g/L., zh: 血红蛋白低于110 g/L。}",
        "text: {en: Age 18 years or older., zh: 年满18周岁。}",
    ),
    Example("chosen_without_because", "criteria.yaml", WHY, "        because: {en: TBD, zh: 待定}\n"),
)  # fmt: skip

HEAD = """# What `trialwright check` finds

<!-- Made by tools/check_codes.py; do not edit by hand. -->

`trialwright check STUDY` prints one finding a line: `severity code file:line message cure`. Every code has a section
here. The examples are run when this page is made: what is printed is what the command prints.

| severity | means | exit code |
|---|---|---|
| `error` | the study cannot be used, or its chosen readings do not say what they seem to say | 3 |
| `warning` | something is probably wrong, or it is in a reading that is not chosen | 0 |
| `note` | nothing is wrong; somebody should know | 0 |

"""
METHOD = """## Findings about a study that loads

A rule is judged for every person there could be, not for examples. It is taken apart into the comparisons that would
have to hold; what each leaves of creatinine, age or weight is pushed through the formulas; where nobody is left, the
finding says which comparison gives way, and by how much. What cannot be shown within a fixed effort is not reported.
This is taken for granted:

- completed years of age are whole and from 0 to {oldest}; formulas are used where their source says they are valid
- a result is one number a day; 1e-9 relative is equal, as everywhere
- amounts (in units such as mg/dL or 10*9/L) are not below zero; scores, ratios and temperatures may be
- a coded finding has one of its values, a score computed by a known formula lies in its range
- `possible` in `forms.yaml` limits the concept of the item, and goes before the rule about amounts: give it to a
  result that can be below zero, such as base excess
- what is present in a window is present in every longer one; the lowest result is not above the latest

"""
JUDGED = ("scenario_differs",)
SCENARIO_HEAD = """## Findings of the scenarios

The study's own scenarios are judged, each for its day, mode and readings. The line is the one the scenario begins in.

"""


def spoil(example: Example, parent: Path) -> Path:
    """A copy of the example's study, spoilt; raises `ValueError` if there is nothing to spoil."""
    folder = parent / example.study
    shutil.copytree(STUDIES / example.study, folder, ignore=shutil.ignore_patterns("sample", "mappings"))
    path = folder / example.file
    if example.cuts:
        path.unlink()
    elif example.file.endswith("/"):
        path.unlink(missing_ok=True)
        path.mkdir()
    elif isinstance(example.new, bytes):
        path.write_bytes(example.new)
    elif example.old or example.new:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if example.old not in text:
            raise ValueError(f"{example.code}: {example.old!r} does not stand in {example.file}")
        path.write_text(text.replace(example.old, example.new, 1), encoding="utf-8")
    return folder


def find(folder: Path) -> tuple[Problem, ...]:
    """Everything `trialwright check` finds about a study folder."""
    try:
        eligibility = lower_study(read_study(str(folder)))
        lower_forms(eligibility.study)
        scenarios = read_scenarios(str(folder), study=eligibility.study)
    except StudyInvalid as error:
        return error.problems
    return (
        *eligibility.study.warnings,
        *checks.check_study(eligibility.study, eligibility),
        *check_scenarios(scenarios, eligibility),
    )


@cache
def run(example: Example) -> Problem:
    """The first finding of the example's code; raises `ValueError` if there is none."""
    with tempfile.TemporaryDirectory() as parent:
        found = find(spoil(example, Path(parent)))
    for problem in found:
        if problem.code == example.code:
            return problem
    raise ValueError(f"the example of {example.code} gives {[each.code for each in found]}")


def section(code: str) -> str:
    """What a code means, its examples, what is printed, and the cure."""
    meaning = render(CODES[code], {})
    text = f"### `{code}`\n\n{meaning[0].upper()}{meaning[1:]}.\n\n"
    for example in (one for one in EXAMPLES if one.code == code):
        problem = run(example)
        shown = example.shown or dedent(str(example.new)).strip("\n")
        where = f" in `studies/{example.study}`" if example.study != "template" else ""
        if example.shown and example.shown[0].isupper():
            text += f"For example: {example.shown}\n\n"
        else:
            text += f"For example{where}:\n\n```yaml\n{shown}\n```\n\n"
        line = (
            f"{problem.severity} {problem.code} {problem.file}:{problem.line} {render(problem.message, {})}"
        )
        text += f"```text\n{line}\n```\n\nCure: {render(problem.cure, {})}\n\n"
    return text


def write_page() -> str:
    """The whole page; raises `ValueError` for a code without example, or an example that does not give its code."""
    without = sorted(set(CODES) - {example.code for example in EXAMPLES})
    if without:
        raise ValueError(f"no example of {', '.join(without)}")
    loading = "".join(section(code) for code in FAULTS if code not in JUDGED)
    judged = "".join(section(code) for code in JUDGED)
    finding = "".join(section(code) for code in checks.CODES if code not in FAULTS)
    method = METHOD.format(oldest=checks.OLDEST)
    return (
        HEAD + "## Findings on loading\n\n" + loading + SCENARIO_HEAD + judged + method + finding
    ).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or check it; 1 if it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the page is stale")
    check = parser.parse_args(arguments).check
    page = write_page()
    if check and (not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page):
        print(f"{PAGE.relative_to(ROOT)} is stale: run `python tools/check_codes.py`", file=sys.stderr)
        return 1
    if not check:
        PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
