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
    (0, 'body_weight', CAST('2025-12-01' AS DATE), FALSE, -1)) AS s(slot, concept, since, ratio, worst)
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
        (0, 'ivig', CAST('2026-05-04' AS DATE))) AS s(slot, concept, since)
        ON s.concept = f.concept
      WHERE
        f.absent AND f.start_low <= CAST('2026-06-01' AS DATE) AND f.start_high >= s.since
    ) AS r
    GROUP BY
      slot,
      person
  ) AS b
), course0_rows AS (
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
      WHEN w.a IS NULL OR w.a <= 0e0 OR w.b >= 1e+300
      THEN 0e0
      ELSE f.low / w.b
    END AS dose_low,
    CASE
      WHEN NOT f.absolute
      THEN f.high
      WHEN w.a IS NULL OR w.a <= 0e0 OR w.b >= 1e+300 OR f.high >= 1e+300
      THEN 1e+300
      ELSE f.high / w.a
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
            WHEN w.a IS NULL OR w.a <= 0e0 OR w.b >= 1e+300
            THEN COALESCE(
              NULLIF(COALESCE(w.y, CAST(16 AS SMALLINT)), CAST(0 AS SMALLINT)),
              CAST(16 AS SMALLINT)
            )
            ELSE COALESCE(NULLIF(f.issue, CAST(0 AS SMALLINT)), COALESCE(w.y, CAST(16 AS SMALLINT)))
          END,
          CAST(0 AS SMALLINT)
        ),
        f.why
      )
      ELSE CASE
        WHEN NOT f.absolute
        THEN f.issue
        WHEN w.a IS NULL OR w.a <= 0e0 OR w.b >= 1e+300
        THEN COALESCE(
          NULLIF(COALESCE(w.y, CAST(16 AS SMALLINT)), CAST(0 AS SMALLINT)),
          CAST(16 AS SMALLINT)
        )
        ELSE COALESCE(NULLIF(f.issue, CAST(0 AS SMALLINT)), COALESCE(w.y, CAST(16 AS SMALLINT)))
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
            WHEN w.a IS NULL OR w.a <= 0e0 OR w.b >= 1e+300
            THEN 0e0
            ELSE f.low / w.b
          END
        ) > 1e-9 * GREATEST(
          ABS(
            (
              CASE
                WHEN NOT f.absolute
                THEN f.low
                WHEN w.a IS NULL OR w.a <= 0e0 OR w.b >= 1e+300
                THEN 0e0
                ELSE f.low / w.b
              END
            )
          ),
          ABS(0.0e0)
        )
      )
      THEN CASE
        WHEN NOT f.absolute
        THEN f.low
        WHEN w.a IS NULL OR w.a <= 0e0 OR w.b >= 1e+300
        THEN 0e0
        ELSE f.low / w.b
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
  LEFT JOIN (
    SELECT
      *
    FROM picks
    WHERE
      slot = 0
  ) AS w
    ON w.person = f.person
  WHERE
    f.concept = 'ivig'
    AND NOT f.absent
    AND f.person IN (
      SELECT
        f.person
      FROM facts AS f
      WHERE
        f.concept = 'ivig'
        AND NOT f.absent
        AND f.start_low <= CAST('2026-06-01' AS DATE)
        AND f.end_high >= CAST('2026-03-09' AS DATE)
    )
), course0_spread AS (
  SELECT
    person,
    start_high,
    sure,
    sure_to,
    dose_low,
    dose_high,
    UNNEST(GENERATE_SERIES(first, last, INTERVAL '1' DAY)) AS moment
  FROM course0_rows
  WHERE
    first <= last
), course0_dosed AS (
  SELECT
    person,
    CAST(moment AS DATE) AS day,
    dose_low,
    dose_high,
    sure AND CAST(moment AS DATE) >= start_high AND CAST(moment AS DATE) <= sure_to AS sure
  FROM course0_spread
), course0_daily AS (
  SELECT
    person,
    day,
    SUM(CASE WHEN sure THEN dose_low ELSE 0e0 END) AS least,
    LEAST(SUM(dose_high), 1e+300) AS most,
    MAX(CASE WHEN sure THEN 1 ELSE 0 END) AS sure
  FROM course0_dosed
  GROUP BY
    person,
    day
), course0_least AS (
  SELECT
    person,
    MAX(least) AS measure
  FROM course0_daily
  WHERE
    sure = 1
    AND day >= CAST('2026-03-09' AS DATE)
    AND day <= CAST('2026-06-01' AS DATE)
  GROUP BY
    person
), course0_most AS (
  SELECT
    person,
    MAX(most) AS measure
  FROM course0_daily
  WHERE
    TRUE AND day >= CAST('2026-03-09' AS DATE) AND day <= CAST('2026-06-01' AS DATE)
  GROUP BY
    person
), course0_last AS (
  SELECT
    person,
    MAX(why) AS why,
    MAX(shown) FILTER(WHERE
      touches) AS shown,
    MAX(place) FILTER(WHERE
      touches) AS place,
    MAX(floating) AS floating
  FROM course0_rows
  GROUP BY
    person
), course0 AS (
  SELECT
    l.person,
    l.why AS why,
    l.place AS p,
    STRUCT_EXTRACT(l.shown, 'f') AS f,
    STRUCT_EXTRACT(l.shown, 'd') AS d,
    GREATEST(COALESCE(a.measure, 0e0), COALESCE(l.floating, 0e0)) AS least,
    COALESCE(b.measure, 0e0) AS most
  FROM course0_last AS l
  LEFT JOIN course0_least AS a
    ON a.person = l.person
  LEFT JOIN course0_most AS b
    ON b.person = l.person
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
      c3_t AS t,
      c3_r AS r,
      c3_v AS v,
      c3_d AS d,
      c3_f AS f
    FROM (
      SELECT
        person,
        sex,
        age_low,
        age_high,
        u,
        c2_r AS c3_r,
        c2_v AS c3_v,
        c2_d AS c3_d,
        c2_f AS c3_f,
        NOT c2_t AS c3_t
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
            WHEN ABS(CASE WHEN c2_t IS FALSE THEN n0_b ELSE n0_a END) >= 1e+300
            THEN CAST(NULL AS DOUBLE)
            ELSE CASE WHEN c2_t IS FALSE THEN n0_b ELSE n0_a END
          END AS c2_v,
          CASE WHEN c2_t IS FALSE THEN n0_bd ELSE n0_ad END AS c2_d,
          CASE WHEN c2_t IS FALSE THEN n0_bf ELSE n0_af END AS c2_f
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
              CASE
                WHEN n0_p IS NULL
                THEN 0e0
                ELSE CASE WHEN COALESCE(no0_p, 0) > 0 THEN 0e0 ELSE n0_lo END
              END AS n0_a,
              CASE
                WHEN n0_p IS NULL
                THEN CASE WHEN n0_q = CAST(0 AS SMALLINT) THEN 0e0 ELSE 1e+300 END
                ELSE CASE
                  WHEN n0_p = 1 AND NOT (
                    n0_q = CAST(0 AS SMALLINT)
                  )
                  THEN 1e+300
                  ELSE n0_hi
                END
              END AS n0_b,
              CASE
                WHEN n0_p IS NULL
                THEN n0_q
                WHEN CASE
                  WHEN n0_p = 1 AND NOT (
                    n0_q = CAST(0 AS SMALLINT)
                  )
                  THEN 1e+300
                  ELSE n0_hi
                END <= CASE WHEN COALESCE(no0_p, 0) > 0 THEN 0e0 ELSE n0_lo END
                THEN CAST(0 AS SMALLINT)
                WHEN COALESCE(no0_p, 0) > 0
                THEN CAST(31 AS SMALLINT)
                ELSE n0_why
              END AS n0_y,
              CASE WHEN n0_p IS NULL THEN no0_f ELSE n0_f END AS n0_af,
              CASE WHEN n0_p IS NULL THEN no0_f ELSE n0_f END AS n0_bf,
              CASE WHEN n0_p IS NULL THEN no0_d ELSE n0_d END AS n0_ad,
              CASE WHEN n0_p IS NULL THEN no0_d ELSE n0_d END AS n0_bd
            FROM (
              SELECT
                person,
                sex,
                age_low,
                age_high,
                no0_p,
                no0_d,
                no0_f,
                n0_p,
                n0_f,
                n0_d,
                n0_why,
                u,
                COALESCE(n0_least, 0e0) AS n0_lo,
                COALESCE(n0_most, 0e0) AS n0_hi,
                CASE
                  WHEN COALESCE(no0_p, 0) = 2
                  THEN CAST(0 AS SMALLINT)
                  ELSE CASE
                    WHEN lost0 = 1
                    THEN CAST(33 AS SMALLINT)
                    ELSE CASE WHEN COALESCE(no0_p, 0) = 1 THEN no0_y ELSE CAST(9 AS SMALLINT) END
                  END
                END AS n0_q,
                400.0e0 AS n1_a,
                400.0e0 AS n1_b,
                CAST(0 AS SMALLINT) AS n1_y
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
                  l1.p AS n0_p,
                  l1.f AS n0_f,
                  l1.d AS n0_d,
                  l1.why AS n0_why,
                  l1.least AS n0_least,
                  l1.most AS n0_most,
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
                    FROM course0
                    UNION
                    SELECT
                      person
                    FROM denied_rows
                    WHERE
                      slot IN (0)
                    UNION
                    SELECT
                      person
                    FROM unreadable
                    WHERE
                      concept IN ('*', 'body_weight', 'ivig')
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
                  FROM course0
                ) AS l1
                  ON l1.person = w.person
                LEFT JOIN (
                  SELECT
                    person,
                    MAX(CASE WHEN concept IN ('*', 'ivig') THEN 1 ELSE 0 END) AS lost0
                  FROM unreadable
                  WHERE
                    concept IN ('*', 'body_weight', 'ivig')
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
