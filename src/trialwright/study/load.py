"""From the texts of a study folder to a `Study`, or to the list of everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast, get_args

from pydantic import TypeAdapter, ValidationError

from trialwright.study.complaints import describe_path, explain_errors, show, suggest
from trialwright.study.compose import Resolve, compose, identify
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.model import FILES, REQUIRED, Study, model_of
from trialwright.study.places import Path, Plain, Source
from trialwright.study.references import check_references
from trialwright.terms.message import message


def load_study(files: Mapping[str, str], *, resolve: Resolve | None = None) -> Study:
    """Load a study from the texts of its folder: file name (`criteria.yaml`) to YAML text.

    `resolve` gives the files of the study named by `based_on`. Files under `scenarios/` are not part of the
    definition and are passed over. Raises `StudyInvalid` with all problems found.
    """
    source, found = compose(files, resolve=resolve)
    if any(problem.code == "based_on" for problem in found):  # the rest would only be what the base lacks
        raise StudyInvalid(tuple(sorted(found, key=_position)))
    problems = list(found)
    unread = {problem.file.rpartition("/")[2] for problem in found}
    problems += [_missing(name) for name in REQUIRED if name not in source.data and name not in unread]
    parts: dict[str, Any] = {}
    for name, data in source.data.items():
        part, wrong = _read_part(name, data, source)
        problems += wrong
        parts[name] = part
    parts |= dict.fromkeys(unread)
    problems += _check_translations(source)
    problems += _check_ids(source)
    problems += check_references(parts, source)
    problems += _check_products(parts.get("safety.yaml"), source)
    problems.sort(key=_position)
    if any(problem.severity == "error" for problem in problems):
        raise StudyInvalid(tuple(problems))
    return _assemble(parts, source, tuple(problems))


def _position(problem: Problem) -> tuple[bool, int, str, int, int]:
    name = problem.file.rpartition("/")[2]
    rank = list(FILES).index(name) if name in FILES else len(FILES)
    return problem.file.startswith("../"), rank, problem.file, problem.line, problem.column


def _missing(name: str) -> Problem:
    return Problem(
        "error",
        "missing_file",
        name,
        0,
        0,
        message("The study has no file {name}.", name=name),
        message("Write it; the template study shows what belongs in it."),
    )


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _read_part(name: str, data: Plain, source: Source) -> tuple[Any, tuple[Problem, ...]]:
    model = model_of(name)
    if name == "allocation.yaml":
        method, methods = cast(dict[str, Plain], data).get("method"), _methods(model)
        if not isinstance(method, str) or method not in methods:
            return None, (_wrong_method(name, method, tuple(methods), source),)
        model = methods[method]
    try:
        return _adapter(model).validate_python(data), ()
    except ValidationError as error:
        return None, explain_errors(error, file=name, model=model, source=source)


def _methods(allocation: Any) -> dict[str, Any]:
    """The models of the allocation methods by name."""
    return {
        get_args(model.model_fields["method"].annotation)[0]: model
        for model in get_args(get_args(allocation)[0])
    }


def _wrong_method(name: str, method: Plain | None, known: tuple[str, ...], source: Source) -> Problem:
    place = source.place((name, "method"))
    near = suggest(method, known) if isinstance(method, str) else ""
    return Problem(
        "error",
        "missing_key" if method is None else "wrong_value",
        place.file,
        place.line,
        place.column,
        message("The file has no {key}.", key="method")
        if method is None
        else message("{thing} is {seen}.", thing="method", seen=show(method)),
        message("Did you mean `{near}`?", near=near)
        if near
        else message("Allowed are: {allowed}.", allowed=known),
    )


def _walk(node: Plain, path: Path) -> Iterator[tuple[Path, dict[str, Plain] | list[Plain]]]:
    """Every mapping and list, from the outside in."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from _walk(value, (*path, key))
    elif isinstance(node, list):
        yield path, node
        for index, value in enumerate(node):
            yield from _walk(value, (*path, index))


def _check_translations(source: Source) -> Iterator[Problem]:
    for name, data in source.data.items():
        for path, node in _walk(data, (name,)):
            if not isinstance(node, dict) or set(node) != {"en", "zh"}:
                continue
            empty = [
                language for language, text in node.items() if isinstance(text, str) and not text.strip()
            ]
            if empty:
                place = source.place((*path, empty[0]))
                yield Problem(
                    "error" if len(empty) == 2 else "warning",
                    "untranslated",
                    place.file,
                    place.line,
                    place.column,
                    message(
                        "{thing} has no text in {language}.",
                        thing=describe_path(path, source),
                        language=message("English") if empty[0] == "en" else message("Chinese"),
                    ),
                    message("Write it."),
                )


def _check_ids(source: Source) -> Iterator[Problem]:
    for name, data in source.data.items():
        for path, node in _walk(data, (name,)):
            if not isinstance(node, list):
                continue
            first: dict[str, int] = {}
            for index, item in enumerate(node):
                known = identify(item)
                if known is None:
                    continue
                if known in first:
                    place = source.place((*path, index, "id" if "id" in item else "name"))
                    yield Problem(
                        "error",
                        "duplicate_id",
                        place.file,
                        place.line,
                        place.column,
                        message(
                            "{id} stands twice in {thing}; first in line {line}.",
                            id=known,
                            thing=describe_path(path, source),
                            line=source.place((*path, first[known])).line,
                        ),
                        message("Give each its own id."),
                    )
                first.setdefault(known, index)


def _check_products(safety: Any, source: Source) -> Iterator[Problem]:
    """Which interventions an event may be suspected of is a decision of the study, where a report depends on it.

    Definitions that were signed before this could be said are read as they are, see `find_products`.
    """
    clocks = safety.clocks if safety is not None else ()
    asking = [index for index, clock in enumerate(clocks) if "suspected" in clock.applies.event]
    if not asking or safety.investigational_products is not None:
        return
    place = source.place(("safety.yaml", "clocks", asking[0]))
    yield Problem(
        "error",
        "incomplete",
        place.file,
        place.line,
        place.column,
        message(
            "The clock {id} asks whether an event is suspected, and the file does not say of which interventions.",
            id=clocks[asking[0]].id,
        ),
        message(
            "Write `investigational_products` with the `interventions` that are tested or used as a reference, and "
            "`because`, in both languages."
        ),
    )


def _assemble(parts: Mapping[str, Any], source: Source, warnings: tuple[Problem, ...]) -> Study:
    arms, interventions = parts.get("arms.yaml"), parts.get("interventions.yaml")
    return Study(
        identity=parts["study.yaml"],
        concepts=parts["concepts.yaml"].concepts,
        eligibility=parts["criteria.yaml"],
        arms=arms.arms if arms else (),
        epochs=arms.epochs if arms else (),
        interventions=interventions.interventions if interventions else (),
        schedule=parts.get("schedule.yaml"),
        forms=parts.get("forms.yaml"),
        delegation=parts.get("delegation.yaml"),
        allocation=parts.get("allocation.yaml"),
        safety=parts.get("safety.yaml"),
        analysis=parts.get("analysis.yaml"),
        simulation=parts.get("simulation.yaml"),
        published=parts.get("published.yaml"),
        warnings=warnings,
        source=source,
    )
