"""Safety: laboratory grades, reporting clocks, alerts, stopping rules, the tables of adverse events.

Looks at one participant, or counts over all, as known on a day. Never gives a grade that only a clinician can judge, never
takes silence for "no event", computes no endpoint, sends nothing and reads no clock.

`rules`: lower_safety; `findings`: check_safety; `grading`: assess_grade; `lab_grades`: derive_lab_grades,
derive_worst_grades; `reporting`: plan_reports, due_on; `products`: find_products; `alerts`: assess_alerts; `boundary`: plan_boundary,
compute_probability, compute_operating_characteristics; `stopping`: derive_counted, assess_stopping; `adverse_events`:
derive_adverse_events, derive_event_counts, derive_worst_events, derive_event_summary; `exposure`: derive_exposure,
derive_follow_up; `reasons`: REASONS.
"""
