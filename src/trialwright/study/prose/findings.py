"""What was found for one person: the deciding parts of a finding as sentences, with values and dates."""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.logic import nodes as n
from trialwright.logic.finding import Finding
from trialwright.logic.reasons import REASONS
from trialwright.study.prose.comparisons import compared
from trialwright.study.prose.entries import (
    Entry,
    absent,
    answered,
    deciding_fact,
    gather,
    on_record,
    silent,
    single,
)
from trialwright.study.prose.figures import both, sentences
from trialwright.study.prose.numbers import course_remarks
from trialwright.study.prose.records import dated, period
from trialwright.study.prose.rules import describe, name_sexes
from trialwright.study.prose.unknowns import unknown
from trialwright.study.prose.words import Words
from trialwright.terms.dates import Length
from trialwright.terms.message import Message, message

_SEXES = ("female", "male", "other", "unknown")


def say(verdict: str, reason: str, finding: Finding | None, words: Words) -> Message:
    """What decided one criterion for one person, in full sentences; every deciding part is in it.

    `verdict` and `reason` as assessed, `finding` what the rule gave (None where it was not asked).
    """
    if verdict == "not_assessed" or finding is None:
        if reason == "judgement":
            return message("Only an investigator can judge this; a search of records does not decide it.")
        return message("This is not assessed: {reason}.", reason=REASONS[reason])
    found = _sentences(_entries(finding, words))
    if reason == "record_unreadable" and finding.reason != reason:  # else it says so itself
        return message(
            "A record that this criterion needs could not be read, so it stays open. What could be read: {found}",
            found=found,
        )
    return found


def say_finding(finding: Finding, words: Words) -> Message:
    """What a finding rests on, in full sentences: all deciding parts in reading order."""
    return _sentences(_entries(finding, words))


def say_leaf(finding: Finding, words: Words) -> Message:
    """One deciding part as a sentence."""
    return _sentences(_leaf(finding, words))


def _sentences(entries: Iterable[Entry]) -> Message:
    return sentences(gather(entries))


def _entries(finding: Finding, words: Words) -> list[Entry]:
    """The deciding leaves in reading order; a test that leads to a mere constant is said in its place."""
    if not finding.parts:
        return _leaf(finding, words)
    entries: list[Entry] = []
    if isinstance(finding.leaf, n.When):
        constants = all(isinstance(leaf.leaf, n.Constant) for leaf in finding.leaves())
        outcome = _outcome(finding.leaf, finding.parts[0])
        if constants and outcome is not None:
            entries.append(single(_state(finding.leaf.test, words, truth=outcome)))
            if finding.truth is not None:
                return entries
    for part in finding.parts:
        if not (isinstance(part.leaf, n.Recorded) and part.truth and _is_shown(part.leaf.concept, finding)):
            entries += _entries(part, words)
    return entries


def _is_shown(concept: str, finding: Finding) -> bool:
    """Whether a sentence shows a result of the concept, so that its being recorded need not be said."""
    leaves = (leaf for leaf in finding.leaves() if not isinstance(leaf.leaf, n.Recorded))
    return any(fact.concept == concept for leaf in leaves for fact in leaf.facts)


def _outcome(node: n.When, part: Finding) -> bool | None:
    """Whether the test of a `When` was true, told from the branch that was taken; None where that cannot be told."""
    if node.then is node.otherwise or part.leaf is node.test:
        return None
    return part.leaf is node.then


def _state(node: n.Condition, words: Words, *, truth: bool) -> Message:
    """A test whose outcome is known, as a sentence."""
    if not truth and isinstance(node, n.Compare) and isinstance(node.left, n.Course) and node.operator == ">":
        course = node.left
        if isinstance(node.right, n.Literal) and node.right.value == 0:
            label, window = words.label(course.concept), words.within(course.window)
            remarks = course_remarks(course, words, weighed=False)
            if not remarks:
                return message("No record of {names} {window}.", names=label, window=window)
            return message(
                "No record of {names} {window} ({remarks}).",
                names=label,
                window=window,
                remarks=both(remarks),
            )
    if truth:
        return message("This holds: {rule}.", rule=describe(node, words))
    return message("This does not hold: {rule}.", rule=describe(node, words))


