-- The chosen readings of BEAM, search mode, written by hand for DuckDB by someone who aims for speed and knows the data.
--
-- Same question, same answer as the compiled search: per person the verdict, reason, value, day and fact id of every
-- criterion. Written from criteria.md and the published conventions, not from the compiler's output. What makes it fast:
-- one scan of the records, integer persons, one row per person and item (never a row of a thousand columns),
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
CREATE MACRO counts(status) AS
  status NOT IN ('entered-in-error', 'cancelled', 'not-done', 'not-taken', 'planned', 'draft', 'registered');
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
  (1, 'urine_protein_24h', '>=', 1.5::DOUBLE, days_ago(28), 'low'),
  (2, 'urine_protein_creatinine_ratio', '', 0, days_ago(28), 'none'),
  (3, 'serum_creatinine', '<', 3.0, days_ago(28), 'high'),
  (4, 'alt', '>', 2.0, days_ago(28), 'high'),
  (5, 'ast', '>', 2.0, days_ago(28), 'high'),
  (6, 'bilirubin_total', '>', 2.0, days_ago(28), 'high'),
  (7, 'glucose_fasting', '>=', 7.0, days_ago(28), 'high'),
  (8, 'glucose_2h_postprandial', '>', 11.1, days_ago(28), 'high'),
  (9, 'wbc', '<', 3.0, days_ago(28), 'low'),
  (10, 'neutrophils', '<', 1.3, days_ago(28), 'low'),
  (11, 'platelets', '<', 50.0, days_ago(28), 'low'),
  (12, 'sledai_2k', '>', 10.0, days_ago(28), 'low'),
  (13, 'body_weight', '', 0, months_ago(6), 'low'),
  (14, 'body_height', '', 0, months_ago(6), 'high'),
  (15, 'biopsy_class', '', 0, DATE '0001-01-01', 'none'),
  (16, 'chronicity_index', '<', 3.0, DATE '0001-01-01', 'high'),
  (17, 'biopsy_tma', 'is', 0, DATE '0001-01-01', 'high'),
  (18, 'acr_1997_item', '', 0, DATE '0001-01-01', 'none'),
  (19, 'cytopenia_due_to_sle', 'is', 0, days_ago(28), 'low'),
  (20, 'steroid_for_airway_disease', 'is', 0, days_ago(28), 'high'),
  (21, 'wishes_pregnancy', 'is', 0, days_ago(28), 'high'),
  (22, 'refuses_contraception', 'is', 0, days_ago(28), 'high'),
  (23, 'breastfeeding', 'is', 0, days_ago(28), 'high'),
  (24, 'pregnant', 'is', 0, days_ago(28), 'high'),
  (25, 'admission', '', 0, days_ago(28), 'none')
) AS t(item, name, op, bound, since, worst);

CREATE TEMP TABLE written AS  -- how each is written, and the first text of a full date that counts
  SELECT w.concept, i.item, i.since, strftime(i.since, '%Y-%m-%d') AS since_text FROM (
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
    ('snomed|77386006', 24), ('trialwright|admission', 25)) AS t(code, item)) AS w JOIN items AS i ON i.item = w.item;

