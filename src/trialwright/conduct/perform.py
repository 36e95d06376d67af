"""Doing an action: who may, when, on what it was decided; one event or a refusal.

The caller gives the clock, the secret (if it may hold it) and the store; nothing here looks at either by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from trialwright.conduct.action import Action, BadArgument, Refusal, Values
from trialwright.conduct.actions import ACTIONS
from trialwright.conduct.standing import study_locked
from trialwright.conduct.trial import STUDY, Secret, Trial, View
from trialwright.record.books import Delegation
from trialwright.record.event import Call, Event, Proposal
from trialwright.record.ledger import CallReused, Earlier, Moved, repeats, says_same_of_call
from trialwright.study.delegation import DelegationTable, Role
from trialwright.terms.message import Message, message
from trialwright.terms.visible import shortened

CALL_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
"""It stands in the ledger as it is and cannot be masked, so there is no room for a name in it."""

LONGEST = 100_000
"""The most characters of a text. **Source**: ICH E2B(R3), H.1, the narrative of a case: 100,000, the longest of a trial."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call: `id` names it once for all; the same id again gives the event it gave.

    `site`: where it is done, '' for the study as a whole. `expect`: stream positions the caller had on the screen.
    `at`: the moment, with its offset. `opening`: the definition's version, for open_study only.
    """

    id: str
    action: str
    account: str
    at: datetime
    site: str = ""
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    expect: Mapping[str, int] = field(default_factory=dict)
    opening: str = ""


def perform(trial: Trial, request: Request, *, secret: Secret | None = None) -> Event | Refusal:
    """Do what a request asks, or say why not.

    Raises `BadArgument` for arguments that cannot be read, `KeyError` for an action that does not exist, `ValueError`
    for a moment without its offset.
    """
    if request.at.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC")
    if not CALL_ID.fullmatch(request.id):
        raise BadArgument(message("A call id is 1 to 64 letters of the alphabet, digits and hyphens."))
    _check_lengths(request)
    action = ACTIONS[request.action]
    values = Values(action, request.values)
    answer = _once(trial, action, request, values, secret)
    if isinstance(answer, Moved) and not request.expect:
        with trial.store.holding():  # another writer came first; now nobody does
            answer = _once(trial, action, request, values, secret)
    return _changed(answer) if isinstance(answer, Moved) else answer


def _check_lengths(request: Request) -> None:
    """Refuse a text that nobody typed, before it is kept and hashed for ever."""
    for name, text in (("reason", request.reason), *_texts("", request.values)):
        if len(text) > LONGEST:
            raise BadArgument(
                message(
                    "`{name}` is {count} characters long; a text has at most {most}.",
                    name=shortened(name),
                    count=f"{len(text):,}",
                    most=f"{LONGEST:,}",
                )
            )


def _texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Every text in the values of a call, with the name under which it stands."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield name, str(key)
            yield from _texts(str(key), inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _texts(name, inner)


def _once(
    trial: Trial, action: Action, request: Request, values: Values, secret: Secret | None
) -> Event | Refusal | Moved:
    done = trial.store.call(request.id)
    if done is None:
        decided = _decide(trial, action, request, values, secret)
        if isinstance(decided, Refusal):
            return decided
        try:
            return trial.store.append(*decided)
        except CallReused:  # by somebody who came first
            done = trial.store.call(request.id)
            if done is None:
                raise
    return _again(trial, done, action, request, values, secret)


def _decide(
    trial: Trial, action: Action, request: Request, values: Values, secret: Secret | None
) -> tuple[Proposal, Call] | Refusal:
    moment = request.at.astimezone(UTC)
    call = _call(action, request)
    view = View(trial, call, moment, secret)
    view.looked.update(request.expect)
    problem = _check_time(trial, call) or _check_reason(action, request)
    if problem:
        return problem
    if action.name != "open_study":
        role = _role(view, action)
        if isinstance(role, Refusal):
            return role
        view.call = call = replace_call(call, role.id, view)
        problem = _check_open(view, action)
    problem = problem or _check_place(action, request)
    if problem:
        return problem
    proposal = action.decide(view, values)
    if isinstance(proposal, Refusal):
        return proposal
    if proposal.type not in action.writes:
        raise RuntimeError(f"{action.name} does not say that it writes {proposal.type}")
    if not trial.reads(proposal, view.call):
        return Refusal((message("What this would record could not be read again; nothing was written."),))
    return replace(proposal, decided_on={**view.looked, **proposal.decided_on}), view.call


def _call(action: Action, request: Request) -> Call:
    """The call as it was made; the role in which it is made is not known yet."""
    moment = request.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Call(
        request.id,
        moment,
        request.account,
        "",
        request.site,
        action.name,
        request.reason,
        request.opening,
    )


def replace_call(call: Call, role: str, view: View) -> Call:
    """The call with the role in which it is made and the version of the definition in force."""
    version = view.version or view.trial.study.version
    return call._replace(role=role, study_version=version)


def _again(
    trial: Trial, event: Event, action: Action, request: Request, values: Values, secret: Secret | None
) -> Event | Refusal:
    """The event that the call gave, if it is the same call: decided anew where it was decided, it gives the same."""
    if action.says_again is not None:
        same = says_same_of_call(event, _call(action, request), trial.store.text)
        return event if same and action.says_again(event, values) else _other(event, request)
    before = next((one for one in trial.store.events() if one.position == event.position - 1), None)
    then = Trial(Earlier(trial.store, head=before), trial.definition)
    moment = datetime.fromisoformat(event.at)
    decided = _decide(then, action, replace(request, at=moment, expect={}), values, secret)
    if isinstance(decided, Refusal) or not repeats(event, *decided, trial.store.text):
        return _other(event, request)
    return event


def _other(event: Event, request: Request) -> Refusal:
    return Refusal(
        (
            message(
                "The call id {id} was used already, for {action}: event {position} says something else.",
                id=request.id,
                action=event.action,
                position=event.position,
            ),
        )
    )


def _changed(moved: Moved) -> Refusal:
    return Refusal(
        (
            message(
                "Changed since you opened it: {stream} was at {then}, it is at {now}. Look again, then repeat.",
                stream=moved.stream,
                then=moved.decided_on,
                now=moved.now,
            ),
        )
    )


def _check_time(trial: Trial, call: Call) -> Refusal | None:
    head = trial.store.head
    if head is not None and call.at < head.at:
        return Refusal(
            (
                message(
                    "The clock went back: the last event is of {last}, this one would be of {now}.",
                    last=head.at,
                    now=call.at,
                ),
            )
        )
    return None


def _check_reason(action: Action, request: Request) -> Refusal | None:
    if action.reason == "required" and not request.reason.strip():
        return Refusal((message("{action} needs a reason.", action=action.name),))
    return None


def _check_place(action: Action, request: Request) -> Refusal | None:
    about = action.place == "participant" or request.values.get("participant")
    if not request.site and (action.place == "site" or about):
        return Refusal((message("{action} is done at a site; name it.", action=action.name),))
    if request.site and action.place == "study":
        return Refusal((message("{action} is done for the whole study; name no site.", action=action.name),))
    return None


def _role(view: View, action: Action) -> Role | Refusal:
    """The first role of the account, in the order of the delegation table in force here, that may do the action."""
    if not view.study.opened:
        return Refusal((message("The study is not open."),))
    table = view.delegation
    if table is None:
        return Refusal((message("The study definition has no delegation table, so nobody may do anything."),))
    held = roles_of(view, view.call.actor)
    at_site = bool(view.call.site)
    allowed = [role for role in table.roles if role.id in held and role.may_do(action.name, at_site=at_site)]
    if allowed:
        return allowed[0]
    if not held:
        return Refusal(
            (
                message("{account} holds no role here.", account=view.call.actor),
                *_needed(table, action, at_site),
            )
        )
    return Refusal(
        (
            message(
                "{account} is {roles} here; that role may not {action}.",
                account=view.call.actor,
                roles=tuple(sorted(held)),
                action=action.name,
            ),
            *_needed(table, action, at_site),
        )
    )


def _needed(table: DelegationTable, action: Action, at_site: bool) -> tuple[Message, ...]:
    roles = tuple(role.title for role in table.roles if role.may_do(action.name, at_site=at_site))
    return (message("It may be done by: {roles}.", roles=roles),) if roles else ()


def roles_of(view: View, account: str) -> frozenset[str]:
    """The roles an account holds now, at the view's site and for the whole study: given and not revoked.

    The ledger's order decides, not its days: where it is still yesterday, a role revoked today is gone as well.
    """

    def held(delegations: tuple[Delegation, ...]) -> list[str]:
        return [one.role for one in delegations if one.account == account and not one.end]

    here = view.site.delegations if view.call.site else ()
    return frozenset((*held(view.study.delegations), *held(here)))


def _check_open(view: View, action: Action) -> Refusal | None:
    if view.study.locked and not action.locked:
        return study_locked(view)
    if not view.call.site or action.name == "open_site":
        return None
    if view.place is None:
        return Refusal((message("The study has no site {site}.", site=view.call.site),))
    if not view.site.opened:
        return Refusal((message("The site {site} is not open.", site=view.call.site),))
    if action.place == "participant" and not view.version:
        return Refusal(
            (message("The site {site} has approved no version of the study yet.", site=view.call.site),)
        )
    return None


__all__ = ["STUDY", "Event", "Proposal", "Request", "perform", "roles_of"]
