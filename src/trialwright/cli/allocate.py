"""`trialwright allocate`: how predictable and how uneven a study's allocation rule is, before the study opens."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import isclose, isnan, prod
from typing import TYPE_CHECKING, Any

from trialwright.cli.as_of import write_result
from trialwright.cli.columns import paragraph, table_lines
from trialwright.cli.common import DONE, USAGE, Stop, Terminal, count_option, load_eligibility, own_parser
from trialwright.terms.message import Message, message
from trialwright.terms.visible import visible

if TYPE_CHECKING:
    from trialwright.conduct.allocation import Randomised
    from trialwright.conduct.allocation.predictability import Distribution, Predictability, RightGuesses
    from trialwright.study.allocation import Factor
    from trialwright.study.model import Study

Shares = Mapping[str, float]

METHODS: Mapping[str, Message] = {
    "concurrent_control": message("concurrent control: the investigator assigns the arm"),
    "permuted_blocks": message("permuted blocks"),
    "stratified_blocks": message("permuted blocks within strata"),
    "minimisation": message("minimisation"),
}
"""How participants come into arms."""

MOST_PARTICIPANTS, MOST_TRIALS, MOST_DRAWN = 10_000, 100_000, 20_000_000
"""The most participants, simulated trials and allocations: some hours of one processor."""


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "Before the start: how often the next arm is guessed right, and how uneven the arms become, by simulated trials under the study's rule. Nothing of the study's own sequence is used or shown."
        ),
        "  trialwright allocate beam-randomised --participants 53 --seed 1\n"
        "  trialwright allocate bliss-ln --participants 448 --trials 200 --seed 1 \\\n"
        "      --shares induction=cyclophosphamide:0.26,mycophenolate:0.74 --shares race=black:0.14,not_black:0.86",
        terminal,
    )
    own.add_argument(
        "study", metavar="STUDY", help=say(message("a study folder, or the name of a bundled study"))
    )
    own.add_argument(
        "--participants",
        required=True,
        type=count_option(terminal, least=1, most=MOST_PARTICIPANTS),
        metavar="N",
        help=say(message("how many participants each simulated trial has")),
    )
    own.add_argument(
        "--trials",
        type=count_option(terminal, least=1, most=MOST_TRIALS),
        default=1_000,
        metavar="N",
        help=say(message("how many trials are simulated (1000)")),
    )
    own.add_argument(
        "--seed",
        required=True,
        type=count_option(terminal),
        metavar="S",
        help=say(message("the same seed gives the same figures")),
    )
    own.add_argument(
        "--shares",
        action="append",
        default=[],
        metavar="FACTOR=LEVEL:SHARE,...",
        help=say(
            message("the shares of a factor's levels, adding up to 1 (all equal); factors are independent")
        ),
    )
    own.add_argument(
        "--format", choices=("table", "json"), default="table", help=say(message("table for people"))
    )
    own.add_argument("--out", metavar="FILE", help=say(message("write there instead of to the terminal")))
    return own


def allocate(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright allocate STUDY --participants N --seed S`."""
    study = load_eligibility(options.study, terminal).study
    rule = study.allocation
    if rule is None:
        raise Stop(USAGE, message("The study {study} has no allocation rule.", study=study.id))
    if options.participants * options.trials > MOST_DRAWN:
        raise Stop(
            USAGE,
            message(
                "--participants times --trials is at most {most}; these are {count}.",
                most=f"{MOST_DRAWN:,}",
                count=f"{options.participants * options.trials:,}",
            ),
        )
    result = _opening(study, terminal)
    if rule.method == "concurrent_control":
        if options.shares:
            raise Stop(USAGE, message("The allocation rule has no factors; leave out --shares."))
        said = message(
            "The investigator assigns the arm and gives the reason. Nothing is drawn, so there is nothing to simulate: whoever assigns knows the next arm, and imbalance at baseline is reported instead."
        )
        result = {**result, "drawn": False, "remark": terminal.say(said)}
        lines: Iterator[str] = _first_lines(result, terminal)
    else:
        result = {**result, "drawn": True, **_simulated(rule, study, options, terminal)}
        lines = _lines(result, terminal)
    write_result(options, terminal, result=result, lines=lines)
    return DONE


