"""T13. Whatever is done in the trial is an event: signatures, locks, queries, allocation, unblinding, versions.

**Source**: ICH E6(R3) 4.2.2(iii).
**Proves**: two trials, an open and a blinded one, in which every action there is was done; each left exactly one event that
names it, and a refused action leaves none.
**With the site**: exports and downloads, in the access journal.
"""

from __future__ import annotations

from collections import Counter

from tests.trust.course import mask_everything, walk
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.actions import ACTIONS


def test_every_action_leaves_one_event_that_names_it() -> None:
    open_label = Rehearsal()
    walk(open_label)
    mask_everything(open_label)
    blinded, who = at_stage("allocated", "bliss-ln")
    blinded.done("unblind", "investigator_a", site="a", reason="anaphylaxis", participant=who)
    blinded.done("see_allocation", "pharmacist_a", site="a", participant=who)
    done = Counter(event.action for event in open_label.store.events())
    assert set(done) | {event.action for event in blinded.store.events()} == set(ACTIONS)
    for rehearsal in (open_label, blinded):
        ids = [event.id for event in rehearsal.store.events()]
        assert len(ids) == len(set(ids))


def test_every_kind_of_event_comes_from_its_own_action(walked: Rehearsal) -> None:
    types: dict[str, set[str]] = {}
    for event in walked.store.events():
        types.setdefault(event.type, set()).add(event.action)
    shared = {"screened": {"screen", "re_screen"}}  # judged by the same rules, the second time with a reason
    assert {kind: actions for kind, actions in types.items() if len(actions) > 1} == shared


def test_a_refused_action_leaves_nothing() -> None:
    rehearsal, who = at_stage("enrolled")
    count = len(list(rehearsal.store.events()))
    for action in ("allocate", "give_dose", "enrol", "complete_study"):
        values = {"participant": who, "date": rehearsal.day}
        if action == "give_dose":
            values["intervention"] = "belimumab"
        rehearsal.refused(action, "investigator_a", site="a", values=values)
    assert len(list(rehearsal.store.events())) == count
