WITH exact_results AS (
  SELECT
    f.person,
    MAX({'v': f.ratio_low, 'f': f.fact, 'i': f.ratio_issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'alt'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_ea,
    MAX({'v': f.ratio_high, 'f': f.fact, 'i': f.ratio_issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'alt'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_eb
  FROM facts AS f
  WHERE
    f.exact
    AND (
      f.concept = 'alt'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), loose_results AS (
  SELECT
    f.person,
    MAX(
      {'v': f.ratio_low, 'f': f.fact, 'i': f.ratio_issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'alt'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)) AS n0_la,
    MAX(
      {'v': f.ratio_low, 'f': f.fact, 'i': f.ratio_issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'alt'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_ca,
    MAX(
      {'v': f.ratio_high, 'f': f.fact, 'i': f.ratio_issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'alt'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)) AS n0_lb,
    MAX(
      {'v': f.ratio_high, 'f': f.fact, 'i': f.ratio_issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'alt'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_cb,
    MAX(f.date_why) FILTER(WHERE
      f.concept = 'alt'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)) AS n0_ly,
    MAX({'f': f.fact, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}) FILTER(WHERE
      f.concept = 'alt'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)) AS n0_lp
  FROM facts AS f
  WHERE
    NOT f.exact
    AND (
      f.concept = 'alt'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      OR f.concept = 'alt'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), unread AS (
  SELECT
    person,
    MAX(CASE WHEN concept IN ('*', 'alt') THEN 1 ELSE 0 END) AS rule_u
  FROM unreadable
  GROUP BY
    person
), stage_0 AS (
  SELECT
    p.person AS person,
    COALESCE(unread.rule_u, 0) AS rule_u,
    exact_results.n0_ea AS n0_ea,
    exact_results.n0_eb AS n0_eb,
    loose_results.n0_la AS n0_la,
    loose_results.n0_ca AS n0_ca,
    loose_results.n0_lb AS n0_lb,
    loose_results.n0_ly AS n0_ly,
    loose_results.n0_lp AS n0_lp
  FROM persons AS p
  LEFT JOIN exact_results
    ON exact_results.person = p.person
  LEFT JOIN loose_results
    ON loose_results.person = p.person
  LEFT JOIN unread
    ON unread.person = p.person
), stage_1 AS (
  SELECT
    person,
    rule_u,
    n0_ea,
    n0_eb,
    n0_ca,
    n0_lb,
    n0_ly,
    n0_lp,
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
  FROM stage_0
), stage_2 AS (
  SELECT
    person,
    rule_u,
    n0_ly,
    n0_lp,
    n0_t,
    n1_a,
    n1_b,
    n1_y,
    CASE
      WHEN n0_ea IS NULL
      THEN n0_ca
      WHEN n0_ca IS NULL
      THEN n0_ea
      WHEN STRUCT_EXTRACT(n0_ca, 'v') > STRUCT_EXTRACT(n0_ea, 'v')
      OR (
        STRUCT_EXTRACT(n0_ca, 'v') = STRUCT_EXTRACT(n0_ea, 'v')
        AND STRUCT_EXTRACT(n0_ca, 'f') > STRUCT_EXTRACT(n0_ea, 'f')
      )
      THEN n0_ca
      ELSE n0_ea
    END AS n0_sa,
    CASE
      WHEN n0_eb IS NULL
      THEN n0_lb
      WHEN n0_lb IS NULL
      THEN n0_eb
      WHEN STRUCT_EXTRACT(n0_lb, 'v') > STRUCT_EXTRACT(n0_eb, 'v')
      OR (
        STRUCT_EXTRACT(n0_lb, 'v') = STRUCT_EXTRACT(n0_eb, 'v')
        AND STRUCT_EXTRACT(n0_lb, 'f') > STRUCT_EXTRACT(n0_eb, 'f')
      )
      THEN n0_lb
      ELSE n0_eb
    END AS n0_sb
  FROM stage_1
), stage_3 AS (
  SELECT
    person,
    rule_u,
    n1_a,
    n1_b,
    n1_y,
    CASE WHEN n0_t < 2 THEN -1e+300 ELSE STRUCT_EXTRACT(n0_sa, 'v') END AS n0_a,
    CASE WHEN n0_t < 2 THEN 1e+300 ELSE STRUCT_EXTRACT(n0_sb, 'v') END AS n0_b,
    CASE
      WHEN n0_t = 0
      THEN CAST(7 AS SMALLINT)
      WHEN n0_t = 1
      THEN n0_ly
      WHEN STRUCT_EXTRACT(n0_sa, 'v') = STRUCT_EXTRACT(n0_sb, 'v')
      THEN CAST(0 AS SMALLINT)
      WHEN STRUCT_EXTRACT(n0_sb, 'i') <> CAST(0 AS SMALLINT)
      THEN STRUCT_EXTRACT(n0_sb, 'i')
      WHEN STRUCT_EXTRACT(n0_sa, 'i') <> CAST(0 AS SMALLINT)
      THEN STRUCT_EXTRACT(n0_sa, 'i')
      ELSE CAST(27 AS SMALLINT)
    END AS n0_y,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN STRUCT_EXTRACT(n0_lp, 'f')
      ELSE STRUCT_EXTRACT(n0_sa, 'f')
    END AS n0_af,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN STRUCT_EXTRACT(n0_lp, 'd')
      ELSE STRUCT_EXTRACT(n0_sa, 'd')
    END AS n0_ad,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN STRUCT_EXTRACT(n0_lp, 'f')
      ELSE STRUCT_EXTRACT(n0_sb, 'f')
    END AS n0_bf,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN STRUCT_EXTRACT(n0_lp, 'd')
      ELSE STRUCT_EXTRACT(n0_sb, 'd')
    END AS n0_bd
  FROM stage_2
), stage_4 AS (
  SELECT
    person,
    rule_u,
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
  FROM stage_3
), stage_5 AS (
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
      WHEN ABS(CASE WHEN NOT c2_t IS FALSE THEN n0_b ELSE n0_a END) >= 1e+300
      THEN CAST(NULL AS DOUBLE)
      ELSE CASE WHEN NOT c2_t IS FALSE THEN n0_b ELSE n0_a END
    END AS c2_v,
    CASE WHEN NOT c2_t IS FALSE THEN n0_bd ELSE n0_ad END AS c2_d,
    CASE WHEN NOT c2_t IS FALSE THEN n0_bf ELSE n0_af END AS c2_f
  FROM stage_4
)
SELECT
  person,
  c2_t AS rule_t,
  c2_r AS rule_r,
  c2_v AS rule_v,
  c2_d AS rule_d,
  c2_f AS rule_f,
  rule_u
FROM stage_5
