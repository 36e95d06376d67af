"""The study in words, in every language of the catalogue: its rules, what was found for one person, all of it.

Says what the nodes compute and nothing else; never decides anything, never opens a catalogue or a file.
"""

from trialwright.study.prose.document import Document
from trialwright.study.prose.explain import explain
from trialwright.study.prose.findings import say, say_leaf
from trialwright.study.prose.rules import Outline, describe, outline
from trialwright.study.prose.words import Words
from trialwright.study.prose.writers import to_html, to_json, to_markdown

__all__ = [
    "Document",
    "Outline",
    "Words",
    "describe",
    "explain",
    "outline",
    "say",
    "say_leaf",
    "to_html",
    "to_json",
    "to_markdown",
]
