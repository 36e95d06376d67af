"""approve_version: a version of the definition is released for the study, then in force at a site from a day on.

The study level (the sponsor) releases a version; a site approves a released one from the day of its ethics approval.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import check_day, refuse
from trialwright.conduct.trial import STUDY, View, site_stream
from trialwright.record.event import Proposal
from trialwright.study.model import Study
from trialwright.terms.message import Message, message

MASKING = ("none", "single", "double", "triple", "quadruple")
"""How many parties do not know the arm, from nobody to all four."""


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Release a version that the trial holds; at a site, put a released one in force."""
    version, day = values.text("version"), values.text("date")
    try:
        new = view.trial.definition(version)
    except KeyError:
        return refuse(message("The trial does not hold the version {version}.", version=version))
    return _approve(view, version, day) if view.call.site else _release(view, version, day, new)


def _approve(view: View, version: str, day: str) -> Proposal | Refusal:
    """Once, and not before an earlier approval."""
    approved = view.site.approved
    if any(known == version for known, _ in approved):
        return refuse(message("The version {version} is approved here already.", version=version))
    release = next((one for one in view.study.released if one.version == version), None)
    if release is None:
        return refuse(
            message(
                "The version {version} is not released: whoever may open the study releases it first, naming no site.",
                version=version,
            )
        )
    if approved and day < approved[-1][1]:
        return refuse(
            message(
                "An approval of {last} stands already; {day} lies before it.", last=approved[-1][1], day=day
            )
        )
    return check_day(view, day, message("The approval of")) or Proposal(
        site_stream(view.call.site),
        "version_approved",
        2,
        {"version": version, "date": day, "released": release.position},
        {},
    )


def _release(view: View, version: str, day: str, new: Study) -> Proposal | Refusal:
    """Once, not before an earlier release, and only what the trial under way can go on by."""
    released = view.study.released
    if any(one.version == version for one in released):
        return refuse(message("The version {version} is released already.", version=version))
    if day < released[-1].date:
        return refuse(
            message(
                "A release of {last} stands already; {day} lies before it.", last=released[-1].date, day=day
            )
        )
    problems = tuple(_obstacles(view, new))
    if problems:
        return refuse(*problems)
    return check_day(view, day, message("The release of")) or Proposal(
        STUDY, "version_released", 1, {"version": version, "date": day}, {}
    )


def _obstacles(view: View, new: Study) -> Iterator[Message]:
    """Why a trial under way cannot go on by a version: another study, a site lost, nobody to run it, chance or blinding undone."""
    trial = view.trial
    now = trial.definition(trial.released)
    if new.id != view.study.study:
        yield message("It defines the study {other}; this is {study}.", other=new.id, study=view.study.study)
    here = {site.id for site in new.identity.sites}
    lost = tuple(site for site in trial.site_ids() if trial.site(site).opened and site not in here)
    if lost:
        yield message("It lacks sites that are open: {sites}.", sites=lost)
    table = new.delegation
    held = {one.role for one in view.study.delegations if not one.end}
    if table is None or table.opens not in held:
        yield message("By its delegation table nobody here could open or release anything.")
    if _masked(new) < _masked(now):
        yield message(
            "It loosens the masking from {old} to {new}; what began blind stays blind until it is unblinded.",
            old=now.identity.design.masking or MASKING[0],
            new=new.identity.design.masking or MASKING[0],
        )
    if _method(new) != _method(now):
        yield message(
            "It allocates by another method, {new} instead of {old}.",
            old=_method(now) or "none",
            new=_method(new) or "none",
        )
    if {arm.id for arm in new.arms} != {arm.id for arm in now.arms}:
        yield message(
            "It has other arms: {new} instead of {old}.",
            old=tuple(arm.id for arm in now.arms),
            new=tuple(arm.id for arm in new.arms),
        )


def _masked(study: Study) -> int:
    return MASKING.index(study.identity.design.masking or MASKING[0])


def _method(study: Study) -> str:
    return study.allocation.method if study.allocation else ""


ACTION = Action(
    "approve_version",
    message(
        "release a version of the study, naming no site; then put it in force at a site that approved it"
    ),
    "either",
    (
        Argument("version", message("the version's digest, sha256:...; on a terminal also a study"), "id"),
        Argument("date", message("day of the release, or of the site's approval"), "date"),
    ),
    decide,
    writes=("version_approved", "version_released"),
)
