"""A participant's screening on paper: BEAM's forms as small tables, all of which can be recorded as they are.

The person is made up: a woman born on 1 January 1990, screened on 28 May 2026, who passes every criterion on 1 June.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from trialwright.conduct.forms import Checked, Entry, Fault, FormContext, check_entries
from trialwright.exchange.folder import read_study
from trialwright.record.books.study import Range
from trialwright.record.participant import FormRecord, Participant
from trialwright.study.form_rules import StudyForms, lower_forms
from trialwright.terms.message import Message, Text, render

VISIT = "2026-05-28"
TODAY = date(2026, 5, 29)
WOMAN = Participant("S001", "a", sex="female", birth="1990-01-01")
MAN = replace(WOMAN, sex="male")

RANGES = tuple(
    Range(concept, unit, low, high, sex, 18, 120, "2026-01-01")
    for concept, unit, low, high, sex in (
        ("serum_creatinine", "umol/L", "41", "81", "female"),
        ("serum_creatinine", "umol/L", "57", "111", "male"),
        ("alt", "U/L", "7", "40", ""),
        ("ast", "U/L", "13", "40", ""),
        ("bilirubin_total", "umol/L", "0", "23", ""),
    )
)
"""The reference ranges of a made-up laboratory."""


@cache
def forms(study: str = "beam") -> StudyForms:
    return lower_forms(read_study(study))


def table(text: str) -> dict[str, Entry]:
    """Entries from lines `path | value | unit | not done | date`; cells may be left out at the end."""
    entries = {}
    for line in text.strip().splitlines():
        path, *cells = (cell.strip() for cell in line.split("|"))
        entries[path] = Entry(*cells)
    return entries


def printed(group: str, about: str, answer: str, code_list: str, *, study: str = "beam") -> dict[str, Entry]:
    """Every printed row of a group answered no."""
    definition = forms(study).study.forms
    assert definition is not None
    rows = enumerate(definition.code_list(code_list).entries, start=1)
    return {
        path: Entry(value)
        for row, entry in rows
        for path, value in (
            (f"{group}[{row}].{about}", entry.value),
            (f"{group}[{row}].{answer}", "false"),
        )
    }


def checklist(form: str, group: str, yes: Iterable[str] = (), *, study: str = "beam") -> dict[str, Entry]:
    """Every item of a checklist answered, these with yes."""
    items = forms(study).form(form).group(group).items
    present = set(yes)
    return {f"{group}.{item.id}": Entry("true" if item.id in present else "false") for item in items}


def screening() -> dict[str, dict[str, Entry]]:
    """All forms of the screening visit, by form id, in the order in which they are filled in."""
    return {
        "demography": table("person.ethnic_group | han"),
        "vital_signs": table("""
            body.weight             | 60    | kg
            body.height             | 165   | cm
            circulation.systolic    | 128   | mm[Hg]
            circulation.diastolic   | 82    | mm[Hg]
            circulation.temperature | 36.6  | Cel"""),
        "medical_history": {
            **printed("history", "condition", "occurred", "conditions_asked"),
            **printed("medication", "medicine", "taken", "medicines_asked"),
            **printed("allergies", "substance", "known", "allergens"),
            **table("""
                history[2].occurred      | true
                history[2].start         | 2025-11-10
                history[2].ongoing       | true
                medication[7].taken      | true
                medication[7].daily_dose | 30 | mg/d
                medication[7].start      | 2026-05-26
                medication[7].ongoing    | true"""),
        },
        "acr_items": checklist(
            "acr_items", "items", ["malar_rash", "oral_ulcers", "renal", "immunologic", "ana"]
        ),
        "biopsy": table("""
            report.biopsied_on        | 2026-04-20
            report.light_microscopy   | true
            report.immunofluorescence | true
            report.electron_microscopy | true
            report.glomeruli          | 22
            report.biopsy_class       | IV
            report.activity_index     | 9  | {score}
            report.chronicity_index   | 1  | {score}
            report.tma                | false"""),
        "urine": table("""
            collection.ended_on   | 2026-05-28
            collection.protein    | 2.8  | g/(24.h)
            collection.volume     | 1800 | mL/(24.h)
            collection.creatinine | 1.05 | g/(24.h)
            sediment.sampled_on   | 2026-05-28
            sediment.rbc          | 180  | /uL
            sediment.wbc          | 3    | /[HPF]
            sediment.rbc_casts    | 1    | /[LPF]"""),
        "chemistry": table("""
            serum.sampled_on | 2026-05-28
            serum.creatinine | 80   | umol/L
            serum.albumin    | 26   | g/L
            serum.alt        | 24   | U/L
            serum.ast        | 22   | U/L
            serum.bilirubin  | 10   | umol/L
            serum.glucose    | 5.1  | mmol/L
            serum.potassium  | 4.2  | mmol/L"""),
        "haematology": table("""
            blood.sampled_on  | 2026-05-28
            blood.wbc         | 6.4  | 10*9/L
            blood.neutrophils | 4.1  | 10*9/L
            blood.lymphocytes | 1.6  | 10*9/L
            blood.haemoglobin | 108  | g/L
            blood.platelets   | 210  | 10*9/L"""),
        "immunology": table("""
            serum.sampled_on | 2026-05-28
            serum.c3         | 0.45 | g/L
            serum.c4         | 0.08 | g/L
            serum.anti_dsdna | 220  | [IU]/mL"""),
        "sledai": checklist(
            "sledai",
            "items",
            ["haematuria", "proteinuria", "urinary_casts", "low_complement", "increased_dna_binding"],
        ),
        "pregnancy_test": table("""
            test.tested_on | 2026-05-28
            test.sample    | serum
            test.positive  | false"""),
        "reproduction": table("""
            questions.wishes_pregnancy      | false
            questions.refuses_contraception | false
            questions.contraception         | copper device
            questions.breastfeeding         | false"""),
        "pulse": table("""
            given.pulse_given | true
            days[1].day       | 2026-05-23
            days[1].dose      | 500 | mg/d
            days[2].day       | 2026-05-24
            days[2].dose      | 500 | mg/d
            days[3].day       | 2026-05-25
            days[3].dose      | 0.5 | g/d"""),
        "screening_questions": table("""
            admission.admitted    | true
            admission.admitted_on | 2026-05-21
            judgement.unsuitable  | false"""),
    }


def context(
    participant: Participant = WOMAN, *, form: str = "", today: date = TODAY, visit: str = VISIT
) -> FormContext:
    return FormContext(
        participant=participant,
        record=f"screening/{form}",
        encounter="screening",
        visit_date=visit,
        today=today,
        ranges=RANGES,
    )


def check(
    form: str,
    changed: Mapping[str, Entry | None] | None = None,
    *,
    participant: Participant = WOMAN,
    study: str = "beam",
) -> Checked:
    """Check a form of the screening visit with some entries changed, or (`None`) left out."""
    entries: dict[str, Entry | None] = {**screening().get(form, {}), **(changed or {})}
    kept = {path: entry for path, entry in entries.items() if entry is not None}
    return check_entries(forms(study), form, kept, context(participant, form=form))


def recorded(participant: Participant, form: str, checked: Checked) -> Participant:
    """The participant after a form was recorded, as the ledger would tell it."""
    assert checked.refused == (), [said(fault) for fault in checked.refused]
    id = f"screening/{form}"
    number = len(participant.forms) + 1
    items = {value.path: value._replace(position=number, first=number) for value in checked.items}
    record = FormRecord(id, "screening", form, 1, items)
    return replace(participant, forms={**participant.forms, id: record})


def screened(
    changed: Mapping[str, Mapping[str, Entry | None]] | None = None, *, participant: Participant = WOMAN
) -> Participant:
    """The participant after all forms of the screening visit, with some entries changed."""
    asked = (
        screening()
        if participant.sex != "male"
        else {
            form: entries
            for form, entries in screening().items()
            if form not in ("pregnancy_test", "reproduction")
        }
    )
    for form in asked:
        checked = check(form, (changed or {}).get(form), participant=participant)
        participant = recorded(participant, form, checked)
    return participant


def said(fault: Fault) -> str:
    """A fault as a sentence in English."""
    return said_text(fault.message)


def said_text(words: Message | Text) -> str:
    return render(words, {})


def codes(faults: Iterable[Fault]) -> list[tuple[str, str]]:
    """Where and what."""
    return [(fault.path, fault.check or fault.code) for fault in faults]


def value_of(checked: Checked, path: str) -> str:
    """The value of an item, or the reason why it has none."""
    value = next(value for value in checked.items if value.path == path)
    return value.value or value.not_done
