"""What was found for one person: the deciding parts of a finding as sentences, with values and dates."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple, assert_never, cast

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.finding import NONE, Bounds, Finding, known
from trialwright.logic.reasons import REASONS
from trialwright.record.fact import Fact
from trialwright.study.prose.figures import Prose, both, clauses, either, figure, listed, quantity, sentences
from trialwright.study.prose.records import (
    as_entered,
    censored,
    censored_end,
    dated,
    number_of,
    period,
    result,
    when,
)
from trialwright.study.prose.rules import course_remarks, describe, name_sexes, relation
from trialwright.study.prose.words import Limit, Words, at_beginning
from trialwright.terms.message import Message, Text, message

_ALL_SEXES = ("female", "male", "other", "unknown")
