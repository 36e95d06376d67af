"""Finds out what a path or address holds by looking at its content, and opens the reader for it.

The OMOP reader is imported where it is needed, because its engine takes time to load.
"""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from trialwright.exchange.bounded import MIB, TooLarge, read_whole
from trialwright.exchange.csv import TidyReader
from trialwright.exchange.fhir import FhirReader
from trialwright.exchange.fhir.files import KINDS_OF, first_bytes
from trialwright.exchange.mapping import read_mapping
from trialwright.exchange.source import Item, LocalMapping, Reader, ReadOptions, RecordsUnreadable
from trialwright.record.raw import Skipped
from trialwright.terms.message import Message, message

_ADDRESSES = ("postgresql://", "postgres://")
_TABLES = (".csv", ".csv.gz", ".parquet")
_DOCUMENTS = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")
_MAPPINGS = ("mapping.yaml", "mapping.yml")
_MANIFEST = (
    "manifest.json"  # beside made-up records, with the marker; other manifests are read as what they are
)
_MARKER = "SYNTHETIC"
_LARGEST_MAPPING = 8 * MIB  # more than a hundred thousand local codes
_MOST_OF_A_MANIFEST = 1 << 20
# An archive is refused before it fills the disk. The zip of real OMOP tables shrinks to about a fifth.
_MOST_TIMES_LARGER = 1000
_LARGE = 1 << 30
_FREE_SHARE = 0.9
_MOST_MEMBERS = 100_000
_DEEPEST = 20  # folders of which each holds only the next


def open_records(path_or_address: str | Path, options: ReadOptions) -> Reader:
    """Open the records at a path or `postgresql://` address; without a mapping, a folder's own is used.

    Raises `RecordsUnreadable` where nothing there can be read.
    """
    records = str(path_or_address)
    if records.startswith(_ADDRESSES):
        from trialwright.exchange.omop import OmopReader, open_postgres, shown_address

        return OmopReader(open_postgres(records), source=shown_address(records), options=options)
    path = Path(records)
    if path.is_dir():
        return _open_folder(path, records, options)
    if path.is_file():
        return _open_file(path, records, options)
    raise RecordsUnreadable(records, message("There is no such file or folder."))


def _open_folder(folder: Path, source: str, options: ReadOptions, *, depth: int = 0) -> Reader:
    files = sorted(path for path in folder.iterdir() if not _is_noise(path))
    options = _with_mapping(files, options)
    marked = [path for path in files if _marks_synthetic(path)]
    if marked:
        options = replace(options, synthetic=True)
        files = [path for path in files if path not in marked]
    tables = _tables(files)
    if "persons" in tables and "facts" in tables:
        return TidyReader(
            _one_file(tables, "persons"), _parts_of(tables, "facts"), source=source, options=options
        )
    if "persons" in tables or "facts" in tables:
        missing = "facts" if "persons" in tables else "persons"
        raise RecordsUnreadable(source, message("The folder has no table {table}.", table=missing))
    if "person" in tables:
        from trialwright.exchange.omop import OmopReader, open_folder

        store = open_folder(tables, encoding=options.mapping.encoding)
        return OmopReader(store, source=source, options=options)
    documents = [path for path in files if path.is_file() and path.name.lower().endswith(_DOCUMENTS)]
    documents += [path for path in files if path.is_file() and path not in documents and _is_json(path)]
    if any(b"resourceType" in first_bytes(path) or ".ndjson" in path.name.lower() for path in documents):
        bulk = any(".ndjson" in path.name.lower() for path in documents)
        names = {path: path.name for path in documents}
        return FhirReader(names, source=source, form="fhir-bulk" if bulk else "fhir", options=options)
    inner = [path for path in files if path.is_dir()]
    if len(inner) == 1 and depth < _DEEPEST:
        return _open_folder(inner[0], source, options, depth=depth + 1)
    raise RecordsUnreadable(source, _not_recognised())


def _is_noise(path: Path) -> bool:
    """What operating systems leave beside the files of people."""
    return path.name.startswith(".") or path.name == "__MACOSX"


def _is_json(path: Path) -> bool:
    return not path.name.lower().endswith((*_TABLES, *_MAPPINGS)) and first_bytes(path).startswith(b"{")


