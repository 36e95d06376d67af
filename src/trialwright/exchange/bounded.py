"""Reading no more than anybody wrote on purpose: a line or a file without end is refused before it fills the memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import AnyStr, NamedTuple, Protocol, TypeVar

_Read = TypeVar("_Read", str, bytes, covariant=True)

MIB = 1 << 20
ENDLESS = 1024 * MIB  # nobody waits for the end of such a line
_SKIP = 1 << 20


class Readable(Protocol[_Read]):
    """What is asked of an open file."""

    def readline(self, size: int, /) -> _Read:
        """The next line, or as much of it."""

    def read(self, size: int, /) -> _Read:
        """What is left, or as much of it."""


class Line(NamedTuple):
    """A line with its number, from 1; of one that is too long only its beginning."""

    number: int
    text: bytes
    too_long: bool


class TooLarge(ValueError):
    """A file is larger than anything of its kind; the argument is the limit in MiB."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.mebibytes = most // MIB


def bounded_lines(file: Readable[bytes], *, longest: int) -> Iterator[Line]:
    """The lines of an open file, read on past those that are longer than `longest` bytes; raises `TooLarge`."""
    number = 0
    while text := file.readline(longest + 1):
        number += 1
        too_long = len(text) > longest
        yield Line(number, text, too_long)
        if too_long:
            skip_line(file, text)


def skip_line(file: Readable[AnyStr], begun: AnyStr) -> None:
    """Read on to the end of a line of which the beginning was read; raises `TooLarge` where it seems to have none."""
    end = "\n" if isinstance(begun, str) else b"\n"
    rest, left = begun, ENDLESS
    while rest and not rest.endswith(end):
        rest = file.readline(_SKIP)
        left -= len(rest)
        if left < 0:
            raise TooLarge(ENDLESS)


def read_whole(path: Path, *, most: int) -> bytes:
    """The bytes of a file; raises `TooLarge` where it has more than `most`, and `OSError`."""
    with path.open("rb") as file:
        return read_rest(file, most=most)


def read_rest(file: Readable[bytes], *, most: int) -> bytes:
    """What is left in an open file; raises `TooLarge` where that is more than `most` bytes."""
    data = file.read(most + 1)
    if len(data) > most:
        raise TooLarge(most)
    return data
