"""The participant's calendar, read back by the rules of RFC 5545 (sections named at each test)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from trialwright.conduct.schedule import PlannedVisit, plan_visits
from trialwright.exchange.ical.write import escape, fold, write_calendar
from trialwright.locale import read_catalogue
from trialwright.record.participant import Allocated, Dose, Ended, Participant, Visit
from trialwright.study.load import load_study
from trialwright.study.visit_window import Window
from trialwright.terms.message import Text

FOLDER = Path(__file__).parents[2] / "studies" / "beam"
BEAM = load_study({path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")})
CHINESE = read_catalogue("zh")
STAMP = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
INFUSION = Dose(
    12, 2, "belimumab", "", "2026-03-02", "2026-03-02", False, "600", "mg", "iv", "week_0", "", "", (), "",
    "", "", "", "", "", False,
)  # fmt: skip
PARTICIPANT = Participant(
    id="S-001",
    site="nanjing",
    enrolled=Ended(5, "2026-03-01", ""),
    allocated=Allocated(6, "2026-03-01", 1, "BEL+MT", {}, "", ""),
    doses=(INFUSION,),
    visits=(
        Visit(13, "week_0", "week_0", "2026-03-02", False, ""),
        Visit(20, "week_2", "week_2", "", True, "travel"),
    ),
)


def calendar(
    participant: Participant = PARTICIPANT, *catalogues: Mapping[str, str], on: str = "2026-03-20"
) -> str:
    visits = plan_visits(BEAM, participant, on=date.fromisoformat(on))
    return write_calendar(
        visits, study="beam", participant=participant.id, stamp=STAMP, catalogues=catalogues or ({},)
    )


def unfolded(text: str) -> list[str]:
    """3.1: a line end followed by a blank or tab is taken away; every other line end is CRLF."""
    assert text.endswith("\r\n")
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text)
    return text.replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")[:-1]


def events(text: str) -> list[dict[str, str]]:
    """3.4 and 3.6: one VCALENDAR, VEVENTs in it, `name;parameters:value` lines in those."""
    lines = unfolded(text)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert {"VERSION:2.0", "METHOD:PUBLISH"} <= set(lines)
    assert any(line.startswith("PRODID:") for line in lines)
    found: list[dict[str, str]] = []
    inside = False
    for line in lines[1:-1]:
        if line == "BEGIN:VEVENT":
            assert not inside
            inside = True
            found.append({})
        elif line == "END:VEVENT":
            inside = False
        elif inside:
            match = re.fullmatch(r'([A-Z-]+)((?:;[A-Z-]+=[^;:"]+)*):(.*)', line)
            assert match, line
            assert match[1] not in found[-1]
            found[-1][match[1]] = match[3]
    return found


def text_of(value: str) -> str:
    """3.3.11: the text that was escaped."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value)
    return re.sub(r"\\(.)", lambda mark: "\n" if mark[1] in "nN" else mark[1], value)


def test_every_event_has_what_the_standard_asks_for() -> None:
    """3.6.1: UID and DTSTAMP always, DTSTART where there is no METHOD; 3.8.2.2: the end lies after the start."""
    for event in events(calendar()):
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS"} <= set(event)
        assert event["DTSTAMP"] == "20260302T083000Z"
        assert re.fullmatch(r"\d{8}", event["DTSTART"])
        assert event["DTEND"] > event["DTSTART"]
        assert event["STATUS"] in ("TENTATIVE", "CONFIRMED", "CANCELLED")


def test_the_days_are_those_of_the_plan() -> None:
    """Planned days by hand from week 0 on 2 March 2026; the end is the day after, because it is excluded."""
    found = {text_of(event["SUMMARY"]): event for event in events(calendar())}
    assert [(title, event["DTSTART"], event["DTEND"], event["STATUS"]) for title, event in found.items()] == [
        ("Screening", "20260201", "20260301", "TENTATIVE"),
        ("Week 0", "20260302", "20260303", "CONFIRMED"),
        ("Week 2", "20260316", "20260317", "CANCELLED"),
        ("Week 4", "20260330", "20260331", "TENTATIVE"),
        ("Week 8", "20260427", "20260428", "TENTATIVE"),
        ("Week 12", "20260525", "20260526", "TENTATIVE"),
        ("Week 16", "20260622", "20260623", "TENTATIVE"),
        ("Week 20", "20260720", "20260721", "TENTATIVE"),
        ("Week 24", "20260817", "20260818", "TENTATIVE"),
    ]
    window = "Possible from 2026-03-27 to 2026-04-02, both days included."
    assert text_of(found["Week 4"]["DESCRIPTION"]) == window


