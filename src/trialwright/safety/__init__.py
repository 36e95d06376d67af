"""Safety: laboratory grades, reporting clocks, alerts, stopping rules, the tables of adverse events.

Looks at one participant, or counts over all, at a position of the ledger. Never gives a grade that only a clinician can
judge, never takes silence for "no event", never computes endpoints, sends nothing and reads no clock.

`grading`: assess_grade; `lab_grades`: derive_lab_grades, derive_worst_grades; `reporting`: plan_reports, due_on;
`alerts`: assess_alerts; `stopping`: plan_boundary, compute_operating_characteristics, assess_stopping;
`adverse_events`: derive_adverse_events, derive_event_counts; `exposure`: derive_exposure; `findings`: check_safety.
"""
