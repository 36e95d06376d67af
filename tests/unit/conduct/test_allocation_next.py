"""The next arm: given or refused with the reason, the same for the same arguments, one place for one participant."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.unit.conduct.allocation_support import (
    STUDY,
    allocate_all,
    arms,
    blocks,
    factor,
    given,
    minimisation,
    secret,
    strata,
)
from trialwright.conduct.allocation import (
    CODES,
    GivenArm,
    NotGiven,
    Randomised,
    allocate_next,
    assign_arm,
    compute_chances,
    replay,
)
from trialwright.study.allocation import ConcurrentControl
from trialwright.terms.message import render

SEX, CLASS, SITE = factor("sex", "female", "male"), factor("class", "pure_v", "other"), factor("centre")
BY_SEX_AND_CLASS = strata(SEX, CLASS, sizes=(4,))
BY_SITE = minimisation(SITE, SEX)

# fmt: off
REFUSED = [
    # rule, levels, site, code, words
    (BY_SEX_AND_CLASS, {"sex": "male"}, "a", "level_missing", "The level of the factor class is not known."),
    (BY_SEX_AND_CLASS, {"sex": "male", "class": ""}, "a", "level_missing", "the factor class is not known"),
    (BY_SEX_AND_CLASS, {}, "a", "level_missing", "the factor sex is not known"),
    (BY_SEX_AND_CLASS, {"sex": "male", "class": "IV"}, "a", "level_unknown",
     "IV is no level of the factor class; known are: pure_v, other."),
    (BY_SEX_AND_CLASS, {"sex": "unknown", "class": "other"}, "a", "level_unknown", "unknown is no level"),
    (BY_SEX_AND_CLASS, {"sex": "male", "class": "other", "age": "old"}, "a", "factor_unknown", "age is no factor"),
    (blocks(4), {"sex": "male"}, "a", "factor_unknown", "sex is no factor"),
    (blocks(4), {}, "", "site_missing", "belongs to no site"),
    (BY_SITE, {"sex": "male"}, "", "site_missing", "belongs to no site"),
    (BY_SITE, {"sex": "male", "centre": "b"}, "a", "level_unknown", "b is no level of the factor centre"),
    (BY_SITE, {}, "a", "level_missing", "the factor sex is not known"),
]
# fmt: on


@pytest.mark.parametrize(("rule", "levels", "site", "code", "words"), REFUSED)
def test_a_missing_or_unknown_level_is_refused(
    rule: Randomised, levels: Mapping[str, str], site: str, code: str, words: str
) -> None:
    answer = allocate_next(rule, study=STUDY, secret=secret(1), earlier=(), levels=levels, site=site)
    assert isinstance(answer, NotGiven)
    assert answer.code == code
    assert code in CODES
    assert words in render(answer.message, {})
    assert compute_chances(rule, earlier=(), levels=levels, site=site) == answer


def test_what_is_given_names_everything_the_next_one_needs() -> None:
    answer = given(
        allocate_next(BY_SITE, study=STUDY, secret=secret(1), earlier=(), levels={"sex": "male"}, site="a")
    )
    assert answer.arm in BY_SITE.ratio
    assert (answer.site, answer.levels) == ("a", {"centre": "a", "sex": "male"})
    named = {"sex": "male", "centre": "a"}
    assert answer == allocate_next(BY_SITE, study=STUDY, secret=secret(1), earlier=(), levels=named, site="a")


@pytest.mark.parametrize("rule", [blocks(4, 6), BY_SEX_AND_CLASS, minimisation(SEX, CLASS)])
def test_the_same_arguments_give_the_same_arm_and_another_secret_another_sequence(rule: Randomised) -> None:
    levels = {} if rule == blocks(4, 6) else {"sex": "female", "class": "other"}
    once, again = (allocate_all(rule, [levels] * 40, key=secret(1)) for _ in range(2))
    assert once == again
    assert len({arms(allocate_all(rule, [levels] * 40, key=secret(number))) for number in range(20)}) == 20


def test_a_secret_of_the_wrong_length_is_an_error_not_a_refusal() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        allocate_next(blocks(4), study=STUDY, secret=b"too short", earlier=(), levels={}, site="a")


# Many at once


class MadeUpLedger:
    """An append-only list that takes an allocation only if nothing has been added since it was decided on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.events: tuple[tuple[str, GivenArm], ...] = ()

    def append(self, participant: str, made: GivenArm, *, decided_on: int) -> bool:
        with self._lock:
            if len(self.events) != decided_on:
                return False
            self.events += ((participant, made),)
            return True


