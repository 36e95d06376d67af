"""The log-rank test of two or more groups, stratified or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialwright.analysis.distributions import Array, chi_square_tail
from trialwright.analysis.method import Method
from trialwright.analysis.result import CannotAnalyse, Counted, Result
from trialwright.analysis.survival_data import SurvivalData, read_survival
from trialwright.terms.message import Message, Text, message

SOURCE = "Mantel N. Cancer Chemother Rep 1966;50:163-170; Peto R, Peto J. J R Stat Soc A 1972;135:185-207"


def log_rank(
    times: Sequence[float],
    events: Sequence[bool],
    groups: Sequence[str],
    *,
    strata: Sequence[str] | None,
) -> Result:
    """Give the log-rank test that survival is the same in all groups; groups in the order they first occur.

    `times`: followed, 0 or more, in one unit; `events`: true for an event, false for censored, who stay at
    risk of events at the same time; `strata`: of each participant, for a comparison within strata; `None`
    without. No p value, and a note, without events that could tell the groups apart. Raises `CannotAnalyse`
    for one group, other lengths, and data that are no times to event. **Source**: `SOURCE`.
    """
    data, names = read_survival(times, events), list(dict.fromkeys(groups))
    layers = ["all"] * len(data.times) if strata is None else list(strata)
    if len(groups) != len(data.times) or len(layers) != len(data.times):
        raise CannotAnalyse(message("Every participant needs a time, a group and, where used, a stratum."))
    if len(names) < 2:
        raise CannotAnalyse(message("The log-rank test compares groups; there is only one."))
    places = np.array([names.index(each) for each in groups])
    excess, variance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for layer in dict.fromkeys(layers):
        members = np.array([each == layer for each in layers])
        one = SurvivalData(data.times[members], data.events[members])
        more, spread = _one_stratum(one, places[members], len(names))
        excess, variance = excess + more, variance + spread
    counted = tuple(
        Counted(arm=name, n=int((places == place).sum()), events=int(data.events[places == place].sum()))
        for place, name in enumerate(names)
    )
    notes: tuple[Message, ...] = ()
    if strata is not None:
        notes = (message("Compared within {strata} strata.", strata=len(set(layers))),)
    degrees = int(np.linalg.matrix_rank(variance, tol=1e-9 * max(1.0, float(variance.max(initial=0.0)))))
    if degrees == 0:
        note = message("No event happened while two groups were at risk: nothing tells the groups apart.")
        return Result(method="log_rank", source=SOURCE, counted=counted, notes=(*notes, note))
    # The excesses add up to 0, so one group follows from the others: the pseudo-inverse leaves it out.
    statistic = float(excess @ np.linalg.pinv(variance, rcond=1e-9, hermitian=True) @ excess)
    return Result(
        method="log_rank",
        source=SOURCE,
        counted=counted,
        statistic=statistic,
        degrees=degrees,
        p_value=chi_square_tail(statistic, degrees=degrees),
        alternative="two_sided",
        notes=notes,
    )


def _one_stratum(data: SurvivalData, places: Array, groups: int) -> tuple[Array, Array]:
    """Give observed less expected events of each group, and their covariance given the numbers at risk."""
    distinct = np.unique(data.times[data.events])
    excess, variance = np.zeros(groups), np.zeros((groups, groups))
    for time in distinct:
        at_risk = data.times >= time
        ended = (data.times == time) & data.events
        n, d = int(at_risk.sum()), int(ended.sum())
        share = np.bincount(places[at_risk], minlength=groups) / n
        excess += np.bincount(places[ended], minlength=groups) - d * share
        if n > 1:
            variance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    return excess, variance


METHODS = (
    Method(
        name="log_rank",
        kind="survival_test",
        title=Text("log-rank test", "log-rank检验"),
        compute=log_rank,
        source=SOURCE,
    ),
)
