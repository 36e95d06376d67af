-- The chosen readings of BEAM, search mode, written by hand for DuckDB by someone who aims for speed and knows the data.
--
-- Same question, same answer as the compiled search: per person the verdict, reason, value, day and fact id of every
-- criterion. Written from criteria.md and the published conventions, not from the compiler's output. What makes it fast:
-- one scan per family of records, integer persons, one row per person and item (never a row of a thousand columns),
-- a short road for the plain majority and a longer one for the few records with uncertain days or values, and a
-- constant for everybody who has no record a criterion could read.
--
-- It knows the tidy hospitals that `trialwright synth` writes: their units, statuses and spellings. Left out because no
-- such hospital holds them: SLEDAI item lists, pregnancy tests found by code, closed ACR lists, repeated persons or fact
-- ids, unreadable dates, biopsies without an exact day, units beyond those listed below.
--
-- Before it runs: SET VARIABLE on_day = DATE '...'; SET VARIABLE persons = '...'; SET VARIABLE facts = '...';
-- The last statement is the result: person, dead, and v0 r0 x0 d0 f0 ... in protocol order.

-- @@ setting
CREATE TYPE verdict AS ENUM ('pass', 'fail', 'unknown', 'not_assessed');
CREATE TYPE reason AS ENUM (  -- in the order in which they outrank each other
  '', 'value', 'present', 'absent', 'stated', 'in_range', 'value_out_of_range', 'no_record', 'not_asked', 'can_be_given',
  'surrogate_only', 'attribution_missing', 'biopsy_item_missing', 'birth_date_missing', 'sex_unknown', 'weight_missing',
  'not_computable', 'not_computed', 'equation_not_valid', 'range_missing', 'unit_unknown', 'value_censored',
  'value_unreadable', 'dose_missing', 'route_missing', 'status_uncertain', 'end_missing', 'date_imprecise',
  'date_missing', 'conflict', 'judgement');

CREATE MACRO on_day() AS getvariable('on_day');
CREATE MACRO days_ago(n) AS CAST(on_day() - CAST(n AS INTEGER) AS DATE);
CREATE MACRO months_ago(n) AS CAST(on_day() - to_months(n) AS DATE);
-- the first and the last day a date text may mean; no text: any day up to today
CREATE MACRO first_day(t) AS CASE
  WHEN length(t) >= 10 THEN CAST(left(t, 10) AS DATE) WHEN length(t) = 7 THEN CAST(t || '-01' AS DATE)
  WHEN length(t) = 4 THEN CAST(t || '-01-01' AS DATE) ELSE DATE '0001-01-01' END;
CREATE MACRO final_day(t, open) AS CASE
  WHEN length(t) >= 10 THEN CAST(left(t, 10) AS DATE) WHEN length(t) = 7 THEN last_day(CAST(t || '-01' AS DATE))
  WHEN length(t) = 4 THEN CAST(t || '-12-31' AS DATE) ELSE open END;
CREATE MACRO no_limit() AS 1e300::DOUBLE;
-- equal within 1e-9 relative is not less
CREATE MACRO less(a, b) AS a < b - 1e-9::DOUBLE * greatest(abs(a), abs(b));
CREATE MACRO shown(a) AS CASE WHEN abs(a) < 1e300::DOUBLE THEN a END;
CREATE MACRO years(b) AS CAST(year(on_day()) - year(b)
  - CASE WHEN month(b) * 100 + day(b) > month(on_day()) * 100 + day(on_day()) THEN 1 ELSE 0 END AS DOUBLE);
CREATE MACRO vetoed(t) AS CASE WHEN t THEN 'fail' WHEN NOT t THEN 'pass' ELSE 'unknown' END::verdict;
CREATE MACRO wanted(t) AS CASE WHEN t THEN 'pass' WHEN NOT t THEN 'fail' ELSE 'unknown' END::verdict;
CREATE MACRO said(t, r, bad) AS CASE WHEN r <> 'value' THEN r
  WHEN t = bad THEN 'value_out_of_range'::reason ELSE 'in_range'::reason END;