def _marks_synthetic(path: Path) -> bool:
    """Whether this file is a manifest that calls the records beside it synthetic."""
    if path.name.lower() != _MANIFEST or not path.is_file() or path.stat().st_size > _MOST_OF_A_MANIFEST:
        return False
    try:
        manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and manifest.get("marker") == _MARKER


def _with_mapping(files: list[Path], options: ReadOptions) -> ReadOptions:
    """The options with the folder's own mapping, unless they bring one."""
    own = next((path for path in files if path.name.lower() in _MAPPINGS), None)
    if own is None or options.mapping != LocalMapping():
        return options
    return replace(options, mapping=load_mapping(own, options))


def load_mapping(path: Path, options: ReadOptions) -> LocalMapping:
    """Read a mapping file. Raises `RecordsUnreadable` naming file and line."""
    if not path.exists():
        raise RecordsUnreadable(str(path), message("There is no such file or folder."))
    if not path.is_file():  # a pipe or a device may never end
        raise RecordsUnreadable(path.name, message("The mapping is no ordinary file."))
    try:
        text = read_whole(path, most=_LARGEST_MAPPING).decode("utf-8-sig")
    except TooLarge as error:
        raise RecordsUnreadable(
            path.name, message("The file is larger than {most} MiB.", most=error.mebibytes)
        ) from None
    except (OSError, UnicodeError):
        raise RecordsUnreadable(path.name, message("The mapping is not a readable UTF-8 text.")) from None
    return read_mapping(text, place=path.name, kinds=options.kinds)


def _tables(files: list[Path]) -> dict[str, list[Path]]:
    """Tables by lower-case name: one file, or a folder with the parts of one."""
    tables: dict[str, list[Path]] = {}
    for path in files:
        name = path.name.lower()
        parts = [path] if path.is_file() else sorted(path.glob("*.parquet"))
        if parts and parts[0].name.lower().endswith(_TABLES):
            tables.setdefault(name.partition(".")[0], []).extend(parts)
    return tables


def _parts_of(tables: dict[str, list[Path]], name: str) -> list[Path]:
    """The files of one table: one CSV, or the Parquet parts of one folder."""
    if all(path.name.lower().endswith(".parquet") for path in tables[name]):
        return tables[name]
    return [_one_file(tables, name)]


def _one_file(tables: dict[str, list[Path]], name: str) -> Path:
    if len(tables[name]) != 1:
        raise RecordsUnreadable(
            tables[name][0].name, message("There are several files for {table}.", table=name)
        )
    return tables[name][0]


def _open_file(path: Path, source: str, options: ReadOptions) -> Reader:
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise RecordsUnreadable(
            source, message("The file cannot be read: {reason}.", reason=error.strerror or "")
        ) from None
    if not start:
        raise RecordsUnreadable(source, message("The file is empty."))
    if start.startswith(b"PK"):
        return _open_zip(path, source, options)
    if start[8:12] == b"DUCK":
        from trialwright.exchange.omop import OmopReader, open_duckdb_file

        return OmopReader(open_duckdb_file(path), source=source, options=options)
    if first_bytes(path).startswith(b"{"):
        return FhirReader({path: path.name}, source=source, form="fhir", options=options)
    if path.name.lower().endswith((*_TABLES, *_MAPPINGS)):
        raise RecordsUnreadable(
            source, message("This is one table; give the folder that holds it together with the others.")
        )
    raise RecordsUnreadable(source, _not_recognised())


def _not_recognised() -> Message:
    return message(
        "No known form of records was recognised here: FHIR R4 (bundles or NDJSON), OMOP CDM 5.4 (CSV, "
        "Parquet, zip, DuckDB or PostgreSQL), or persons and facts as CSV or Parquet."
    )


# ------------------------------------------------------------------------------------------------------
# archives


