"""The study in words, in every language of the catalogue: its rules, and what was found for one person.

Says what the nodes compute and nothing else; never decides anything, never opens a catalogue or a file.
The whole definition as a document is in `prose.explain`, which whoever only says findings need not load.
"""

from trialwright.study.prose.findings import say, say_leaf
from trialwright.study.prose.rules import Outline, describe, outline
from trialwright.study.prose.words import Words

__all__ = ["Outline", "Words", "describe", "outline", "say", "say_leaf"]