-- @@ items
-- Results: how each is compared, from which day on it counts, which of one day's results decides.
CREATE TEMP TABLE items AS SELECT * REPLACE (CAST(item AS UTINYINT) AS item) FROM (VALUES
  (1, 'urine_protein_24h', '>=', 1.5::DOUBLE, days_ago(28), 'low', 'no_record'::reason),
  (2, 'urine_protein_creatinine_ratio', '', 0, days_ago(28), 'none', 'no_record'),
  (3, 'serum_creatinine', '<', 3.0, days_ago(28), 'high', 'no_record'),
  (4, 'alt', '>', 2.0, days_ago(28), 'high', 'no_record'),
  (5, 'ast', '>', 2.0, days_ago(28), 'high', 'no_record'),
  (6, 'bilirubin_total', '>', 2.0, days_ago(28), 'high', 'no_record'),
  (7, 'glucose_fasting', '>=', 7.0, days_ago(28), 'high', 'no_record'),
  (8, 'glucose_2h_postprandial', '>', 11.1, days_ago(28), 'high', 'no_record'),
  (9, 'wbc', '<', 3.0, days_ago(28), 'low', 'no_record'),
  (10, 'neutrophils', '<', 1.3, days_ago(28), 'low', 'no_record'),
  (11, 'platelets', '<', 50.0, days_ago(28), 'low', 'no_record'),
  (12, 'sledai_2k', '>', 10.0, days_ago(28), 'low', 'no_record'),
  (13, 'body_weight', '', 0, months_ago(6), 'low', 'no_record'),
  (14, 'body_height', '', 0, months_ago(6), 'high', 'no_record'),
  (15, 'biopsy_class', '', 0, DATE '0001-01-01', 'none', 'no_record'),
  (16, 'chronicity_index', '<', 3.0, DATE '0001-01-01', 'high', 'biopsy_item_missing'),
  (17, 'biopsy_tma', 'is', 0, DATE '0001-01-01', 'high', 'biopsy_item_missing'),
  (18, 'acr_1997_item', '', 0, DATE '0001-01-01', 'none', 'no_record'),
  (19, 'cytopenia_due_to_sle', 'is', 0, days_ago(28), 'low', 'attribution_missing'),
  (20, 'steroid_for_airway_disease', 'is', 0, days_ago(28), 'high', 'attribution_missing'),
  (21, 'wishes_pregnancy', 'is', 0, days_ago(28), 'high', 'not_asked'),
  (22, 'refuses_contraception', 'is', 0, days_ago(28), 'high', 'not_asked'),
  (23, 'breastfeeding', 'is', 0, days_ago(28), 'high', 'not_asked'),
  (24, 'pregnant', 'is', 0, days_ago(28), 'high', 'not_asked'),
  (25, 'admission', '', 0, days_ago(28), 'none', 'no_record')
) AS t(item, name, op, bound, since, worst, missing);

CREATE TEMP TABLE written AS  -- how each is written
  SELECT name AS concept, item FROM items UNION ALL
  SELECT code, CAST(item AS UTINYINT) FROM (VALUES
    ('loinc|2889-4', 1), ('loinc|2890-2', 2), ('loinc|34366-5', 2), ('loinc|2160-0', 3), ('loinc|14682-9', 3),
    ('loinc|38483-4', 3), ('loinc|1742-6', 4), ('loinc|1920-8', 5), ('loinc|1975-2', 6), ('loinc|14631-6', 6),
    ('loinc|14771-0', 7), ('loinc|1558-6', 7), ('loinc|14760-3', 8), ('loinc|1521-4', 8), ('loinc|6690-2', 9),
    ('loinc|26464-8', 9), ('loinc|751-8', 10), ('loinc|26499-4', 10), ('loinc|777-3', 11), ('loinc|26515-7', 11),
    ('trialwright|sledai-2k', 12), ('loinc|29463-7', 13), ('loinc|8302-2', 14), ('trialwright|isn-rps-2003-class', 15),
    ('trialwright|nih-chronicity-index', 16), ('trialwright|biopsy-tma', 17), ('trialwright|acr-1997-item', 18),
    ('trialwright|cytopenia-due-to-sle', 19), ('trialwright|steroid-for-airway-disease', 20),
    ('trialwright|wishes-pregnancy', 21), ('trialwright|refuses-contraception', 22), ('snomed|413712001', 23),
    ('snomed|77386006', 24), ('trialwright|admission', 25)) AS t(code, item);

CREATE TEMP TABLE units AS SELECT CAST(item AS UTINYINT) AS item, unit, CAST(factor AS DOUBLE) AS factor FROM (VALUES
  (1, 'g/(24.h)', 1e0), (1, 'mg/(24.h)', 1e-3), (1, 'g/d', 1e0), (1, 'mg/d', 1e-3),
  (2, 'g/g{creat}', 1e0), (2, 'g/g', 1e0), (2, 'mg/g', 1e-3), (2, 'mg/mmol', 0.00884e0),
  (3, 'mg/dL', 1e0), (3, 'umol/L', 1e0 / 88.4e0), (3, 'mmol/L', 1e3 / 88.4e0),
  (4, 'U/L', 1e0), (4, 'ukat/L', 60e0), (5, 'U/L', 1e0), (5, 'ukat/L', 60e0),
  (6, 'mg/dL', 1e0), (6, 'umol/L', 1e0 / 17.1e0), (7, 'mmol/L', 1e0), (7, 'mg/dL', 1e0 / 18.016e0),
  (8, 'mmol/L', 1e0), (8, 'mg/dL', 1e0 / 18.016e0),
  (9, '10*9/L', 1e0), (9, '10*3/uL', 1e0), (9, '/uL', 1e-3), (10, '10*9/L', 1e0), (10, '10*3/uL', 1e0), (10, '/uL', 1e-3),
  (11, '10*9/L', 1e0), (11, '10*3/uL', 1e0), (11, '/uL', 1e-3), (12, '{score}', 1e0), (12, '1', 1e0),
  (13, 'kg', 1e0), (13, '[lb_av]', 0.45359237e0), (13, 'g', 1e-3),
  (14, 'cm', 1e0), (14, 'm', 1e2), (14, '[in_i]', 2.54e0), (16, '{score}', 1e0), (16, '1', 1e0)) AS t(item, unit, factor);

