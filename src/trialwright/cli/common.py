"""What all commands share: the terminal, clear refusals, loading a study, reading records."""

from __future__ import annotations

import argparse
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from trialwright.exchange.beside import beside
from trialwright.locale import read_catalogue
from trialwright.terms.dates import EARLIEST, LATEST, UnreadableDate, parse_day
from trialwright.terms.digits import find_other_digit, is_count, ordinary
from trialwright.terms.message import Message, brief, message, render
from trialwright.terms.quantity import UnreadableNumber, parse_number
from trialwright.terms.visible import display_width, harmless, pad, shortened, visible

if TYPE_CHECKING:
    from trialwright.study.errors import Problem, StudyInvalid
    from trialwright.study.rules import Eligibility

DONE, BUG, USAGE, STUDY_INVALID, RECORDS_UNREADABLE, SOME_SKIPPED, ANSWER_IS_NO = 0, 1, 2, 3, 4, 5, 6

LONGEST_VALUE = 400
"""The most characters of a value in a sentence on the terminal: whoever wrote a hundred thousand sees where they begin."""


class Stop(Exception):
    """End a command with a sentence and an exit code."""

    def __init__(self, code: int, sentence: Message) -> None:
        super().__init__(sentence.template)
        self.code = code
        self.message = sentence


@dataclass
class Terminal:
    """Speaks one language; results go to stdout, everything else to stderr."""

    language: str
    quiet: bool = False
    _shown: float = 0.0
    _wide: int = 0

    @property
    def catalogue(self) -> Mapping[str, str]:
        """The sentences of the language."""
        return read_catalogue(self.language)

    def say(self, sentence: object) -> str:
        """A sentence in the language."""
        return render(sentence, self.catalogue)

    def show(self, sentence: object) -> None:
        """A sentence on stdout, as one line on which nothing acts."""
        print(visible(self.say(sentence)))

    def tell(self, sentence: object) -> None:
        """A sentence on stderr, always."""
        self.clear()
        print(visible(self.say(brief(sentence, most=LONGEST_VALUE))), file=sys.stderr)

    def remark(self, sentence: object) -> None:
        """A sentence on stderr, unless quiet."""
        if not self.quiet:
            self.tell(sentence)

    def progress(self, sentence: Message) -> None:
        """A passing sentence on stderr while something takes more than a second."""
        now = time.monotonic()
        if self.quiet or now - self._shown < 0.5:
            return
        if self._shown == 0.0:  # the first second is silent
            self._shown = now + 0.5
            return
        self._shown = now
        if sys.stderr.isatty():
            text = self.say(sentence)
            print("\r" + pad(text, self._wide), end="", file=sys.stderr, flush=True)
            self._wide = display_width(text)

    def clear(self) -> None:
        """Wipe a passing sentence."""
        if self._wide:
            print("\r" + " " * self._wide + "\r", end="", file=sys.stderr)
            self._wide = 0


