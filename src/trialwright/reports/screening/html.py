"""A screening as one HTML page: whom to look at first and why, and what the verdicts must not be trusted for."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trialwright.eligibility.calendar import HORIZON
from trialwright.eligibility.funnel import Judged, Population, count_verdicts, plan_attrition
from trialwright.reports.legend import explain_criteria
from trialwright.reports.page import write_page
from trialwright.reports.screening.evidence import entered
from trialwright.reports.screening.next_steps import lapse_lines, next_steps
from trialwright.reports.words import running_line
from trialwright.study.model import Study
from trialwright.study.prose.words import Words
from trialwright.terms.dates import add_days

CARDS = 100  # eligible and undetermined people shown with all their criteria
ROWS = 500  # ineligible people listed, and records listed as skipped or set aside

Participant = Mapping[str, Any]


def write_html(
    result: Mapping[str, Any], *, study: Study, catalogue: Mapping[str, str], language: str
) -> str:
    """The page of a screening.

    `result`: the JSON of the contract; `participants` may be any iterable and is gone through once. `synthetic`: true
    where the source says that its people are made up. `language` is en or zh, `catalogue` its sentences; the sentences
    in `result` must be of the same language.
    """
    ids = [criterion.id for criterion in study.criteria]
    crowd = _Crowd(ids)
    for participant in result["participants"]:
        crowd.add(participant)
    population = crowd.population
    judged = population.judged_by(range(len(ids)))
    words = Words(study)
    people = [
        {
            "data": each,
            "steps": next_steps(each, study=study, words=words),
            "open": [row for row in each["criteria"] if row["verdict"] in ("fail", "unknown")],
            "passed": [row for row in each["criteria"] if row["verdict"] == "pass"],
            "not_assessed": [row for row in each["criteria"] if row["verdict"] == "not_assessed"],
        }
        for each in crowd.first.sorted()
    ]
    return write_page(
        "screening.html",
        catalogue=catalogue,
        language=language,
        running=running_line(result, study),
        result=result,
        study=study,
        concepts={concept.name: concept for concept in study.concepts},
        total=population.total,
        dead=population.dead,
        counts=count_verdicts(judged),
        waiting=crowd.waiting,
        lapsing=crowd.lapsing,
        attrition=_attrition(judged, ids),
        people=people,
        people_left_out=crowd.first.left_out,
        ineligible=[
            {"data": each, "lapses": lapse_lines(each, study=study, words=words)}
            for each in crowd.ineligible.sorted()
        ],
        ineligible_left_out=crowd.ineligible.left_out,
        criteria=explain_criteria(study, {**result.get("readings", {}), **crowd.readings}),
        entered=lambda fact: entered(fact, words),
        rows=ROWS,
        horizon=add_days(date.fromisoformat(result["on"]), HORIZON).isoformat(),
    )


@dataclass
class _First:
    """The first people of many in some order, and how many were left out."""

    limit: int
    left_out: int = 0
    _heap: list[tuple[_Backwards, Participant]] = field(default_factory=list)

    def add(self, place: tuple[Any, ...], participant: Participant) -> None:
        """Keep a participant if that place is among the first."""
        entry = (_Backwards(place), participant)
        if len(self._heap) < self.limit:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)
            self.left_out += 1

    def sorted(self) -> list[Participant]:
        """Those kept, in order."""
        return [participant for _, participant in sorted(self._heap, key=lambda entry: entry[0].place)]


@dataclass(frozen=True, slots=True)
class _Backwards:
    place: tuple[Any, ...]

    def __lt__(self, other: _Backwards) -> bool:
        return self.place > other.place


class _Crowd:
    """Everybody, gone through once: counted, and those kept whom the page shows."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = ids
        self._histogram: Counter[tuple[int, int]] = Counter()
        self._dead = 0
        self._number = 0
        self.readings: dict[str, str] = {}
        self.waiting = 0
        self.lapsing = 0
        self.first = _First(CARDS)
        self.ineligible = _First(ROWS)

    def add(self, each: Participant) -> None:
        """Count one participant."""
        self._number += 1
        verdicts = {row["id"]: row["verdict"] for row in each["criteria"]}
        self.readings.update((row["id"], row["reading"]) for row in each["criteria"])
        if "deceased" in each:
            self._dead += 1
        else:
            self._histogram[_mask(self._ids, verdicts, "fail"), _mask(self._ids, verdicts, "unknown")] += 1
        if each["verdict"] == "ineligible":
            self.waiting += each["possible_from"] is not None and not each["lapses"]
            self.lapsing += bool(each["lapses"])
            self.ineligible.add((*_place_of_ineligible(each), self._number), each)
        else:
            self.first.add((*_place_of_possible(each), self._number), each)

    @property
    def population(self) -> Population:
        """Everybody by what they fail and what is unknown of them."""
        return Population(self._histogram, self._dead)


def _mask(ids: Sequence[str], verdicts: Mapping[str, str], wanted: str) -> int:
    return sum(1 << bit for bit, id in enumerate(ids) if verdicts[id] == wanted)


_ACTIONS = {"repeat": 0, "measure": 1, "ask": 2, "clarify": 3, "give": 4}
"""How easily a thing is done; what may be given comes last, since nobody is treated in order to qualify."""


def _place_of_possible(each: Participant) -> tuple[Any, ...]:
    """Eligible people first, whose time runs out soonest; then who is settled by one item, and by the fewest."""
    items = {(step["concept"], step["action"]) for step in each["recheck"]}
    easiest = min((_ACTIONS[step["action"]] for step in each["recheck"]), default=0)
    return (
        each["verdict"] != "eligible",
        not any(step["settles"] and step["action"] != "give" for step in each["recheck"])
        if each["verdict"] != "eligible"
        else False,
        each["valid_until"] or "9999",
        sum(row["verdict"] == "unknown" for row in each["criteria"]),
        len(items),
        easiest,
        each["possible_until"] or "9999",
    )


def _place_of_ineligible(each: Participant) -> tuple[Any, ...]:
    """Whose wait ends soonest; then whose results merely lapse; then who fails least."""
    return (
        not each["possible_from"] or bool(each["lapses"]),
        not each["lapses"],
        each["possible_from"] or "9999",
        "deceased" in each,
        sum(row["verdict"] == "fail" for row in each["criteria"]),
        sum(row["verdict"] == "unknown" for row in each["criteria"]),
    )


def _attrition(judged: Judged, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The funnel in protocol order, ready to be drawn."""
    return [
        {
            "criterion": None if step.rule is None else ids[step.rule],
            "lost": step.lost,
            "left_best": step.left_best,
            "left_worst": step.left_worst,
        }
        for step in plan_attrition(judged, range(len(ids)))
    ]