@pytest.mark.parametrize("rule", [blocks(4, 6), BY_SEX_AND_CLASS, minimisation(SEX, CLASS)])
def test_a_hundred_requests_at_once_leave_no_gap_and_no_duplicate(rule: Randomised) -> None:
    """T32: concurrent requests never collide, and a replay gives the same."""
    ledger, key = MadeUpLedger(), secret(9)

    def request(number: int) -> None:
        levels = {"sex": ("female", "male")[number % 2], "class": ("pure_v", "other")[number % 3 == 0]}
        while True:
            before = ledger.events
            made = allocate_next(
                rule,
                study=STUDY,
                secret=key,
                earlier=[each for _, each in before],
                levels={} if rule == blocks(4, 6) else levels,
                site="site_a",
            )
            if ledger.append(f"participant {number}", given(made), decided_on=len(before)):
                return

    with ThreadPoolExecutor(max_workers=8) as requests:
        list(requests.map(request, range(100)))
    assert sorted(who for who, _ in ledger.events) == sorted(f"participant {number}" for number in range(100))
    made = tuple(each for _, each in ledger.events)
    # In the order in which the ledger took them they are what one request after the other gives.
    assert made == allocate_all(rule, [each.levels for each in made], key=key)
    found = replay([rule], study=STUDY, secret=key, allocations=made)
    assert (found.compared, found.difference) == (100, None)


# Concurrent control

CONCURRENT = ConcurrentControl(method="concurrent_control")


def test_the_investigator_gives_the_arm_and_the_reason() -> None:
    made = assign_arm(
        CONCURRENT,
        arms=("BEL+MT", "MT"),
        arm="MT",
        reason="Belimumab is not on the formulary.",
        site="nanjing",
    )
    assert (given(made).arm, given(made).site, given(made).levels) == ("MT", "nanjing", {})


# fmt: off
UNASSIGNED = [
    # arm, reason, site, code, words
    ("MT", "", "a", "reason_missing", "Say why this participant comes into the arm MT."),
    ("MT", " \n", "a", "reason_missing", "Say why"),
    ("placebo", "Asked for it.", "a", "arm_unknown", "placebo is no arm of the study; its arms are: BEL+MT, MT."),
    ("", "Asked for it.", "a", "arm_unknown", "Say which arm it is; the arms are: BEL+MT, MT."),
    ("MT", "Asked for it.", "", "site_missing", "belongs to no site"),
]
# fmt: on


@pytest.mark.parametrize(("arm", "reason", "site", "code", "words"), UNASSIGNED)
def test_an_assignment_without_arm_or_reason_is_refused(
    arm: str, reason: str, site: str, code: str, words: str
) -> None:
    answer = assign_arm(CONCURRENT, arms=("BEL+MT", "MT"), arm=arm, reason=reason, site=site)
    assert isinstance(answer, NotGiven)
    assert (answer.code, code in CODES) == (code, True)
    assert words in render(answer.message, {})


def test_a_reason_is_not_asked_for_where_the_rule_does_not_want_one() -> None:
    rule = ConcurrentControl(method="concurrent_control", reason_required=False)
    assert given(assign_arm(rule, arms=("A", "B"), arm="B", reason="", site="a")).arm == "B"


# The room


def test_allocation_loads_without_the_libraries_of_the_statistician() -> None:
    program = (
        "import sys, trialwright.conduct.allocation, trialwright.conduct.allocation.predictability\n"
        "print(sorted({'numpy', 'scipy', 'yaml', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
