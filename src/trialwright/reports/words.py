"""Words of the reports that several pages share: verdicts, kinds of data, what could not be read, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.logic.reasons import REASONS
from trialwright.study.model import Study
from trialwright.terms.message import Message, message

SYNTHETIC: Message = message(
    "SYNTHETIC DATA: nobody in this report exists. It is no evidence about patients."
)


def running_line(result: Mapping[str, Any], study: Study) -> Message:
    """What stands on every printed page of a result: study, version, day, and that its people are made up."""
    line = message(
        "{study} · reference date {day} · study version {version}",
        study=study.identity.acronym or study.id,
        day=result["on"],
        version=result["study_version"].removeprefix("sha256:")[:12],
    )
    return message("SYNTHETIC DATA · {line}", line=line) if result.get("synthetic") else line


OVERALL: Mapping[str, Message] = {
    "eligible": message("eligible"),
    "undetermined": message("undetermined"),
    "ineligible": message("ineligible"),
}

VERDICTS: Mapping[str, Message] = {
    "pass": message("pass"),
    "fail": message("fail"),
    "unknown": message("still unknown"),
    "not_assessed": message("not assessed"),
}

MARKS: Mapping[str, str] = {
    "pass": "✓", "fail": "✗", "unknown": "?", "not_assessed": "–",
    "eligible": "✓", "ineligible": "✗", "undetermined": "?",
}  # fmt: skip
"""A sign beside every verdict, so that nothing hangs on its colour."""

MODES: Mapping[str, Message] = {
    "search": message("search of records"),
    "screening": message("screening at the bedside"),
}

MODE_NOTES: Mapping[str, Message] = {
    "search": message("for diagnoses, treatments and allergies no record means no"),
    "screening": message("what is not recorded is unknown"),
}

TYPES: Mapping[str, Message] = {
    "inclusion": message("inclusion"),
    "exclusion": message("exclusion"),
}

KINDS: Mapping[str, Message] = {
    "measurement": message("measurement"),
    "condition": message("condition"),
    "exposure": message("exposure"),
    "procedure": message("procedure"),
    "allergy": message("allergy"),
    "finding": message("finding"),
}

SKIPPED: Mapping[str, Message] = {
    "archive_member_unreadable": message("a file of the archive cannot be read"),
    "birth_unreadable": message("the birth date cannot be read"),
    "columns_wrong": message("the line has too many or too few columns"),
    "concept_missing": message("no code and no name says what it is"),
    "date_missing": message("there is no date"),
    "date_unreadable": message("the date cannot be read"),
    "death_repeated": message("a second death of the same person; the first stays"),
    "death_unreadable": message("the date of death cannot be read"),
    "end_before_start": message("it ends before it starts"),
    "fact_repeated": message("the id occurs a second time; the first stays"),
    "file_empty": message("the file is empty"),
    "file_too_large": message("the file is larger than one document may be"),
    "file_truncated": message("the file breaks off"),
    "file_unreadable": message("the file cannot be read"),
    "json_unreadable": message("this is no readable JSON"),
    "kind_unknown": message("the kind of record is not known"),
    "kind_wrong": message("the kind of record does not fit the concept"),
    "line_too_long": message("the line is longer than a line may be"),
    "not_fhir": message("this is no FHIR resource"),
    "person_missing": message("it does not say whose record it is"),
    "person_repeated": message("the person occurs a second time; the first stays"),
    "person_unknown": message("the person is not among the persons of the source"),
    "quotes_unbalanced": message("a quotation mark is not closed"),
    "range_unreadable": message("the reference range cannot be read"),
    "resource_malformed": message("the resource is malformed"),
    "route_unreadable": message("the route cannot be read"),
    "row_unreadable": message("the line cannot be read"),
    "sex_unreadable": message("the sex cannot be read"),
    "status_cancelled": message("cancelled"),
    "status_do_not_perform": message("it says what is not to be done"),
    "status_draft": message("a draft"),
    "status_entered_in_error": message("entered in error"),
    "status_intended": message("intended, not done"),
    "status_not_done": message("not done"),
    "status_not_taken": message("not taken"),
    "status_plan": message("planned, not done"),
    "status_planned": message("planned, not done"),
    "status_preparation": message("in preparation, not done"),
    "status_proposal": message("proposed, not done"),
    "status_registered": message("registered, no result yet"),
    "table_unreadable": message("the table cannot be read"),
    "text_undecodable": message("the text is in another encoding"),
    "value_implausible": message("the value lies outside what the study's forms accept for its participants"),
    "value_unreadable": message("the value cannot be read"),
    "vocabulary_missing": message("the vocabulary table is missing"),
}


def reason_words(code: str) -> Message | str:
    """What the reason code of a finding says; the code itself where it is none of ours."""
    return REASONS.get(code, code)


def skipped_words(code: str) -> Message | str:
    """Why a record was skipped; the code itself where it is none of ours."""
    return SKIPPED.get(code, code)


def kind_word(kind: str) -> Message | str:
    """The word for a kind of record."""
    return KINDS.get(kind, kind)
