"""The outside world, in and out: one folder per standard, shared pieces beside them.

Reads and writes; never decides eligibility, never guesses what a source means, loses nobody silently.
"""
