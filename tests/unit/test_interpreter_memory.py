"""What was found for a node is kept for that node alone, however short it lives."""

from __future__ import annotations

from datetime import date

from trialwright.exchange.folder import read_study
from trialwright.logic import nodes as n
from trialwright.logic.interpreter import evaluate_number
from trialwright.record.participant import Participant
from trialwright.study.situation import open_context

DAY = date(2026, 6, 1)


def test_a_number_made_for_one_question_never_answers_another() -> None:
    """Each node is freed before the next is made, so that the next may stand where it stood in memory."""
    context = open_context(
        read_study("beam"), Participant("P", "a", sex="female", birth="1990-01-01"), on=DAY
    )
    found = [evaluate_number(n.Literal(float(number), f"{number}"), context).low for number in range(100)]
    assert found == [float(number) for number in range(100)]
