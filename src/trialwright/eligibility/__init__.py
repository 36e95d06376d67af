"""Eligibility: verdicts for one person, calendar, population search, funnel, effect of readings.

Never reads a file, never decides what a study leaves open; unknown is not no.
"""
