"""What argparse itself says, in the language of the terminal."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from trialwright.cli.common import Terminal
from trialwright.terms.message import Message, message

_SAID = (
    message("usage: "),
    message("positional arguments"),
    message("options"),
    message("show this help message and exit"),
    message("%(prog)s: error: %(message)s\n"),
    message("argument %(argument_name)s: %(message)s"),
    message("the following arguments are required: %s"),
    message("unrecognized arguments: %s"),
    message("invalid choice: %(value)r (choose from %(choices)s)"),
    message("invalid %(type)s value: %(value)r"),
    message("ambiguous option: %(option)s could match %(matches)s"),
    message("ignored explicit argument %r"),
    message("expected one argument"),
    message("expected at most one argument"),
    message("expected at least one argument"),
)
WORDS: Mapping[str, Message] = {each.template: each for each in _SAID}
"""The sentences of argparse that our options can call forth, as it writes them (with % for its values)."""


@contextmanager
def parser_words(terminal: Terminal) -> Iterator[None]:
    """While it lasts, argparse speaks the language of the terminal.

    argparse asks gettext for every sentence by the name `_` in its own module. gettext would look for files and in the
    environment; here the name leads to the catalogue. A sentence of another version of Python stays English.
    """
    name = "_"
    before = getattr(argparse, name)

    def translate(text: str) -> str:
        return terminal.say(WORDS[text]) if text in WORDS else text

    setattr(argparse, name, translate)
    try:
        yield
    finally:
        setattr(argparse, name, before)
