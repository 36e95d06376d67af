"""Design, arms, interventions and outcomes of a record as the parts of a study folder."""

from __future__ import annotations

from trialwright.exchange.ctgov.fields import Json, read_part, read_parts, read_text, read_texts
from trialwright.exchange.ctgov.vocabulary import INTERVENTION_LABELS, make_id, read_phase, read_word
from trialwright.exchange.ctgov.yaml_text import NOT_STATED, Plain, clean, maybe_english

_LEVELS = (
    ("primary", "primaryOutcomes", "P"),
    ("secondary", "secondaryOutcomes", "S"),
    ("exploratory", "otherOutcomes", "X"),
)
_NO_OBJECTIVE = "The record states no objective; these are its {level} outcomes."
_NO_OBJECTIVE_ZH = {
    "primary": "登记记录未写明研究目的；此处列出其主要结局。",
    "secondary": "登记记录未写明研究目的；此处列出其次要结局。",
    "exploratory": "登记记录未写明研究目的；此处列出其他结局。",
}


def read_design(design: Json) -> dict[str, Plain]:
    """The design in our words; fields that do not apply (observational studies have no arms) are absent."""
    info = read_part(design, "designInfo")
    return clean(
        (
            ("study_type", read_word(read_text(design, "studyType"))),
            ("phases", [read_phase(phase) for phase in read_texts(design, "phases")]),
            ("allocation", read_word(read_text(info, "allocation"))),
            ("intervention_model", read_word(read_text(info, "interventionModel"))),
            ("masking", read_word(read_text(read_part(info, "maskingInfo"), "masking"))),
            ("primary_purpose", read_word(read_text(info, "primaryPurpose"))),
            ("enrollment", _read_enrollment(read_part(design, "enrollmentInfo"))),
        )
    )


def _read_enrollment(enrollment: Json) -> dict[str, Plain]:
    count = _read_count(enrollment)
    return {"count": count} | clean((("type", read_word(read_text(enrollment, "type"))),)) if count else {}


def _read_count(enrollment: Json) -> str:
    count = enrollment.get("count")
    return str(count) if isinstance(count, int) and not isinstance(count, bool) else ""


def read_outcomes(outcomes: Json) -> tuple[list[Plain], list[Plain]]:
    """Objectives and endpoints. A record has outcomes only, so each level gets one objective that says so."""
    objectives: list[Plain] = []
    endpoints: list[Plain] = []
    for level, field, letter in _LEVELS:
        ids: list[Plain] = []
        for number, outcome in enumerate(read_parts(outcomes, field), start=1):
            ids.append(f"{letter}{number}")
            endpoints.append(
                clean(
                    (
                        ("id", f"{letter}{number}"),
                        ("level", level),
                        ("title", maybe_english(read_text(outcome, "measure")) or NOT_STATED),
                        ("description", maybe_english(read_text(outcome, "description"))),
                        ("time_frame", maybe_english(read_text(outcome, "timeFrame")) or NOT_STATED),
                    )
                )
            )
        if ids:
            text: Plain = {"en": _NO_OBJECTIVE.format(level=level), "zh": _NO_OBJECTIVE_ZH[level]}
            objectives.append({"id": f"O{letter}", "level": level, "text": text, "endpoints": ids})
    return objectives, endpoints


def read_arms(module: Json) -> tuple[list[Plain], list[Plain]]:
    """Interventions and arms. An arm names its interventions and an intervention its arms; both are read.

    Of several interventions with one name an arm has those that name the arm. A group without a type (in
    observational studies) is `other`, as is an intervention without one.
    """
    interventions: list[Plain] = []
    by_label: dict[str, list[str]] = {}
    by_name: dict[str, list[str]] = {}
    by_arm: dict[str, list[str]] = {}
    taken: dict[str, int] = {}
    for one in read_parts(module, "interventions"):
        kind, name = read_text(one, "type"), read_text(one, "name")
        key = make_id(name, fallback="intervention", taken=taken)
        by_label.setdefault(f"{INTERVENTION_LABELS.get(kind, kind)}: {name}", []).append(key)
        by_name.setdefault(name, []).append(key)
        for label in read_texts(one, "armGroupLabels"):
            by_arm.setdefault(label, []).append(key)
        interventions.append(
            clean(
                (
                    ("id", key),
                    ("type", read_word(kind or "OTHER")),
                    ("title", maybe_english(name) or NOT_STATED),
                    ("description", maybe_english(read_text(one, "description"))),
                )
            )
        )
    arms: list[Plain] = []
    taken = {}
    for arm in read_parts(module, "armGroups"):
        label = read_text(arm, "label")
        naming = by_arm.get(label, [])
        named: list[str] = []
        for name in read_texts(arm, "interventionNames"):
            candidates = by_label.get(name) or by_name.get(name.partition(": ")[2], [])
            named += [key for key in candidates if key in naming] or candidates
        arms.append(
            clean(
                (
                    ("id", make_id(label, fallback="arm", taken=taken)),
                    ("type", read_word(read_text(arm, "type") or "OTHER")),
                    ("title", maybe_english(label) or NOT_STATED),
                    ("description", maybe_english(read_text(arm, "description"))),
                    ("interventions", list(dict.fromkeys(named + naming))),
                )
            )
        )
    return interventions, arms
