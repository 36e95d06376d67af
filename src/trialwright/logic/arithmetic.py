"""Ordinary arithmetic that means the same on numbers in Python and on columns in SQL.

A formula is written once. Given `Number`s it computes, given `Column`s it builds an expression.

- Strict: NULL in, NULL out, also for `least` and `greatest`, whose SQL namesakes skip NULL on every engine.
- Division by zero and powers without a real value are NULL (engines give infinity, NaN, NULL or an error).
- Too large a number is carried as infinity, as IEEE 754 says, in both languages alike; every computation ends
  with `finite`, which turns infinity and NaN into NULL.
- NaN compares as in DuckDB, Spark and PostgreSQL (equal to itself, above everything), not as in Python.
- Only what DuckDB and Spark read alike: + - * / %, POWER, ABS, NULLIF, CASE, comparisons, all on DOUBLE.
- A bare 1.5 is a DECIMAL on both, so a literal is the shortest text of its double with an exponent, 1.5e0: a
  DOUBLE of the same 64 bits.
- POWER may differ from Python in the last bit (another library); values within 1e-9 are equal anyway.
"""

from __future__ import annotations

import math
import operator as python
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, cast, overload

from trialwright.terms.truth import Truth, all_of, any_of

if TYPE_CHECKING:
    from sqlglot import exp
