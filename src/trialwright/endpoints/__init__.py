"""Endpoints: response at a visit, derived endpoints under each estimand, analysis sets.

Reads a study's analysis plan and one participant at a time; never a form, a file or a clock, and never estimates anything.
"""
