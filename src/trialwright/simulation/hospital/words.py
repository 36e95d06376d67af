"""The texts of one batch, each kept once: a row of the hospital holds numbers that point here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Days = NDArray[np.int64]


class Words:
    """Texts in order of first use; 0 is the empty text. The `day` of a text sorts a person's rows."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self.days: list[int] = [0]
        self._codes: dict[str, int] = {"": 0}

    def word(self, text: str, day: int = 0) -> int:
        """The number of a text."""
        code = self._codes.get(text)
        if code is None:
            code = self._codes[text] = len(self.texts)
            self.texts.append(text)
            self.days.append(day)
        return code

    def words(self, texts: Sequence[str]) -> Codes:
        """The numbers of several texts."""
        return np.array([self.word(text) for text in texts], dtype=np.int32)

    def numbers(self, values: NDArray[np.float64], decimals: int, prefix: str = "") -> Codes:
        """Write numbers with so many decimals, behind a sign such as `<`."""
        if not len(values):
            return np.zeros(0, dtype=np.int32)
        scaled, place = np.unique(np.rint(values * 10**decimals).astype(np.int64), return_inverse=True)
        texts = [f"{prefix}{number / 10**decimals:.{decimals}f}" for number in scaled.tolist()]
        return self.words(texts)[place]

    def dates(self, days: Days, *, cut: int = 10, time: str = "") -> Codes:
        """Write days (ordinals) as ISO 8601; `cut` 7 or 4 leaves a partial date, `time` is appended."""
        if not len(days):
            return np.zeros(0, dtype=np.int32)
        numbers, place = np.unique(days, return_inverse=True)
        texts = [(date.fromordinal(day).isoformat()[:cut] + time, day) for day in numbers.tolist()]
        return np.array([self.word(text, day) for text, day in texts], dtype=np.int32)[place]
