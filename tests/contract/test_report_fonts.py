"""The fonts in the package can show everything the software says, and what they cannot is still said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trialwright.locale import read_catalogue
from trialwright.reports import fonts

ROOT = Path(__file__).parents[2]


def _texts() -> Iterator[tuple[str, str]]:
    catalogue = read_catalogue("zh")
    yield "catalogue", "".join(catalogue) + "".join(catalogue.values())
    for path in [*ROOT.glob("*.md"), *(ROOT / "studies").rglob("*.yaml")]:
        yield path.name, path.read_text(encoding="utf-8")


def test_everything_the_software_and_its_studies_say_can_be_shown() -> None:
    for name, text in _texts():
        missing = {each for each in text if each != "\n"} - fonts.characters()
        assert not missing, (name, sorted(missing))


def test_gb_2312_can_be_shown_whole() -> None:
    hanzi = []
    for lead in range(0xB0, 0xF8):  # rows 16 to 87: level 1, then level 2
        for trail in range(0xA1, 0xFF):
            try:
                hanzi.append(bytes((lead, trail)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    assert len(hanzi) == 6763, "3,755 of level 1 and 3,008 of level 2 (GB/T 2312-1980)"
    assert set(hanzi) <= fonts.characters()


@pytest.mark.parametrize(
    "text",
    [
        "≤ ≥ < > ± × ÷ − – — … ° ℃ ‰ μ µ ² ³ ⁹ ₂ Ⅲ Ⅳ Ⅴ",
        "α β γ κ χ Δ",
        "✓ ✗ ☐ ☑ → ← ■ ●",
        "“狼疮”（肾炎）、《》：；！？～",
    ],
)
def test_the_signs_of_a_report_can_be_shown(text: str) -> None:
    assert fonts.spell(text) == text


def test_what_cannot_be_shown_or_would_act_is_written_by_its_number() -> None:
    assert fonts.spell("a\U0001f600b") == "a[U+1F600]b"
    assert fonts.spell("\u202eabc\u200b") == "[U+202E]abc[U+200B]"
    assert fonts.spell("\x00 \ud800") == "[U+0000] [U+D800]"
    assert fonts.spell("one\r\ntwo\tthree") == "one\ntwo three"


def test_the_licence_and_the_way_they_were_made_lie_beside_them() -> None:
    licence = (fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for path in fonts.FILES:
        assert path.stat().st_size < 2_100_000
        assert path.name.rpartition("-")[0] in (fonts.FOLDER / "README.md").read_text(encoding="utf-8")


def test_nothing_heavy_is_loaded_before_something_is_drawn() -> None:
    script = (
        "import sys\n"
        "import trialwright.reports.document, trialwright.reports.html, trialwright.reports.pdf\n"
        "import trialwright.reports.tables\n"
        "from trialwright.reports.figures import consort, forest, kaplan_meier, love, response, swimmer, trajectories\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'matplotlib', 'typst', 'numpy', 'scipy', 'pyarrow'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
