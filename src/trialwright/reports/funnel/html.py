"""A funnel as one HTML page: where people are lost, what each criterion costs, what each reading changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.reports.legend import explain_criteria
from trialwright.reports.page import write_page
from trialwright.reports.words import running_line
from trialwright.study.model import Study

NAMED = 30  # people named beside a reading
ROWS = 500  # records listed as skipped


def write_html(
    result: Mapping[str, Any], *, study: Study, catalogue: Mapping[str, str], language: str
) -> str:
    """The page of a funnel.

    `result`: head of a result, `funnel_result`, `skipped`, `set_aside` (a number) and `coverage`; where `least` is
    above 0 the coverage shows no counts either. `language` is en or zh, `catalogue` its sentences.
    """
    least = result["least"]
    coverage = result["coverage"]
    if least and "warnings_left_out" not in coverage:
        from trialwright.reports.funnel.small_cells import (
            suppress_coverage,
        )  # late: numpy is for small cells alone

        coverage = suppress_coverage(coverage, least=least)
    ran = {row["criterion"]: row["chosen"] for row in result["reading_effects"]}
    return write_page(
        "funnel.html",
        catalogue=catalogue,
        language=language,
        running=running_line(result, study),
        result={**result, "coverage": coverage},
        study=study,
        concepts={concept.name: concept for concept in study.concepts},
        criteria=explain_criteria(study, ran),
        rows=ROWS,
        named=NAMED,
    )
