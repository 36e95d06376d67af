WITH loose_bars AS (
  SELECT
    f.person,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'serum_creatinine'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
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
      f.concept = 'serum_creatinine'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
    )
  GROUP BY
    f.person
), exact_results AS (
  SELECT
    f.person,
    MAX({'k': f.start_low, 'v': f.low, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'serum_creatinine'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_ea,
    MAX({'k': f.start_low, 'v': f.high, 'f': f.fact, 'i': f.issue, 'd': f.start_low}) FILTER(WHERE
      f.concept = 'serum_creatinine'
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_eb
  FROM facts AS f
  WHERE
    f.exact
    AND (
      f.concept = 'serum_creatinine'
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
      f.concept = 'serum_creatinine'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_la,
    MAX(
      {'v': f.high, 'f': f.fact, 'i': f.issue, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}
    ) FILTER(WHERE
      f.concept = 'serum_creatinine'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_lb,
    COUNT(*) FILTER(WHERE
      f.concept = 'serum_creatinine'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_ln,
    MAX(f.date_why) FILTER(WHERE
      f.concept = 'serum_creatinine'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_ly,
    MAX({'f': f.fact, 'd': CASE WHEN f.undated THEN NULL ELSE f.start_low END}) FILTER(WHERE
      f.concept = 'serum_creatinine'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_lp,
    MAX(f.start_high) FILTER(WHERE
      f.concept = 'serum_creatinine'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )) AS n0_lr,
    MAX(f.start_low) FILTER(WHERE
      f.concept = 'serum_creatinine'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )
      AND f.start_low >= CAST('2026-05-04' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE)) AS n0_lc
  FROM facts AS f
  LEFT JOIN loose_bars
    ON loose_bars.person = f.person
  WHERE
    NOT f.exact
    AND (
      f.concept = 'serum_creatinine'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
      )
      OR f.concept = 'serum_creatinine'
      AND f.start_low <= CAST('2026-06-01' AS DATE)
      AND f.start_high >= CAST('2026-05-04' AS DATE)
      AND (
        loose_bars.n0_bar IS NULL OR f.start_high >= loose_bars.n0_bar
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
    MAX(CASE WHEN concept IN ('*', 'serum_creatinine') THEN 1 ELSE 0 END) AS rule_u
  FROM unreadable
  GROUP BY
    person
), stage_0 AS (
  SELECT
    p.person AS person,
    p.sex AS sex,
    p.birth_low AS birth_low,
    p.birth_high AS birth_high,
    COALESCE(unread.rule_u, 0) AS rule_u,
    exact_results.n0_ea AS n0_ea,
    exact_results.n0_eb AS n0_eb,
    loose_results.n0_la AS n0_la,
    loose_results.n0_lb AS n0_lb,
    loose_results.n0_ln AS n0_ln,
    loose_results.n0_ly AS n0_ly,
    loose_results.n0_lp AS n0_lp,
    loose_results.n0_lr AS n0_lr,
    loose_results.n0_lc AS n0_lc
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
    CASE
      WHEN birth_low IS NULL
      THEN -1e+300
      ELSE CAST(2026 - YEAR(birth_high) - CASE WHEN MONTH(birth_high) * 100 + DAY(birth_high) > 601 THEN 1 ELSE 0 END AS DOUBLE)
    END AS n1_a,
    CASE
      WHEN birth_low IS NULL
      THEN 1e+300
      ELSE CAST(2026 - YEAR(birth_low) - CASE WHEN MONTH(birth_low) * 100 + DAY(birth_low) > 601 THEN 1 ELSE 0 END AS DOUBLE)
    END AS n1_b,
    CASE
      WHEN birth_low IS NULL
      THEN CAST(13 AS SMALLINT)
      WHEN CAST(2026 - YEAR(birth_high) - CASE WHEN MONTH(birth_high) * 100 + DAY(birth_high) > 601 THEN 1 ELSE 0 END AS DOUBLE) <> CAST(2026 - YEAR(birth_low) - CASE WHEN MONTH(birth_low) * 100 + DAY(birth_low) > 601 THEN 1 ELSE 0 END AS DOUBLE)
      THEN CAST(27 AS SMALLINT)
      ELSE CAST(0 AS SMALLINT)
    END AS n1_y,
    CASE WHEN birth_low IS NULL THEN 0 ELSE 2 END AS n1_t,
    CASE WHEN sex = 'female' THEN 1e0 ELSE 0e0 END AS n2_a,
    CASE WHEN sex = 'male' THEN 0e0 ELSE 1e0 END AS n2_b,
    CASE
      WHEN sex IN ('female', 'male')
      THEN CAST(0 AS SMALLINT)
      ELSE CAST(14 AS SMALLINT)
    END AS n2_y,
    2 AS n2_t,
    30.0e0 AS n4_a,
    30.0e0 AS n4_b,
    CAST(0 AS SMALLINT) AS n4_y
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
    n1_t,
    n2_a,
    n2_b,
    n2_y,
    n2_t,
    n4_a,
    n4_b,
    n4_y,
    n0_ul
    AND (
      NOT n0_ue OR -STRUCT_EXTRACT(n0_la, 'v') < STRUCT_EXTRACT(n0_ea, 'v')
    ) AS n0_la2,
    n0_ul
    AND (
      NOT n0_ue OR STRUCT_EXTRACT(n0_lb, 'v') > STRUCT_EXTRACT(n0_eb, 'v')
    ) AS n0_lb2
  FROM stage_1
), stage_3 AS (
  SELECT
    person,
    rule_u,
    n0_t,
    n1_a,
    n1_b,
    n1_y,
    n1_t,
    n2_a,
    n2_b,
    n2_y,
    n2_t,
    n4_a,
    n4_b,
    n4_y,
    CASE
      WHEN n0_t < 2
      THEN -1e+300
      WHEN n0_la2
      THEN -STRUCT_EXTRACT(n0_la, 'v')
      ELSE STRUCT_EXTRACT(n0_ea, 'v')
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
      THEN CAST(7 AS SMALLINT)
      WHEN n0_t = 1
      THEN n0_ly
      WHEN CASE
        WHEN n0_t < 2
        THEN -1e+300
        WHEN n0_la2
        THEN -STRUCT_EXTRACT(n0_la, 'v')
        ELSE STRUCT_EXTRACT(n0_ea, 'v')
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
    n2_y,
    n4_a,
    n4_b,
    n4_y,
    n0_y,
    n0_af,
    n0_ad,
    n0_bf,
    n0_bd,
    CASE
      WHEN n0_t = 0 AND n0_y <> CAST(0 AS SMALLINT)
      THEN n0_y
      WHEN n1_t = 0 AND n1_y <> CAST(0 AS SMALLINT)
      THEN n1_y
      WHEN n2_t = 0 AND n2_y <> CAST(0 AS SMALLINT)
      THEN n2_y
      WHEN n1_a <= -1e+300 AND n1_y <> CAST(0 AS SMALLINT)
      THEN n1_y
      WHEN n1_a < 18.0e0
      THEN CAST(18 AS SMALLINT)
      ELSE CAST(0 AS SMALLINT)
    END AS n3_k,
    CASE
      WHEN (
        CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END > 0e0
        AND CASE WHEN n1_a = n1_b THEN n1_a ELSE LEAST(GREATEST(n1_b, -1e+300), 1e+300) END >= 18e0
        AND (
          CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_b, -1e+300), 1e+300) END = 0e0
          OR CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_b, -1e+300), 1e+300) END = 1e0
        )
      )
      AND ABS(
        (
          141e0 * POWER(
            0.993e0,
            CASE WHEN n1_a = n1_b THEN n1_a ELSE LEAST(GREATEST(n1_b, -1e+300), 1e+300) END
          )
        ) * CASE
          WHEN CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_b, -1e+300), 1e+300) END = 1e0
          THEN (
            1.018e0 * CASE
              WHEN CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0 > 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0
              END > 0e0
              THEN POWER(
                CASE
                  WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0 > 1e0
                  THEN 1e0
                  ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0
                END,
                -0.329e0
              )
            END
          ) * CASE
            WHEN CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0 < 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0
            END > 0e0
            THEN POWER(
              CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0 < 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0
              END,
              -1.209e0
            )
          END
          WHEN NOT (
            CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_b, -1e+300), 1e+300) END = 1e0
          )
          THEN CASE
            WHEN CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0 > 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0
            END > 0e0
            THEN POWER(
              CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0 > 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0
              END,
              -0.411e0
            )
          END * CASE
            WHEN CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0 < 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0
            END > 0e0
            THEN POWER(
              CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0 < 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0
              END,
              -1.209e0
            )
          END
        END
      ) <= 1.7976931348623157e+308
      THEN (
        141e0 * POWER(
          0.993e0,
          CASE WHEN n1_a = n1_b THEN n1_a ELSE LEAST(GREATEST(n1_b, -1e+300), 1e+300) END
        )
      ) * CASE
        WHEN CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_b, -1e+300), 1e+300) END = 1e0
        THEN (
          1.018e0 * CASE
            WHEN CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0 > 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0
            END > 0e0
            THEN POWER(
              CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0 > 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0
              END,
              -0.329e0
            )
          END
        ) * CASE
          WHEN CASE
            WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0 < 1e0
            THEN 1e0
            ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0
          END > 0e0
          THEN POWER(
            CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0 < 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.7e0
            END,
            -1.209e0
          )
        END
        WHEN NOT (
          CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_b, -1e+300), 1e+300) END = 1e0
        )
        THEN CASE
          WHEN CASE
            WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0 > 1e0
            THEN 1e0
            ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0
          END > 0e0
          THEN POWER(
            CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0 > 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0
            END,
            -0.411e0
          )
        END * CASE
          WHEN CASE
            WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0 < 1e0
            THEN 1e0
            ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0
          END > 0e0
          THEN POWER(
            CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0 < 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_b, 1e-100), 1e+300) END / 0.9e0
            END,
            -1.209e0
          )
        END
      END
    END AS n3_p,
    CASE
      WHEN (
        CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END > 0e0
        AND CASE WHEN n1_a = n1_b THEN n1_a ELSE LEAST(GREATEST(n1_a, -1e+300), 1e+300) END >= 18e0
        AND (
          CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_a, -1e+300), 1e+300) END = 0e0
          OR CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_a, -1e+300), 1e+300) END = 1e0
        )
      )
      AND ABS(
        (
          141e0 * POWER(
            0.993e0,
            CASE WHEN n1_a = n1_b THEN n1_a ELSE LEAST(GREATEST(n1_a, -1e+300), 1e+300) END
          )
        ) * CASE
          WHEN CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_a, -1e+300), 1e+300) END = 1e0
          THEN (
            1.018e0 * CASE
              WHEN CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0 > 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0
              END > 0e0
              THEN POWER(
                CASE
                  WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0 > 1e0
                  THEN 1e0
                  ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0
                END,
                -0.329e0
              )
            END
          ) * CASE
            WHEN CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0 < 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0
            END > 0e0
            THEN POWER(
              CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0 < 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0
              END,
              -1.209e0
            )
          END
          WHEN NOT (
            CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_a, -1e+300), 1e+300) END = 1e0
          )
          THEN CASE
            WHEN CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0 > 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0
            END > 0e0
            THEN POWER(
              CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0 > 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0
              END,
              -0.411e0
            )
          END * CASE
            WHEN CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0 < 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0
            END > 0e0
            THEN POWER(
              CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0 < 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0
              END,
              -1.209e0
            )
          END
        END
      ) <= 1.7976931348623157e+308
      THEN (
        141e0 * POWER(
          0.993e0,
          CASE WHEN n1_a = n1_b THEN n1_a ELSE LEAST(GREATEST(n1_a, -1e+300), 1e+300) END
        )
      ) * CASE
        WHEN CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_a, -1e+300), 1e+300) END = 1e0
        THEN (
          1.018e0 * CASE
            WHEN CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0 > 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0
            END > 0e0
            THEN POWER(
              CASE
                WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0 > 1e0
                THEN 1e0
                ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0
              END,
              -0.329e0
            )
          END
        ) * CASE
          WHEN CASE
            WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0 < 1e0
            THEN 1e0
            ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0
          END > 0e0
          THEN POWER(
            CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0 < 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.7e0
            END,
            -1.209e0
          )
        END
        WHEN NOT (
          CASE WHEN n2_a = n2_b THEN n2_a ELSE LEAST(GREATEST(n2_a, -1e+300), 1e+300) END = 1e0
        )
        THEN CASE
          WHEN CASE
            WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0 > 1e0
            THEN 1e0
            ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0
          END > 0e0
          THEN POWER(
            CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0 > 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0
            END,
            -0.411e0
          )
        END * CASE
          WHEN CASE
            WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0 < 1e0
            THEN 1e0
            ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0
          END > 0e0
          THEN POWER(
            CASE
              WHEN CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0 < 1e0
              THEN 1e0
              ELSE CASE WHEN n0_a = n0_b THEN n0_a ELSE LEAST(GREATEST(n0_a, 1e-100), 1e+300) END / 0.9e0
            END,
            -1.209e0
          )
        END
      END
    END AS n3_q
  FROM stage_3
), stage_5 AS (
  SELECT
    person,
    rule_u,
    n4_a,
    n4_b,
    n4_y,
    CASE
      WHEN n3_k <> CAST(0 AS SMALLINT) OR n3_p IS NULL OR n3_q IS NULL
      THEN -1e+300
      ELSE n3_p
    END AS n3_a,
    CASE
      WHEN n3_k <> CAST(0 AS SMALLINT) OR n3_p IS NULL OR n3_q IS NULL
      THEN 1e+300
      ELSE n3_q
    END AS n3_b,
    CASE
      WHEN n3_k <> CAST(0 AS SMALLINT)
      THEN n3_k
      WHEN n3_p = n3_q
      THEN CAST(0 AS SMALLINT)
      WHEN n0_y <> CAST(0 AS SMALLINT)
      THEN n0_y
      WHEN n1_y <> CAST(0 AS SMALLINT)
      THEN n1_y
      WHEN n2_y <> CAST(0 AS SMALLINT)
      THEN n2_y
      WHEN n3_p IS NULL OR n3_q IS NULL
      THEN CAST(16 AS SMALLINT)
      ELSE CAST(0 AS SMALLINT)
    END AS n3_y,
    n0_bf AS n3_af,
    n0_bd AS n3_ad,
    n0_af AS n3_bf,
    n0_ad AS n3_bd
  FROM stage_4
), stage_6 AS (
  SELECT
    person,
    rule_u,
    n4_y,
    n3_a,
    n3_b,
    n3_y,
    n3_af,
    n3_ad,
    n3_bf,
    n3_bd,
    CASE
      WHEN NOT (
        n4_b - n3_a > 1e-9 * GREATEST(ABS(n3_a), ABS(n4_b))
      )
      THEN TRUE
      WHEN n4_a - n3_b > 1e-9 * GREATEST(ABS(n3_b), ABS(n4_a))
      THEN FALSE
      ELSE CAST(NULL AS BOOLEAN)
    END AS c5_t
  FROM stage_5
), stage_7 AS (
  SELECT
    person,
    rule_u,
    c5_t,
    CASE
      WHEN c5_t IS NULL
      THEN CASE
        WHEN n3_y <> CAST(0 AS SMALLINT)
        THEN n3_y
        WHEN n4_y <> CAST(0 AS SMALLINT)
        THEN n4_y
        ELSE CAST(21 AS SMALLINT)
      END
      ELSE CAST(1 AS SMALLINT)
    END AS c5_r,
    CASE
      WHEN ABS(CASE WHEN c5_t IS FALSE THEN n3_b ELSE n3_a END) >= 1e+300
      THEN CAST(NULL AS DOUBLE)
      ELSE CASE WHEN c5_t IS FALSE THEN n3_b ELSE n3_a END
    END AS c5_v,
    CASE WHEN c5_t IS FALSE THEN n3_bd ELSE n3_ad END AS c5_d,
    CASE WHEN c5_t IS FALSE THEN n3_bf ELSE n3_af END AS c5_f
  FROM stage_6
)
SELECT
  person,
  c5_t AS rule_t,
  c5_r AS rule_r,
  c5_v AS rule_v,
  c5_d AS rule_d,
  c5_f AS rule_f,
  rule_u
FROM stage_7
