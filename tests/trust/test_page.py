"""The page of requirements is made from these tests, and every requirement stands on it once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import trust


def test_the_page_is_fresh() -> None:
    assert trust.main(["--check"]) == 0


def test_every_requirement_is_on_the_page_and_every_test_has_one() -> None:
    rows = re.findall(
        r"^\| T(\d+) \| .* \| (.+) \|$",
        trust.PAGE.read_text(encoding="utf-8").partition("\n## ")[0],
        re.MULTILINE,
    )
    assert [int(number) for number, _ in rows] == list(range(1, 45))
    named = {int(number) for number, proof in rows if proof != "with the site"}
    assert named == {int(path.name[6:8]) for path in trust.TESTS.glob("test_t[0-9]*.py")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"""T8. Something else.\n\n**Source**: x.\n**Proves**: y.\n"""', "does not begin with `T7. `"),
        ('"""T7. Tampering.\n\n**Source**: x.\n"""', "does not say ['Proves']"),
        ('"""T7. Tampering.\n\n**Source**: x.\n**Proves**: y.\n**Later**: z.\n"""', "says ['Later']"),
        ('"""T7. Tampering.\n\n**Source**: x.\n**Proves**: y.\n"""', "holds no test"),
    ],
)
def test_a_test_that_does_not_say_what_it_proves_is_no_proof(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "test_t07_tampering.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(trust.NotStated, match=re.escape(said)):
        trust.read_requirement(path)
