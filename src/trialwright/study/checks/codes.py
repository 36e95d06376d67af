"""Every finding of a methodologist's check, by code, with what it means."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.terms.message import Message, message

CODES: Mapping[str, Message] = {
    "vacuous": message("a rule that nobody can fail, although it does not say so"),
    "unsatisfiable": message("a rule that nobody can pass"),
    "always_passes": message("a reading that says itself that everybody passes"),
    "never_decides": message(
        "a rule that can neither be passed nor failed, so that the criterion stays open"
    ),
    "contradiction": message("criteria that nobody can pass together"),
    "threshold_out_of_reach": message("a part of a rule that is the same for everybody"),
    "warning_never_shown": message("a warning of a reading whose rule nobody can meet"),
    "empty_window": message("a window of time that holds no day"),
    "empty_range": message("limits between which no number lies"),
    "population_differs": message("the ages or the sex of the study page are not those of the criteria"),
    "unused_concept": message("concepts that no rule and no other part of the study uses"),
    "unused_definition": message("a named part of rules, or a parameter, that nothing uses"),
    "open_world_decided_by_silence": message(
        "a verdict from an empty record, where no record does not mean no"
    ),
    "surrogate_never_decides": message(
        "a substitute measurement that decides in no reading of its criterion"
    ),
    "factor_not_analysed": message("a factor of the allocation that no main method of the analysis has"),
    "visit_out_of_order": message(
        "a visit planned on the days of another, or before one that stands above it"
    ),
    "readings_identical": message("two readings of a criterion with the same rule"),
    "criteria_identical": message("two criteria with the same rule"),
    "same_text_other_rule": message("two criteria that quote the same text and compute different things"),
    "chosen_without_because": message("a chosen reading without a reason of its own"),
    "untranslated": message("a text whose translation is not in the other language"),
}
"""What each code means. `untranslated` is also found on loading, where one of the two texts is empty."""
