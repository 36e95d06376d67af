"""Commands that look at a trial: what they say, in which form, with which exit code; and what they never show.

The participants are made up. Expected numbers: the vial table of the fact sheet (4.6), days counted by hand, the protocol's
taper, CTCAE 5.0, the truth table of the stopping boundary, Blackwell and Hodges 1957 for guessing; each beside its test.
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.conduct.forms_support import table
from tests.unit.conduct.support import SECRET, Rehearsal, enrolled, screened, two_sites
from trialwright.cli.main import main
from trialwright.cli.secrets import VARIABLE
from trialwright.conduct.allocation import commitment
from trialwright.exchange.archive import Verified, create_archive, open_archive, verify_archive
from trialwright.exchange.folder import read_scenarios, read_study
from trialwright.record.raw import RawFact
from trialwright.study.model import Study
from trialwright.terms.visible import display_width

WIDTH = 100
Run = Callable[..., "Done"]


class Done:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in out + err

    @property
    def json(self) -> Any:
        """The result."""
        assert self.code == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> Done:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as ending:
            code = int(ending.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return call


def rehearsal_in(folder: Path, study: str | Study) -> Rehearsal:
    counter = itertools.count(1)
    archive = create_archive(
        folder,
        two_sites(read_study(study) if isinstance(study, str) else study),
        rehearsal=True,
        draw=lambda count: next(counter).to_bytes(count, "big"),
    )
    return Rehearsal(study, store=archive)


def write_down(rehearsal: Rehearsal, who: str, visit: str, **forms: str) -> None:
    """Record forms of a visit, each a small table of entries."""
    for form, entries in forms.items():
        rehearsal.done(
            "record_form",
            "coordinator_a",
            site="a",
            participant=who,
            form=form,
            visit=visit,
            values={"entries": table(entries)},
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """BEAM: one woman with her pulse on record, week 0 and week 2 held, a serious event; another only screened."""
    folder = tmp_path_factory.mktemp("beam") / "trial"
    rehearsal = rehearsal_in(folder, "beam")
    who = enrolled(rehearsal)
    screened_too = Rehearsal.consented(rehearsal, site="b")
    assert screened_too == "b-001"
    give = {"site": "a", "participant": who}
    prior = {**give, "prior": "true"}
    rehearsal.done("give_dose", "nurse_a", **prior, intervention="methylprednisolone_pulse", date="2026-05-23", end="2026-05-25", amount="0.5", unit="g/d")  # fmt: skip
    rehearsal.done("give_dose", "nurse_a", **prior, intervention="prednisone", date="2026-05-26", amount="35", unit="mg/d")  # fmt: skip
    rehearsal.done("allocate", "investigator_a", **give, date="2026-06-01", arm="BEL+MT", reason="her wish")
    rehearsal.go_to("2026-06-03")
    rehearsal.done("open_visit", "nurse_a", **give, encounter="week_0", date="2026-06-03")
    write_down(
        rehearsal,
        who,
        "week_0",
        vital_signs="""
            body.weight             | 63   | kg
            circulation.systolic    | 124  | mm[Hg]
            circulation.diastolic   | 80   | mm[Hg]
            circulation.temperature | 36.5 | Cel""",
    )
    for intervention in ("belimumab", "tacrolimus", "mycophenolate_mofetil"):
        rehearsal.done(
            "give_dose", "nurse_a", **give, intervention=intervention, visit="week_0", date="2026-06-03"
        )
    rehearsal.go_to("2026-06-18")  # a day after the planned one
    rehearsal.done("open_visit", "nurse_a", **give, encounter="week_2", date="2026-06-18")
    write_down(
        rehearsal,
        who,
        "week_2",
        urine="""
            collection.ended_on   | 2026-06-18
            collection.protein    | 1.3  | g/(24.h)
            collection.volume     | 1700 | mL/(24.h)
            collection.creatinine | 1.05 | g/(24.h)
            sediment.sampled_on   | 2026-06-18
            sediment.rbc          | 80   | /uL
            sediment.wbc          | 2    | /[HPF]
            sediment.rbc_casts    | 0    | /[LPF]""",
        chemistry="""
            serum.sampled_on | 2026-06-18
            serum.creatinine | 74   | umol/L
            serum.albumin    | 30   | g/L
            serum.alt        | 130  | U/L
            serum.ast        | 60   | U/L
            serum.bilirubin  | 11   | umol/L
            serum.glucose    | 5.2  | mmol/L
            serum.potassium  | 4.4  | mmol/L""",
    )
    event = {
        "term": "Pneumonia \x1b[2J",
        "start": "2026-06-20",
        "grade": "3",
        "infection": "true",
        "seriousness": "hospitalisation",
        "causality": {"belimumab": "possibly_related"},
        "expected": "false",
        "taken": "held",
        "outcome": "not_recovered",
        "aware": "2026-06-22T15:30:00+08:00",
    }
    rehearsal.go_to("2026-06-23")
    rehearsal.done("report_ae", "investigator_a", site="a", participant=who, values=event)
    rehearsal.store.write_manifest()  # type: ignore[attr-defined]
    assert isinstance(verify_archive(folder), Verified)
    return folder


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """BLISS-LN: two women allocated; the arm of the first disclosed in an emergency. Gives the archive and that arm."""
    folder = tmp_path_factory.mktemp("bliss") / "trial"
    rehearsal = rehearsal_in(folder, "bliss-ln")
    scenarios = read_scenarios("bliss-ln", study=read_study("bliss-ln"))
    base = next(each for each in scenarios if each.expected_overall == "eligible")
    more = (
        RawFact("", "f1", "finding", "induction_regimen", value="mycophenolate", start="2026-05-20"),
        RawFact("", "f2", "finding", "black_race", value="false", start="2026-05-20"),
        RawFact("", "f3", "measurement", "body_weight", value="63", unit="kg", start="2026-05-30"),
    )
    arm = ""
    rehearsal.go_to(base.on.isoformat())
    for site in ("a", "b"):
        staff = f"investigator_{site}"
        who = rehearsal.consented(site=site, birth="1990-01-01")
        facts = tuple(fact._replace(person=who) for fact in (*base.facts, *more))
        give = {"site": site, "participant": who, "date": rehearsal.day}
        rehearsal.done("screen", staff, **give, values={"facts": facts})
        rehearsal.done("enrol", staff, **give)
        rehearsal.done("allocate", staff, **give)
        rehearsal.done("see_allocation", f"pharmacist_{site}", site=site, participant=who)
        if site == "a":
            event = rehearsal.done("unblind", staff, site="a", participant=who, reason="emergency")
            arm = event.data["arm"]
        rehearsal.done("open_visit", staff, **give, encounter="week_0")
        rehearsal.done("give_dose", staff, **give, intervention="study_infusion", visit="week_0")
    rehearsal.store.write_manifest()  # type: ignore[attr-defined]
    return folder, arm


COMMANDS = [
    ("schedule",),
    ("schedule", "--participant", "a-001"),
    ("dose", "--participant", "a-001", "--on", "2026-06-03"),
    ("respond",),
    ("respond", "--participant", "a-001"),
    ("safety",),
    ("queries",),
    ("queries", "--all", "--participant", "a-001"),
]
"""Every question about an archive, by its command and options."""


def ask(run: Run, archive: Path, question: tuple[str, ...], *more: object) -> Done:
    return run(question[0], archive, *question[1:], *more)


@pytest.mark.parametrize("question", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_answers_in_lines_that_fit_and_are_of_the_language(
    run: Run, made: Path, question: tuple[str, ...], language: str
) -> None:
    done = ask(run, made, question, "--lang", language)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("合成" if language == "zh" else "SYNTHETIC")
    lines = done.out.splitlines()
    assert max(map(display_width, lines)) <= WIDTH
    assert not any("\x1b" in line for line in lines)
    chinese = [line for line in lines if any("\u4e00" <= letter <= "\u9fff" for letter in line)]
    assert bool(chinese) == (language == "zh")


@pytest.mark.parametrize("question", COMMANDS, ids=" ".join)
def test_json_says_of_what_it_is_the_answer(run: Run, made: Path, question: tuple[str, ...]) -> None:
    result = ask(run, made, question, "--format", "json").json
    archive = open_archive(made, draw=bytes)
    assert list(result)[:6] == ["study", "study_version", "software", "rehearsal", "ledger", "on"]
    assert (result["study"], result["rehearsal"]) == ("beam", True)
    assert result["software"].startswith("trialwright ")
    assert archive.head is not None
    assert result["ledger"] == {"position": archive.head.position, "hash": archive.head.hash}
    assert result["study_version"] == archive.head.study_version


@pytest.mark.parametrize("question", COMMANDS, ids=" ".join)
def test_it_only_reads(run: Run, made: Path, question: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    ask(run, made, question)
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


def test_out_writes_what_the_terminal_shows(run: Run, made: Path, tmp_path: Path) -> None:
    for form in ("table", "json", "ics"):
        shown = run("schedule", made, "--participant", "a-001", "--format", form)
        done = run("schedule", made, "--participant", "a-001", "--format", form, "--out", tmp_path / "x")
        assert (done.code, done.out) == (0, "")
        assert (tmp_path / "x").read_bytes().decode() == shown.out


# What cannot be answered


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["schedule", "--participant", "a-009"], "no participant a-009"),
        (["schedule", "--format", "ics"], "--participant"),
        (["schedule", "--clock", "moon"], "paper, registry"),
        (["schedule", "--on", "2025-12-31"], "not open yet"),
        (["schedule", "--on", "yesterday"], "2026-11-01"),
        (["dose", "--participant", "a-001"], "--on"),
        (["dose", "--on", "2026-06-03"], "--participant"),
        (["dose", "--participant", "a-001", "--on", "2026-06-03", "--visit", "week_3"], "week_2, week_4"),
        (["dose", "--participant", "a-001", "--on", "2026-06-03", "--intervention", "x"], "belimumab"),
        (["respond", "--reading", "hearsay"], "kdigo_2024"),
        (["safety", "--rates", "0.1,2"], "0 to 1"),
        (["safety", "--participants", "0"], "from 1 to"),
    ],
)
def test_2_usage(run: Run, made: Path, words: list[str], said: str) -> None:
    done = run(words[0], made, *words[1:])
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize(
    "words",
    [
        ["allocate", "bliss-ln", "--participants", "9", "--seed", "1", "--shares", "sex=female:1"],
        ["allocate", "bliss-ln", "--participants", "9", "--seed", "1", "--shares", "race=black:0.5"],
        ["allocate", "bliss-ln", "--participants", "9", "--seed", "1", "--shares", "race=black:0.5,not_black:0.6"],
        ["allocate", "bliss-ln", "--participants", "9", "--seed", "1", "--shares", "race=black:1/0,not_black:0"],
        ["allocate", "bliss-ln", "--participants", "9", "--seed", "1", "--shares", "race"],
        ["allocate", "beam", "--participants", "9", "--seed", "1", "--shares", "race=black:1"],
        ["allocate", "beam-randomised", "--participants", "0", "--seed", "1"],
        ["allocate", "beam-randomised", "--participants", "9"],
        ["safety", "bliss-ln"],
    ],
)  # fmt: skip
def test_2_usage_of_a_study(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip()


def test_3_no_such_study(run: Run) -> None:
    assert run("allocate", "beem", "--participants", "9", "--seed", "1").code == 3
    assert run("safety", "beem").code == 3


def lose(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def spoil(name: str, line: int, was: str, becomes: str) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        assert was in lines[line]
        lines[line] = lines[line].replace(was, becomes)
        (folder / name).write_text("".join(lines), encoding="utf-8")

    return do


BROKEN = {
    "no manifest": lose("manifest.json"),
    "no events": lose("events.jsonl"),
    "no entered texts": lose("entered.jsonl"),
    "a row that is no event": spoil("events.jsonl", 4, '"id"', '"od"'),
    "a row out of order": spoil("events.jsonl", 4, '"position":5', '"position":7'),
    "an unknown kind of event": spoil("events.jsonl", -1, '"type":"ae_reported"', '"type":"ae_imagined"'),
    "data without a part": spoil("events.jsonl", -1, '"grade"', '"grude"'),
    "a text nobody entered": spoil("entered.jsonl", -1, '[["', '[["00'),
    "a definition that is none": lambda folder: next((folder / "definitions").iterdir()).write_text("{}"),
    "no definition": lambda folder: next((folder / "definitions").iterdir()).unlink(),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("command", ["schedule", "dose", "respond", "safety"])
def test_4_a_broken_archive_in_one_sentence(
    run: Run, made: Path, tmp_path: Path, broken: str, command: str
) -> None:
    folder = shutil.copytree(made, tmp_path / "trial")
    BROKEN[broken](folder)
    more = ["--participant", "a-001", "--on", "2026-06-03"] if command == "dose" else []
    done = run(command, folder, *more)
    assert (done.code, done.out) == (4, "")
    assert len(done.err.strip().splitlines()) == 1


def test_4_no_archive_at_all(run: Run, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        done = run("schedule", path)
        assert (done.code, len(done.err.strip().splitlines())) == (4, 1)
    assert run("safety", tmp_path).code == 4


# Schedule: the windows of the protocol (3 days to week 4, then 7), counted from week 0 on 3 June 2026

# fmt: off
VISITS = [
    # visit      study day  due           first         last          paper      registry   took place    days  status
    ("screening", None,     None,         "2026-05-04", "2026-05-31", None,      None,      "2026-05-28", None, "done"),
    ("week_0",    1,        None,         "2026-06-01", "2026-06-08", "week 0",  "week 2",  "2026-06-03", None, "done"),
    ("week_2",    15,       "2026-06-17", "2026-06-14", "2026-06-20", "week 2",  "week 4",  "2026-06-18", 1,    "done"),
    ("week_4",    29,       "2026-07-01", "2026-06-28", "2026-07-04", "week 4",  "week 6",  None,         None, "not_yet_due"),
    ("week_8",    57,       "2026-07-29", "2026-07-22", "2026-08-05", "week 8",  "week 10", None,         None, "not_yet_due"),
    ("week_24",   169,      "2026-11-18", "2026-11-11", "2026-11-25", "week 24", "week 26", None,         None, "not_yet_due"),
]
# fmt: on


@pytest.mark.parametrize("expected", VISITS, ids=[each[0] for each in VISITS])
def test_the_visits_of_a_participant(run: Run, made: Path, expected: tuple[Any, ...]) -> None:
    result = run("schedule", made, "--participant", "E001", "--format", "json").json
    assert (result["participant"], result["enrolment_number"], result["on"]) == (
        "a-001",
        "E001",
        "2026-06-23",
    )
    visit = next(each for each in result["visits"] if each["id"] == expected[0])
    weeks = [visit["weeks"][clock]["planned"] for clock in ("paper", "registry")]
    found = (visit["id"], visit["study_day"], visit["due"], visit["first"], visit["last"], *weeks)
    assert (*found, visit["took_place"], visit["days_from_plan"], visit["status"]) == expected


def test_the_actual_weeks_follow_each_clock(run: Run, made: Path) -> None:
    """18 June is day 15 after week 0, and day 26 after the pulse began on 23 May."""
    result = run("schedule", made, "--participant", "a-001", "--format", "json").json
    weeks = next(each["weeks"] for each in result["visits"] if each["id"] == "week_2")
    assert {clock: weeks[clock]["actual_days"] for clock in weeks} == {"paper": 15, "registry": 26}
    assert weeks["registry"]["actual"] == "week 3 and 5 days"


def test_one_clock_alone(run: Run, made: Path) -> None:
    done = run("schedule", made, "--participant", "a-001", "--clock", "registry")
    assert "registry" in done.out
    assert "paper" not in done.out


# fmt: off
DAYS = [
    # on          what is to be done in the trial, as the ledger stood at the end of that day
    ("2026-05-27", []),
    ("2026-06-01", ["a-001 week_0 open"]),
    ("2026-06-09", []),                     # week 0 was held on 3 June
    ("2026-06-16", ["a-001 week_2 open"]),
    ("2026-06-17", ["a-001 week_2 due"]),
    ("2026-06-18", []),                     # held on this day
    ("2026-07-02", ["a-001 week_4 due"]),   # days to come: what is known now
    ("2026-07-25", ["a-001 week_4 late", "a-001 week_8 open"]),
]
# fmt: on


@pytest.mark.parametrize(("on", "expected"), DAYS, ids=[each[0] for each in DAYS])
def test_what_is_to_be_done_on_a_day(run: Run, made: Path, on: str, expected: list[str]) -> None:
    result = run("schedule", made, "--on", on, "--format", "json").json
    assert [f"{each['participant']} {each['id']} {each['status']}" for each in result["visits"]] == expected
    assert result["on"] == on


def test_an_earlier_day_shows_the_ledger_of_that_day(run: Run, made: Path) -> None:
    """On 2 June she had no first dose, so that no visit after week 0 had a day; nobody is there before consent."""
    then = run("schedule", made, "--participant", "a-001", "--on", "2026-06-02", "--format", "json").json
    assert then["ledger"]["position"] < open_archive(made, draw=bytes).head.position  # type: ignore[union-attr]
    by_id = {each["id"]: each for each in then["visits"]}
    assert (by_id["week_0"]["status"], by_id["week_2"]["status"]) == ("open", "waits")
    assert run("schedule", made, "--participant", "a-001", "--on", "2026-05-20").code == 2


def test_what_is_done_at_a_visit_stands_below_it(run: Run, made: Path) -> None:
    done = run("schedule", made, "--on", "2026-07-02")
    (line,) = [line for line in done.out.splitlines() if line.startswith("a-001  Week 4")]
    assert "due" in line
    words = " ".join(done.out.split())
    assert "To do: Weight, blood pressure, temperature; 24-hour urine and sediment;" in words
    assert "Belimumab infusion (Belimumab)" in words


def test_a_calendar_for_the_participant_says_that_it_is_a_rehearsal(run: Run, made: Path) -> None:
    text = run("schedule", made, "--participant", "a-001", "--format", "ics").out
    summaries = [line for line in text.splitlines() if line.startswith("SUMMARY")]
    assert len(summaries) == len(VISITS) + 3  # weeks 12, 16 and 20 are not in the table above
    assert all(":REHEARSAL: " in line for line in summaries)
    assert (
        "DTSTAMP:20260623T0100" in text
    )  # the moment of the last event: the same file whenever it is written
    assert "a-001" not in text
    chinese = run("schedule", made, "--participant", "a-001", "--format", "ics", "--lang", "zh").out
    assert "演练：第0周" in chinese


# Dose


def proposals(run: Run, made: Path, on: str, *more: str) -> dict[str, Any]:
    result = run("dose", made, "--participant", "a-001", "--on", on, "--format", "json", *more).json
    return {each["intervention"]: each for each in result["proposals"]}


def test_the_infusion_with_its_preparation(run: Run, made: Path) -> None:
    """63 kg in the vial table: 630 mg, 2 x 120 and 1 x 400 mg, 640 supplied, 10 left over, 7.875 mL, shown as 7.9."""
    found = proposals(run, made, "2026-06-03", "--intervention", "belimumab")
    assert list(found) == ["belimumab"]
    infusion = found["belimumab"]
    sheet = infusion["preparation"]
    assert (infusion["outcome"], infusion["amount"]["exact"], infusion["amount"]["unit"]) == (
        "give",
        "630",
        "mg",
    )
    taken = {each["contents"]: each["number"] for each in sheet["containers"]}
    assert taken == {"400 mg": 1, "120 mg": 2}
    assert (sheet["supplied"]["value"], sheet["waste"]["value"]) == ("640", "10")
    assert (sheet["volume"]["value"], sheet["volume"]["exact"]) == ("7.875", "63/8")
    assert sheet["volume_shown"]["shown"] == "7.9 mL"
    assert infusion["rule"] == "belimumab/planned"
    assert "week_0/vital_signs#body.weight" in infusion["because"][0]["facts"]
    assert [each["id"] for each in infusion["alerts"]] == ["given_already"]


def test_the_prednisone_calendar(run: Run, made: Path) -> None:
    """Protocol: 4 weeks, then 5 mg less every 2 weeks to 20, then 2.5 mg less every 2 weeks to 10. From 26 May 2026."""
    calendar = proposals(run, made, "2026-08-04")["prednisone"]["calendar"]
    assert [(each["first"], each["last"], each["amount"]["value"]) for each in calendar] == [
        ("2026-05-26", "2026-06-22", "35"),
        ("2026-06-23", "2026-07-06", "30"),
        ("2026-07-07", "2026-07-20", "25"),
        ("2026-07-21", "2026-08-03", "20"),
        ("2026-08-04", "2026-08-17", "17.5"),
        ("2026-08-18", "2026-08-31", "15"),
        ("2026-09-01", "2026-09-14", "12.5"),
        ("2026-09-15", None, "10"),
    ]
    assert proposals(run, made, "2026-08-04")["prednisone"]["amount"]["value"] == "17.5"


def test_the_visit_of_the_day_is_found_and_another_can_be_named(run: Run, made: Path) -> None:
    assert proposals(run, made, "2026-06-18")["belimumab"]["outcome"] == "give"  # week 2 is recorded for it
    assert proposals(run, made, "2026-06-19")["belimumab"]["outcome"] == "not_planned"
    assert proposals(run, made, "2026-06-19", "--visit", "week_2")["belimumab"]["outcome"] == "give"
    assert proposals(run, made, "2026-06-18", "--visit", "week_24")["belimumab"]["outcome"] == "not_planned"


def test_an_infection_holds_and_a_missing_answer_refuses(run: Run, made: Path) -> None:
    """The pneumonia began on 20 June; on 1 July the pregnancy test of 28 May is 34 days old."""
    found = proposals(run, made, "2026-06-21", "--visit", "week_2")["belimumab"]
    assert (found["outcome"], found["rule"]) == ("hold", "belimumab/serious_infection")
    words = run("dose", made, "--participant", "a-001", "--on", "2026-06-21", "--visit", "week_2").out
    assert "Belimumab: hold: no dose for the time being" in words
    assert "During an active serious infection belimumab is held." in words
    before = run("dose", made, "--participant", "a-001", "--on", "2026-06-26", "--visit", "week_4").out
    assert "serious infection" in before


def test_missing_facts_are_named(run: Run, made: Path) -> None:
    """The creatinine of the screening, 28 days before 25 June, still counts; from then on that of week 2 does."""
    found = proposals(run, made, "2026-08-30", "--visit", "week_12")
    assert found["mycophenolate_mofetil"]["outcome"] in ("hold", "refused")
    assert found["belimumab"]["amount"] is None


# Response


def test_the_response_at_week_2(run: Run, made: Path) -> None:
    """Baseline 2.8 g and 180/uL on 28 May. Week 2: 1.3 g < half of 2.8, < 3.5 g; 80 < half of 180; creatinine normal.

    Not complete: 1.3 g is not below 0.4, albumin 30 not above 35. KDIGO: ratio 1.3/1.05 = 1.24 g/g, baseline 2.8/1.05 =
    2.67, at least halved: partial. BLISS-LN asks for 0.7 g/g.
    """
    result = run("respond", made, "--participant", "a-001", "--format", "json").json
    (person,) = result["participants"]
    (response,) = person["responses"]
    (visit,) = response["visits"]
    assert (person["began"], visit["visit"], visit["day"]) == ("2026-06-03", "week_2", "2026-06-18")
    assert visit["category"] == "pr"
    assert {name: each["category"] for name, each in visit["readings"].items()} == {
        "beam": "pr",
        "kdigo_2024": "pr",
        "bliss_ln": "none",
        "liu_2015": "pr",
    }
    complete, partial = visit["categories"]
    assert {each["id"]: each["truth"] for each in complete["components"]} == {
        "urine_protein": False,
        "sediment": True,
        "albumin": False,
        "creatinine": True,
    }
    assert (partial["truth"], {each["truth"] for each in partial["components"]}) == (True, {True})
    assert "1.3 g/24 h" in complete["components"][0]["sentence"]
    assert "week_2/urine#collection.protein" in complete["components"][0]["facts"]
    assert visit["events"]


def test_another_definition_and_a_cut_off(run: Run, made: Path) -> None:
    named = run("respond", made, "--participant", "a-001", "--reading", "kdigo_2024", "--format", "json").json
    response = named["participants"][0]["responses"][0]
    assert (response["reading"], response["chosen"]) == ("kdigo_2024", "beam")
    assert response["visits"][0]["categories"][0]["components"][0]["id"] == "protein_creatinine"
    early = run("respond", made, "--participant", "a-001", "--on", "2026-06-17", "--format", "json").json
    assert early["participants"][0]["responses"][0]["visits"] == []
    assert "No visit has taken place" in run("respond", made, "--on", "2026-06-17").out


def test_every_estimand_has_its_endpoint(run: Run, made: Path) -> None:
    """Week 24 may still come, so that both are pending; the pneumonia came on day 17 after week 0, and its day is told."""
    result = run("respond", made, "--format", "json").json
    assert [person["participant"] for person in result["participants"]] == ["a-001", "b-001"]
    plan = read_study("beam").analysis
    assert plan is not None
    for person in result["participants"]:
        assert [each["estimand"] for each in person["endpoints"]] == [each.id for each in plan.estimands]
    rows = {each["estimand"]: each for each in result["participants"][0]["endpoints"]}
    assert (rows["primary"]["value"], rows["primary"]["reason"]) == (None, "pending")
    infection = next(each for each in rows.values() if each["title"] == "Serious infection by week 24")
    assert (infection["value"], infection["reason"], infection["day"]) == (None, "pending", "2026-06-20")


# Safety


def test_what_was_raised_and_graded(run: Run, made: Path) -> None:
    """CTCAE 5.0, baseline normal: ALT 130 U/L of 40 is 3.25 ULN, grade 2 (> 3 to 5); AST 60 of 40 is 1.5 ULN, grade 1."""
    result = run("safety", made, "--format", "json").json
    told = [
        (each["alert"], each["on"], each["still_follows"], each["holds_today"]) for each in result["alerts"]
    ]
    assert told == [
        ("alt_high", "2026-06-18", True, None),  # no ALT of the day looked at
        ("serious_infection", "2026-06-20", True, True),
    ]
    lines = " ".join(run("safety", made).out.split())
    assert "On its day" in lines
    assert "still follows" in lines
    grades = {each["term"]: each for each in result["grades"] if each["participant"] == "a-001"}
    assert [
        (grades[term]["grade"], grades[term]["baseline"]) for term in ("alt_increased", "ast_increased")
    ] == [
        (2, 0),
        (1, 0),
    ]
    assert (grades["alt_increased"]["result"], grades["alt_increased"]["version"]) == ("130 U/L", "5.0")
    assert "\x1b" not in run("safety", made).out
    assert "\\x1b[2J" in run("safety", made).out


def test_who_took_nothing_in_the_study_is_not_graded(run: Run, made: Path) -> None:
    """b-001 is only screened: no grade of hers can be treatment-emergent (the safety set: allocated, and took a dose)."""
    result = run("safety", made, "--format", "json").json
    assert (result["participants"], result["graded"]) == (2, 1)
    assert {each["participant"] for each in result["grades"]} == {"a-001"}
    assert "Participants of the safety set: 1. " in " ".join(run("safety", made).out.split())


# fmt: off
REPORTS = [
    # on            to the sponsor: 24 h from 22 June 15:30; to the authority: 15 days from 22 June = day 0
    (None,         "running", "running"),   # 23 June 9:00
    ("2026-06-23", "late",    "running"),
    ("2026-07-07", "late",    "running"),
    ("2026-07-08", "late",    "late"),
]
# fmt: on


@pytest.mark.parametrize(("on", "sponsor", "authority"), REPORTS, ids=[str(each[0]) for each in REPORTS])
def test_reports_by_their_clocks(run: Run, made: Path, on: str | None, sponsor: str, authority: str) -> None:
    result = run("safety", made, "--format", "json", *(["--on", on] if on else [])).json
    reports = {each["clock"]: each for each in result["reports"]}
    assert {name: each["state"] for name, each in reports.items()} == {
        "sae_to_sponsor": sponsor,
        "susar_other": authority,
    }
    assert reports["sae_to_sponsor"]["due_at"] == "2026-06-23T15:30+08:00"
    assert (reports["susar_other"]["day_zero"], reports["susar_other"]["due_on"]) == (
        "2026-06-22",
        "2026-07-07",
    )
    assert run("safety", made, "--on", "2026-06-21", "--format", "json").json["reports"] == []


def test_where_the_stopping_rule_stands(run: Run, made: Path) -> None:
    """One of one: the boundary of Beta(0.4, 1.6) has no number at n = 1, so that one event cannot stop."""
    result = run("safety", made, "--participants", "28", "--format", "json").json
    (rule,) = result["stopping_rules"]
    assert (rule["participants"], rule["events"], rule["stop_at"], rule["stop"]) == (1, 1, None, False)
    assert len(rule["boundary"]) == 28


BOUNDARY = "- 2 2 3 3 3 4 4 4 5 5 5 5 6 6 6 6 7 7 7 7 8 8 8 8 9 9 9"


def test_the_boundary_in_advance(run: Run) -> None:
    """Truth table, Bayesian SAE boundary: p* 0.2, c 0.9, Beta(0.4, 1.6), n = 1 to 28."""
    words = ["safety", "beam", "--participants", "28", "--rates", "0.1,0.2,0.3,0.4"]
    (rule,) = run(*words, "--format", "json").json["stopping_rules"]
    assert ["-" if each is None else str(each) for each in rule["boundary"]] == BOUNDARY.split()
    stops = [each["stops"] for each in rule["operating_characteristics"]]
    assert stops == pytest.approx([0.042773, 0.265924, 0.658315, 0.919199], abs=5e-7)
    lines = [line.split() for line in run(*words).out.splitlines()]
    assert ["never", "1"] in lines
    assert ["4", "7-9"] in lines
    assert ["9", "26-28"] in lines
    assert ["0.3", "0.658315"] == next(line[:2] for line in lines if line[:1] == ["0.3"])
    planned = run("safety", "beam", "--format", "json").json
    assert planned["participants"] == 15  # as the registry plans
    (shorter,) = planned["stopping_rules"]
    assert shorter["boundary"] == rule["boundary"][:15]  # the same boundary, followed less far


def test_the_boundary_says_for_how_many_it_is_shown(run: Run) -> None:
    told = " ".join(run("safety", "beam").out.split())
    assert (
        "up to 15 participants, as many as the plan has in an arm (--participants N asks for others)." in told
    )
    told = " ".join(run("safety", "beam", "--participants", "28").out.split())
    assert "up to 28 participants, as many as were asked for." in told


# Allocation before the start


def blocks_of_four(folder: Path) -> Path:
    """The hypothetical randomised BEAM with blocks of 4 only."""
    made = shutil.copytree(Path("studies") / "beam-randomised", folder / "blocks")
    text = (made / "allocation.yaml").read_text(encoding="utf-8")
    assert "block_sizes: [4, 6]" in text
    (made / "allocation.yaml").write_text(text.replace("[4, 6]", "[4]"), encoding="utf-8")
    return made


def test_guessing_the_next_arm(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blackwell and Hodges: blocks of 2m = 4, whole blocks: [m + 2^(2m-1)/C(2m, m) - 1/2]/2m = (2 + 8/6 - 1/2)/4."""
    monkeypatch.chdir(Path(__file__).parents[2])
    words = ["allocate", blocks_of_four(tmp_path), "--participants", "40", "--trials", "100", "--seed", "7"]
    result = run(*words, "--format", "json").json
    guesses = result["right_guesses"]
    assert guesses["counting_exact"] == pytest.approx((2 + 8 / 6 - 0.5) / 4, abs=1e-12)
    assert (
        abs(guesses["counting"]["mean"] - guesses["counting_exact"])
        < 5 * guesses["counting"]["standard_error"]
    )
    assert guesses["blind"] == 0.5
    (everyone,) = result["imbalance"]
    assert (everyone["mean"], everyone["largest"]) == (0, 0)  # 40 is a multiple of 4
    assert run(*words, "--format", "json").json == result  # the seed decides
    assert run(*words[:-1], "8", "--format", "json").json != result


