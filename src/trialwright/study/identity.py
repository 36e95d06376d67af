"""study.yaml: what the study is called, who runs it, where, since when, why and for whom."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trialwright.study.design import Endpoint, Objective, StudyDesign
from trialwright.study.part import Date, Duration, Id, Part, TimeZone, Words, YesNo
from trialwright.terms.message import Text

OverallStatus = Literal[
    "not_yet_recruiting",
    "recruiting",
    "enrolling_by_invitation",
    "active_not_recruiting",
    "completed",
    "suspended",
    "terminated",
    "withdrawn",
    "available",
    "no_longer_available",
    "temporarily_not_available",
    "approved_for_marketing",
    "withheld",
    "unknown",
]
SponsorClass = Literal["nih", "fed", "other_gov", "indiv", "industry", "network", "ambig", "other", "unknown"]
# Both lists: the enumerations of the ClinicalTrials.gov API, version 2, in small letters.


class Titles(Part):
    """The public title and the scientific one."""

    brief: Text
    official: Text | None = None


class RegistryNumber(Part):
    """Under which number a registry, or the sponsor, keeps the study."""

    registry: Words
    id: Words


class StatusDate(Part):
    """A date of the study's course; `estimated` until it has come."""

    date: Date
    type: Literal["actual", "estimated"] | None = None


class Status(Part):
    """Where the study stands, and since when. Dates may be partial."""

    overall: OverallStatus
    verified: Date | None = None
    first_submitted: Date | None = None
    last_updated: Date | None = None
    start: StatusDate | None = None
    primary_completion: StatusDate | None = None
    completion: StatusDate | None = None


class Organisation(Part):
    """A sponsor or collaborator; `class` in the words of the registry."""

    name: Text
    organisation_class: SponsorClass | None = Field(default=None, alias="class")


class Official(Part):
    """A person responsible for the study as a whole."""

    name: Words
    role: Words | None = None
    affiliation: Text | None = None


class Contact(Part):
    """Whom to ask about the study."""

    name: Words
    role: Words | None = None
    phone: Words | None = None
    email: Words | None = None


class Site(Part):
    """A place where participants are seen; `time_zone` (IANA) says which day it is there."""

    id: Id
    name: Text
    city: Text
    country: Words
    postal_code: Words | None = None
    time_zone: TimeZone | None = None


class Population(Part):
    """Whom the study is for, as the registry's own fields say it. The criteria decide, not these fields."""

    sex: Literal["all", "female", "male"]
    minimum_age: Duration | None = None
    maximum_age: Duration | None = None
    healthy_volunteers: YesNo | None = None


class StudyIdentity(Part):
    """The whole of study.yaml. `based_on` names the study of which this one is a variant."""

    id: Id
    based_on: Id | None = None
    acronym: Words | None = None
    version: Words
    titles: Titles
    registry: tuple[RegistryNumber, ...] = ()
    status: Status
    sponsor: Organisation
    collaborators: tuple[Organisation, ...] = ()
    officials: tuple[Official, ...] = ()
    contacts: tuple[Contact, ...] = ()
    sites: tuple[Site, ...] = ()
    conditions: tuple[Text, ...] = ()
    keywords: tuple[Text, ...] = ()
    summary: Text
    description: Text | None = None
    design: StudyDesign
    population: Population
    objectives: tuple[Objective, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    notes: tuple[Text, ...] = ()
