"""The actions: everything people do in a trial, one file each.

An action looks at the trial and proposes one event, or refuses with reasons; it never writes and never guesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import get_args

from trialwright.conduct.action import Action
from trialwright.study.delegation import SEE_ALLOCATION, ActionName

_NAMES: tuple[str, ...] = (*get_args(ActionName), SEE_ALLOCATION)


class _Actions(Mapping[str, Action]):
    """The actions by name; the file of an action is imported when it is asked for."""

    def __getitem__(self, name: str) -> Action:
        if name not in _NAMES:
            raise KeyError(name)
        action: Action = import_module(f"trialwright.conduct.actions.{name}").ACTION
        return action

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


ACTIONS: Mapping[str, Action] = _Actions()
