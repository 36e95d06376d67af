"""Values of a record that a study cannot hold: words outside the registry's lists, dates that are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trialwright.exchange.ctgov.fields import Json, NotARegistryRecord, read_part, read_text
from trialwright.exchange.ctgov.vocabulary import read_phase, read_word
from trialwright.study.design import Arm, Enrollment, Intervention, StudyDesign
from trialwright.study.identity import Organisation, Population, Status, StatusDate
from trialwright.study.part import Part
from trialwright.terms.dates import UnreadableDate, parse_date
from trialwright.terms.message import message
from trialwright.terms.visible import shortened

Fits = Callable[[object], bool]

_LONGEST = 40


def _fits(model: type[Part], name: str) -> Fits:
    """Whether a word of the registry, in our spelling, is a value of this field of a study."""
    annotation: Any = model.model_fields[name].annotation
    wanted: TypeAdapter[object] = TypeAdapter(annotation)

    def fits(value: object) -> bool:
        try:
            wanted.validate_python(read_word(value) if isinstance(value, str) else value)
        except ValidationError:
            return False
        return True

    return fits


def _is_phase(value: object) -> bool:
    return _fits(StudyDesign, "phases")((read_phase(value),)) if isinstance(value, str) else True


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        parse_date(value.strip())
    except UnreadableDate:
        return False
    return True


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_yes_no(value: object) -> bool:
    return isinstance(value, bool)


_DATES = ("startDateStruct", "primaryCompletionDateStruct", "completionDateStruct")

CHECKED: Mapping[str, Fits] = {
    "statusModule.overallStatus": _fits(Status, "overall"),
    "statusModule.statusVerifiedDate": _is_date,
    "statusModule.studyFirstSubmitDate": _is_date,
    "statusModule.lastUpdateSubmitDate": _is_date,
    **{f"statusModule.{struct}.date": _is_date for struct in _DATES},
    **{f"statusModule.{struct}.type": _fits(StatusDate, "type") for struct in _DATES},
    "sponsorCollaboratorsModule.leadSponsor.class": _fits(Organisation, "organisation_class"),
    "sponsorCollaboratorsModule.collaborators.class": _fits(Organisation, "organisation_class"),
    "designModule.phases": _is_phase,
    "designModule.designInfo.allocation": _fits(StudyDesign, "allocation"),
    "designModule.designInfo.interventionModel": _fits(StudyDesign, "intervention_model"),
    "designModule.designInfo.primaryPurpose": _fits(StudyDesign, "primary_purpose"),
    "designModule.designInfo.maskingInfo.masking": _fits(StudyDesign, "masking"),
    "designModule.enrollmentInfo.count": _is_count,
    "designModule.enrollmentInfo.type": _fits(Enrollment, "type"),
    "armsInterventionsModule.armGroups.type": _fits(Arm, "type"),
    "armsInterventionsModule.interventions.type": _fits(Intervention, "type"),
    "eligibilityModule.sex": _fits(Population, "sex"),
    "eligibilityModule.healthyVolunteers": _is_yes_no,
}
"""Every field carried over that a study holds only in certain words, with the test of a value; lists item by item."""


@dataclass(slots=True)
class _Sieve:
    lost: list[str] = field(default_factory=list)

    def keep(self, value: object, path: str) -> object:
        """The value without what a study cannot hold; `None` in the place of a single value."""
        if isinstance(value, Mapping):
            return {name: self.keep(inner, f"{path}.{name}") for name, inner in value.items()}
        if isinstance(value, list):
            kept = [self.keep(inner, path) for inner in value]
            return [inner for inner in kept if inner is not None] if path in CHECKED else kept
        if value in (None, "") or path not in CHECKED or CHECKED[path](value):
            return value
        seen = " ".join(str(value).split())
        self.lost.append(f"{path} ({seen if len(seen) <= _LONGEST else seen[:_LONGEST] + '...'})")
        return None


def leave_out_unknown(protocol: Json) -> tuple[Json, tuple[str, ...]]:
    """The protocol section without values a study cannot hold, and these, each as its field with the value seen.

    Raises `NotARegistryRecord` for a type of study nobody knows: without it there is no study.
    """
    kind = read_text(read_part(protocol, "designModule"), "studyType")
    if not _fits(StudyDesign, "study_type")(kind):
        raise NotARegistryRecord(
            message(
                "The record's designModule.studyType is no type of study: {value}.", value=shortened(kind)
            )
        )
    sieve = _Sieve()
    kept = {name: sieve.keep(module, name) for name, module in protocol.items()}
    return kept, tuple(dict.fromkeys(sieve.lost))
