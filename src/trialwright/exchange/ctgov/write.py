"""A study definition as a ClinicalTrials.gov record (API version 2): the English texts, no readings, no rules."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trialwright.exchange.ctgov.criteria import (
    PLAIN_HEADINGS,
    CriterionText,
    escape_line,
    join_criteria,
    read_source,
)
from trialwright.exchange.ctgov.entries import STRUCTURED
from trialwright.exchange.ctgov.fields import REGISTRY, SPONSOR_NUMBER
from trialwright.exchange.ctgov.vocabulary import (
    IDENTIFIER_TYPES,
    INTERVENTION_LABELS,
    age_groups,
    escape,
    write_age,
    write_phase,
    write_place,
    write_word,
)
from trialwright.exchange.ctgov.yaml_text import NOT_STATED
from trialwright.study.design import Endpoint, Intervention
from trialwright.study.identity import Contact, Organisation, RegistryNumber, Site, StatusDate, StudyIdentity
from trialwright.study.model import Study
from trialwright.study.population import Criterion
from trialwright.terms.message import Text

Record = dict[str, object]

_OUTCOMES = {"primary": "primaryOutcomes", "secondary": "secondaryOutcomes", "exploratory": "otherOutcomes"}
_STRUCTURED_WORDS = frozenset({"a", "age", "and", "sex", "female", "male"})
_OFFICIAL_ROLES = frozenset({"principal_investigator", "sub_investigator", "study_chair", "study_director"})


def export_record(study: Study) -> Record:
    """Write a study as one version 2 record; what a registry has no field for is left out (see the README)."""
    identity = study.identity
    modules: Record = {
        "identificationModule": _write_identification(identity),
        "statusModule": _write_status(identity),
        "sponsorCollaboratorsModule": _clean(
            leadSponsor=_write_sponsor(identity.sponsor),
            collaborators=[_write_sponsor(one) for one in identity.collaborators],
        ),
        "descriptionModule": _clean(
            briefSummary=_write_marked(identity.summary),
            detailedDescription=_write_marked(identity.description),
        ),
        "conditionsModule": _clean(
            conditions=[text.en for text in identity.conditions],
            keywords=[text.en for text in identity.keywords],
        ),
        "designModule": _write_design(identity),
        "armsInterventionsModule": _write_arms(study),
        "outcomesModule": _clean(
            **{
                field: [_write_outcome(one) for one in study.endpoints if one.level == level]
                for level, field in _OUTCOMES.items()
            }
        ),
        "eligibilityModule": _write_eligibility(study),
        "contactsLocationsModule": _write_places(identity),
    }
    return {"protocolSection": _clean(**modules)}


def _clean(**fields: object) -> Record:
    """Keep the fields that hold something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _write_stated(text: Text | str | None) -> str:
    """A text's English; '' where the importer put its stand-in for what a record does not say."""
    english = text.en if isinstance(text, Text) else text or ""
    return "" if english == NOT_STATED["en"] else english


def _write_marked(text: Text | None) -> str:
    """A text of a field that the registry reads as Markdown."""
    return "\n".join(escape_line(line) for line in _write_stated(text).split("\n"))


def _write_identification(identity: StudyIdentity) -> Record:
    numbers = {one.registry: one.id for one in reversed(identity.registry)}
    return _clean(
        nctId=numbers.get(REGISTRY),
        orgStudyIdInfo=_clean(id=numbers.get(SPONSOR_NUMBER)),
        secondaryIdInfos=[
            _write_identifier(one)
            for one in identity.registry
            if one.registry not in (REGISTRY, SPONSOR_NUMBER)
        ],
        briefTitle=identity.titles.brief.en,
        officialTitle=identity.titles.official.en if identity.titles.official else None,
        acronym=identity.acronym,
    )


def _write_identifier(number: RegistryNumber) -> Record:
    kind, _, domain = number.registry.partition(": ")
    if kind not in IDENTIFIER_TYPES:
        kind, domain = "REGISTRY", number.registry
    return _clean(id=number.id, type=kind, domain=domain)


def _write_status(identity: StudyIdentity) -> Record:
    status = identity.status
    return _clean(
        statusVerifiedDate=status.verified,
        overallStatus=write_word(status.overall),
        startDateStruct=_write_date(status.start),
        primaryCompletionDateStruct=_write_date(status.primary_completion),
        completionDateStruct=_write_date(status.completion),
        studyFirstSubmitDate=status.first_submitted,
        lastUpdateSubmitDate=status.last_updated,
    )


def _write_date(day: StatusDate | None) -> Record:
    return _clean(date=day.date, type=write_word(day.type or "")) if day else {}


