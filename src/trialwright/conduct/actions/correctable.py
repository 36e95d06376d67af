"""What can be corrected, how it is named, and whether it can be taken back as a whole; the action is `correct`."""

from __future__ import annotations

from typing import NamedTuple

from trialwright.terms.message import Message, message


class Correctable(NamedTuple):
    """A kind of entry. `target`: how a correction names it; `changes`: what of it can be changed, and how; `removal`: how one that is none is taken back."""

    target: str
    what: Message
    changes: Message
    removal: Message


_WHOLE = message("`values.recorded=false`")
_ANEW = message("nothing; it is taken back and recorded anew")
_LEAVES = message("no: `withdraw_consent` and `report_deviation`")

CORRECTABLE: tuple[Correctable, ...] = (
    Correctable(
        "FORM RECORD",
        message("a form, named by its visit and its id (`week_2/urine`), a log as `/LOG/N`"),
        message("every item: `item.GROUP.ITEM=VALUE UNIT`"),
        message("`'item.*=not_done:entered_in_error'`, with a reason of the study's list"),
    ),
    Correctable(
        "demographics",
        message("sex and date of birth"),
        message("`values.sex`, `values.birth`"),
        message("no: who is not the participant leaves the trial (`withdraw_consent`)"),
    ),
    Correctable(
        "consent/N", message("a consent, in the order of recording"), message("`values.date`"), _LEAVES
    ),
    Correctable("enrolment", message("the enrolment"), message("`values.date`"), _LEAVES),
    Correctable(
        "allocation",
        message("the arm"),
        message("`values.arm`, where a person assigned it and typed another one; never where it was drawn"),
        _LEAVES,
    ),
    Correctable(
        "visit/ID",
        message("a visit that took place or was missed"),
        message("`values.date`; `values.missed=false` of one that was not missed"),
        message("`values.recorded=false`, once nothing stands there"),
    ),
    Correctable(
        "dose/N",
        message("a dose"),
        message(
            "`values.start`, `end`, `amount`, `unit`, `lot`, `expiry`, `started`, `stopped`, `reaction`; its visit is not changed: it is taken back and recorded anew"
        ),
        _WHOLE,
    ),
    Correctable("hold/N", message("an interruption, in the order of recording"), _ANEW, _WHOLE),
    Correctable("stop/N", message("a stop for good, in the order of recording"), _ANEW, _WHOLE),
    Correctable(
        "rescue/N",
        message("a rescue therapy, in the order of recording"),
        message("`values.date`, `therapy`, `text`"),
        _WHOLE,
    ),
    Correctable(
        "ae/N",
        message("an adverse event"),
        message("everything, by the action `update_ae`"),
        _WHOLE,
    ),
    Correctable(
        "deviation/N",
        message("a deviation"),
        message("`values.severity`; of one that a person reported also `category`, `date`, `visit`, `text`"),
        message(
            "`values.recorded=false` of one that a person reported; others go with what they follow from"
        ),
    ),
    *(
        Correctable(target, what, message("`values.date`"), _WHOLE)
        for target, what in (
            ("death", message("a death")),
            ("withdrawal", message("a withdrawal of consent")),
            ("loss", message("a loss to follow-up")),
            ("completion", message("the completion of the study")),
        )
    ),
)
"""Every kind of entry that `correct` knows, in the order of a participant's course."""
