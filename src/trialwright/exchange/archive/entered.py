"""What was typed for an event, as far as it must be a number, a day or an answer offered; a masked text may be anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from trialwright.conduct.actions import ACTIONS
from trialwright.conduct.actions.consent import check_birth
from trialwright.conduct.actions.give_dose import check_amount, check_unit
from trialwright.conduct.dosing.amounts import read_dose
from trialwright.exchange.archive.course import Course
from trialwright.exchange.archive.known import KnownStudy
from trialwright.terms.message import Message, message

Texts = Mapping[str, str | None]


class _Typed(NamedTuple):
    data: Mapping[str, Any]
    course: Course
    known: KnownStudy
    texts: Texts

    def text(self, value: Any) -> str | None:
        """A text that stands in the event, or was typed for it; None where it is masked."""
        return value if type(value) is str else self.texts[value["entered"]]


def find_problem(
    written: Mapping[str, Any], course: Course | None, known: KnownStudy, texts: Texts
) -> Message | None:
    """What was typed for an event and cannot stand there; None where nothing is wrong."""
    reason = texts[written["reason"]] if written["reason"] else None
    if reason is not None and not reason.strip() and ACTIONS[written["action"]].reason == "required":
        return message("{action} needs a reason.", action=written["action"])
    check = READ.get(written["type"])
    if check is None or course is None:
        return None
    return check(_Typed(written["data"], course, known, texts))


def _birth(typed: _Typed) -> Message | None:
    text = typed.text(typed.data["birth"])
    return _born(text, typed.data["date"])


def _born(text: str | None, day: str) -> Message | None:
    """Nothing is said of the birth itself: what is printed may be seen by anybody."""
    if text is None or check_birth(text, day) is None:
        return None
    return message("The birth is no day, month or year before the consent.")


def _form(typed: _Typed) -> Message | None:
    form = typed.known.forms[typed.data["form"]]
    for entry in typed.data["items"]:
        value = entry["value"]
        if type(value) is str:
            continue
        text, place = typed.texts[value["entered"]], form.places.get(entry["path"])
        if text is not None and place is not None and not typed.known.reads(place.item, text):
            return message("What was entered at {path} is no value of this item.", path=entry["path"])
    return None


def _dose(typed: _Typed) -> Message | None:
    amount, unit = typed.text(typed.data["amount"]), typed.text(typed.data["unit"])
    return _amount(amount, unit)


def _amount(amount: str | None, unit: str | None) -> Message | None:
    """An amount with its unit; what is masked or was not corrected may be any."""
    read = read_dose("1" if amount is None else amount, "mg" if unit is None else unit)
    if read is None or check_amount(amount or "") or check_unit(unit or ""):
        return message("A dose has an amount, which is a number above 0, and its unit.")
    return None


def _corrected(typed: _Typed) -> Message | None:
    values = typed.data["values"]
    if typed.data["target"] == "demographics" and "birth" in values:
        text = typed.text(values["birth"])
        return _born(text, typed.course.consent)
    if typed.data["target"].startswith("dose/"):
        return _amount(*(typed.text(values[name]) if name in values else None for name in ("amount", "unit")))
    return None


READ: Final[Mapping[str, Callable[[_Typed], Message | None]]] = {
    "consented": _birth,
    "form_recorded": _form,
    "form_corrected": _form,
    "dose_given": _dose,
    "corrected": _corrected,
}
"""By type of event: how its texts are read."""
