"""What a methodologist finds in a study: rules that never decide, contradictions, silence taken for an answer.

Reads the definition only, never a record of a person, and changes nothing. A finding about a reading that is not
chosen is a warning or a note; a study with nothing worse than these can run.
"""

from trialwright.study.checks.codes import CODES
from trialwright.study.checks.examined import Examined
from trialwright.study.checks.possible.domains import OLDEST
from trialwright.study.checks.registry import CHECKS, check_study

__all__ = ["CHECKS", "CODES", "OLDEST", "Examined", "check_study"]
