"""set_reference_ranges: the normal ranges of a site's laboratory, by concept, sex, age and day of validity."""

from __future__ import annotations

from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import View, site_stream
from trialwright.record.books.study import Range
from trialwright.record.event import Proposal
from trialwright.terms.dates import UnreadableDate, parse_date
from trialwright.terms.message import Message, message
from trialwright.terms.quantity import UnreadableNumber, parse_number

_AGES = ("age_from", "age_to")
_SEXES = ("", "female", "male")


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Add ranges; older ones stay in force for results before the new day of validity."""
    rows: list[dict[str, Any]] = list(values.rows("ranges"))
    measurements = {one.name for one in view.definition.concepts if one.kind == "measurement"}
    problems = [problem for row in rows for problem in _problems(row, measurements)]
    if problems or not rows:
        return refuse(*(problems or [message("No ranges were given.")]))
    return Proposal(site_stream(view.call.site), "ranges_set", 1, {"ranges": rows}, {})


def _problems(row: dict[str, Any], measurements: set[str]) -> list[Message]:
    if set(row) != set(Range.__dataclass_fields__):
        return [message("A range has the columns {names}.", names=tuple(Range.__dataclass_fields__))]
    found = []
    if row["concept"] not in measurements:
        found.append(message("{name} is no measurement of the study.", name=row["concept"]))
    if row["sex"] not in _SEXES:
        found.append(message("The sex of a range is female, male or empty, not {seen}.", seen=row["sex"]))
    if not all(isinstance(row[end], int) for end in _AGES) or row["age_from"] > row["age_to"]:
        found.append(
            message("The range of {name} needs ages in completed years, from and to.", name=row["concept"])
        )
    try:
        numbers = [parse_number(row[end]) for end in ("low", "high") if row[end]]
        if not numbers or not all(number.exact for number in numbers):
            raise UnreadableNumber
        if len(numbers) == 2 and numbers[0].low >= numbers[1].low:
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
    (Argument("ranges", message("rows of concept, unit, low, high, sex, age_from, age_to, valid_from"), "rows"),),
    decide,
)
