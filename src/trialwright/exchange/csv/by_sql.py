"""The SQL by which a tidy hospital is typed: the plain majority of rows; what words mean is joined to it as answers.

Tables expected: `tidy_persons` and `tidy_placed` (the contract's columns as texts; of facts with file and row),
`tidy_people` (of the chunk), `tidy_rows` (see `plain.Typing.table`), and the answers `tidy_sexes`, `tidy_births`,
`tidy_deaths`, `tidy_signatures`, `tidy_values` of the Python reader.
"""

from __future__ import annotations

from trialwright.exchange.csv.read import FACT_COLUMNS
from trialwright.logic.reasons import RANK
from trialwright.terms.quantity import BOUND

_DATE = r"\d{4}-\d{2}-\d{2}([T ].*)?"
_NO_YEAR = "0000"  # the engine has one, our calendar none
_LAST = "DATE '9999-12-31'"
_B = repr(BOUND)


def whole_date(column: str) -> str:
    """Whether a text is a whole date, or a date-time that begins with one. The first, common case is the quick one."""
    return f"({_plain_date(column)} OR {_date_time(column)})"


def _plain_date(column: str) -> str:
    return f"COALESCE(CAST(TRY_CAST({column} AS DATE) AS VARCHAR) = {column}, FALSE)"


def _date_time(column: str) -> str:
    return (
        f"(regexp_full_match({column}, '{_DATE}') AND LEFT({column}, 4) <> '{_NO_YEAR}' "
        f"AND TRY_CAST(LEFT({column}, 10) AS DATE) IS NOT NULL)"
    )


def _day(column: str) -> str:
    return (
        f"CASE WHEN {column} = '' THEN NULL WHEN {_plain_date(column)} THEN TRY_CAST({column} AS DATE) "
        f"WHEN {_date_time(column)} THEN CAST(LEFT({column}, 10) AS DATE) END"
    )


PERSONS = f"""
SELECT p.person, p.person_id AS id, s.sex, COALESCE(born, b.first) AS birth_low, COALESCE(born, b.last) AS birth_high,
  COALESCE(died, d.first) AS death_low, COALESCE(died, d.last) AS death_high
FROM (SELECT *, {_day("birth_date")} AS born, {_day("death_date")} AS died FROM tidy_people) AS p
JOIN tidy_sexes AS s ON s.text = p.sex
LEFT JOIN tidy_births AS b ON p.born IS NULL AND b.text = p.birth_date
LEFT JOIN tidy_deaths AS d ON p.died IS NULL AND d.text = p.death_date
"""

REPEATED = """
SELECT DISTINCT fact_id FROM tidy_ids_here WHERE fact_id <> '' AND HASH(fact_id) IN (
  SELECT HASH(fact_id) AS id FROM tidy_ids_here WHERE fact_id <> '' GROUP BY id HAVING COUNT(*) > 1
  UNION ALL SELECT id FROM tidy_ids WHERE id IN (SELECT HASH(fact_id) FROM tidy_ids_here))
"""
# Of these, the ids that a row of an earlier chunk bears.
TAKEN = "SELECT fact_id FROM tidy_repeated WHERE HASH(fact_id) IN (FROM tidy_ids)"
_TEXTS = ", ".join(f'f."{column}"' for column in FACT_COLUMNS)
# Parameters: the person before the chunk and its last one, each twice ('' for no limit), how many rows at most.
AGAIN = f"""
SELECT p.person, ? <> '' AND f.person_id <= ?, f.fact_id IN (FROM tidy_taken), f.read_from, f.file_row_number, {_TEXTS}
FROM tidy_placed AS f LEFT JOIN tidy_people AS p ON p.person_id = f.person_id
WHERE f.fact_id IN (FROM tidy_repeated) AND (? = '' OR f.person_id <= ?) LIMIT ?
"""
STANDING = (
    "SELECT fact_id, read_from, file_row_number FROM tidy_placed WHERE fact_id IN (SELECT UNNEST(?)) LIMIT ?"
)
ABOUT = f"""
SELECT f.read_from, f.file_row_number, {_TEXTS} FROM tidy_placed AS f WHERE f.person_id IN (SELECT UNNEST(?))
"""


def _scaled(number: str) -> str:
    """A bound in the concept's unit; "no limit" stays what it is."""
    return f"CASE WHEN ABS({number}) >= {_B} THEN {number} ELSE {number} * factor + shift END"


def _over_limit(number: str) -> str:
    return f"CASE WHEN ABS({number}) >= {_B} THEN {number} ELSE {number} / upper END"


