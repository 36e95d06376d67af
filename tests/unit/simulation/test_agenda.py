"""The merging of many stories: always the earliest turn, a clock that never goes back, no refusal passed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.unit.conduct.support import SECRET, Rehearsal
from trialwright.conduct.action import Refusal
from trialwright.record.event import Event
from trialwright.simulation.participants.agenda import Act, Agenda, RehearsalFault, Story, Until

NINE = datetime(2026, 2, 2, 9, tzinfo=UTC)


def agenda(rehearsal: Rehearsal) -> Agenda:
    return Agenda(rehearsal.trial, secret=SECRET, chance=np.random.default_rng(1))


def consent(at: datetime, day: str = "2026-02-02", *, may_refuse: bool = False) -> Act:
    values = {"date": day, "sex": "female", "birth": "1990-05"}
    return Act(at, "consent", "investigator_a", site="a", values=values, may_refuse=may_refuse)


def test_stories_take_turns_by_time() -> None:
    rehearsal, told = Rehearsal(), list[str]()

    def story(name: str, *hours: int) -> Story:
        for hour in hours:
            event = yield consent(NINE + timedelta(hours=hour))
            assert isinstance(event, Event)
            told.append(f"{name}{hour}")

    work = agenda(rehearsal)
    work.begin(story("late", 2, 5), at=NINE)
    work.begin(story("early", 1, 3, 4), at=NINE)
    work.run()
    assert told == ["early1", "late2", "early3", "early4", "late5"]


def test_a_wait_lasts_until_its_moment() -> None:
    rehearsal = Rehearsal()

    def story() -> Story:
        yield Until(NINE + timedelta(hours=3))
        event = yield consent(NINE)  # an hour that is past: it is done now
        assert event.at == "2026-02-02T12:00:00Z"

    work = agenda(rehearsal)
    work.begin(story(), at=NINE)
    work.run()


def test_a_refusal_nobody_foresaw_is_a_fault_of_the_simulator() -> None:
    rehearsal = Rehearsal()

    def story() -> Story:
        yield consent(NINE, day="2026-03-01")

    work = agenda(rehearsal)
    work.begin(story(), at=NINE)
    with pytest.raises(RehearsalFault, match="lies in the future"):
        work.run()


def test_a_refusal_that_was_foreseen_is_told_to_the_story() -> None:
    rehearsal, answers = Rehearsal(), list[object]()

    def story() -> Story:
        answer = yield consent(NINE, day="2026-03-01", may_refuse=True)
        answers.append(answer)

    work = agenda(rehearsal)
    work.begin(story(), at=NINE)
    work.run()
    assert isinstance(answers[0], Refusal)


def test_an_argument_that_cannot_be_read_is_a_fault_too() -> None:
    rehearsal = Rehearsal()

    def story() -> Story:
        yield Act(NINE, "consent", "investigator_a", site="a", values={"date": "yesterday"})

    work = agenda(rehearsal)
    work.begin(story(), at=NINE)
    with pytest.raises(RehearsalFault):
        work.run()


def test_whoever_holds_the_role_when_the_turn_comes_does_it() -> None:
    """An act that is waiting is done by the one who has taken over since."""
    rehearsal, on_duty = Rehearsal(), ["investigator_b"]

    def story() -> Story:
        waiting = consent(NINE + timedelta(hours=2))
        event = yield replace(waiting, account=lambda: on_duty[-1])
        assert isinstance(event, Event)
        assert event.actor == "investigator_a"

    def other() -> Story:
        yield Until(NINE + timedelta(hours=1))
        on_duty.append("investigator_a")

    work = agenda(rehearsal)
    work.begin(story(), at=NINE)
    work.begin(other(), at=NINE)
    work.run()
