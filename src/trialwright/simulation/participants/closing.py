"""The file of a participant: values corrected, queries answered and closed, visits signed and verified, the lock."""

from __future__ import annotations

from datetime import date, timedelta

from trialwright.conduct.forms import Entry
from trialwright.conduct.trial import is_blind
from trialwright.record.content import CASEBOOK, stands
from trialwright.record.participant import Participant
from trialwright.simulation.participants.agenda import Story, insist
from trialwright.simulation.participants.chance import one_of
from trialwright.simulation.participants.world import Course, Desk, World, later
from trialwright.terms.message import message

ROUND = 7
"""Days between two looks at a file."""

SIGNED_AFTER, CLOSED_AFTER = 5, 14
"""Days until a visit is signed, and from the end of somebody's course until the casebook is closed. Invented."""

QUESTIONS = (
    message("Please check this value against the source."),
    message("This differs much from the last visit; please confirm."),
    message("Please confirm the unit."),
)
ANSWERS = (
    message("Checked against the laboratory report: correct as entered."),
    message("Confirmed with the laboratory."),
)
WITH_A_NAME = message("Asked Zhang San (a made-up name) by telephone, 000-0000: confirmed.")
"""What nobody should type, and somebody does."""


def keep_the_file(world: World, course: Course, consented: date) -> Story:
    """Look at a participant's file every week until the casebook is locked."""
    desk = world.desk(course.site, consented, course.chance)
    visited: date | None = None
    while True:
        yield desk.move(later(desk.day, ROUND))
        yield from _correct(world, course, desk, everything=False)
        yield from _settle_queries(world, course, desk)
        yield from _sign(world, course, desk, older_than=SIGNED_AFTER)
        if visited is None or (desk.day - visited).days >= world.assumed["monitoring_weeks"] * ROUND:
            visited = desk.day
            yield from _monitor(world, course, desk)
        if course.over is not None and not course.busy and (desk.day - course.over).days >= CLOSED_AFTER:
            yield from _close(world, course, desk)
            return


def _correct(world: World, course: Course, desk: Desk, *, everything: bool) -> Story:
    """Put right what was entered wrongly, once it was noticed."""
    due = [one for one in course.corrections if everything or one.day <= desk.day]
    for one in due:
        course.corrections.remove(one)
        yield desk.do(
            "correct",
            "coordinator",
            reason=message("two digits changed over when the value was entered; the report says otherwise"),
            participant=course.id,
            target=one.form,
            entries=one.entries,
        )


def _settle_queries(world: World, course: Course, desk: Desk) -> Story:
    """The site answers what is open; whoever asks closes what was answered before today."""
    for query in world.participant(course).queries:
        if query.state == "answered":
            yield desk.do("close_query", "data_manager", participant=course.id, number=str(query.number))
        elif query.state == "open":
            slipped = course.chance.random() < world.assumed["name_typed_share"]
            answer = world.say(WITH_A_NAME if slipped else one_of(ANSWERS, course.chance))
            event = yield desk.do(
                "answer_query",
                "coordinator",
                participant=course.id,
                number=str(query.number),
                answer=answer,
            )
            if slipped:
                yield desk.do(
                    "mask",
                    "data_manager",
                    reason=message("the answer held a name and a telephone number"),
                    position=str(event.position),
                    containing=answer,
                )


def _settle_all(world: World, course: Course, desk: Desk) -> Story:
    """Until no query is left."""
    while any(query.state != "closed" for query in world.participant(course).queries):
        yield desk.move(later(desk.day, 1))
        yield from _settle_queries(world, course, desk)


def _sign(world: World, course: Course, desk: Desk, *, older_than: int) -> Story:
    """The investigator signs each visit that is old enough, and again where it was changed since."""
    participant = world.participant(course)
    signed = {mark.target for mark in participant.signatures if stands(participant, mark)}
    for visit in participant.visits:
        if visit.missed or visit.id in signed:
            continue
        if (desk.day - date.fromisoformat(visit.date)).days >= older_than:
            yield desk.do(
                "sign",
                "investigator",
                minutes=2.0,
                participant=course.id,
                target=visit.id,
                meaning="reviewed",
            )