CREATE TEMP TABLE units AS SELECT CAST(item AS UTINYINT) AS item, unit, CAST(factor AS DOUBLE) AS factor FROM (VALUES
  (1, 'g/(24.h)', 1e0), (1, 'mg/(24.h)', 1e-3), (1, 'g/d', 1e0), (1, 'mg/d', 1e-3),
  (2, 'g/g{creat}', 1e0), (2, 'g/g', 1e0), (2, 'mg/g', 1e-3), (2, 'mg/mmol', 0.00884e0),
  (3, 'mg/dL', 1e0), (3, 'umol/L', 1e1 / 884e0), (3, 'mmol/L', 1e4 / 884e0),
  (4, 'U/L', 1e0), (4, 'ukat/L', 60e0), (5, 'U/L', 1e0), (5, 'ukat/L', 60e0),
  (6, 'mg/dL', 1e0), (6, 'umol/L', 1e1 / 171e0), (7, 'mmol/L', 1e0), (7, 'mg/dL', 1e3 / 18016e0),
  (8, 'mmol/L', 1e0), (8, 'mg/dL', 1e3 / 18016e0),
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

CREATE TEMP TABLE concepts AS SELECT * FROM (VALUES
  (101, 'condition', 'sle', ''), (102, 'condition', 'lupus_nephritis', ''), (103, 'condition', 'hepatitis_b', ''),
  (104, 'condition', 'hepatitis_c', ''), (105, 'condition', 'tuberculosis', ''), (106, 'condition', 'cmv_pneumonia', ''),
  (107, 'condition', 'invasive_fungal_infection', ''), (108, 'condition', 'syphilis', ''), (109, 'condition', 'hiv', ''),
  (110, 'condition', 'peptic_ulcer', ''), (111, 'condition', 'drug_abuse', ''), (112, 'condition', 'alcohol_abuse', ''),
  (113, 'condition', 'severe_cardiovascular_disease', ''), (114, 'condition', 'copd', ''), (115, 'condition', 'asthma', ''),
  (116, 'condition', 'malignant_hypertension', ''), (117, 'condition', 'active_infection', ''),
  (118, 'exposure', 'methylprednisolone_iv', 'iv'), (119, 'exposure', 'prednisone_oral', 'po'),
  (120, 'exposure', 'mycophenolate', ''), (121, 'exposure', 'cyclophosphamide', ''), (122, 'exposure', 'tacrolimus', ''),
  (123, 'exposure', 'ciclosporin', ''), (124, 'exposure', 'leflunomide', ''), (125, 'exposure', 'ivig', ''),
  (126, 'exposure', 'antibiotic_iv', 'iv'), (127, 'procedure', 'dialysis', ''), (128, 'procedure', 'kidney_transplant', ''),
  (129, 'procedure', 'plasma_exchange', ''), (130, 'procedure', 'double_filtration_plasmapheresis', ''),
  (131, 'allergy', 'mycophenolate_allergy', ''), (132, 'allergy', 'tacrolimus_allergy', ''),
  (133, 'allergy', 'belimumab_allergy', '')) AS t(c, kind, name, route);

CREATE TEMP TABLE codes AS SELECT * FROM (VALUES
  (101, 'snomed|55464009'), (101, 'icd10|M321'), (101, 'icd10|M328'), (101, 'icd10|M329'), (102, 'snomed|68815009'),
  (102, 'icd10|M3214'), (103, 'snomed|66071002'), (103, 'icd10|B16'), (103, 'icd10|B180'), (103, 'icd10|B181'),
  (104, 'snomed|50711007'), (104, 'icd10|B171'), (104, 'icd10|B182'), (105, 'snomed|56717001'), (105, 'icd10|A15'),
  (105, 'icd10|A16'), (106, 'snomed|7678002'), (106, 'icd10|B250'), (107, 'snomed|3218000'), (107, 'icd10|B44'), (107, 'icd10|B45'),
  (107, 'icd10|B371'), (108, 'snomed|76272004'), (108, 'icd10|A539'), (109, 'snomed|86406008'), (109, 'icd10|B20'),
  (110, 'snomed|13200003'), (110, 'icd10|K27'), (111, 'snomed|26416006'), (112, 'snomed|15167005'),
  (113, 'trialwright|severe-cvd'), (114, 'snomed|13645005'), (114, 'icd10|J44'), (115, 'snomed|195967001'), (115, 'icd10|J45'),
  (116, 'snomed|70272006'), (116, 'icd10|I100'), (117, 'snomed|40733004'), (118, 'rxnorm|6902'), (118, 'atc|H02AB04'),
  (119, 'rxnorm|8640'), (119, 'rxnorm|8638'), (119, 'atc|H02AB07'), (119, 'atc|H02AB06'), (120, 'rxnorm|68149'),
  (120, 'rxnorm|7145'), (120, 'atc|L04AA06'), (121, 'rxnorm|3002'), (121, 'atc|L01AA01'), (122, 'rxnorm|42316'),
  (122, 'atc|L04AD02'), (123, 'rxnorm|3008'), (123, 'atc|L04AD01'), (124, 'rxnorm|27169'), (124, 'atc|L04AA13'),
  (124, 'atc|L04AK01'), (125, 'atc|J06BA02'), (126, 'atc|J01'), (127, 'snomed|108241001'), (127, 'snomed|265764009'),
  (127, 'snomed|302497006'), (128, 'snomed|70536003'), (129, 'snomed|20720000'), (130, 'trialwright|dfpp'),
  (131, 'rxnorm|68149'), (131, 'rxnorm|7145'), (132, 'rxnorm|42316'), (133, 'rxnorm|1092437')) AS t(c, code);

-- @@ wanted
-- Every way in which this hospital writes something that matters; an ICD-10 or ATC code matches every code below it.
CREATE TEMP TABLE wanted AS
  WITH texts AS (SELECT DISTINCT kind, concept FROM read_parquet(getvariable('facts'))
    WHERE kind IN ('condition', 'exposure', 'procedure', 'allergy'))
  SELECT DISTINCT t.kind, t.concept, CAST(c.c AS UTINYINT) AS what, CASE WHEN t.concept = c.name THEN '' ELSE c.route END AS route,
    '' AS since
  FROM texts AS t JOIN concepts AS c ON c.kind = t.kind LEFT JOIN codes AS k ON k.c = c.c
  WHERE t.concept = c.name OR t.concept = k.code
    OR ((k.code LIKE 'icd10|%' OR k.code LIKE 'atc|%') AND starts_with(replace(t.concept, '.', ''), k.code))
  UNION ALL
  SELECT CASE WHEN item < 15 OR item = 16 THEN 'measurement' ELSE 'finding' END, concept, item, '', since_text FROM written;

-- @@ people
CREATE TEMP TABLE people AS
  SELECT CAST(row_number() OVER () AS INTEGER) AS pid, person_id,
    CASE WHEN sex IN ('female', 'male', 'other') THEN sex ELSE 'unknown' END AS sex,
    CASE WHEN birth_date <> '' THEN years(final_day(birth_date, NULL)) END AS age_low,
    CASE WHEN birth_date <> '' THEN years(first_day(birth_date)) END AS age_high,
    CASE WHEN death_date IN ('', 'yes') THEN death_date = 'yes' ELSE first_day(death_date) <= on_day() END AS dead
  FROM read_parquet(getvariable('persons'));

-- @@ records
-- The one scan: every record that may matter, as written. Status, kind and route are looked at afterwards, on a tenth of
-- the rows.
CREATE TEMP TABLE records AS
  SELECT p.pid, w.what, f.fact_id AS fact, f.value, f.unit, f.high, f.start, f."end" AS until, f.status, f.kind, f.route,
    w.kind AS wanted_kind, w.route AS wanted_route
  FROM read_parquet(getvariable('facts')) AS f
  JOIN wanted AS w ON w.concept = f.concept
  JOIN people AS p ON p.person_id = f.person_id
  WHERE f.start <= strftime(on_day(), '%Y-%m-%dZ')  -- Z sorts after the time of a date-time
    AND (f.start >= w.since OR length(f.start) < 10);

-- @@ measurements
-- Every measurement that may lie in its window: an interval of days and an interval of values in one unit (liver: over
-- the upper limit of its own range).
CREATE TEMP TABLE measured AS
  WITH found AS (
    SELECT f.pid, f.what AS item, i.since, f.fact, f.start,
      CASE WHEN length(f.start) >= 10 THEN CAST(left(f.start, 10) AS DATE) ELSE first_day(f.start) END AS day,
      f.value, TRY_CAST(f.value AS DOUBLE) AS number, u.factor,
      CASE WHEN f.what IN (4, 5, 6) THEN TRY_CAST(f.high AS DOUBLE) ELSE 1 END AS upper
    FROM records AS f JOIN items AS i ON i.item = f.what
    LEFT JOIN units AS u ON u.item = f.what AND u.unit = f.unit
    WHERE (f.what < 15 OR f.what = 16) AND counts(f.status)
  ), read AS (
    SELECT * EXCLUDE (value, start),
      start = '' AS undated,
      CASE WHEN length(start) >= 10 THEN day ELSE final_day(start, on_day()) END AS last,
      CASE WHEN number IS NULL THEN left(value, 1) ELSE '' END AS sign,
      CASE WHEN number IS NULL THEN TRY_CAST(ltrim(value, '<>=') AS DOUBLE) END AS edge,
      CASE WHEN number IS NOT NULL OR value LIKE '%=%' THEN 0
        ELSE greatest(abs(TRY_CAST(ltrim(value, '<>') AS DOUBLE)) * 2e-9::DOUBLE, 1e-12::DOUBLE) END AS hair
    FROM found
  ), judged AS (
    SELECT *, CASE WHEN number IS NULL AND NOT (sign IN ('<', '>') AND edge IS NOT NULL) THEN 'value_unreadable'
      WHEN factor IS NULL THEN 'unit_unknown' WHEN upper IS NULL OR upper <= 0 THEN 'range_missing'
      WHEN number IS NULL THEN 'value_censored' ELSE '' END::reason AS issue
    FROM read
  )
  SELECT pid, item, day, last, undated, fact, issue,
    CASE WHEN issue = '' THEN CASE WHEN item IN (4, 5, 6) THEN number / upper ELSE number * factor END
      WHEN issue <> 'value_censored' THEN -no_limit() WHEN sign = '>' THEN (edge + hair) * CASE WHEN item IN (4, 5, 6) THEN 1 / upper ELSE factor END
      WHEN edge > 0 THEN 0 ELSE -no_limit() END AS lo,
    CASE WHEN issue = '' THEN CASE WHEN item IN (4, 5, 6) THEN number / upper ELSE number * factor END
      WHEN issue <> 'value_censored' OR sign = '>' THEN no_limit()
      ELSE (edge - hair) * CASE WHEN item IN (4, 5, 6) THEN 1 / upper ELSE factor END END AS hi
  FROM judged WHERE last >= since;

-- @@ findings
CREATE TEMP TABLE answered AS
  WITH found AS (
    SELECT f.pid, f.what AS item, i.since, f.fact, f.start = '' AS undated, first_day(f.start) AS day,
      final_day(f.start, on_day()) AS last,
      CASE WHEN f.what <> 15 THEN lower(f.value) ELSE  -- order, blanks and Roman-numeral characters do not matter
        replace(replace(replace(replace(replace(replace(replace(upper(f.value), ' ', ''), 'Ⅵ', 'VI'), 'Ⅴ', 'V'), 'Ⅳ', 'IV'), 'Ⅲ', 'III'), 'Ⅱ', 'II'), 'Ⅰ', 'I') END AS word
    FROM records AS f JOIN items AS i ON i.item = f.what
    WHERE f.what IN (15, 17, 18, 19, 20, 21, 22, 23, 24, 25) AND counts(f.status)
  )
  SELECT f.pid, f.item, f.day, f.last, f.undated, f.fact,
    CASE WHEN number IS NULL THEN 'value_unreadable' ELSE '' END::reason AS issue,
    COALESCE(number, CASE WHEN f.item IN (15, 18) THEN -no_limit() ELSE 0 END) AS lo,
    COALESCE(number, CASE WHEN f.item IN (15, 18) THEN no_limit() ELSE 1 END) AS hi
  FROM found AS f LEFT JOIN words AS w ON w.item = f.item AND w.word = f.word
  WHERE f.last >= f.since;

-- @@ biopsies
-- Chronicity index and TMA count only with the date of the latest class.
CREATE TEMP TABLE biopsied AS SELECT pid, max(day) AS day FROM answered WHERE item = 15 GROUP BY pid;
CREATE TEMP VIEW results AS
  SELECT * FROM measured WHERE item <> 16
  UNION ALL SELECT m.* FROM measured AS m JOIN biopsied AS b ON b.pid = m.pid AND b.day = m.day WHERE m.item = 16
  UNION ALL SELECT * FROM answered WHERE item NOT IN (17, 18, 25)
  UNION ALL SELECT a.* FROM answered AS a JOIN biopsied AS b ON b.pid = a.pid AND b.day = a.day WHERE a.item = 17;

-- @@ picks
-- Of each person and item: nearly always one certain value on the latest day ...
CREATE TEMP TABLE odd AS SELECT DISTINCT pid, item FROM results WHERE day <> last OR lo <> hi OR item IN (2, 15);
CREATE TEMP TABLE plain AS
  SELECT pid, item, lo AS v, day, fact FROM results AS r
  WHERE NOT EXISTS (FROM odd AS o WHERE o.pid = r.pid AND o.item = r.item)
  QUALIFY row_number() OVER (PARTITION BY pid, item
    ORDER BY day DESC, CASE WHEN item IN (1, 9, 10, 11, 12, 13, 19) THEN -lo ELSE lo END DESC, fact DESC) = 1;

-- ... else the interval of what the latest day's value may be, with the record behind each end. The bar is the latest
-- day that is not before some certain result; what may be of that day or later takes part.
CREATE TEMP TABLE vague AS
  WITH rows AS (
    SELECT r.*, i.worst, day = last AND NOT undated AS exact, day >= i.since AND last <= on_day() AS inside,
      CASE WHEN undated THEN 'date_missing' ELSE 'date_imprecise' END::reason AS dated,
      CASE WHEN undated THEN NULL ELSE day END AS said_day
    FROM results AS r JOIN odd AS o ON o.pid = r.pid AND o.item = r.item JOIN items AS i ON i.item = r.item
  ), bars AS (
    SELECT pid, item, max(day) FILTER (inside) AS bar FROM rows GROUP BY pid, item
  ), marked AS (
    SELECT r.*, exact AND day >= bar AS settled, NOT exact AND (bar IS NULL OR last >= bar) AS open, bar IS NOT NULL AS there
    FROM rows AS r JOIN bars AS b ON b.pid = r.pid AND b.item = r.item
  ), ends AS (
    SELECT pid, item, bool_or(there) AS there,
      max({'v': CASE worst WHEN 'high' THEN lo ELSE -lo END, 'f': fact, 'd': said_day, 'i': issue, 'w': lo}) FILTER (settled) AS el,
      max({'v': CASE worst WHEN 'low' THEN -hi ELSE hi END, 'f': fact, 'd': said_day, 'i': issue, 'w': hi}) FILTER (settled) AS eh,
      max({'v': -lo, 'f': fact, 'd': said_day, 'i': issue, 'w': lo}) FILTER (open) AS ol,
      max({'v': hi, 'f': fact, 'd': said_day, 'i': issue, 'w': hi}) FILTER (open) AS oh,
      max({'f': fact, 'd': said_day}) FILTER (open) AS any_open, max(dated) FILTER (open) AS dated,
      count(*) FILTER (open) AS opened
    FROM marked GROUP BY pid, item
  ), chosen AS (
    SELECT *, CASE WHEN el IS NULL OR ol.w < el.w THEN ol ELSE el END AS l,
      CASE WHEN eh IS NULL OR oh.w > eh.w THEN oh ELSE eh END AS h
    FROM ends
  )
  SELECT pid, item, there,
    CASE WHEN there THEN l.w ELSE -no_limit() END AS a, CASE WHEN there THEN h.w ELSE no_limit() END AS b,
    CASE WHEN NOT there THEN dated WHEN l.w = h.w THEN ''::reason
      WHEN ol IS NOT NULL AND (el IS NOT NULL OR opened > 1) THEN dated
      WHEN h.i <> '' THEN h.i WHEN l.i <> '' THEN l.i ELSE 'conflict'::reason END AS y,
    CASE WHEN there THEN l.d ELSE any_open.d END AS ad, CASE WHEN there THEN l.f ELSE any_open.f END AS af,
    CASE WHEN there THEN h.d ELSE any_open.d END AS bd, CASE WHEN there THEN h.f ELSE any_open.f END AS bf
  FROM chosen;

CREATE TEMP VIEW picks AS
  SELECT pid, item, TRUE AS there, v AS a, v AS b, ''::reason AS y, day AS ad, fact AS af, day AS bd, fact AS bf FROM plain
  UNION ALL SELECT * FROM vague;

-- Each held against its limit: truth, reason, and value, day and fact of the side that decides.
CREATE TEMP TABLE limbs AS
  WITH held AS (
    SELECT p.*, i.op, CASE i.op
        WHEN '<' THEN CASE WHEN less(b, bound) THEN TRUE WHEN NOT less(a, bound) THEN FALSE END
        WHEN '>' THEN CASE WHEN less(bound, a) THEN TRUE WHEN NOT less(bound, b) THEN FALSE END
        WHEN '>=' THEN CASE WHEN NOT less(a, bound) THEN TRUE WHEN less(b, bound) THEN FALSE END
        ELSE CASE WHEN a >= 1 THEN TRUE WHEN b <= 0 THEN FALSE END END AS t
    FROM vague AS p JOIN items AS i ON i.item = p.item WHERE i.op <> ''
  ), sided AS (
    SELECT *, CASE op WHEN '<' THEN t IS NOT FALSE WHEN 'is' THEN t IS NOT TRUE ELSE t IS FALSE END AS on_high FROM held
  )
  SELECT pid, item, there, t, CASE WHEN t IS NOT NULL THEN 'value' WHEN y <> '' THEN y ELSE 'value_censored' END::reason AS r,
    shown(CASE WHEN on_high THEN b ELSE a END) AS x, CASE WHEN on_high THEN bd ELSE ad END AS d,
    CASE WHEN on_high THEN bf ELSE af END AS f
  FROM sided
  UNION ALL
  SELECT p.pid, p.item, TRUE,
    CASE op WHEN '<' THEN less(v, bound) WHEN '>' THEN less(bound, v) WHEN '>=' THEN NOT less(v, bound) ELSE v >= 1 END,
    'value'::reason, v, day, fact
  FROM plain AS p JOIN items AS i ON i.item = p.item WHERE i.op <> '';

-- @@ history
-- Conditions, exposures, procedures and allergies: which concept, when, how certain.
CREATE TEMP TABLE history AS
  WITH found AS (
    SELECT f.pid, f.what AS c, n.kind, f.fact, f.value, f.unit, f.status, f.start = '' AS undated, f.until,
      first_day(f.start) AS first, final_day(f.start, on_day()) AS latest,
      f.status = 'refuted' OR f.value IN ('false', 'no') AS absent,
      CASE WHEN f.status IN ('provisional', 'differential', 'unconfirmed', 'remission') THEN 'status_uncertain'
        WHEN f.wanted_route <> '' AND f.route = '' THEN 'route_missing'
        WHEN n.kind <> 'exposure' AND f.value NOT IN ('', 'true', 'yes', 'false', 'no') THEN 'value_unreadable'
        ELSE '' END::reason AS doubt
    FROM records AS f JOIN concepts AS n ON n.c = f.what
    WHERE f.kind = f.wanted_kind AND counts(f.status) AND (f.wanted_route = '' OR f.route IN ('', f.wanted_route))
  ), ended AS (
    SELECT *, CASE WHEN absent THEN 'start' WHEN until <> '' THEN 'stated'
        WHEN status IN ('active', 'recurrence', 'relapse') OR kind = 'allergy'
          OR (kind = 'condition' AND (status = '' OR doubt = 'status_uncertain')) THEN 'ongoing'
        WHEN kind = 'procedure' THEN 'start' ELSE 'open' END AS ending
    FROM found
  ), bounded AS (
    SELECT * EXCLUDE (status, until, ending),
      CASE ending WHEN 'stated' THEN greatest(first_day(until), first) WHEN 'ongoing' THEN DATE '9999-12-31' ELSE first END AS end_low,
      CASE ending WHEN 'stated' THEN final_day(until, NULL) WHEN 'start' THEN CASE WHEN undated THEN DATE '9999-12-31' ELSE latest END
        ELSE DATE '9999-12-31' END AS end_high,
      CASE WHEN undated THEN NULL ELSE first END AS said_day
    FROM ended
  )
  SELECT *, CASE WHEN doubt <> '' THEN doubt WHEN undated THEN 'date_missing'
      WHEN end_high = DATE '9999-12-31' AND end_low = first THEN 'end_missing'
      ELSE 'date_imprecise' END::reason AS why
  FROM bounded;

-- @@ presence
-- Which concept makes which criterion true, in which order, and since when. `airway`, `steroid`, `lupus` are parts.
CREATE TEMP TABLE entries AS SELECT CAST(c AS UTINYINT) AS c, crit, ord, since, anchored FROM (VALUES
  (127, 'E1', 1, months_ago(3), FALSE), (128, 'E1', 2, months_ago(3), FALSE),
  (120, 'E4', 1, days_ago(84), FALSE), (121, 'E4', 2, days_ago(84), FALSE), (122, 'E4', 3, days_ago(84), FALSE),
  (131, 'E5a', 1, DATE '0001-01-01', FALSE), (132, 'E5a', 2, DATE '0001-01-01', FALSE), (133, 'E5a', 3, DATE '0001-01-01', FALSE),
  (117, 'E5b', 1, on_day(), FALSE), (126, 'E5b', 2, NULL, TRUE), (126, 'E5b', 3, on_day(), FALSE),
  (103, 'E6a', 1, months_ago(3), FALSE), (104, 'E6a', 2, months_ago(3), FALSE), (105, 'E6a', 3, months_ago(3), FALSE),
  (106, 'E6a', 4, months_ago(3), FALSE), (107, 'E6a', 5, months_ago(3), FALSE), (108, 'E6a', 6, DATE '0001-01-01', FALSE),
  (109, 'E6a', 7, DATE '0001-01-01', FALSE), (110, 'E6b', 1, months_ago(3), FALSE),
  (111, 'E6c', 1, DATE '0001-01-01', FALSE), (112, 'E6c', 2, DATE '0001-01-01', FALSE),
  (113, 'E7a', 1, DATE '0001-01-01', FALSE), (114, 'airway', 1, on_day(), FALSE), (115, 'airway', 2, on_day(), FALSE),
  (119, 'steroid', 1, months_ago(3), FALSE), (130, 'E7c', 1, days_ago(28), FALSE), (129, 'E7c', 2, days_ago(28), FALSE),
  (116, 'E8', 1, on_day(), FALSE), (101, 'lupus', 1, DATE '0001-01-01', FALSE), (102, 'lupus', 2, DATE '0001-01-01', FALSE)
) AS t(c, crit, ord, since, anchored);

CREATE TEMP TABLE denied AS  -- asked and absent, within 28 days
  SELECT pid, c, fact, said_day FROM history WHERE absent AND latest >= days_ago(28)
  QUALIFY row_number() OVER (PARTITION BY pid, c ORDER BY first >= days_ago(28) AND latest <= on_day() DESC, fact DESC) = 1;

CREATE TEMP TABLE present AS
  WITH admitted AS (SELECT pid, max(day) AS day FROM answered WHERE item = 25 AND lo = 1 GROUP BY pid),
  windows AS (
    SELECT h.pid, h.first, h.latest, h.end_low, h.end_high, h.doubt, h.why, h.fact, h.said_day, e.c, e.crit, e.ord,
      CASE WHEN e.anchored THEN COALESCE(a.day, on_day()) ELSE on_day() END AS upto,
      CASE WHEN e.anchored THEN CAST(COALESCE(a.day, on_day()) - to_months(1) AS DATE) ELSE e.since END AS since
    FROM history AS h JOIN entries AS e ON e.c = h.c LEFT JOIN admitted AS a ON a.pid = h.pid
    WHERE NOT h.absent
  ), best AS (
    SELECT pid, c, crit, ord, fact, said_day, why, latest <= upto AND end_low >= since AND doubt = '' AS sure
    FROM windows WHERE first <= upto AND end_high >= since
    QUALIFY row_number() OVER (PARTITION BY pid, crit, ord ORDER BY sure DESC, first DESC, fact DESC) = 1
  )
  SELECT b.pid, b.crit, b.ord, CASE WHEN b.sure AND n.pid IS NULL THEN TRUE END AS t,
    CASE WHEN NOT b.sure THEN b.why WHEN n.pid IS NULL THEN 'present' ELSE 'conflict' END::reason AS r,
    CAST(NULL AS DOUBLE) AS x, b.said_day AS d, b.fact AS f
  FROM best AS b LEFT JOIN denied AS n ON n.pid = b.pid AND n.c = b.c
  UNION ALL
  SELECT n.pid, e.crit, e.ord, FALSE, 'absent', NULL, n.said_day, n.fact
  FROM denied AS n JOIN entries AS e ON e.c = n.c AND e.ord = 1
  WHERE NOT EXISTS (FROM best AS b WHERE b.pid = n.pid AND b.crit = e.crit AND b.ord = 1);

-- @@ courses
-- Exposure by day: what is certain (least) and everything possible (most). Only of people with a record in the window.
CREATE TEMP TABLE courses AS
  WITH reach AS (  -- a course is followed to three years before its window
    SELECT *, since - 1096 AS begin
    FROM (VALUES (118, days_ago(14)), (123, days_ago(84)), (124, days_ago(84)), (125, days_ago(84))) AS t(c, since)),
  touched AS (
    SELECT h.pid, h.c, max(r.begin) AS begin, max({'s': h.first, 'f': h.fact, 'd': h.said_day}) AS last,
      max({'s': h.first, 'f': h.fact, 'd': h.said_day}) FILTER (h.end_high >= days_ago(28)) AS last_28
    FROM history AS h JOIN reach AS r ON r.c = h.c AND h.end_high >= r.since WHERE NOT h.absent GROUP BY h.pid, h.c
  ), weighed AS (  -- the weight that divides doses a day: the latest day's, the lowest of them
    SELECT pid, max(day) FILTER (day = last) AS day FROM results WHERE item = 13 GROUP BY pid
  ), weights AS (
    SELECT r.pid, min(r.lo) AS lo, min(r.hi) AS hi,
      CASE WHEN min(r.hi) >= no_limit() THEN max(r.issue) ELSE CASE WHEN min(r.lo) < min(r.hi) THEN 'value_censored' ELSE '' END::reason END AS why
    FROM results AS r JOIN weighed AS w ON w.pid = r.pid AND w.day = r.day WHERE r.item = 13 GROUP BY r.pid
  ), read AS (
    SELECT h.*, t.begin, TRY_CAST(h.value AS DOUBLE) AS number,
      CASE WHEN h.c = 118 THEN CASE h.unit WHEN 'mg/d' THEN 1 WHEN 'g/d' THEN 1000 END
        WHEN h.c = 125 THEN CASE h.unit WHEN 'mg/kg/d' THEN 1 WHEN 'g/kg/d' THEN 1000 WHEN 'mg/d' THEN 1 WHEN 'g/d' THEN 1000 END END AS factor,
      h.c = 125 AND h.unit IN ('mg/d', 'g/d') AND h.value <> '' AS absolute
    FROM history AS h JOIN touched AS t ON t.pid = h.pid AND t.c = h.c WHERE NOT h.absent
  ), dosed AS (
    SELECT r.pid, r.c, r.first, r.latest, r.end_low, r.end_high, r.doubt, r.why, r.begin,
      CASE WHEN r.c IN (123, 124) OR number IS NULL OR factor IS NULL OR (absolute AND w.pid IS NULL) THEN 0
        WHEN absolute THEN greatest(number * factor, 0) / w.hi ELSE greatest(number * factor, 0) END AS low,
      CASE WHEN r.c IN (123, 124) THEN 0 WHEN number IS NULL OR factor IS NULL OR (absolute AND w.pid IS NULL) THEN no_limit()
        WHEN absolute THEN number * factor / w.lo ELSE number * factor END AS high,
      CASE WHEN r.c IN (123, 124) THEN '' WHEN r.value = '' THEN 'dose_missing' WHEN number IS NULL THEN 'value_unreadable'
        WHEN factor IS NULL THEN 'unit_unknown'
        WHEN absolute THEN COALESCE(w.why, u.why, 'weight_missing'::reason) ELSE '' END::reason AS dose_why,
      r.doubt = '' AND r.latest <= on_day() AS sure,
      greatest(r.first, r.begin) AS from_day, least(r.end_high, on_day()) AS to_day
    FROM read AS r LEFT JOIN weights AS w ON r.absolute AND w.pid = r.pid AND w.lo > 0 AND w.hi < no_limit()
    LEFT JOIN weights AS u ON r.absolute AND u.pid = r.pid AND u.why <> ''
  ), spread AS (
    SELECT *, CAST(unnest(generate_series(from_day, to_day, INTERVAL 1 DAY)) AS DATE) AS day FROM dosed WHERE from_day <= to_day
  ), daily AS (
    SELECT pid, c, day, sum(CASE WHEN sure AND latest <= day AND day <= end_low THEN low ELSE 0 END) AS least,
      least(sum(high), no_limit()) AS most, bool_or(sure AND latest <= day AND day <= end_low) AS certain
    FROM spread GROUP BY pid, c, day
  ), versions AS (
    SELECT pid, c, day, FALSE AS possible, least AS dose FROM daily WHERE certain AND (c <> 118 OR NOT less(least, 250))
    UNION ALL SELECT pid, c, day, TRUE, most FROM daily WHERE c <> 118 OR NOT less(most, 250)
  ), stepped AS (
    SELECT *, CASE WHEN day - lag(day) OVER w <= CASE c WHEN 118 THEN 3 ELSE 1 END THEN 0 ELSE 1 END AS step
    FROM versions WINDOW w AS (PARTITION BY pid, c, possible ORDER BY day)
  ), runs AS (
    SELECT *, sum(step) OVER (PARTITION BY pid, c, possible ORDER BY day ROWS UNBOUNDED PRECEDING) AS run FROM stepped
  ), summed AS (
    SELECT pid, c, possible, run, CAST(count(*) AS DOUBLE) AS days, sum(dose) AS dose, max(day) AS last,
      sum(dose) FILTER (day >= days_ago(14)) AS inside, max(dose) FILTER (day >= days_ago(84)) AS top_84,
      max(dose) FILTER (day >= days_ago(28)) AS top_28
    FROM runs GROUP BY pid, c, possible, run
  ), measures AS (
    SELECT pid, c, possible,
      CASE c WHEN 118 THEN least(sum(inside), no_limit()) WHEN 125 THEN max(top_84) ELSE max(days) FILTER (last >= days_ago(84)) END AS m,
      CASE c WHEN 118 THEN least(sum(dose) FILTER (last >= days_ago(14)), no_limit()) WHEN 125 THEN max(top_28) END AS m2
    FROM summed GROUP BY pid, c, possible
  ), reasons AS (
    SELECT pid, c, max(CASE WHEN dose_why <> '' THEN dose_why
        WHEN NOT sure OR least(end_low, on_day()) < to_day OR from_day < greatest(latest, begin) THEN why
        ELSE '' END::reason) AS why
    FROM dosed GROUP BY pid, c
  )
  SELECT t.pid, t.c, n.pid IS NOT NULL AS denied,
    CASE WHEN n.pid IS NULL THEN COALESCE(lo.m, 0) ELSE 0 END AS low, COALESCE(hi.m, 0) AS high,
    CASE WHEN n.pid IS NULL THEN COALESCE(lo.m2, 0) ELSE 0 END AS low2, COALESCE(hi.m2, 0) AS high2,
    CASE WHEN n.pid IS NULL THEN r.why ELSE 'conflict' END AS why, t.last, t.last_28
  FROM touched AS t JOIN reasons AS r ON r.pid = t.pid AND r.c = t.c
  LEFT JOIN measures AS lo ON lo.pid = t.pid AND lo.c = t.c AND NOT lo.possible
  LEFT JOIN measures AS hi ON hi.pid = t.pid AND hi.c = t.c AND hi.possible
  LEFT JOIN denied AS n ON n.pid = t.pid AND n.c = t.c;

-- @@ pleas
-- Criteria that any one of several things makes true: the first that is true leads, else the first that is open.
CREATE TEMP TABLE pleas AS
  WITH limited AS (
    SELECT pid, 'E4' AS crit, CASE c WHEN 123 THEN 4 WHEN 124 THEN 5 ELSE 6 END AS ord, low, high, why, last,
      CASE c WHEN 123 THEN 14 WHEN 124 THEN 28 ELSE 400 END AS bound FROM courses WHERE c <> 118
    UNION ALL SELECT pid, 'E7c', 3, low2, high2, why, last_28, 400 FROM courses WHERE c = 125 AND last_28 IS NOT NULL
  ), held AS (
    SELECT *, CASE WHEN NOT less(low, bound) THEN TRUE WHEN less(high, bound) THEN FALSE END AS t FROM limited
  ), items AS (
    SELECT pid, CAST(count(DISTINCT lo) FILTER (lo = hi AND last <= on_day()) AS DOUBLE) AS low,
      CAST(least(count(DISTINCT lo) FILTER (lo = hi) + count(*) FILTER (lo <> hi), 11) AS DOUBLE) AS high,
      max(CASE WHEN lo <> hi THEN issue WHEN last <= on_day() THEN '' WHEN undated THEN 'date_missing' ELSE 'date_imprecise' END::reason) AS why,
      max({'s': day, 'f': fact, 'd': CASE WHEN undated THEN NULL ELSE day END}) AS last
    FROM answered WHERE item = 18 GROUP BY pid
  ), counted AS (
    SELECT *, CASE WHEN low >= 4 THEN TRUE WHEN high < 4 THEN FALSE END AS t FROM items
  ), airway AS (
    SELECT * FROM present WHERE crit = 'airway' AND (t OR t IS NULL)
    QUALIFY row_number() OVER (PARTITION BY pid ORDER BY t NULLS LAST, ord) = 1
  ), steroids AS (
    SELECT a.pid, a.t AS t1, p.t AS t2, s.t AS t3, a.r AS r1, p.r AS r2, COALESCE(s.r, 'attribution_missing') AS r3,
      a.d AS d1, p.d AS d2, s.d AS d3, a.f AS f1, p.f AS f2, s.f AS f3, s.x AS x3
    FROM airway AS a JOIN present AS p ON p.pid = a.pid AND p.crit = 'steroid' AND (p.t OR p.t IS NULL)
    LEFT JOIN limbs AS s ON s.pid = a.pid AND s.item = 20
    WHERE s.t OR s.t IS NULL
  ), every AS (
    SELECT * FROM present WHERE crit NOT IN ('airway', 'steroid')
    UNION ALL SELECT pid, crit, ord, t, CASE WHEN t IS NULL THEN CASE WHEN why <> '' THEN why ELSE 'value_censored' END ELSE 'value' END::reason,
      shown(CASE WHEN t IS FALSE THEN high ELSE low END), last.d, last.f FROM held WHERE t IS NOT FALSE
    UNION ALL SELECT pid, 'lupus', 3, t, CASE WHEN t THEN 'value' ELSE why END::reason, low, last.d, last.f FROM counted WHERE t IS NOT FALSE
    UNION ALL SELECT pid, 'E7a', 2, t1 AND t2 AND t3,
      CASE WHEN t1 IS NULL OR (t1 AND t2 AND t3) THEN r1 WHEN t2 IS NULL THEN r2 ELSE r3 END,
      CASE WHEN t1 AND t2 AND t3 IS NULL THEN x3 END,
      CASE WHEN t1 IS NULL OR (t1 AND t2 AND t3) THEN d1 WHEN t2 IS NULL THEN d2 ELSE d3 END,
      CASE WHEN t1 IS NULL OR (t1 AND t2 AND t3) THEN f1 WHEN t2 IS NULL THEN f2 ELSE f3 END FROM steroids
  )
  SELECT * FROM every
  QUALIFY row_number() OVER (PARTITION BY pid, crit ORDER BY CASE WHEN t THEN 0 WHEN t IS NULL THEN 1 ELSE 2 END, ord) = 1;

-- @@ answer
WITH sledai AS (SELECT * FROM limbs WHERE item = 12),
classed AS (
  SELECT *, shown(b) AS x, CASE WHEN y <> '' THEN y ELSE 'value_censored'::reason END AS open FROM vague WHERE item = 15
), i1 AS (
  SELECT l.pid, l.t AS t1, l.r AS r1, l.x AS x1, l.d AS d1, l.f AS f1, s.t AS t2, COALESCE(s.r, 'no_record') AS r2, s.x AS x2, s.d AS d2, s.f AS f2,
    CASE WHEN c.a = c.b THEN c.a = 4 END AS t3, CASE WHEN c.pid IS NULL THEN 'no_record' WHEN c.a = c.b THEN 'value' ELSE c.open END AS r3,
    c.x AS x3, c.bd AS d3, c.bf AS f3,
    CASE WHEN t1 IS FALSE OR t2 OR t3 THEN 1
      WHEN t2 IS FALSE AND t3 IS FALSE THEN 2 WHEN t1 IS NULL THEN 1 WHEN t2 IS NULL THEN 2 ELSE 3 END AS lead,
    t1 AND (t2 OR t3) AS t
  FROM pleas AS l LEFT JOIN sledai AS s ON s.pid = l.pid LEFT JOIN classed AS c ON c.pid = l.pid WHERE l.crit = 'lupus'
), i2 AS (
  SELECT c.pid, CASE WHEN c.a = c.b THEN c.a IN (2, 3, 4, 6, 7) END AS t1, CASE WHEN c.a = c.b THEN 'value'::reason ELSE c.open END AS r1,
    c.x AS x1, c.bd AS d1, c.bf AS f1, n.t AS t2, COALESCE(n.r, 'biopsy_item_missing') AS r2, n.x AS x2, n.d AS d2, n.f AS f2,
    NOT m.t AS t3, COALESCE(m.r, 'biopsy_item_missing') AS r3, m.x AS x3, m.d AS d3, m.f AS f3,
    t1 AND t2 AND t3 AS truth,
    CASE WHEN truth THEN 1 WHEN t1 IS FALSE THEN 1 WHEN t2 IS FALSE THEN 2 WHEN t3 IS FALSE THEN 3
      WHEN t1 IS NULL THEN 1 WHEN t2 IS NULL THEN 2 ELSE 3 END AS lead
  FROM classed AS c LEFT JOIN limbs AS n ON n.pid = c.pid AND n.item = 16 LEFT JOIN limbs AS m ON m.pid = c.pid AND m.item = 17
), i3 AS (
  SELECT pid, t, r, x, d, f FROM limbs WHERE item = 1
  UNION ALL SELECT u.pid, NULL, 'surrogate_only', NULL, u.ad, u.af FROM vague AS u
    WHERE u.item = 2 AND u.there AND NOT EXISTS (FROM limbs AS l WHERE l.item = 1 AND l.pid = u.pid)
), clamped AS (
  SELECT k.*, p.age_low, p.age_high, p.sex, CASE WHEN a = b THEN a ELSE greatest(a, 1e-100::DOUBLE) END AS least_cr, b AS most_cr
  FROM picks AS k JOIN people AS p ON p.pid = k.pid WHERE k.item = 3
), egfr AS (
  SELECT *, CASE WHEN least_cr > 0 AND age_low >= 18 THEN 141e0 * pow(0.993e0, age_high) * CASE WHEN sex = 'male'
      THEN pow(least(most_cr / 0.9e0, 1e0), -0.411e0) * pow(greatest(most_cr / 0.9e0, 1e0), -1.209e0)
      ELSE 1.018e0 * pow(least(most_cr / 0.7e0, 1e0), -0.329e0) * pow(greatest(most_cr / 0.7e0, 1e0), -1.209e0) END END AS low,
    CASE WHEN least_cr > 0 AND age_low >= 18 THEN 141e0 * pow(0.993e0, age_low) * CASE WHEN sex = 'female'
      THEN 1.018e0 * pow(least(least_cr / 0.7e0, 1e0), -0.329e0) * pow(greatest(least_cr / 0.7e0, 1e0), -1.209e0)
      ELSE pow(least(least_cr / 0.9e0, 1e0), -0.411e0) * pow(greatest(least_cr / 0.9e0, 1e0), -1.209e0) END END AS high
  FROM clamped
), i4 AS (
  SELECT *, CASE WHEN less(b, 3) THEN TRUE WHEN NOT less(a, 3) THEN FALSE END AS t1,
    CASE WHEN NOT less(low, 30) THEN TRUE WHEN less(high, 30) THEN FALSE END AS t2,
    CASE WHEN age_low IS NULL THEN 'birth_date_missing' WHEN age_low < 18 THEN 'equation_not_valid'
      WHEN low IS NULL THEN CASE WHEN y <> '' THEN y ELSE 'not_computable' END WHEN y <> '' THEN y WHEN age_low <> age_high THEN 'date_imprecise'
      WHEN sex NOT IN ('female', 'male') THEN 'sex_unknown' ELSE 'value_censored' END::reason AS r2,
    t1 AND t2 AS t, CASE WHEN t IS TRUE THEN 1 WHEN t1 IS FALSE THEN 1 WHEN t2 IS FALSE THEN 2 WHEN t1 IS NULL THEN 1 ELSE 2 END AS lead
  FROM egfr
), i5 AS (
  SELECT pid, last.d AS d, last.f AS f, why, low, high, low2, high2,
    CASE WHEN low > 0 THEN TRUE WHEN high <= 0 THEN FALSE END AS given,
    CASE WHEN NOT less(low, 1500) THEN TRUE WHEN less(high, 1500) THEN FALSE END AS t1,
    CASE WHEN NOT less(3000, high2) THEN TRUE WHEN less(3000, low2) THEN FALSE END AS t2,
    CASE WHEN given THEN t1 AND t2 END AS t,
    CASE WHEN given IS NULL THEN 0 WHEN t1 IS FALSE THEN 1 WHEN t2 IS FALSE THEN 2 WHEN t THEN 1 WHEN t1 IS NULL THEN 1 ELSE 2 END AS lead
  FROM courses WHERE c = 118 AND high > 0
), e2 AS (
  SELECT COALESCE(a.pid, b.pid, c.pid) AS pid, a.t OR b.t OR c.t AS t,
    CASE WHEN a.t THEN 1 WHEN b.t THEN 2 WHEN c.t THEN 3 WHEN a.t IS NULL THEN 1 WHEN b.t IS NULL THEN 2 WHEN c.t IS NULL THEN 3 ELSE 1 END AS lead,
    COALESCE(CASE lead WHEN 1 THEN a.r WHEN 2 THEN b.r ELSE c.r END, 'no_record') AS r,
    CASE lead WHEN 1 THEN a.x WHEN 2 THEN b.x ELSE c.x END AS x, CASE lead WHEN 1 THEN a.d WHEN 2 THEN b.d ELSE c.d END AS d,
    CASE lead WHEN 1 THEN a.f WHEN 2 THEN b.f ELSE c.f END AS f
  FROM (FROM limbs WHERE item = 4) AS a FULL JOIN (FROM limbs WHERE item = 5) AS b ON b.pid = a.pid
  FULL JOIN (FROM limbs WHERE item = 6) AS c ON c.pid = COALESCE(a.pid, b.pid)
), meals AS (
  SELECT l.*, m.last, m.open FROM limbs AS l JOIN (
    SELECT pid, max({'s': day, 'f': fact, 'd': CASE WHEN undated THEN NULL ELSE day END,
      'y': CASE WHEN undated THEN 'date_missing' ELSE 'date_imprecise' END::reason}) AS last,
      max(CASE WHEN undated THEN 'date_missing' ELSE 'date_imprecise' END::reason) AS open
    FROM measured WHERE item = 8 GROUP BY pid) AS m ON m.pid = l.pid WHERE l.item = 8
), e3 AS (
  SELECT COALESCE(a.pid, m.pid) AS pid, a.t OR (m.pid IS NOT NULL AND m.t) AS t,
    CASE WHEN a.t THEN 1 WHEN m.t THEN 2 WHEN a.t IS NULL THEN 1 WHEN m.pid IS NOT NULL AND m.t IS NULL THEN CASE WHEN m.there THEN 3 ELSE 4 END ELSE 1 END AS lead,
    CASE lead WHEN 1 THEN COALESCE(a.r, 'no_record') WHEN 2 THEN 'present' WHEN 3 THEN m.r ELSE m.last.y END AS r,
    CASE lead WHEN 1 THEN a.x WHEN 3 THEN m.x END AS x,
    CASE lead WHEN 1 THEN a.d WHEN 3 THEN m.d ELSE m.last.d END AS d, CASE lead WHEN 1 THEN a.f WHEN 3 THEN m.f ELSE m.last.f END AS f
  FROM (FROM limbs WHERE item = 7) AS a FULL JOIN meals AS m ON m.pid = a.pid
), masses AS (
  SELECT COALESCE(w.pid, h.pid) AS pid, w.ad, w.af, w.bd, w.bf, w.pid IS NULL OR h.pid IS NULL AS missing, w.y AS wy, h.y AS hy,
    CASE WHEN w.a = w.b THEN w.a ELSE greatest(w.a, 1e-100::DOUBLE) END AS w1, w.b AS w2,
    CASE WHEN h.a = h.b THEN h.a ELSE greatest(h.a, 1e-100::DOUBLE) END AS h1, h.b AS h2,
    CASE WHEN w1 > 0 AND h1 > 0 THEN w1 / pow(h2 / 100e0, 2e0) END AS low,
    CASE WHEN w1 > 0 AND h1 > 0 THEN w2 / pow(h1 / 100e0, 2e0) END AS high
  FROM (FROM picks WHERE item = 13) AS w FULL JOIN (FROM picks WHERE item = 14) AS h ON h.pid = w.pid
), e6d AS (
  SELECT *, CASE WHEN missing THEN NULL WHEN less(high, 16) THEN TRUE WHEN NOT less(low, 16) THEN FALSE END AS t,
    CASE WHEN missing THEN 'no_record' WHEN t IS NOT NULL THEN 'value' WHEN wy <> '' THEN wy WHEN hy <> '' THEN hy
      WHEN low IS NULL THEN 'not_computable' ELSE 'value_censored' END::reason AS r
  FROM masses
), attributed AS (SELECT * FROM limbs WHERE item = 19),
lows AS (
  SELECT p.pid, p.item, CASE WHEN p.t THEN NOT a.t ELSE p.t END AS t, p.t IS TRUE AND a.t IS NOT FALSE AS excused,
    CASE WHEN excused THEN COALESCE(a.r, 'attribution_missing') ELSE p.r END AS r, CASE WHEN excused THEN a.x ELSE p.x END AS x,
    CASE WHEN excused THEN a.d ELSE p.d END AS d, CASE WHEN excused THEN a.f ELSE p.f END AS f
  FROM limbs AS p LEFT JOIN attributed AS a ON p.t AND a.pid = p.pid WHERE p.item IN (9, 10, 11)
), e7b AS (
  SELECT COALESCE(a.pid, b.pid, c.pid) AS pid, a.t OR b.t OR c.t AS t,
    CASE WHEN a.t THEN 1 WHEN b.t THEN 2 WHEN c.t THEN 3 WHEN a.t IS NULL THEN 1 WHEN b.t IS NULL THEN 2 WHEN c.t IS NULL THEN 3 ELSE 1 END AS lead,
    COALESCE(CASE lead WHEN 1 THEN a.r WHEN 2 THEN b.r ELSE c.r END, 'no_record') AS r,
    CASE lead WHEN 1 THEN a.x WHEN 2 THEN b.x ELSE c.x END AS x, CASE lead WHEN 1 THEN a.d WHEN 2 THEN b.d ELSE c.d END AS d,
    CASE lead WHEN 1 THEN a.f WHEN 2 THEN b.f ELSE c.f END AS f
  FROM (FROM lows WHERE item = 9) AS a FULL JOIN (FROM lows WHERE item = 10) AS b ON b.pid = a.pid
  FULL JOIN (FROM lows WHERE item = 11) AS c ON c.pid = COALESCE(a.pid, b.pid)
), e9 AS (
  SELECT COALESCE(a.pid, b.pid, c.pid, e.pid) AS pid, a.t OR b.t OR c.t OR e.t AS truth,
    CASE WHEN truth THEN 5 WHEN a.t IS NULL THEN 1 WHEN b.t IS NULL THEN 2 WHEN c.t IS NULL THEN 3 WHEN e.t IS NULL THEN 4 ELSE 1 END AS lead,
    COALESCE(CASE lead WHEN 1 THEN a.r WHEN 2 THEN b.r WHEN 3 THEN c.r WHEN 4 THEN e.r ELSE 'value' END, 'not_asked') AS r,
    CASE lead WHEN 1 THEN a.x WHEN 2 THEN b.x WHEN 3 THEN c.x WHEN 4 THEN e.x END AS x,
    CASE lead WHEN 1 THEN a.d WHEN 2 THEN b.d WHEN 3 THEN c.d WHEN 4 THEN e.d END AS d,
    CASE lead WHEN 1 THEN a.f WHEN 2 THEN b.f WHEN 3 THEN c.f WHEN 4 THEN e.f END AS f
  FROM (FROM limbs WHERE item = 21) AS a FULL JOIN (FROM limbs WHERE item = 22) AS b ON b.pid = a.pid
  FULL JOIN (FROM limbs WHERE item = 23) AS c ON c.pid = COALESCE(a.pid, b.pid)
  FULL JOIN (FROM limbs WHERE item = 24) AS e ON e.pid = COALESCE(a.pid, b.pid, c.pid)
)
SELECT p.person_id AS person, p.dead,
  -- A0: both ages are included
  CASE WHEN p.age_high < 18 OR p.age_low > 75 THEN 'fail' WHEN p.age_low >= 18 AND p.age_high <= 75 THEN 'pass' ELSE 'unknown' END::verdict AS v0,
  CASE WHEN p.age_low IS NULL THEN 'birth_date_missing' WHEN p.age_high < 18 OR p.age_low > 75 THEN 'value_out_of_range'
    WHEN p.age_low >= 18 AND p.age_high <= 75 THEN 'in_range' ELSE 'date_imprecise' END::reason AS r0,
  CASE WHEN p.age_high < 18 OR (p.age_low >= 18 AND p.age_low <= 75 AND p.age_high > 75) THEN p.age_high ELSE p.age_low END AS x0,
  CAST(NULL AS DATE) AS d0, CAST(NULL AS VARCHAR) AS f0,
  CASE WHEN i1.pid IS NULL THEN 'fail'::verdict ELSE wanted(i1.t) END AS v1, CASE WHEN i1.pid IS NULL THEN 'absent'::reason ELSE said(i1.t, CASE i1.lead WHEN 1 THEN i1.r1 WHEN 2 THEN i1.r2 ELSE i1.r3 END, FALSE) END AS r1,
  CASE i1.lead WHEN 1 THEN i1.x1 WHEN 2 THEN i1.x2 ELSE i1.x3 END AS x1, CASE i1.lead WHEN 1 THEN i1.d1 WHEN 2 THEN i1.d2 ELSE i1.d3 END AS d1, CASE i1.lead WHEN 1 THEN i1.f1 WHEN 2 THEN i1.f2 ELSE i1.f3 END AS f1,
  CASE WHEN i2.pid IS NULL THEN 'unknown'::verdict ELSE wanted(i2.truth) END AS v2, CASE WHEN i2.pid IS NULL THEN 'no_record'::reason ELSE said(i2.truth, CASE i2.lead WHEN 1 THEN i2.r1 WHEN 2 THEN i2.r2 ELSE i2.r3 END, FALSE) END AS r2,
  CASE i2.lead WHEN 1 THEN i2.x1 WHEN 2 THEN i2.x2 ELSE i2.x3 END AS x2, CASE i2.lead WHEN 1 THEN i2.d1 WHEN 2 THEN i2.d2 ELSE i2.d3 END AS d2, CASE i2.lead WHEN 1 THEN i2.f1 WHEN 2 THEN i2.f2 ELSE i2.f3 END AS f2,
  wanted(i3.t) AS v3, said(i3.t, COALESCE(i3.r, 'no_record'), FALSE) AS r3,
  i3.x AS x3, i3.d AS d3, i3.f AS f3,
  wanted(i4.t) AS v4, CASE WHEN i4.pid IS NULL THEN 'no_record'::reason ELSE said(i4.t, CASE i4.lead WHEN 1 THEN CASE WHEN i4.t1 IS NOT NULL THEN 'value' WHEN i4.y <> '' THEN i4.y ELSE 'value_censored' END ELSE CASE WHEN i4.t2 IS NOT NULL THEN 'value' ELSE i4.r2 END END::reason, FALSE) END AS r4,
  shown(CASE i4.lead WHEN 1 THEN CASE WHEN i4.t1 IS FALSE THEN i4.a ELSE i4.b END ELSE CASE WHEN i4.t2 IS FALSE THEN i4.high ELSE i4.low END END) AS x4, CASE WHEN i4.t IS FALSE THEN i4.ad ELSE i4.bd END AS d4, CASE WHEN i4.t IS FALSE THEN i4.af ELSE i4.bf END AS f4,
  wanted(i5.t) AS v5, CASE WHEN i5.pid IS NULL THEN 'can_be_given'::reason WHEN i5.t IS NULL THEN i5.why WHEN i5.t THEN 'in_range' ELSE 'value_out_of_range' END AS r5,
  shown(CASE i5.lead WHEN 0 THEN i5.low WHEN 1 THEN CASE WHEN i5.t1 IS FALSE THEN i5.high ELSE i5.low END WHEN 2 THEN CASE WHEN i5.t2 IS FALSE THEN i5.low2 ELSE i5.high2 END END) AS x5, i5.d AS d5, i5.f AS f5,
  CASE WHEN e1.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e1.t) END AS v6, CASE WHEN e1.pid IS NULL THEN 'absent'::reason ELSE said(e1.t, e1.r, TRUE) END AS r6,
  e1.x AS x6, e1.d AS d6, e1.f AS f6,
  vetoed(e2.t) AS v7, said(e2.t, COALESCE(e2.r, 'no_record'), TRUE) AS r7,
  e2.x AS x7, e2.d AS d7, e2.f AS f7,
  vetoed(e3.t) AS v8, said(e3.t, COALESCE(e3.r, 'no_record'), TRUE) AS r8,
  e3.x AS x8, e3.d AS d8, e3.f AS f8,
  CASE WHEN e4.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e4.t) END AS v9, CASE WHEN e4.pid IS NULL THEN 'absent'::reason ELSE said(e4.t, e4.r, TRUE) END AS r9,
  e4.x AS x9, e4.d AS d9, e4.f AS f9,
  CASE WHEN e5a.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e5a.t) END AS v10, CASE WHEN e5a.pid IS NULL THEN 'absent'::reason ELSE said(e5a.t, e5a.r, TRUE) END AS r10,
  e5a.x AS x10, e5a.d AS d10, e5a.f AS f10,
  CASE WHEN e5b.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e5b.t) END AS v11, CASE WHEN e5b.pid IS NULL THEN 'absent'::reason ELSE said(e5b.t, e5b.r, TRUE) END AS r11,
  e5b.x AS x11, e5b.d AS d11, e5b.f AS f11,
  CASE WHEN e6a.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e6a.t) END AS v12, CASE WHEN e6a.pid IS NULL THEN 'absent'::reason ELSE said(e6a.t, e6a.r, TRUE) END AS r12,
  e6a.x AS x12, e6a.d AS d12, e6a.f AS f12,
  CASE WHEN e6b.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e6b.t) END AS v13, CASE WHEN e6b.pid IS NULL THEN 'absent'::reason ELSE said(e6b.t, e6b.r, TRUE) END AS r13,
  e6b.x AS x13, e6b.d AS d13, e6b.f AS f13,
  CASE WHEN e6c.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e6c.t) END AS v14, CASE WHEN e6c.pid IS NULL THEN 'absent'::reason ELSE said(e6c.t, e6c.r, TRUE) END AS r14,
  e6c.x AS x14, e6c.d AS d14, e6c.f AS f14,
  vetoed(e6d.t) AS v15, said(e6d.t, COALESCE(e6d.r, 'no_record'), TRUE) AS r15,
  CASE WHEN NOT e6d.missing THEN shown(CASE WHEN e6d.t IS FALSE THEN e6d.low ELSE e6d.high END) END AS x15, CASE WHEN e6d.t IS FALSE THEN e6d.ad ELSE e6d.bd END AS d15, CASE WHEN e6d.t IS FALSE THEN e6d.af ELSE e6d.bf END AS f15,
  CASE WHEN e7a.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e7a.t) END AS v16, CASE WHEN e7a.pid IS NULL THEN 'absent'::reason ELSE said(e7a.t, e7a.r, TRUE) END AS r16,
  e7a.x AS x16, e7a.d AS d16, e7a.f AS f16,
  vetoed(e7b.t) AS v17, said(e7b.t, COALESCE(e7b.r, 'no_record'), TRUE) AS r17,
  e7b.x AS x17, e7b.d AS d17, e7b.f AS f17,
  CASE WHEN e7c.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e7c.t) END AS v18, CASE WHEN e7c.pid IS NULL THEN 'absent'::reason ELSE said(e7c.t, e7c.r, TRUE) END AS r18,
  e7c.x AS x18, e7c.d AS d18, e7c.f AS f18,
  CASE WHEN e8.pid IS NULL THEN 'pass'::verdict ELSE vetoed(e8.t) END AS v19, CASE WHEN e8.pid IS NULL THEN 'absent'::reason ELSE said(e8.t, e8.r, TRUE) END AS r19,
  e8.x AS x19, e8.d AS d19, e8.f AS f19,
  CASE WHEN p.sex = 'male' THEN 'pass'::verdict ELSE vetoed(e9.truth) END AS v20, CASE WHEN p.sex = 'male' THEN 'in_range'::reason ELSE said(e9.truth, COALESCE(e9.r, 'not_asked'), TRUE) END AS r20,
  e9.x AS x20, e9.d AS d20, e9.f AS f20,
  'not_assessed'::verdict AS v21, 'judgement'::reason AS r21,
  CAST(NULL AS DOUBLE) AS x21, CAST(NULL AS DATE) AS d21, CAST(NULL AS VARCHAR) AS f21