def _leaf(leaf: Finding, words: Words) -> list[Entry]:
    if isinstance(leaf.leaf, n.Constant):
        return [single(_constant(leaf.leaf))]
    if leaf.truth is None:
        return list(unknown(leaf, words))
    return [_decided(leaf, words, truth=leaf.truth)]


def _decided(leaf: Finding, words: Words, *, truth: bool) -> Entry:
    node, fact = leaf.leaf, deciding_fact(leaf)
    match node:
        case n.Compare():
            return compared(leaf, words)
        case n.Present():
            return _present(leaf, node, words)
        case n.Happened(event):
            return single(_happened(leaf, event, words))
        case n.IsYes(pick) if fact is not None:
            return answered(pick.concept, fact, words, truth=truth)
        case n.OneOf():
            return single(_coded(leaf, node, words))
        case n.SexIs(texts):
            return single(_sex(texts, truth=truth))
        case n.Recorded(concept, window):
            return silent(concept, window, words) if fact is None else on_record(concept, fact, words)
    return single(_state(node, words, truth=truth))


def _constant(node: n.Constant) -> Message:
    if node.truth is None:
        return message("This stays open: {reason}.", reason=REASONS[node.reason])
    if node.truth:
        return message("By this reading the condition always holds, whatever is recorded.")
    return message("By this reading the condition never holds, whatever is recorded.")


def _present(leaf: Finding, node: n.Present, words: Words) -> Entry:
    fact = deciding_fact(leaf)
    if leaf.truth is False:
        return silent(node.concept, node.window, words) if fact is None else absent(node.concept, fact, words)
    label = words.title(node.concept)
    if fact is None:
        return single(message("{label} is recorded {period}.", label=label, period=words.within(node.window)))
    if node.window == n.Window():
        return single(message("{label} is recorded {period}.", label=label, period=period(fact)))
    if node.window == n.Window(Length(0, "d")):
        return single(
            message(
                "{label} is recorded {period}, which includes the reference date.",
                label=label,
                period=period(fact),
            )
        )
    said = message(
        "{label} is recorded {period}, within {span}.",
        label=label,
        period=period(fact),
        span=words.span(node.window),
    )
    return single(said)


def _happened(leaf: Finding, event: str, words: Words) -> Message:
    title = words.event(event)
    if leaf.truth is False:
        return message("{event}: none came before the day of the visit.", event=title)
    if leaf.day is None:
        return message("{event} came before the day of the visit.", event=title)
    return message(
        "{event} came on {day}, before the day of the visit.", event=title, day=leaf.day.isoformat()
    )


def _coded(leaf: Finding, node: n.OneOf, words: Words) -> Message:
    fact = deciding_fact(leaf)
    concept = node.pick.concept
    index = int(leaf.value if leaf.value is not None else -1)
    value = words.coded(concept, index) if index >= 0 else message("no further item")
    number = describe(node.pick, words) if fact is None else dated(words.title(concept), value, fact)
    texts = both([words.coded(concept, each) for each in node.indexes])
    if len(node.indexes) == 1:
        if leaf.truth:
            return message("{number} is what is asked for.", number=number)
        return message("{number} is not {texts}.", number=number, texts=texts)
    if leaf.truth:
        return message("{number} is one of {texts}.", number=number, texts=texts)
    return message("{number} is none of {texts}.", number=number, texts=texts)


def _sex(texts: tuple[str, ...], *, truth: bool) -> Message:
    """What is known of the sex: one of these words if true, one of the others if false."""
    possible = tuple(word for word in _SEXES if (word in texts) == truth)
    excluded = tuple(word for word in _SEXES if word not in possible)
    if len(excluded) == 1:
        return message("The sex is not recorded as {sexes}.", sexes=name_sexes(excluded))
    return message("The sex is recorded as {sexes}.", sexes=name_sexes(possible))
