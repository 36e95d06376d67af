"""From the action a site takes to the clock it starts: the words of the ledger are the words this room reads."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.unit.conduct.support import Rehearsal
from tests.unit.safety.support import plan
from trialwright.record.participant import Participant
from trialwright.safety.adverse_events import derive_adverse_events
from trialwright.safety.alerts import assess_alerts
from trialwright.safety.reporting import Report, plan_reports

EVENT = {
    "term": "Pneumonia",
    "start": "2026-01-04",
    "grade": "3",
    "infection": "true",
    "taken": "none",
    "outcome": "not_recovered",
    "aware": "2026-01-05T08:00:00+08:00",
}


def participant_of(trial: Rehearsal, id: str) -> Participant:
    found = trial.trial.participant(id)
    assert found is not None
    return found


def reports(trial: Rehearsal, id: str) -> dict[str, Report]:
    safety = trial.study.safety
    assert safety is not None
    found = plan_reports(
        participant_of(trial, id),
        clocks=safety.clocks,
        investigational=frozenset(
            one.id for one in trial.study.interventions if one.role == "investigational"
        ),
        zone=ZoneInfo("Asia/Shanghai"),
        at=datetime.fromisoformat("2026-01-05T12:00:00+08:00"),
    )
    return {report.clock.id: report for report in found if report.stage == "initial"}


def test_an_event_reported_and_followed_up() -> None:
    trial = Rehearsal()
    id = trial.consented()
    trial.done("report_ae", "investigator_a", site="a", participant=id, values=EVENT)
    assert reports(trial, id) == {}
    known = {
        **EVENT,
        "number": "1",
        "seriousness": "hospitalisation",
        "causality": {"belimumab": "possibly_related"},
        "expected": "false",
        "aware": "2026-01-05T09:00:00+08:00",
    }
    event = trial.done(
        "update_ae", "investigator_a", site="a", participant=id, values=known, reason="admitted to hospital"
    )
    found = reports(trial, id)
    assert {name: (each.state, each.reasons, each.position) for name, each in found.items()} == {
        "sae_to_sponsor": ("running", (), event.position),
        "susar_other": ("running", (), event.position),
    }
    assert found["susar_other"].due_on == date(2026, 1, 20)
    one = participant_of(trial, id)
    (row,) = derive_adverse_events([one], groups={id: "all"}, interventions=frozenset({"belimumab"}))
    assert (row.infection, row.expected, row.causality, row.grade, row.emergent) == (
        True, False, "possibly_related", 3, False,
    )  # fmt: skip
    fired = [
        each.alert.id for each in assess_alerts(plan(), one, on=date(2026, 1, 4), about=None) if each.truth
    ]
    assert fired == ["serious_infection"]
