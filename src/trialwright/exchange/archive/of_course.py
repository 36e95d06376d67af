"""Consent, screening, enrolment, allocation and the end of a course: what must agree with the events before."""

from __future__ import annotations

from trialwright.exchange.archive.at import At, lies_before, needs, not_known, not_recorded
from trialwright.record.content import CASEBOOK
from trialwright.terms.message import Message, message

_VERDICTS = frozenset({"pass", "fail", "unknown", "not_assessed"})


def check_consent(at: At) -> Message | None:
    """The screening number is made of the site and the counter; the version is one that the site approved by then."""
    ((series, number),) = at.written["series"].items()
    site = at.written["site"]
    if (at.written["stream"], series) != (f"participant/{site}-{number:03d}", f"screening/{site}"):
        return message("Its number is another than the counter gave.")
    return check_approved(at)


def check_approved(at: At) -> Message | None:
    """The version that is consented to was approved at the site by that day."""
    since = at.place.approved.get(at.data["version"]) if at.place else None
    if since is None:
        return message("The site had not approved the version that it names.")
    return lies_before(at.data["date"], since) if at.data["date"] < since else None


def check_consented_anew(at: At) -> Message | None:
    """To another version than before, on no earlier day."""
    if at.data["date"] < at.course.consented:
        return lies_before(at.data["date"], at.course.consented)
    return (
        message("The consent is to this version already.")
        if at.data["version"] == at.course.version
        else None
    )


def check_verdict(at: At) -> Message | None:
    """Every criterion of the definition once; the verdict is what they give together (somebody who died is ineligible)."""
    found = {each["verdict"] for each in at.data["criteria"].values()}
    if at.data["criteria"].keys() != at.known.criteria or not found <= _VERDICTS:
        return message("These are not the criteria of the definition in force.")
    together = "ineligible" if "fail" in found else "undetermined" if "unknown" in found else "eligible"
    verdict = at.data.get("verdict", "eligible")
    if verdict != together and verdict != "ineligible":
        return message("The verdict is another than its criteria give.")
    return None


def check_first_or_again(at: At) -> Message | None:
    """A first screening stands once, another one after it."""
    again = "screened" in at.course.reached
    if again == (at.written["action"] == "re_screen"):
        return None
    return (
        message("It cannot follow an event of the type {type}.", type="screened")
        if again
        else needs("screened")
    )


def check_enrolment(at: At) -> Message | None:
    """Under the number of the counter, by consent to the version in force, after screening, with every criterion passed."""
    ((_, number),) = at.written["series"].items()
    if at.data["enrolment_number"] != f"E{number:03d}":
        return message("Its number is another than the counter gave.")
    if at.course.version != at.written["study_version"]:
        return message("The consent is to another version.")
    if at.data["date"] < at.course.screened:
        return lies_before(at.data["date"], at.course.screened)
    passed = all(each["verdict"] in ("pass", "not_assessed") for each in at.data["criteria"].values())
    return None if passed else message("A criterion did not pass.")


def check_allocation(at: At) -> Message | None:
    """Under the number of the counter, after enrolment, to an arm of the study."""
    ((_, number),) = at.written["series"].items()
    if at.data["number"] != number:
        return message("Its number is another than the counter gave.")
    if at.data["date"] < at.course.enrolled:
        return lies_before(at.data["date"], at.course.enrolled)
    return check_arm(at) if at.data["arm"] or not at.known.blind else None


def check_arm(at: At) -> Message | None:
    """An arm of the study."""
    return None if at.data["arm"] in at.known.arms else not_known(at.data["arm"])


def check_target(at: At) -> Message | None:
    """What is signed or verified is a visit on record, or the casebook."""
    target = at.data["target"]
    return None if target == CASEBOOK or target in at.course.visits else not_recorded(target)


def check_completed(at: At) -> Message | None:
    """Every scheduled visit after screening is on record, none of a later day."""
    left = [
        id
        for id, one in at.known.visits.items()
        if one.scheduled and one.epoch != "screening" and id not in at.course.visits
    ]
    if left:
        return not_recorded(left[0])
    last = max((visit.date for visit in at.course.visits.values()), default="")
    return lies_before(at.data["date"], last) if at.data["date"] < last else None
