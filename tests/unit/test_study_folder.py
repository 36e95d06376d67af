"""Study folders: finding them by path or name, reading their texts, refusing what cannot be read."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from trialwright.exchange.folder import bundled_studies, find_study, read_folder, read_scenarios, read_study
from trialwright.exchange.folder import read as folder_module
from trialwright.study.canonical import version
from trialwright.study.errors import StudyInvalid, StudyNotFound

STUDIES = Path(__file__).parents[2] / "studies"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the template study, to be spoilt."""
    for path in (STUDIES / "template").rglob("*"):
        target = tmp_path / "mine" / path.relative_to(STUDIES / "template")
        if path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return tmp_path / "mine"


def test_bundled_studies_are_those_of_the_repository() -> None:
    assert bundled_studies() == tuple(sorted(path.parent.name for path in STUDIES.glob("*/study.yaml")))
    assert {"beam", "bliss-ln", "template"} <= set(bundled_studies())


def test_an_installed_package_carries_its_studies(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = copy.parent / "site-packages" / "trialwright"
    package.mkdir(parents=True)
    copy.rename(package / "_studies")
    (package / "_studies" / "scenarios").rename(package / "scenarios")
    inner = package / "_studies" / "mine"
    inner.mkdir()
    for path in (package / "_studies").glob("*.yaml"):
        path.rename(inner / path.name)
    monkeypatch.setattr(folder_module, "_PACKAGE", package)
    assert bundled_studies() == ("mine",)
    assert read_study("mine").id == read_study(str(STUDIES / "template")).id


def test_a_study_by_path_and_by_name_is_the_same() -> None:
    assert find_study("beam") == STUDIES / "beam"
    assert version(read_study("beam")) == version(read_study(str(STUDIES / "beam")))


def test_a_folder_here_goes_before_a_bundled_study(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.rename(copy.parent / "beam")
    monkeypatch.chdir(copy.parent)
    assert find_study("beam") == Path("beam")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("beem", "There is no study beem; did you mean beam?"),
        ("zzz", "neither a folder nor one of the bundled studies beam, beam-randomised, bliss-ln"),
        ("", "has no study.yaml"),
    ],
)
def test_a_study_that_is_not_there(name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(StudyNotFound, match=words):
        find_study(name or str(tmp_path))


def test_texts_by_name_in_order_and_nothing_else(copy: Path) -> None:
    (copy / ".hidden.yaml").write_text("x")
    (copy / "notes.txt").write_text("x")
    (copy / "deeper").mkdir()
    (copy / "deeper" / "more.yaml").write_text("x")
    names = list(read_folder(copy))
    assert names[:2] == ["allocation.yaml", "analysis.yaml"]
    assert [name for name in names if "/" in name] == [
        f"scenarios/{path.name}" for path in sorted((copy / "scenarios").glob("*.yaml"))
    ]
    assert not {".hidden.yaml", "notes.txt", "deeper/more.yaml"} & set(names)


def test_a_file_with_the_other_ending_is_refused_not_passed_over(copy: Path) -> None:
    (copy / "safety.yaml").rename(copy / "safety.yml")
    with pytest.raises(StudyInvalid, match=r"unknown_file safety\.yml:0: .* Rename it to safety\.yaml"):
        read_study(str(copy))


def test_files_that_are_not_utf_8_are_named_with_the_line(copy: Path) -> None:
    (copy / "arms.yaml").write_bytes("a: 1\nb: 试".encode() + "验".encode("gb18030"))
    (copy / "forms.yaml").write_bytes(b"\xff\xfea\x00")
    with pytest.raises(StudyInvalid) as caught:
        read_folder(copy)
    found = [(problem.code, problem.file, problem.line, problem.column) for problem in caught.value.problems]
    assert found == [("not_text", "arms.yaml", 2, 5), ("not_text", "forms.yaml", 1, 1)]


def test_a_file_that_cannot_be_read_is_named(copy: Path) -> None:
    (copy / "safety.yaml").unlink()
    (copy / "safety.yaml").mkdir()
    with pytest.raises(StudyInvalid) as caught:
        read_folder(copy)
    assert [(problem.code, problem.file) for problem in caught.value.problems] == [
        ("unreadable_file", "safety.yaml")
    ]


def test_a_variant_finds_its_base_beside_it_before_the_bundle(copy: Path) -> None:
    copy.rename(copy.parent / "beam")
    (copy.parent / "variant").mkdir()
    variant = copy.parent / "variant" / "study.yaml"
    variant.write_text("id: variant\nbased_on: beam\n", encoding="utf-8")
    study = read_study(str(copy.parent / "variant"))
    assert study.criteria == read_study("template").criteria
    variant.write_text("id: variant\nbased_on: bliss-ln\n", encoding="utf-8")
    assert read_study(str(copy.parent / "variant")).criteria == read_study("bliss-ln").criteria
    variant.write_text("id: variant\nbased_on: bliss\n", encoding="utf-8")
    with pytest.raises(StudyInvalid, match="did you mean bliss-ln"):
        read_study(str(copy.parent / "variant"))


def test_beam_randomised_is_beam_with_another_allocation_rule() -> None:
    assert sorted(path.name for path in (STUDIES / "beam-randomised").iterdir()) == [
        "allocation.yaml",
        "study.yaml",
    ]
    beam, variant = read_study("beam"), read_study("beam-randomised")
    assert (beam.allocation and beam.allocation.method) == "concurrent_control"
    assert (variant.allocation and variant.allocation.method) == "permuted_blocks"
    assert variant.identity.registry == ()
    assert "hypothetical" in variant.identity.titles.brief.en.lower()
    assert "假设性" in variant.identity.titles.brief.zh
    for part in fields(type(beam)):
        if part.compare and part.name not in ("identity", "allocation", "warnings", "source"):
            assert getattr(variant, part.name) == getattr(beam, part.name), part.name
    said = ("id", "based_on", "acronym", "titles", "registry", "summary", "description", "design", "notes")
    for name in type(beam.identity).model_fields:
        assert (getattr(variant.identity, name) != getattr(beam.identity, name)) == (name in said), name
    assert variant.identity.design.model_copy(update={"allocation": "non_randomized"}) == beam.identity.design


def test_scenarios_come_from_the_folder(copy: Path) -> None:
    study = read_study(str(copy))
    assert read_scenarios(str(copy), study=study) == read_scenarios("template", study=study)
    for path in (copy / "scenarios").glob("*.yaml"):
        path.unlink()
    assert read_scenarios(str(copy), study=study) == ()
