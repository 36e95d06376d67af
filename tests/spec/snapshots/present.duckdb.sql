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
), present_rows AS (
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
          WHEN f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.end_low >= s.since
          AND f.doubt = CAST(0 AS SMALLINT)
          THEN 2
          ELSE 1
        END AS p,
        f.start_low AS k,
        f.fact AS f,
        f.why AS y,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      FROM facts AS f
      JOIN (VALUES
        (0, 'mycophenolate', CAST('2026-03-09' AS DATE))) AS s(slot, concept, since)
        ON s.concept = f.concept
      WHERE
        NOT f.absent
        AND f.start_low <= CAST('2026-06-01' AS DATE)
        AND f.end_high >= s.since
    ) AS r
    GROUP BY
      slot,
      person
  ) AS b
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
        (0, 'mycophenolate', CAST('2026-05-04' AS DATE))) AS s(slot, concept, since)
        ON s.concept = f.concept
      WHERE
        f.absent AND f.start_low <= CAST('2026-06-01' AS DATE) AND f.start_high >= s.since
    ) AS r
    GROUP BY
      slot,
      person
  ) AS b
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
      c1_t AS t,
      c1_r AS r,
      c1_v AS v,
      c1_d AS d,
      c1_f AS f
    FROM (
      SELECT
        person,
        sex,
        age_low,
        age_high,
        u,
        c0_r AS c1_r,
        c0_v AS c1_v,
        c0_d AS c1_d,
        c0_f AS c1_f,
        NOT c0_t AS c1_t
      FROM (
        SELECT
          person,
          sex,
          age_low,
          age_high,
          u,
          CASE
            WHEN c0_p IS NULL
            THEN CASE WHEN c0_q = CAST(0 AS SMALLINT) THEN FALSE ELSE CAST(NULL AS BOOLEAN) END
            WHEN c0_p = 2 AND COALESCE(no0_p, 0) = 0
            THEN TRUE
            ELSE CAST(NULL AS BOOLEAN)
          END AS c0_t,
          CASE
            WHEN c0_p IS NULL
            THEN CASE WHEN c0_q = CAST(0 AS SMALLINT) THEN CAST(3 AS SMALLINT) ELSE c0_q END
            WHEN c0_p = 2 AND COALESCE(no0_p, 0) = 0
            THEN CAST(2 AS SMALLINT)
            WHEN c0_p = 2
            THEN CAST(31 AS SMALLINT)
            ELSE c0_y
          END AS c0_r,
          CAST(NULL AS DOUBLE) AS c0_v,
          CASE WHEN c0_p IS NULL THEN no0_d ELSE c0_d0 END AS c0_d,
          CASE WHEN c0_p IS NULL THEN no0_f ELSE c0_f0 END AS c0_f
        FROM (
          SELECT
            person,
            sex,
            age_low,
            age_high,
            no0_p,
            no0_d,
            no0_f,
            c0_p,
            c0_y,
            c0_d0,
            c0_f0,
            u,
            CASE
              WHEN COALESCE(no0_p, 0) = 2
              THEN CAST(0 AS SMALLINT)
              ELSE CASE
                WHEN lost0 = 1
                THEN CAST(33 AS SMALLINT)
                ELSE CASE WHEN COALESCE(no0_p, 0) = 1 THEN no0_y ELSE CAST(9 AS SMALLINT) END
              END
            END AS c0_q
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
              l1.p AS c0_p,
              l1.y AS c0_y,
              l1.d AS c0_d0,
              l1.f AS c0_f0,
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
                FROM denied_rows
                WHERE
                  slot IN (0)
                UNION
                SELECT
                  person
                FROM present_rows
                WHERE
                  slot IN (0)
                UNION
                SELECT
                  person
                FROM unreadable
                WHERE
                  concept IN ('*', 'mycophenolate')
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
              FROM present_rows
              WHERE
                slot = 0
            ) AS l1
              ON l1.person = w.person
            LEFT JOIN (
              SELECT
                person,
                MAX(CASE WHEN concept IN ('*', 'mycophenolate') THEN 1 ELSE 0 END) AS lost0
              FROM unreadable
              WHERE
                concept IN ('*', 'mycophenolate')
              GROUP BY
                person
            ) AS unread
              ON unread.person = w.person
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
