"""A trial in which everything is done once: every action there is, with a name typed by mistake wherever one can be typed.

Everybody in it is made up. The name is the mistake of T44: free texts and reasons carry it, nothing else may.
"""

from __future__ import annotations

from tests.unit.conduct.support import Rehearsal, dosed
from trialwright.record.event import Event

NAME = "Zhang Xiaoming"
TEXT = f"as {NAME} (张晓明) told us"
"""What is typed into every free text: it names somebody."""

AE = {
    "term": f"Pneumonia, {TEXT}",
    "start": "2026-06-02",
    "grade": "3",
    "infection": "true",
    "seriousness": "hospitalisation",
    "taken": "held",
    "outcome": "not_recovered",
    "aware": "2026-06-03T08:00:00+08:00",
}


def walk(rehearsal: Rehearsal) -> str:
    """Walk BEAM from the first infusion to the lock of the study and its unlocking; gives the participant who stays."""
    who = dosed(rehearsal)
    rehearsal.go_to("2026-06-04")
    _meet(rehearsal)
    _treat(rehearsal, who)
    _report(rehearsal, who)
    _correct(rehearsal, who)
    _ask(rehearsal, who)
    _amend(rehearsal, who)
    _leave(rehearsal)
    _close(rehearsal, who)
    return who


def _meet(rehearsal: Rehearsal) -> None:
    """A nurse comes, another one goes."""
    rehearsal.done("delegate", "sponsor", site="a", account="nurse_a_2", role="nurse")
    rehearsal.done("revoke", "sponsor", site="a", reason=TEXT, account="nurse_a_2", role="nurse")


def _treat(rehearsal: Rehearsal, who: str) -> None:
    at_a = {"site": "a", "participant": who}
    rehearsal.done(
        "give_dose",
        "investigator_a",
        **at_a,
        reason=TEXT,
        intervention="prednisone",
        date=rehearsal.day,
        amount="7.5",
        unit="mg/d",
        lot=TEXT,
        expiry="2027-03",
        started="07:10",
        stopped="08:15",
        reaction=TEXT,
    )
    rehearsal.done(
        "hold_dose", "investigator_a", **at_a, reason=TEXT, intervention="belimumab", date=rehearsal.day
    )
    rehearsal.done(
        "discontinue_intervention",
        "investigator_a",
        **at_a,
        reason=TEXT,
        intervention="belimumab",
        date=rehearsal.day,
    )
    rehearsal.done(
        "record_rescue",
        "investigator_a",
        **at_a,
        reason=TEXT,
        date=rehearsal.day,
        therapy="rituximab",
        text=TEXT,
    )


def _report(rehearsal: Rehearsal, who: str) -> None:
    at_a = {"site": "a", "participant": who}
    rehearsal.done("report_ae", "investigator_a", **at_a, values=AE)
    rehearsal.done(
        "update_ae", "investigator_a", **at_a, reason=TEXT, number="1", values={**AE, "outcome": "recovering"}
    )
    rehearsal.done(
        "report_sent",
        "investigator_a",
        **at_a,
        number="1",
        clock="sae_to_sponsor",
        stage="initial",
        at="2026-06-03T20:00:00+08:00",
    )
    rehearsal.done(
        "report_deviation",
        "monitor",
        **at_a,
        date=rehearsal.day,
        category="procedure",
        severity="minor",
        text=TEXT,
    )


def _correct(rehearsal: Rehearsal, who: str) -> None:
    at_a = {"site": "a", "participant": who}
    for target, values in (
        ("demographics", {"birth": "1990-01-02"}),
        ("dose/1", {"lot": TEXT}),
        ("visit/screening", {"date": "2026-05-28"}),
    ):
        rehearsal.done(
            "correct", "coordinator_a", **at_a, reason=TEXT, target=target, values={"values": values}
        )
    rehearsal.done(
        "correct",
        "coordinator_a",
        **at_a,
        reason=TEXT,
        target="screening/reproduction",
        entries={"questions.contraception": f"copper device, {TEXT}"},
    )


def _ask(rehearsal: Rehearsal, who: str) -> None:
    at_a = {"site": "a", "participant": who}
    path = "screening/vital_signs#body.weight"
    rehearsal.done("raise_query", "monitor", **at_a, path=path, text=TEXT)
    rehearsal.done("answer_query", "coordinator_a", **at_a, number="1", answer=TEXT)
    rehearsal.done("close_query", "monitor", **at_a, number="1")


def _amend(rehearsal: Rehearsal, who: str) -> None:
    """Site A goes over to another version of the study, and the participant agrees."""
    version = rehearsal.amended()
    rehearsal.done("approve_version", "investigator_a", site="a", version=version, date=rehearsal.day)
    rehearsal.done("re_consent", "investigator_a", site="a", participant=who, date=rehearsal.day)


def _leave(rehearsal: Rehearsal) -> None:
    """Three who never join: one withdraws after a second screening, one is lost, one dies."""
    day = rehearsal.day
    for last in ("withdraw_consent", "lost_to_follow_up", "record_death"):
        who = rehearsal.consented(birth="1990")
        if last == "withdraw_consent":
            rehearsal.done("screen", "investigator_a", site="a", participant=who, date=day)
            rehearsal.done("re_screen", "coordinator_a", site="a", reason=TEXT, participant=who, date=day)
        rehearsal.done(last, "investigator_a", site="a", reason=TEXT, participant=who, date=day)
        if last == "record_death":  # the rules ask for the adverse event behind it
            at_a = {"site": "a", "participant": who}
            rehearsal.done("answer_query", "coordinator_a", **at_a, number="1", answer=TEXT)
            rehearsal.done("close_query", "monitor", **at_a, number="1")


def _close(rehearsal: Rehearsal, who: str) -> None:
    at_a = {"site": "a", "participant": who}
    rehearsal.go_to("2026-12-01")
    for encounter in ("week_2", "week_4", "week_8", "week_12", "week_16", "week_20", "week_24"):
        rehearsal.done("missed_visit", "coordinator_a", **at_a, reason=TEXT, encounter=encounter)
    rehearsal.done("complete_study", "investigator_a", **at_a, date=rehearsal.day)
    for visit in ("screening", "week_0"):
        rehearsal.done("sign", "investigator_a", **at_a, target=visit, meaning="reviewed")
        rehearsal.done("verify_source", "monitor", **at_a, target=visit)
    rehearsal.done("sign", "investigator_a", **at_a, target="casebook", meaning="approved")
    rehearsal.done("lock", "data_manager", reason="no more will come", **at_a)
    rehearsal.done("unlock", "data_manager", **at_a, reason=TEXT)
    rehearsal.done("lock", "investigator_a", reason="no more will come", **at_a)
    rehearsal.done("lock", "sponsor")
    rehearsal.done("unlock", "sponsor", reason=TEXT)
    rehearsal.done("unlock", "data_manager", reason=TEXT)


def mask_everything(rehearsal: Rehearsal) -> list[Event]:
    """Mask every text that holds the name, site by site, then what belongs to the study; gives the events."""
    done = []
    for account, site in (("investigator_a", "a"), ("data_manager", "")):
        for event in list(rehearsal.store.events()):
            answer = rehearsal.act(
                "mask", account, site=site, reason="a name", position=str(event.position), containing=NAME
            )
            if isinstance(answer, Event):
                done.append(answer)
    return done
