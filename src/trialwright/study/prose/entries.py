"""Deciding parts of a finding before they become sentences: those that say the same of several concepts share one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple

from trialwright.logic.finding import Finding
from trialwright.logic.nodes import Window
from trialwright.logic.reasons import REASONS
from trialwright.record.fact import Fact
from trialwright.study.prose.figures import Prose, either, listed
from trialwright.study.prose.records import when
from trialwright.study.prose.words import Words
from trialwright.terms.message import Message, message


class Entry(NamedTuple):
    """One deciding part: entries with the same `key` are said together, by `say` of all their items in order."""

    key: Hashable
    item: Any
    say: Callable[[list[Any]], Message]


def gather(entries: Iterable[Entry]) -> list[Message]:
    """The sentences of entries, in the order in which each first appears."""
    groups: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.key, []).append(entry)
    return [group[0].say([entry.item for entry in group]) for group in groups.values()]


def single(sentence: Message) -> Entry:
    """A sentence that stands for itself; the same one twice is said once."""
    return Entry(sentence, sentence, lambda items: sentence)


def silent(concept: str, window: Window, words: Words) -> Entry:
    """Nothing is recorded of a concept in a window."""

    def say(concepts: list[str]) -> Message:
        names = either([words.label(name) for name in concepts])
        return message("No record of {names} {window}.", names=names, window=words.within(window))

    return Entry(("silent", window), concept, say)


def absent(concept: str, fact: Fact, words: Words) -> Entry:
    """Somebody asked, and a concept is recorded as absent."""
    date = when(fact)

    def say(concepts: list[str]) -> Message:
        return message("{names}: recorded as absent {date}.", names=_names(concepts, words), date=date)

    return Entry(("absent", date), concept, say)


def answered(concept: str, fact: Fact, words: Words, *, truth: bool) -> Entry:
    """The answer to a yes/no question."""
    date = when(fact)

    def say(concepts: list[str]) -> Message:
        names = _names(concepts, words)
        if truth:
            return message("{names}: yes {date}.", names=names, date=date)
        return message("{names}: no {date}.", names=names, date=date)

    return Entry(("answered", truth, date), concept, say)


def on_record(concept: str, fact: Fact, words: Words) -> Entry:
    """There is a result, whatever it says."""
    return single(
        message("{names}: a result is recorded {date}.", names=words.title(concept), date=when(fact))
    )


def missing(concept: str, reason: str, window: Window | None, words: Words) -> Entry:
    """Nothing is recorded where something is needed; `window`: the time that counts."""

    def say(concepts: list[str]) -> Message:
        names = _names(concepts, words)
        if window is None:
            return message("{names}: {reason}.", names=names, reason=REASONS[reason])
        return message(
            "{names}: {reason} ({span}).", names=names, reason=REASONS[reason], span=words.span(window)
        )

    return Entry(("missing", reason, window), concept, say)


def _names(concepts: list[str], words: Words) -> Prose:
    first, *rest = dict.fromkeys(concepts)
    return listed([words.title(first), *(words.label(name) for name in rest)])


def deciding_fact(leaf: Finding) -> Fact | None:
    """The fact that decided a leaf, if a record did; one record may give facts of several concepts under one id."""
    if leaf.fact is None:
        return None
    ends = () if leaf.bounds is None else (leaf.bounds.low_fact, leaf.bounds.high_fact)
    candidates = [fact for fact in (*ends, *leaf.facts) if fact is not None]
    return next((fact for fact in candidates if fact.fact == leaf.fact), None)