FROM people AS p
LEFT JOIN i1 ON i1.pid = p.pid
LEFT JOIN i2 ON i2.pid = p.pid
LEFT JOIN i3 ON i3.pid = p.pid
LEFT JOIN i4 ON i4.pid = p.pid
LEFT JOIN i5 ON i5.pid = p.pid
LEFT JOIN pleas AS e1 ON e1.crit = 'E1' AND e1.pid = p.pid
LEFT JOIN e2 ON e2.pid = p.pid
LEFT JOIN e3 ON e3.pid = p.pid
LEFT JOIN pleas AS e4 ON e4.crit = 'E4' AND e4.pid = p.pid
LEFT JOIN pleas AS e5a ON e5a.crit = 'E5a' AND e5a.pid = p.pid
LEFT JOIN pleas AS e5b ON e5b.crit = 'E5b' AND e5b.pid = p.pid
LEFT JOIN pleas AS e6a ON e6a.crit = 'E6a' AND e6a.pid = p.pid
LEFT JOIN pleas AS e6b ON e6b.crit = 'E6b' AND e6b.pid = p.pid
LEFT JOIN pleas AS e6c ON e6c.crit = 'E6c' AND e6c.pid = p.pid
LEFT JOIN e6d ON e6d.pid = p.pid
LEFT JOIN pleas AS e7a ON e7a.crit = 'E7a' AND e7a.pid = p.pid
LEFT JOIN e7b ON e7b.pid = p.pid
LEFT JOIN pleas AS e7c ON e7c.crit = 'E7c' AND e7c.pid = p.pid
LEFT JOIN pleas AS e8 ON e8.crit = 'E8' AND e8.pid = p.pid
LEFT JOIN e9 ON e9.pid = p.pid AND p.sex <> 'male';
