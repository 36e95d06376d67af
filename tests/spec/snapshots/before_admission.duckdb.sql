WITH anchor0_days AS (
  SELECT
    f.person,
    GREATEST(f.start_low, CAST('2026-05-04' AS DATE)) AS first,
    LEAST(f.start_high, CAST('2026-06-01' AS DATE)) AS last,
    (
      f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
    AND NOT (
      f.low < 1.0e0
    ) AS sure,
    f.exact
    AND (
      f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
    AND NOT (
      f.low < 1.0e0
    ) AS exact
  FROM facts AS f
  WHERE
    f.concept = 'admission'
    AND f.start_low <= CAST('2026-06-01' AS DATE)
    AND f.start_high >= CAST('2026-05-04' AS DATE)
    AND f.high >= 1.0e0
), anchor0_ends AS (
  SELECT
    person,
    MAX(first) FILTER(WHERE
      exact) AS exact_day,
    MAX(first) FILTER(WHERE
      sure AND NOT exact) AS loose_sure,
    MIN(first) FILTER(WHERE
      NOT exact) AS loose_low,
    MAX(last) FILTER(WHERE
      NOT exact) AS loose_high
  FROM anchor0_days
  GROUP BY
    person
), anchor0 AS (
  SELECT
    l.person,
    CASE
      WHEN l.exact_day IS NULL AND l.loose_sure IS NULL
      THEN l.loose_low
      ELSE GREATEST(COALESCE(l.exact_day, l.loose_sure), COALESCE(l.loose_sure, l.exact_day))
    END AS low,
    CASE
      WHEN l.exact_day IS NULL AND l.loose_sure IS NULL
      THEN CAST('2026-06-01' AS DATE)
      ELSE GREATEST(
        COALESCE(l.exact_day, l.loose_sure),
        COALESCE(l.loose_sure, l.exact_day),
        COALESCE(l.loose_high, l.exact_day, l.loose_sure)
      )
    END AS high,
    CASE WHEN l.exact_day IS NULL AND l.loose_sure IS NULL THEN TRUE ELSE TRUE END AS sure
  FROM anchor0_ends AS l
), history AS (
  SELECT
    f.person,
    MAX(
      {'p': CASE
        WHEN f.start_high <= COALESCE(anchor0.low, CAST('2026-06-01' AS DATE))
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.end_low >= CAST(COALESCE(anchor0.high, CAST('2026-06-01' AS DATE)) - INTERVAL '1' MONTH AS DATE)
        AND f.doubt = CAST(0 AS SMALLINT)
        AND COALESCE(anchor0.sure, TRUE)
        THEN 2
        ELSE 1
      END, 'k': f.start_low, 'f': f.fact, 'y': f.why, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'antibiotic_iv'
      AND NOT f.absent
      AND f.start_low <= COALESCE(anchor0.high, CAST('2026-06-01' AS DATE))
      AND f.end_high >= CAST(COALESCE(anchor0.low, CAST('2026-06-01' AS DATE)) - INTERVAL '1' MONTH AS DATE)) AS c0_p
  FROM facts AS f
  LEFT JOIN anchor0
    ON anchor0.person = f.person
  WHERE
    NOT f.absent
    AND (
      f.concept = 'antibiotic_iv'
      AND NOT f.absent
      AND f.start_low <= COALESCE(anchor0.high, CAST('2026-06-01' AS DATE))
      AND f.end_high >= CAST(COALESCE(anchor0.low, CAST('2026-06-01' AS DATE)) - INTERVAL '1' MONTH AS DATE)
    )
  GROUP BY
    f.person
), answers AS (
  SELECT
    f.person,
    MAX(
      {'p': CASE
        WHEN f.start_low >= CAST('2026-05-04' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        THEN 2
        ELSE 1
      END, 'f': f.fact, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END, 'y': f.date_why}
    ) FILTER(WHERE
      f.concept = 'antibiotic_iv'
      AND f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)) AS no0_n
  FROM facts AS f
  WHERE
    f.absent
    AND (
      f.concept = 'antibiotic_iv'
      AND f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
    )
  GROUP BY
    f.person
), unread AS (
  SELECT
    person,
    MAX(CASE WHEN concept IN ('*', 'admission', 'antibiotic_iv') THEN 1 ELSE 0 END) AS rule_u
  FROM unreadable
  GROUP BY
    person
), stage_0 AS (
  SELECT
    p.person AS person,
    COALESCE(unread.rule_u, 0) AS rule_u,
    history.c0_p AS c0_p,
    answers.no0_n AS no0_n
  FROM persons AS p
  LEFT JOIN history
    ON history.person = p.person
  LEFT JOIN answers
    ON answers.person = p.person
  LEFT JOIN unread
    ON unread.person = p.person
), stage_1 AS (
  SELECT
    person,
    rule_u,
    c0_p,
    no0_n,
    CASE
      WHEN COALESCE(STRUCT_EXTRACT(no0_n, 'p'), 0) = 2
      THEN CAST(0 AS SMALLINT)
      ELSE CASE
        WHEN COALESCE(STRUCT_EXTRACT(no0_n, 'p'), 0) = 1
        THEN STRUCT_EXTRACT(no0_n, 'y')
        ELSE CAST(8 AS SMALLINT)
      END
    END AS c0_q
  FROM stage_0
), stage_2 AS (
  SELECT
    person,
    rule_u,
    CASE
      WHEN c0_p IS NULL
      THEN CASE WHEN c0_q = CAST(0 AS SMALLINT) THEN FALSE ELSE CAST(NULL AS BOOLEAN) END
      WHEN STRUCT_EXTRACT(c0_p, 'p') = 2 AND COALESCE(STRUCT_EXTRACT(no0_n, 'p'), 0) = 0
      THEN TRUE
      ELSE CAST(NULL AS BOOLEAN)
    END AS c0_t,
    CASE
      WHEN c0_p IS NULL
      THEN CASE WHEN c0_q = CAST(0 AS SMALLINT) THEN CAST(3 AS SMALLINT) ELSE c0_q END
      WHEN STRUCT_EXTRACT(c0_p, 'p') = 2 AND COALESCE(STRUCT_EXTRACT(no0_n, 'p'), 0) = 0
      THEN CAST(2 AS SMALLINT)
      WHEN STRUCT_EXTRACT(c0_p, 'p') = 2
      THEN CAST(29 AS SMALLINT)
      ELSE STRUCT_EXTRACT(c0_p, 'y')
    END AS c0_r,
    CAST(NULL AS DOUBLE) AS c0_v,
    CASE
      WHEN c0_p IS NULL
      THEN STRUCT_EXTRACT(no0_n, 'd')
      ELSE STRUCT_EXTRACT(c0_p, 'd')
    END AS c0_d,
    CASE
      WHEN c0_p IS NULL
      THEN STRUCT_EXTRACT(no0_n, 'f')
      ELSE STRUCT_EXTRACT(c0_p, 'f')
    END AS c0_f
  FROM stage_1
), stage_3 AS (
  SELECT
    person,
    rule_u,
    c0_r AS c1_r,
    c0_v AS c1_v,
    c0_d AS c1_d,
    c0_f AS c1_f,
    NOT c0_t AS c1_t
  FROM stage_2
)
SELECT
  person,
  c1_t AS rule_t,
  c1_r AS rule_r,
  c1_v AS rule_v,
  c1_d AS rule_d,
  c1_f AS rule_f,
  rule_u
FROM stage_3
