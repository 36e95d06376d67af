"""set_reference_ranges: the normal ranges of a site's laboratory, by concept, sex, age and day of validity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.forms.values import lies_outside, say_limits
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import View, site_stream
from trialwright.record.books.study import Range
from trialwright.record.event import Proposal
from trialwright.record.fact import ConceptType, read_unit
from trialwright.study.form_rules import StudyForms
from trialwright.study.forms import Item
from trialwright.terms.compare import less
from trialwright.terms.dates import UnreadableDate, parse_date
from trialwright.terms.message import Message, message
from trialwright.terms.quantity import BOUND, Interval, UnreadableNumber, parse_number

_SEXES = ("", "female", "male")


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Add ranges; older ones stay in force for results before the new day of validity.

    A range for the same people from the same day takes the place of the one that stands, which needs a reason; so does one
    that lies beside everything expected in the study, which is most often one in another unit. A limit that no result of
    the study's forms may have is refused.
    """
    rows: list[dict[str, Any]] = list(values.rows("ranges"))
    measurements = {
        name: concept
        for name, concept in view.eligibility.concept_types.items()
        if concept.kind == "measurement"
    }
    problems = [problem for row in rows for problem in find_range_problems(row, measurements)]
    if problems or not rows:
        return refuse(*(problems or [message("No ranges were given.")]))
    strange = [problem for row in rows for problem in _unlike_results(row, view.forms)]
    if strange and not all(each.unusual and view.call.reason.strip() for each in strange):
        return refuse(*(each.message for each in strange))
    standing = {_whose(asdict(one)): one for one in view.site.ranges}
    changed = [row for row in rows if standing.get(_whose(row), Range(**row)) != Range(**row)]
    if changed and not view.call.reason.strip():
        return refuse(
            *(
                message(
                    "A range of {name} from {day} on stands already; say why it is changed.",
                    name=row["concept"],
                    day=row["valid_from"],
                )
                for row in changed
            )
        )
    return Proposal(site_stream(view.call.site), "ranges_set", 1, {"ranges": rows}, {})


class _Strange(NamedTuple):
    """A range unlike the results of the study; `unusual`: it may be recorded, with a reason."""

    message: Message
    unusual: bool


def _unlike_results(row: Mapping[str, Any], forms: StudyForms) -> Iterator[_Strange]:
    """Hold a range that can be read against the limits of the item of its concept."""
    item = _item_of(row["concept"], forms)
    if item is None:
        return
    numbers = {end: parse_number(row[end]) for end in ("low", "high") if row[end]}
    for end, number in numbers.items():
        if lies_outside(item, item.possible, number, row["unit"], forms.types):
            yield _Strange(
                message(
                    "The range of {name}: {value} is not possible ({limits}). Is the unit right?",
                    name=item.label,
                    value=f"{row[end]} {row['unit']}",
                    limits=say_limits(item, item.possible),
                ),
                unusual=False,
            )
            return
    low, high = numbers.get("low", Interval(-BOUND, -BOUND)), numbers.get("high", Interval(BOUND, BOUND))
    if lies_outside(item, item.expected, Interval(low.low, high.low), row["unit"], forms.types):
        yield _Strange(
            message(
                "The range of {name}, {low} to {high} {unit}, lies beside everything expected ({limits}). Is the unit "
                "right? If so, say why it is recorded.",
                name=item.label,
                low=row["low"] or "-",
                high=row["high"] or "-",
                unit=row["unit"],
                limits=say_limits(item, item.expected),
            ),
            unusual=True,
        )


def _item_of(concept: str, forms: StudyForms) -> Item | None:
    asked = forms.study.forms.forms if forms.study.forms else ()
    items = (item for form in asked for group in form.groups for item in group.items)
    return next((item for item in items if item.concept == concept and item.is_number), None)


def _whose(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Whom a range is for, and from when on."""
    return tuple(row[name] for name in ("concept", "sex", "age_from", "age_to", "valid_from"))


def find_range_problems(row: Mapping[str, Any], measurements: Mapping[str, ConceptType]) -> list[Message]:
    """Say why a row is no reference range of a measurement of the study; nothing where it is one."""
    if set(row) != set(Range.__dataclass_fields__):
        return [message("A range has the columns {names}.", names=tuple(Range.__dataclass_fields__))]
    found = []
    concept = measurements.get(row["concept"])
    if concept is None:
        found.append(message("{name} is no measurement of the study.", name=row["concept"]))
    elif read_unit(row["unit"], concept).issue:
        found.append(message("{unit} is no unit of {name}.", unit=row["unit"], name=row["concept"]))
    ages = [row["age_from"], row["age_to"]]
    if not all(isinstance(age, int) and age >= 0 for age in ages) or ages != sorted(ages):
        found.append(
            message("The range of {name} is for ages in completed years, from and to.", name=row["concept"])
        )
    if row["sex"] not in _SEXES:
        found.append(message("The sex of a range is female, male or empty, not {seen}.", seen=row["sex"]))
    try:
        numbers = [parse_number(row[end]) for end in ("low", "high") if row[end]]
        if not numbers or not all(number.exact for number in numbers):
            raise UnreadableNumber
        if len(numbers) == 2 and not less(numbers[0].low, numbers[1].low):
            found.append(message("The range of {name} is empty.", name=row["concept"]))
        if not parse_date(row["valid_from"]).exact:
            raise UnreadableDate
    except (UnreadableNumber, UnreadableDate):
        found.append(
            message("The range of {name} needs numbers and a full date of validity.", name=row["concept"])
        )
    return found


ACTION = Action(
    "set_reference_ranges",
    message("set reference ranges of the site's laboratory"),
    "site",
    (
        Argument(
            "ranges", message("rows of concept, unit, low, high, sex, age_from, age_to, valid_from"), "rows"
        ),
    ),
    decide,
    reason="optional",
    writes=("ranges_set",),
)
