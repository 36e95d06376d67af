WITH n0_each AS (
  SELECT
    f.person,
    f.low AS item,
    MAX(
      CASE
        WHEN f.start_low >= CAST('0001-01-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        THEN 1
        ELSE 0
      END
    ) AS certain
  FROM facts AS f
  WHERE
    f.concept = 'acr_1997_item'
    AND NOT (
      f.low = -1.0e0 AND f.high = -1.0e0
    )
    AND f.start_low <= CAST('2026-06-01' AS DATE)
    AND f.start_high >= CAST('0001-01-01' AS DATE)
    AND f.low = f.high
  GROUP BY
    f.person,
    f.low
), n0_distinct AS (
  SELECT
    person,
    COUNT(*) AS possible,
    COUNT(*) FILTER(WHERE
      certain = 1) AS certain
  FROM n0_each
  GROUP BY
    person
), n0_rest AS (
  SELECT
    f.person,
    COUNT(*) FILTER(WHERE
      NOT (
        f.low = -1.0e0 AND f.high = -1.0e0
      )
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('0001-01-01' AS DATE)
      AND f.low <> f.high) AS unreadable,
    MAX(
      CASE
        WHEN f.low <> f.high
        THEN f.issue
        WHEN f.start_low >= CAST('0001-01-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        THEN CAST(0 AS SMALLINT)
        ELSE f.date_why
      END
    ) FILTER(WHERE
      NOT (
        f.low = -1.0e0 AND f.high = -1.0e0
      )
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('0001-01-01' AS DATE)) AS why,
    MAX(
      CASE
        WHEN f.start_low >= CAST('2026-05-04' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        THEN 2
        ELSE 1
      END
    ) FILTER(WHERE
      f.low = -1.0e0
      AND f.high = -1.0e0
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)) AS closed,
    MAX(f.date_why) FILTER(WHERE
      f.low = -1.0e0
      AND f.high = -1.0e0
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND NOT (
        f.start_low >= CAST('2026-05-04' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
      )) AS closing,
    MAX(
      STRUCT(
        f.start_low AS k,
        f.fact AS f,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      NOT (
        f.low = -1.0e0 AND f.high = -1.0e0
      )
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('0001-01-01' AS DATE)) AS last
  FROM facts AS f
  WHERE
    f.concept = 'acr_1997_item'
  GROUP BY
    f.person
), n0 AS (
  SELECT
    r.person,
    COALESCE(d.possible, 0) AS possible,
    COALESCE(d.certain, 0) AS certain,
    r.unreadable AS unreadable,
    r.why AS why,
    r.closed AS closed,
    r.closing AS closing,
    r.last AS last
  FROM n0_rest AS r
  LEFT JOIN n0_distinct AS d
    ON d.person = r.person
), unread AS (
  SELECT
    person,
    MAX(CASE WHEN concept IN ('*', 'acr_1997_item') THEN 1 ELSE 0 END) AS rule_u
  FROM unreadable
  GROUP BY
    person
), stage_0 AS (
  SELECT
    p.person AS person,
    COALESCE(unread.rule_u, 0) AS rule_u,
    n0.possible AS n0_possible,
    n0.certain AS n0_certain,
    n0.unreadable AS n0_unreadable,
    n0.why AS n0_why,
    n0.closed AS n0_closed,
    n0.closing AS n0_closing,
    n0.last AS n0_last
  FROM persons AS p
  LEFT JOIN n0
    ON n0.person = p.person
  LEFT JOIN unread
    ON unread.person = p.person
), stage_1 AS (
  SELECT
    person,
    rule_u,
    n0_why,
    n0_last,
    CAST(COALESCE(n0_certain, 0) AS DOUBLE) AS n0_lo,
    LEAST(CAST(COALESCE(n0_possible, 0) + COALESCE(n0_unreadable, 0) AS DOUBLE), 11.0e0) AS n0_hi,
    CASE
      WHEN COALESCE(n0_closed, 0) = 2
      THEN CAST(0 AS SMALLINT)
      ELSE CASE WHEN COALESCE(n0_closed, 0) = 1 THEN n0_closing ELSE CAST(8 AS SMALLINT) END
    END AS n0_q,
    4.0e0 AS n1_a,
    4.0e0 AS n1_b,
    CAST(0 AS SMALLINT) AS n1_y
  FROM stage_0
), stage_2 AS (
  SELECT
    person,
    rule_u,
    n1_a,
    n1_b,
    n1_y,
    n0_lo AS n0_a,
    CASE WHEN n0_q <> CAST(0 AS SMALLINT) AND n0_hi < 11.0e0 THEN 11.0e0 ELSE n0_hi END AS n0_b,
    CASE
      WHEN n0_q <> CAST(0 AS SMALLINT) AND n0_hi < 11.0e0
      THEN n0_q
      WHEN n0_hi > n0_lo
      THEN n0_why
      ELSE CAST(0 AS SMALLINT)
    END AS n0_y,
    n0_last.f AS n0_af,
    n0_last.f AS n0_bf,
    n0_last.d AS n0_ad,
    n0_last.d AS n0_bd
  FROM stage_1
), stage_3 AS (
  SELECT
    person,
    rule_u,
    n1_y,
    n0_a,
    n0_b,
    n0_y,
    n0_af,
    n0_bf,
    n0_ad,
    n0_bd,
    CASE
      WHEN NOT (
        n1_b - n0_a > 1e-9 * GREATEST(ABS(n0_a), ABS(n1_b))
      )
      THEN TRUE
      WHEN n1_a - n0_b > 1e-9 * GREATEST(ABS(n0_b), ABS(n1_a))
      THEN FALSE
      ELSE CAST(NULL AS BOOLEAN)
    END AS c2_t
  FROM stage_2
), stage_4 AS (
  SELECT
    person,
    rule_u,
    c2_t,
    CASE
      WHEN c2_t IS NULL
      THEN CASE
        WHEN n0_y <> CAST(0 AS SMALLINT)
        THEN n0_y
        WHEN n1_y <> CAST(0 AS SMALLINT)
        THEN n1_y
        ELSE CAST(21 AS SMALLINT)
      END
      ELSE CAST(1 AS SMALLINT)
    END AS c2_r,
    CASE
      WHEN ABS(CASE WHEN c2_t IS FALSE THEN n0_b ELSE n0_a END) >= 1e+300
      THEN CAST(NULL AS DOUBLE)
      ELSE CASE WHEN c2_t IS FALSE THEN n0_b ELSE n0_a END
    END AS c2_v,
    CASE WHEN c2_t IS FALSE THEN n0_bd ELSE n0_ad END AS c2_d,
    CASE WHEN c2_t IS FALSE THEN n0_bf ELSE n0_af END AS c2_f
  FROM stage_3
)
SELECT
  person,
  c2_t AS rule_t,
  c2_r AS rule_r,
  c2_v AS rule_v,
  c2_d AS rule_d,
  c2_f AS rule_f,
  rule_u
FROM stage_4