else:

    class _Late:
        """The expressions of SQLGlot, imported when the first is written: most commands need none, and wait for it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("sqlglot.expressions"), name)

    exp = _Late()

Operator = Literal["+", "-", "*", "/"]
Comparison = Literal["<", "<=", ">", ">=", "=", "<>"]

_BINARY = {
    "+": "Add",
    "-": "Sub",
    "*": "Mul",
    "/": "Div",
    "<": "LT",
    "<=": "LTE",
    ">": "GT",
    ">=": "GTE",
    "=": "EQ",
    "<>": "NEQ",
}
_PYTHON: dict[str, Callable[[float, float], float]] = {
    "+": python.add,
    "-": python.sub,
    "*": python.mul,
    "/": python.truediv,
}
_HOLDS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "=": (0,), "<>": (-1, 1)}  # of `_order`
_LARGEST = math.nextafter(math.inf, 0.0)


class _Arithmetic:
    """The operators that numbers and columns share; plain numbers may stand on either side."""

    __slots__ = ()

    @classmethod
    def _combine(cls, operator: Operator, left: Any, right: Any) -> Self:
        raise NotImplementedError

    def __add__(self, other: Self | float | None) -> Self:
        return self._combine("+", self, other)

    def __radd__(self, other: float | None) -> Self:
        return self._combine("+", other, self)

    def __sub__(self, other: Self | float | None) -> Self:
        return self._combine("-", self, other)

    def __rsub__(self, other: float | None) -> Self:
        return self._combine("-", other, self)

    def __mul__(self, other: Self | float | None) -> Self:
        return self._combine("*", self, other)

    def __rmul__(self, other: float | None) -> Self:
        return self._combine("*", other, self)

    def __truediv__(self, other: Self | float | None) -> Self:
        return self._combine("/", self, other)

    def __rtruediv__(self, other: float | None) -> Self:
        return self._combine("/", other, self)

    def __pow__(self, other: Self | float) -> Self:
        return cast(Self, power(cast(Any, self), other))

    def __rpow__(self, other: float) -> Self:
        return cast(Self, power(other, cast(Any, self)))

    def __neg__(self) -> Self:
        return self._combine("*", -1.0, self)


@dataclass(frozen=True, slots=True)
class Number(_Arithmetic):
    """A number while a formula runs; `None` is what SQL calls NULL. May be infinite on the way."""

    value: float | None

    @classmethod
    def of(cls, value: Number | float | None) -> Number:
        """Wrap a plain number; a `Number` stays itself."""
        if isinstance(value, Number):
            return value
        return cls(None if value is None else float(value))

    @classmethod
    def _combine(cls, operator: Operator, left: Any, right: Any) -> Self:
        a = left.value if isinstance(left, Number) else left
        b = right.value if isinstance(right, Number) else right
        if a is None or b is None or (operator == "/" and b == 0):
            return cls(None)
        return cls(_PYTHON[operator](a, b))


@dataclass(frozen=True, slots=True)
class Column(_Arithmetic):
    """An SQL expression of type DOUBLE, NULL or finite where it comes from a table."""

    expression: exp.Expr

    @classmethod
    def of(cls, value: Column | float | None) -> Column:
        """Write a plain number as a literal; a `Column` stays itself.

        Raises `ValueError` for infinity and NaN.
        """
        if isinstance(value, Column):
            return value
        if value is None:
            return cls(exp.cast(exp.null(), "double"))
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"{number} is not a number that a formula can state; write a finite one")
        text = repr(abs(number))
        literal = exp.Literal.number(text if "e" in text else f"{text.removesuffix('.0')}e0")
        return cls(exp.Neg(this=literal) if math.copysign(1.0, number) < 0 else literal)

    @classmethod
    def named(cls, name: str) -> Column:
        """The column of that name."""
        return cls(exp.column(name))

    @classmethod
    def _combine(cls, operator: Operator, left: Any, right: Any) -> Self:
        divisor = cls.of(right)
        if operator == "/" and (isinstance(right, Column) or right == 0):
            divisor = cls(exp.Nullif(this=divisor._copy(), expression=cls.of(0.0).expression))
        return cls(_binary(operator)(this=cls.of(left)._operand(), expression=divisor._operand()))

    def _copy(self) -> exp.Expr:
        # A node has one parent, so every use needs its own copy.
        return self.expression.copy()

    def _operand(self) -> exp.Expr:
        """A copy that keeps its meaning inside a larger expression."""
        return _wrapped(self.expression)


@dataclass(frozen=True, slots=True)
class Predicate:
    """An SQL condition on columns: true, false or NULL."""

    expression: exp.Expr


Value = TypeVar("Value", Number, Column)


def _binary(operator: str) -> type[exp.Binary]:
    found: type[exp.Binary] = getattr(exp, _BINARY[operator])
    return found


def _any_column(a: object, b: object) -> bool:
    return isinstance(a, Column) or isinstance(b, Column)


def _wrapped(expression: exp.Expr) -> exp.Expr:
    copy = expression.copy()
    loose = isinstance(copy, (exp.Binary, exp.Unary)) and not isinstance(copy, (exp.Paren, exp.Func))
    return exp.Paren(this=copy) if loose else copy


def _case(*branches: tuple[exp.Expr, exp.Expr]) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=test, true=result) for test, result in branches])


def _order(a: float, b: float) -> int:
    """-1, 0 or 1 in the order of SQL engines: NaN equals NaN and lies above everything."""
    if a != a or b != b:
        return (a != a) - (b != b)
    return (a > b) - (a < b)


def total(first: Value, *rest: Value) -> Value:
    """The sum of one or more."""
    result = first
    for value in rest:
        result = result + value
    return result


@overload
def compare(operator: Comparison, a: Number, b: Number | float) -> Truth: ...
@overload
def compare(operator: Comparison, a: Column, b: Column | float) -> Predicate: ...
@overload
def compare(operator: Comparison, a: float | None, b: float | None) -> Truth: ...
def compare(operator: Comparison, a: Any, b: Any) -> Truth | Predicate:
    """Compare exactly, unknown (NULL) where either side is.

    For switching between branches of a formula. Rules about patients compare with the tolerance of `logic`.
    """
    if _any_column(a, b):
        return Predicate(_binary(operator)(this=Column.of(a)._copy(), expression=Column.of(b)._copy()))
    left = a.value if isinstance(a, Number) else a
    right = b.value if isinstance(b, Number) else b
    if left is None or right is None:
        return None
    return _order(left, right) in _HOLDS[operator]


def all_hold(*tests: Truth | Predicate) -> Any:
    """Kleene's and: a `Predicate` if any part is one, else a truth value."""
    if any(isinstance(test, Predicate) for test in tests):
        return Predicate(exp.and_(*(_condition(test) for test in tests)))
    return all_of(test for test in tests if not isinstance(test, Predicate))


def any_holds(*tests: Truth | Predicate) -> Any:
    """Kleene's or: a `Predicate` if any part is one, else a truth value."""
    if any(isinstance(test, Predicate) for test in tests):
        return Predicate(exp.or_(*(_condition(test) for test in tests)))
    return any_of(test for test in tests if not isinstance(test, Predicate))


def _condition(test: Truth | Predicate) -> exp.Expr:
    if isinstance(test, Predicate):
        return test.expression.copy()
    return exp.cast(exp.null(), "boolean") if test is None else exp.Boolean(this=test)


