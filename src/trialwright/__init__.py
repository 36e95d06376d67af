"""Trialwright: a clinical trial as data.

`ls` here reads like a trial: `study` is the definition, `record` what happened, `eligibility` who may join.
Each room's `__init__` says what it is for and what it must never do.
"""

__version__ = "0.1.0"