def test_shares_of_factors_multiply(run: Run) -> None:
    words = ["allocate", "bliss-ln", "--participants", "20", "--trials", "20", "--seed", "1"]
    shares = ["--shares", "race=black:0.25,not_black:0.75"]
    result = run(*words, *shares, "--format", "json").json
    assert result["shares"] == {
        "induction": {"cyclophosphamide": 0.5, "mycophenolate": 0.5},
        "race": {"black": 0.25, "not_black": 0.75},
    }
    assert len(result["imbalance"]) == 1 + 4 + 4  # everyone, levels, strata
    shown = run(*words, *shares, "--lang", "zh").out
    assert max(map(display_width, shown.splitlines())) <= WIDTH
    assert "Black 0.25" not in shown
    for each in result["imbalance"]:
        assert sum(part["share"] for part in each["distribution"]) == pytest.approx(1)


def test_nothing_is_drawn_where_the_investigator_assigns(run: Run) -> None:
    done = run("allocate", "beam", "--participants", "53", "--seed", "1")
    assert done.code == 0
    assert "Nothing is drawn" in done.out
    result = run("allocate", "beam", "--participants", "53", "--seed", "1", "--format", "json").json
    assert (result["method"], result["drawn"]) == ("concurrent_control", False)
    assert "right_guesses" not in result


