"""delegation.yaml: the roles of the trial, and which of them may do what."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Id, Part, YesNo
from trialwright.terms.message import Text, message

ActionName = Literal[
    "open_study",
    "open_site",
    "approve_version",
    "set_reference_ranges",
    "delegate",
    "revoke",
    "consent",
    "re_consent",
    "screen",
    "re_screen",
    "enrol",
    "allocate",
    "open_visit",
    "missed_visit",
    "record_form",
    "correct",
    "raise_query",
    "answer_query",
    "close_query",
    "give_dose",
    "hold_dose",
    "record_rescue",
    "report_ae",
    "update_ae",
    "report_sent",
    "report_deviation",
    "discontinue_intervention",
    "withdraw_consent",
    "lost_to_follow_up",
    "record_death",
    "complete_study",
    "unblind",
    "sign",
    "verify_source",
    "mask",
    "lock",
    "unlock",
]
"""What a role is given by name; each has its file in `conduct/actions`."""

SEE_ALLOCATION: Final = "see_allocation"
"""What a role may by `sees_allocation`, and by nothing else."""

ENROLLING = frozenset({"enrol", "allocate"})
RELEASE: Final = "approve_version"
"""Done for the study as a whole it releases a version; done at a site it puts a released one in force there."""


class Role(Part):
    """A role on the delegation log. `scope`: held at one site, or for the whole study.

    `may`: the actions it may take. `sees_allocation`: whether, in a blinded study, it may learn the
    arm of a participant, one at a time, as whoever prepares the doses must (`see_allocation`). No role that enrols may.
    A role that may open the study also releases its versions.
    """

    id: Id
    title: Text
    scope: Literal["site", "study"]
    may: Annotated[tuple[ActionName, ...], Field(min_length=1)]
    sees_allocation: YesNo = False

    @model_validator(mode="after")
    def _is_blind_where_it_enrols(self) -> Role:
        if self.sees_allocation and not ENROLLING.isdisjoint(self.may):
            raise Unfit(
                message("The role {role} enrols or allocates, and sees the allocation.", role=self.id),
                message("Let another role prepare the doses, and take sees_allocation from this one."),
            )
        return self

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action it may take."""
        releases = self.scope == "study" and "open_study" in self.may and RELEASE not in self.may
        return (
            *self.may,
            *((RELEASE,) if releases else ()),
            *((SEE_ALLOCATION,) if self.sees_allocation else ()),
        )

    def may_do(self, action: str, *, at_site: bool) -> bool:
        """Whether it may take an action at a site, or for the study as a whole.

        A site approves a version itself, nobody for it; and no role of a site releases one.
        """
        return action in self.actions and (action != RELEASE or (self.scope == "site") == at_site)


class DelegationTable(Part):
    """The whole of delegation.yaml. `opens`: the role of whoever opens the study."""

    opens: Id
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _can_begin(self) -> DelegationTable:
        opening = next((role for role in self.roles if role.id == self.opens), None)
        if opening is None or "open_study" not in opening.may or opening.scope != "study":
            raise Unfit(
                message("The role {role} cannot open the study.", role=self.opens),
                message("Name a role of scope study that may open_study."),
                code="incomplete",
            )
        return self

    def role(self, id: str) -> Role | None:
        """The role of this id."""
        return next((role for role in self.roles if role.id == id), None)
