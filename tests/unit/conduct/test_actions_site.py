"""The study and its sites: opening, versions, roles, reference ranges, consent; what they refuse."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from tests.unit.conduct.forms_support import RANGES
from tests.unit.conduct.support import Rehearsal, at_stage, two_sites
from trialwright.conduct.action import BadArgument
from trialwright.exchange.folder import read_study
from trialwright.study.identity import Site
from trialwright.terms.message import Text

# Opening


def test_a_site_is_one_of_the_definition_in_a_time_zone_and_opened_once() -> None:
    rehearsal = Rehearsal()
    assert "The definition has no site c; it has: a, b." in rehearsal.refused(
        "open_site", "sponsor", site="c"
    )
    assert "is open since 2026-01-05" in rehearsal.refused("open_site", "sponsor", site="a")
    assert rehearsal.refused("open_site", "sponsor") == "open_site is done at a site; name it."


def test_a_site_without_a_time_zone_has_no_day() -> None:
    study = two_sites(read_study("beam"))
    nowhere = Site(id="a", name=Text("a", "a"), city=Text("a", "a"), country="China")
    identity = study.identity.model_copy(update={"sites": (nowhere,)})
    rehearsal = Rehearsal(opened=False)
    rehearsal.versions[rehearsal.version] = replace(study, identity=identity)
    rehearsal.done("open_study", "sponsor", rehearsal="true")
    assert "in which time zone" in rehearsal.refused("open_site", "sponsor", site="a")


def test_a_study_is_opened_for_all_sites_with_its_secret() -> None:
    rehearsal = Rehearsal(opened=False)
    assert "for the whole study" in rehearsal.refused("open_study", "sponsor", site="a", rehearsal="true")
    assert "was not made" in rehearsal.refused("open_study", "sponsor", secret=None, rehearsal="true")
    rehearsal.done("open_study", "sponsor", rehearsal="true")
    assert rehearsal.trial.study.rehearsal


# Roles

ROLES_REFUSED = [
    # account, action, site, values, what is said
    ("delegate", "a", {"account": "x", "role": "wizard"}, "There is no role wizard; there are: sponsor,"),
    ("delegate", "", {"account": "x", "role": "nurse"}, "is held at a site; name the site"),
    (
        "delegate",
        "a",
        {"account": "nurse_a", "role": "nurse"},
        "nurse_a holds the role Research nurse already.",
    ),
    ("delegate", "", {"account": "monitor", "role": "monitor"}, "holds the role Monitor already"),
    ("delegate", "a", {"account": "sponsor", "role": "investigator"}, "to themselves"),
    ("delegate", "c", {"account": "x", "role": "nurse"}, "The study has no site c."),
    (
        "revoke",
        "a",
        {"account": "nurse_a", "role": "monitor"},
        "nurse_a does not hold the role monitor here.",
    ),
    ("revoke", "b", {"account": "nurse_a", "role": "nurse"}, "does not hold the role nurse here"),
    ("revoke", "", {"account": "nurse_a", "role": "nurse"}, "does not hold the role nurse here"),
    ("revoke", "", {"account": "sponsor", "role": "sponsor"}, "the last one in this role"),
]


@pytest.mark.parametrize(("action", "site", "values", "said"), ROLES_REFUSED)
def test_a_role_that_cannot_be_given_or_ended(
    action: str, site: str, values: dict[str, str], said: str
) -> None:
    rehearsal, _ = at_stage("screened")
    assert said in rehearsal.refused(action, "sponsor", site=site, reason="x", values=values)


def test_a_role_for_the_study_is_given_and_ended_for_the_study_only() -> None:
    rehearsal = Rehearsal()
    monitor = {"account": "monitor", "role": "monitor"}
    other = {"account": "monitor_2", "role": "monitor"}
    assert "name no site" in rehearsal.refused("delegate", "sponsor", site="a", values=other)
    assert "does not hold" in rehearsal.refused("revoke", "sponsor", site="a", reason="x", values=monitor)
    event = rehearsal.done("revoke", "sponsor", reason="x", values=monitor)
    assert (event.stream, event.data["site"]) == ("study", "")


# Reference ranges

ROW: dict[str, Any] = asdict(next(one for one in RANGES if one.concept == "alt"))
CREATININE: dict[str, Any] = asdict(next(one for one in RANGES if one.concept == "serum_creatinine"))
RANGES_REFUSED: list[tuple[list[dict[str, Any]], str]] = [
    ([], "No ranges were given."),
    ([{"concept": "alt", "low": "7"}], "A range has the columns concept, unit, low, high"),
    ([{**ROW, "concept": "dialysis"}], "dialysis is no measurement of the study."),
    ([{**ROW, "concept": "moon"}], "moon is no measurement of the study."),
    ([{**ROW, "unit": "mg/dL"}], "mg/dL is no unit of alt."),
    ([{**ROW, "unit": ""}], "is no unit of alt."),
    ([{**ROW, "sex": "other"}], "The sex of a range is female, male or empty, not other."),
    ([{**ROW, "low": "40", "high": "7"}], "The range of alt is empty."),
    ([{**ROW, "low": "7", "high": "7.0"}], "The range of alt is empty."),
    ([{**ROW, "low": "", "high": ""}], "needs numbers and a full date of validity"),
    ([{**ROW, "low": "<7"}], "needs numbers and a full date of validity"),
    ([{**ROW, "valid_from": "2026-01"}], "needs numbers and a full date of validity"),
    ([{**ROW, "age_from": "18"}], "for ages in completed years"),
    ([{**ROW, "age_from": 65, "age_to": 18}], "for ages in completed years"),
    ([ROW, {**ROW, "sex": "other"}], "The sex of a range"),
    # forms.yaml: creatinine 10 to 3000 umol/L is possible; 41 mg/dL is 3624 umol/L, 0.5 umol/L less than anybody has
    ([{**CREATININE, "unit": "mg/dL"}], "Serum creatinine: 41 mg/dL is not possible (10 to 3000 umol/L)"),
    ([{**CREATININE, "low": "0.5", "high": "0.9"}], "0.5 umol/L is not possible"),
    ([{**CREATININE, "low": "", "high": "3001"}], "3001 umol/L is not possible"),
    # ... and ALT 3 to 120 U/L is expected; 9 ukat/L is 540 U/L
    (
        [{**ROW, "low": "9", "high": "50", "unit": "ukat/L"}],
        "9 to 50 ukat/L, lies beside everything expected",
    ),
]


@pytest.mark.parametrize(("rows", "said"), RANGES_REFUSED)
def test_ranges_that_cannot_be(rows: list[dict[str, Any]], said: str) -> None:
    rehearsal = Rehearsal()
    assert said in rehearsal.refused(
        "set_reference_ranges", "coordinator_a", site="a", values={"ranges": rows}
    )
    assert rehearsal.trial.site("a").ranges == ()


def test_ranges_are_a_sites_own_and_a_table() -> None:
    rehearsal = Rehearsal()
    assert "is done at a site" in rehearsal.refused(
        "set_reference_ranges", "data_manager", values={"ranges": [ROW]}
    )
    with pytest.raises(BadArgument):
        rehearsal.act("set_reference_ranges", "data_manager", site="a", values={"ranges": "ranges"})
    rehearsal.done("set_reference_ranges", "data_manager", site="a", values={"ranges": [ROW]})
    assert rehearsal.trial.site("b").ranges == ()


def test_a_range_beside_everything_expected_needs_a_reason() -> None:
    rehearsal = Rehearsal()
    rows = [
        {**ROW, "low": "9", "high": "50", "unit": "ukat/L"},
        {**CREATININE, "low": "0.46", "high": "0.92", "unit": "mg/dL"},  # 41 to 81 umol/L
    ]
    at_a: dict[str, Any] = {"site": "a", "reason": "an assay of its own", "values": {"ranges": rows}}
    rehearsal.done("set_reference_ranges", "data_manager", **at_a)
    impossible = {**CREATININE, "unit": "mg/dL", "valid_from": "2026-02-01"}
    at_a["values"] = {"ranges": [impossible]}
    assert "is not possible" in rehearsal.refused("set_reference_ranges", "data_manager", **at_a)


# Consent


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"date": "2026-01-06"}, "lies in the future"),
        ({"date": "2026-01-04"}, "no version of the study was approved at this site"),
        ({"birth": "soon"}, "soon is no date of birth"),
        ({"birth": "2026-01-06"}, "is no date of birth"),
    ],
)
def test_a_consent_that_cannot_be(values: dict[str, str], said: str) -> None:
    rehearsal = Rehearsal()
    given = {"date": "2026-01-05", "sex": "female", "birth": "1990", **values}
    assert said in rehearsal.refused("consent", "investigator_a", site="a", values=given)


def test_a_second_consent_is_to_another_version_and_later() -> None:
    rehearsal, who = at_stage("screened")
    values = {"participant": who, "date": rehearsal.day}
    assert "to this version already" in rehearsal.refused(
        "re_consent", "investigator_a", site="a", values=values
    )
    version = rehearsal.amended()
    rehearsal.done("approve_version", "investigator_a", site="a", version=version, date="2026-05-01")
    early = {"participant": who, "date": "2026-05-27"}
    assert "lies before the one of" in rehearsal.refused(
        "re_consent", "investigator_a", site="a", values=early
    )
    rehearsal.done("re_consent", "investigator_a", site="a", values=values)


def test_somebody_enrolled_is_not_screened_again() -> None:
    rehearsal, who = at_stage("enrolled")
    for action, said in (("screen", "use re_screen"), ("re_screen", "screening is over")):
        assert said in rehearsal.refused(
            action, "investigator_a", site="a", reason="x", participant=who, date=rehearsal.day
        )
    assert "is enrolled since 2026-06-01" in rehearsal.refused(
        "enrol", "investigator_a", site="a", participant=who, date=rehearsal.day
    )


def test_an_enrolment_is_not_dated_tomorrow() -> None:
    rehearsal, who = at_stage("screened")
    for action in ("enrol", "re_screen"):
        assert "lies in the future" in rehearsal.refused(
            action, "investigator_a", site="a", reason="x", participant=who, date="2026-05-29"
        )
