"""Forms as they are filled in: what may be entered, what is asked back, what is calculated, what is written down.

Never decides anything clinical: rules and ranges are those of the study definition and of the site. What cannot be
judged is neither demanded nor refused.
"""

from trialwright.conduct.forms.check import check_entries, find_asked
from trialwright.conduct.forms.entry import CODES, WHOLE, Checked, Entry, Fault, FormContext
from trialwright.conduct.forms.ranges import pick_range
from trialwright.conduct.forms.recorded import (
    changed_items,
    entries_of,
    is_calculated,
    merged_entries,
    written_items,
)

__all__ = [
    "CODES",
    "WHOLE",
    "Checked",
    "Entry",
    "Fault",
    "FormContext",
    "changed_items",
    "check_entries",
    "entries_of",
    "find_asked",
    "is_calculated",
    "merged_entries",
    "pick_range",
    "written_items",
]
