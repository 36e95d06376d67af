"""Makes participants of a trial from few words: days counted from week 0, results by concept. Synthetic people only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

from trialwright.endpoints.follow_up import FollowUp, follow
from trialwright.exchange.folder import read_study
from trialwright.record.participant import (
    AdverseEvent,
    AdverseEventVersion,
    Allocated,
    Discontinuation,
    Dose,
    Ended,
    FormRecord,
    ItemValue,
    Participant,
    Rescue,
    Visit,
)
from trialwright.study.analysis_rules import AnalysisRules, lower_analysis

WEEK_0 = date(2026, 3, 2)
CUT_OFF = date(2027, 3, 1)
DRUG = {"BEL+MT": "belimumab", "MT": "tacrolimus", "belimumab": "belimumab", "placebo": "placebo"}


@cache
def rules_of(study: str = "beam") -> AnalysisRules:
    """The analysis plan of a bundled study."""
    return lower_analysis(read_study(study))


@dataclass(frozen=True)
class Result:
    """One result as entered; '' for the concept's own unit. `day`: days from week 0, None: the day of the visit."""

    value: str
    unit: str = ""
    high: str = ""
    day: int | None = None


def result(text: str) -> Result:
    """`1.2`, `106 umol/L`, `104 umol/L of 104`: the value, its unit, the upper limit of its own reference range."""
    amount, _, high = text.partition(" of ")
    value, _, unit = amount.partition(" ")
    return Result(value, unit, high)


Results = Mapping[str, str | Result | Sequence[str | Result]]


@dataclass
class Made:
    """A participant in the making; every event takes the next position of the ledger."""

    study: str = "beam"
    arm: str = "BEL+MT"
    sex: str = "female"
    birth: str = "1996-02-01"  # 30 years old from week 0 to week 24
    number: int = 1
    position: int = 10
    visits: list[Visit] = field(default_factory=list)
    forms: dict[str, FormRecord] = field(default_factory=dict)
    doses: list[Dose] = field(default_factory=list)
    more: dict[str, object] = field(default_factory=dict)

    def next(self) -> int:
        self.position += 1
        return self.position

    def visit(self, encounter: str, day: int, results: Results | None = None, *, id: str = "") -> Made:
        """A visit on a day counted from week 0, with its results by concept."""
        id = id or encounter
        self.visits.append(Visit(self.next(), id, encounter, str(WEEK_0 + timedelta(day)), False, ""))
        concepts = {concept.name: concept for concept in rules_of(self.study).study.concepts}
        items: dict[str, ItemValue] = {}
        for concept, given in (results or {}).items():
            several = [given] if isinstance(given, str | Result) else list(given)
            for index, one in enumerate(several):
                entered = result(one) if isinstance(one, str) else one
                on = day if entered.day is None else entered.day
                path = f"labs.{concept}_{index}"
                place = self.next()
                items[path] = ItemValue(
                    place,
                    place,
                    path,
                    concept,
                    entered.value,
                    entered.unit or concepts[concept].unit or "",
                    "",
                    concept,
                    concepts[concept].kind,
                    str(WEEK_0 + timedelta(on)),
                    "",
                    entered.high,
                )
        self.forms[f"{id}/labs"] = FormRecord(f"{id}/labs", id, "labs", 1, items)
        return self

    def missed(self, encounter: str) -> Made:
        self.visits.append(Visit(self.next(), encounter, encounter, "", True, "ill"))
        return self

    def dose(
        self, intervention: str, day: int, *, end: int | None = None, amount: str = "600", concept: str = "", unit: str = "mg/d", prior: bool = False, started: str = ""
    ) -> Made:  # fmt: skip
        """Given from a day on; without an end still taken (belimumab: one infusion)."""
        ongoing = end is None and intervention != "belimumab"
        last = "" if ongoing else str(WEEK_0 + timedelta(day if end is None else end))
        place = self.next()
        self.doses.append(
            Dose(
                place, place, intervention, concept, str(WEEK_0 + timedelta(day)), last, ongoing, amount, unit, "",
                "", "", "", (), "", "", "", started, "", "", prior,
            )
        )  # fmt: skip
        return self

    def rescue(self, day: int, therapy: str = "pulse") -> Made:
        """Rescue therapy begun on a day."""
        rescues = (
            *self.more.get("rescues", ()),
            Rescue(self.next(), str(WEEK_0 + timedelta(day)), therapy, ""),
        )  # type: ignore[misc]
        self.more["rescues"] = rescues
        return self

    def discontinue(self, day: int, intervention: str = "tacrolimus") -> Made:
        self.more["discontinuations"] = (
            Discontinuation(self.next(), intervention, str(WEEK_0 + timedelta(day)), "toxicity"),
        )
        return self

    def adverse_event(
        self, day: int, *, serious: tuple[str, ...] = (), causality: Mapping[str, str] | None = None
    ) -> Made:
        """A headache that began on a day, judged as said."""
        start = str(WEEK_0 + timedelta(day))
        known = AdverseEventVersion(
            self.next(), "Headache", "false", start, "", "2", serious, causality or {}, "", "none", "recovering",
            f"{start}T08:00:00+00:00",
        )  # fmt: skip
        events = self.more.get("adverse_events", ())
        self.more["adverse_events"] = (*events, AdverseEvent(len(events) + 1, (known,)))  # type: ignore[misc, arg-type]
        return self

    def ended(self, kind: str, day: int) -> Made:
        """kind: died, withdrawn, lost, completed."""
        self.more[kind] = Ended(self.next(), str(WEEK_0 + timedelta(day)), "")
        return self

    def participant(self) -> Participant:
        made = Participant(
            f"S-{self.number:03}",
            "a",
            sex=self.sex,
            birth=self.birth,
            enrolled=Ended(3, str(WEEK_0 - timedelta(2)), ""),
            allocated=Allocated(4, str(WEEK_0 - timedelta(1)), self.number, self.arm, {}, "", "")
            if self.arm
            else None,
            visits=tuple(self.visits),
            forms=self.forms,
            doses=tuple(self.doses),
        )
        return replace(made, **self.more)  # type: ignore[arg-type]

    def follow(self, *, on: date = CUT_OFF) -> FollowUp:
        return follow(rules_of(self.study), self.participant(), on=on)


def begun(arm: str = "BEL+MT", *, study: str = "beam", **about: object) -> Made:
    """A participant whose treatment began on week 0."""
    return Made(study=study, arm=arm, **about).dose(DRUG[arm], 0)  # type: ignore[arg-type]
