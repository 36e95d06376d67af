"""What people type is read in one way everywhere, or refused in one sentence that names what is wrong with it."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pytest

from tests.unit.conduct.support import Rehearsal, salts, two_sites
from trialwright.cli.main import main
from trialwright.conduct.action import Action, Argument, BadArgument, Refusal, Values
from trialwright.exchange.archive import Archive, create_archive, open_archive
from trialwright.exchange.folder import read_study
from trialwright.study.grammar import RuleError, parse_rule
from trialwright.study.part import DURATION, LENGTH, NUMBER, OFFSET, QUANTITY
from trialwright.terms.dates import UnreadableDate, parse_date, parse_day
from trialwright.terms.digits import find_other_digit, ordinary
from trialwright.terms.message import message, render
from trialwright.terms.quantity import UnreadableNumber, parse_number

MANY = "9" * 5_000
STUDIES = Path(__file__).parents[2] / "studies"

ABOUT = message("a thing")
ACTION = Action(
    "act",
    ABOUT,
    "study",
    tuple(
        Argument(kind, ABOUT, kind, required=False)
        for kind in ("date", "partial_date", "date_time", "number", "whole")
    ),
    lambda view, values: Refusal(()),
    writes=(),
)

DIGITS = [
    # written, what it is read as; None: refused, and the character is named
    ("12", "12", None),
    ("１２", "12", None),
    ("１２．５", "12.5", None),
    ("٣", None, "٣ (U+0663)"),
    ("१२", None, "१ (U+0967)"),
    ("12²", None, "² (U+00B2)"),
    ("①", None, "① (U+2460)"),
    ("½", None, "½ (U+00BD)"),
    ("𝟏𝟐", None, "𝟏 (U+1D7CF)"),
]


@pytest.mark.parametrize(("written", "read", "named"), DIGITS)
def test_a_digit_is_0_to_9_or_its_full_width_form(written: str, read: str | None, named: str | None) -> None:
    other = find_other_digit(written)
    if read is not None:
        assert (ordinary(written), other) == (read, None)
        assert parse_number(written) == parse_number(read)
        return
    assert other is not None
    assert render(other, {}).startswith(f"{named} is no digit here")
    with pytest.raises(UnreadableNumber):
        parse_number(written)
    for kind in ("number", "whole", "date", "partial_date", "date_time"):
        with pytest.raises(BadArgument) as refused:
            Values(ACTION, {kind: written})
        assert str(named) in render(refused.value.message, {})


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-01", date(2026, 11, 1)),
        ("２０２６-11-０１", date(2026, 11, 1)),
        ("٢٠٢٦-11-01", None),
        ("20261101", None),
        ("2026-W44-7", None),
        ("2026-11-31", None),
        ("2026-11-01T00:00", None),
        (MANY, None),
    ],
)
def test_a_day_is_written_in_one_way(
    written: str, day: date | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """In an action, on the command line, and in a record; a record may also state a time or a part of a date."""
    words = ["safety", "nowhere", "--on", written]
    if day is not None:
        assert parse_day(written) == day == parse_date(written).first
        assert Values(ACTION, {"date": written}).day("date") == day
        assert main(words) != 2
        return
    with pytest.raises(UnreadableDate):
        parse_day(written)
    with pytest.raises(BadArgument) as refused:
        Values(ACTION, {"date": written})
    assert len(render(refused.value.message, {})) < 200
    with pytest.raises(SystemExit) as ending:
        main(words)
    assert ending.value.code == 2
    assert len(capsys.readouterr().err.splitlines()[-1]) < 200


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31"])
def test_no_day_lies_where_the_calendar_ends(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ("schedule", "nowhere", "--on"),
        ("dose", "nowhere", "--participant", "a-001", "--on"),
        ("screen", "beam", "nowhere", "--on"),
        ("simulate", "beam", "--participants", "1", "--seed", "1", "--out", "nowhere", "--start"),
        ("synth", "beam", "--people", "1", "--seed", "1", "--out", "nowhere", "--on"),
    ):
        with pytest.raises(SystemExit) as ending:
            main([*words, day])
        assert ending.value.code == 2
        assert f"{day} is not a day from 1900-01-01 to 2999-12-31" in capsys.readouterr().err
    for kind, written in (("date", day), ("partial_date", day), ("date_time", f"{day}T09:00+08:00")):
        with pytest.raises(BadArgument) as refused:
            Values(ACTION, {kind: written})
        assert day in render(refused.value.message, {})


SYNTH = ("synth", "beam", "--seed", "1", "--out", "nowhere", "--people")
SIMULATE = ("simulate", "beam", "--seed", "1", "--out", "nowhere", "--participants")
ALLOCATE = ("allocate", "beam-randomised", "--seed", "1", "--participants")
MOST = [
    (SIMULATE, "10,000"),
    (SYNTH, "100,000,000"),
    (("safety", "beam", "--participants"), "2,000"),
    (ALLOCATE, "10,000"),
    ((*ALLOCATE, "10", "--trials"), "100,000"),
]


@pytest.mark.parametrize("number", ["999999999", MANY, "0", "-1", "", "1.5", "1e3"])
@pytest.mark.parametrize(("words", "most"), MOST)
def test_how_many_there_can_be_is_said_before_work_begins(
    words: tuple[str, ...], most: str, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ending:
        main([*words, number])
    assert ending.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert f"is not a whole number from 1 to {most}" in said
    assert len(said) < 200
    assert not Path("nowhere").exists()


def test_participants_and_trials_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ALLOCATE, "10000", "--trials", "100000"]) == 2
    assert "at most 20,000,000; these are 1,000,000,000" in capsys.readouterr().err


@pytest.fixture(scope="module")
def dosed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """An archive in which a woman of site A was screened; it is only tried."""
    from tests.unit.conduct.support import screened

    folder = tmp_path_factory.mktemp("typed") / "trial"
    store = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=salts())
    rehearsal = Rehearsal(store=store)
    screened(rehearsal)
    store.write_manifest()
    return rehearsal


def _prior(amount: str) -> dict[str, str]:
    return {
        "participant": "a-001",
        "intervention": "prednisone",
        "prior": "true",
        "date": "2026-05-20",
        "amount": amount,
        "unit": "mg/d",
    }


@pytest.mark.parametrize("amount", ["-5", "0", "0.0", "1e-400", "－５"])
def test_a_dose_is_more_than_nothing(dosed: Rehearsal, amount: str) -> None:
    assert "A dose is more than 0" in dosed.refused("give_dose", "nurse_a", site="a", values=_prior(amount))


@pytest.mark.parametrize(
    "amount", ["1e308", "NaN", "Infinity", "inf", "٣", "12²", "1,5", "0x10", "1_000", MANY]
)
def test_a_dose_is_a_number(dosed: Rehearsal, amount: str) -> None:
    before = dosed.store.head
    with pytest.raises(BadArgument) as refused:
        dosed.act("give_dose", "nurse_a", site="a", values=_prior(amount))
    assert len(render(refused.value.message, {})) < 200
    assert dosed.store.head == before


def test_a_dose_is_not_corrected_to_nothing(dosed: Rehearsal) -> None:
    other = _copied(dosed)
    other.done("give_dose", "nurse_a", site="a", values=_prior("5"))
    for amount, says in (("-5", "A dose is more than 0"), ("٣", "A dose has an amount, which is a number")):
        values = {"participant": "a-001", "target": "dose/1", "values": {"amount": amount}}
        assert says in other.refused("correct", "coordinator_a", site="a", reason="x", values=values)


def _copied(rehearsal: Rehearsal) -> Rehearsal:
    import copy
    import shutil

    from trialwright.conduct.trial import Trial

    assert isinstance(rehearsal.store, Archive)
    folder = shutil.copytree(
        rehearsal.store.folder, rehearsal.store.folder.with_name(f"copy-{os.urandom(4).hex()}")
    )
    other = copy.copy(rehearsal)
    other.store = open_archive(folder, draw=salts(1_000_000))
    other.trial = Trial(other.store, other.versions.__getitem__)
    other.calls = 1_000
    return other


@pytest.mark.parametrize(
    ("birth", "says"),
    [
        ("0001-01-01", "lies before 1900-01-01"),
        ("1899", "lies before 1900-01-01"),
        ("٢٠٠٠-06-02", "٢ (U+0662)"),
        (MANY, "is no date of birth"),
    ],
)
def test_a_birth_is_one_that_can_be(dosed: Rehearsal, birth: str, says: str) -> None:
    values = {"date": dosed.day, "sex": "female", "birth": birth}
    refusal = dosed.refused("consent", "investigator_a", site="a", values=values)
    assert says in refusal
    assert len(refusal) < 200


def test_a_text_has_an_end(dosed: Rehearsal) -> None:
    before = dosed.store.head
    assert isinstance(dosed.store, Archive)
    entered = (dosed.store.folder / "entered.jsonl").read_bytes()
    values = {"participant": "a-001", "path": "demographics", "text": "x" * 100_001}
    with pytest.raises(BadArgument) as refused:
        dosed.act("raise_query", "monitor", site="a", values=values)
    assert (
        render(refused.value.message, {}) == "`text` is 100,001 characters long; a text has at most 100,000."
    )
    with pytest.raises(BadArgument):
        dosed.act("mask", "data_manager", reason="x" * 100_001, values={"position": "1"})
    assert dosed.store.head == before
    assert (dosed.store.folder / "entered.jsonl").read_bytes() == entered


def test_the_clock_of_a_rehearsal_does_not_jump(dosed: Rehearsal, capsys: pytest.CaptureFixture[str]) -> None:
    """2062 instead of 2026 would end the rehearsal: nothing can be recorded before the last event."""
    assert isinstance(dosed.store, Archive)
    before = (dosed.store.folder / "events.jsonl").read_bytes()
    words = ["act", str(dosed.store.folder), "consent", "--site", "a", "--as", "investigator_a"]
    words += ["date=2026-05-28", "sex=male", "birth=1990-06"]
    assert main([*words, "--at", "2062-06-01T09:00+08:00"]) == 6
    said = capsys.readouterr().err
    assert "2062-06-01T09:00:00+08:00 lies more than a year after the last event" in said
    assert "2026-05-28T01:00" in said
    assert (dosed.store.folder / "events.jsonl").read_bytes() == before


def test_what_is_no_ordinary_file_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import shutil

    os.mkfifo(tmp_path / "pipe")
    study = shutil.copytree(STUDIES / "template", tmp_path / "study")
    hospital = shutil.copytree(STUDIES / "beam" / "sample", tmp_path / "hospital")
    os.mkfifo(hospital / "mapping.yaml")
    for path in ("/dev/zero", str(tmp_path / "pipe")):
        assert main(["import", path, "--out", str(tmp_path / "new")]) == 4
        assert (
            main(
                ["screen", "beam", str(STUDIES / "beam" / "sample"), "--on", "2026-11-01", "--mapping", path]
            )
            == 4
        )
        (study / "forms.yaml").unlink(missing_ok=True)
        (study / "forms.yaml").symlink_to(path)
        assert main(["check", str(study)]) == 3
        assert "forms.yaml:0 This is no ordinary file." in capsys.readouterr().out
    assert main(["screen", "beam", str(hospital), "--on", "2026-11-01"]) == 4
    assert "The mapping is no ordinary file." in capsys.readouterr().err


TOO_DEEP = "More than 50 expressions stand one inside the other here."
RULES = [
    ("(" * 5_000 + "age >= 18 a" + ")" * 5_000, TOO_DEEP),
    ("not " * 4_000 + "age >= 18 a", TOO_DEEP),
    ("age >= " + "1 a + " * 3_000 + "18 a", TOO_DEEP),
    ("age >= " + "2 * " * 4_000 + "18 a", TOO_DEEP),
    ("latest(" * 2_000 + "alt" + ")" * 2_000, TOO_DEEP),
    (
        "age >= 18 a and " * 5_000 + "age >= 18 a",
        "A rule is at most 20,000 characters long; this one has 80,011.",
    ),
    (f"age >= {MANY} a", "A number has at most 30 digits."),
    ("age >= ١٨ a", "`١٨ a` does not belong in a rule."),
]


@pytest.mark.parametrize(("rule", "says"), RULES, ids=range(len(RULES)))
def test_a_rule_ends_somewhere(rule: str, says: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rule(rule)
    assert render(refused.value.message, {}) == says


def test_what_people_write_is_not_too_deep() -> None:
    parse_rule("(" * 40 + "age >= 18 a" + ")" * 40)
    parse_rule(" and ".join(["(age >= 18 a or not (age < 75 a))"] * 200))
    parse_rule("age >= " + "1 a + " * 40 + "18 a")


@pytest.mark.parametrize("length", ["28 d", "99999 d"])
def test_a_length_has_an_end(length: str) -> None:
    assert re.fullmatch(LENGTH, length)
    assert re.fullmatch(OFFSET, f"-{length}")


@pytest.mark.parametrize("shape", [NUMBER, QUANTITY, LENGTH, OFFSET, DURATION])
def test_a_number_of_a_definition_has_an_end(shape: str) -> None:
    for number in (MANY, "٣"):
        assert not any(re.fullmatch(shape, f"{number}{unit}") for unit in ("", " d"))


def test_a_report_goes_into_a_folder_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """`--out $FOLDER` with a variable that is not set wrote into the current folder."""
    assert main(["report", "nowhere", "--out", ""]) == 2
    assert '"" is no folder.' in capsys.readouterr().err


def test_an_argument_that_is_no_text_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "tr\udcffial"]) == 2
    assert "The argument tr\\udcffial is not UTF-8 text." in capsys.readouterr().err
