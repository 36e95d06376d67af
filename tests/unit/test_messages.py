"""Sentences: how a message is written in a language, and what `tools/messages.py` refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tools import messages
from trialwright.locale import LANGUAGES, read_catalogue
from trialwright.terms.message import Message, Text, message, render

CHINESE = {
    "": "zh",
    "{count} records of {what}": "{what}的{count}条记录",
    "serum creatinine": "血清肌酐",
}


def test_english_is_the_template_with_its_values() -> None:
    assert render(message("{count} records of {what}", count=3, what="p1"), {}) == "3 records of p1"


def test_chinese_may_change_the_order() -> None:
    assert render(message("{count} records of {what}", count=3, what="p1"), CHINESE) == "p1的3条记录"


def test_a_message_within_a_message_is_translated_too() -> None:
    whole = message("{count} records of {what}", count=3, what=message("serum creatinine"))
    assert render(whole, CHINESE) == "血清肌酐的3条记录"


def test_what_has_no_chinese_is_shown_in_english() -> None:
    assert render(message("new sentence"), CHINESE) == "new sentence"


def test_braces_in_a_value_are_left_alone() -> None:
    assert render(message("value {text}", text="{x}"), {}) == "value {x}"


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (Text("lupus nephritis", "狼疮性肾炎"), "lupus nephritis", "狼疮性肾炎"),
        (date(2026, 6, 1), "2026-06-01", "2026-06-01"),
        (3.2000000000000006, "3.2", "3.2"),
        (123456.7, "123457", "123457"),  # six significant digits
        (3, "3", "3"),
        (("III", "V"), "III, V", "III、V"),
        ((), "", ""),
    ],
)
def test_values(value: object, en: str, zh: str) -> None:
    assert render(value, {}) == en
    assert render(value, CHINESE) == zh


def test_messages_are_equal_by_what_they_say() -> None:
    assert message("a {b}", b=1) == Message("a {b}", (("b", 1),))
    assert hash(message("a {b}", b=1)) == hash(message("a {b}", b=1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_catalogue(language: str) -> None:
    catalogue = read_catalogue(language)
    assert catalogue.get("", "en") == language


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no catalogue for the language 'de'"):
        read_catalogue("de")


# ---------------------------------------------------------------- the tool


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with one sentence, in both languages, fresh."""
    (tmp_path / "screen.py").write_text('message("{count} people", count=n)\n')
    _fill(tmp_path, {"{count} people": "{count}人"})
    return tmp_path


def _fill(package: Path, chinese: dict[str, str]) -> None:
    path = package / "new.json"
    path.write_text(json.dumps(chinese))
    assert messages.main(["--fill", str(path)], package=package) == 0
    path.unlink()


def _refused(package: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert messages.main(["--check"], package=package) == 1
    return capsys.readouterr().err


def test_a_fresh_catalogue_is_accepted(package: Path) -> None:
    assert messages.main(["--check"], package=package) == 0
    assert json.loads((package / "locale/zh.json").read_text()) == {"": "zh", "{count} people": "{count}人"}


def test_collecting_twice_changes_nothing(package: Path) -> None:
    po = package / "locale/zh/LC_MESSAGES/trialwright.po"
    before = po.read_bytes()
    assert messages.main([], package=package) == 0
    assert po.read_bytes() == before


def test_a_new_sentence_is_refused_then_listed(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "new.py").write_text('x = message("no sites")\n')
    assert "not in the catalogue: 'no sites'" in _refused(package, capsys)
    assert messages.main([], package=package) == 0
    assert "no Chinese, or doubtful: no sites" in capsys.readouterr().out
    assert "no Chinese for 'no sites'" in _refused(package, capsys)


def test_missing_sentences_are_printed_as_json(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "new.py").write_text(
        'x = message("no sites") if a else message("one" " site" if b else "sites")\n'
    )
    assert messages.main(["--missing"], package=package) == 0
    assert json.loads(capsys.readouterr().out) == {"no sites": "", "one site": "", "sites": ""}


def test_a_changed_sentence_keeps_its_chinese_as_doubtful(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (package / "screen.py").write_text('message("{count} people.", count=n)\n')
    assert messages.main([], package=package) == 0
    assert "review the Chinese of '{count} people.'" in _refused(package, capsys)
    assert json.loads((package / "locale/zh.json").read_text()) == {"": "zh"}  # a doubtful one is never shown
    _fill(package, {"{count} people.": "{count}人。"})
    assert messages.main(["--check"], package=package) == 0


def test_a_guess_that_nobody_looked_at_never_becomes_chinese(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--missing` shows what a sentence like it says; handed back as it is, it stays doubtful."""
    (package / "screen.py").write_text('message("{count} people.", count=n)\n')
    capsys.readouterr()
    assert messages.main(["--missing"], package=package) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed == {"{count} people.": "?? {count}人"}
    _fill(package, listed)
    assert "review the Chinese of '{count} people.'" in _refused(package, capsys)
    assert json.loads((package / "locale/zh.json").read_text()) == {"": "zh"}


def test_a_sentence_no_longer_said_is_refused(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "screen.py").write_text("")
    assert "no longer in the source: '{count} people'" in _refused(package, capsys)


def test_other_placeholders_are_refused(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _fill(package, {"{count} people": "{number}人"})
    assert "other placeholders in the Chinese of '{count} people'" in _refused(package, capsys)


def test_english_as_chinese_is_refused(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _fill(package, {"{count} people": "{count} people"})
    assert "still English: '{count} people'" in _refused(package, capsys)


def test_a_hand_edit_of_the_compiled_file_is_refused(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = package / "locale/zh.json"
    made.write_text(made.read_text().replace("人", "名"))
    assert "zh.json is not what the catalogue says" in _refused(package, capsys)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("message(words)", 'write message("...") with one literal template'),
        ('message(f"{n} people")', 'write message("...") with one literal template'),
        ('message("a", "b")', 'write message("...") with one literal template'),
        ('Message("{n} people")', 'write message("...") with one literal template'),
        ('message("")', "an empty template"),
        ('message("{n} sites")', "no value for n in '{n} sites'"),
        ('message("{n} sites", n=1, m=2)', "m not used by '{n} sites'"),
        ('message("{n:.2f} sites", n=1)', "placeholder {n} is not a plain name"),
        ('message("{} sites", n=1)', "placeholder {} is not a plain name"),
        ('message("{n sites", n=1)', "expected '}' before end of string in '{n sites'"),
    ],
)
def test_how_a_sentence_must_be_written(
    package: Path, capsys: pytest.CaptureFixture[str], source: str, problem: str
) -> None:
    (package / "new.py").write_text("\n" + source + "\n")
    assert f"new.py:2: {problem}" in _refused(package, capsys)


def test_values_passed_on_as_a_mapping_are_not_compared(package: Path) -> None:
    (package / "new.py").write_text('message("{count} people", **values)\n')
    assert messages.main(["--check"], package=package) == 0


def test_sentences_of_page_templates_are_collected(package: Path) -> None:
    (package / "page.html").write_text('<p>{{ message("{n} sites", n=sites|length) }}</p>')
    found = {use.template: use.values for use in messages.collect(package).uses}
    assert found == {"{count} people": frozenset({"count"}), "{n} sites": frozenset({"n"})}
