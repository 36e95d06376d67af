"""Whatever a study names must exist in it: one pass over all the parts that could be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from trialwright.study.complaints import describe_path, suggest
from trialwright.study.errors import Problem
from trialwright.study.places import Path, Source
from trialwright.terms.message import Message, message

if TYPE_CHECKING:
    from trialwright.study.model import Study

INTERVENTION = message("intervention")
ENDPOINT = message("endpoint")
CONCEPT = message("concept")
READING = message("reading")
ARM = message("arm")
EPOCH = message("epoch")
ENCOUNTER = message("encounter")
ANCHOR = message("anchor")
FORM = message("form")
CODE_LIST = message("code list")
ANALYSIS_SET = message("analysis set")
RESPONSE = message("response")
CATEGORY = message("response category")
EVENT = message("intercurrent event")
MEASURE = message("measure")
RELAPSE = message("relapse")
OCCURRENCE = message("occurrence")
COVARIATE = message("covariate")
ESTIMAND = message("estimand")
CRITERION = message("criterion")
ITEM = message("item of a form")


class Reference(NamedTuple):
    """Somewhere a name is used: where, the name, what kind of thing it should be, and the names that exist.

    `known` is `None` where the file that would define them could not be read.
    """

    path: Path
    name: str
    kind: Message
    known: frozenset[str] | None


def check_references(parts: Mapping[str, Any], source: Source) -> Iterator[Problem]:
    """Find names that nothing in the study answers to; `parts`: models by file, `None` where unreadable."""
    yield from _unknown(_references(parts), source)
    yield from _check_rule_names(parts, source)


def check_simulation(study: Study) -> tuple[Problem, ...]:
    """Find names in simulation.yaml that nothing in the study answers to.

    They keep nobody from using the definition, only from rehearsing it, so a study is loaded without this.
    """
    parts = {
        "arms.yaml": SimpleNamespace(arms=study.arms),
        "concepts.yaml": SimpleNamespace(concepts=study.concepts),
        "criteria.yaml": SimpleNamespace(criteria=study.criteria),
        "interventions.yaml": SimpleNamespace(interventions=study.interventions),
        **({"forms.yaml": study.forms} if study.forms else {}),
    }
    return tuple(_unknown(_in_simulation(study.simulation, parts), study.source)) if study.simulation else ()


def _unknown(references: Iterable[Reference], source: Source) -> Iterator[Problem]:
    for reference in references:
        if reference.known is None or reference.name in reference.known:
            continue
        place = source.place(reference.path)
        near = suggest(reference.name, reference.known)
        if near:
            cure = message("Did you mean `{near}`?", near=near)
        elif reference.known:
            cure = message("Known are: {known}.", known=tuple(sorted(reference.known)))
        else:
            cure = message("The study has none; define it, or delete the name.")
        yield Problem(
            "error",
            "unknown_reference",
            place.file,
            place.line,
            place.column,
            message(
                "{thing} names the {kind} {name}, which the study does not define.",
                thing=describe_path(reference.path, source),
                kind=reference.kind,
                name=reference.name,
            ),
            cure,
        )


def _check_rule_names(parts: Mapping[str, Any], source: Source) -> Iterator[Problem]:
    """Parameters, definitions and concepts share the names that rules use."""
    criteria, concepts = parts.get("criteria.yaml"), parts.get("concepts.yaml")
    if criteria is None:
        return
    taken = {concept.name: CONCEPT for concept in concepts.concepts} if concepts else {}
    plan = parts.get("analysis.yaml")
    for file, section, names in (
        ("criteria.yaml", "parameters", criteria.parameters),
        ("criteria.yaml", "definitions", criteria.definitions),
        ("analysis.yaml", "definitions", plan.definitions if plan else {}),
    ):
        for name in names:
            path = (file, section, name)
            if name in taken:
                place = source.keys.get(path) or source.place(path)
                yield Problem(
                    "error",
                    "duplicate_id",
                    place.file,
                    place.line,
                    place.column,
                    message("{name} is already the name of a {kind}.", name=name, kind=taken[name]),
                    message("Rename one of them: a rule could not tell them apart."),
                )
            taken.setdefault(name, message("parameter") if section == "parameters" else message("definition"))


def _ids(parts: Mapping[str, Any], file: str, *attributes: str) -> frozenset[str] | None:
    """The ids a file defines; none if there is no such file, `None` if it could not be read."""
    if file not in parts:
        return frozenset()
    node = parts[file]
    for attribute in attributes:
        node = getattr(node, attribute, None)
    if node is None:
        return None if parts[file] is None else frozenset()
    return frozenset(getattr(thing, "id", None) or thing.name for thing in node)


def _each(
    path: Path, names: Iterable[str], kind: Message, known: frozenset[str] | None
) -> Iterator[Reference]:
    for index, name in enumerate(names):
        yield Reference((*path, index), name, kind, known)


def _references(parts: Mapping[str, Any]) -> Iterator[Reference]:
    for name, find in _FINDERS.items():
        if parts.get(name) is not None:
            yield from find(parts[name], parts)


def _in_study(identity: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    known = _ids(parts, "study.yaml", "endpoints")
    for i, objective in enumerate(identity.objectives):
        yield from _each(("study.yaml", "objectives", i, "endpoints"), objective.endpoints, ENDPOINT, known)


def _in_criteria(criteria: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    for i, criterion in enumerate(criteria.criteria):
        path = ("criteria.yaml", "criteria", i, "chosen")
        yield Reference(path, criterion.chosen, READING, frozenset(criterion.readings))


def _in_concepts(concepts: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    findings = frozenset(concept.name for concept in concepts.concepts if concept.kind == "finding")
    for i, concept in enumerate(concepts.concepts):
        if concept.items:
            yield Reference(
                ("concepts.yaml", "concepts", i, "items"), concept.items, message("finding"), findings
            )


def _in_arms(arms: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    known = _ids(parts, "interventions.yaml", "interventions")
    for i, arm in enumerate(arms.arms):
        yield from _each(("arms.yaml", "arms", i, "interventions"), arm.interventions, INTERVENTION, known)


def _in_interventions(interventions: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    concepts = _ids(parts, "concepts.yaml", "concepts")
    epochs = _ids(parts, "arms.yaml", "epochs")
    known = _ids(parts, "interventions.yaml", "interventions")
    for i, intervention in enumerate(interventions.interventions):
        path: Path = ("interventions.yaml", "interventions", i)
        if intervention.concept:
            yield Reference((*path, "concept"), intervention.concept, CONCEPT, concepts)
        yield from _each((*path, "epochs"), intervention.epochs, EPOCH, epochs)
        yield from _each((*path, "stands_for"), intervention.stands_for, INTERVENTION, known)
        if intervention.regimen:
            yield from _in_regimen(intervention.regimen, (*path, "regimen"), parts)


def _in_regimen(regimen: Any, path: Path, parts: Mapping[str, Any]) -> Iterator[Reference]:
    encounters = _ids(parts, "schedule.yaml", "encounters")
    anchors = _ids(parts, "schedule.yaml", "anchors")
    yield from _each((*path, "encounters"), regimen.encounters, ENCOUNTER, encounters)
    for name in ("begins", "stops"):
        if getattr(regimen, name):
            yield Reference((*path, name, "anchor"), getattr(regimen, name).anchor, ANCHOR, anchors)
    if regimen.course:
        yield Reference((*path, "course"), regimen.course, ANCHOR, anchors)
    if regimen.target:
        concepts = _ids(parts, "concepts.yaml", "concepts")
        yield Reference((*path, "target", "concept"), regimen.target.concept, CONCEPT, concepts)


def _in_schedule(schedule: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    arms, interventions = _ids(parts, "arms.yaml", "arms"), _ids(parts, "interventions.yaml", "interventions")
    anchors = _ids(parts, "schedule.yaml", "anchors")
    encounters = _ids(parts, "schedule.yaml", "encounters")
    yield Reference(("schedule.yaml", "study_day_1"), schedule.study_day_1, ANCHOR, anchors)
    for i, anchor in enumerate(schedule.anchors):
        for j, event in enumerate(anchor.events):
            path: Path = ("schedule.yaml", "anchors", i, "events", j)
            yield from _each((*path, "arms"), event.arms, ARM, arms)
            yield from _each((*path, "interventions"), event.interventions, INTERVENTION, interventions)
            if event.before:
                yield Reference((*path, "before"), event.before, ANCHOR, anchors)
    for i, clock in enumerate(schedule.clocks):
        yield Reference(("schedule.yaml", "clocks", i, "anchor"), clock.anchor, ANCHOR, anchors)
        for name in clock.planned:
            yield Reference(("schedule.yaml", "clocks", i, "planned", name), name, ANCHOR, anchors)
    for i, encounter in enumerate(schedule.encounters):
        path = ("schedule.yaml", "encounters", i)
        if encounter.epoch:
            yield Reference((*path, "epoch"), encounter.epoch, EPOCH, _ids(parts, "arms.yaml", "epochs"))
        if encounter.timing:
            yield Reference((*path, "timing", "anchor"), encounter.timing.anchor, ANCHOR, anchors)
        if encounter.day_of:
            yield Reference((*path, "day_of"), encounter.day_of, ANCHOR, anchors)
    for i, activity in enumerate(schedule.activities):
        path = ("schedule.yaml", "activities", i)
        yield from _each((*path, "encounters"), activity.encounters, ENCOUNTER, encounters)
        yield from _each((*path, "arms"), activity.arms, ARM, arms)
        # A schedule may be written before the forms are: without any, their names are not looked up.
        forms = _ids(parts, "forms.yaml", "forms") if "forms.yaml" in parts else None
        yield from _each((*path, "forms"), activity.forms, FORM, forms)
        yield from _each((*path, "interventions"), activity.interventions, INTERVENTION, interventions)


def _in_forms(forms: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    concepts, lists = _ids(parts, "concepts.yaml", "concepts"), _ids(parts, "forms.yaml", "code_lists")
    for i, code_list in enumerate(forms.code_lists):
        for j, entry in enumerate(code_list.entries):
            if entry.concept:
                at: Path = ("forms.yaml", "code_lists", i, "entries", j, "concept")
                yield Reference(at, entry.concept, CONCEPT, concepts)
    for i, form in enumerate(forms.forms):
        for j, group in enumerate(form.groups):
            at = ("forms.yaml", "forms", i, "groups", j)
            if group.checklist:
                yield Reference((*at, "checklist"), group.checklist, CONCEPT, concepts)
            if group.fact and group.fact.concept:
                yield Reference((*at, "fact", "concept"), group.fact.concept, CONCEPT, concepts)
            for k, item in enumerate(group.items):
                path: Path = ("forms.yaml", "forms", i, "groups", j, "items", k)
                if item.concept:
                    yield Reference((*path, "concept"), item.concept, CONCEPT, concepts)
                if item.code_list:
                    yield Reference((*path, "code_list"), item.code_list, CODE_LIST, lists)


def _in_allocation(allocation: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    known = _ids(parts, "arms.yaml", "arms")
    for arm in getattr(allocation, "ratio", ()):
        yield Reference(("allocation.yaml", "ratio", arm), arm, ARM, known)


def _in_safety(safety: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    concepts, arms = _ids(parts, "concepts.yaml", "concepts"), _ids(parts, "arms.yaml", "arms")
    for i, term in enumerate(safety.grading.terms if safety.grading else ()):
        yield Reference(("safety.yaml", "grading", "terms", i, "concept"), term.concept, CONCEPT, concepts)
    products = safety.investigational_products
    if products is not None:
        at = ("safety.yaml", "investigational_products", "interventions")
        known = _ids(parts, "interventions.yaml", "interventions")
        yield from _each(at, products.interventions, INTERVENTION, known)
    for i, rule in enumerate(safety.stopping_rules):
        yield from _each(("safety.yaml", "stopping_rules", i, "arms"), rule.arms, ARM, arms)


def _in_analysis(plan: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    file = "analysis.yaml"
    endpoints = _ids(parts, "study.yaml", "endpoints")
    anchors = _ids(parts, "schedule.yaml", "anchors")
    if plan.baseline:
        chosen, readings = plan.baseline.chosen, plan.baseline.readings
        yield Reference((file, "baseline", "chosen"), chosen, READING, frozenset(readings))
        for name, reading in readings.items():
            path: Path = (file, "baseline", "readings", name, "anchor")
            yield Reference(path, reading.anchor, ANCHOR, anchors)
    categories: dict[str, frozenset[str]] = {}
    for i, response in enumerate(plan.responses):
        yield Reference(
            (file, "responses", i, "chosen"), response.chosen, READING, frozenset(response.readings)
        )
        yield from _each((file, "responses", i, "endpoints"), response.endpoints, ENDPOINT, endpoints)
        categories[response.id] = frozenset(
            category.id for reading in response.readings.values() for category in reading.categories
        )
    for section, things in (("measures", plan.measures), ("occurrences", plan.occurrences)):
        for i, thing in enumerate(things):
            yield from _each((file, section, i, "endpoints"), thing.endpoints, ENDPOINT, endpoints)
    for i, relapse in enumerate(plan.relapses):
        path = (file, "relapses", i)
        yield from _each((*path, "endpoints"), relapse.endpoints, ENDPOINT, endpoints)
        yield Reference((*path, "response"), relapse.response, RESPONSE, frozenset(categories))
        yield from _each((*path, "after"), relapse.after, CATEGORY, categories.get(relapse.response))
    for section, events in (
        ("occurrences", plan.occurrences),
        ("intercurrent_events", plan.intercurrent_events),
    ):
        for i, event in enumerate(events):
            if event.after:
                yield Reference((file, section, i, "after"), event.after, ANCHOR, anchors)
    for i, received in enumerate(plan.received):
        yield Reference((file, "received", i, "arm"), received.arm, ARM, _ids(parts, "arms.yaml", "arms"))
    yield from _in_estimands(plan, parts, categories)
    for i, method in enumerate(plan.methods):
        path = (file, "methods", i)
        yield from _each((*path, "estimands"), method.estimands, ESTIMAND, _ids(parts, file, "estimands"))
        yield from _each((*path, "covariates"), method.covariates, COVARIATE, _ids(parts, file, "covariates"))


def _in_estimands(
    plan: Any, parts: Mapping[str, Any], categories: Mapping[str, frozenset[str]]
) -> Iterator[Reference]:
    file = "analysis.yaml"
    endpoints = _ids(parts, "study.yaml", "endpoints")
    readings = {response.id: frozenset(response.readings) for response in plan.responses}
    baselines = frozenset(plan.baseline.readings) if plan.baseline else frozenset[str]()
    for i, estimand in enumerate(plan.estimands):
        path: Path = (file, "estimands", i)
        yield Reference((*path, "endpoint"), estimand.endpoint, ENDPOINT, endpoints)
        yield Reference((*path, "population"), estimand.population, ANALYSIS_SET, _ids(parts, file, "sets"))
        yield from _each((*path, "arms"), estimand.arms, ARM, _ids(parts, "arms.yaml", "arms"))
        if estimand.response:
            yield Reference((*path, "response"), estimand.response, RESPONSE, frozenset(categories))
        known = categories.get(estimand.response or "", frozenset())
        yield from _each((*path, "categories"), estimand.categories, CATEGORY, known)
        for key, kind in (("measure", MEASURE), ("relapse", RELAPSE), ("occurrence", OCCURRENCE)):
            if name := getattr(estimand, key):
                yield Reference((*path, key), name, kind, _ids(parts, file, f"{key}s"))
        if estimand.reading and estimand.response in readings:
            yield Reference((*path, "reading"), estimand.reading, READING, readings[estimand.response])
        if estimand.baseline:
            yield Reference((*path, "baseline"), estimand.baseline, READING, baselines)
        if estimand.encounter:
            encounters = _ids(parts, "schedule.yaml", "encounters")
            yield Reference((*path, "encounter"), estimand.encounter, ENCOUNTER, encounters)
        for j, strategy in enumerate(estimand.intercurrent_events):
            events = _ids(parts, file, "intercurrent_events")
            yield Reference((*path, "intercurrent_events", j, "event"), strategy.event, EVENT, events)


def _in_simulation(plan: Any, parts: Mapping[str, Any]) -> Iterator[Reference]:
    file = "simulation.yaml"
    arms, concepts = _ids(parts, "arms.yaml", "arms"), _ids(parts, "concepts.yaml", "concepts")
    interventions = _ids(parts, "interventions.yaml", "interventions")
    criteria, forms = _ids(parts, "criteria.yaml", "criteria"), _ids(parts, "forms.yaml", "forms")
    for arm in plan.arms:
        yield Reference((file, "arms", arm), arm, ARM, arms)
    for section in ("courses", "findings"):
        for name in getattr(plan, section):
            yield Reference((file, section, name), name, CONCEPT, concepts)
    for name, course in plan.courses.items():
        for arm in course.settles_in:
            yield Reference((file, "courses", name, "settles_in", arm), arm, ARM, arms)
    for path in plan.answers:
        yield Reference((file, "answers", path), path, ITEM, _items(parts))
    for i, failure in enumerate(plan.screen_failures):
        at: Path = (file, "screen_failures", i)
        yield Reference((*at, "criterion"), failure.criterion, CRITERION, criteria)
        for name in failure.found:
            yield Reference((*at, "found", name), name, CONCEPT, concepts)
    for i, event in enumerate(plan.adverse_events):
        yield from _each(
            (file, "adverse_events", i, "suspected"), event.suspected, INTERVENTION, interventions
        )
    for i, entry in enumerate(plan.logs):
        yield Reference((file, "logs", i, "form"), entry.form, FORM, forms)
        for path in entry.answers:
            name = f"{entry.form}.{path}"
            yield Reference((file, "logs", i, "answers", path), name, ITEM, _items(parts))
    for i, row in enumerate(plan.ranges):
        yield Reference((file, "ranges", i, "concept"), row.concept, CONCEPT, concepts)


def _items(parts: Mapping[str, Any]) -> frozenset[str] | None:
    """Every item as form.group.item; `None` if the forms could not be read."""
    if "forms.yaml" not in parts:
        return frozenset()
    forms = parts["forms.yaml"]
    if forms is None:
        return None
    return frozenset(
        f"{form.id}.{group.id}.{item.id}"
        for form in forms.forms
        for group in form.groups
        for item in group.items
    )


_FINDERS = {
    "study.yaml": _in_study,
    "concepts.yaml": _in_concepts,
    "criteria.yaml": _in_criteria,
    "arms.yaml": _in_arms,
    "interventions.yaml": _in_interventions,
    "schedule.yaml": _in_schedule,
    "forms.yaml": _in_forms,
    "allocation.yaml": _in_allocation,
    "safety.yaml": _in_safety,
    "analysis.yaml": _in_analysis,
}
