"""What a rule of a form may refer to: everything a criterion may, the items of the form by their bare names, the visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trialwright.logic import nodes as n
from trialwright.study import grammar as g
from trialwright.study.complaints import suggest
from trialwright.study.criteria import KINDS, Kind, Scope
from trialwright.study.criteria.scope import Lowered, near
from trialwright.study.forms import Form, ItemGroup
from trialwright.terms.message import message

VISIT = "visit"
_SAID_OTHERWISE = frozenset(
    {"age", "sex", "always", "never", VISIT}
)  # words that mean the same in every rule


def entered_name(form: str, group: str, item: str) -> str:
    """The name under which rules read what was entered; it has points, so it is no concept of a study."""
    return f"{form}.{group}.{item}"


def visit_name(form: str) -> str:
    """The name under which the rules of a form read at which visit it is filled in."""
    return f"{form}..{VISIT}"


@dataclass
class FormScope(Scope):
    """What a rule of a form may refer to: everything a criterion may, and the items of the form by their bare names.

    `names`: the concepts that stand for items, by the word a rule writes; `None` where the word names more than one.
    `outside`: the scope of the study, in which its definitions mean what they mean everywhere.
    """

    names: Mapping[str, str | None] = field(default_factory=dict)
    outside: Scope | None = None

    def _definition(self, expression: g.Expression, name: str) -> Lowered:
        if self.outside is None:
            return super()._definition(expression, name)
        return self.outside._definition(expression, name)

    def _name(self, expression: g.Name, text: str) -> Lowered:
        if text not in self.names:
            known = {*_SAID_OTHERWISE, *self.definitions, *self.days, *self.concepts}
            if text in known or not suggest(text, self.names):
                return super()._name(expression, text)
            self.fail(expression, message("`{seen}` is not defined.", seen=text), near(text, self.names))
        name = self.names[text]
        if name is None:
            self.fail(
                expression,
                message("{seen} is the name of more than one item, or of one that repeats.", seen=text),
                message("In a rule, name an item of the same group, or one that stands once on the form."),
            )
        return self._entered(name)

    def quantity(self, text: str) -> n.Number:
        """Lower a whole rule to a number."""
        return self.number(g.parse_rule(text))

    def _entered(self, name: str) -> Lowered:
        pick = self.share(n.Pick(name, "latest", self.share(n.Window())))
        return n.IsYes(pick) if self.concepts[name].values == ("boolean",) else pick

    def _comparison(
        self, whole: g.Expression, left: g.Expression, operator: str, right: g.Expression
    ) -> n.Condition:
        if isinstance(left, g.Name) and isinstance(right, g.Name) and operator == "=":
            if self._is_coded(left.text):
                return self._membership(whole, left, (right.text,))
        return super()._comparison(whole, left, operator, right)

    def _membership(self, whole: g.Expression, left: g.Expression, texts: tuple[str, ...]) -> n.Condition:
        if isinstance(left, g.Name) and self._is_coded(left.text):
            values = self.concepts[self.names[left.text] or ""].values
            for text in texts:
                if text not in values:
                    said = message("{seen} is no answer of {item}.", seen=text, item=left.text)
                    self.fail(whole, said, near(text, values))
        return super()._membership(whole, left, texts)

    def _is_coded(self, word: str) -> bool:
        name = self.names.get(word)
        return name is not None and bool(self.concepts[name].values)


def _answered(call: g.Call, scope: Scope) -> n.Condition:
    argument = scope.one(call)
    word = argument.text if isinstance(argument, g.Name) else ""
    name = scope.names.get(word) if isinstance(scope, FormScope) else None
    if name is None:
        scope.fail(
            argument, message("Here the name of an item is needed."), message("Name one of this form.")
        )
    return n.Recorded(name, scope.share(n.Window()))


ANSWERED = Kind(
    "answered", message("something was entered for an item of the form"), "answered(end)", _answered
)
FORM_KINDS: Mapping[str, Kind] = {**KINDS, ANSWERED.name: ANSWERED}
"""The calls that rules of forms may use."""


def item_words(form: Form, own: ItemGroup | None) -> dict[str, str | None]:
    """What bare names mean in a group (`None`: the form as a whole): its own items first, then those asked once."""
    words: dict[str, str | None] = {}
    for group in form.groups:
        for item in group.items:
            single = not group.repeating and item.id not in words
            words[item.id] = entered_name(form.id, group.id, item.id) if single else None
    if own is not None:
        words |= {item.id: entered_name(form.id, own.id, item.id) for item in own.items}
    return {word: name for word, name in words.items() if word not in _SAID_OTHERWISE}
