"""How concepts are written in the hospital: by the study's name, or by the code of a public code system.

Source: the study's concept list (`concepts.csv`), with some ICD-10 and ATC codes from below those listed.
"""

from __future__ import annotations

CODED: dict[str, tuple[str, ...]] = {
    "sledai_2k": ("trialwright|sledai-2k",),
    "chronicity_index": ("trialwright|nih-chronicity-index",),
    "biopsy_class": ("trialwright|isn-rps-2003-class",),
    "biopsy_tma": ("trialwright|biopsy-tma",),
    "acr_1997_item": ("trialwright|acr-1997-item",),
    "cytopenia_due_to_sle": ("trialwright|cytopenia-due-to-sle",),
    "steroid_for_airway_disease": ("trialwright|steroid-for-airway-disease",),
    "wishes_pregnancy": ("trialwright|wishes-pregnancy",),
    "refuses_contraception": ("trialwright|refuses-contraception",),
    "breastfeeding": ("snomed|413712001",),
    "pregnant": ("snomed|77386006",),
    "investigator_unsuitable": ("trialwright|investigator-unsuitable",),
    "admission": ("trialwright|admission",),
    "sle": ("snomed|55464009", "icd10|M32.1", "icd10|M32.8", "icd10|M32.9"),
    "lupus_nephritis": ("snomed|68815009", "icd10|M32.14"),
    "hepatitis_b": ("snomed|66071002", "icd10|B16", "icd10|B16.9", "icd10|B18.1"),
    "hepatitis_c": ("snomed|50711007", "icd10|B17.1", "icd10|B18.2"),
    "tuberculosis": ("snomed|56717001", "icd10|A15", "icd10|A15.0", "icd10|A16.2"),
    "cmv_pneumonia": ("snomed|7678002", "icd10|B25.0"),
    "invasive_fungal_infection": ("snomed|3218000", "icd10|B44.1", "icd10|B45", "icd10|B37.1"),
    "syphilis": ("snomed|76272004", "icd10|A53.9"),
    "hiv": ("snomed|86406008", "icd10|B20"),
    "peptic_ulcer": ("snomed|13200003", "icd10|K27", "icd10|K27.9"),
    "drug_abuse": ("snomed|26416006",),
    "alcohol_abuse": ("snomed|15167005",),
    "severe_cardiovascular_disease": ("trialwright|severe-cvd",),
    "copd": ("snomed|13645005", "icd10|J44", "icd10|J44.9"),
    "asthma": ("snomed|195967001", "icd10|J45", "icd10|J45.9"),
    "malignant_hypertension": ("snomed|70272006", "icd10|I10.0"),
    "active_infection": ("snomed|40733004",),
    "methylprednisolone_iv": ("rxnorm|6902", "atc|H02AB04"),
    "prednisone_oral": ("rxnorm|8640", "rxnorm|8638", "atc|H02AB07", "atc|H02AB06"),
    "mycophenolate": ("rxnorm|68149", "rxnorm|7145", "atc|L04AA06"),
    "cyclophosphamide": ("rxnorm|3002", "atc|L01AA01"),
    "tacrolimus": ("rxnorm|42316", "atc|L04AD02"),
    "ciclosporin": ("rxnorm|3008", "atc|L04AD01"),
    "leflunomide": ("rxnorm|27169", "atc|L04AA13", "atc|L04AK01"),
    "ivig": ("atc|J06BA02",),
    "azathioprine": ("rxnorm|1256", "atc|L04AX01"),
    "tripterygium_glycosides": ("trialwright|tripterygium",),
    "belimumab": ("rxnorm|1092437", "atc|L04AG04"),
    "rituximab": ("rxnorm|121191", "atc|L01FA01"),
    "antibiotic_iv": ("atc|J01", "atc|J01DD04", "atc|J01CR05"),
    "dialysis": ("snomed|108241001", "snomed|265764009", "snomed|302497006"),
    "kidney_transplant": ("snomed|70536003",),
    "plasma_exchange": ("snomed|20720000",),
    "double_filtration_plasmapheresis": ("trialwright|dfpp",),
    "mycophenolate_allergy": ("rxnorm|68149", "rxnorm|7145"),
    "tacrolimus_allergy": ("rxnorm|42316",),
    "belimumab_allergy": ("rxnorm|1092437",),
}
"""Codes by concept. Measurements have theirs beside the unit they are reported in (`analytes`)."""

KIND: dict[str, str] = {
    **dict.fromkeys(("dialysis", "kidney_transplant", "plasma_exchange"), "procedure"),
    "double_filtration_plasmapheresis": "procedure",
    **dict.fromkeys(("mycophenolate_allergy", "tacrolimus_allergy", "belimumab_allergy"), "allergy"),
}
"""Kinds of what is present or absent, where it is not a condition."""

ROUTE: dict[str, str] = {
    "methylprednisolone_iv": "iv",
    "antibiotic_iv": "iv",
    "ivig": "iv",
    "prednisone_oral": "po",
    "cyclophosphamide": "iv",
    "belimumab": "iv",
    "rituximab": "iv",
}
"""Routes as recorded; the rest is taken by mouth."""
