"""Text from records as it may be shown on a terminal: what would act instead of being read is shown by its number."""

from __future__ import annotations

import re

# Control characters (escape sequences, line ends), separators of lines, marks that turn the direction of writing,
# halves of a character that no encoding can write.
_ACTS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""One line on which nothing acts: `\x1b` for an escape character."""
    if text.isprintable():
        return text
    return _ACTS.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
