"""The expression language: what a rule means, as frozen, typed, hashable trees.

Two families: `Number` nodes give an interval of numbers (a censored result, a partial date or a missing record
widens it), `Condition` nodes give one of three truth values. Sources name concepts, never codes or tables.
Every node here has a strategy in both engines and a sentence in both languages; a test counts them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal as OneOfTexts

from trialwright.terms.dates import Length

Which = OneOfTexts["latest", "first", "lowest", "highest"]
Quantity = OneOfTexts["value", "ratio"]
Worst = OneOfTexts["high", "low", "none"]
Measure = OneOfTexts["days", "course_dose", "window_dose", "max_daily_dose"]
Operator = OneOfTexts["<", "<=", ">", ">=", "="]


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of a rule."""

    def children(self) -> Iterator[Node]:
        """The parts this node is made of, in reading order."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, Window) and value.anchor is not None:
                yield value.anchor
            elif isinstance(value, tuple):
                yield from (part for part in value if isinstance(part, Node))

    def walk(self) -> Iterator[Node]:
        """This node and all parts below it, parents first."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A part whose value is an interval of numbers."""


@dataclass(frozen=True, slots=True)
class Condition(Node):
    """A part that is true, false or unknown."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days that count, both ends included, ending on the reference date or on an anchor day.

    `length` None: ever up to that day. A length of 0 days: that day alone.
    """

    length: Length | None = None
    anchor: AnchorDay | NamedDay | None = None


@dataclass(frozen=True, slots=True)
class AnchorDay(Node):
    """The latest day with a result of a concept in a window (for yes/no findings: with a yes).

    `default_on`: where there is none, the reference date stands in; otherwise there is no such day.
    """

    concept: str
    window: Window
    only_yes: bool = False
    default_on: bool = False


