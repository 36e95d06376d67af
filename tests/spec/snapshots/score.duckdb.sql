WITH n0_items AS (
  SELECT DISTINCT
    f.person,
    f.start_low,
    f.low AS item,
    f.high AS item_high
  FROM facts AS f
  WHERE
    f.concept = 'sledai_item' AND f.exact
), n0_sums AS (
  SELECT
    person,
    start_low,
    SUM(
      CASE
        WHEN item = item_high AND item >= 0e0
        THEN CASE item
          WHEN 0.0e0
          THEN 8.0e0
          WHEN 1.0e0
          THEN 4.0e0
          WHEN 2.0e0
          THEN 4.0e0
          WHEN 3.0e0
          THEN 4.0e0
          WHEN 4.0e0
          THEN 4.0e0
          WHEN 5.0e0
          THEN 4.0e0
          WHEN 6.0e0
          THEN 2.0e0
          WHEN 7.0e0
          THEN 2.0e0
          WHEN 8.0e0
          THEN 1.0e0
          ELSE 0e0
        END
        ELSE 0e0
      END
    ) AS total,
    MAX(CASE WHEN item = -1.0e0 AND item_high = -1.0e0 THEN 1 ELSE 0 END) AS closed,
    MAX(CASE WHEN item <> item_high THEN 1 ELSE 0 END) AS unreadable
  FROM n0_items
  GROUP BY
    person,
    start_low
), n0_closers AS (
  SELECT
    f.person,
    f.start_low,
    MAX(f.fact) AS fact
  FROM facts AS f
  WHERE
    f.concept = 'sledai_item' AND f.exact AND f.low = -1.0e0 AND f.high = -1.0e0
  GROUP BY
    f.person,
    f.start_low
), n0_matters AS (
  SELECT DISTINCT
    f.person,
    f.fact
  FROM facts AS f
  JOIN n0_closers AS c
    ON c.person = f.person AND c.start_low >= f.start_low AND c.start_low <= f.start_high
  WHERE
    f.concept = 'sledai_item' AND NOT f.exact
), n0_rows AS (
  SELECT
    f.person,
    f.fact,
    f.concept,
    f.start_low,
    f.start_high,
    f.undated,
    f.exact,
    f.date_why,
    f.low,
    f.high,
    f.issue
  FROM facts AS f
  LEFT JOIN n0_closers AS c
    ON c.person = f.person AND c.start_low = f.start_low AND f.exact
  WHERE
    f.concept = 'sledai_2k' AND c.person IS NULL
  UNION ALL
  SELECT
    s.person,
    c.fact,
    'sledai_2k',
    s.start_low,
    s.start_low,
    FALSE,
    TRUE,
    CAST(27 AS SMALLINT),
    s.total,
    CASE WHEN s.unreadable = 1 THEN 33.0e0 ELSE s.total END,
    CASE WHEN s.unreadable = 1 THEN CAST(22 AS SMALLINT) ELSE CAST(0 AS SMALLINT) END
  FROM n0_sums AS s
  JOIN n0_closers AS c
    ON c.person = s.person AND c.start_low = s.start_low
  UNION ALL
  SELECT
    f.person,
    f.fact,
    'sledai_2k',
    f.start_low,
    f.start_high,
    f.undated,
    FALSE,
    f.date_why,
    0e0,
    33.0e0,
    f.date_why
  FROM facts AS f
  LEFT JOIN n0_matters AS m
    ON m.person = f.person AND m.fact = f.fact
  WHERE
    f.concept = 'sledai_item'
    AND NOT f.exact
    AND (
      f.low <= -1.0e0 OR NOT m.person IS NULL
    )
), n0_bars AS (
  SELECT
    f.person,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_bar
  FROM n0_rows AS f
  WHERE
    TRUE
    AND (
      f.concept = 'sledai_2k'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), n0_exact AS (
  SELECT
    f.person,
    MAX({'k': f.start_low, 'v': -f.low, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_ea,
    MAX({'k': f.start_low, 'v': -f.high, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_eb
  FROM n0_rows AS f
  WHERE
    f.exact
    AND (
      f.concept = 'sledai_2k'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), n0_loose AS (
  SELECT
    f.person,
    MAX(
      {'v': -f.low, 'f': f.fact, 'i': f.issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        n0_bars.n0_bar IS NULL OR f.start_high >= n0_bars.n0_bar
      )) AS n0_la,
    MAX(
      {'v': f.high, 'f': f.fact, 'i': f.issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        n0_bars.n0_bar IS NULL OR f.start_high >= n0_bars.n0_bar
      )) AS n0_lb,
    COUNT(*) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        n0_bars.n0_bar IS NULL OR f.start_high >= n0_bars.n0_bar
      )) AS n0_ln,
    MAX(f.date_why) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        n0_bars.n0_bar IS NULL OR f.start_high >= n0_bars.n0_bar
      )) AS n0_ly,
    MAX({'f': f.fact, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        n0_bars.n0_bar IS NULL OR f.start_high >= n0_bars.n0_bar
      )) AS n0_lp,
    MAX(f.start_high) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        n0_bars.n0_bar IS NULL OR f.start_high >= n0_bars.n0_bar
      )) AS n0_lr,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'sledai_2k'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        n0_bars.n0_bar IS NULL OR f.start_high >= n0_bars.n0_bar
      )
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_lc
  FROM n0_rows AS f
  LEFT JOIN n0_bars
    ON n0_bars.person = f.person
  WHERE
    NOT f.exact
    AND (
      f.concept = 'sledai_2k'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        n0_bars.n0_bar IS NULL OR f.start_high >= n0_bars.n0_bar
      )
      OR f.concept = 'sledai_2k'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        n0_bars.n0_bar IS NULL OR f.start_high >= n0_bars.n0_bar
      )
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), unread AS (
  SELECT
    person,
    MAX(CASE WHEN concept IN ('*', 'sledai_2k', 'sledai_item') THEN 1 ELSE 0 END) AS rule_u
  FROM unreadable
  GROUP BY
    person
), stage_0 AS (
  SELECT
    p.person AS person,
    COALESCE(unread.rule_u, 0) AS rule_u,
    n0_exact.n0_ea AS n0_ea,
    n0_exact.n0_eb AS n0_eb,
    n0_loose.n0_la AS n0_la,
    n0_loose.n0_lb AS n0_lb,
    n0_loose.n0_ln AS n0_ln,
    n0_loose.n0_ly AS n0_ly,
    n0_loose.n0_lp AS n0_lp,
    n0_loose.n0_lr AS n0_lr,
    n0_loose.n0_lc AS n0_lc
  FROM persons AS p
  LEFT JOIN n0_exact
    ON n0_exact.person = p.person
  LEFT JOIN n0_loose
    ON n0_loose.person = p.person
  LEFT JOIN unread
    ON unread.person = p.person
), stage_1 AS (
  SELECT
    person,
    rule_u,
    n0_ea,
    n0_eb,
    n0_la,
    n0_lb,
    n0_ln,
    n0_ly,
    n0_lp,
    CASE
      WHEN NOT n0_ea IS NULL OR NOT n0_lc IS NULL
      THEN 2
      WHEN NOT n0_la IS NULL
      THEN 1
      ELSE 0
    END AS n0_t,
    NOT n0_ea IS NULL AND (
      n0_lc IS NULL OR n0_lc <= STRUCT_EXTRACT(n0_ea, 'd')
    ) AS n0_ue,
    NOT n0_la IS NULL AND (
      n0_ea IS NULL OR n0_lr >= STRUCT_EXTRACT(n0_ea, 'd')
    ) AS n0_ul,
    10.0e0 AS n1_a,
    10.0e0 AS n1_b,
    CAST(0 AS SMALLINT) AS n1_y
  FROM stage_0
), stage_2 AS (
  SELECT
    person,
    rule_u,
    n0_ea,
    n0_eb,
    n0_la,
    n0_lb,
    n0_ln,
    n0_ly,
    n0_lp,
    n0_t,
    n0_ue,
    n0_ul,
    n1_a,
    n1_b,
    n1_y,
    n0_ul
    AND (
      NOT n0_ue OR -STRUCT_EXTRACT(n0_la, 'v') < -STRUCT_EXTRACT(n0_ea, 'v')
    ) AS n0_la2,
    n0_ul
    AND (
      NOT n0_ue OR STRUCT_EXTRACT(n0_lb, 'v') > -STRUCT_EXTRACT(n0_eb, 'v')
    ) AS n0_lb2
  FROM stage_1
), stage_3 AS (
  SELECT
    person,
    rule_u,
    n1_a,
    n1_b,
    n1_y,
    CASE
      WHEN n0_t < 2
      THEN -1e+300
      WHEN n0_la2
      THEN -STRUCT_EXTRACT(n0_la, 'v')
      ELSE -STRUCT_EXTRACT(n0_ea, 'v')
    END AS n0_a,
    CASE
      WHEN n0_t < 2
      THEN 1e+300
      WHEN n0_lb2
      THEN STRUCT_EXTRACT(n0_lb, 'v')
      ELSE -STRUCT_EXTRACT(n0_eb, 'v')
    END AS n0_b,
    CASE
      WHEN n0_t = 0
      THEN CAST(7 AS SMALLINT)
      WHEN n0_t = 1
      THEN n0_ly
      WHEN CASE
        WHEN n0_t < 2
        THEN -1e+300
        WHEN n0_la2
        THEN -STRUCT_EXTRACT(n0_la, 'v')
        ELSE -STRUCT_EXTRACT(n0_ea, 'v')
      END = CASE
        WHEN n0_t < 2
        THEN 1e+300
        WHEN n0_lb2
        THEN STRUCT_EXTRACT(n0_lb, 'v')
        ELSE -STRUCT_EXTRACT(n0_eb, 'v')
      END
      THEN CAST(0 AS SMALLINT)
      WHEN n0_ul AND (
        n0_ue OR n0_ln > 1
      )
      THEN n0_ly
      WHEN CASE WHEN n0_lb2 THEN STRUCT_EXTRACT(n0_lb, 'i') ELSE STRUCT_EXTRACT(n0_eb, 'i') END <> CAST(0 AS SMALLINT)
      THEN CASE WHEN n0_lb2 THEN STRUCT_EXTRACT(n0_lb, 'i') ELSE STRUCT_EXTRACT(n0_eb, 'i') END
      WHEN CASE WHEN n0_la2 THEN STRUCT_EXTRACT(n0_la, 'i') ELSE STRUCT_EXTRACT(n0_ea, 'i') END <> CAST(0 AS SMALLINT)
      THEN CASE WHEN n0_la2 THEN STRUCT_EXTRACT(n0_la, 'i') ELSE STRUCT_EXTRACT(n0_ea, 'i') END
      ELSE CAST(29 AS SMALLINT)
    END AS n0_y,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN STRUCT_EXTRACT(n0_lp, 'f')
      WHEN n0_la2
      THEN STRUCT_EXTRACT(n0_la, 'f')
      ELSE STRUCT_EXTRACT(n0_ea, 'f')
    END AS n0_af,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN STRUCT_EXTRACT(n0_lp, 'd')
      WHEN n0_la2
      THEN STRUCT_EXTRACT(n0_la, 'd')
      ELSE STRUCT_EXTRACT(n0_ea, 'd')
    END AS n0_ad,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN STRUCT_EXTRACT(n0_lp, 'f')
      WHEN n0_lb2
      THEN STRUCT_EXTRACT(n0_lb, 'f')
      ELSE STRUCT_EXTRACT(n0_eb, 'f')
    END AS n0_bf,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN STRUCT_EXTRACT(n0_lp, 'd')
      WHEN n0_lb2
      THEN STRUCT_EXTRACT(n0_lb, 'd')
      ELSE STRUCT_EXTRACT(n0_eb, 'd')
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
      WHEN n0_a - n1_b > 1e-9 * GREATEST(ABS(n1_b), ABS(n0_a))
      THEN TRUE
      WHEN NOT (
        n0_b - n1_a > 1e-9 * GREATEST(ABS(n1_a), ABS(n0_b))
      )
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
      WHEN ABS(CASE WHEN c2_t IS FALSE THEN n0_b ELSE n0_a END) >= 1e+300
      THEN CAST(NULL AS DOUBLE)
      ELSE CASE WHEN c2_t IS FALSE THEN n0_b ELSE n0_a END
    END AS c2_v,
    CASE WHEN c2_t IS FALSE THEN n0_bd ELSE n0_ad END AS c2_d,
    CASE WHEN c2_t IS FALSE THEN n0_bf ELSE n0_af END AS c2_f
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