class Harmless:
    """A stream of text to which nothing is written that acts on a terminal, whatever a study or a record holds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text; its control characters are shown by their numbers."""
        return self._stream.write(harmless(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def own_parser(command: str, about: Message, examples: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The parser of one command, with examples in its help."""
    return argparse.ArgumentParser(
        prog=f"trialwright {command}",
        description=terminal.say(about),
        epilog=f"{terminal.say(message('examples'))}:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def day_option(terminal: Terminal) -> Callable[[str], date]:
    """An ISO date for argparse."""

    def read(text: str) -> date:
        try:
            day = parse_day(text)
        except UnreadableDate:
            raise _unreadable(
                text, message("{text} is not a date such as 2026-11-01", text=shortened(text)), terminal
            ) from None
        if not EARLIEST <= day <= LATEST:
            raise _no_option(
                message(
                    "{day} is not a day from {earliest} to {latest}",
                    day=day,
                    earliest=EARLIEST,
                    latest=LATEST,
                ),
                terminal,
            )
        return day

    return read


def reading_option(terminal: Terminal) -> Callable[[str], tuple[str, str]]:
    """ID=NAME for argparse."""

    def read(text: str) -> tuple[str, str]:
        criterion, equals, name = text.partition("=")
        if not (criterion and equals and name):
            raise _no_option(
                message("{text} is not CRITERION=READING, such as I4=literal", text=shortened(text)), terminal
            )
        return criterion, name

    return read


def percent_option(terminal: Terminal) -> Callable[[str], float]:
    """A share from 0 to 100 for argparse."""

    def read(text: str) -> float:
        share = read_share(text)
        if not 0 <= share <= 100:
            raise _unreadable(
                text, message("{text} is not a number from 0 to 100", text=shortened(text)), terminal
            )
        return share

    return read


def read_share(text: str) -> float:
    """A number as people type it; -1 for anything that is none."""
    try:
        found = parse_number(text)
    except UnreadableNumber:
        return -1.0
    return found.low if found.exact else -1.0


def count_option(terminal: Terminal, *, least: int = 0, most: int | None = None) -> Callable[[str], int]:
    """A whole number for argparse, of at least `least` and at most `most` (None: as large as can be counted)."""

    def read(text: str) -> int:
        written = ordinary(text)
        number = int(written) if is_count(written) else -1
        if number < least or (most is not None and number > most):
            said = (
                message("{text} is not a whole number of at least {least}", text=shortened(text), least=least)
                if most is None
                else message(
                    "{text} is not a whole number from {least} to {most}",
                    text=shortened(text),
                    least=least,
                    most=f"{most:,}",
                )
            )
            raise _unreadable(text, said, terminal)
        return number

    return read


def _unreadable(text: str, sentence: Message, terminal: Terminal) -> argparse.ArgumentTypeError:
    """Why a text cannot be read; the character, where it is a digit of another script."""
    return _no_option(find_other_digit(text) or sentence, terminal)


def _no_option(sentence: Message, terminal: Terminal) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(terminal.say(sentence))


def problem_line(problem: Problem, terminal: Terminal) -> str:
    """`severity code file:line message cure`."""
    said, cure = (brief(each, most=LONGEST_VALUE) for each in (problem.message, problem.cure))
    words = f"{terminal.say(said)} {terminal.say(cure)}".strip()
    return f"{problem.severity} {problem.code} {problem.file}:{problem.line} {words}"


def load_eligibility(
    name: str, terminal: Terminal, *, further: Callable[[StudyInvalid], Sequence[Problem]] | None = None
) -> Eligibility:
    """Load and lower a study; an invalid one ends the command with exit code 3 and every problem.

    `further` looks for more than the first problems found, where somebody wants to know them all.
    """
    from trialwright.exchange.folder import read_study
    from trialwright.study.errors import StudyInvalid, StudyNotFound
    from trialwright.study.rules import lower_study

    try:
        return lower_study(read_study(name))
    except StudyNotFound as error:
        raise Stop(STUDY_INVALID, error.message) from None
    except OSError as error:
        raise Stop(
            STUDY_INVALID,
            message(
                "{path} cannot be read: {reason}.",
                path=str(error.filename or name),
                reason=error.strerror or "",
            ),
        ) from None
    except StudyInvalid as error:
        problems = error.problems if further is None else further(error)
        for problem in problems:
            print(problem_line(problem, terminal))
        raise Stop(
            STUDY_INVALID,
            message("The study {name} cannot be used: {count} problems.", name=name, count=len(problems)),
        ) from None


def cannot_write(path: str | Path, error: OSError) -> Stop:
    """Why nothing could be written: the disk is full, or the folder may not be written to."""
    words = (os.strerror(error.errno) if error.errno else "") or error.strerror or str(error)
    return Stop(USAGE, message("{path} cannot be written: {reason}.", path=str(path), reason=words))


def check_new_folder(path: str) -> None:
    """End the command where a folder to be written holds something already."""
    folder = Path(path)
    if not path or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise Stop(USAGE, message("{path} is not an empty folder; nothing was written.", path=path))


@contextmanager
def whole_folder(path: str) -> Iterator[Path]:
    """A temporary folder beside a new or empty one, moved into place when everything went well.

    Ends the command where the folder holds something, or where nothing can be written.
    """
    check_new_folder(path)
    folder = Path(path).resolve()
    part = beside(folder)
    try:
        part.mkdir(parents=True)
        yield part
        if folder.exists():  # somebody may be in it, or a disk mounted on it
            for one in part.iterdir():
                one.replace(folder / one.name)
        else:
            part.replace(folder)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def output(path: str | None) -> Iterator[TextIO]:
    """Where results go: stdout, or a file that appears whole or not at all."""
    if path is None:
        yield sys.stdout
        return
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        yield cast(TextIO, Harmless(file))


@contextmanager
def whole_file(path: str) -> Iterator[Path]:
    """A temporary path beside the target, moved into place when everything went well.

    A device or pipe (`/dev/stdout`) is written itself: a file moved there would take its place. Of a link, the file
    it leads to is written.
    """
    target = Path(path)
    if not target.name:
        raise Stop(USAGE, message("{path} is no file.", path=f'"{path}"'))
    direct = _is_device(target)
    if not direct and target.is_symlink():
        target = target.resolve()
    temporary = target if direct else beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if not direct:
            temporary.replace(target)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        if not direct:
            with suppress(OSError):  # where the folder is none, there is nothing to take away
                temporary.unlink(missing_ok=True)


def _is_device(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return path.is_relative_to("/dev") or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def write_text(path: str | None, text: str) -> None:
    """Write one text to stdout or to a file."""
    with output(path) as out:
        out.write(text)
