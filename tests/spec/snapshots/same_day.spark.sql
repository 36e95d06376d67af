WITH anchor0_days AS (
  SELECT
    f.person,
    GREATEST(f.start_low, CAST('0001-01-01' AS DATE)) AS first,
    LEAST(f.start_high, CAST('2026-06-01' AS DATE)) AS last,
    (
      f.start_low >= CAST('0001-01-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
    AND NOT (
      FALSE
    ) AS sure,
    f.exact
    AND (
      f.start_low >= CAST('0001-01-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
    AND NOT (
      FALSE
    ) AS exact
  FROM facts AS f
  WHERE
    f.concept = 'biopsy_class'
    AND f.start_low <= CAST('2026-06-01' AS DATE)
    AND f.start_high >= CAST('0001-01-01' AS DATE)
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
      THEN l.loose_high
      ELSE GREATEST(
        COALESCE(l.exact_day, l.loose_sure),
        COALESCE(l.loose_sure, l.exact_day),
        COALESCE(l.loose_high, l.exact_day, l.loose_sure)
      )
    END AS high,
    CASE WHEN l.exact_day IS NULL AND l.loose_sure IS NULL THEN FALSE ELSE TRUE END AS sure
  FROM anchor0_ends AS l
), anchored_bars AS (
  SELECT
    f.person,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low >= anchor0.high
      AND f.start_high <= anchor0.low
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND anchor0.sure) AS n0_bar
  FROM facts AS f
  LEFT JOIN anchor0
    ON anchor0.person = f.person
  WHERE
    TRUE
    AND (
      f.concept = 'chronicity_index'
      AND f.start_low >= anchor0.high
      AND f.start_high <= anchor0.low
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND anchor0.sure
    )
  GROUP BY
    f.person
), anchored_results AS (
  SELECT
    f.person,
    MAX(
      STRUCT(f.start_low AS k, f.low AS v, f.fact AS f, f.issue AS i, f.start_low AS d)
    ) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low >= anchor0.high
      AND f.start_high <= anchor0.low
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND anchor0.sure
      AND f.exact) AS n0_ea,
    MAX(
      STRUCT(f.start_low AS k, f.high AS v, f.fact AS f, f.issue AS i, f.start_low AS d)
    ) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low >= anchor0.high
      AND f.start_high <= anchor0.low
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND anchor0.sure
      AND f.exact) AS n0_eb,
    MAX(
      STRUCT(
        -f.low AS v,
        f.fact AS f,
        f.issue AS i,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low <= anchor0.high
      AND f.start_high >= anchor0.low
      AND NOT COALESCE(
        f.exact
        AND f.start_low >= anchor0.high
        AND f.start_high <= anchor0.low
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND anchor0.sure,
        FALSE
      )
      AND (
        anchored_bars.n0_bar IS NULL OR f.start_high >= anchored_bars.n0_bar
      )) AS n0_la,
    MAX(
      STRUCT(
        f.high AS v,
        f.fact AS f,
        f.issue AS i,
        CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d
      )
    ) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low <= anchor0.high
      AND f.start_high >= anchor0.low
      AND NOT COALESCE(
        f.exact
        AND f.start_low >= anchor0.high
        AND f.start_high <= anchor0.low
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND anchor0.sure,
        FALSE
      )
      AND (
        anchored_bars.n0_bar IS NULL OR f.start_high >= anchored_bars.n0_bar
      )) AS n0_lb,
    COUNT(*) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low <= anchor0.high
      AND f.start_high >= anchor0.low
      AND NOT COALESCE(
        f.exact
        AND f.start_low >= anchor0.high
        AND f.start_high <= anchor0.low
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND anchor0.sure,
        FALSE
      )
      AND (
        anchored_bars.n0_bar IS NULL OR f.start_high >= anchored_bars.n0_bar
      )) AS n0_ln,
    MAX(f.date_why) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low <= anchor0.high
      AND f.start_high >= anchor0.low
      AND NOT COALESCE(
        f.exact
        AND f.start_low >= anchor0.high
        AND f.start_high <= anchor0.low
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND anchor0.sure,
        FALSE
      )
      AND (
        anchored_bars.n0_bar IS NULL OR f.start_high >= anchored_bars.n0_bar
      )) AS n0_ly,
    MAX(STRUCT(f.fact AS f, CASE WHEN f.undated THEN NULL ELSE f.start_low END AS d)) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low <= anchor0.high
      AND f.start_high >= anchor0.low
      AND NOT COALESCE(
        f.exact
        AND f.start_low >= anchor0.high
        AND f.start_high <= anchor0.low
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND anchor0.sure,
        FALSE
      )
      AND (
        anchored_bars.n0_bar IS NULL OR f.start_high >= anchored_bars.n0_bar
      )) AS n0_lp,
    MAX(f.start_high) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low <= anchor0.high
      AND f.start_high >= anchor0.low
      AND NOT COALESCE(
        f.exact
        AND f.start_low >= anchor0.high
        AND f.start_high <= anchor0.low
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND anchor0.sure,
        FALSE
      )
      AND (
        anchored_bars.n0_bar IS NULL OR f.start_high >= anchored_bars.n0_bar
      )) AS n0_lr,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'chronicity_index'
      AND f.start_low <= anchor0.high
      AND f.start_high >= anchor0.low
      AND NOT COALESCE(
        f.exact
        AND f.start_low >= anchor0.high
        AND f.start_high <= anchor0.low
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND anchor0.sure,
        FALSE
      )
      AND (
        anchored_bars.n0_bar IS NULL OR f.start_high >= anchored_bars.n0_bar
      )
      AND f.start_low >= anchor0.high
      AND f.start_high <= anchor0.low
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND anchor0.sure) AS n0_lc
  FROM facts AS f
  LEFT JOIN anchor0
    ON anchor0.person = f.person
  LEFT JOIN anchored_bars
    ON anchored_bars.person = f.person
  WHERE
    TRUE
    AND (
      f.concept = 'chronicity_index'
      AND f.start_low >= anchor0.high
      AND f.start_high <= anchor0.low
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND anchor0.sure
      AND f.exact
      OR f.concept = 'chronicity_index'
      AND f.start_low <= anchor0.high
      AND f.start_high >= anchor0.low
      AND NOT COALESCE(
        f.exact
        AND f.start_low >= anchor0.high
        AND f.start_high <= anchor0.low
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND anchor0.sure,
        FALSE
      )
      AND (
        anchored_bars.n0_bar IS NULL OR f.start_high >= anchored_bars.n0_bar
      )
      OR f.concept = 'chronicity_index'
      AND f.start_low <= anchor0.high
      AND f.start_high >= anchor0.low
      AND NOT COALESCE(
        f.exact
        AND f.start_low >= anchor0.high
        AND f.start_high <= anchor0.low
        AND f.start_high <= CAST('2026-06-01' AS DATE)
        AND anchor0.sure,
        FALSE
      )
      AND (
        anchored_bars.n0_bar IS NULL OR f.start_high >= anchored_bars.n0_bar
      )
      AND f.start_low >= anchor0.high
      AND f.start_high <= anchor0.low
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND anchor0.sure
    )
  GROUP BY
    f.person
), unread AS (
  SELECT
    person,
    MAX(CASE WHEN concept IN ('*', 'biopsy_class', 'chronicity_index') THEN 1 ELSE 0 END) AS rule_u
  FROM unreadable
  GROUP BY
    person
), stage_0 AS (
  SELECT
    p.person AS person,
    COALESCE(unread.rule_u, 0) AS rule_u,
    anchored_results.n0_ea AS n0_ea,
    anchored_results.n0_eb AS n0_eb,
    anchored_results.n0_la AS n0_la,
    anchored_results.n0_lb AS n0_lb,
    anchored_results.n0_ln AS n0_ln,
    anchored_results.n0_ly AS n0_ly,
    anchored_results.n0_lp AS n0_lp,
    anchored_results.n0_lr AS n0_lr,
    anchored_results.n0_lc AS n0_lc
  FROM persons AS p
  LEFT JOIN anchored_results
    ON anchored_results.person = p.person
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
      n0_lc IS NULL OR n0_lc <= n0_ea.d
    ) AS n0_ue,
    NOT n0_la IS NULL AND (
      n0_ea IS NULL OR n0_lr >= n0_ea.d
    ) AS n0_ul,
    3.0e0 AS n1_a,
    3.0e0 AS n1_b,
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
    n0_ul AND (
      NOT n0_ue OR -n0_la.v < n0_ea.v
    ) AS n0_la2,
    n0_ul AND (
      NOT n0_ue OR n0_lb.v > n0_eb.v
    ) AS n0_lb2
  FROM stage_1
), stage_3 AS (
  SELECT
    person,
    rule_u,
    n1_a,
    n1_b,
    n1_y,
    CASE WHEN n0_t < 2 THEN -1e+300 WHEN n0_la2 THEN -n0_la.v ELSE n0_ea.v END AS n0_a,
    CASE WHEN n0_t < 2 THEN 1e+300 WHEN n0_lb2 THEN n0_lb.v ELSE n0_eb.v END AS n0_b,
    CASE
      WHEN n0_t = 0
      THEN CAST(12 AS SMALLINT)
      WHEN n0_t = 1
      THEN n0_ly
      WHEN CASE WHEN n0_t < 2 THEN -1e+300 WHEN n0_la2 THEN -n0_la.v ELSE n0_ea.v END = CASE WHEN n0_t < 2 THEN 1e+300 WHEN n0_lb2 THEN n0_lb.v ELSE n0_eb.v END
      THEN CAST(0 AS SMALLINT)
      WHEN n0_ul AND (
        n0_ue OR n0_ln > 1
      )
      THEN n0_ly
      WHEN CASE WHEN n0_lb2 THEN n0_lb.i ELSE n0_eb.i END <> CAST(0 AS SMALLINT)
      THEN CASE WHEN n0_lb2 THEN n0_lb.i ELSE n0_eb.i END
      WHEN CASE WHEN n0_la2 THEN n0_la.i ELSE n0_ea.i END <> CAST(0 AS SMALLINT)
      THEN CASE WHEN n0_la2 THEN n0_la.i ELSE n0_ea.i END
      ELSE CAST(29 AS SMALLINT)
    END AS n0_y,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN n0_lp.f
      WHEN n0_la2
      THEN n0_la.f
      ELSE n0_ea.f
    END AS n0_af,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN n0_lp.d
      WHEN n0_la2
      THEN n0_la.d
      ELSE n0_ea.d
    END AS n0_ad,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN n0_lp.f
      WHEN n0_lb2
      THEN n0_lb.f
      ELSE n0_eb.f
    END AS n0_bf,
    CASE
      WHEN n0_t = 0
      THEN NULL
      WHEN n0_t = 1
      THEN n0_lp.d
      WHEN n0_lb2
      THEN n0_lb.d
      ELSE n0_eb.d
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
      WHEN n1_a - n0_b > 1e-9 * GREATEST(ABS(n0_b), ABS(n1_a))
      THEN TRUE
      WHEN NOT (
        n1_b - n0_a > 1e-9 * GREATEST(ABS(n0_a), ABS(n1_b))
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
