"""What can be true at once: rules refuted by pushing bounds through formulas, for every person there could be.

A refutation is a proof under the ranges of `domains`; where none is found within the budget the answer is "perhaps".
Never guesses that something is impossible, never reads a record.
"""

from trialwright.study.checks.possible.claims import Claim, DeadEnd
from trialwright.study.checks.possible.ranges import Range
from trialwright.study.checks.possible.search import Goal, Possible

__all__ = ["Claim", "DeadEnd", "Goal", "Possible", "Range"]
