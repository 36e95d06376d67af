"""What real files give: writes docs/reference/sources.md from the readers themselves.

`--data FOLDER` describes all sources; FOLDER holds fhir-synthea, fhir-bulk and omop-synthea27nj. Without it only the
excerpts in tests/data are described again, the other sections stay. `--check` changes nothing, and fails if a section
about an excerpt is stale.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from trialwright.exchange.coverage import Coverage
from trialwright.exchange.folder import read_study
from trialwright.exchange.recognise import load_mapping, open_records
from trialwright.exchange.source import KINDS, Item, ReadOptions
from trialwright.record.raw import RawPerson
from trialwright.terms.codes import Coded, Vocabulary
from trialwright.terms.message import render

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "sources.md"
STUDY = "beam"
MAPPING = ROOT / "studies" / "beam" / "mappings" / "synthea.yaml"
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Source:
    """A source with its section: `path` in the data folder, or in the repository for an excerpt."""

    key: str
    title: str
    path: str
    origin: str
    excerpt: bool = False


SOURCES = (
    Source(
        "fhir-synthea",
        "28 FHIR R4 bundles",
        "fhir-synthea",
        "Synthetic people by Synthea, smart-on-fhir/generated-sample-data, Apache-2.0.",
    ),
    Source(
        "fhir-bulk",
        "A bulk export as NDJSON",
        "fhir-bulk",
        "One synthetic person by Synthea, ktmtwm/sytheadata; no licence stated, so nothing of it is in this repository.",
    ),
    Source(
        "omop",
        "An OMOP CDM 5.4 zip",
        "omop-synthea27nj/Synthea27Nj_5.4.zip",
        "Synthetic people by Synthea, OHDSI/EunomiaDatasets, Apache-2.0.",
    ),
    Source(
        "excerpt-fhir",
        "Excerpt of the FHIR bundles",
        "tests/data/synthea-fhir",
        "Two of the bundles above, shortened.",
        excerpt=True,
    ),
    Source(
        "excerpt-omop",
        "Excerpt of the OMOP tables",
        "tests/data/synthea27nj",
        "Three of the people above, a few rows each.",
        excerpt=True,
    ),
)

HEAD = """# What real files give

<!-- Made by tools/describe_sources.py; do not edit by hand. -->

None of these files was written for Trialwright. Each section is what its reader streams for the study `beam`, without
a mapping, then what `studies/beam/mappings/synthea.yaml` adds. The sections on excerpts are recomputed by every test run.

What to take from it:

- **Medication is coded as clinical drugs.** All three sources name products with their strength
  (`rxnorm|241834`, cyclosporine 100 MG Oral Capsule), the study lists ingredients (`rxnorm|3008`). Their vocabulary
  tables hold no hierarchy (`concept_ancestor` is empty), so nothing is found, and every run says so. An OMOP source
  with a filled `concept_ancestor` needs no mapping for this.
- **The mapping cures what is there to be cured**: the three ciclosporin supplies of the OMOP tables are found. The FHIR
  bundles hold no drug that the study asks about, which is now a statement about the people, not about the codes.
- **The same test arrives under several codes and spellings** (creatinine as 38483-4 and 2160-0, the eGFR in two units);
  codes decide, never names.
