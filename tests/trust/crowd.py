"""Many people at once: made-up participants of the template, judged from records, enrolled and waiting for an arm."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.unit.conduct.support import SECRET, Rehearsal
from trialwright.conduct.action import Refusal
from trialwright.conduct.allocated import given_arms
from trialwright.conduct.allocation import GivenArm, derive_arms
from trialwright.conduct.perform import Request, perform
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import open_archive
from trialwright.record.event import Event
from trialwright.record.raw import RawFact

DAY = "2026-06-01"
RECORD = (
    RawFact("", "f1", "measurement", "hemoglobin", value="98", unit="g/L", start="2026-05-28"),
    RawFact("", "f2", "procedure", "dialysis", value="false", start="2026-05-20"),
    RawFact("", "f3", "exposure", "prednisone_oral", value="false", start="2026-05-20"),
    RawFact("", "f4", "finding", "pregnant", value="false", start="2026-05-20"),
)
"""Everything the template's criteria ask, as its own scenarios state it."""


def join(rehearsal: Rehearsal, count: int) -> list[str]:
    """Consent, screen and enrol so many; gives their numbers."""
    rehearsal.go_to(DAY)
    numbers = []
    for _ in range(count):
        who = rehearsal.consented(birth="1990-01-01", reason="another person")
        values = {"participant": who, "date": DAY}
        rehearsal.done("screen", "investigator_a", site="a", values=values, facts=RECORD)
        rehearsal.done("enrol", "investigator_a", site="a", values=values)
        numbers.append(who)
    return numbers


def allocate_all(folder: str, caller: str, numbers: list[str]) -> None:
    """What one of several processes does: open the archive and allocate, one after the other."""
    archive = open_archive(Path(folder), draw=bytes)
    trial = Trial(archive, archive.definition)
    assert archive.head is not None
    moment = archive.head.at.replace("Z", "+00:00")
    for who in numbers:
        answer = perform(trial, _request(f"{caller}-{who}", who, moment), secret=SECRET)
        if isinstance(answer, Refusal):  # somebody else allocated this one
            assert [reason.template for reason in answer.reasons] == ["{id} was allocated on {date}."], answer
        else:
            assert isinstance(answer, Event)


def _request(id: str, who: str, moment: str) -> Request:
    return Request(
        id,
        "allocate",
        "investigator_a",
        datetime.fromisoformat(moment),
        "a",
        values={"participant": who, "date": DAY},
    )


def arms(trial: Trial) -> list[GivenArm]:
    """Every allocation in its order, with the arm that only the secret tells."""
    given = given_arms(trial)
    return list(
        derive_arms(tuple(trial.rules()), study=trial.study.study, secret=SECRET.secret, allocations=given)
    )
