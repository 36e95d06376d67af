WITH history AS (
  SELECT
    f.person,
    MAX(
      STRUCT(
        CASE
          WHEN f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.end_low >= CAST('2026-03-09' AS DATE)
          AND f.doubt = CAST(0 AS SMALLINT)
          THEN 2
          ELSE 1
        END AS p,
        f.start_low AS k,
        f.fact AS f,
        f.why AS y,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      f.concept = 'mycophenolate'
      AND NOT f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.end_high >= CAST('2026-03-09' AS DATE)) AS c0_p
  FROM facts AS f
  WHERE
    NOT f.absent
    AND (
      f.concept = 'mycophenolate'
      AND NOT f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.end_high >= CAST('2026-03-09' AS DATE)
    )
  GROUP BY
    f.person
), answers AS (
  SELECT
    f.person,
    MAX(
      STRUCT(
        CASE
          WHEN f.start_low >= CAST('2026-05-04' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          AND f.start_high <= CAST('2026-06-01' AS DATE)
          THEN 2
          ELSE 1
        END AS p,
        f.fact AS f,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d,
        f.date_why AS y
      )
    ) FILTER(WHERE
      f.concept = 'mycophenolate'
      AND f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)) AS no0_n
  FROM facts AS f
  WHERE
    f.absent
    AND (
      f.concept = 'mycophenolate'
      AND f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
    )
  GROUP BY
    f.person
), unread AS (
  SELECT
    person,
    MAX(CASE WHEN concept IN ('*', 'mycophenolate') THEN 1 ELSE 0 END) AS rule_u
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
      WHEN COALESCE(no0_n.p, 0) = 2
      THEN CAST(0 AS SMALLINT)
      ELSE CASE WHEN COALESCE(no0_n.p, 0) = 1 THEN no0_n.y ELSE CAST(8 AS SMALLINT) END
    END AS c0_q
  FROM stage_0
), stage_2 AS (
  SELECT
    person,
    rule_u,
    CASE
      WHEN c0_p IS NULL
      THEN CASE WHEN c0_q = CAST(0 AS SMALLINT) THEN FALSE ELSE CAST(NULL AS BOOLEAN) END
      WHEN c0_p.p = 2 AND COALESCE(no0_n.p, 0) = 0
      THEN TRUE
      ELSE CAST(NULL AS BOOLEAN)
    END AS c0_t,
    CASE
      WHEN c0_p IS NULL
      THEN CASE WHEN c0_q = CAST(0 AS SMALLINT) THEN CAST(3 AS SMALLINT) ELSE c0_q END
      WHEN c0_p.p = 2 AND COALESCE(no0_n.p, 0) = 0
      THEN CAST(2 AS SMALLINT)
      WHEN c0_p.p = 2
      THEN CAST(29 AS SMALLINT)
      ELSE c0_p.y
    END AS c0_r,
    CAST(NULL AS DOUBLE) AS c0_v,
    CASE WHEN c0_p IS NULL THEN no0_n.d ELSE c0_p.d END AS c0_d,
    CASE WHEN c0_p IS NULL THEN no0_n.f ELSE c0_p.f END AS c0_f
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
