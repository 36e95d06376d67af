WITH weight0_loose_bars AS (
  SELECT
    f.person,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low >= CAST('2025-12-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_bar
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
      f.concept = 'body_weight'
      AND f.start_low >= CAST('2025-12-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), weight0_exact_results AS (
  SELECT
    f.person,
    MAX({'k': f.start_low, 'v': -f.low, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low >= CAST('2025-12-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_ea,
    MAX({'k': f.start_low, 'v': f.high, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low >= CAST('2025-12-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_eb
  FROM facts AS f
  WHERE
    f.exact
    AND (
      f.concept = 'body_weight'
      AND f.start_low >= CAST('2025-12-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), weight0_loose_results AS (
  SELECT
    f.person,
    MAX(
      {'v': -f.low, 'f': f.fact, 'i': f.issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2025-12-01' AS DATE)
      AND (
        weight0_loose_bars.n0_bar IS NULL OR f.start_high >= weight0_loose_bars.n0_bar
      )) AS n0_la,
    MAX(
      {'v': f.high, 'f': f.fact, 'i': f.issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2025-12-01' AS DATE)
      AND (
        weight0_loose_bars.n0_bar IS NULL OR f.start_high >= weight0_loose_bars.n0_bar
      )) AS n0_lb,
    COUNT(*) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2025-12-01' AS DATE)
      AND (
        weight0_loose_bars.n0_bar IS NULL OR f.start_high >= weight0_loose_bars.n0_bar
      )) AS n0_ln,
    MAX(f.date_why) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2025-12-01' AS DATE)
      AND (
        weight0_loose_bars.n0_bar IS NULL OR f.start_high >= weight0_loose_bars.n0_bar
      )) AS n0_ly,
    MAX({'f': f.fact, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2025-12-01' AS DATE)
      AND (
        weight0_loose_bars.n0_bar IS NULL OR f.start_high >= weight0_loose_bars.n0_bar
      )) AS n0_lp,
    MAX(f.start_high) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2025-12-01' AS DATE)
      AND (
        weight0_loose_bars.n0_bar IS NULL OR f.start_high >= weight0_loose_bars.n0_bar
      )) AS n0_lr,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'body_weight'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2025-12-01' AS DATE)
      AND (
        weight0_loose_bars.n0_bar IS NULL OR f.start_high >= weight0_loose_bars.n0_bar
      )
      AND f.start_low >= CAST('2025-12-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_lc
  FROM facts AS f
  LEFT JOIN weight0_loose_bars
    ON weight0_loose_bars.person = f.person
  WHERE
    NOT f.exact
    AND (
      f.concept = 'body_weight'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2025-12-01' AS DATE)
      AND (
        weight0_loose_bars.n0_bar IS NULL OR f.start_high >= weight0_loose_bars.n0_bar
      )
      OR f.concept = 'body_weight'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2025-12-01' AS DATE)
      AND (
        weight0_loose_bars.n0_bar IS NULL OR f.start_high >= weight0_loose_bars.n0_bar
      )
      AND f.start_low >= CAST('2025-12-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), weight0_stage_0 AS (
  SELECT
    p.person AS person,
    weight0_exact_results.n0_ea AS n0_ea,
    weight0_exact_results.n0_eb AS n0_eb,
    weight0_loose_results.n0_la AS n0_la,
    weight0_loose_results.n0_lb AS n0_lb,
    weight0_loose_results.n0_ln AS n0_ln,
    weight0_loose_results.n0_ly AS n0_ly,
    weight0_loose_results.n0_lp AS n0_lp,
    weight0_loose_results.n0_lr AS n0_lr,
    weight0_loose_results.n0_lc AS n0_lc
  FROM (
    SELECT DISTINCT
      f.person
    FROM facts AS f
    WHERE
      f.concept = 'body_weight'
  ) AS p
  LEFT JOIN weight0_exact_results
    ON weight0_exact_results.person = p.person
  LEFT JOIN weight0_loose_results
    ON weight0_loose_results.person = p.person
), weight0_stage_1 AS (
  SELECT
    person,
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
    ) AS n0_ul
  FROM weight0_stage_0
), weight0_stage_2 AS (
  SELECT
    person,
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
    n0_ul
    AND (
      NOT n0_ue OR -STRUCT_EXTRACT(n0_la, 'v') < -STRUCT_EXTRACT(n0_ea, 'v')
    ) AS n0_la2,
    n0_ul
    AND (
      NOT n0_ue OR STRUCT_EXTRACT(n0_lb, 'v') > STRUCT_EXTRACT(n0_eb, 'v')
    ) AS n0_lb2
  FROM weight0_stage_1
), weight0_stage_3 AS (
  SELECT
    person,
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
      ELSE STRUCT_EXTRACT(n0_eb, 'v')
    END AS n0_b,
    CASE
      WHEN n0_t = 0
      THEN CAST(15 AS SMALLINT)
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
        ELSE STRUCT_EXTRACT(n0_eb, 'v')
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
    END AS n0_y
  FROM weight0_stage_2
), weight0 AS (
  SELECT
    person,
    n0_a AS low,
    n0_b AS high,
    n0_y AS why
  FROM weight0_stage_3
), n0_rows AS (
  SELECT
    f.person,
    f.start_high,
    (
      f.doubt = CAST(0 AS SMALLINT) AND f.start_high <= CAST('2026-06-01' AS DATE)
    ) AS sure,
    LEAST(f.end_low, CAST('2026-06-01' AS DATE)) AS sure_to,
    GREATEST(f.start_low, CAST('2023-03-09' AS DATE)) AS first,
    LEAST(f.end_high, CAST('2026-06-01' AS DATE)) AS last,
    CASE
      WHEN NOT f.absolute
      THEN f.low
      WHEN w.low IS NULL OR w.low <= 0e0 OR w.high >= 1e+300
      THEN 0e0
      ELSE f.low / w.high
    END AS dose_low,
    CASE
      WHEN NOT f.absolute
      THEN f.high
      WHEN w.low IS NULL OR w.low <= 0e0 OR w.high >= 1e+300 OR f.high >= 1e+300
      THEN 1e+300
      ELSE f.high / w.low
    END AS dose_high,
    CASE
      WHEN (
        NOT (
          f.doubt = CAST(0 AS SMALLINT) AND f.start_high <= CAST('2026-06-01' AS DATE)
        )
        OR LEAST(f.end_low, CAST('2026-06-01' AS DATE)) < LEAST(f.end_high, CAST('2026-06-01' AS DATE))
        OR GREATEST(f.start_low, CAST('2023-03-09' AS DATE)) < GREATEST(f.start_high, CAST('2023-03-09' AS DATE))
      )
      THEN COALESCE(
        NULLIF(
          CASE
            WHEN NOT f.absolute
            THEN f.issue
            WHEN w.low IS NULL OR w.low <= 0e0 OR w.high >= 1e+300
            THEN COALESCE(NULLIF(w.why, CAST(0 AS SMALLINT)), CAST(15 AS SMALLINT))
            ELSE COALESCE(NULLIF(f.issue, CAST(0 AS SMALLINT)), COALESCE(w.why, CAST(0 AS SMALLINT)))
          END,
          CAST(0 AS SMALLINT)
        ),
        f.why
      )
      ELSE CASE
        WHEN NOT f.absolute
        THEN f.issue
        WHEN w.low IS NULL OR w.low <= 0e0 OR w.high >= 1e+300
        THEN COALESCE(NULLIF(w.why, CAST(0 AS SMALLINT)), CAST(15 AS SMALLINT))
        ELSE COALESCE(NULLIF(f.issue, CAST(0 AS SMALLINT)), COALESCE(w.why, CAST(0 AS SMALLINT)))
      END
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
          CASE
            WHEN NOT f.absolute
            THEN f.low
            WHEN w.low IS NULL OR w.low <= 0e0 OR w.high >= 1e+300
            THEN 0e0
            ELSE f.low / w.high
          END
        ) > 1e-9 * GREATEST(
          ABS(
            (
              CASE
                WHEN NOT f.absolute
                THEN f.low
                WHEN w.low IS NULL OR w.low <= 0e0 OR w.high >= 1e+300
                THEN 0e0
                ELSE f.low / w.high
              END
            )
          ),
          ABS(0.0e0)
        )
      )
      THEN CASE
        WHEN NOT f.absolute
        THEN f.low
        WHEN w.low IS NULL OR w.low <= 0e0 OR w.high >= 1e+300
        THEN 0e0
        ELSE f.low / w.high
      END
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
  LEFT JOIN weight0 AS w
    ON w.person = f.person
  WHERE
    f.concept = 'ivig' AND NOT f.absent
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
), n0_least AS (
  SELECT
    person,
    MAX(least) AS measure
  FROM n0_daily
  WHERE
    sure = 1
    AND day >= CAST('2026-03-09' AS DATE)
    AND day <= CAST('2026-06-01' AS DATE)
  GROUP BY
    person
), n0_most AS (
  SELECT
    person,
    MAX(most) AS measure
  FROM n0_daily
  WHERE
    TRUE AND day >= CAST('2026-03-09' AS DATE) AND day <= CAST('2026-06-01' AS DATE)
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
    MAX(floating) AS floating
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
    GREATEST(COALESCE(a.measure, 0e0), COALESCE(l.floating, 0e0)) AS least,
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
      f.concept = 'ivig'
      AND f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)) AS no0_n
  FROM facts AS f
  WHERE
    f.absent
    AND (
      f.concept = 'ivig'
      AND f.absent
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
    )
  GROUP BY
    f.person
), unread AS (
  SELECT
    person,
    MAX(CASE WHEN concept IN ('*', 'body_weight', 'ivig') THEN 1 ELSE 0 END) AS rule_u
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
    400.0e0 AS n1_a,
    400.0e0 AS n1_b,
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
