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
), pick_rows AS (
  SELECT
    s.slot AS slot,
    f.person,
    f.fact,
    COALESCE(
      f.start_low >= s.since
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE),
      FALSE
    ) AS certain,
    f.exact
    AND COALESCE(
      f.start_low >= s.since
      AND f.start_high <= CAST('2026-06-01' AS DATE)
      AND f.start_high <= CAST('2026-06-01' AS DATE),
      FALSE
    ) AS settled,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), f.start_low) AS k_low,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), f.start_high) AS k_high,
    CASE WHEN f.undated THEN NULL ELSE f.start_low END AS day,
    f.date_why,
    f.low AS low,
    f.high AS high,
    f.issue AS issue,
    s.worst AS worst
  FROM facts AS f
  JOIN (VALUES
    (0, 'serum_creatinine', CAST('2026-05-04' AS DATE), FALSE, 1)) AS s(slot, concept, since, ratio, worst)
    ON s.concept = f.concept
  WHERE
    f.start_low <= CAST('2026-06-01' AS DATE) AND f.start_high >= s.since
), pick_sums AS (
  SELECT
    slot,
    person,
    COUNT(*) AS n,
    MIN(CASE WHEN settled THEN 1 ELSE 0 END) AS sure,
    MAX(low) AS low,
    MAX(high) AS high,
    MAX(issue) AS issue,
    MAX(fact) AS fact,
    MAX(day) AS day,
    MAX(k_low) FILTER(WHERE
      certain) AS bar
  FROM pick_rows
  GROUP BY
    slot,
    person
), pick_near AS (
  SELECT
    r.*
  FROM pick_rows AS r
  JOIN pick_sums AS b
    ON b.slot = r.slot AND b.person = r.person
  WHERE
    NOT (
      b.n = 1 AND b.sure = 1
    ) AND (
      b.bar IS NULL OR r.k_high >= b.bar
    )
), pick_near_sums AS (
  SELECT
    slot,
    person,
    COUNT(*) AS n,
    MIN(CASE WHEN settled THEN 1 ELSE 0 END) AS sure,
    MAX(low) AS low,
    MAX(high) AS high,
    MAX(issue) AS issue,
    MAX(fact) AS fact,
    MAX(day) AS day,
    MAX(k_low) FILTER(WHERE
      certain) AS bar
  FROM pick_near
  GROUP BY
    slot,
    person
), pick_vague AS (
  SELECT
    r.*
  FROM pick_near AS r
  JOIN pick_near_sums AS b
    ON b.slot = r.slot AND b.person = r.person
  WHERE
    NOT (
      b.n = 1 AND b.sure = 1
    )
), pick_ends AS (
  SELECT
    slot,
    person,
    MAX(
      {'o': CASE WHEN worst = 1 THEN low ELSE -low END, 'f': fact, 'i': issue, 'd': day, 'v': low}
    ) FILTER(WHERE
      settled) AS ea,
    MAX(
      {'o': CASE WHEN worst = -1 THEN -high ELSE high END, 'f': fact, 'i': issue, 'd': day, 'v': high}
    ) FILTER(WHERE
      settled) AS eb,
    MAX({'o': -low, 'f': fact, 'i': issue, 'd': day, 'v': low}) FILTER(WHERE
      NOT settled) AS la,
    MAX({'o': high, 'f': fact, 'i': issue, 'd': day, 'v': high}) FILTER(WHERE
      NOT settled) AS lb,
    MAX({'f': fact, 'd': day}) FILTER(WHERE
      NOT settled) AS lp,
    COUNT(*) FILTER(WHERE
      NOT settled) AS ln,
    MAX(date_why) FILTER(WHERE
      NOT settled) AS ly,
    MAX(k_low) FILTER(WHERE
      certain AND NOT settled) AS lc
  FROM pick_vague
  GROUP BY
    slot,
    person
), pick_sides AS (
  SELECT
    *,
    CASE WHEN NOT ea IS NULL OR NOT lc IS NULL THEN 2 ELSE 1 END AS t,
    NOT la IS NULL
    AND (
      ea IS NULL OR STRUCT_EXTRACT(la, 'v') < STRUCT_EXTRACT(ea, 'v')
    ) AS loose_a,
    NOT la IS NULL
    AND (
      ea IS NULL OR STRUCT_EXTRACT(lb, 'v') > STRUCT_EXTRACT(eb, 'v')
    ) AS loose_b
  FROM pick_ends
), pick_chosen AS (
  SELECT
    slot,
    person,
    t,
    CASE WHEN loose_a THEN STRUCT_EXTRACT(la, 'v') ELSE STRUCT_EXTRACT(ea, 'v') END AS av,
    CASE WHEN loose_a THEN STRUCT_EXTRACT(la, 'f') ELSE STRUCT_EXTRACT(ea, 'f') END AS af,
    CASE WHEN loose_a THEN STRUCT_EXTRACT(la, 'i') ELSE STRUCT_EXTRACT(ea, 'i') END AS ai,
    CASE WHEN loose_a THEN STRUCT_EXTRACT(la, 'd') ELSE STRUCT_EXTRACT(ea, 'd') END AS ad,
    CASE WHEN loose_b THEN STRUCT_EXTRACT(lb, 'v') ELSE STRUCT_EXTRACT(eb, 'v') END AS bv,
    CASE WHEN loose_b THEN STRUCT_EXTRACT(lb, 'f') ELSE STRUCT_EXTRACT(eb, 'f') END AS bf,
    CASE WHEN loose_b THEN STRUCT_EXTRACT(lb, 'i') ELSE STRUCT_EXTRACT(eb, 'i') END AS bi,
    CASE WHEN loose_b THEN STRUCT_EXTRACT(lb, 'd') ELSE STRUCT_EXTRACT(eb, 'd') END AS bd,
    NOT la IS NULL AND (
      NOT ea IS NULL OR ln > 1
    ) AS mixed,
    ly,
    lp
  FROM pick_sides
), picks AS (
  SELECT
    slot,
    person,
    2 AS t,
    low AS a,
    high AS b,
    CASE
      WHEN low = high
      THEN CAST(0 AS SMALLINT)
      WHEN issue <> CAST(0 AS SMALLINT)
      THEN issue
      ELSE CAST(31 AS SMALLINT)
    END AS y,
    fact AS af,
    day AS ad,
    fact AS bf,
    day AS bd
  FROM pick_sums AS b
  WHERE
    b.n = 1 AND b.sure = 1
  UNION ALL
  SELECT
    slot,
    person,
    2 AS t,
    low AS a,
    high AS b,
    CASE
      WHEN low = high
      THEN CAST(0 AS SMALLINT)
      WHEN issue <> CAST(0 AS SMALLINT)
      THEN issue
      ELSE CAST(31 AS SMALLINT)
    END AS y,
    fact AS af,
    day AS ad,
    fact AS bf,
    day AS bd
  FROM pick_near_sums AS b
  WHERE
    b.n = 1 AND b.sure = 1
  UNION ALL
  SELECT
    slot,
    person,
    t,
    CASE WHEN t = 1 THEN -1e+300 ELSE av END AS a,
    CASE WHEN t = 1 THEN 1e+300 ELSE bv END AS b,
    CASE
      WHEN t = 1
      THEN ly
      WHEN av = bv
      THEN CAST(0 AS SMALLINT)
      WHEN mixed
      THEN ly
      WHEN bi <> CAST(0 AS SMALLINT)
      THEN bi
      WHEN ai <> CAST(0 AS SMALLINT)
      THEN ai
      ELSE CAST(31 AS SMALLINT)
    END AS y,
    CASE WHEN t = 1 THEN STRUCT_EXTRACT(lp, 'f') ELSE af END AS af,
    CASE WHEN t = 1 THEN STRUCT_EXTRACT(lp, 'd') ELSE ad END AS ad,
    CASE WHEN t = 1 THEN STRUCT_EXTRACT(lp, 'f') ELSE bf END AS bf,
    CASE WHEN t = 1 THEN STRUCT_EXTRACT(lp, 'd') ELSE bd END AS bd
  FROM pick_chosen
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
      c5_t AS t,
      c5_r AS r,
      c5_v AS v,
      c5_d AS d,
      c5_f AS f
    FROM (
      SELECT
        person,
        sex,
        age_low,
        age_high,
        u,
        c5_t,
        CASE
          WHEN c5_t IS NULL
          THEN CASE
            WHEN n3_y <> CAST(0 AS SMALLINT)
            THEN n3_y
            WHEN n4_y <> CAST(0 AS SMALLINT)
            THEN n4_y
            ELSE CAST(22 AS SMALLINT)
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
      FROM (
        SELECT
          person,
          sex,
          age_low,
          age_high,
          u,
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
        FROM (
          SELECT
            person,
            sex,
            age_low,
            age_high,
            u,
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
              THEN CAST(17 AS SMALLINT)
              ELSE CAST(0 AS SMALLINT)
            END AS n3_y,
            n0_bf AS n3_af,
            n0_bd AS n3_ad,
            n0_af AS n3_bf,
            n0_ad AS n3_bd
          FROM (
            SELECT
              person,
              sex,
              age_low,
              age_high,
              n0_af,
              n0_ad,
              n0_bf,
              n0_bd,
              n0_y,
              u,
              n1_y,
              n2_y,
              n4_a,
              n4_b,
              n4_y,
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
                THEN CAST(19 AS SMALLINT)
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
            FROM (
              SELECT
                person,
                sex,
                age_low,
                age_high,
                n0_af,
                n0_ad,
                n0_bf,
                n0_bd,
                n0_t,
                n0_a,
                n0_b,
                n0_y,
                u,
                CASE WHEN age_low IS NULL THEN -1e+300 ELSE CAST(age_low AS DOUBLE) END AS n1_a,
                CASE WHEN age_low IS NULL THEN 1e+300 ELSE CAST(age_high AS DOUBLE) END AS n1_b,
                CASE
                  WHEN age_low IS NULL
                  THEN CAST(14 AS SMALLINT)
                  WHEN age_low <> age_high
                  THEN CAST(29 AS SMALLINT)
                  ELSE CAST(0 AS SMALLINT)
                END AS n1_y,
                CASE WHEN age_low IS NULL THEN 0 ELSE 2 END AS n1_t,
                CASE WHEN sex = 'female' THEN 1e0 ELSE 0e0 END AS n2_a,
                CASE WHEN sex = 'male' THEN 0e0 ELSE 1e0 END AS n2_b,
                CASE
                  WHEN sex IN ('female', 'male')
                  THEN CAST(0 AS SMALLINT)
                  ELSE CAST(15 AS SMALLINT)
                END AS n2_y,
                2 AS n2_t,
                30.0e0 AS n4_a,
                30.0e0 AS n4_b,
                CAST(0 AS SMALLINT) AS n4_y
              FROM (
                SELECT
                  w.person,
                  w.sex,
                  w.age_low,
                  w.age_high,
                  l0.af AS n0_af,
                  l0.ad AS n0_ad,
                  l0.bf AS n0_bf,
                  l0.bd AS n0_bd,
                  COALESCE(l0.t, 0) AS n0_t,
                  COALESCE(l0.a, -1e+300) AS n0_a,
                  COALESCE(l0.b, 1e+300) AS n0_b,
                  COALESCE(l0.y, CAST(7 AS SMALLINT)) AS n0_y,
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
                    FROM picks
                    WHERE
                      slot IN (0)
                    UNION
                    SELECT
                      person
                    FROM unreadable
                    WHERE
                      concept IN ('*', 'serum_creatinine')
                  ) AS a
                  JOIN people AS q
                    ON q.person = a.person
                  UNION ALL
                  SELECT
                    person,
                    sex,
                    age_low,
                    age_high
                  FROM kinds
                ) AS w
                LEFT JOIN (
                  SELECT
                    *
                  FROM picks
                  WHERE
                    slot = 0
                ) AS l0
                  ON l0.person = w.person
                LEFT JOIN (
                  SELECT
                    person
                  FROM unreadable
                  WHERE
                    concept IN ('*', 'serum_creatinine')
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
LEFT JOIN rule_rule AS e_rule
  ON e_rule.person = p.kind
