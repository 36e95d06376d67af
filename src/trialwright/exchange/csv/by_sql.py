"""The SQL by which a tidy hospital is typed: the plain majority of rows; what words mean is joined to it as answers.

Tables expected: `tidy_facts` (the contract's columns as texts), `tidy_placed` (the same with file and row),
`tidy_wanted`, `tidy_people`, and the answers `tidy_days`, `tidy_signatures`, `tidy_values` of the Python reader.
"""

from __future__ import annotations

from trialwright.exchange.csv.read import FACT_COLUMNS
from trialwright.logic.reasons import RANK
from trialwright.terms.quantity import BOUND, PLAIN_NUMBER

_DATE = r"\d{4}-\d{2}-\d{2}([T ].*)?"
_NO_YEAR = "0000"  # the engine has one, our calendar none
_NUMBER = PLAIN_NUMBER.strip("^$")
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


def _is_number(column: str) -> str:
    """Whether a text is a plain number that the Python reader takes; one beyond all bounds is unreadable to it."""
    number = f"TRY_CAST({column} AS DOUBLE)"
    return f"CASE WHEN regexp_full_match({column}, '{_NUMBER}') THEN COALESCE(ABS({number}) < {_B}, FALSE) ELSE FALSE END"


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

# The one scan of the records: what names a concept that matters, on a day that may matter. As texts, whole dates sort
# like days; a date-time sorts before the Z. A date that is not a whole one is kept for a closer look, and so is one
# after its end, because it cannot be trusted. A CASE asks each row no more than it must; nine in ten are old whole dates.
ROWS = f"""
SELECT p.person, w.wanted, f.fact_id, f.value, f.unit, f.low, f.high, f.start, f."end", f.status, f.route,
  CASE WHEN p.person IS NULL THEN f.person_id ELSE '' END AS stranger,
  {_day("f.start")} AS day, {_day('f."end"')} AS until,
  CASE WHEN NOT w.readable OR p.person IS NULL OR f.fact_id = '' THEN FALSE
    WHEN f.high = '' AND f.low = '' THEN TRUE
    ELSE (f.high = '' OR {_is_number("f.high")}) AND (f.low = '' OR {_is_number("f.low")}) END AS readable,
  {_is_number("f.value")} AS numeric
FROM tidy_facts AS f JOIN tidy_wanted AS w ON w.concept = f.concept
LEFT JOIN tidy_people AS p ON p.person_id = f.person_id
WHERE CASE
    WHEN f.start BETWEEN w.earliest AND ? || 'Z' OR NOT w.readable THEN f.kind = w.kind
    WHEN f."end" <> '' AND f.start > f."end" THEN f.kind = w.kind
    WHEN f.start < '0001' THEN f.kind = w.kind
    WHEN f.start LIKE '____-__-__' AND TRY_CAST(f.start AS DATE) IS NOT NULL THEN FALSE
    WHEN {_date_time("f.start")} THEN FALSE
    ELSE f.kind = w.kind END
"""

REPEATED = """
SELECT DISTINCT fact_id FROM tidy_rows WHERE fact_id <> '' AND HASH(fact_id) IN (
  SELECT id FROM (SELECT HASH(fact_id) AS id FROM tidy_rows WHERE fact_id <> '' UNION ALL FROM tidy_ids) AS i
  GROUP BY id HAVING COUNT(*) > 1)
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

# What a status sets aside, by name.
ASIDE = """
SELECT p.person_id, r.fact_id, a.name, a.reason, r.status FROM tidy_rows AS r JOIN tidy_aside AS a
  ON a.s_wanted = r.wanted AND a.s_unit = r.unit AND a.s_status = r.status AND a.s_route = r.route
    AND a.s_has_end = (r."end" <> '')
JOIN tidy_people AS p ON p.person = r.person WHERE r.readable
"""

ODD_DAYS = """
SELECT DISTINCT start FROM tidy_rows WHERE readable AND day IS NULL
UNION SELECT DISTINCT "end" FROM tidy_rows WHERE readable AND until IS NULL AND "end" <> ''
"""

# A row is typed by SQL if all of it can be read and nothing ends before it begins.
_JOINED = """
LEFT JOIN tidy_days AS a ON r.day IS NULL AND a.text = r.start
LEFT JOIN tidy_days AS b ON r.until IS NULL AND r."end" <> '' AND b.text = r."end"
"""
_TYPED = """
(r.readable AND (r.day IS NOT NULL OR a.text IS NOT NULL) AND (r."end" = '' OR r.until IS NOT NULL OR b.text IS NOT NULL)
  AND (r.start = '' OR r."end" = '' OR COALESCE(r.until, b.last) >= COALESCE(r.day, a.first)))
"""
ODD = f"""
SELECT r.person, COALESCE(p.person_id, r.stranger), r.fact_id, w.kind, w.concept, r.value, r.unit, r.low, r.high, r.start,
  r."end", r.status, r.route
FROM tidy_rows AS r JOIN tidy_wanted AS w ON w.wanted = r.wanted LEFT JOIN tidy_people AS p ON p.person = r.person
{_JOINED} WHERE NOT {_TYPED}
"""


def _scaled(number: str) -> str:
    """A bound in the concept's unit; "no limit" stays what it is."""
    return f"CASE WHEN ABS({number}) >= {_B} THEN {number} ELSE {number} * factor + shift END"


def _over_limit(number: str) -> str:
    return f"CASE WHEN ABS({number}) >= {_B} THEN {number} ELSE {number} / upper END"


# Reads like `record.fact.read_fact`. Parameters: the day of knowledge, twice.
FACTS = f"""
WITH r AS (
  SELECT r.person, r.fact_id, r.wanted, r.unit, r.status, r.route, r.value, r.numeric, r.start = '' AS undated,
    r."end" <> '' AS has_end,
    COALESCE(r.day, a.first) AS first, COALESCE(r.day, a.last) AS last,
    COALESCE(r.until, b.first) AS end_first, COALESCE(r.until, b.last) AS end_last,
    CASE WHEN r.high = '' THEN NULL ELSE CAST(r.high AS DOUBLE) END AS upper,
    CASE WHEN r.numeric THEN CAST(r.value AS DOUBLE) END AS number
  FROM tidy_rows AS r {_JOINED} WHERE {_TYPED}
), n AS (
  SELECT r.*, s.*,
    CASE WHEN v.low IS NOT NULL THEN v.low WHEN s.own_kind IN ('measurement', 'exposure') THEN r.number ELSE 0 END AS given_low,
    CASE WHEN v.low IS NOT NULL THEN v.high WHEN s.own_kind IN ('measurement', 'exposure') THEN r.number ELSE 0 END AS given_high,
    COALESCE(v.issue, 0) AS given_issue,
    s.refuted OR COALESCE(v.absent, FALSE) AS no,
    CASE WHEN s.doubt <> 0 THEN s.doubt WHEN v.low IS NOT NULL THEN v.doubt
      WHEN r.numeric AND s.presence AND s.own_kind <> 'exposure' THEN {RANK["value_unreadable"]} ELSE 0 END AS doubts,
    s.unit_issue <> 0 AND s.own_kind IN ('measurement', 'exposure')
      AND COALESCE(v.issue, 0) <> {RANK["dose_missing"]} AS unscaled
  FROM r JOIN tidy_signatures AS s ON s.s_wanted = r.wanted AND s.s_unit = r.unit AND s.s_status = r.status AND s.s_route = r.route AND s.s_has_end = r.has_end
  LEFT JOIN tidy_values AS v ON v.v_wanted = r.wanted AND v.v_value = r.value AND v.v_name = s.name
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
