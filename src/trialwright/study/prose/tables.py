"""Small parts that documents are made of: headed sections, tables of labelled facts, lists within a cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialwright.study.criteria import Scope
from trialwright.study.grammar import RuleError, parse_rule
from trialwright.study.prose.document import Code, Heading, Inline, Lines, Table
from trialwright.study.prose.figures import Prose, clauses
from trialwright.study.prose.rules import describe
from trialwright.study.prose.words import Words
from trialwright.study.rules import rule_scope
from trialwright.terms.message import Message, Text, message


def section(title: Message, anchor: str) -> Heading:
    """The heading of a part of the document."""
    return Heading(2, title, anchor)


def facts(rows: Iterable[tuple[Message, Inline | None]]) -> Table:
    """A table of labels with what they say; those that say nothing are left out."""
    return Table(("", ""), tuple((label, said) for label, said in rows if said))


def listing(items: Iterable[Prose]) -> Inline:
    """Several things, one below the other; '' for none."""
    parts = tuple(items)
    return parts[0] if len(parts) == 1 else Lines(parts) if parts else ""


def text_of(parts: Sequence[Prose]) -> Prose:
    """Several remarks in one line; '' for none."""
    return clauses(parts) if parts else ""


def described(title: Prose, description: Text | None) -> Inline:
    """A title with its description."""
    if description is None:
        return title
    return message("{title}: {description}", title=title, description=description)


def qualified(what: Prose, remark: Prose) -> Prose:
    """A thing with a remark in brackets, if there is one."""
    return message("{thing} ({remark})", thing=what, remark=remark) if remark else what


def rule_in_words(text: str, words: Words, scope: Scope | None = None) -> Message | None:
    """A rule text in words; None for a rule of another part of the study, which only that part understands.

    `scope`: what rules of this part may use, where it is not what all may.
    """
    try:
        return describe((scope or rule_scope(words.study)).lower(parse_rule(text)), words)
    except RuleError:
        return None


def ruled(rule: str | None, words: Words, scope: Scope | None = None) -> Inline:
    """A rule in words, where there are any, above its text; `scope` as in `rule_in_words`."""
    if rule is None:
        return ""
    said = rule_in_words(rule, words, scope)
    return Code(rule) if said is None else Lines((said, Code(rule)))
