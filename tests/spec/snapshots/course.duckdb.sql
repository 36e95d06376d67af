WITH people AS (
  SELECT
    person,
    id,
    sex,
    age_low,
    age_high,
    death_low,
    -(
      1 + CASE sex WHEN 'female' THEN 0 WHEN 'male' THEN 1 WHEN 'other' THEN 2 ELSE 3 END + 4 * (
        COALESCE(CAST(age_low AS BIGINT), -20000) - -20000
      ) + 160000 * (
        COALESCE(CAST(age_high AS BIGINT), -20000) - -20000
      )
    ) AS kind
  FROM (
    SELECT
      person,
      id,
      sex,
      (
        2026 - YEAR(birth_high) - CASE WHEN MONTH(birth_high) * 100 + DAY(birth_high) > 601 THEN 1 ELSE 0 END
      ) AS age_low,
      (
        2026 - YEAR(birth_low) - CASE WHEN MONTH(birth_low) * 100 + DAY(birth_low) > 601 THEN 1 ELSE 0 END
      ) AS age_high,
      death_low
    FROM persons
  ) AS a
), kinds AS (
  SELECT DISTINCT
    kind AS person,
    sex,
    age_low,
    age_high
  FROM people
), denied_rows AS (
  SELECT
    slot,
    person,
    STRUCT_EXTRACT(best, 'p') AS p,
    STRUCT_EXTRACT(best, 'f') AS f,
    STRUCT_EXTRACT(best, 'y') AS y,
    STRUCT_EXTRACT(best, 'd') AS d
  FROM (
    SELECT
      slot,
      person,
      MAX({'p': p, 'k': k, 'f': f, 'y': y, 'd': d}) AS best
    FROM (
      SELECT
        s.slot,
        f.person,
        CASE
          WHEN f.start_low >= s.since
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.doubt = CAST(0 AS SMALLINT)
          THEN 2
          ELSE 1
        END AS p,
        0 AS k,
        f.fact AS f,
        f.why AS y,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      FROM facts AS f
      JOIN (VALUES
        (0, 'ciclosporin', CAST('2026-05-04' AS DATE))) AS s(slot, concept, since)
        ON s.concept = f.concept
      WHERE
        f.absent AND f.start_low <= CAST('2026-06-01' AS DATE) AND f.start_high >= s.since
    ) AS r
    GROUP BY
      slot,
      person
  ) AS b
), course0_rows AS (
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
    f.concept = 'ciclosporin'
    AND NOT f.absent
    AND f.person IN (
      SELECT
        f.person
      FROM facts AS f
      WHERE
        f.concept = 'ciclosporin'
        AND NOT f.absent
        AND f.start_low <= CAST('2026-06-01' AS DATE)
        AND f.end_high >= CAST('2026-03-09' AS DATE)
    )
), course0_spread AS (
  SELECT
    person,
    start_high,
    sure,
    sure_to,
    dose_low,
    dose_high,
    UNNEST(GENERATE_SERIES(first, last, INTERVAL '1' DAY)) AS moment
  FROM course0_rows
  WHERE
    first <= last
), course0_dosed AS (
  SELECT
    person,
    CAST(moment AS DATE) AS day,
    dose_low,
    dose_high,
    sure AND CAST(moment AS DATE) >= start_high AND CAST(moment AS DATE) <= sure_to AS sure
  FROM course0_spread
), course0_daily AS (
  SELECT
    person,
    day,
    SUM(CASE WHEN sure THEN dose_low ELSE 0e0 END) AS least,
    LEAST(SUM(dose_high), 1e+300) AS most,
    MAX(CASE WHEN sure THEN 1 ELSE 0 END) AS sure
  FROM course0_dosed
  GROUP BY
    person,
    day
), course0_least_steps AS (
  SELECT
    person,
    day,
    least AS dose,
    LAG(day) OVER (PARTITION BY person ORDER BY day) AS before
  FROM course0_daily
  WHERE
    sure = 1
), course0_least_runs AS (
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
  FROM course0_least_steps
), course0_least_courses AS (
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
  FROM course0_least_runs
  GROUP BY
    person,
    run
), course0_least AS (
  SELECT
    person,
    MAX(days) AS measure
  FROM course0_least_courses
  WHERE
    reaching = 1
  GROUP BY
    person
), course0_most_steps AS (
  SELECT
    person,
    day,
    most AS dose,
    LAG(day) OVER (PARTITION BY person ORDER BY day) AS before
  FROM course0_daily
  WHERE
    TRUE
), course0_most_runs AS (
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
  FROM course0_most_steps
), course0_most_courses AS (
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
  FROM course0_most_runs
  GROUP BY
    person,
    run
), course0_most AS (
  SELECT
    person,
    MAX(days) AS measure
  FROM course0_most_courses
  WHERE
    reaching = 1
  GROUP BY
    person
), course0_last AS (
  SELECT
    person,
    MAX(why) AS why,
    MAX(shown) FILTER(WHERE
      touches) AS shown,
    MAX(place) FILTER(WHERE
      touches) AS place,
    SUM(floating) AS floating
  FROM course0_rows
  GROUP BY
    person
), course0 AS (
  SELECT
    l.person,
    l.why AS why,
    l.place AS p,
    STRUCT_EXTRACT(l.shown, 'f') AS f,
    STRUCT_EXTRACT(l.shown, 'd') AS d,
    GREATEST(COALESCE(a.measure, 0e0), CASE WHEN l.floating IS NULL THEN 0e0 ELSE 1e0 END) AS least,
    COALESCE(b.measure, 0e0) AS most
  FROM course0_last AS l
  LEFT JOIN course0_least AS a
    ON a.person = l.person
  LEFT JOIN course0_most AS b
    ON b.person = l.person
), rule_rule AS (
  SELECT
    person,
    t AS rule_t,
    r AS rule_r,
    v AS rule_v,
    d AS rule_d,
    f AS rule_f,
    u AS rule_u
  FROM (
    SELECT
      person,
      sex,
      age_low,
      age_high,
      u,
      c3_t AS t,
      c3_r AS r,
      c3_v AS v,
      c3_d AS d,
      c3_f AS f
    FROM (
      SELECT
        person,
        sex,
        age_low,
        age_high,
        u,
        c2_r AS c3_r,
        c2_v AS c3_v,
        c2_d AS c3_d,
        c2_f AS c3_f,
        NOT c2_t AS c3_t
      FROM (
        SELECT
          person,
          sex,
          age_low,
          age_high,
          u,
          c2_t,
          CASE
            WHEN c2_t IS NULL
            THEN CASE
              WHEN n0_y <> CAST(0 AS SMALLINT)
              THEN n0_y
              WHEN n1_y <> CAST(0 AS SMALLINT)
              THEN n1_y
              ELSE CAST(22 AS SMALLINT)
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
        FROM (
          SELECT
            person,
            sex,
            age_low,
            age_high,
            u,
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
          FROM (
            SELECT
              person,
              sex,
              age_low,
              age_high,
              u,
              n1_a,
              n1_b,
              n1_y,
              CASE
                WHEN n0_p IS NULL
                THEN 0e0
                ELSE CASE WHEN COALESCE(no0_p, 0) > 0 THEN 0e0 ELSE n0_lo END
              END AS n0_a,
              CASE
                WHEN n0_p IS NULL
                THEN CASE WHEN n0_q = CAST(0 AS SMALLINT) THEN 0e0 ELSE 1e+300 END
                ELSE CASE
                  WHEN n0_p = 1 AND NOT (
                    n0_q = CAST(0 AS SMALLINT)
                  )
                  THEN 1e+300
                  ELSE n0_hi
                END
              END AS n0_b,
              CASE
                WHEN n0_p IS NULL
                THEN n0_q
                WHEN CASE
                  WHEN n0_p = 1 AND NOT (
                    n0_q = CAST(0 AS SMALLINT)
                  )
                  THEN 1e+300
                  ELSE n0_hi
                END <= CASE WHEN COALESCE(no0_p, 0) > 0 THEN 0e0 ELSE n0_lo END
                THEN CAST(0 AS SMALLINT)
                WHEN COALESCE(no0_p, 0) > 0
                THEN CAST(31 AS SMALLINT)
                ELSE n0_why
              END AS n0_y,
              CASE WHEN n0_p IS NULL THEN no0_f ELSE n0_f END AS n0_af,
              CASE WHEN n0_p IS NULL THEN no0_f ELSE n0_f END AS n0_bf,
              CASE WHEN n0_p IS NULL THEN no0_d ELSE n0_d END AS n0_ad,
              CASE WHEN n0_p IS NULL THEN no0_d ELSE n0_d END AS n0_bd
            FROM (
              SELECT
                person,
                sex,
                age_low,
                age_high,
                no0_p,
                no0_d,
                no0_f,
                n0_p,
                n0_f,
                n0_d,
                n0_why,
                u,
                COALESCE(n0_least, 0e0) AS n0_lo,
                COALESCE(n0_most, 0e0) AS n0_hi,
                CASE
                  WHEN COALESCE(no0_p, 0) = 2
                  THEN CAST(0 AS SMALLINT)
                  ELSE CASE
                    WHEN lost0 = 1
                    THEN CAST(33 AS SMALLINT)
                    ELSE CASE WHEN COALESCE(no0_p, 0) = 1 THEN no0_y ELSE CAST(9 AS SMALLINT) END
                  END
                END AS n0_q,
                14.0e0 AS n1_a,
                14.0e0 AS n1_b,
                CAST(0 AS SMALLINT) AS n1_y
              FROM (
                SELECT
                  w.person,
                  w.sex,
                  w.age_low,
                  w.age_high,
                  l0.p AS no0_p,
                  l0.y AS no0_y,
                  l0.d AS no0_d,
                  l0.f AS no0_f,
                  l1.p AS n0_p,
                  l1.f AS n0_f,
                  l1.d AS n0_d,
                  l1.why AS n0_why,
                  l1.least AS n0_least,
                  l1.most AS n0_most,
                  CASE WHEN unread.person IS NULL THEN 0 ELSE 1 END AS u,
                  COALESCE(unread.lost0, 0) AS lost0
                FROM (
                  SELECT
                    a.person,
                    q.sex,
                    q.age_low,
                    q.age_high
                  FROM (
                    SELECT
                      person
                    FROM course0
                    UNION
                    SELECT
                      person
                    FROM denied_rows
                    WHERE
                      slot IN (0)
                    UNION
                    SELECT
                      person
                    FROM unreadable
                    WHERE
                      concept IN ('*', 'ciclosporin')
                  ) AS a
                  JOIN people AS q
                    ON q.person = a.person
                  UNION ALL
                  SELECT
                    0,
                    CAST(NULL AS TEXT),
                    CAST(NULL AS BIGINT),
                    CAST(NULL AS BIGINT)
                ) AS w
                LEFT JOIN (
                  SELECT
                    *
                  FROM denied_rows
                  WHERE
                    slot = 0
                ) AS l0
                  ON l0.person = w.person
                LEFT JOIN (
                  SELECT
                    *
                  FROM course0
                ) AS l1
                  ON l1.person = w.person
                LEFT JOIN (
                  SELECT
                    person,
                    MAX(CASE WHEN concept IN ('*', 'ciclosporin') THEN 1 ELSE 0 END) AS lost0
                  FROM unreadable
                  WHERE
                    concept IN ('*', 'ciclosporin')
                  GROUP BY
                    person
                ) AS unread
                  ON unread.person = w.person
              ) AS s
            ) AS s
          ) AS s
        ) AS s
      ) AS s
    ) AS s
  ) AS s
)
SELECT
  p.id AS person,
  CASE WHEN o_rule.person IS NULL THEN e_rule.rule_t ELSE o_rule.rule_t END AS rule_t,
  CASE WHEN o_rule.person IS NULL THEN e_rule.rule_r ELSE o_rule.rule_r END AS rule_r,
  CASE WHEN o_rule.person IS NULL THEN e_rule.rule_v ELSE o_rule.rule_v END AS rule_v,
  CASE WHEN o_rule.person IS NULL THEN e_rule.rule_d ELSE o_rule.rule_d END AS rule_d,
  CASE WHEN o_rule.person IS NULL THEN e_rule.rule_f ELSE o_rule.rule_f END AS rule_f,
  CASE WHEN o_rule.person IS NULL THEN e_rule.rule_u ELSE o_rule.rule_u END AS rule_u
FROM people AS p
LEFT JOIN rule_rule AS o_rule
  ON o_rule.person = p.person
CROSS JOIN (
  SELECT
    *
  FROM rule_rule
  WHERE
    person = 0
) AS e_rule
