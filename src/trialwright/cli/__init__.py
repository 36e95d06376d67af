"""The same actions and reports from a terminal. Joins the rooms below; decides nothing itself.

Exit codes: 0 done, 2 usage, 3 study invalid, 4 records unreadable, 5 some records skipped, 6 the answer is no, 1 bug.
"""

from trialwright.cli.main import main

__all__ = ["main"]