def _opening(study: Study, terminal: Terminal) -> dict[str, Any]:
    import trialwright
    from trialwright.study.canonical import version

    assert study.allocation is not None  # noqa: S101  # refused by `allocate`
    return {
        "study": study.id,
        "study_version": version(study),
        "software": f"trialwright {trialwright.__version__}",
        "method": study.allocation.method,
        "method_text": terminal.say(METHODS[study.allocation.method]),
    }


def _simulated(
    rule: Randomised, study: Study, options: argparse.Namespace, terminal: Terminal
) -> dict[str, Any]:
    import numpy as np

    from trialwright.conduct.allocation.levels import factors_of
    from trialwright.conduct.allocation.predictability import compute_predictability

    factors = factors_of(rule)
    shares = _shares(factors, study, options.shares)
    strata = {
        tuple(level for level, _ in levels): prod(share for _, share in levels)
        for levels in product(*(tuple(shares[factor.id].items()) for factor in factors))
    }
    terminal.progress(message("simulating"))
    found = compute_predictability(
        rule,
        participants=options.participants,
        shares=strata,
        trials=options.trials,
        generator=np.random.default_rng(options.seed),
    )
    return {
        "participants": found.participants,
        "trials": found.trials,
        "seed": options.seed,
        "ratio": dict(rule.ratio),
        "block_sizes": list(getattr(rule, "block_sizes", ())),
        "shares": {factor.id: dict(shares[factor.id]) for factor in factors},
        "right_guesses": _guesses(found),
        "imbalance": _imbalance(found, factors, study, terminal),
    }


def _shares(factors: tuple[Factor, ...], study: Study, given: list[str]) -> dict[str, Shares]:
    """The share of each level of each factor; all levels alike where nothing is said."""
    known = {factor.id: _levels(factor, study) for factor in factors}
    found: dict[str, Shares] = {}
    for text in given:
        id, equals, rest = text.partition("=")
        if not equals or id not in known:
            raise Stop(
                USAGE,
                message(
                    "{text} does not name a factor of the allocation rule; it has: {known}.",
                    text=visible(text),
                    known=tuple(known),
                ),
            )
        if id in found:
            raise Stop(USAGE, message("The shares of {factor} are given twice.", factor=id))
        found[id] = _read_shares(id, rest, known[id])
    return {id: found.get(id, dict.fromkeys(levels, 1 / len(levels))) for id, levels in known.items()}


def _levels(factor: Factor, study: Study) -> tuple[str, ...]:
    if not factor.by_site:
        return tuple(level.id for level in factor.levels)
    sites = tuple(site.id for site in study.identity.sites)
    if not sites:
        raise Stop(
            USAGE,
            message("The factor {factor} counts sites, and the definition has none.", factor=factor.id),
        )
    return sites


def _read_shares(factor: str, text: str, levels: tuple[str, ...]) -> Shares:
    found: dict[str, float] = {}
    for part in text.split(","):
        level, _, share = part.partition(":")
        try:
            value = float(Fraction(share))
        except (ValueError, ZeroDivisionError):
            value = -1.0
        if level not in levels or not 0 <= value <= 1 or level in found:
            raise Stop(
                USAGE,
                message(
                    "{part} is no share of a level of {factor}; write each of {levels} once, such as {example}.",
                    part=visible(part),
                    factor=factor,
                    levels=levels,
                    example=f"{levels[0]}:0.4",
                ),
            )
        found[level] = value
    if set(found) != set(levels) or not isclose(sum(found.values()), 1.0, rel_tol=1e-9):
        raise Stop(
            USAGE,
            message(
                "The shares of {factor} must name all of {levels} and add up to 1.",
                factor=factor,
                levels=levels,
            ),
        )
    return found


def _guesses(found: Predictability) -> dict[str, Any]:
    def summary(guesses: RightGuesses) -> dict[str, float | None]:
        error = guesses.standard_error
        return {"mean": guesses.mean, "standard_error": None if isnan(error) else error}

    return {
        "blind": found.blind,
        "counting": summary(found.counting),
        "counting_exact": found.expected,
        "knowing": summary(found.knowing),
    }


