"""Whose turn it is: the calls of everybody in a rehearsal, merged in the order of time and done by the real actions.

A story is a generator. It yields what somebody does (`Act`), or until when nothing happens (`Until`), and is sent the
event that was written. An action that is refused is a fault of the simulator, unless the story said that it may be.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from trialwright.conduct.action import BadArgument, Refusal
from trialwright.conduct.perform import Request, perform
from trialwright.conduct.trial import Secret, Trial
from trialwright.record.event import Event
from trialwright.simulation.participants.chance import Chance
from trialwright.terms.message import Message, render

CALL_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Act:
    """Something an account does: the arguments of `Request`. `may_refuse`: a refusal is part of the story.

    `account`: who does it, or how to find out when its turn comes, since roles change hands.
    """

    at: datetime
    action: str
    account: str | Callable[[], str]
    site: str = ""
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    opening: str = ""
    may_refuse: bool = False

    def who(self) -> str:
        """The account that does it now."""
        return self.account if isinstance(self.account, str) else self.account()


class Until(NamedTuple):
    """Nothing happens in this story before a moment."""

    at: datetime


T = TypeVar("T")
Telling = Generator[Act | Until, Any, T]
"""A part of a story, which gives something to the part that told it."""

Story = Telling[None]


def insist(act: Act, reason: str) -> Telling[Event]:
    """Do something; where it is asked back, which happens seldom, do it with the reason that it is meant so."""
    answer = yield replace(act, may_refuse=True)
    if isinstance(answer, Refusal):
        answer = yield replace(act, reason=reason)
    return answer


class RehearsalFault(RuntimeError):
    """The simulator did what the trial does not allow: the action, and the reasons it was refused for."""

    def __init__(self, act: Act, reasons: tuple[Message, ...]) -> None:
        said = " ".join(render(reason, {}) for reason in reasons)
        super().__init__(f"{act.action} by {act.who()} at {act.at.isoformat()} was refused: {said}")
        self.act = act
        self.reasons = reasons


class Agenda:
    """Runs stories against a trial, always the one whose turn comes first; at equal times the one that began first."""

    def __init__(
        self,
        trial: Trial,
        *,
        secret: Secret,
        chance: Chance,
        progress: Callable[[int], None] = lambda count: None,
    ) -> None:
        self._trial = trial
        self._secret = secret
        self._chance = chance
        self._progress = progress
        self._waiting: list[tuple[datetime, int, Story, Act | None]] = []
        self._begun = 0
        self._written = 0

    def begin(self, story: Story, *, at: datetime) -> None:
        """Let a story begin at a moment."""
        self._begun += 1
        heapq.heappush(self._waiting, (at, self._begun, story, None))

    def run(self) -> None:
        """Tell all stories to their ends; raises `RehearsalFault`."""
        while self._waiting:
            at, order, story, act = heapq.heappop(self._waiting)
            answer = self._do(act, at) if act is not None else None
            try:
                step = story.send(answer)
            except StopIteration:
                continue
            later = max(step.at, at)
            heapq.heappush(self._waiting, (later, order, story, step if isinstance(step, Act) else None))

    def _do(self, act: Act, at: datetime) -> Event | Refusal:
        request = Request(
            id=self._chance.bytes(CALL_ID_BYTES).hex(),
            action=act.action,
            account=act.who(),
            at=at,
            site=act.site,
            reason=act.reason,
            values=act.values,
            opening=act.opening,
        )
        try:
            answer = perform(self._trial, request, secret=self._secret)
        except BadArgument as error:
            raise RehearsalFault(act, (error.message,)) from error
        if isinstance(answer, Refusal):
            if not act.may_refuse:
                raise RehearsalFault(act, answer.reasons)
            return answer
        self._written += 1
        self._progress(self._written)
        return answer
