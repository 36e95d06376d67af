"""From files to resources: bundles one document at a time, NDJSON line by line, plain or gzipped."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from trialwright.exchange.bounded import MIB, TooLarge, bounded_lines, read_rest
from trialwright.exchange.fhir.elements import Node

KINDS_OF = {
    "Observation": frozenset({"measurement", "finding"}),
    "Condition": frozenset({"condition"}),
    "MedicationAdministration": frozenset({"exposure"}),
    "MedicationRequest": frozenset({"exposure"}),
    "MedicationStatement": frozenset({"exposure"}),
    "Medication": frozenset({"exposure"}),
    "Procedure": frozenset({"procedure"}),
    "AllergyIntolerance": frozenset({"allergy"}),
}
LONGEST_LINE = 32 * MIB  # a resource with a scanned document in it has some; packed blanks have any number
LARGEST_DOCUMENT = 256 * MIB  # read into memory as a whole, some ten times over; NDJSON has no such limit
_NEST = 3  # a bundle may hold a bundle; deeper nesting is not FHIR as anyone writes it

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # perhaps half a character, which no text can hold
_SUBJECT = re.compile(rb'"(?:subject|patient)"\s*:\s*\{[^{}]*?"reference"\s*:\s*"([^"\\]+)"')
_PATIENT = re.compile(rb'"resourceType"\s*:\s*"Patient"\s*,\s*"id"\s*:\s*"([^"\\]+)"')
_TYPE = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]+)"')


class Entry(NamedTuple):
    """One resource, where it stands, and the `fullUrl`s of its bundle ("Type/id" by address)."""

    place: str
    resource: Node
    addresses: dict[str, str]


class Broken(NamedTuple):
    """Something that could not be read; `person` if the text still tells whose it is.

    `lost`: kinds of data of which an unknown number of records is missing.
    """

    place: str
    reason: str
    detail: str
    person: str = ""
    lost: frozenset[str] = frozenset()


class _Twice(dict[str, Any]):
    """An object that says something twice under one key: nobody can tell which of the two holds."""


def parse(data: bytes) -> tuple[Any, bool]:
    """Parse JSON, numbers as the text written; raises `ValueError` for anything that is not JSON.

    Gives also whether something in it may be ambiguous or unwritable, so that each resource must be looked through.
    """
    doubts = bool(_HALF.search(data))

    def whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubts
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        doubts = True
        return _Twice(found)

    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=whole)
    try:
        return decoder.decode(data.decode(json.detect_encoding(data))), doubts
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _doubt(node: Any) -> str:
    """Why a parsed object cannot be trusted, '' if it can."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, _Twice):
            return "a key stands twice"
        if isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and any("\ud800" <= sign <= "\udfff" for sign in one):
            return "half a character"
    return ""


def _open(path: Path) -> io.BufferedIOBase:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")


def first_bytes(path: Path, size: int = 65536) -> bytes:
    """The beginning of a file, unzipped; b'' if even that cannot be read."""
    try:
        with _open(path) as file:
            return file.read(size).lstrip(b"\xef\xbb\xbf \t\r\n")
    except (OSError, EOFError, zlib.error):
        return b""


def type_of(path: Path) -> str:
    """The resource type a file starts with, or that its name states, or ''."""
    match = _TYPE.search(first_bytes(path))
    if match:
        return match[1].decode()
    return next((name for name in sorted(KINDS_OF, key=len, reverse=True) if path.name.startswith(name)), "")


def read_file(path: Path, name: str) -> Iterator[Entry | Broken]:
    """Stream the resources of one file; `name` is what people are told as its place."""
    lines = 0
    try:
        with _open(path) as file:
            if _is_ndjson(path):
                for lines, line, too_long in bounded_lines(file, longest=LONGEST_LINE):
                    place = f"{name}:{lines}"
                    if too_long:
                        yield _too_long(line, place, path)
                    else:
                        yield from _line(line, place)
            else:
                yield from _document(read_rest(file, most=LARGEST_DOCUMENT), name)
    except TooLarge as error:
        yield Broken(name, "file_too_large", f"> {error.mebibytes} MiB", lost=_kinds_lost(path))
    except (OSError, EOFError, zlib.error) as error:
        detail = error.strerror or "" if isinstance(error, OSError) else ""
        place = f"{name}:{lines + 1}" if lines else name
        yield Broken(
            place,
            "file_truncated" if lines else "file_unreadable",
            detail or "compressed data end early",
            lost=_kinds_lost(path),
        )


