"""Whatever a study, a record or an archive holds: nothing acts on the terminal, or in a file that is shown on one."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.trust.files import restate
from tests.unit.conduct.support import Rehearsal, dosed, salts, two_sites
from trialwright.cli.main import main
from trialwright.exchange.archive import create_archive
from trialwright.exchange.archive.files import EVENTS
from trialwright.exchange.folder import read_study
from trialwright.record.event import canonical, row_hash
from trialwright.terms.visible import harmless

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
ACTS = "\x1b[2K\x1b[1A\x9b32mVerified\x07"
STUDY = Path("studies/beam")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\r\nc\n", "a\tb\r\nc\n"),
        ("\x1b[2J", "\\u001b[2J"),
        ("x\rVerified", "x\\u000dVerified"),
        ("\x9b1A\x7f\x00", "\\u009b1A\\u007f\\u0000"),
        ("狼疮 µg/m²", "狼疮 µg/m²"),
    ],
)
def test_control_characters_are_shown_by_their_numbers(text: str, shown: str) -> None:
    assert harmless(text) == shown


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trial with an adverse event and a deviation in whose texts something would act."""
    folder = tmp_path_factory.mktemp("controls") / "trial"
    store = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=salts())
    rehearsal = Rehearsal(store=store)
    who = dosed(rehearsal)
    at_a = {"site": "a", "participant": who}
    rehearsal.done(
        "report_deviation",
        "monitor",
        **at_a,
        date=rehearsal.day,
        category="other",
        severity="major",
        text=f"x{ACTS}x",
    )
    store.write_manifest()
    return folder


def test_the_report_and_its_traces_hold_none(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(archive), "--out", str(tmp_path), "--quiet"]) == 0
    pages = [path for path in tmp_path.rglob("*") if path.suffix in (".html", ".csv", ".json")]
    read = {path.name: path.read_text(encoding="utf-8") for path in pages}
    assert [name for name, text in read.items() if CONTROL.search(text)] == []
    assert [name for name, text in read.items() if "\\u001b[2K" in text]
    for path in pages:
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))


def test_verify_shows_what_a_stream_is_called_and_does_not_do_it(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = shutil.copytree(archive, tmp_path / "forged")
    rows = [json.loads(line) for line in (forged / EVENTS).read_text(encoding="utf-8").splitlines()]
    written = {**rows[-1], "stream": ACTS, "stream_position": 7, "position": len(rows) + 1, "id": "forged",
               "previous": rows[-1]["hash"]}  # fmt: skip
    del written["hash"]
    rows.append({**written, "hash": row_hash(written)})
    (forged / EVENTS).write_bytes(b"".join(canonical(row) + b"\n" for row in rows))
    restate(forged, events=len(rows), head=rows[-1]["hash"])
    assert main(["verify", str(forged)]) == 6
    shown = capsys.readouterr()
    assert not CONTROL.search(shown.out + shown.err)
    assert "Broken" in shown.out


@pytest.mark.parametrize("command", ["check", "explain"])
def test_a_study_shows_what_is_in_it_and_does_not_do_it(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = shutil.copytree(STUDY, tmp_path / "study")
    text = (study / "study.yaml").read_text(encoding="utf-8")
    if command == "check":
        (study / "study.yaml").write_text(text + '"odd\\e[2Jkey": 1\n', encoding="utf-8")
    else:
        changed = re.sub(r"(?m)^(\s*acronym:).*$", r'\1 "BE\\e[2JAM"', text)
        assert changed != text
        (study / "study.yaml").write_text(changed, encoding="utf-8")
    main([command, str(study)])
    shown = capsys.readouterr()
    assert not CONTROL.search(shown.out + shown.err)
    assert "[2J" in shown.out + shown.err
    main([command, str(study), "--out", str(tmp_path / "out.txt")]) if command == "explain" else None
    if command == "explain":
        assert not CONTROL.search((tmp_path / "out.txt").read_text(encoding="utf-8"))