def _monitor(world: World, course: Course, desk: Desk) -> Story:
    """The monitor compares visits with their sources, and asks about a value here and there."""
    participant = world.participant(course)
    verified = {mark.target for mark in participant.verifications if stands(participant, mark)}
    for visit in participant.visits:
        if visit.missed or visit.id in verified:
            continue
        yield from _ask(world, course, desk, participant, visit.id)
        yield desk.do("verify_source", "monitor", participant=course.id, target=visit.id)


def _ask(world: World, course: Course, desk: Desk, participant: Participant, visit: str) -> Story:
    for form in participant.forms.values():
        if form.visit != visit or course.chance.random() >= world.assumed["query_share"]:
            continue
        paths = [item.path for item in form.items.values() if item.value and item.unit]
        if paths:
            yield desk.do(
                "raise_query",
                "monitor",
                participant=course.id,
                path=f"{form.id}#{one_of(paths, course.chance)}",
                text=world.say(one_of(QUESTIONS, course.chance)),
            )


def _close(world: World, course: Course, desk: Desk) -> Story:
    """Everything that is open is settled, signed, verified and locked."""
    yield from _correct(world, course, desk, everything=True)
    yield from _monitor(world, course, desk)
    yield from _settle_all(world, course, desk)
    yield from _sign(world, course, desk, older_than=0)
    yield from _lock(world, course, desk)
    if course.index >= 0 and world.happens("unlock", course, world.assumed["unlock_share"]):
        yield from _open_again(world, course, desk)
    course.closed = True


def _lock(world: World, course: Course, desk: Desk) -> Story:
    yield desk.do("sign", "investigator", participant=course.id, target=CASEBOOK, meaning="approved")
    yield desk.move(later(desk.day, 1))
    lock = desk.do("lock", "data_manager", participant=course.id)
    yield from insist(lock, world.say(message("the site has nothing more of what is named as open")))


def _open_again(world: World, course: Course, desk: Desk) -> Story:
    """A laboratory report that comes late opens a locked casebook once more."""
    yield desk.move(later(desk.day, 10))
    yield desk.do(
        "unlock",
        "data_manager",
        reason=message("the laboratory sent a corrected report"),
        participant=course.id,
    )
    participant = world.participant(course)
    able = [
        (form.id, item)
        for form in participant.forms.values()
        for item in form.items.values()
        if form.visit and item.unit and item.concept and _one_more(item.value) != item.value
    ]
    if able:
        form, item = one_of(able, course.chance)
        corrected = Entry(_one_more(item.value), item.unit)
        yield desk.do(
            "correct",
            "coordinator",
            reason=message("corrected report of the laboratory"),
            participant=course.id,
            target=form,
            entries={item.path: corrected},
        )
    yield from _settle_all(world, course, desk)
    yield from _sign(world, course, desk, older_than=0)
    yield from _lock(world, course, desk)


def close_study(world: World) -> Story:
    """Once every casebook is locked: unblind a blind study, lock the study."""
    chance = world.chance.spawn(1)[0]
    desk = world.desk("", world.start, chance)
    while not (world.recruited and world.courses and all(course.closed for course in world.courses)):
        yield desk.move(desk.day + timedelta(days=ROUND))
    yield desk.move(later(desk.day, ROUND))
    yield from _disclose(world, desk)


def _disclose(world: World, desk: Desk) -> Story:
    if is_blind(world.study):
        yield desk.do(
            "unblind", "sponsor", reason=message("the casebooks are locked; the analysis may begin")
        )
    yield desk.do("lock", "sponsor")


def _one_more(text: str) -> str:
    """A number with its last digit raised by one; anything else as it is."""
    last = text[-1:]
    return text[:-1] + str(int(last) + 1) if last.isdigit() and last != "9" else text
