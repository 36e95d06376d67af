"""What arithmetic in formulas means, the same on numbers in Python and on columns in SQL.

Every row is run twice from one function: on plain numbers, and as an expression in DuckDB over a table with
the same numbers. NULL is `None`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from trialwright.logic.arithmetic import (
    Column,
    Number,
    Predicate,
    all_hold,
    any_holds,
    choose,
    compare,
    finite,
    greatest,
    least,
    power,
    total,
)

HUGE = 1.7e308
TABLE = "(SELECT CAST(? AS DOUBLE) AS a, CAST(? AS DOUBLE) AS b) AS t"
Formula = Callable[[Any, Any], Any]

FORMULAS: dict[str, Formula] = {
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a * b": lambda a, b: a * b,
    "a / b": lambda a, b: a / b,
    "-a": lambda a, b: -a,
    "1 - a": lambda a, b: 1 - a,
    "1 / a": lambda a, b: 1 / a,
    "a / 0": lambda a, b: a / 0.0,
    "1 / (a / b)": lambda a, b: 1 / (a / b),
    "least(a / 0, 1)": lambda a, b: least(a / 0.0, 1.0),
    "a - (b - 1)": lambda a, b: a - (b - 1.0),
    "a / (b * 2)": lambda a, b: a / (b * 2.0),
    "-(a + b) * 2": lambda a, b: -(a + b) * 2.0,
    "a + b + a": lambda a, b: total(a, b, a),
    "least(a, b)": least,
    "greatest(a, b)": greatest,
    "least(a, 1)": lambda a, b: least(a, 1.0),
    "greatest(a, 1)": lambda a, b: greatest(a, 1.0),
    "a ** b": lambda a, b: a**b,
    "a ** 2": lambda a, b: a**2,
    "a ** 3": lambda a, b: a**3.0,
    "a ** 0": lambda a, b: a**0.0,
    "a ** -1": lambda a, b: a**-1.0,
    "a ** 0.5": lambda a, b: a**0.5,
    "a ** -0.411": lambda a, b: a**-0.411,
    "1 / a ** -1": lambda a, b: 1 / a**-1.0,
    "1 / a ** -0.411": lambda a, b: 1 / a**-0.411,
    "0.993 ** a": lambda a, b: 0.993**a,
    "a * a / a": lambda a, b: a * a / a,
    "a * a - b * b": lambda a, b: a * a - b * b,
    "a > b ? a : b": lambda a, b: choose(compare(">", a, b), a, b),
    "b = 0 ? 0 : a / b": lambda a, b: choose(compare("=", b, 0.0), a * 0.0, a / b),
    "0 < a <= 1 or b <> 0 ? a : -a": lambda a, b: choose(
        any_holds(all_hold(compare("<", 0.0 + a * 0.0, a), compare("<=", a, 1.0)), compare("<>", b, 0.0)),
        a,
        -a,
    ),
}

# formula, a, b, result
ROWS: list[tuple[str, float | None, float | None, float | None]] = [
    # Strict: nothing is made of NULL. SQL's own LEAST and GREATEST would answer 2 here.
    ("a + b", None, 2.0, None),
    ("a * b", 0.0, None, None),
    ("least(a, b)", None, 2.0, None),
    ("least(a, b)", 2.0, None, None),
    ("greatest(a, b)", None, 2.0, None),
    ("greatest(a, b)", 2.0, None, None),
    ("least(a, 1)", None, 2.0, None),
    ("greatest(a, 1)", None, 2.0, None),
    ("a ** b", None, 0.0, None),
    ("a ** 0", None, 0.0, None),
    ("0.993 ** a", None, 0.0, None),
    ("-a", None, 0.0, None),
    ("a + b + a", 1.0, None, None),
    # The smaller and the larger, ties and signs.
    ("least(a, b)", 2.0, 3.0, 2.0),
    ("least(a, b)", 3.0, 2.0, 2.0),
    ("least(a, b)", 2.0, 2.0, 2.0),
    ("greatest(a, b)", -2.0, -3.0, -2.0),
    ("least(a, 1)", 1.0, 0.0, 1.0),
    ("least(a, 1)", 0.5, 0.0, 0.5),
    ("greatest(a, 1)", 0.5, 0.0, 1.0),
    ("greatest(a, 1)", 1.5, 0.0, 1.5),
    ("a - b", 2.0, 3.0, -1.0),
    ("a * b", 0.5, 3.0, 1.5),
    # Division by zero is NULL, also by a literal zero, by minus zero and of zero.
    ("a / b", 1.0, 0.0, None),
    ("a / b", 1.0, -0.0, None),
    ("a / b", 0.0, 0.0, None),
    ("a / 0", 1.0, 1.0, None),
    ("1 / a", 0.0, 1.0, None),
    ("1 / (a / b)", 1.0, 0.0, None),  # and is not taken for an infinity that later vanishes
    ("least(a / 0, 1)", 1.0, 0.0, None),
    ("a / b", 7.0, 2.0, 3.5),  # never whole-number division
    ("a / b", -7.0, 2.0, -3.5),
    # Operators bind as written.
    ("a - (b - 1)", 10.0, 4.0, 7.0),
    ("a / (b * 2)", 12.0, 3.0, 2.0),
    ("-(a + b) * 2", 1.0, 2.0, -6.0),
    ("1 - a", 3.0, 0.0, -2.0),
    ("a + b + a", 1.5, 2.0, 5.0),
    # Powers: only where there is a real value.
    ("a ** b", 2.0, 3.0, 8.0),
    ("a ** b", -2.0, 3.0, -8.0),
    ("a ** b", -2.0, 2.0, 4.0),
    ("a ** b", -2.0, -1.0, -0.5),
    ("a ** b", -8.0, 0.5, None),
    ("a ** b", 0.0, 0.0, 1.0),
    ("a ** b", 0.0, 2.0, 0.0),
    ("a ** b", 0.0, -1.0, None),
    ("a ** 2", -3.0, 0.0, 9.0),
    ("a ** 3", -2.0, 0.0, -8.0),
    ("a ** 0", 0.0, 0.0, 1.0),
    ("a ** -1", 4.0, 0.0, 0.25),
    ("a ** -1", -4.0, 0.0, -0.25),
    ("a ** -1", 0.0, 0.0, None),
    ("a ** 0.5", 9.0, 0.0, 3.0),
    ("a ** 0.5", 0.0, 0.0, 0.0),
    ("a ** 0.5", -9.0, 0.0, None),
    ("a ** -0.411", 0.0, 0.0, None),
    ("a ** -0.411", -1.0, 0.0, None),
    ("a ** -0.411", 1.0, 0.0, 1.0),
    ("1 / a ** -1", 0.0, 0.0, None),
    ("1 / a ** -0.411", 0.0, 0.0, None),
    ("0.993 ** a", 0.0, 0.0, 1.0),
    # Too large is NULL at the end, and NaN (infinity minus infinity) never comes out.
    ("a + b", HUGE, HUGE, None),
    ("a * b", -HUGE, 2.0, None),
    ("a / b", HUGE, 1e-5, None),
    ("a ** b", 10.0, 400.0, None),
    ("a ** 3", -1e200, 0.0, None),
    ("a * a - b * b", 1e200, 1e200, None),
    ("a * a / a", 1e200, 0.0, None),
    # Choice: the condition decides; where it is NULL so is the result; the branch not taken is not looked at.
    ("a > b ? a : b", 3.0, 2.0, 3.0),
    ("a > b ? a : b", 2.0, 3.0, 3.0),
    ("a > b ? a : b", None, 3.0, None),
    ("a > b ? a : b", 3.0, None, None),
    ("b = 0 ? 0 : a / b", 5.0, 0.0, 0.0),
    ("b = 0 ? 0 : a / b", 5.0, 2.0, 2.5),
    ("0 < a <= 1 or b <> 0 ? a : -a", 1.0, 0.0, 1.0),
    ("0 < a <= 1 or b <> 0 ? a : -a", 2.0, 0.0, -2.0),
    ("0 < a <= 1 or b <> 0 ? a : -a", 1.0, None, 1.0),  # true or unknown is true
    ("0 < a <= 1 or b <> 0 ? a : -a", 2.0, None, None),  # false or unknown is unknown
]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def in_python(formula: Formula, a: float | None, b: float | None) -> float | None:
    return finite(Number.of(formula(Number.of(a), Number.of(b)))).value


def as_column(formula: Formula) -> Column:
    column: Column = formula(Column.named("a"), Column.named("b"))
    return finite(column)


def in_duckdb(
    connection: duckdb.DuckDBPyConnection, formula: Formula, a: float | None, b: float | None
) -> float | None:
    sql = f"SELECT {as_column(formula).expression.sql('duckdb')} FROM {TABLE}"
    found = connection.execute(sql, [a, b]).fetchone()
    assert found is not None
    result: float | None = found[0]
    return result


@pytest.mark.parametrize(("name", "a", "b", "expected"), ROWS)
def test_the_table(
    name: str, a: float | None, b: float | None, expected: float | None, connection: duckdb.DuckDBPyConnection
) -> None:
    assert in_python(FORMULAS[name], a, b) == expected
    assert in_duckdb(connection, FORMULAS[name], a, b) == expected


def test_every_formula_of_the_table_has_a_row() -> None:
    assert {name for name, *_ in ROWS} == set(FORMULAS)


ALL = ", ".join(as_column(formula).expression.sql("duckdb") for formula in FORMULAS.values())
NUMBERS = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.7, 0.9, 5e-324, HUGE, -HUGE]),
    st.floats(-1e3, 1e3),
    st.floats(allow_nan=False, allow_infinity=False),
)


@settings(max_examples=100, deadline=None)
@given(a=NUMBERS, b=NUMBERS)
def test_numbers_and_columns_agree_on_everything(a: float | None, b: float | None) -> None:
    results = duckdb.execute(f"SELECT {ALL} FROM {TABLE}", [a, b]).fetchone() or ()
    assert len(results) == len(FORMULAS)
    for (name, formula), result in zip(FORMULAS.items(), results, strict=True):
        expected = in_python(formula, a, b)
        if expected is None or result is None:
            assert result is expected, name
        else:
            assert math.isfinite(result), name
            # POWER is another library's and may differ in the last bit; everything else is the same bits.
            assert math.isclose(result, expected, rel_tol=1e-12) if "**" in name else result == expected, name


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_literal_is_the_same_64_bits(number: float) -> None:
    sql = Column.of(number).expression.sql("duckdb")
    (result, kind) = duckdb.execute(f"SELECT {sql}, typeof({sql})").fetchone() or (None, None)
    assert (result, math.copysign(1.0, result)) == (number, math.copysign(1.0, number))
    assert kind == "DOUBLE"


@pytest.mark.parametrize("number", [0.1, 1.5, 88.4, 3.0, 1e22, 1e-7])
def test_no_literal_is_a_decimal(number: float) -> None:
    # DuckDB and Spark read 1.5 as DECIMAL(2,1), and then multiply and round as decimals.
    assert "e" in Column.of(number).expression.sql("duckdb").lower()
    assert Column.of(number).expression.sql("duckdb") == Column.of(number).expression.sql("spark")


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_infinity_and_nan_cannot_be_written(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Column.of(number)


PERMITTED = {
    *("Add", "Sub", "Mul", "Div", "Mod", "Neg", "Pow", "Abs", "Nullif", "Case", "If", "Paren"),
    *("LT", "LTE", "GT", "GTE", "EQ", "NEQ", "And", "Or", "Not", "Literal", "Column", "Identifier"),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_only_what_both_engines_read_alike_is_written(name: str) -> None:
    expression = as_column(FORMULAS[name]).expression
    assert {type(node).__name__ for node in expression.walk()} <= PERMITTED
    text = expression.sql("duckdb")
    assert expression.sql("spark") == text
    for dialect in ("duckdb", "spark"):
        assert sqlglot.parse_one(text, read=dialect).sql(dialect) == text


@pytest.mark.parametrize("name", FORMULAS)
def test_a_column_used_twice_is_two_nodes(name: str) -> None:
    # A node with two parents breaks the rewriting of the tree later on.
    nodes = list(as_column(FORMULAS[name]).expression.walk())
    assert len({id(node) for node in nodes}) == len(nodes)


def test_plain_numbers_are_answered_with_plain_numbers() -> None:
    assert least(2.0, 3.0) == 2.0
    assert least(None, 3.0) is None
    assert greatest(2.0, 3.0) == 3.0
    assert greatest(2.0, None) is None
    assert power(2.0, 3.0) == 8.0
    assert power(-8.0, 0.5) is None
    assert power(10.0, 400.0) is None
    assert choose(compare(">", 2.0, 1.0), 5.0, 6.0) == 5.0
    assert choose(None, 5.0, 6.0) is None
    assert compare("<", None, 1.0) is None


def test_a_result_can_be_refused_under_a_condition(connection: duckdb.DuckDBPyConnection) -> None:
    assert finite(Number(1.0), where=False).value is None
    assert finite(Number(1.0), where=None).value is None
    for a, expected in ((17.0, None), (18.0, 18.0), (None, None)):
        condition = compare(">=", Column.named("a"), 18.0)
        sql = finite(Column.named("a"), where=condition).expression.sql("duckdb")
        assert connection.execute(f"SELECT {sql} FROM {TABLE}", [a, 0.0]).fetchone() == (expected,)


def test_columns_are_not_chosen_between_by_a_plain_truth_value() -> None:
    with pytest.raises(TypeError, match="Predicate"):
        choose(True, Column.named("a"), Column.named("b"))  # type: ignore[call-overload]


def test_a_column_cannot_be_the_exponent_of_a_number_not_above_zero() -> None:
    with pytest.raises(ValueError, match="above 0"):
        power(-2.0, Column.named("a"))


def test_what_is_built_is_frozen_and_hashable() -> None:
    assert hash(Number(1.0)) == hash(Number(1.0))
    assert Column.named("a") == Column(exp.column("a"))
    assert len({Column.named("a"), Column.named("a")}) == 1
    assert isinstance(compare("<", Column.named("a"), 1.0), Predicate)
    with pytest.raises(AttributeError):
        Number(1.0).value = 2.0  # type: ignore[misc]
