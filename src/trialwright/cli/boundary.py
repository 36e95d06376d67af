"""The boundary of a study's stopping rules in advance: when it says stop, and what it does if the true rate were known."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from trialwright.cli.columns import paragraph, table_lines
from trialwright.cli.common import USAGE, Stop, Terminal, read_share
from trialwright.terms.message import Message, message
from trialwright.terms.visible import shortened, visible

if TYPE_CHECKING:
    from trialwright.safety.boundary import Boundary
    from trialwright.study.model import Study
    from trialwright.study.safety import BetaBinomialStopping

RATES = (0.1, 0.2, 0.3, 0.4, 0.5)
"""True rates for which a boundary is shown if nothing else is asked."""

MOST_SHOWN = 2_000
"""The most participants for whom a boundary is shown: what it does is computed in steps as many as their square."""


def read_rates(text: str | None) -> tuple[float, ...]:
    """Read rates such as 0.1,0.2; ends the command for anything that is no proportion."""
    if text is None:
        return RATES
    found = []
    for part in text.split(","):
        rate = read_share(part)
        if not 0 <= rate <= 1:
            raise Stop(USAGE, message("{part} is no rate from 0 to 1.", part=visible(shortened(part))))
        found.append(rate)
    return tuple(found)


WHY: Mapping[str, Message] = {
    "asked": message("as many as were asked for"),
    "planned": message("as many as the plan has in an arm (--participants N asks for others)"),
    "counted": message("as many as are counted already"),
}
"""Why a boundary is shown for so many participants, by a word for programs."""


class Size(NamedTuple):
    """For how many participants a boundary is shown, and why: a word of `WHY`."""

    participants: int
    why: str


def planned_size(study: Study, options: argparse.Namespace, *, least: int = 0) -> Size:
    """For how many participants a boundary is shown: as asked, else as many as an arm of the plan has.

    `least`: as many as are counted already. Ends the command where nobody says how many.
    """
    if options.participants is not None:
        wanted, why = options.participants, "asked"
    else:
        planned = study.analysis.sample_size if study.analysis else None
        wanted, why = int(planned.planned) if planned else 0, "planned"
    if max(least, wanted) == 0:
        raise Stop(
            USAGE,
            message("The definition plans no number of participants; say for how many: --participants N."),
        )
    return Size(least, "counted") if least > wanted else Size(wanted, why)


def show_boundary(
    rule: BetaBinomialStopping, *, size: Size, rates: Sequence[float], terminal: Terminal
) -> dict[str, Any]:
    """A stopping rule with its boundary and operating characteristics, as JSON has them."""
    from trialwright.safety.boundary import compute_operating_characteristics, plan_boundary

    say = terminal.say
    boundary = plan_boundary(rule, largest=size.participants)
    return {
        "id": rule.id,
        "title": say(rule.title),
        "event": rule.event,
        "population": rule.population,
        "arms": list(rule.arms),
        "prior": {"a": rule.prior_a, "b": rule.prior_b},
        "rate": rule.rate,
        "cut": rule.cut,
        "action": say(rule.action),
        "shown_for": {"participants": size.participants, "why": size.why},
        "boundary": list(boundary),
        "operating_characteristics": [
            {"rate": found.rate, "stops": found.stops, "expected_participants": found.expected}
            for found in (compute_operating_characteristics(boundary, rate=rate) for rate in rates)
        ],
    }


def boundary_lines(rule: Mapping[str, Any], terminal: Terminal, *, now: Iterable[str] = ()) -> Iterator[str]:
    """The same for people; `now`: where a trial stands."""
    say = terminal.say
    yield from paragraph(
        say(
            message(
                "{title}: stop where P(rate > {rate}) > {cut}, prior Beta({a}, {b}). {action}",
                title=rule["title"],
                rate=rule["rate"],
                cut=rule["cut"],
                a=rule["prior"]["a"],
                b=rule["prior"]["b"],
                action=rule["action"],
            )
        )
    )
    yield from now
    shown_for = rule["shown_for"]
    yield from paragraph(
        say(
            message(
                "The boundary is shown for up to {count} participants, {why}. The probabilities are those of stopping among them, if every outcome is known when the next participant is counted.",
                count=shown_for["participants"],
                why=WHY[shown_for["why"]],
            )
        )
    )
    yield ""
    yield from _indented(
        [say(message("Stop at so many events")), say(message("Among so many participants"))],
        [
            [say(message("never")) if events is None else str(events), span]
            for events, span in _steps(rule["boundary"])
        ],
    )
    yield ""
    yield from _indented(
        [
            say(message("If the true rate is")),
            say(message("The study stops with probability")),
            say(message("Participants expected")),
        ],
        [
            [f"{each['rate']:g}", f"{each['stops']:.6f}", f"{each['expected_participants']:.4f}"]
            for each in rule["operating_characteristics"]
        ],
    )


def _indented(headings: list[str], rows: list[list[str]]) -> Iterator[str]:
    places = frozenset(range(len(headings)))
    for line in table_lines(headings, rows, right=places, width=96):
        yield f"  {line}"


def _steps(boundary: Boundary) -> Iterator[tuple[int | None, str]]:
    """Numbers of participants with the same number of events, as 4 to 6."""
    first = 0
    for place in range(1, len(boundary) + 1):
        if place == len(boundary) or boundary[place] != boundary[first]:
            last = place
            yield boundary[first], str(last) if last == first + 1 else f"{first + 1}-{last}"
            first = place