@dataclass(frozen=True, slots=True)
class NamedDay(Node):
    """A day that the participant's trial gives: an anchor of the schedule, or the visit judged.

    There is no such day in a search of records, so a window that ends on it holds nothing.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Literal(Number):
    """A number written in the rule, already in the unit of what it is compared with; `text` as written."""

    value: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Age(Number):
    """Age in completed years on the day judged, or on a named day of the trial."""

    day: NamedDay | None = None


@dataclass(frozen=True, slots=True)
class Female(Number):
    """1 for female, 0 for male, between them where the sex is neither."""


@dataclass(frozen=True, slots=True)
class Pick(Number):
    """One result of a concept in a window.

    `latest` and `first` take the day's results together: of several on that day the one worst for the participant
    counts (`worst` high or low; none: all of them, so that different ones leave the value open).
    `quantity` ratio: the result over the upper limit of its own reference range.
    `missing`: the reason code where there is no result. `surrogate`: a pick that does not decide but explains.
    """

    concept: str
    which: Which = "latest"
    window: Window = Window()
    quantity: Quantity = "value"
    worst: Worst = "none"
    missing: str = "no_record"
    surrogate: Pick | None = None


@dataclass(frozen=True, slots=True)
class Score(Number):
    """The latest total of a weighted item list, from items on a day whose list is closed, else as recorded.

    `concept` holds recorded totals, `items` one fact an item; index -1 ('false') closes the list of its day.
    """

    concept: str
    items: str
    weights: tuple[float, ...]
    window: Window
    worst: Worst = "none"
    missing: str = "no_record"


@dataclass(frozen=True, slots=True)
class StandIn(Number):
    """The first pick, or the second where the first has no result at all, readable or not."""

    first: Pick
    second: Pick


@dataclass(frozen=True, slots=True)
class Formula(Number):
    """A published formula of `assessments`, by name, of its arguments in order."""

    name: str
    arguments: tuple[Number, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Arithmetic(Number):
    """Two numbers combined; strict: what is unknown in either is unknown. Division by what may be 0 is unknown.

    A number without an end in one direction makes the result unknown, unless it is only scaled.
    """

    operator: OneOfTexts["+", "-", "*", "/", "least", "greatest"]
    left: Number
    right: Number

    def scaled(self) -> OneOfTexts["left", "right"] | None:
        """Which side is only multiplied, or divided, by a written number above 0; None where neither is.

        Scaling keeps the open end of a number: half of more than 1000 is more than 500.
        """
        if self.operator in ("*", "/") and isinstance(self.right, Literal) and self.right.value > 0:
            return "left"
        if self.operator == "*" and isinstance(self.left, Literal) and self.left.value > 0:
            return "right"
        return None


@dataclass(frozen=True, slots=True)
class ItemCount(Number):
    """How many distinct items of a coded finding are recorded; closed by 'false' within `answer_window`."""

    concept: str
    items: int
    window: Window
    answer_window: Window


@dataclass(frozen=True, slots=True)
class ResultCount(Number):
    """How many results of a concept lie in a window, readable or not."""

    concept: str
    window: Window


@dataclass(frozen=True, slots=True)
class Course(Number):
    """Exposure added up by calendar day.

    Doses of one day are added; only days of at least `daily` count (0: every exposed day, dose or no dose).
    Qualifying days not more than `gap` days apart are one course.
    `days`: the longest course with a day in the window, in days, taken whole. `course_dose`: the dose of all such
    courses, taken whole. `window_dose`: the dose of qualifying days inside the window. `max_daily_dose`: the highest
    dose of one day in the window, without days of at least `except_daily` inside `except_window`.
    `weight` divides doses recorded per day where the concept counts per kg and day.
    `silence_is_none`: no record means none in every mode, because the rule itself says what silence means.
    """

    concept: str
    measure: Measure
    window: Window
    answer_window: Window
    kind: str = "exposure"
    daily: float = 0.0
    gap: int = 1
    weight: Number | None = None
    except_daily: float | None = None
    except_window: Window | None = None
    silence_is_none: bool = False


@dataclass(frozen=True, slots=True)
class Present(Condition):
    """A condition, exposure, procedure or allergy active on some day of the window.

    No record means no in a search (closed world) and is unknown at the bedside until a 'no' is recorded in
    `answer_window`; a presence against such a 'no' is a conflict.
    """

    concept: str
    kind: str
    window: Window
    answer_window: Window


@dataclass(frozen=True, slots=True)
class Recorded(Condition):
    """There is a result of the concept in the window, readable or not."""

    concept: str
    window: Window


@dataclass(frozen=True, slots=True)
class Happened(Condition):
    """An event that the analysis plan declares, by its id, came before the day judged.

    The participant's trial says so, as it names its days; in a search of records it came for nobody.
    """

    event: str


@dataclass(frozen=True, slots=True)
class IsYes(Condition):
    """The picked yes/no finding is yes."""

    pick: Pick


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """The picked coded finding is one of these texts (`indexes` into the concept's coded values)."""

    pick: Pick
    texts: tuple[str, ...]
    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SexIs(Condition):
    """The recorded sex is one of these words (female, male, other, unknown)."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare(Condition):
    """Two numbers compared; values within 1e-9 relative are equal."""

    operator: Operator
    left: Number
    right: Number


@dataclass(frozen=True, slots=True)
class And(Condition):
    """All parts are true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or(Condition):
    """Some part is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """The part is not true."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Unless(Condition):
    """`part`, unless `excuse` is true; what is not recorded in `part` stays unknown whatever the excuse."""

    part: Condition
    excuse: Condition


@dataclass(frozen=True, slots=True)
class When(Condition):
    """`then` where `test` is true, `otherwise` where it is false; unknown if unknown and the two differ."""

    test: Condition
    then: Condition
    otherwise: Condition


@dataclass(frozen=True, slots=True)
class ByMode(Condition):
    """One condition in a search of records, another at the bedside."""

    search: Condition
    screening: Condition


@dataclass(frozen=True, slots=True)
class Constant(Condition):
    """Always true, always false, or always unknown, for a stated reason."""

    truth: bool | None
    reason: str = "stated"


_NOT_RECORDED = (Literal, Age, Female)


def rests_on_records(number: Number) -> bool:
    """Whether a number comes from recorded facts, so that it has evidence to show."""
    if isinstance(number, Formula):
        return any(map(rests_on_records, number.arguments))
    if isinstance(number, Arithmetic):
        return rests_on_records(number.left) or rests_on_records(number.right)
    return not isinstance(number, _NOT_RECORDED)


def leading(arguments: tuple[Number, ...]) -> int:
    """The index of the first argument that rests on records (0 if none does)."""
    return next((index for index, part in enumerate(arguments) if rests_on_records(part)), 0)
