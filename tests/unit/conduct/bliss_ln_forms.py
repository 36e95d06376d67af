"""A participant's screening for BLISS-LN on paper: made up, and every criterion passes on 1 June 2026."""

from __future__ import annotations

from tests.unit.conduct.forms_support import checklist, printed, table
from trialwright.conduct.forms import Entry

STUDY = "bliss-ln"


def screening() -> dict[str, dict[str, Entry]]:
    return {
        "medical_history": {
            **printed("history", "condition", "occurred", "conditions_asked", study=STUDY),
            **printed("medication", "medicine", "taken", "medicines_asked", study=STUDY),
            **printed("allergies", "substance", "known", "allergens", study=STUDY),
            **table("""
                history[2].occurred   | true
                history[2].start      | 2025-11
                history[2].ongoing    | true
                medication[7].taken   | true
                medication[7].start   | 2026-05-20
                medication[7].ongoing | true"""),
        },
        "acr_items": checklist("acr_items", "items", ["renal", "ana"], study=STUDY),
        "biopsy": table("report.biopsied_on | 2026-04-20\nreport.biopsy_class | III+V"),
        "screening_questions": table("""
            judgement.active_disease  | true
            judgement.induction_needed | false
            strata.induction_regimen  | mycophenolate
            strata.black_race         | false"""),
        "serology": table("""
            antibodies.sampled_on  | 2026-05-28
            antibodies.ana         | true
            antibodies.anti_dsdna  | 44 | [IU]/mL
            viruses.virus_sampled_on | 2026-05-28
            viruses.hiv            | false
            viruses.hbsag          | false
            viruses.hcv            | false"""),
        "reproduction": table("""
            questions.tested_on     | 2026-05-28
            questions.pregnant      | false
            questions.breastfeeding | false"""),
        "kidney": table("""
            urine.urine_on   | 2026-05-28
            urine.upcr       | 2.4 | g/g{creat}
            serum.serum_on   | 2026-05-28
            serum.creatinine | 1.0 | mg/dL"""),
    }


def vital_signs() -> dict[str, Entry]:
    """Vital signs of week 0."""
    return table("""
        body.weight             | 60    | kg
        circulation.systolic    | 128   | mm[Hg]
        circulation.diastolic   | 82    | mm[Hg]
        circulation.temperature | 36.6  | Cel""")