@overload
def choose(condition: Truth, a: Number, b: Number | float) -> Number: ...
@overload
def choose(condition: Predicate, a: Column | float, b: Column | float) -> Column: ...
@overload
def choose(condition: Truth, a: float | None, b: float | None) -> float | None: ...
def choose(condition: Truth | Predicate, a: Any, b: Any) -> Any:
    """Give `a` where the condition is true, `b` where it is false, NULL where it is NULL.

    Strict in the condition and in the branch taken; the other branch is not looked at, so that
    `choose(compare(">", b, 0), a / b, 0)` means what it says.
    """
    if isinstance(condition, Predicate):
        test = condition.expression
        return Column(
            _case(
                (test.copy(), Column.of(a)._copy()),
                (exp.Not(this=exp.Paren(this=test.copy())), Column.of(b)._copy()),
            )
        )
    if _any_column(a, b):
        raise TypeError("a truth value chooses between numbers; columns are chosen between by a Predicate")
    chosen = Number(None) if condition is None else Number.of(a if condition else b)
    return chosen if isinstance(a, Number) or isinstance(b, Number) else finite(chosen).value


@overload
def least(a: Value, b: Value | float) -> Value: ...
@overload
def least(a: float | None, b: float | None) -> float | None: ...
def least(a: Any, b: Any) -> Any:
    """The smaller of two; NULL if either is NULL."""
    return _outermost("<=", a, b)


@overload
def greatest(a: Value, b: Value | float) -> Value: ...
@overload
def greatest(a: float | None, b: float | None) -> float | None: ...
def greatest(a: Any, b: Any) -> Any:
    """The larger of two; NULL if either is NULL."""
    return _outermost(">=", a, b)


def _outermost(inside: Comparison, a: Any, b: Any) -> Any:
    if isinstance(a, Column) and not isinstance(b, Column) and b is not None:
        # Half the text: where a is NULL the comparison is not true, and a itself is the NULL.
        beyond = compare(">" if inside == "<=" else "<", a, b).expression
        return Column(exp.Case(ifs=[exp.If(this=beyond, true=Column.of(b)._copy())], default=a._copy()))
    if _any_column(a, b):
        left, right = Column.of(a), Column.of(b)
        return choose(compare(inside, left, right), left, right)
    return choose(compare(inside, a, b), a, b)


@overload
def power(a: Value, b: Value | float) -> Value: ...
@overload
def power(a: float, b: Value) -> Value: ...
@overload
def power(a: float | None, b: float | None) -> float | None: ...
def power(a: Any, b: Any) -> Any:
    """`a` to the power `b`; NULL if either is NULL, or if there is no real and finite value.

    Defined for a > 0, for a = 0 with b >= 0 (0 to the 0 is 1), and for a < 0 with a whole b.
    """
    if _any_column(a, b):
        return Column(_power_expression(a, b))
    result = Number(_power_value(Number.of(a).value, Number.of(b).value))
    return result if isinstance(a, Number) or isinstance(b, Number) else finite(result).value


def _power_value(base: float | None, exponent: float | None) -> float | None:
    if base is None or exponent is None:
        return None
    sign = _order(base, 0.0)
    if (sign == 0 and _order(exponent, 0.0) < 0) or (sign < 0 and exponent % 1 != 0):
        return None
    try:
        return math.pow(base, exponent)
    except OverflowError:  # SQL gives infinity
        return math.inf if base > 0 or exponent % 2 == 0 else -math.inf


def _power_expression(base: Any, exponent: Any) -> exp.Expr:
    """POWER, guarded by no more than what is not known when the text is written."""
    a, b, zero = Column.of(base), Column.of(exponent), Column.of(0.0)
    plain = exp.Pow(this=a._copy(), expression=b._copy())
    if base is None or exponent is None:
        return plain
    if not isinstance(base, Column):
        if not base > 0:
            raise ValueError(f"cannot raise {base} to a column; the base must be above 0")
        return plain
    if not isinstance(exponent, Column):
        if float(exponent).is_integer() and exponent >= 0:
            return plain
        defined = compare("<>" if float(exponent).is_integer() else ">=" if exponent > 0 else ">", a, zero)
        return _case((defined.expression, plain))
    rest = exp.Mod(this=b._operand(), expression=Column.of(1.0)._copy())
    defined = any_holds(
        compare(">", a, zero),
        all_hold(compare("=", a, zero), compare(">=", b, zero)),
        all_hold(compare("<", a, zero), compare("=", Column(rest), zero)),
    )
    return _case((defined.expression, plain))


@overload
def finite(x: Number, *, where: Truth = True) -> Number: ...
@overload
def finite(x: Column, *, where: Truth | Predicate = True) -> Column: ...
def finite(x: Any, *, where: Truth | Predicate = True) -> Any:
    """The value, or NULL where it is infinite or NaN, or `where` is not true: how every computation ends."""
    if isinstance(x, Number):
        return x if where is True and x.value is not None and math.isfinite(x.value) else Number(None)
    small = compare("<=", Column(exp.Abs(this=x._copy())), _LARGEST)
    return Column(_case(((small if where is True else all_hold(where, small)).expression, x._copy())))