def _kinds_lost(path: Path) -> frozenset[str]:
    everything = frozenset[str]().union(*KINDS_OF.values())
    resource_type = type_of(path)
    return KINDS_OF.get(resource_type, everything if not resource_type else frozenset())


def _is_ndjson(path: Path) -> bool:
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".ndjson", ".jsonl")):
        return True
    with _open(path) as file:
        first = file.readline(1 << 24)
        return first.rstrip().endswith(b"}") and bool(file.read(4096).strip())


def _too_long(start: bytes, place: str, path: Path) -> Broken:
    """A line that no resource fills; nobody knows what is lost with it, unless it says whose it is."""
    person = _salvage(start)
    lost = frozenset[str]() if person else _kinds_lost(path)
    return Broken(place, "line_too_long", f"> {LONGEST_LINE // MIB} MiB", person, lost)


def _line(line: bytes, place: str) -> Iterator[Entry | Broken]:
    line = line.strip(b"\xef\xbb\xbf \t\r\n")
    if not line:
        return
    try:
        content, doubts = parse(line)
    except ValueError as error:
        yield Broken(place, "json_unreadable", _where(error), _salvage(line))
        return
    yield from _content(content, place, 0, doubts)


def _document(data: bytes, name: str) -> Iterator[Entry | Broken]:
    if not data.strip():
        yield Broken(name, "file_empty", "")
        return
    try:
        content, doubts = parse(data)
    except ValueError as error:
        line = data.count(b"\n", 0, error.pos) + 1 if isinstance(error, json.JSONDecodeError) else 1
        yield Broken(f"{name}:{line}", "json_unreadable", _where(error), _salvage(data))
        return
    yield from _content(content, name, 0, doubts)


def _content(content: Any, place: str, depth: int, doubts: bool) -> Iterator[Entry | Broken]:
    """The resources of a parsed document: those of a bundle, or the one it is."""
    if not isinstance(content, dict) or not isinstance(content.get("resourceType"), str):
        yield Broken(place, "not_fhir", "")
        return
    if content["resourceType"] != "Bundle":
        yield _trusted(place, content, {}, doubts)
        return
    if isinstance(content, _Twice):
        yield Broken(place, "json_unreadable", "a key stands twice")
        return
    entries = content.get("entry", [])
    if depth >= _NEST or not isinstance(entries, list):
        yield Broken(place, "resource_malformed", "entry")
        return
    addresses: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            resource, url = entry["resource"], entry.get("fullUrl")
            if isinstance(url, str):
                identifier = resource.get("id") or url.rpartition("/")[2].rpartition(":")[2]
                addresses[url] = f"{resource.get('resourceType')}/{identifier}"
    for number, entry in enumerate(entries, start=1):
        inside = f"{place} entry {number}"
        if not isinstance(entry, dict):
            yield Broken(inside, "resource_malformed", "entry")
        elif "resource" in entry:
            yield from _entry(entry, inside, addresses, depth, doubts)


def _entry(
    entry: Node, place: str, addresses: dict[str, str], depth: int, doubts: bool
) -> Iterator[Entry | Broken]:
    resource = entry["resource"]
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        yield Broken(place, "not_fhir", "")
    elif resource["resourceType"] == "Bundle":
        yield from _content(resource, place, depth + 1, doubts)
    else:
        url = entry.get("fullUrl")
        if "id" not in resource and isinstance(url, str):
            resource["id"] = addresses[url].rpartition("/")[2]
        if isinstance(entry, _Twice):
            resource = _Twice(resource)
        yield _trusted(place, resource, addresses, doubts)


def _trusted(place: str, resource: Node, addresses: dict[str, str], doubts: bool) -> Entry | Broken:
    if doubts and (doubt := _doubt(resource)):
        return Broken(place, "resource_malformed", doubt, _salvage(json.dumps(resource).encode()))
    return Entry(place, resource, addresses)


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"not {error.encoding} text at byte {error.start}"
    return str(error)


def _salvage(data: bytes) -> str:
    """Whose record a broken text is, if it still says so unmistakably."""
    found = {match.decode("utf-8", "replace") for match in _PATIENT.findall(data)}
    if not found:
        references = {match.decode("utf-8", "replace") for match in _SUBJECT.findall(data)}
        found = {reference.rpartition("/")[2].rpartition(":")[2] for reference in references}
    return found.pop() if len(found) == 1 else ""