- **Glucose (2339-0) is not fasting glucose** and is left unmapped on purpose.
"""


def read_options() -> ReadOptions:
    """What the readers must know of the study."""
    concepts = read_study(STUDY).concepts
    return ReadOptions(
        Vocabulary(Coded(one.name, one.kind, one.codes, one.route or "") for one in concepts),
        {one.name: one.kind for one in concepts},
        {one.name: one.positive_codes for one in concepts if one.positive_codes},
    )


def describe(source: Source, path: Path) -> str:
    """The section about one source."""
    plain = read_options()
    coverage, items, form = _read(path, plain)
    mapped, _items, _form = _read(path, replace(plain, mapping=load_mapping(MAPPING, plain)))
    deaths = sum(1 for item in items if isinstance(item, RawPerson) and item.death)
    lines = [
        f"## {source.title}",
        "",
        f"{source.origin} Recognised as `{form}`.",
        "",
        f"Persons: {coverage.people}, of them dead: {deaths}; {_listed(coverage)}.",
        "",
        *_found(coverage, plain),
        "",
        *_unmapped(coverage),
        "",
        *(f"> {render(warning, {})}" + "\n" for warning in coverage.warnings({})),
        *_left_out(coverage),
        *_cured(coverage, mapped, plain),
    ]
    return "\n".join(lines).strip() + "\n"


def _read(path: Path, options: ReadOptions) -> tuple[Coverage, list[Item], str]:
    reader = open_records(str(path), options)
    coverage = Coverage(options.kinds)
    return coverage, list(coverage.watch(reader)), reader.format


def _listed(coverage: Coverage) -> str:
    if not coverage.skipped:
        return "nothing had to be skipped"
    return "listed: " + ", ".join(f"{count} `{reason}`" for reason, count in sorted(coverage.skipped.items()))


def _found(coverage: Coverage, options: ReadOptions) -> Iterator[str]:
    yield "| concept | facts | persons |"
    yield "|---|---:|---:|"
    for concept in options.kinds:
        facts, persons = coverage.found(concept)
        if facts:
            yield f"| `{concept}` | {facts} | {persons} |"
    absent = sum(1 for concept in options.kinds if not coverage.found(concept)[0])
    yield ""
    yield f"No record of the other {absent} concepts."


def _unmapped(coverage: Coverage) -> Iterator[str]:
    report = coverage.report({})
    yield f"| kind | records without a concept | the {SHOWN} commonest codes |"
    yield "|---|---:|---|"
    for kind in KINDS:
        if kind in report["unmapped_total"]:
            codes = [
                f"`{_cell(row['code'])}` {_cell(row['display'])} ({row['count']})"
                for row in report["unmapped"][kind][:SHOWN]
            ]
            yield f"| {kind} | {report['unmapped_total'][kind]} | {'; '.join(codes)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _left_out(coverage: Coverage) -> Iterator[str]:
    left_out = coverage.report({})["left_out"]
    if left_out:
        yield "Not read: " + ", ".join(f"{count} {name}" for name, count in left_out.items()) + "."
        yield ""


def _cured(plain: Coverage, mapped: Coverage, options: ReadOptions) -> Iterator[str]:
    changes = [
        f"`{concept}` {mapped.found(concept)[0]} (persons: {mapped.found(concept)[1]}, before: {plain.found(concept)[0]})"
        for concept in options.kinds
        if mapped.found(concept) != plain.found(concept)
    ]
    yield "Facts with the mapping: " + ("; ".join(changes) if changes else "nothing changes") + "."


def sections(text: str) -> dict[str, str]:
    """The sections of a written page by key."""
    parts = re.split(r"<!-- source: ([a-z-]+) -->\n", text)
    return dict(zip(parts[1::2], (part.strip() + "\n" for part in parts[2::2]), strict=True))


def write_page(written: dict[str, str]) -> str:
    """The page of these sections, in the order of `SOURCES`."""
    parts = [
        f"<!-- source: {source.key} -->\n{written[source.key]}" for source in SOURCES if source.key in written
    ]
    return HEAD + "\n" + "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or check it; 1 if it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder with the real files")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a section is stale")
    given = parser.parse_args(arguments)
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    written = sections(before)
    for source in SOURCES:
        if source.excerpt:
            written[source.key] = describe(source, ROOT / source.path)
        elif given.data:
            written[source.key] = describe(source, given.data / source.path)
    page = write_page(written)
    if given.check:
        if page != before:
            print(
                "docs/reference/sources.md is stale: run `python tools/describe_sources.py`", file=sys.stderr
            )
        return int(page != before)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
