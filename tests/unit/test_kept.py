"""What is derived from something that never changes is derived once, and again only for something else."""

from __future__ import annotations

from dataclasses import replace

from trialwright.record.participant import FormRecord, ItemValue, Participant
from trialwright.terms.kept import Kept


def test_a_result_is_made_once_for_the_same_thing() -> None:
    kept, of, made = Kept(), object(), list[int]()

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [kept.get("a", of, make), kept.get("a", of, make)] == [0, 0]
    assert kept.get("b", of, make) == 1  # another name
    assert kept.get("a", object(), make) == 2  # made from something else
    assert kept.get("a", of, make) == 3  # only the last is kept


def weight(value: str) -> ItemValue:
    return ItemValue(
        1, 1, "body.weight", "weight", value, "kg", "", "body_weight", "measurement", "2026-01-05", "", ""
    )


def with_weight(value: str) -> Participant:
    form = FormRecord("screening/vital_signs", "screening", "vital_signs", 1, {"body.weight": weight(value)})
    return Participant("a-001", "a", forms={form.id: form})


def test_a_copy_keeps_nothing_of_what_it_was_copied_from() -> None:
    before = with_weight("60")
    assert [fact.value for fact in before.facts()] == ["60"]
    form = before.forms["screening/vital_signs"]
    changed = replace(form, items={"body.weight": weight("61")})
    after = replace(before, forms={form.id: changed})
    assert [fact.value for fact in after.facts()] == ["61"]
    assert [fact.value for fact in before.facts()] == ["60"]


def test_what_is_kept_makes_no_two_participants_different() -> None:
    one, other = with_weight("60"), with_weight("60")
    one.facts()
    assert one == other
    assert repr(one) == repr(other)
