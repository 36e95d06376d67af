"""The rows behind the tables of adverse events, counted by hand for six synthetic participants."""

from __future__ import annotations

import pytest

from tests.unit.safety.support import dose, event, participant, version
from trialwright.safety.adverse_events import (
    SUMMARY,
    EventCount,
    EventRow,
    by_causality,
    by_grade,
    by_seriousness,
    by_term,
    derive_adverse_events,
    derive_event_counts,
    derive_event_summary,
    derive_worst_events,
)
from trialwright.terms.truth import Truth

GROUPS = {"b1": "BEL+MT", "b2": "BEL+MT", "b3": "BEL+MT", "m1": "MT", "m2": "MT"}
BELIMUMAB = frozenset({"belimumab"})
HOSPITAL = ("hospitalisation",)
# fmt: off
PEOPLE = [
    participant("b1",
        event(version(position=11, term="Pneumonia", grade="3", seriousness=HOSPITAL, causality={"belimumab": "related"})),
        event(version(position=12, term=" pneumonia", grade="2", causality={"belimumab": "not_related"}), number=2),
        event(version(position=13, term="Headache", grade="1", infection="false", causality={"belimumab": "possibly_related"}),
              number=3)),
    participant("b2",
        event(version(position=21, term="Headache", grade="2", infection="false", causality={"belimumab": "not_related"},
                      action="discontinued"))),
    participant("b3"),
    participant("m1",
        event(version(position=31, term="Pneumonia", grade="4", seriousness=("life_threatening",)),
              version(position=32, term="Pneumonia", grade="5", seriousness=("death",), outcome="fatal")), arm="MT"),
    participant("m2", arm="MT"),
    participant("not allocated", event(version(position=41)), arm=None),
]
# fmt: on
ROWS = derive_adverse_events(PEOPLE, groups=GROUPS, interventions=BELIMUMAB)


def table(rows: tuple[EventCount, ...]) -> list[tuple[object, ...]]:
    return [
        (each.group, *each.key, each.participants, each.events, each.size, each.positions) for each in rows
    ]


def test_one_row_for_each_event_of_those_that_have_a_group() -> None:
    assert [
        (row.participant, row.number, row.position, row.grade, row.serious, row.causality) for row in ROWS
    ] == [
        ("b1", 1, 11, 3, True, "related"),
        ("b1", 2, 12, 2, False, "not_related"),
        ("b1", 3, 13, 1, False, "possibly_related"),
        ("b2", 1, 21, 2, False, "not_related"),
        ("m1", 1, 32, 5, True, "unknown"),  # the last version counts; nobody judged a link to belimumab
    ]


def test_by_term() -> None:
    assert table(derive_event_counts(ROWS, groups=GROUPS, by=by_term)) == [
        ("BEL+MT", "headache", 2, 2, 3, (13, 21)),
        ("MT", "headache", 0, 0, 2, ()),
        ("BEL+MT", "pneumonia", 1, 2, 3, (11, 12)),
        ("MT", "pneumonia", 1, 1, 2, (32,)),
    ]


def test_by_term_and_worst_grade_each_participant_counts_once() -> None:
    worst = derive_worst_events(ROWS, by=by_term)
    found = derive_event_counts(worst, groups=GROUPS, by=lambda row: (*by_term(row), *by_grade(row)))
    assert [each[:4] for each in table(found) if each[3]] == [
        ("BEL+MT", "headache", 1, 1),
        ("BEL+MT", "headache", 2, 1),
        ("BEL+MT", "pneumonia", 3, 1),
        ("MT", "pneumonia", 5, 1),
    ]


def test_by_seriousness_and_causality() -> None:
    assert [each[:4] for each in table(derive_event_counts(ROWS, groups=GROUPS, by=by_seriousness))] == [
        ("BEL+MT", False, 2, 3),
        ("MT", False, 0, 0),
        ("BEL+MT", True, 1, 1),
        ("MT", True, 1, 1),
    ]
    assert [
        each[:4] for each in table(derive_event_counts(ROWS, groups=GROUPS, by=by_causality)) if each[2]
    ] == [
        ("BEL+MT", "not_related", 2, 2),
        ("BEL+MT", "possibly_related", 1, 1),
        ("BEL+MT", "related", 1, 1),
        ("MT", "unknown", 1, 1),
    ]


def test_summary() -> None:
    counts = {
        (each.key[0], each.group): (each.participants, each.events)
        for each in derive_event_summary(ROWS, groups=GROUPS)
    }
    assert {name: (counts[name, "BEL+MT"], counts[name, "MT"]) for name in SUMMARY} == {
        "any": ((2, 4), (1, 1)),
        "emergent": ((2, 4), (1, 1)),
        "related": ((1, 2), (0, 0)),
        "unjudged": ((0, 0), (1, 1)),
        "severe": ((1, 1), (1, 1)),
        "serious": ((1, 1), (1, 1)),
        "serious_related": ((1, 1), (0, 0)),
        "serious_unjudged": ((0, 0), (1, 1)),
        "infection": ((1, 2), (1, 1)),
        "serious_infection": ((1, 1), (1, 1)),
        "discontinued": ((1, 1), (0, 0)),
        "fatal": ((0, 0), (1, 1)),
    }


