"""How the arguments of an action are typed: what is read alike, and what is refused."""

from __future__ import annotations

import pytest

from trialwright.conduct.action import Action, Argument, BadArgument, Refusal, Values
from trialwright.terms.message import message

ABOUT = message("a thing")
ACTION = Action(
    "act",
    ABOUT,
    "study",
    (
        Argument("day", ABOUT, "date", required=False),
        Argument("moment", ABOUT, "date_time", required=False),
        Argument("count", ABOUT, "whole", required=False),
        Argument("grade", ABOUT, "choice", required=False, choices=("1", "2")),
        Argument("sure", ABOUT, "yes_no", required=False),
    ),
    lambda view, values: Refusal(()),
    writes=(),
)


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("day", "２０２６-１１-０１", "2026-11-01"),
        ("day", "２０２６－１１－０１", "2026-11-01"),
        ("moment", "２０２６-11-01T09:30+08:00", "2026-11-01T09:30+08:00"),
        ("grade", "２", "2"),
        ("grade", " 2 ", "2"),
    ],
)
def test_full_width_digits_are_digits(name: str, typed: str, read: str) -> None:
    assert Values(ACTION, {name: typed}).text(name) == read
    assert Values(ACTION, {"count": "１２"}).whole("count") == 12


@pytest.mark.parametrize(
    ("typed", "read"),
    [("true", True), ("yes", True), ("Yes", True), (True, True), ("false", False), ("no", False), (False, False)],
)  # fmt: skip
def test_yes_and_no(typed: object, read: bool) -> None:
    assert Values(ACTION, {"sure": typed}).yes("sure") is read


@pytest.mark.parametrize(
    ("name", "typed"),
    [("day", "1.11.2026"), ("count", "1.5"), ("count", "-1"), ("grade", "3"), ("sure", "perhaps"), ("sure", "1")],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(name: str, typed: str) -> None:
    with pytest.raises(BadArgument):
        Values(ACTION, {name: typed})
