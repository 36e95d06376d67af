"""What every formula and score states about itself, and how it is computed from numbers or from columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from trialwright.logic.arithmetic import Column, Number, Predicate, all_hold, any_holds, compare, finite
from trialwright.logic.finding import FormulaRule
from trialwright.terms.message import Text
from trialwright.terms.quantity import BOUND
from trialwright.terms.truth import Truth

Direction = Literal["increasing", "decreasing", "either"]

NOT_VALID = "equation_not_valid"  # the reason code where an argument is outside what a formula is valid for
_JUST_ABOVE = 1e-100  # how near an open end of an interval comes to a limit that is itself excluded


@dataclass(frozen=True, slots=True)
class Argument:
    """One number a formula reads.

    `unit`: UCUM, '1' for a yes/no answer (1 yes, 0 no). `direction`: how the result moves as this number
    grows, all others fixed. Permitted are numbers from `lowest` to `highest`, both included, and greater than
    `above`; where `values` are given, only these.
    """

    name: str
    label: Text
    unit: str
    direction: Direction
    lowest: float = -math.inf
    highest: float = math.inf
    above: float = -math.inf
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Raise `ValueError` where an interval could not be evaluated soundly."""
        if self.direction == "either" and not self.values:
            raise ValueError(
                f"{self.name}: an argument that moves the result either way must list its values"
            )
        if self.values != tuple(sorted(set(self.values))):
            raise ValueError(f"{self.name}: list each of the values once, in ascending order")

    def admits(self, value: Number | Column) -> Any:
        """Whether a number is permitted: a truth value for a `Number`, a `Predicate` for a `Column`."""
        tests: list[Truth | Predicate] = []
        if self.values:
            tests.append(any_holds(*(compare("=", value, each) for each in self.values)))
        if self.lowest > -math.inf:
            tests.append(compare(">=", value, self.lowest))
        if self.above > -math.inf:
            tests.append(compare(">", value, self.above))
        if self.highest < math.inf:
            tests.append(compare("<=", value, self.highest))
        return all_hold(*tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A published formula or score.

    `formula` takes a `Number` or a `Column` per argument, in order, and is written in ordinary arithmetic.
    `valid_for` says in words what the limits of `arguments` say in numbers; outside, the result is refused
    (`NOT_VALID`). `unit`, `lowest` and `highest` describe the result; `estimate`: it stands for something
    that was not measured and must be shown as an estimate. `source`: citation.
    """

    name: str
    title: Text
    formula: Callable[..., Any]
    arguments: tuple[Argument, ...]
    unit: str
    lowest: float
    highest: float
    valid_for: Text
    source: str
    estimate: bool = False

    def function(self, *arguments: Column | float | None) -> Any:
        """The result for arguments in order: numbers in, number out; columns in, column out.

        `None` (NULL) where an argument is missing or not permitted, or where there is no finite result.
        """
        if len(arguments) != len(self.arguments):
            raise TypeError(f"{self.name} takes {len(self.arguments)} arguments, {len(arguments)} given")
        if any(isinstance(argument, Column) for argument in arguments):
            columns = [Column.of(argument) for argument in arguments]
            return finite(self.formula(*columns), where=self._admits(columns))
        numbers = [Number.of(argument) for argument in arguments if not isinstance(argument, Column)]
        return finite(self.formula(*numbers), where=self._admits(numbers)).value

    def compute(self, values: Mapping[str, float | None]) -> float | None:
        """The result for named numbers, each in the unit of its argument; `None` as in `function`."""
        result: float | None = self.function(*self._in_order(values))
        return result

    def column(self, columns: Mapping[str, Column | float]) -> Column:
        """The result as an SQL expression of named columns and constants, each in its argument's unit."""
        result: Column = self.function(*(Column.of(value) for value in self._in_order(columns)))
        return result

    def valid(self, values: Mapping[str, float | None]) -> Truth:
        """False if a known number is not permitted, else unknown if one is missing, else true."""
        truth: Truth = self._admits([Number.of(value) for value in self._in_order(values)])
        return truth

    def compute_items(self, present: Collection[str]) -> float:
        """The score when exactly these items are present and all others are known to be absent.

        Raises `ValueError` for a name that is not an item, or if the arguments are not yes/no items.
        """
        names = [argument.name for argument in self.arguments]
        if any(argument.values != (0.0, 1.0) for argument in self.arguments):
            raise ValueError(f"{self.name} is not a list of yes/no items; give its values by name")
        strange = len(set(present) - set(names))
        if strange:  # the name itself may be free text of a record, so it is not repeated
            raise ValueError(
                f"{strange} of the names are no item of {self.name}; its items are {', '.join(names)}"
            )
        result: float = self.function(*(float(name in present) for name in names))
        return result

    def rule(self) -> FormulaRule:
        """The formula as the engines of `logic` take it."""
        return FormulaRule(
            function=self.function,
            directions=tuple(argument.direction for argument in self.arguments),
            lowest=tuple(
                argument.above + _JUST_ABOVE if argument.above > -math.inf else -BOUND
                for argument in self.arguments
            ),
            highest=tuple(BOUND for _ in self.arguments),
            valid_from=tuple(
                (index, argument.lowest)
                for index, argument in enumerate(self.arguments)
                if argument.lowest > -math.inf
            ),
        )

    def _admits(self, values: Sequence[Number | Column]) -> Any:
        return all_hold(
            *(argument.admits(value) for argument, value in zip(self.arguments, values, strict=True))
        )

    def _in_order(self, values: Mapping[str, Any]) -> list[Any]:
        names = [argument.name for argument in self.arguments]
        if set(values) != set(names):
            raise ValueError(f"{self.name} takes {', '.join(names)}; given were {', '.join(sorted(values))}")
        return [values[name] for name in names]


def yes_no(name: str, label: Text, *, direction: Direction) -> Argument:
    """An argument that is 1 for yes and 0 for no."""
    return Argument(name, label, "1", direction, values=(0.0, 1.0))
