"""What was taken back of a participant, as people read it."""

from __future__ import annotations

from trialwright.record.participant import TakenBack
from trialwright.reports.coded import coded
from trialwright.study.model import Study
from trialwright.study.prose.figures import unit_words
from trialwright.study.schedule import visit_title
from trialwright.terms.message import Message, Text, message


def say_entry(study: Study, gone: TakenBack) -> Message | Text | str:
    """What an entry that was taken back had said, without its day: the dose, what was interrupted, the term.

    A masked text is gone.
    """
    kind, entry = gone.target.partition("/")[0], gone.entry
    intervention = study.intervention_title(entry["intervention"]) if "intervention" in entry else ""
    match kind:
        case "dose":
            return message(
                "Dose of {intervention}: {amount} {unit}",
                intervention=intervention,
                amount=entry["amount"],
                unit=unit_words(entry["unit"]),
            )
        case "hold":
            return message("Interruption of {intervention}", intervention=intervention)
        case "stop":
            return message("Stop of {intervention} for good", intervention=intervention)
        case "rescue":
            return message("Rescue therapy: {therapy}", therapy=coded("therapy", gone.what))
        case "ae":
            return message("Adverse event: {term}", term=gone.what or message("(masked)"))
        case "visit":
            return message(
                "Visit: {visit}", visit=visit_title(study.schedule, gone.visit, entry["encounter"])
            )
        case _:
            titles = {form.id: form.title for form in (study.forms.forms if study.forms else ())}
            return message("Form, nothing done: {form}", form=titles.get(gone.what, gone.what))
