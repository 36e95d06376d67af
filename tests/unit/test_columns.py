"""Tables of the terminal: aligned, never wider than asked, in both scripts; no word is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.cli.columns import paragraph, table_lines, wrap
from trialwright.terms.visible import display_width

WORDS = st.lists(
    st.sampled_from(["a", "week", "2026-06-17", "贝利尤单抗", "（第0周）", "x" * 40, "，"]), max_size=12
)


def letters(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_a_heading_takes_several_lines_before_a_cell_does() -> None:
    heads = ["Visit", "Week of the paper", "Due"]
    rows = [["Week 2", "week 2", "2026-06-17"], ["Unscheduled visit 2", "", ""]]
    assert list(table_lines(heads, rows, width=40)) == [
        "Visit                Week    Due",
        "                     of the",
        "                     paper",
        "-------------------  ------  ----------",
        "Week 2               week 2  2026-06-17",
        "Unscheduled visit 2",
    ]
    assert list(table_lines(heads, rows, width=34))[3:] == [
        "--------------  ------  ----------",
        "Week 2          week 2  2026-06-17",
        "Unscheduled",
        "visit 2",
    ]


def test_a_chinese_heading_is_not_cut_to_one_character_a_line() -> None:
    assert list(table_lines(["访视", "偏离天数"], [["计划外访视", "-2"]], width=16)) == [
        "访视        偏离",
        "            天数",
        "----------  ----",
        "计划外访视  -2",
    ]


def test_numbers_stand_to_the_right() -> None:
    assert list(table_lines(["Grade", "n"], [["一级", "7"], ["2", "12"]], right=frozenset({1}))) == [
        "Grade   n",
        "-----  --",
        "一级    7",
        "2      12",
    ]


# fmt: off
WRAPPED = [
    ("one two three",     7, ["one two", "three"]),
    ("one two three",     5, ["one", "two", "three"]),
    ("2026-06-17",        4, ["2026", "-06-", "17"]),
    ("访视已超出时间窗",     8, ["访视已超", "出时间窗"]),
    ("访视逾期，请处理",     8, ["访视逾", "期，请处", "理"]),   # a comma never begins a line
    ("口服药物（他克莫司）",  10, ["口服药物", "（他克莫", "司）"]),   # nor does a bracket end one
    ("",                  9, [""]),
]
# fmt: on


@pytest.mark.parametrize(("text", "width", "lines"), WRAPPED)
def test_lines_break_between_words_and_between_wide_characters(
    text: str, width: int, lines: list[str]
) -> None:
    assert wrap(text, width) == lines


@given(WORDS, st.integers(4, 60))
def test_a_wrapped_text_fits_and_loses_nothing(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = wrap(text, width)
    assert letters("".join(lines)) == letters(text)
    assert all(display_width(line) <= width for line in lines)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=5), st.integers(30, 100))
def test_a_table_fits_and_loses_nothing(rows: list[tuple[list[str], ...]], width: int) -> None:
    cells = [[" ".join(cell) for cell in row] for row in rows]
    lines = list(table_lines(["访视", "Week of the registry", "Due"], cells, width=width))
    assert all(display_width(line) <= width for line in lines)
    body = "".join(letters(line) for line in lines)
    assert sorted(body.replace("-", "")) == sorted(
        letters("访视Week of the registryDue" + "".join("".join(row) for row in cells)).replace("-", "")
    )


def test_what_would_act_on_a_terminal_is_shown() -> None:
    assert "\\x1b[2J" in "".join(table_lines(["a"], [["\x1b[2J"]]))
    assert list(paragraph("\x07 bell", indent="  ")) == ["  \\x07 bell"]
