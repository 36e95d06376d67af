"""The synopsis of a study in prose: identity, design, arms, interventions, objectives, endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.study.design import Arm, Intervention
from trialwright.study.identity import Official, Organisation, Site, StatusDate
from trialwright.study.model import Study
from trialwright.study.prose.document import Block, Bullets, Heading, Inline, Item, Lines, Paragraph, Table
from trialwright.study.prose.figures import Prose, duration
from trialwright.study.prose.tables import described, facts, listing, qualified, section, text_of
from trialwright.study.prose.vocabulary import term
from trialwright.terms.message import Text, message


def describe_identity(study: Study) -> Iterator[Block]:
    """Titles, registry, sponsor, dates, design, population."""
    identity, design, population = study.identity, study.identity.design, study.identity.population
    yield section(message("Synopsis"), "synopsis")
    enrollment, status = design.enrollment, identity.status
    yield facts(
        [
            (message("Official title"), identity.titles.official),
            (message("Acronym"), identity.acronym),
            (message("Protocol version"), identity.version),
            (message("Variant of"), identity.based_on),
            (message("Registry"), listing(f"{number.registry}: {number.id}" for number in identity.registry)),
            (message("Sponsor"), _organisation(identity.sponsor)),
            (message("Collaborators"), listing(map(_organisation, identity.collaborators))),
            (message("Responsible"), listing(map(_official, identity.officials))),
            (
                message("Contacts"),
                listing(_contact(each.name, each.role, each.phone, each.email) for each in identity.contacts),
            ),
            (message("Sites"), listing(map(_site, identity.sites))),
            (message("Status"), term("overall_status", status.overall)),
            (message("Verified"), status.verified),
            (message("First submitted"), status.first_submitted),
            (message("Last updated"), status.last_updated),
            (message("Start"), _status_date(status.start)),
            (message("Primary completion"), _status_date(status.primary_completion)),
            (message("Completion"), _status_date(status.completion)),
            (message("Conditions"), listing(identity.conditions)),
            (message("Keywords"), listing(identity.keywords)),
            (message("Type of study"), term("study_type", design.study_type)),
            (message("Phase"), listing(term("phase", phase) for phase in design.phases)),
            (message("Allocation"), term("allocation", design.allocation)),
            (message("Model"), term("intervention_model", design.intervention_model)),
            (message("Masking"), term("masking", design.masking)),
            (message("Purpose"), term("primary_purpose", design.primary_purpose)),
            (
                message("Participants"),
                qualified(str(enrollment.count), term("date_type", enrollment.type)) if enrollment else "",
            ),
            (message("Sex"), term("sex", population.sex)),
            (message("Lowest age"), _age(population.minimum_age)),
            (message("Highest age"), _age(population.maximum_age)),
            (message("Healthy volunteers"), _yes_no(population.healthy_volunteers)),
        ]
    )
    yield Paragraph(
        message("The fields above are those of the registry; who may join is decided by the criteria alone.")
    )
    yield Heading(3, message("Summary"))
    yield Paragraph(identity.summary)
    if identity.description is not None:
        yield Heading(3, message("Description"))
        yield Paragraph(identity.description)


def _organisation(organisation: Organisation) -> Prose:
    return qualified(organisation.name, term("sponsor_class", organisation.organisation_class))


def _official(official: Official) -> Prose:
    parts: list[Prose] = [part for part in (term("role", official.role), official.affiliation) if part]
    return qualified(official.name, text_of(parts))


def _contact(name: str, role: str | None, phone: str | None, email: str | None) -> Prose:
    return qualified(name, text_of([part for part in (term("role", role), phone, email) if part]))


def _site(site: Site) -> Prose:
    place = [part for part in (site.city, site.country, site.postal_code, site.time_zone) if part]
    return qualified(site.name, text_of(place))


def _status_date(status: StatusDate | None) -> Prose:
    return "" if status is None else qualified(status.date, term("date_type", status.type))


def _age(text: str | None) -> Prose:
    if text is None:
        return ""
    number, _, unit = text.partition(" ")
    return message("{age} years", age=number) if unit == "a" else duration(number, unit)


def _yes_no(answer: bool | None) -> Prose:
    if answer is None:
        return ""
    return message("yes") if answer else message("no")


# arms, interventions, objectives, endpoints


def describe_arms(study: Study) -> Iterator[Block]:
    """Arms, epochs, interventions."""
    yield section(message("Arms and interventions"), "arms")
    if not study.arms:
        yield Paragraph(message("The definition has no arms."))
    titles = {each.id: each.title for each in study.interventions}
    for arm in study.arms:
        yield from _arm(arm, titles)
    if study.epochs:
        yield Heading(3, message("Epochs"))
        yield Bullets(
            tuple(
                Item(described(qualified(epoch.title, term("epoch_type", epoch.type)), epoch.description))
                for epoch in study.epochs
            )
        )
    yield Heading(3, message("Interventions"))
    if not study.interventions:
        yield Paragraph(message("The definition has no interventions."))
        return
    yield Table(
        (message("Intervention"), message("Type"), message("Role"), message("Description")),
        tuple(map(_intervention, study.interventions)),
    )


def _arm(arm: Arm, titles: dict[str, Text]) -> Iterator[Block]:
    yield Heading(3, message("{id}: {title}", id=arm.id, title=arm.title))
    yield facts(
        [
            (message("Type"), term("arm_type", arm.type)),
            (message("Description"), arm.description),
            (message("Interventions"), listing(titles.get(id, id) for id in arm.interventions)),
        ]
    )


def _intervention(intervention: Intervention) -> tuple[Inline, ...]:
    return (
        intervention.title,
        term("intervention_type", intervention.type),
        term("intervention_role", intervention.role),
        intervention.description or "",
    )


def describe_objectives(study: Study) -> Iterator[Block]:
    """Objectives and endpoints."""
    yield section(message("Objectives and endpoints"), "objectives")
    if not study.objectives:
        yield Paragraph(message("The definition has no objectives."))
    titles = {each.id: each.title for each in study.endpoints}
    if study.objectives:
        yield Table(
            (message("Objective"), message("Level"), message("Endpoints")),
            tuple(
                (
                    each.text,
                    term("level", each.level),
                    Lines(tuple(titles.get(id, id) for id in each.endpoints)),
                )
                for each in study.objectives
            ),
        )
    yield Heading(3, message("Endpoints"))
    if not study.endpoints:
        yield Paragraph(message("The definition has no endpoints."))
        return
    yield Table(
        (message("Endpoint"), message("Level"), message("Time frame"), message("Description")),
        tuple(
            (each.title, term("level", each.level), each.time_frame, each.description or "")
            for each in study.endpoints
        ),
    )
