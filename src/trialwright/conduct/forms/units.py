"""What unit was probably meant: people write units as laboratories print them, a form wants them in UCUM."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_NOT_SAID = re.compile(r"[\s.*^×·\[\](){}]")
_TEN = re.compile(r"^x(?=10)")


def meant_unit(written: str, offered: Iterable[str]) -> str | None:
    """The only unit offered that is written alike: μmol/L is umol/L, mEq/L meq/L, ×10^9/L 10*9/L; None for any other.

    It is a proposal to somebody who then chooses; nothing is converted by it.
    """
    found = [unit for unit in offered if _fold(unit) == _fold(written)]
    return found[0] if len(found) == 1 else None


def _fold(unit: str) -> str:
    plain = unicodedata.normalize("NFKC", unit).lower().replace("μ", "u").replace("°c", "cel")
    return _TEN.sub("", _NOT_SAID.sub("", plain)).replace("iu", "u")
