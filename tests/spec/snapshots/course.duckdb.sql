WITH n0_rows AS (
  SELECT
    f.person,
    f.start_high,
    (
      f.doubt = CAST(0 AS SMALLINT) AND f.start_high <= CAST('2026-06-01' AS DATE)
    ) AS sure,
    LEAST(f.end_low, CAST('2026-06-01' AS DATE)) AS sure_to,
    GREATEST(f.start_low, CAST('2023-03-09' AS DATE)) AS first,
    LEAST(f.end_high, CAST('2026-06-01' AS DATE)) AS last,
    f.low AS dose_low,
    f.high AS dose_high,
    CASE
      WHEN (
        NOT (
          f.doubt = CAST(0 AS SMALLINT) AND f.start_high <= CAST('2026-06-01' AS DATE)
        )
        OR LEAST(f.end_low, CAST('2026-06-01' AS DATE)) < LEAST(f.end_high, CAST('2026-06-01' AS DATE))
        OR GREATEST(f.start_low, CAST('2023-03-09' AS DATE)) < GREATEST(f.start_high, CAST('2023-03-09' AS DATE))
      )
      THEN COALESCE(NULLIF(CAST(0 AS SMALLINT), CAST(0 AS SMALLINT)), f.why)
      ELSE CAST(0 AS SMALLINT)
    END AS why,
    CASE
      WHEN (
        f.doubt = CAST(0 AS SMALLINT) AND f.start_high <= CAST('2026-06-01' AS DATE)
      )
      AND GREATEST(f.start_high, CAST('2023-03-09' AS DATE)) > LEAST(f.end_low, CAST('2026-06-01' AS DATE))
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.end_low >= CAST('2026-03-09' AS DATE)
      AND f.doubt = CAST(0 AS SMALLINT)
      AND NOT (
        0.0e0 - (
          f.low
        ) > 1e-9 * GREATEST(ABS((
          f.low
        )), ABS(0.0e0))
      )
      THEN f.low
    END AS floating,
    f.start_low <= CAST('2026-06-01' AS DATE)
    AND f.end_high >= CAST('2026-03-09' AS DATE) AS touches,
    CASE
      WHEN f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.end_low >= CAST('2026-03-09' AS DATE)
      AND f.doubt = CAST(0 AS SMALLINT)
      THEN 2
      ELSE 1
    END AS place,
    {'k': f.start_low, 'f': f.fact, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END} AS shown
  FROM facts AS f
  WHERE
    f.concept = 'ciclosporin' AND NOT f.absent
), n0_spread AS (
  SELECT
    person,
    start_high,
    sure,
    sure_to,
    dose_low,
    dose_high,
    UNNEST(GENERATE_SERIES(first, last, INTERVAL '1' DAY)) AS moment
  FROM n0_rows
  WHERE
    first <= last
), n0_dosed AS (
  SELECT
    person,
    CAST(moment AS DATE) AS day,
    dose_low,
    dose_high,
    sure AND CAST(moment AS DATE) >= start_high AND CAST(moment AS DATE) <= sure_to AS sure
  FROM n0_spread
), n0_daily AS (
  SELECT
    person,
    day,
    SUM(CASE WHEN sure THEN dose_low ELSE 0e0 END) AS least,
    LEAST(SUM(dose_high), 1e+300) AS most,
    MAX(CASE WHEN sure THEN 1 ELSE 0 END) AS sure
  FROM n0_dosed
  GROUP BY
    person,
    day
), n0_least_steps AS (
  SELECT
    person,
    day,
    least AS dose,
    LAG(day) OVER (PARTITION BY person ORDER BY day) AS before
  FROM n0_daily
  WHERE
    sure = 1
), n0_least_runs AS (
  SELECT
    person,
    day,
    dose,
    SUM(
      CASE
        WHEN NOT before IS NULL AND DATE_DIFF('DAY', before, day) <= 1
        THEN 0
        ELSE 1
      END
    ) OVER (PARTITION BY person ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
  FROM n0_least_steps
), n0_least_courses AS (
  SELECT
    person,
    run,
    CAST(COUNT(*) AS DOUBLE) AS days,
    SUM(dose) AS total,
    MAX(
      CASE
        WHEN day >= CAST('2026-03-09' AS DATE) AND day <= CAST('2026-06-01' AS DATE)
        THEN 1
        ELSE 0
      END
    ) AS reaching
  FROM n0_least_runs
  GROUP BY
    person,
    run
), n0_least AS (
  SELECT
    person,
    MAX(days) AS measure
  FROM n0_least_courses
  WHERE
    reaching = 1
  GROUP BY
    person
), n0_most_steps AS (
  SELECT
    person,
    day,
    most AS dose,
    LAG(day) OVER (PARTITION BY person ORDER BY day) AS before
  FROM n0_daily
  WHERE
    TRUE
), n0_most_runs AS (
  SELECT
    person,
    day,
    dose,
    SUM(
      CASE
        WHEN NOT before IS NULL AND DATE_DIFF('DAY', before, day) <= 1
        THEN 0
        ELSE 1
      END
    ) OVER (PARTITION BY person ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
  FROM n0_most_steps
), n0_most_courses AS (
  SELECT
    person,
    run,
    CAST(COUNT(*) AS DOUBLE) AS days,
    SUM(dose) AS total,
    MAX(
      CASE
        WHEN day >= CAST('2026-03-09' AS DATE) AND day <= CAST('2026-06-01' AS DATE)
        THEN 1
        ELSE 0
      END
    ) AS reaching
  FROM n0_most_runs
  GROUP BY
    person,
    run
), n0_most AS (
  SELECT
    person,
    MAX(days) AS measure
  FROM n0_most_courses
  WHERE
    reaching = 1
  GROUP BY
    person
), n0_last AS (
  SELECT
    person,
    MAX(why) AS why,
    MAX(shown) FILTER(WHERE
      touches) AS last,
    MAX(place) FILTER(WHERE
      touches) AS place,
    SUM(floating) AS floating
  FROM n0_rows
  GROUP BY
    person
), n0 AS (
  SELECT
    l.person,
    l.why AS why,
    CASE
      WHEN l.last IS NULL
      THEN NULL
      ELSE {'p': l.place, 'f': STRUCT_EXTRACT(l.last, 'f'), 'd': STRUCT_EXTRACT(l.last, 'd')}
    END AS last,
    GREATEST(COALESCE(a.measure, 0e0), CASE WHEN l.floating IS NULL THEN 0e0 ELSE 1e0 END) AS least,
    COALESCE(b.measure, 0e0) AS most
  FROM n0_last AS l
  LEFT JOIN n0_least AS a
    ON a.person = l.person
  LEFT JOIN n0_most AS b
    ON b.person = l.person
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
      f.concept = 'ciclosporin'
      AND f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)) AS no0_n
  FROM facts AS f
  WHERE
    f.absent
    AND (
      f.concept = 'ciclosporin'
      AND f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
    )
  GROUP BY
    f.person
), unread AS (
  SELECT
    person,
    MAX(CASE WHEN concept IN ('*', 'ciclosporin') THEN 1 ELSE 0 END) AS rule_u
  FROM unreadable
  GROUP BY
    person
), stage_0 AS (
  SELECT
    p.person AS person,
    COALESCE(unread.rule_u, 0) AS rule_u,
    answers.no0_n AS no0_n,
    n0.why AS n0_why,
    n0.last AS n0_last,
    n0.least AS n0_least,
    n0.most AS n0_most
  FROM persons AS p
  LEFT JOIN answers
    ON answers.person = p.person
  LEFT JOIN n0
    ON n0.person = p.person
  LEFT JOIN unread
    ON unread.person = p.person
), stage_1 AS (
  SELECT
    person,
    rule_u,
    no0_n,
    n0_why,
    n0_last,
    COALESCE(n0_least, 0e0) AS n0_lo,
    COALESCE(n0_most, 0e0) AS n0_hi,
    CASE
      WHEN COALESCE(STRUCT_EXTRACT(no0_n, 'p'), 0) = 2
      THEN CAST(0 AS SMALLINT)
      ELSE CASE
        WHEN COALESCE(STRUCT_EXTRACT(no0_n, 'p'), 0) = 1
        THEN STRUCT_EXTRACT(no0_n, 'y')
        ELSE CAST(8 AS SMALLINT)
      END
    END AS n0_q,
    14.0e0 AS n1_a,
    14.0e0 AS n1_b,
    CAST(0 AS SMALLINT) AS n1_y
  FROM stage_0
), stage_2 AS (
  SELECT
    person,
    rule_u,
    n1_a,
    n1_b,
    n1_y,
    CASE
      WHEN n0_last IS NULL
      THEN 0e0
      ELSE CASE WHEN COALESCE(STRUCT_EXTRACT(no0_n, 'p'), 0) > 0 THEN 0e0 ELSE n0_lo END
    END AS n0_a,
    CASE
      WHEN n0_last IS NULL
      THEN CASE WHEN n0_q = CAST(0 AS SMALLINT) THEN 0e0 ELSE 1e+300 END
      ELSE CASE
        WHEN STRUCT_EXTRACT(n0_last, 'p') = 1 AND NOT (
          n0_q = CAST(0 AS SMALLINT)
        )
        THEN 1e+300
        ELSE n0_hi
      END
    END AS n0_b,
    CASE
      WHEN n0_last IS NULL
      THEN n0_q
      WHEN CASE
        WHEN STRUCT_EXTRACT(n0_last, 'p') = 1 AND NOT (
          n0_q = CAST(0 AS SMALLINT)
        )
        THEN 1e+300
        ELSE n0_hi
      END <= CASE WHEN COALESCE(STRUCT_EXTRACT(no0_n, 'p'), 0) > 0 THEN 0e0 ELSE n0_lo END
      THEN CAST(0 AS SMALLINT)
      WHEN COALESCE(STRUCT_EXTRACT(no0_n, 'p'), 0) > 0
      THEN CAST(29 AS SMALLINT)
      ELSE n0_why
    END AS n0_y,
    CASE
      WHEN n0_last IS NULL
      THEN STRUCT_EXTRACT(no0_n, 'f')
      ELSE STRUCT_EXTRACT(n0_last, 'f')
    END AS n0_af,
    CASE
      WHEN n0_last IS NULL
      THEN STRUCT_EXTRACT(no0_n, 'f')
      ELSE STRUCT_EXTRACT(n0_last, 'f')
    END AS n0_bf,
    CASE
      WHEN n0_last IS NULL
      THEN STRUCT_EXTRACT(no0_n, 'd')
      ELSE STRUCT_EXTRACT(n0_last, 'd')
    END AS n0_ad,
    CASE
      WHEN n0_last IS NULL
      THEN STRUCT_EXTRACT(no0_n, 'd')
      ELSE STRUCT_EXTRACT(n0_last, 'd')
    END AS n0_bd
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
), stage_5 AS (
  SELECT
    person,
    rule_u,
    c2_r AS c3_r,
    c2_v AS c3_v,
    c2_d AS c3_d,
    c2_f AS c3_f,
    NOT c2_t AS c3_t
  FROM stage_4
)
SELECT
  person,
  c3_t AS rule_t,
  c3_r AS rule_r,
  c3_v AS rule_v,
  c3_d AS rule_d,
  c3_f AS rule_f,
  rule_u
FROM stage_5
