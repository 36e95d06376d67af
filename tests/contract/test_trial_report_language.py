"""The report of a trial speaks one language: nothing in it is a code of ours, and the Chinese one has no English left.

Everybody in the rehearsal writes in the language of the report, so that whatever else is left over is the software's.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from tests.contract.rehearsed_reports import rehearsed, reported
from trialwright.locale import read_catalogue
from trialwright.reports.html import write_html

UNITS = {"AI", "C", "CI", "HPF", "IU/mL", "L", "LPF", "U/L", "cm", "g", "g/24", "g/L", "h", "kg", "m", "mL/24", "mL/min/1.73", "mg", "mg/dL", "mmHg", "mmol/L", "mL"}  # fmt: skip
ABBREVIATIONS = {
    # disease, response and laboratory: in use in Chinese journals of nephrology
    "A", "ALT", "AST", "B", "C3", "C4", "CD19", "CKD-EPI", "CR", "CRR", "CTCAE", "DNA", "G", "M", "IgA", "IgG", "IgM", "ISN/RPS",
    "KDIGO", "NIH", "NR", "PERR", "PHQ-9", "PR", "SLEDAI-2K", "eGFR", "I", "II", "III", "III+V", "IV", "IV+V", "V",
    # statistics: names of people, and what is written in Latin letters everywhere
    "Barnard", "Boschloo", "CONSORT", "Firth", "Fisher", "IPTW", "Kaplan-Meier", "Logistic", "Liu", "MMRM",
    "Miettinen-Nurminen", "Newcombe", "P", "Pearson", "SD", "Wald", "Wilson", "Yates", "log-log", "log-rank",
    "mid-p", "n", "n/N",
    # the trials and this software; D marks what the protocol decided because no source says
    "BEAM", "BLISS-LN", "D", "SUSAR", "ICH", "E2A", "SHA-256", "sha256", "trialwright",
}  # fmt: skip
CITED = ("Chin J Nephrol Dial Transplant 2026;35(3):201-207, doi 10.3969/j.issn.1006-298X.2026.03.001",)
PERSON = re.compile(r"nanjing-\d{3}|E\d{3}")
DIGEST = re.compile(r"\b[0-9a-f]{12,64}\b")
CRITERION = re.compile(r"[IE]\d+[a-c]?")
NAMED = re.compile(r"trialwright trace ARCHIVE(?: ID)?|tables/\w+\.csv|\.json|\b[TF]\d+(?:\.r\d+\.c\d+)?")
"""What a reader types or opens: a command, a file, the id of a table, figure or number."""
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_+./'-]*")


def texts(page: str) -> Iterator[str]:
    """Everything a reader sees or hears of a page: texts, and the attributes that are shown or read aloud."""
    body = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
    yield from (html.unescape(text) for text in re.findall(r">([^<>]+)<", body))
    yield from (
        html.unescape(text) for text in re.findall(r'(?:data-label|alt|title|aria-label)="([^"]*)"', body)
    )


def page_in(language: str) -> str:
    return write_html(reported(language).document, catalogue=read_catalogue(language), language=language)


def words(text: str) -> Iterator[str]:
    for cited in CITED:
        text = text.replace(cited, "")
    text = NAMED.sub("", DIGEST.sub("", text))
    yield from (word.strip(".'/") for word in WORD.findall(text))


def test_the_chinese_report_has_no_english_left() -> None:
    arms = {arm.id for arm in rehearsed("zh").arms}
    known = UNITS | ABBREVIATIONS | arms
    left = {
        (word, text)
        for text in texts(page_in("zh"))
        for word in words(text)
        if word not in known
        and not PERSON.fullmatch(word)
        and not CRITERION.fullmatch(word)
        and not all(part in known for part in re.split(r"[/+-]", word))
    }
    assert left == set()


def test_a_word_of_english_would_be_found() -> None:
    assert list(words("第24周 (week_24): possibly related")) == ["week_24", "possibly", "related"]
    assert not {"week_24", "possibly", "related"} & (UNITS | ABBREVIATIONS)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_code_of_ours_is_shown(language: str) -> None:
    """Codes are written with underscores: week_24, possibly_related, mycophenolate_mofetil."""
    shown = (NAMED.sub("", text) for text in texts(page_in(language)))
    assert {word for text in shown for word in re.findall(r"\w+_\w+", text)} == set()