def _imbalance(
    found: Predictability, factors: tuple[Factor, ...], study: Study, terminal: Terminal
) -> list[dict[str, Any]]:
    """The groups: all participants, every level of every factor, every stratum if there are several factors."""
    say = terminal.say
    titles = _titles(factors, study)
    groups = [{"group": say(message("all participants")), **_spread(found.overall)}]
    groups += [
        {
            "group": say(
                message("{factor}: {level}", factor=factors_title(factors, pair[0]), level=titles[pair])
            ),
            **_spread(each),
        }
        for pair, each in found.levels.items()
    ]
    if len(factors) > 1:
        groups += [
            {
                "group": say(
                    message(
                        "{things}",
                        things=tuple(
                            titles[factor.id, level] for factor, level in zip(factors, stratum, strict=True)
                        ),
                    )
                ),
                **_spread(each),
            }
            for stratum, each in found.strata.items()
        ]
    return groups


def factors_title(factors: tuple[Factor, ...], id: str) -> object:
    """What a factor is called."""
    return next(factor.title for factor in factors if factor.id == id)


def _titles(factors: tuple[Factor, ...], study: Study) -> dict[tuple[str, str], object]:
    found: dict[tuple[str, str], object] = {}
    for factor in factors:
        found.update({(factor.id, level.id): level.title for level in factor.levels})
        if factor.by_site:
            found.update({(factor.id, site.id): site.name for site in study.identity.sites})
    return found


def _spread(distribution: Distribution) -> dict[str, Any]:
    """How uneven a group is at the end: the mean, the value that 95 % of the trials do not pass, the largest."""
    passed, most = 0.0, Fraction()
    for value, share in distribution.items():
        passed, most = passed + share, value
        if passed >= 0.95 - 1e-9:
            break
    return {
        "mean": sum(float(value) * share for value, share in distribution.items()),
        "most_in_95_percent": float(most),
        "largest": float(max(distribution)),
        "distribution": [
            {"imbalance": float(value), "share": share} for value, share in distribution.items()
        ],
    }


# for people


def _first_lines(result: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    yield terminal.say(message("{name}: {outcome}", name=result["study"], outcome=result["method_text"]))
    if "remark" in result:
        yield from paragraph(result["remark"])


def _lines(result: Mapping[str, Any], terminal: Terminal) -> Iterator[str]:
    say = terminal.say
    yield from _first_lines(result, terminal)
    ratio = " : ".join(f"{arm} {part}" for arm, part in result["ratio"].items())
    yield say(message("Ratio: {ratio}", ratio=ratio))
    if result["block_sizes"]:
        sizes = tuple(map(str, result["block_sizes"]))
        yield say(message("Block sizes, each as likely: {sizes}", sizes=sizes))
    for factor, shares in result["shares"].items():
        told = tuple(f"{level} {share:.6g}" for level, share in shares.items())
        yield from paragraph(
            say(message("Assumed shares of {factor}: {shares}", factor=factor, shares=told)), hanging="  "
        )
    yield say(
        message(
            "{trials} simulated trials of {participants} participants, seed {seed}",
            trials=result["trials"],
            participants=result["participants"],
            seed=result["seed"],
        )
    )
    yield ""
    yield say(message("How often the next arm is guessed right"))
    yield from table_lines(
        [
            say(message("Guessing")),
            say(message("Right")),
            say(message("Standard error")),
            say(message("Exact value")),
        ],
        list(_guess_rows(result["right_guesses"], terminal)),
        right=frozenset({1, 2, 3}),
    )
    yield ""
    yield say(
        message(
            "How uneven the arms are at the end (range of the counts, each divided by its part of the ratio)"
        )
    )
    yield from table_lines(
        [
            say(message("Group")),
            say(message("Mean")),
            say(message("95 % of trials at most")),
            say(message("Largest")),
        ],
        [
            [each["group"], f"{each['mean']:.2f}", f"{each['most_in_95_percent']:g}", f"{each['largest']:g}"]
            for each in result["imbalance"]
        ],
        right=frozenset({1, 2, 3}),
    )


def _guess_rows(guesses: Mapping[str, Any], terminal: Terminal) -> Iterator[list[str]]:
    say = terminal.say
    yield [say(message("always the arm with the largest part")), "", "", _percent(guesses["blind"])]
    yield [
        say(message("the arm furthest behind, by counting")),
        _percent(guesses["counting"]["mean"]),
        _percent(guesses["counting"]["standard_error"]),
        _percent(guesses["counting_exact"]),
    ]
    yield [
        say(message("the likeliest arm, knowing the rule and every earlier arm")),
        _percent(guesses["knowing"]["mean"]),
        _percent(guesses["knowing"]["standard_error"]),
        "",
    ]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}%"


COMMANDS = {"allocate": allocate}
