"""What is planned in prose: schedule of activities, allocation, and who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from trialwright.study.allocation import Factor, Minimisation, PermutedBlocks, StratifiedBlocks
from trialwright.study.model import Study
from trialwright.study.prose.document import (
    Block,
    Bullets,
    Code,
    Heading,
    Inline,
    Item,
    Paragraph,
    Table,
)
from trialwright.study.prose.figures import Prose, day_from, quantity_text
from trialwright.study.prose.tables import described, facts, listing, ruled, section, text_of
from trialwright.study.prose.vocabulary import term
from trialwright.study.prose.words import Words, within_sentence
from trialwright.study.schedule import Anchor, AnchorEvent, Clock, Encounter, ScheduleOfActivities, Timing
from trialwright.terms.message import Message, Text, message


def describe_schedule(study: Study, words: Words) -> Iterator[Block]:
    """The anchors, the visits with their windows, what is done at each."""
    yield section(message("Schedule of activities"), "schedule")
    schedule = study.schedule
    if schedule is None:
        yield Paragraph(message("The definition has no schedule of activities."))
        return
    titles = {anchor.id: within_sentence(anchor.title) for anchor in schedule.anchors}
    day_1 = titles.get(schedule.study_day_1, schedule.study_day_1)
    yield Paragraph(message("Study day 1 is the day of {anchor}; there is no day 0.", anchor=day_1))
    names = {each.id: each.title for each in study.interventions}
    yield Bullets(tuple(Item(_anchor(anchor, names, titles)) for anchor in schedule.anchors))
    if schedule.clocks:
        yield Paragraph(message("Weeks are numbered by more than one clock:"))
        yield Bullets(tuple(Item(_clock(clock, titles)) for clock in schedule.clocks))
    epochs = {each.id: each.title for each in study.epochs}
    yield Table(
        (
            message("Visit"),
            message("Epoch"),
            message("When"),
            *(clock.title for clock in schedule.clocks),
            message("How"),
            message("Description"),
        ),
        tuple(
            (
                each.title,
                epochs.get(each.epoch or "", each.epoch or ""),
                _when(each, titles),
                *(_week(clock.planned_day(each)) for clock in schedule.clocks),
                term("encounter_mode", each.mode),
                each.description or "",
            )
            for each in schedule.encounters
        ),
    )
    yield from _activities(study, schedule, words)


def _anchor(anchor: Anchor, names: Mapping[str, Text], titles: Mapping[str, Text]) -> Inline:
    events = text_of([_event(event, names, titles) for event in anchor.events])
    return described(message("{title} ({remark})", title=anchor.title, remark=events), anchor.description)


def _event(event: AnchorEvent, names: Mapping[str, Text], titles: Mapping[str, Text]) -> Prose:
    what = term("event", event.event)
    if event.interventions:
        things = tuple(within_sentence(names[id]) if id in names else id for id in event.interventions)
        what = message("{event} of {things}", event=what, things=things)
    if event.gap:
        what = message(
            "{event}, doses at most {gap} apart being one course", event=what, gap=quantity_text(event.gap)
        )
    if event.before:
        what = message("{event}, before {anchor}", event=what, anchor=titles.get(event.before, event.before))
    if event.prior_care:
        what = message("{event}; {remark}", event=what, remark=term("prior_care", event.prior_care))
    return message("{event} in {arms}", event=what, arms=event.arms) if event.arms else what


def _clock(clock: Clock, titles: Mapping[str, Text]) -> Inline:
    parts: list[Prose] = [message("counted from {anchor}", anchor=titles.get(clock.anchor, clock.anchor))]
    parts += [
        message(
            "{anchor} is planned {day}", anchor=titles.get(id, id), day=day_from(offset, titles[clock.anchor])
        )
        for id, offset in clock.planned.items()
    ]
    return described(
        message("{title} ({remark})", title=clock.title, remark=text_of(parts)), clock.description
    )


def _week(day: int | None) -> Prose:
    return "" if day is None else f"{day / 7:.4g}"


def _when(encounter: Encounter, titles: Mapping[str, Text]) -> Prose:
    when = _timed(encounter.timing, titles)
    if encounter.day_of is None:
        return when
    return message(
        "{when}; the day of {anchor}", when=when, anchor=titles.get(encounter.day_of, encounter.day_of)
    )


def _timed(timing: Timing | None, titles: Mapping[str, Text]) -> Prose:
    if timing is None:
        return message("at any time (unscheduled)")
    anchor = titles.get(timing.anchor, timing.anchor)
    if timing.at is not None:
        return _around(timing, day_from(timing.at, anchor))
    return message(
        "{first} to {last}",
        first=day_from(timing.earliest or "", anchor),
        last=day_from(timing.latest or "", anchor),
    )


def _around(timing: Timing, day: Message) -> Message:
    before = timing.before and quantity_text(timing.before)
    after = timing.after and quantity_text(timing.after)
    if before and after:
        return message(
            "{day}, at most {before} earlier or {after} later", day=day, before=before, after=after
        )
    if before:
        return message("{day}, at most {before} earlier", day=day, before=before)
    return message("{day}, at most {after} later", day=day, after=after) if after else day


def _activities(study: Study, schedule: ScheduleOfActivities, words: Words) -> Iterator[Block]:
    if not schedule.activities:
        yield Paragraph(message("The schedule has no activities."))
        return
    yield Heading(3, message("Activities by visit"))
    yield Table(
        (message("Activity"), *(each.title for each in schedule.encounters)),
        tuple(
            (activity.title, *("×" if each.id in activity.encounters else "" for each in schedule.encounters))
            for activity in schedule.activities
        ),
    )
    forms = {form.id: form.title for form in study.forms.forms} if study.forms else {}
    names = {each.id: each.title for each in study.interventions}
    yield Table(
        (
            message("Activity"),
            message("Description"),
            message("Forms"),
            message("Interventions"),
            message("Arms"),
            message("Only if"),
        ),
        tuple(
            (
                activity.title,
                activity.description or "",
                listing(forms.get(id, id) for id in activity.forms),
                listing(names.get(id, id) for id in activity.interventions),
                listing(activity.arms),
                ruled(activity.condition, words),
            )
            for activity in schedule.activities
        ),
    )


# allocation


def describe_allocation(study: Study, words: Words) -> Iterator[Block]:
    """How participants come into arms."""
    yield section(message("Allocation to arms"), "allocation")
    rule = study.allocation
    if rule is None:
        yield Paragraph(message("The definition has no allocation rule."))
        return
    if rule.description is not None:
        yield Paragraph(rule.description)
    rows: list[tuple[Message, Inline | None]] = [(message("Method"), term("allocation_method", rule.method))]
    factors: tuple[Factor, ...] = ()
    if isinstance(rule, PermutedBlocks | StratifiedBlocks | Minimisation):
        rows.append((message("Ratio"), listing(f"{arm}: {weight}" for arm, weight in rule.ratio.items())))
    if isinstance(rule, PermutedBlocks | StratifiedBlocks):
        rows.append((message("Block sizes"), text_of([str(size) for size in rule.block_sizes])))
    if isinstance(rule, StratifiedBlocks | Minimisation):
        factors = rule.factors
    if isinstance(rule, Minimisation):
        rows.append((message("Imbalance measured by"), term("distance", rule.distance)))
        rows.append((message("Probability of the better arm"), rule.probability))
    yield facts(rows)
    if factors:
        yield Table(
            (message("Factor"), message("Factor level"), message("Who")), tuple(_levels(factors, words))
        )


def describe_delegation(study: Study) -> Iterator[Block]:
    """Which role may do what."""
    yield section(message("Delegation"), "delegation")
    if study.delegation is None:
        yield Paragraph(message("The definition has no delegation table."))
        return
    yield Table(
        (message("Role"), message("Held"), message("May")),
        tuple(
            (role.title, term("role_scope", role.scope), Code(", ".join(role.actions)))
            for role in study.delegation.roles
        ),
    )


def _levels(factors: Iterable[Factor], words: Words) -> Iterator[tuple[Inline, ...]]:
    for factor in factors:
        if factor.by_site:
            yield factor.title, message("each site"), ""
        for level in factor.levels:
            yield factor.title, level.title, ruled(level.rule, words)