CREATE TEMP TABLE words AS SELECT CAST(item AS UTINYINT) AS item, word, CAST(number AS DOUBLE) AS number FROM (
  SELECT item, word, number FROM (VALUES (17), (19), (20), (21), (22), (23), (24), (25)) AS i(item),
    (VALUES ('true', 1), ('yes', 1), ('false', 0), ('no', 0)) AS w(word, number)
  UNION ALL SELECT 15, word, number FROM (VALUES ('I', 0), ('II', 1), ('III', 2), ('IV', 3), ('V', 4), ('VI', 5),
    ('III+V', 6), ('V+III', 6), ('IV+V', 7), ('V+IV', 7)) AS t(word, number)
  UNION ALL SELECT 18, word, number FROM (VALUES ('malar_rash', 0), ('discoid_rash', 1), ('photosensitivity', 2),
    ('oral_ulcers', 3), ('arthritis', 4), ('serositis', 5), ('renal', 6), ('neurologic', 7), ('haematologic', 8),
    ('immunologic', 9), ('ana', 10)) AS t(word, number));

-- @@ people
CREATE TEMP TABLE people AS
  SELECT CAST(row_number() OVER () AS INTEGER) AS pid, person_id,
    CASE WHEN sex IN ('female', 'male', 'other') THEN sex ELSE 'unknown' END::ENUM ('female', 'male', 'other', 'unknown') AS sex,
    CASE WHEN birth_date <> '' THEN years(final_day(birth_date, NULL)) END AS age_low,
    CASE WHEN birth_date <> '' THEN years(first_day(birth_date)) END AS age_high,
    death_date <> '' AND (death_date = 'yes' OR first_day(CASE WHEN death_date = 'yes' THEN '' ELSE death_date END) <= on_day()) AS dead
  FROM read_parquet(getvariable('persons'));

-- @@ results
-- Everything measured or found that may lie in its window, as intervals of days and of values in one unit (liver: over
-- its own upper limit). A whole day that lies outside is never carried along.
CREATE TEMP TABLE results AS
  WITH found AS (
    SELECT f.person_id, i.item, i.since, f.fact_id, f.value, f.unit, f.high, f.start
    FROM read_parquet(getvariable('facts')) AS f JOIN written AS w ON w.concept = f.concept JOIN items AS i ON i.item = w.item
    WHERE f.kind IN ('measurement', 'finding')
      AND f.start <= strftime(on_day(), '%Y-%m-%dZ')  -- a date-time of today sorts below 'Z'
      AND (length(f.start) < 10 OR i.since < DATE '1000-01-01' OR f.start >= strftime(i.since, '%Y-%m-%d'))
      AND f.status NOT IN ('entered-in-error', 'cancelled', 'not-done', 'not-taken', 'planned', 'draft', 'registered')
  ), dated AS (
    SELECT *, first_day(start) AS day, final_day(start, on_day()) AS last,
      TRY_CAST(value AS DOUBLE) AS number
    FROM found
  ), valued AS (
    SELECT p.pid, d.item, d.day, d.last, d.start = '' AS undated, d.fact_id AS fact, d.since, d.high,
      CASE WHEN d.item IN (15, 17, 18, 19, 20, 21, 22, 23, 24, 25) THEN 1 ELSE u.factor END AS factor,
      CASE WHEN d.item IN (17, 18, 19, 20, 21, 22, 23, 24, 25) THEN w.number
        WHEN d.item = 15 THEN c.number
        ELSE d.number END AS number,
      CASE WHEN d.number IS NULL AND d.item < 15 OR d.item = 16 THEN regexp_extract(d.value, '^(<=|>=|<|>)', 1) ELSE '' END AS sign,
      CASE WHEN d.number IS NULL AND (d.item < 15 OR d.item = 16) THEN TRY_CAST(ltrim(d.value, '<>= ') AS DOUBLE) END AS bound
    FROM dated AS d
    JOIN people AS p ON p.person_id = d.person_id
    LEFT JOIN units AS u ON u.item = d.item AND u.unit = d.unit
    LEFT JOIN words AS w ON w.item = d.item AND w.word = d.value
    LEFT JOIN words AS c ON c.item = d.item AND d.item = 15
      AND c.word = replace(replace(replace(replace(replace(replace(replace(upper(d.value), ' ', ''), 'Ⅰ', 'I'), 'Ⅱ', 'II'), 'Ⅲ', 'III'), 'Ⅳ', 'IV'), 'Ⅴ', 'V'), 'Ⅵ', 'VI')
    WHERE d.last >= d.since
  )
  SELECT 1;
