"""Finds study folders and reads their texts."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import trialwright
from trialwright.exchange.bounded import MIB, TooLarge, read_whole
from trialwright.study.errors import Problem, StudyInvalid, StudyNotFound
from trialwright.study.load import load_study
from trialwright.study.model import Study
from trialwright.study.scenario import Scenario, load_scenarios
from trialwright.terms.message import Message, message

_PACKAGE = Path(trialwright.__file__).resolve().parent
_ENDINGS = (".yaml", ".yml")
_LARGEST = 2 * MIB  # the longest of the bundled ones have a fiftieth of it


def bundled_studies() -> tuple[str, ...]:
    """The names of the studies that come with the software, in alphabetical order."""
    root = _bundle()
    return (
        tuple(sorted(folder.name for folder in root.iterdir() if _is_study(folder))) if root.is_dir() else ()
    )


def find_study(name_or_path: str) -> Path:
    """The folder of a study: a path to a folder with a study.yaml, or the name of a bundled study.

    A folder of that name in the current directory goes before a bundled study. Raises `StudyNotFound`.
    """
    folder = Path(name_or_path)
    if _is_study(folder):
        return folder
    if folder.is_dir() and name_or_path not in bundled_studies():
        raise StudyNotFound(message("The folder {path} has no study.yaml.", path=name_or_path))
    return _find_bundled(name_or_path)


def _find_bundled(name: str) -> Path:
    known = bundled_studies()
    if name in known:
        return _bundle() / name
    near = get_close_matches(name, known, n=1)
    if near:
        raise StudyNotFound(
            message("There is no study {name}; did you mean {near}?", name=name, near=near[0])
        )
    raise StudyNotFound(
        message(
            "There is no study {name}: it is neither a folder nor one of the bundled studies {known}.",
            name=name,
            known=known,
        )
    )


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of a study folder by name (`criteria.yaml`, `scenarios/urine.yaml`), in alphabetical order.

    Reads the YAML files of the folder and of its `scenarios/`; hidden files are left alone. Raises
    `StudyInvalid`, naming every file that cannot be read or is not UTF-8.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for part in (folder, folder / "scenarios"):
        for path in sorted(part.iterdir()) if part.is_dir() else ():
            if path.suffix not in _ENDINGS or path.name.startswith("."):
                continue
            name = path.relative_to(folder).as_posix()
            if path.exists() and not path.is_file():  # a pipe or a device may never end
                problems.append(_unreadable(name, message("This is no ordinary file.")))
                continue
            try:
                texts[name] = read_whole(path, most=_LARGEST).decode("utf-8")
            except TooLarge as error:
                sentence = message("The file is larger than {most} MiB.", most=error.mebibytes)
                problems.append(_unreadable(name, sentence))
            except UnicodeDecodeError as error:
                problems.append(_explain_encoding(name, error))
            except OSError as error:
                sentence = message("The file cannot be read: {words}.", words=error.strerror or str(error))
                problems.append(_unreadable(name, sentence))
    if problems:
        raise StudyInvalid(tuple(problems))
    return texts


def read_study(name_or_path: str) -> Study:
    """Load a study by folder or bundled name; a study it is based on is looked for beside it, then in the bundle.

    Raises `StudyNotFound` and `StudyInvalid`.
    """
    folder = find_study(name_or_path)
    return load_study(read_folder(folder), resolve=lambda name: read_folder(_find_base(folder, name)))


def read_scenarios(name_or_path: str, *, study: Study) -> tuple[Scenario, ...]:
    """Read the scenarios in the folder of a study; a variant without any of its own answers to those of its base.

    Raises `StudyNotFound` and `StudyInvalid`.
    """
    folder, base = find_study(name_or_path), study.identity.based_on
    own = load_scenarios(read_folder(folder), study=study)
    if own or base is None:
        return own
    return load_scenarios(read_folder(_find_base(folder, base)), study=study)


def _find_base(folder: Path, name: str) -> Path:
    """The study that another is based on: beside it, or else bundled."""
    beside = folder.resolve().parent / name
    return beside if _is_study(beside) else _find_bundled(name)


def _bundle() -> Path:
    """Where the bundled studies are: inside the installed package, or beside the sources in a checkout."""
    packed = _PACKAGE / "_studies"
    return packed if packed.is_dir() else _PACKAGE.parent.parent / "studies"


def _is_study(folder: Path) -> bool:
    return (folder / "study.yaml").is_file()


def _unreadable(name: str, sentence: Message) -> Problem:
    cure = message("Check that it is a file and that you may read it.")
    return Problem("error", "unreadable_file", name, 0, 0, sentence, cure)


def _explain_encoding(name: str, error: UnicodeDecodeError) -> Problem:
    before = error.object[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return Problem(
        "error",
        "not_text",
        name,
        line,
        column,
        message("The byte {byte} is not UTF-8 text.", byte=f"0x{error.object[error.start]:02X}"),
        message("Save the file as UTF-8."),
    )