def _write_sponsor(organisation: Organisation) -> Record:
    return _clean(
        name=_write_stated(organisation.name),
        **{"class": write_word(organisation.organisation_class or "")},
    )


def _write_design(identity: StudyIdentity) -> Record:
    design = identity.design
    return _clean(
        studyType=write_word(design.study_type),
        phases=[write_phase(phase) for phase in design.phases],
        designInfo=_clean(
            allocation=write_word(design.allocation or ""),
            interventionModel=write_word(design.intervention_model or ""),
            primaryPurpose=write_word(design.primary_purpose or ""),
            maskingInfo=_clean(masking=write_word(design.masking or "")),
        ),
        enrollmentInfo=_clean(count=design.enrollment.count, type=write_word(design.enrollment.type or ""))
        if design.enrollment
        else {},
    )


def _label(intervention: Intervention) -> str:
    return f"{INTERVENTION_LABELS[write_word(intervention.type)]}: {intervention.title.en}"


def _write_arms(study: Study) -> Record:
    labels = {one.id: _label(one) for one in study.interventions}
    typed = study.identity.design.study_type != "observational"
    return _clean(
        armGroups=[
            _clean(
                label=escape(arm.title.en),
                type=write_word(arm.type) if typed else None,
                description=_write_marked(arm.description),
                interventionNames=[escape(labels[key]) for key in arm.interventions],
            )
            for arm in study.arms
        ],
        interventions=[
            _clean(
                type=write_word(one.type),
                name=escape(one.title.en),
                description=_write_marked(one.description),
                armGroupLabels=[escape(arm.title.en) for arm in study.arms if one.id in arm.interventions],
            )
            for one in study.interventions
            if not one.stands_for  # a name for use while the study is blind, not another intervention
        ],
    )


def _write_outcome(endpoint: Endpoint) -> Record:
    return _clean(
        measure=_write_marked(endpoint.title),
        description=_write_marked(endpoint.description),
        timeFrame=_write_marked(endpoint.time_frame),
    )


def _write_eligibility(study: Study) -> Record:
    population = study.identity.population
    low, high = population.minimum_age, population.maximum_age
    return _clean(
        eligibilityCriteria=join_criteria(_collect_texts(study.criteria)),
        healthyVolunteers=population.healthy_volunteers,
        sex=write_word(population.sex),
        minimumAge=write_age(low) if low else None,
        maximumAge=write_age(high) if high else None,
        stdAges=list(age_groups(low, high)),
    )


def _collect_texts(criteria: Iterable[Criterion]) -> list[CriterionText]:
    """The criteria as registry texts; parts of one registry line (`Exclusion 5, second part`) become one again."""
    found: list[CriterionText] = []
    for criterion in criteria:
        text = _write_stated(criterion.text)
        if not text or _stands_in_fields(criterion):
            continue
        heading, number = read_source(criterion.source, criterion.type) or (PLAIN_HEADINGS[criterion.type], 0)
        last = found[-1] if found else None
        if last and number and (last.heading, last.number) == (heading, number):
            found[-1] = CriterionText(criterion.type, heading, number, f"{last.text} {text}")
        else:
            found.append(CriterionText(criterion.type, heading, number, text))
    return found


def _stands_in_fields(criterion: Criterion) -> bool:
    """Whether a criterion stands in no list of texts, because the record's fields for age and sex say it."""
    if read_source(criterion.source, criterion.type) is not None:
        return False
    words = set(re.findall(r"[a-z_]+", criterion.reading.rule))
    return criterion.source == STRUCTURED or words <= _STRUCTURED_WORDS


def _write_places(identity: StudyIdentity) -> Record:
    return _clean(
        centralContacts=[_write_contact(one) for one in identity.contacts],
        overallOfficials=[
            _clean(
                name=one.name,
                affiliation=_write_stated(one.affiliation),
                role=write_word(one.role) if one.role in _OFFICIAL_ROLES else None,
            )
            for one in identity.officials
        ],
        locations=[_write_site(one) for one in identity.sites],
    )


def _write_contact(contact: Contact) -> Record:
    phone, _, extension = (contact.phone or "").partition(" ext. ")
    return _clean(
        name=_write_stated(contact.name),
        role="CONTACT" if contact.role == "contact" else None,
        phone=phone,
        phoneExt=extension,
        email=contact.email,
    )


def _write_site(site: Site) -> Record:
    city, state = write_place(_write_stated(site.city))
    return _clean(
        facility=_write_stated(site.name),
        city=city,
        state=state,
        zip=site.postal_code,
        country=_write_stated(site.country),
    )