# Blinding


@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize("who", ["a-001", "b-001"])
def test_no_arm_is_shown_while_it_is_blind(run: Run, blind: tuple[Path, str], form: str, who: str) -> None:
    """Also not of the one whose arm was disclosed in an emergency: both women get the same answers but for the number."""
    folder, arm = blind
    assert arm in ("belimumab", "placebo")
    for question in (
        ("schedule",),
        ("schedule", "--participant", who),
        ("dose", "--participant", who, "--on", "2026-06-01"),
        ("respond", "--participant", who),
        ("safety", "--participants", "20"),
    ):
        done = ask(run, folder, question, "--format", form)
        assert done.code == 0, done.err
        said = done.out.lower().replace("belimumab or placebo", "").replace("belimumab or of placebo", "")
        assert [line for line in said.splitlines() if "placebo" in line or "belimumab" in line] == []
        assert '"arm"' not in said


def test_act_shows_the_arm_to_whoever_prepares_the_doses_and_to_nobody_else(
    run: Run, blind: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of the first woman is known from an emergency."""
    folder = Path(shutil.copytree(blind[0], tmp_path / "trial"))
    secrets = tmp_path / "secrets"
    kept = {"nonce": SECRET.nonce.hex(), "secret": SECRET.secret.hex()}
    secrets.write_text(json.dumps({commitment(*SECRET): kept}), encoding="utf-8")
    secrets.chmod(0o600)
    monkeypatch.setenv(VARIABLE, str(secrets))
    words = [
        "act",
        folder,
        "see_allocation",
        "--site",
        "a",
        "--at",
        "2027-01-01T09:00+08:00",
        "participant=a-001",
    ]
    done = run(*words, "--as", "pharmacist_a")
    title = {one.id: one.title.en for one in read_study("bliss-ln").arms}[blind[1]]
    assert (done.code, done.out.splitlines()[1:]) == (0, [f"{blind[1]}\t{title}"])
    assert done.out.splitlines()[0].endswith("\tallocation_seen\ta-001")
    refused = run(*words, "--as", "nurse_a")
    assert refused.code == 6
    assert "belimumab" not in refused.out + refused.err
    monkeypatch.delenv(VARIABLE)
    assert "not at hand" in run(*words, "--as", "pharmacist_a").err


def test_an_emergency_unblinding_is_an_alert(run: Run, blind: tuple[Path, str], tmp_path: Path) -> None:
    (alert,) = run("safety", blind[0], "--format", "json").json["alerts"]
    assert (alert["alert"], alert["participant"], alert["told"]) == (
        "emergency_unblinding",
        "a-001",
        ["sponsor"],
    )
    assert (
        alert["message"] == "The arm of a-001 was disclosed to investigator_a. To be told at once: sponsor."
    )
    assert "Emergency unblinding:" in run("safety", blind[0]).out
    assert (alert["still_follows"], alert["holds_today"]) == (True, True)
    assert "紧急揭盲" in run("safety", blind[0], "--lang", "zh").out


def test_blind_answers_do_not_differ_by_arm(run: Run, blind: tuple[Path, str]) -> None:
    folder, _ = blind
    for command, more in (("dose", ["--on", "2026-06-01"]), ("respond", [])):
        answers = []
        for who in ("a-001", "b-001"):
            result = run(command, folder, "--participant", who, *more, "--format", "json").json
            text = json.dumps(result.get("proposals") or result["participants"])
            for key in ("events",):
                result.pop(key, None)
            answers.append(text.replace(who, "X"))
        first, second = (strip_positions(json.loads(each)) for each in answers)
        assert first == second, command


def strip_positions(part: Any) -> Any:
    """An answer without the positions of the ledger."""
    if isinstance(part, dict):
        return {key: strip_positions(each) for key, each in part.items() if key != "events"}
    if isinstance(part, list):
        return [strip_positions(each) for each in part]
    return part


@pytest.fixture(scope="module")
def disclosed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that hides the arm and nothing else: the randomised BEAM, called double-blind. One arm was disclosed."""
    open_label = read_study("beam-randomised")
    design = open_label.identity.design.model_copy(update={"masking": "double"})
    identity = open_label.identity.model_copy(update={"design": design})
    folder = tmp_path_factory.mktemp("disclosed") / "trial"
    rehearsal = rehearsal_in(folder, replace(open_label, identity=identity))
    who = enrolled(rehearsal)
    give = {"site": "a", "participant": who}
    rehearsal.done("allocate", "investigator_a", **give, date="2026-06-01")
    rehearsal.done("unblind", "investigator_a", **give, reason="emergency")
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    assert participant.arm in ("BEL+MT", "MT")
    return folder


def test_an_arm_disclosed_in_an_emergency_decides_nothing_that_is_shown(run: Run, disclosed: Path) -> None:
    """The ledger knows it; what is done at a visit, and what counts for or against an arm, stays open."""
    visits = run("schedule", disclosed, "--participant", "a-001", "--format", "json").json["visits"]
    week_0 = next(each for each in visits if each["id"] == "week_0")
    infusion = next(each for each in week_0["activities"] if each["id"] == "infusion")
    assert (infusion["applies"], infusion["why"]) == (None, "The arm is blind.")
    (person,) = run("respond", disclosed, "--format", "json").json["participants"]
    plan = read_study("beam").analysis
    assert plan is not None
    for estimand, row in zip(plan.estimands, person["endpoints"], strict=True):
        for_an_arm = {each.strategy for each in estimand.intercurrent_events} & {"worst_case", "best_case"}
        assert (row["reason"] == "arm_blind") == bool(for_an_arm), estimand.id
    (rule,) = run("safety", disclosed, "--format", "json").json["stopping_rules"]
    assert [each["reason"] for each in rule["open"]] == ["arm_unknown"]


# What the terminal hands over


def test_an_archive_to_begin_with(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version is brought in by the name of its study, ranges by a table; both are refused like anywhere else."""
    monkeypatch.setenv("TRIALWRIGHT_SECRETS", str(tmp_path / "secrets"))
    folder = tmp_path / "trial"

    def act(action: str, minute: int, account: str, *words: str, site: str = "nanjing") -> Done:
        at = f"2026-05-11T09:{minute:02}+08:00"
        place = ["--site", site] if site else []
        return run("act", folder, action, "--as", account, "--at", at, *place, *words)

    assert act("open_study", 0, "sponsor_1", "study=beam", site="").code == 0
    assert act("open_site", 1, "sponsor_1").code == 0
    assert act("delegate", 2, "sponsor_1", "account=dr", "role=investigator").code == 0
    definitions = folder / "definitions"
    before = sorted(definitions.iterdir())
    refused = act("approve_version", 3, "sponsor_1", "version=beam-randomised", "date=2026-05-11")
    assert refused.code == 6
    assert sorted(definitions.iterdir()) == before
    assert act("approve_version", 4, "dr", "version=nowhere", "date=2026-05-11").code == 3
    assert act("approve_version", 5, "dr", "version=beam", "date=2026-05-11").code == 0
    assert sorted(definitions.iterdir()) == before
    ranges = tmp_path / "ranges.csv"
    head = "concept,unit,low,high,sex,age_from,age_to,valid_from\n"
    for row, code in (
        ("alt,U/L,7,40,,18,120,2026-01-01", 0),
        ("alt,U/L,7,40,,young,old,2026-01-01", 6),
        ("alt,U/L,7,forty,,18,120,2027-01-01", 6),
        ("alt,U/L", 6),
    ):
        ranges.write_text(head + row + "\n", encoding="utf-8")
        assert act("set_reference_ranges", 6, "dr", f"ranges={ranges}").code == code, row
    assert act("set_reference_ranges", 7, "dr", f"ranges={tmp_path / 'none.csv'}").code == 2
    assert isinstance(verify_archive(folder), Verified)


Act = Callable[..., Done]


@pytest.fixture
def act(run: Run, made: Path, tmp_path: Path) -> Act:
    """The woman of `made`, in an archive of one's own, and somebody at site A to act on it, some minutes after."""
    folder = tmp_path / "trial"
    shutil.copytree(made, folder)
    minutes = itertools.count(30)

    def call(action: str, *words: str, by: str = "coordinator_a") -> Done:
        at = f"2026-06-23T10:{next(minutes):02}+08:00"
        return run("act", folder, action, "--as", by, "--at", at, "--site", "a", *words)

    return call


def test_an_action_says_what_is_needed_next(act: Act) -> None:
    """The first line stays for programs; people read the rest."""
    who = "participant=a-001"
    done = act("consent", "date=2026-06-23", "sex=male", "birth=2012-01-01", by="investigator_a")
    new = f"participant={done.out.split()[-1]}"
    done = act("screen", new, "date=2026-06-23")
    assert done.out.split()[1:] == ["screened", new.partition("=")[2]]
    assert "a-002 is not eligible on 2026-06-23." in done.err
    assert "- A0 (Age and sex) fails: Age is 14 years, below 18 years." in done.err
    assert "- I4 (Kidney function) is open: " in done.err
    done = act("open_visit", who, "encounter=unscheduled", "date=2026-06-23")
    assert "The visit is called unscheduled-1." in done.err
    drug = ("intervention=tacrolimus", "date=2026-06-23", "amount=2", "unit=mg/d")
    done = act("give_dose", who, *drug, "--reason", "her level", by="nurse_a")
    assert "Dose 6: Tacrolimus 2 mg/d. To correct it: target=dose/6." in done.err


def test_a_correction_says_what_was_corrected_and_a_date_of_birth_is_not_repeated(act: Act) -> None:
    who, why = "participant=a-001", ("--reason", "misread")
    done = act("correct", who, "target=demographics", "values.birth=1990-01-02", *why)
    assert "Corrected: demographics (birth)." in done.err
    assert "1990-01-02" not in done.out + done.err
    done = act("correct", who, "target=visit/week_0", "values.date=2026-06-02", *why)
    assert "Corrected: visit/week_0 (date)." in done.err


def test_what_is_asked_back_is_said_at_once_and_listed(act: Act, run: Run, tmp_path: Path) -> None:
    who, archive = "participant=a-001", tmp_path / "trial"
    earlier = run("queries", archive, "--format", "json").json["queries"]
    target = "target=week_0/vital_signs"
    done = act("correct", who, target, "item.body.weight=73 kg", "--reason", "misread")
    number = len(earlier) + 1
    question = "The weight differs by more than 15 % from another of the last 6 weeks."
    assert f"Query {number} about week_0/vital_signs#body.weight: {question}" in done.err
    again = act("correct", who, target, "item.body.weight=74 kg", "--reason", "misread")
    assert again.err.startswith("Corrected: week_0/vital_signs.\n")
    assert "Query" not in again.err
    shown, of_the_dose = run("queries", archive, "--format", "json").json["queries"][len(earlier) :]
    assert of_the_dose["about"].startswith("dose/")
    assert (shown["participant"], shown["number"], shown["state"]) == ("a-001", number, "open")
    listed = run("queries", archive, "--participant", "E001").out
    assert f"a-001, query {number}, not answered: week_0/vital_signs#body.weight" in listed
    assert question in listed
    chinese = "".join(
        run("queries", archive, "--lang", "zh").out.split()
    )  # the study's own words, forms.yaml
    assert "体重与近6周内的另一次测量相差超过15%，请复测或确认。" in chinese
    assert '"settled": true' not in run("queries", archive, "--format", "json").out
    done = act("correct", who, target, "item.body.weight=60 kg", "--reason", "misread")
    assert f"Query {number} does not follow from the record any more" in done.err
    assert run("queries", archive, "--format", "json").json["queries"][len(earlier)]["settled"] is True
    assert "this would not be asked any more" in run("queries", archive).out
    act("answer_query", who, f"number={number}", "answer=weighed again")
    listed = run("queries", archive).out
    assert f"a-001, query {number}, answered: " in listed
    assert "Answer: weighed again" in listed
    act("close_query", who, f"number={number}", by="data_manager")
    assert f"query {number}" not in run("queries", archive).out
    assert f"a-001, query {number}, closed: " in run("queries", archive, "--all").out
    assert f"a-001，质疑{number}，已关闭：" in run("queries", archive, "--all", "--lang", "zh").out


def test_screening_alone_leaves_a_participant_without_visits(run: Run, tmp_path: Path) -> None:
    rehearsal = rehearsal_in(tmp_path / "trial", "beam")
    who = screened(rehearsal)
    rehearsal.store.write_manifest()  # type: ignore[attr-defined]
    result = run("schedule", tmp_path / "trial", "--participant", who, "--format", "json").json
    assert {each["status"] for each in result["visits"]} == {"waits", "done"}
    assert "Waiting for" in run("schedule", tmp_path / "trial", "--participant", who).out
    assert SECRET.secret.hex() not in run("safety", tmp_path / "trial").out


def test_a_death_that_no_adverse_event_tells_of_is_listed(run: Run, tmp_path: Path) -> None:
    rehearsal = rehearsal_in(tmp_path / "trial", "beam")
    who = Rehearsal.consented(rehearsal)
    rehearsal.done(
        "record_death", "investigator_a", site="a", reason="told", participant=who, date=rehearsal.day
    )
    (gap,) = run("safety", tmp_path / "trial", "--format", "json").json["deaths"]
    assert (gap["participant"], gap["missing"], gap["date"]) == (who, "fatal_event", rehearsal.day)
    assert f"{who} died on {rehearsal.day}, and no adverse event" in run("safety", tmp_path / "trial").out


def test_a_visit_after_an_intercurrent_event_is_marked(act: Act, run: Run, tmp_path: Path) -> None:
    """Rescue on 19 June: week 2, of the 18th, came before it; the unscheduled visit of the 23rd after it."""
    who = "participant=a-001"
    done = act(
        "record_rescue", who, "date=2026-06-19", "therapy=pulse", "--reason", "flare", by="investigator_a"
    )
    assert done.code == 0, done.err
    assert act("open_visit", who, "encounter=unscheduled", "date=2026-06-23").code == 0
    asked = ("respond", tmp_path / "trial", "--participant", "a-001")
    (person,) = run(*asked, "--format", "json").json["participants"]
    before, after = person["responses"][0]["visits"]
    assert (before["visit"], before["after"]) == ("week_2", [])
    (mark,) = after["after"]
    wanted = {"event": "rescue", "day": "2026-06-19", "certain": True, "strategy": "composite"}
    assert {key: mark[key] for key in wanted} == wanted
    assert "after Rescue therapy, 2026-06-19" in run(*asked).out
    assert "挽救治疗（2026-06-19）之后" in run(*asked, "--lang", "zh").out
    rows = {each["estimand"]: each for each in person["endpoints"]}
    assert rows["relapse"]["reason"] in ("pending", "last_before_event")
