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
    assert kept.get("a", of, make) == 0  # it was not the last, but one of the last
    for _ in range(Kept.LAST):
        kept.get("a", object(), make)
    assert kept.get("a", of, make) == 7  # now it is gone


def test_a_result_is_made_again_where_a_part_is_another() -> None:
    kept, of = Kept(), object()

    def total(*parts: int) -> int:
        return kept.get("total", of, lambda: sum(parts), parts=parts)

    assert [total(1, 2), total(1, 3), total(1, 2)] == [3, 4, 3]


def test_of_many_things_only_new_ones_are_made() -> None:
    kept, of, made = Kept(), object(), list[str]()

    def make(thing: str) -> str:
        made.append(thing)
        return thing.upper()

    assert kept.each("letters", of, ("a", "b"), make) == ("A", "B")
    assert kept.each("letters", of, ("b", "c"), make) == ("B", "C")
    assert made == ["a", "b", "c"]
    kept.each("letters", object(), ("b",), make)
    assert made[-1] == "b"


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