class _Unpacked:
    """A reader of an unpacked archive: keeps its folder, and lists what could not be unpacked."""

    def __init__(self, reader: Reader, folder: Path, broken: list[str]) -> None:
        self._reader = reader
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._broken = broken
        self.source = reader.source
        self.format = reader.format
        self.synthetic = reader.synthetic
        self.warnings = reader.warnings

    @property
    def not_covered(self) -> frozenset[str]:
        lost = (
            KINDS_OF.get(name, frozenset()) for name in KINDS_OF if any(name in one for one in self._broken)
        )
        return self._reader.not_covered.union(*lost)

    @property
    def left_out(self) -> Counter[str]:
        return self._reader.left_out

    def __iter__(self) -> Iterator[Item]:
        for name in self._broken:
            yield Skipped(name, "archive_member_unreadable", "", affects=True)
        yield from self._reader


def _open_zip(path: Path, source: str, options: ReadOptions) -> Reader:
    folder = Path(tempfile.mkdtemp(prefix="trialwright-"))
    try:
        return _open_unpacked(path, folder, source, options)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _open_unpacked(path: Path, folder: Path, source: str, options: ReadOptions) -> Reader:
    broken: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            broken = _unpack(archive, folder, source)
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        raise RecordsUnreadable(source, message("This archive cannot be unpacked.")) from None
    try:
        return _Unpacked(_open_folder(folder, source, options), folder, broken)
    except RecordsUnreadable:
        if not broken:
            raise
        raise RecordsUnreadable(
            source, message("The archive is damaged: {names} cannot be unpacked.", names=tuple(broken))
        ) from None


def _unpack(archive: zipfile.ZipFile, folder: Path, source: str) -> list[str]:
    """Unpack into an empty folder; gives the damaged members. Refuses what would leave or fill the folder."""
    members = [
        member for member in archive.infolist() if not member.is_dir() and not _is_noise_member(member)
    ]
    size = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if len(members) > _MOST_MEMBERS or size > _FREE_SHARE * shutil.disk_usage(folder).free:
        raise RecordsUnreadable(source, message("The archive is too large to unpack here."))
    if size > _LARGE and size > _MOST_TIMES_LARGER * packed:
        raise RecordsUnreadable(source, message("The archive is too large to unpack here."))
    if _overlap(members):
        raise RecordsUnreadable(source, message("The files in this archive lie over each other."))
    places = {member.filename: _inside(member.filename, source) for member in members}
    folders = _folders_read(places.values())
    broken = []
    for member in members:
        place = places[member.filename]
        if not _is_read(place, folders):
            continue
        target = folder.joinpath(*place)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(member) as packed_file, target.open("xb") as file:
                shutil.copyfileobj(packed_file, file)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, FileExistsError):
            target.unlink(missing_ok=True)
            broken.append(member.filename)
    return broken


def _overlap(members: list[zipfile.ZipInfo]) -> bool:
    """Whether members share their bytes, as in archives made to have no end; a local header has 30 bytes and the name."""
    starts = sorted((member.header_offset, member.compress_size) for member in members)
    return any(
        start + 30 + packed > following for (start, packed), (following, _) in itertools.pairwise(starts)
    )


def _folders_read(places: Collection[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """The folders that are looked into: the outermost, and one inside of another while it is alone there."""
    found: set[tuple[str, ...]] = {()}
    here: tuple[str, ...] = ()
    for depth in range(_DEEPEST):
        inner = {place[depth] for place in places if len(place) > depth + 1 and place[:depth] == here}
        if len(inner) != 1:
            break
        here = (*here, inner.pop())
        found.add(here)
    return found


def _is_read(place: tuple[str, ...], folders: set[tuple[str, ...]]) -> bool:
    """Whether a member lies where records are looked for: in one of the folders, or among the parts of a table there."""
    return place[:-1] in folders or (place[:-2] in folders and place[-1].endswith(".parquet"))


def _is_noise_member(member: zipfile.ZipInfo) -> bool:
    return any(
        (part.startswith(".") and part != "..") or part == "__MACOSX" for part in _parts(member.filename)
    )


def _parts(name: str) -> tuple[str, ...]:
    return PurePosixPath(name.replace("\\", "/")).parts


def _inside(name: str, source: str) -> tuple[str, ...]:
    """The parts of a member's name; an archive that names a place outside itself is refused as a whole."""
    parts = _parts(name)
    if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0]:
        raise RecordsUnreadable(
            source, message("The archive names a file outside itself and is not unpacked.")
        )
    return parts