# fmt: off
BEFORE_AND_AFTER = [  # first dose of the study on 2 March 2026; what begins before it is in the first line alone
    ("2026-03-01", (1, 0)), ("2026-03-02", (1, 1)), ("2026-03", (1, 1)), ("", (1, 1)),
]
# fmt: on


@pytest.mark.parametrize(("start", "counted"), BEFORE_AND_AFTER)
def test_all_lines_of_the_summary_but_the_first_are_of_treatment_emergent_events(
    start: str, counted: tuple[int, int]
) -> None:
    row = one_row(
        version(start=start, seriousness=HOSPITAL, action="discontinued", causality={"belimumab": "related"})
    )
    found = {each.key[0]: each.events for each in derive_event_summary([row], groups={"b1": "BEL+MT"})}
    every, emergent = counted
    expected = (
        "emergent",
        "related",
        "severe",
        "serious",
        "serious_related",
        "infection",
        "serious_infection",
        "discontinued",
    )
    assert found["any"] == every
    assert {name: found[name] for name in expected} == dict.fromkeys(expected, emergent)


# fmt: off
EMERGENT = [  # first dose of the study on 2 March 2026
    ("2026-03-02", True), ("2026-03-01", False), ("2026-03", None), ("2026-02", False), ("2026-04", True), ("", None),
]
# fmt: on


@pytest.mark.parametrize(("start", "emergent"), EMERGENT)
def test_what_began_since_the_first_dose_is_treatment_emergent(start: str, emergent: Truth) -> None:
    assert one_row(version(start=start)).emergent is emergent


def one_row(said: object, **more: object) -> EventRow:
    (row,) = derive_adverse_events(
        [participant("b1", event(said), **more)],  # type: ignore[arg-type]
        groups=GROUPS,
        interventions=BELIMUMAB,
    )
    return row


def test_without_a_dose_of_the_study_nothing_is_treatment_emergent() -> None:
    assert one_row(version(), doses=()).emergent is False
    assert one_row(version(), doses=(dose(prior=True),)).emergent is False


def test_what_was_not_said_stays_open() -> None:
    row = one_row(version(grade="", expected="", infection=""))
    assert (row.grade, row.expected, row.infection, row.causality) == (None, None, None, "unknown")


def test_of_several_interventions_the_strongest_link_counts() -> None:
    said = version(causality={"belimumab": "not_related", "tacrolimus": "possibly_related"})
    (row,) = derive_adverse_events(
        [participant("b1", event(said))], groups=GROUPS, interventions=frozenset({"belimumab", "tacrolimus"})
    )
    assert row.causality == "possibly_related"


# fmt: off
LINKS = [  # what was judged, what had been taken by 1 April (belimumab) and what began after it (tacrolimus)
    ("what was never taken need not be judged", {"belimumab": "not_related"}, ("belimumab",), "not_related"),
    ("what began after the event need not be judged", {"belimumab": "not_related"}, ("belimumab", "later"), "not_related"),
    ("what was taken and not judged leaves it open", {"tacrolimus": "not_related"}, ("belimumab",), "unknown"),
    ("judged as unknown", {"belimumab": "unknown"}, ("belimumab",), "unknown"),
    ("one link is enough", {"tacrolimus": "related"}, ("belimumab",), "related"),
    ("nobody judged anything", {}, ("belimumab",), "unknown"),
]
# fmt: on


@pytest.mark.parametrize(("case", "causality", "taken", "expected"), LINKS, ids=[each[0] for each in LINKS])
def test_an_event_is_judged_where_everything_taken_by_then_was_judged(
    case: str, causality: dict[str, str], taken: tuple[str, ...], expected: str
) -> None:
    given = dose()
    later = given._replace(intervention="tacrolimus", start="2026-04-02")
    (row,) = derive_adverse_events(
        [participant("b1", event(version(causality=causality)), doses=(given, later)[: len(taken)])],
        groups=GROUPS,
        interventions=frozenset({"belimumab", "tacrolimus", "mycophenolate_mofetil"}),
    )
    assert row.causality == expected


def test_an_event_without_a_grade_may_be_the_worst() -> None:
    rows = derive_adverse_events(
        [participant("b1", event(version(grade="4")), event(version(grade=""), number=2))],
        groups=GROUPS,
        interventions=BELIMUMAB,
    )
    assert [row.grade for row in derive_worst_events(rows, by=by_term)] == [None]
