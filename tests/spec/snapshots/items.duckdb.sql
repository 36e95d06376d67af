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
), items0_each AS (
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
), items0_distinct AS (
  SELECT
    person,
    COUNT(*) AS possible,
    COUNT(*) FILTER(WHERE
      certain = 1) AS certain
  FROM items0_each
  GROUP BY
    person
), items0_rest AS (
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
      {'k': f.start_low, 'f': f.fact, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
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
), items0 AS (
  SELECT
    r.person,
    COALESCE(d.possible, 0) AS possible,
    COALESCE(d.certain, 0) AS certain,
    r.unreadable AS unreadable,
    r.why AS why,
    r.closed AS closed,
    r.closing AS closing,
    r.last AS last
  FROM items0_rest AS r
  LEFT JOIN items0_distinct AS d
    ON d.person = r.person
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
      c2_t AS t,
      c2_r AS r,
      c2_v AS v,
      c2_d AS d,
      c2_f AS f
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
            n0_lo AS n0_a,
            CASE WHEN n0_q <> CAST(0 AS SMALLINT) AND n0_hi < 11.0e0 THEN 11.0e0 ELSE n0_hi END AS n0_b,
            CASE
              WHEN n0_q <> CAST(0 AS SMALLINT) AND n0_hi < 11.0e0
              THEN n0_q
              WHEN n0_hi > n0_lo
              THEN n0_why
              ELSE CAST(0 AS SMALLINT)
            END AS n0_y,
            STRUCT_EXTRACT(n0_last, 'f') AS n0_af,
            STRUCT_EXTRACT(n0_last, 'f') AS n0_bf,
            STRUCT_EXTRACT(n0_last, 'd') AS n0_ad,
            STRUCT_EXTRACT(n0_last, 'd') AS n0_bd
          FROM (
            SELECT
              person,
              sex,
              age_low,
              age_high,
              n0_why,
              n0_last,
              u,
              CAST(COALESCE(n0_certain, 0) AS DOUBLE) AS n0_lo,
              LEAST(CAST(COALESCE(n0_possible, 0) + COALESCE(n0_unreadable, 0) AS DOUBLE), 11.0e0) AS n0_hi,
              CASE
                WHEN COALESCE(n0_closed, 0) = 2
                THEN CAST(0 AS SMALLINT)
                ELSE CASE
                  WHEN lost0 = 1
                  THEN CAST(33 AS SMALLINT)
                  ELSE CASE WHEN COALESCE(n0_closed, 0) = 1 THEN n0_closing ELSE CAST(9 AS SMALLINT) END
                END
              END AS n0_q,
              4.0e0 AS n1_a,
              4.0e0 AS n1_b,
              CAST(0 AS SMALLINT) AS n1_y
            FROM (
              SELECT
                w.person,
                w.sex,
                w.age_low,
                w.age_high,
                l0.possible AS n0_possible,
                l0.certain AS n0_certain,
                l0.unreadable AS n0_unreadable,
                l0.why AS n0_why,
                l0.closed AS n0_closed,
                l0.closing AS n0_closing,
                l0.last AS n0_last,
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
                  FROM items0
                  UNION
                  SELECT
                    person
                  FROM unreadable
                  WHERE
                    concept IN ('*', 'acr_1997_item')
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
                FROM items0
              ) AS l0
                ON l0.person = w.person
              LEFT JOIN (
                SELECT
                  person,
                  MAX(CASE WHEN concept IN ('*', 'acr_1997_item') THEN 1 ELSE 0 END) AS lost0
                FROM unreadable
                WHERE
                  concept IN ('*', 'acr_1997_item')
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
