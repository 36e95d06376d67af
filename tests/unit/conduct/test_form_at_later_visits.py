"""What a form of a later visit is asked back for: a weight unlike the earlier ones, a sample of another time.

The woman of `forms_support` weighed 60 kg at screening on 28 May 2026; a visit of 3 June follows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.conduct.forms_support import codes, context, forms, said, screened, screening, table
from trialwright.conduct.forms import Checked, check_entries
from trialwright.record.participant import Participant, Visit

SCREENING = Visit(1, "screening", "screening", "2026-05-28", missed=False, reason="")


def at_visit(
    form: str, entered: str, *, encounter: str = "week_0", day: str = "2026-06-03", study: str = "beam"
) -> Checked:
    """A form of a visit of that day with some entries changed; what is asked at screening only is left out."""
    whole = {**screening()[form], **table(entered)}
    whole.pop("body.height", None)
    woman: Participant = replace(
        screened(),
        visits=(SCREENING, Visit(2, encounter, encounter, day, missed=False, reason="")),
    )
    where = replace(
        context(woman, form=form),
        record=f"{encounter}/{form}",
        encounter=encounter,
        visit_date=day,
        today=date(2026, 8, 1),
    )
    checked = check_entries(forms(study), form, whole, where)
    assert checked.refused == (), [said(fault) for fault in checked.refused]
    return checked


@pytest.mark.parametrize(
    ("weight", "day", "asked_back"),
    [
        # 15 % up and down from 60 kg: 1.15 x 60 = 69; a weight of 51 kg or more is at least 0.85 x 60
        ("63", "2026-06-03", False),
        ("69", "2026-06-03", False),
        ("69.1", "2026-06-03", True),
        ("51", "2026-06-03", False),
        ("50.9", "2026-06-03", True),
        ("36", "2026-06-03", True),  # 63 with its figures changed about
        ("36", "2026-07-09", True),  # six weeks after the screening
        ("36", "2026-07-10", False),
    ],
)
@pytest.mark.parametrize("study", ["beam", "bliss-ln"])
def test_a_weight_unlike_the_earlier_ones(study: str, weight: str, day: str, asked_back: bool) -> None:
    checked = at_visit("vital_signs", f"body.weight | {weight} | kg", day=day, study=study)
    assert (("body.weight", "like_earlier") in codes(checked.queries)) is asked_back


@pytest.mark.parametrize(
    ("form", "entered", "path"),
    [
        # before the visit that came before, and before consent
        ("chemistry", "serum.sampled_on | 2026-01-17", "serum.sampled_on"),
        ("urine", "collection.ended_on | 2026-05-27", "collection.ended_on"),
        # beside a value
        ("chemistry", "serum.sampled_on | 2026-06-03\nserum.creatinine | 80 | umol/L | | 2026-01-17", "serum.creatinine"),
        # after the visit
        ("chemistry", "serum.sampled_on | 2026-06-04", "serum.sampled_on"),
        ("urine", "sediment.sampled_on | 2026-07-03", "sediment.sampled_on"),
    ],
)  # fmt: skip
def test_a_sample_of_another_time_is_asked_back(form: str, entered: str, path: str) -> None:
    checked = at_visit(form, entered)
    assert (path, "off_visit") in codes(checked.queries)


@pytest.mark.parametrize("day", ["2026-05-28", "2026-06-01", "2026-06-03"])
def test_a_sample_between_the_visits_is_not(day: str) -> None:
    assert "off_visit" not in dict(codes(at_visit("chemistry", f"serum.sampled_on | {day}").queries)).values()


@pytest.mark.parametrize("day", ["2026-04-20", "2026-05-28", "2026-05-29"])
def test_results_of_screening_may_be_older_than_consent_or_come_in_later(day: str) -> None:
    checked = at_visit("biopsy", f"report.biopsied_on | {day}", encounter="screening", day="2026-05-28")
    assert checked.queries == ()
