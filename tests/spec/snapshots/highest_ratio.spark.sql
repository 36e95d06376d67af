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
), extreme0 AS (
  SELECT
    f.person,
    MAX(
      STRUCT(
        f.ratio_low AS v,
        f.fact AS f,
        f.ratio_issue AS i,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      f.exact
      AND COALESCE(
        f.start_low >= CAST('2026-05-04' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE),
        FALSE
      )) AS ea,
    MAX(
      STRUCT(
        f.ratio_low AS v,
        f.fact AS f,
        f.ratio_issue AS i,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      NOT (
        f.exact
        AND COALESCE(
          f.start_low >= CAST('2026-05-04' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE),
          FALSE
        )
      )) AS la,
    MAX(
      STRUCT(
        f.ratio_low AS v,
        f.fact AS f,
        f.ratio_issue AS i,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      NOT (
        f.exact
        AND COALESCE(
          f.start_low >= CAST('2026-05-04' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE),
          FALSE
        )
      )
      AND COALESCE(
        f.start_low >= CAST('2026-05-04' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE),
        FALSE
      )) AS ca,
    MAX(
      STRUCT(
        f.ratio_high AS v,
        f.fact AS f,
        f.ratio_issue AS i,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      f.exact
      AND COALESCE(
        f.start_low >= CAST('2026-05-04' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE),
        FALSE
      )) AS eb,
    MAX(
      STRUCT(
        f.ratio_high AS v,
        f.fact AS f,
        f.ratio_issue AS i,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      NOT (
        f.exact
        AND COALESCE(
          f.start_low >= CAST('2026-05-04' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE),
          FALSE
        )
      )) AS lb,
    MAX(
      STRUCT(
        f.ratio_high AS v,
        f.fact AS f,
        f.ratio_issue AS i,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      NOT (
        f.exact
        AND COALESCE(
          f.start_low >= CAST('2026-05-04' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE),
          FALSE
        )
      )
      AND COALESCE(
        f.start_low >= CAST('2026-05-04' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND f.start_high <= CAST('2026-06-01' AS DATE),
        FALSE
      )) AS cb,
    MAX(f.date_why) FILTER(WHERE
      NOT (
        f.exact
        AND COALESCE(
          f.start_low >= CAST('2026-05-04' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE),
          FALSE
        )
      )) AS ly,
    MAX(STRUCT(f.fact AS f, CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d)) FILTER(WHERE
      NOT (
        f.exact
        AND COALESCE(
          f.start_low >= CAST('2026-05-04' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE),
          FALSE
        )
      )) AS lp
  FROM facts AS f
  WHERE
    f.concept = 'alt'
    AND f.start_low <= CAST('2026-06-01' AS DATE)
    AND f.start_high >= CAST('2026-05-04' AS DATE)
  GROUP BY
    f.person
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
          WHEN ABS(CASE WHEN NOT c2_t IS FALSE THEN n0_b ELSE n0_a END) >= 1e+300
          THEN CAST(NULL AS DOUBLE)
          ELSE CASE WHEN NOT c2_t IS FALSE THEN n0_b ELSE n0_a END
        END AS c2_v,
        CASE WHEN NOT c2_t IS FALSE THEN n0_bd ELSE n0_ad END AS c2_d,
        CASE WHEN NOT c2_t IS FALSE THEN n0_bf ELSE n0_af END AS c2_f
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
          n0_ad,
          n0_bf,
          n0_bd,
          CASE
            WHEN NOT (
              n0_b - n1_a > 1e-9 * GREATEST(ABS(n1_a), ABS(n0_b))
            )
            THEN TRUE
            WHEN n0_a - n1_b > 1e-9 * GREATEST(ABS(n1_b), ABS(n0_a))
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
            CASE WHEN n0_t < 2 THEN -1e+300 ELSE n0_sa.v END AS n0_a,
            CASE WHEN n0_t < 2 THEN 1e+300 ELSE n0_sb.v END AS n0_b,
            CASE
              WHEN n0_t = 0
              THEN CAST(7 AS SMALLINT)
              WHEN n0_t = 1
              THEN n0_ly
              WHEN n0_sa.v = n0_sb.v
              THEN CAST(0 AS SMALLINT)
              WHEN n0_sb.i <> CAST(0 AS SMALLINT)
              THEN n0_sb.i
              WHEN n0_sa.i <> CAST(0 AS SMALLINT)
              THEN n0_sa.i
              ELSE CAST(29 AS SMALLINT)
            END AS n0_y,
            CASE WHEN n0_t = 0 THEN NULL WHEN n0_t = 1 THEN n0_lp.f ELSE n0_sa.f END AS n0_af,
            CASE WHEN n0_t = 0 THEN NULL WHEN n0_t = 1 THEN n0_lp.d ELSE n0_sa.d END AS n0_ad,
            CASE WHEN n0_t = 0 THEN NULL WHEN n0_t = 1 THEN n0_lp.f ELSE n0_sb.f END AS n0_bf,
            CASE WHEN n0_t = 0 THEN NULL WHEN n0_t = 1 THEN n0_lp.d ELSE n0_sb.d END AS n0_bd
          FROM (
            SELECT
              person,
              sex,
              age_low,
              age_high,
              n0_ly,
              n0_lp,
              u,
              n0_t,
              n1_a,
              n1_b,
              n1_y,
              CASE
                WHEN n0_ea IS NULL
                THEN n0_ca
                WHEN n0_ca IS NULL
                THEN n0_ea
                WHEN n0_ca.v > n0_ea.v OR (
                  n0_ca.v = n0_ea.v AND n0_ca.f > n0_ea.f
                )
                THEN n0_ca
                ELSE n0_ea
              END AS n0_sa,
              CASE
                WHEN n0_eb IS NULL
                THEN n0_lb
                WHEN n0_lb IS NULL
                THEN n0_eb
                WHEN n0_lb.v > n0_eb.v OR (
                  n0_lb.v = n0_eb.v AND n0_lb.f > n0_eb.f
                )
                THEN n0_lb
                ELSE n0_eb
              END AS n0_sb
            FROM (
              SELECT
                person,
                sex,
                age_low,
                age_high,
                n0_ea,
                n0_eb,
                n0_lb,
                n0_ca,
                n0_ly,
                n0_lp,
                u,
                CASE
                  WHEN NOT n0_ea IS NULL OR NOT n0_ca IS NULL
                  THEN 2
                  WHEN NOT n0_la IS NULL
                  THEN 1
                  ELSE 0
                END AS n0_t,
                2.0e0 AS n1_a,
                2.0e0 AS n1_b,
                CAST(0 AS SMALLINT) AS n1_y
              FROM (
                SELECT
                  w.person,
                  w.sex,
                  w.age_low,
                  w.age_high,
                  l0.ea AS n0_ea,
                  l0.eb AS n0_eb,
                  l0.la AS n0_la,
                  l0.lb AS n0_lb,
                  l0.ca AS n0_ca,
                  l0.ly AS n0_ly,
                  l0.lp AS n0_lp,
                  CASE WHEN unread.person IS NULL THEN 0 ELSE 1 END AS u
                FROM (
                  SELECT
                    a.person,
                    q.sex,
                    q.age_low,
                    q.age_high
                  FROM (
                    SELECT
                      person
                    FROM extreme0
                    UNION
                    SELECT
                      person
                    FROM unreadable
                    WHERE
                      concept IN ('*', 'alt')
                  ) AS a
                  JOIN people AS q
                    ON q.person = a.person
                  UNION ALL
                  SELECT
                    0,
                    CAST(NULL AS STRING),
                    CAST(NULL AS BIGINT),
                    CAST(NULL AS BIGINT)
                ) AS w
                LEFT JOIN (
                  SELECT
                    *
                  FROM extreme0
                ) AS l0
                  ON l0.person = w.person
                LEFT JOIN (
                  SELECT
                    person
                  FROM unreadable
                  WHERE
                    concept IN ('*', 'alt')
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
