"""What the compiler writes: the text of a few rules as it was agreed, and nothing outside the small common subset."""

from __future__ import annotations

import duckdb
import pytest

from tests.spec.running import groups
from tests.spec.sql_text import DIALECTS, FOLDER, RULES, snapshots, sql_text
from trialwright.exchange.typed import tables
from trialwright.logic.sql.conditions import less
from trialwright.logic.sql.courses import at_least
from trialwright.terms.compare import greater_equal
from trialwright.terms.compare import less as python_less

# Every SQLGlot class that any spec table brings about. A new one needs a look at what each engine makes of it.
# Not among them, on purpose: ArgMax and First (they skip NULL or depend on the order), CurrentDate, Rand, Limit.
ALLOWED = {
    *("Select", "From", "Where", "Group", "Join", "With", "CTE", "Union", "Subquery", "Distinct", "Star"),
    *("Table", "TableAlias", "Column", "Alias", "Identifier", "Paren", "Var"),
    *("Literal", "Boolean", "Null", "Cast", "DataType", "Interval"),
    *("And", "Or", "Not", "Is", "In", "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "NullSafeEQ"),
    *(
        "Add",
        "Sub",
        "Mul",
        "Div",
        "Neg",
        "Abs",
        "Pow",
        "Greatest",
        "Least",
        "Nullif",
        "Coalesce",
        "Case",
        "If",
    ),
    *("Max", "Min", "Sum", "Count", "Filter", "Window", "WindowSpec", "Order", "Ordered", "Lag"),
    *("Struct", "PropertyEQ", "StructExtract", "Explode", "GenerateSeries"),
    *("Year", "Month", "Day", "DateDiff"),
    *("Values", "Tuple"),
}
EDGES = (0.0, 1.0, -1.0, 3.0, 14.0, 80.0, 265.2, 1e-9, 1e300, -1e300)
STEPS = (0.0, 1e-9, -1e-9, 1.0000001e-9, 0.9999999e-9, 2e-9, -2e-9, 5e-10, 1e-16)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", RULES)
def test_text(name: str, dialect: str) -> None:
    kept = (FOLDER / f"{name}.{dialect}.sql").read_text(encoding="utf-8")
    assert sql_text(name, dialect) == kept, "if it was meant: python -m tests.spec.sql_text"


def test_no_text_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(snapshots())


def test_only_the_common_subset() -> None:
    used = {type(node).__name__ for group in groups() for node in group.compile().tree.walk()}
    assert used == ALLOWED


def test_the_tree_says_what_the_text_says() -> None:
    """DuckDB runs the text, other engines what is written from the tree; in DuckDB both give the same."""
    group = groups()[0]
    compiled = group.compile()
    with duckdb.connect() as connection:
        for name, table in tables(group.people, group.key.on).items():
            connection.register(f"{name}_rows", table)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_rows")
        answers = [
            connection.execute(f"SELECT * FROM ({text}) ORDER BY person").fetchall()
            for text in (compiled.text, compiled.tree.sql(dialect="duckdb"))
        ]
    assert answers[0]
    assert answers[0] == answers[1]


def test_comparisons_at_the_tolerance() -> None:
    """Where two values are just about 1e-9 apart, SQL says what Python says, to the last bit."""
    pairs = [(a, a + a * step) for a in EDGES for step in STEPS]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT a, b, {less('a', 'b')}, {less('b', 'a')} FROM (VALUES "
            + ", ".join(f"({a!r}::DOUBLE, {b!r}::DOUBLE)" for a, b in pairs)
            + ") AS t(a, b)"
        ).fetchall()
        assert [row[2:] for row in rows] == [(python_less(a, b), python_less(b, a)) for a, b, *_ in rows]
        for limit in EDGES[:-2]:
            found = connection.execute(
                f"SELECT a, {at_least('a', limit)} FROM (VALUES "
                + ", ".join(f"({b!r}::DOUBLE)" for _, b in pairs)
                + ") AS t(a)"
            ).fetchall()
            assert [row[1] for row in found] == [greater_equal(value, limit) for value, _ in found]
