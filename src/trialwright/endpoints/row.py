"""What is derived of one participant for one estimand: a value or a time, why, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from trialwright.endpoints.follow_up import FollowUp
from trialwright.endpoints.reasons import reason_text
from trialwright.record.fact import Fact
from trialwright.terms.message import Message, message


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """One participant's endpoint.

    `value`: 1 or 0 for a category that is or is not reached, else a number in `unit`; None: none, for `reason`.
    `time`, `happened`: days from the beginning to the event, or to where nothing more is known; None for endpoints that
    are no times. `category`, `visit`, `day`: what it was read from. `event`: the intercurrent event that changed it, `event_on`: its day.
    `detail`: why the answer at the visit is not known, or what is known before it is due, a reason code. `impute`: left missing on purpose, for a
    method that fills it in. `facts`, `positions`: ids, and places in the ledger, of what was read.
    """

    participant: str
    estimand: str
    reason: str
    value: float | None = None
    unit: str = ""
    time: int | None = None
    happened: bool | None = None
    category: str | None = None
    visit: str | None = None
    day: date | None = None
    event: str | None = None
    event_on: date | None = None
    detail: str = ""
    impute: bool = False
    facts: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()


class Rows:
    """Makes the rows of one participant and estimand."""

    def __init__(self, follow_up: FollowUp, estimand: str) -> None:
        self.follow_up, self.estimand = follow_up, estimand

    def __call__(
        self,
        reason: str,
        *,
        value: float | bool | None = None,
        unit: str = "",
        time: int | None = None,
        happened: bool | None = None,
        category: str | None = None,
        visit: str | None = None,
        day: date | None = None,
        event: str | None = None,
        event_on: date | None = None,
        detail: str = "",
        impute: bool = False,
        facts: Iterable[Fact] = (),
        also: Iterable[int] = (),
    ) -> EndpointRow:
        """One row; `also`: further positions of the ledger, such as that of the visit."""
        facts = tuple(dict.fromkeys(facts))
        positions = {*self.follow_up.positions_of(facts), *also}
        return EndpointRow(
            participant=self.follow_up.id,
            estimand=self.estimand,
            reason=reason,
            value=None if value is None else float(value),
            unit=unit,
            time=time,
            happened=happened,
            category=category,
            visit=visit,
            day=day,
            event=event,
            event_on=event_on,
            detail=detail,
            impute=impute,
            facts=tuple(fact.fact for fact in facts),
            positions=tuple(sorted(positions)),
        )


def explain_endpoint(row: EndpointRow) -> Message:
    """Say why an endpoint has the value it has."""
    said = reason_text(row.reason)
    if row.detail:
        return message("{reason} ({detail})", reason=said, detail=reason_text(row.detail))
    return said
