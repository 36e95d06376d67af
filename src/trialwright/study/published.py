"""published.yaml: what others published about the trial, as counts and figures to compute again. No part of the version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from trialwright.study.part import Id, Name, Number, Part, Whole, Words
from trialwright.terms.message import Text


class PublishedFigure(Part):
    """A printed figure. `method`: by which method of the plan it should come out.

    `quantity`: p_value, odds_ratio, ... `because`: why it cannot be computed again from the counts, where it cannot.
    """

    method: Id
    quantity: Name
    value: Number
    because: Text | None = None


class PublishedOutcome(Part):
    """How many participants of each arm had the outcome of an estimand, and the figures printed about it."""

    estimand: Id
    events: Mapping[Id, Whole]
    figures: Annotated[tuple[PublishedFigure, ...], Field(min_length=1)]


class PublishedReport(Part):
    """The whole of published.yaml. `participants`: by arm; `how_known`: whether printed or reconstructed."""

    source: Words
    how_known: Text
    participants: Mapping[Id, Whole]
    outcomes: Annotated[tuple[PublishedOutcome, ...], Field(min_length=1)]