def test_before_week_0_only_what_has_a_day_is_written() -> None:
    titles = [event["SUMMARY"] for event in events(calendar(replace(PARTICIPANT, doses=(), visits=())))]
    assert titles == ["Screening", "Week 0"]


def test_after_the_end_what_was_planned_is_cancelled() -> None:
    found = events(calendar(replace(PARTICIPANT, withdrawn=Ended(30, "2026-03-18", ""))))
    assert {event["SUMMARY"]: event["STATUS"] for event in found}["Week 24"] == "CANCELLED"


def test_the_same_visit_keeps_its_uid_and_counts_its_revisions() -> None:
    """3.8.4.7 and 3.8.7.4: persistent and unique; the sequence grows when the visit is missed (position 20)."""
    before = events(calendar(replace(PARTICIPANT, visits=()), on="2026-03-03"))
    after = events(calendar())
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert len({event["UID"] for event in after}) == len(after)
    other = events(calendar(replace(PARTICIPANT, id="S-002")))
    assert not {event["UID"] for event in after} & {event["UID"] for event in other}
    assert [event["SEQUENCE"] for event in before][2] == "12"
    assert [event["SEQUENCE"] for event in after][2] == "20"


def test_nothing_of_the_person_or_the_study_is_written() -> None:
    text = "".join(unfolded(calendar(PARTICIPANT, {}, CHINESE))).casefold()
    for word in ("s-001", "nanjing", "beam", "lupus", "狼疮", "belimumab", "贝利尤", "travel"):
        assert word not in text


def test_chinese_and_both_languages() -> None:
    only = {event["DTSTART"]: event for event in events(calendar(PARTICIPANT, CHINESE))}["20260330"]
    assert text_of(only["SUMMARY"]) == "第4周"
    assert "LANGUAGE=zh" in calendar(PARTICIPANT, CHINESE)
    both = {event["DTSTART"]: event for event in events(calendar(PARTICIPANT, {}, CHINESE))}["20260330"]
    assert text_of(both["SUMMARY"]) == "Week 4 / 第4周"
    english, chinese = text_of(both["DESCRIPTION"]).split("\n")
    assert english == "Possible from 2026-03-27 to 2026-04-02, both days included."
    assert "2026-03-27" in chinese
    assert "LANGUAGE" not in calendar(PARTICIPANT, {}, CHINESE)


def test_no_line_is_longer_than_75_octets_and_no_character_is_cut() -> None:
    """3.1. The title below is longer than one line in both alphabets."""
    long = Text("A visit, with; marks \\ and a\nline " * 6, "很长的访视名称，" * 20)
    encounter = BEAM.schedule.encounters[0].model_copy(update={"title": long}) if BEAM.schedule else None
    assert encounter is not None
    window = Window(date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 3))
    planned = PlannedVisit("x", encounter, "open", window=window)
    for catalogue, wanted in (({}, long.en), (CHINESE, long.zh)):
        text = write_calendar([planned], study="s", participant="p", stamp=STAMP, catalogues=(catalogue,))
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        assert text_of(events(text)[0]["SUMMARY"]) == wanted


def test_a_line_of_exactly_75_octets_is_not_folded() -> None:
    assert list(fold("x" * 75)) == ["x" * 75]
    assert list(fold("x" * 76)) == ["x" * 75, " x"]
    assert list(fold("x" * 74 + "周")) == ["x" * 74, " 周"]


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [
        ("a, b; c", "a\\, b\\; c"),
        ("a\\b", "a\\\\b"),
        ("a\r\nb\nc", "a\\nb\\nc"),
        ("a\x00b\tc", "a b c"),
        *((f"a{sign}ATTENDEE:x", "a ATTENDEE:x") for sign in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
    ],
)
def test_marks_are_escaped(plain: str, escaped: str) -> None:
    assert escape(plain) == escaped


def test_a_stamp_needs_an_offset_and_a_calendar_a_language() -> None:
    with pytest.raises(ValueError, match="offset"):
        write_calendar([], study="s", participant="p", stamp=STAMP.replace(tzinfo=None), catalogues=({},))
    with pytest.raises(ValueError, match="language"):
        write_calendar([], study="s", participant="p", stamp=STAMP, catalogues=())
