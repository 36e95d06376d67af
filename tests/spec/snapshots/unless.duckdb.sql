WITH loose_bars AS (
  SELECT
    f.person,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_bar,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n3_bar
  FROM facts AS f
  WHERE
    f.person IN (
      SELECT
        person
      FROM facts
      WHERE
        NOT exact
    )
    AND (
      f.concept = 'platelets'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      OR f.concept = 'cytopenia_due_to_sle'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), exact_results AS (
  SELECT
    f.person,
    MAX({'k': f.start_low, 'v': -f.low, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_ea,
    MAX({'k': f.start_low, 'v': -f.high, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_eb,
    MAX({'k': f.start_low, 'v': -f.low, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n3_ea,
    MAX({'k': f.start_low, 'v': -f.high, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n3_eb
  FROM facts AS f
  WHERE
    f.exact
    AND (
      f.concept = 'platelets'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      OR f.concept = 'cytopenia_due_to_sle'
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
      {'v': -f.low, 'f': f.fact, 'i': f.issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_la,
    MAX(
      {'v': f.high, 'f': f.fact, 'i': f.issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_lb,
    COUNT(*) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_ln,
    MAX(f.date_why) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_ly,
    MAX({'f': f.fact, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_lp,
    MAX(f.start_high) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_lr,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'platelets'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_lc,
    MAX(
      {'v': -f.low, 'f': f.fact, 'i': f.issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n3_bar IS NULL OR f.start_high >= loose_bars.n3_bar
      )) AS n3_la,
    MAX(
      {'v': f.high, 'f': f.fact, 'i': f.issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n3_bar IS NULL OR f.start_high >= loose_bars.n3_bar
      )) AS n3_lb,
    COUNT(*) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n3_bar IS NULL OR f.start_high >= loose_bars.n3_bar
      )) AS n3_ln,
    MAX(f.date_why) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n3_bar IS NULL OR f.start_high >= loose_bars.n3_bar
      )) AS n3_ly,
    MAX({'f': f.fact, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n3_bar IS NULL OR f.start_high >= loose_bars.n3_bar
      )) AS n3_lp,
    MAX(f.start_high) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n3_bar IS NULL OR f.start_high >= loose_bars.n3_bar
      )) AS n3_lr,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'cytopenia_due_to_sle'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n3_bar IS NULL OR f.start_high >= loose_bars.n3_bar
      )
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n3_lc
  FROM facts AS f
  LEFT JOIN loose_bars
    ON loose_bars.person = f.person
  WHERE
    NOT f.exact
    AND (
      f.concept = 'platelets'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )
      OR f.concept = 'platelets'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      OR f.concept = 'cytopenia_due_to_sle'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n3_bar IS NULL OR f.start_high >= loose_bars.n3_bar
      )
      OR f.concept = 'cytopenia_due_to_sle'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n3_bar IS NULL OR f.start_high >= loose_bars.n3_bar
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
    MAX(
      CASE WHEN concept IN ('*', 'cytopenia_due_to_sle', 'platelets') THEN 1 ELSE 0 END
    ) AS rule_u
  FROM unreadable
  GROUP BY
    person
), stage_0 AS (
  SELECT
    p.person AS person,
    COALESCE(unread.rule_u, 0) AS rule_u,
    exact_results.n0_ea AS n0_ea,
    exact_results.n0_eb AS n0_eb,
    exact_results.n3_ea AS n3_ea,
    exact_results.n3_eb AS n3_eb,
    loose_results.n0_la AS n0_la,
    loose_results.n0_lb AS n0_lb,
    loose_results.n0_ln AS n0_ln,
    loose_results.n0_ly AS n0_ly,
    loose_results.n0_lp AS n0_lp,
    loose_results.n0_lr AS n0_lr,
    loose_results.n0_lc AS n0_lc,
    loose_results.n3_la AS n3_la,
    loose_results.n3_lb AS n3_lb,
    loose_results.n3_ln AS n3_ln,
    loose_results.n3_ly AS n3_ly,
    loose_results.n3_lp AS n3_lp,
    loose_results.n3_lr AS n3_lr,
    loose_results.n3_lc AS n3_lc
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
    n3_ea,
    n3_eb,
    n0_la,
    n0_lb,
    n0_ln,
    n0_ly,
    n0_lp,
    n3_la,
    n3_lb,
    n3_ln,
    n3_ly,
    n3_lp,
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
    50.0e0 AS n1_a,
    50.0e0 AS n1_b,
    CAST(0 AS SMALLINT) AS n1_y,
    CASE
      WHEN NOT n3_ea IS NULL OR NOT n3_lc IS NULL
      THEN 2
      WHEN NOT n3_la IS NULL
      THEN 1
      ELSE 0
    END AS n3_t,
    NOT n3_ea IS NULL AND (
      n3_lc IS NULL OR n3_lc <= STRUCT_EXTRACT(n3_ea, 'd')
    ) AS n3_ue,
    NOT n3_la IS NULL AND (
      n3_ea IS NULL OR n3_lr >= STRUCT_EXTRACT(n3_ea, 'd')
    ) AS n3_ul
  FROM stage_0
), stage_2 AS (
  SELECT
    person,
    rule_u,
    n0_ea,
    n0_eb,
    n3_ea,
    n3_eb,
    n0_la,
    n0_lb,
    n0_ln,
    n0_ly,
    n0_lp,
    n3_la,
    n3_lb,
    n3_ln,
    n3_ly,
    n3_lp,
    n0_t,
    n0_ue,
    n0_ul,
    n1_a,
    n1_b,
    n1_y,
    n3_t,
    n3_ue,
    n3_ul,
    n0_ul
    AND (
      NOT n0_ue OR -STRUCT_EXTRACT(n0_la, 'v') < -STRUCT_EXTRACT(n0_ea, 'v')
    ) AS n0_la2,
    n0_ul
    AND (
      NOT n0_ue OR STRUCT_EXTRACT(n0_lb, 'v') > -STRUCT_EXTRACT(n0_eb, 'v')
    ) AS n0_lb2,
    n3_ul
    AND (
      NOT n3_ue OR -STRUCT_EXTRACT(n3_la, 'v') < -STRUCT_EXTRACT(n3_ea, 'v')
    ) AS n3_la2,
    n3_ul
    AND (
      NOT n3_ue OR STRUCT_EXTRACT(n3_lb, 'v') > -STRUCT_EXTRACT(n3_eb, 'v')
    ) AS n3_lb2
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
    END AS n0_bd,
    CASE
      WHEN n3_t < 2
      THEN -1e+300
      WHEN n3_la2
      THEN -STRUCT_EXTRACT(n3_la, 'v')
      ELSE -STRUCT_EXTRACT(n3_ea, 'v')
    END AS n3_a,
    CASE
      WHEN n3_t < 2
      THEN 1e+300
      WHEN n3_lb2
      THEN STRUCT_EXTRACT(n3_lb, 'v')
      ELSE -STRUCT_EXTRACT(n3_eb, 'v')
    END AS n3_b,
    CASE
      WHEN n3_t = 0
      THEN CAST(8 AS SMALLINT)
      WHEN n3_t = 1
      THEN n3_ly
      WHEN CASE
        WHEN n3_t < 2
        THEN -1e+300
        WHEN n3_la2
        THEN -STRUCT_EXTRACT(n3_la, 'v')
        ELSE -STRUCT_EXTRACT(n3_ea, 'v')
      END = CASE
        WHEN n3_t < 2
        THEN 1e+300
        WHEN n3_lb2
        THEN STRUCT_EXTRACT(n3_lb, 'v')
        ELSE -STRUCT_EXTRACT(n3_eb, 'v')
      END
      THEN CAST(0 AS SMALLINT)
      WHEN n3_ul AND (
        n3_ue OR n3_ln > 1
      )
      THEN n3_ly
      WHEN CASE WHEN n3_lb2 THEN STRUCT_EXTRACT(n3_lb, 'i') ELSE STRUCT_EXTRACT(n3_eb, 'i') END <> CAST(0 AS SMALLINT)
      THEN CASE WHEN n3_lb2 THEN STRUCT_EXTRACT(n3_lb, 'i') ELSE STRUCT_EXTRACT(n3_eb, 'i') END
      WHEN CASE WHEN n3_la2 THEN STRUCT_EXTRACT(n3_la, 'i') ELSE STRUCT_EXTRACT(n3_ea, 'i') END <> CAST(0 AS SMALLINT)
      THEN CASE WHEN n3_la2 THEN STRUCT_EXTRACT(n3_la, 'i') ELSE STRUCT_EXTRACT(n3_ea, 'i') END
      ELSE CAST(29 AS SMALLINT)
    END AS n3_y,
    CASE
      WHEN n3_t = 0
      THEN NULL
      WHEN n3_t = 1
      THEN STRUCT_EXTRACT(n3_lp, 'f')
      WHEN n3_la2
      THEN STRUCT_EXTRACT(n3_la, 'f')
      ELSE STRUCT_EXTRACT(n3_ea, 'f')
    END AS n3_af,
    CASE
      WHEN n3_t = 0
      THEN NULL
      WHEN n3_t = 1
      THEN STRUCT_EXTRACT(n3_lp, 'd')
      WHEN n3_la2
      THEN STRUCT_EXTRACT(n3_la, 'd')
      ELSE STRUCT_EXTRACT(n3_ea, 'd')
    END AS n3_ad,
    CASE
      WHEN n3_t = 0
      THEN NULL
      WHEN n3_t = 1
      THEN STRUCT_EXTRACT(n3_lp, 'f')
      WHEN n3_lb2
      THEN STRUCT_EXTRACT(n3_lb, 'f')
      ELSE STRUCT_EXTRACT(n3_eb, 'f')
    END AS n3_bf,
    CASE
      WHEN n3_t = 0
      THEN NULL
      WHEN n3_t = 1
      THEN STRUCT_EXTRACT(n3_lp, 'd')
      WHEN n3_lb2
      THEN STRUCT_EXTRACT(n3_lb, 'd')
      ELSE STRUCT_EXTRACT(n3_eb, 'd')
    END AS n3_bd
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
    n3_a,
    n3_b,
    n3_y,
    n3_af,
    n3_ad,
    n3_bf,
    n3_bd,
    CASE
      WHEN n1_a - n0_b > 1e-9 * GREATEST(ABS(n0_b), ABS(n1_a))
      THEN TRUE
      WHEN NOT (
        n1_b - n0_a > 1e-9 * GREATEST(ABS(n0_a), ABS(n1_b))
      )
      THEN FALSE
      ELSE CAST(NULL AS BOOLEAN)
    END AS c2_t,
    CASE
      WHEN n3_a >= 1e0
      THEN TRUE
      WHEN n3_b <= 0e0
      THEN FALSE
      ELSE CAST(NULL AS BOOLEAN)
    END AS c4_t
  FROM stage_3
), stage_5 AS (
  SELECT
    person,
    rule_u,
    c2_t,
    c4_t,
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
    CASE WHEN NOT c2_t IS FALSE THEN n0_bf ELSE n0_af END AS c2_f,
    CASE
      WHEN c4_t IS NULL
      THEN CASE WHEN n3_y <> CAST(0 AS SMALLINT) THEN n3_y ELSE CAST(21 AS SMALLINT) END
      ELSE CAST(1 AS SMALLINT)
    END AS c4_r,
    CASE
      WHEN ABS(CASE WHEN NOT c4_t IS TRUE THEN n3_b ELSE n3_a END) >= 1e+300
      THEN CAST(NULL AS DOUBLE)
      ELSE CASE WHEN NOT c4_t IS TRUE THEN n3_b ELSE n3_a END
    END AS c4_v,
    CASE WHEN NOT c4_t IS TRUE THEN n3_bd ELSE n3_ad END AS c4_d,
    CASE WHEN NOT c4_t IS TRUE THEN n3_bf ELSE n3_af END AS c4_f
  FROM stage_4
), stage_6 AS (
  SELECT
    person,
    rule_u,
    c2_t,
    c4_t,
    c2_r,
    c2_v,
    c2_d,
    c2_f,
    c4_r,
    c4_v,
    c4_d,
    c4_f,
    CASE WHEN c2_t IS TRUE THEN NOT c4_t ELSE c2_t END AS c5_t
  FROM stage_5
), stage_7 AS (
  SELECT
    person,
    rule_u,
    c5_t,
    CASE WHEN c2_t IS TRUE AND NOT c4_t IS FALSE THEN c4_r ELSE c2_r END AS c5_r,
    CASE WHEN c2_t IS TRUE AND NOT c4_t IS FALSE THEN c4_v ELSE c2_v END AS c5_v,
    CASE WHEN c2_t IS TRUE AND NOT c4_t IS FALSE THEN c4_d ELSE c2_d END AS c5_d,
    CASE WHEN c2_t IS TRUE AND NOT c4_t IS FALSE THEN c4_f ELSE c2_f END AS c5_f
  FROM stage_6
), stage_8 AS (
  SELECT
    person,
    rule_u,
    c5_r AS c6_r,
    c5_v AS c6_v,
    c5_d AS c6_d,
    c5_f AS c6_f,
    NOT c5_t AS c6_t
  FROM stage_7
)
SELECT
  person,
  c6_t AS rule_t,
  c6_r AS rule_r,
  c6_v AS rule_v,
  c6_d AS rule_d,
  c6_f AS rule_f,
  rule_u
FROM stage_8
