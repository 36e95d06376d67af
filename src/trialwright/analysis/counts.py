"""How many participants of an arm had an event, and the two arms side by side."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.analysis.result import CannotAnalyse, Counted
from trialwright.terms.message import message


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCount:
    """The participants of one arm, and how many of them had the event.

    `arm`: its id in the study; `n`: participants, 1 or more; `events`: 0 to `n`.
    Raises `CannotAnalyse` for an arm without participants, and for counts that cannot be.
    """

    arm: str
    events: int
    n: int

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        if self.n == 0:
            raise CannotAnalyse(
                message("Arm {arm} has no participants, so nothing can be estimated from it.", arm=self.arm)
            )
        if self.n < 0 or not 0 <= self.events <= self.n:
            raise CannotAnalyse(
                message(
                    "Arm {arm}: {events} of {n} participants with the event cannot be.",
                    arm=self.arm,
                    events=self.events,
                    n=self.n,
                )
            )

    @property
    def share(self) -> float:
        """The proportion with the event, 0 to 1."""
        return self.events / self.n

    @property
    def counted(self) -> Counted:
        """The same counts as a result carries them."""
        return Counted(arm=self.arm, n=self.n, events=self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoArms:
    """Two arms compared: every difference and ratio is treatment against control."""

    treatment: ArmCount
    control: ArmCount

    @property
    def n(self) -> int:
        """Participants of both arms."""
        return self.treatment.n + self.control.n

    @property
    def events(self) -> int:
        """Participants of both arms with the event."""
        return self.treatment.events + self.control.events

    @property
    def difference(self) -> float:
        """The observed risk difference, -1 to 1."""
        return self.treatment.share - self.control.share

    @property
    def counted(self) -> tuple[Counted, Counted]:
        """Both counts as a result carries them."""
        return self.treatment.counted, self.control.counted

    @property
    def uninformative(self) -> bool:
        """Whether nobody or everybody had the event, so that no test can tell the arms apart."""
        return self.events in (0, self.n)

    @property
    def smallest_expected(self) -> float:
        """The smallest expected count of the four cells when the arms do not differ."""
        smaller = min(self.treatment.n, self.control.n)
        return smaller * min(self.events, self.n - self.events) / self.n

    def rows(self, *, term: str) -> tuple[tuple[int, ...], dict[str, tuple[int, ...]]]:
        """Give one row per participant for a regression: the outcome, and `term` 1 in treatment, 0 in control."""
        outcome, arm = [], []
        for count, value in ((self.treatment, 1), (self.control, 0)):
            outcome += [1] * count.events + [0] * (count.n - count.events)
            arm += [value] * count.n
        return tuple(outcome), {term: tuple(arm)}
