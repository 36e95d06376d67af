"""Words for the codes in a trace: categories of response, methods, what was done, roles; a code without words stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trialwright.terms.message import Message, Text, message

if TYPE_CHECKING:
    from trialwright.record.event import Event
    from trialwright.study.model import Study

METHODS: Mapping[str, Message] = {
    "count": message("counted"),
    "recorded": message("as recorded"),
    "describe": message("summarised"),
    "exposure": message("what was taken, added up"),
    "response": message("judged by the definition of response"),
    "worst grade": message("the worst grade of each participant"),
}
"""What is done to the rows where no statistical method is applied."""

Word = Message | Text | str


class TraceWords:
    """The words of one study; `study` None where there is none (a published result)."""

    def __init__(self, study: Study | None) -> None:
        plan = study.analysis if study else None
        self._categories: dict[str, Text] = {}
        for response in plan.responses if plan else ():
            # The chosen definition names a category that several have.
            for name in (response.chosen, *response.readings):
                for each in response.readings[name].categories:
                    self._categories.setdefault(each.id, each.title)
        titles: dict[str, set[Text]] = {}
        for method in plan.methods if plan else ():
            titles.setdefault(method.method, set()).add(method.title)
        self._methods = {name: found.pop() for name, found in titles.items() if len(found) == 1}
        roles = study.delegation.roles if study and study.delegation else ()
        self._roles = {role.id: role.title for role in roles}

    def value(self, value: object) -> object:
        """What a participant's row says: the title of a category in place of its id."""
        return self._categories.get(value, value) if isinstance(value, str) else value

    def method(self, name: str) -> Word:
        """A method, with what was applied of it behind a colon."""
        main, _, applied = name.partition(": ")
        said: Word = METHODS.get(main) or self._methods.get(main) or main
        return message("{method}: {applied}", method=said, applied=applied) if applied else said

    def done(self, event: Event) -> Word:
        """What was done, in the words of the action that wrote the event."""
        from trialwright.conduct.actions import ACTIONS

        return ACTIONS[event.action].about if event.action in ACTIONS else event.type

    def role(self, event: Event) -> Word:
        """The role in which it was done."""
        return self._roles.get(event.role, event.role)
