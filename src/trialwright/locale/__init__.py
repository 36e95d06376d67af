"""The languages people are spoken to in: one catalogue of sentences for every floor.

The sentences stand in the source (`message("...")`), their Chinese in `zh/LC_MESSAGES/trialwright.po`; `zh.json` is
made from it by `make messages`. Only floors that speak to people open it; nothing inside knows a language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

LANGUAGES: Final = ("en", "zh")

__all__ = ["LANGUAGES", "read_catalogue"]


@cache
def read_catalogue(language: str) -> Mapping[str, str]:
    """Give English templates and their translations for `terms.message.render`; empty for `en`.

    Raises `ValueError` for a language not in `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no catalogue for the language {language!r}; there are {', '.join(LANGUAGES)}")
    if language == "en":
        return MappingProxyType({})
    text = (Path(__file__).parent / f"{language}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))
