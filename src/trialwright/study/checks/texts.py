"""Texts for people: chosen readings without a reason, translations that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.study.checks.examined import Examined
from trialwright.study.complaints import describe_path
from trialwright.study.errors import Problem
from trialwright.study.places import Path, Plain
from trialwright.terms.message import Text, message

_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH_WORDS = re.compile(r"\b[a-z]{3,}\b.*\b[a-z]{3,}\b", re.DOTALL)  # two of them; names have capitals
_PLACEHOLDERS = frozenset(
    {"todo", "tbd", "tba", "fixme", "xxx", "na", "none", "because", "reason", "待定", "待补充", "无", "略"}
)


def check_reasons(examined: Examined) -> Iterator[Problem]:
    """Find chosen readings whose reason is a placeholder, or that of another reading."""
    for criterion in examined.study.criteria:
        path: Path = ("criteria.yaml", "criteria", criterion.id, "readings", criterion.chosen, "because")
        reason = criterion.reading.because
        if _says_nothing(reason):
            yield examined.problem(
                "warning",
                "chosen_without_because",
                path,
                message(
                    "{criterion} does not say why {reading} was chosen.",
                    criterion=criterion.id,
                    reading=criterion.chosen,
                ),
                message("Say why the text is read so, in a sentence a reviewer can judge."),
            )
        for name, other in criterion.readings.items():
            if name != criterion.chosen and other.because == reason:
                yield examined.problem(
                    "warning",
                    "chosen_without_because",
                    path,
                    message(
                        "{criterion} gives the same reason for {reading}, which is chosen, and for {other}.",
                        criterion=criterion.id,
                        reading=criterion.chosen,
                        other=name,
                    ),
                    message("Say what speaks for each of them."),
                )


def _says_nothing(reason: Text) -> bool:
    return any(
        bool(text.strip()) and (not letters or letters in _PLACEHOLDERS)
        for text, letters in (
            (text, "".join(re.findall(r"\w", text.casefold()))) for text in (reason.en, reason.zh)
        )
    )


def check_translations(examined: Examined) -> Iterator[Problem]:
    """Find Chinese texts in English, and English texts in Chinese; an empty one is found on loading."""
    source = examined.study.source
    for file, data in source.data.items():
        for path, english, chinese in _pairs(data, (file,)):
            if not english.strip() or not chinese.strip():
                continue
            if not _HAN.search(chinese) and _ENGLISH_WORDS.search(chinese):
                language, key = message("Chinese"), "zh"
            elif _HAN.search(english) and not re.search(r"[A-Za-z]{2}", english):
                language, key = message("English"), "en"
            else:
                continue
            yield examined.problem(
                "warning",
                "untranslated",
                (*path, key),
                message(
                    "{thing} has no text in {language}.", thing=describe_path(path, source), language=language
                ),
                message("Translate it."),
            )


def _pairs(node: Plain, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Every bilingual text as entered, with its path."""
    if isinstance(node, dict):
        english, chinese = node.get("en"), node.get("zh")
        if len(node) == 2 and isinstance(english, str) and isinstance(chinese, str):
            yield path, english, chinese
        else:
            for key, value in node.items():
                yield from _pairs(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _pairs(value, (*path, index))