# Reads like `record.fact.read_fact`. Parameters: the day of knowledge, twice.
FACTS = f"""
WITH n AS (
  SELECT r.*, s.*,
    CASE WHEN v.low IS NOT NULL THEN v.low WHEN s.own_kind IN ('measurement', 'exposure') THEN r.number ELSE 0 END AS given_low,
    CASE WHEN v.low IS NOT NULL THEN v.high WHEN s.own_kind IN ('measurement', 'exposure') THEN r.number ELSE 0 END AS given_high,
    COALESCE(v.issue, 0) AS given_issue,
    s.refuted OR COALESCE(v.absent, FALSE) AS no,
    CASE WHEN s.doubt <> 0 THEN s.doubt WHEN v.low IS NOT NULL THEN v.doubt
      WHEN r.number IS NOT NULL AND s.presence AND s.own_kind <> 'exposure' THEN {RANK["value_unreadable"]} ELSE 0 END AS doubts,
    s.unit_issue <> 0 AND s.own_kind IN ('measurement', 'exposure')
      AND COALESCE(v.issue, 0) <> {RANK["dose_missing"]} AS unscaled
  FROM tidy_rows AS r JOIN tidy_signatures AS s ON s.s_said = r.said
  LEFT JOIN tidy_values AS v ON v.v_value = r.value AND v.v_name = s.name
), d AS (
  SELECT n.*, presence AND ending = 'stated' AS stated,
    CASE WHEN presence AND ending = 'stated' THEN LEAST(last, end_last) ELSE last END AS latest,
    given_issue = {RANK["dose_missing"]} OR own_kind NOT IN ('measurement', 'exposure') AS as_given
  FROM n
), e AS (
  SELECT d.*,
    CASE WHEN no THEN first WHEN stated THEN GREATEST(end_first, first) WHEN ending = 'ongoing' THEN {_LAST}
      ELSE first END AS sure_end,
    CASE WHEN no THEN latest WHEN stated THEN end_last WHEN ending IN ('ongoing', 'open') THEN {_LAST}
      ELSE last END AS last_end
  FROM d
)
SELECT person, fact_id AS fact, name AS concept, first AS start_low,
  CASE WHEN undated THEN ? ELSE latest END AS start_high, sure_end AS end_low, last_end AS end_high, undated,
  NOT undated AND first = latest AS exact,
  CAST(CASE WHEN undated THEN {RANK["date_missing"]} ELSE {RANK["date_imprecise"]} END AS SMALLINT) AS date_why,
  CAST(CASE WHEN no THEN 0 WHEN as_given THEN given_low
    WHEN unscaled THEN CASE WHEN own_kind = 'exposure' THEN 0 ELSE -{_B} END
    WHEN own_kind = 'exposure' THEN GREATEST({_scaled("given_low")}, 0)
    ELSE {_scaled("given_low")} END AS DOUBLE) AS low,
  CAST(CASE WHEN no THEN 0 WHEN as_given THEN given_high WHEN unscaled THEN {_B}
    ELSE {_scaled("given_high")} END AS DOUBLE) AS high,
  CAST(CASE WHEN no THEN 0 WHEN unscaled AND given_issue <> {RANK["value_unreadable"]} THEN unit_issue
    ELSE given_issue END AS SMALLINT) AS issue,
  CAST(CASE WHEN own_kind <> 'measurement' THEN 0 WHEN unscaled OR upper IS NULL OR upper <= 0 THEN -{_B}
    ELSE {_over_limit("given_low")} END AS DOUBLE) AS ratio_low,
  CAST(CASE WHEN own_kind <> 'measurement' THEN 0 WHEN unscaled OR upper IS NULL OR upper <= 0 THEN {_B}
    ELSE {_over_limit("given_high")} END AS DOUBLE) AS ratio_high,
  CAST(CASE WHEN own_kind <> 'measurement' THEN 0 WHEN given_issue = {RANK["value_unreadable"]} THEN given_issue
    WHEN unscaled THEN unit_issue WHEN upper IS NULL OR upper <= 0 THEN {RANK["range_missing"]}
    ELSE given_issue END AS SMALLINT) AS ratio_issue,
  no AS absent, CAST(doubts AS SMALLINT) AS doubt,
  CAST(CASE WHEN doubts <> 0 THEN doubts WHEN undated THEN {RANK["date_missing"]}
    WHEN last_end = {_LAST} AND sure_end = first THEN {RANK["end_missing"]}
    ELSE {RANK["date_imprecise"]} END AS SMALLINT) AS why,
  absolute
FROM e WHERE first <= ?
"""
