"""Units as tables: what is known, what is refused, and what one unit is in another."""

from __future__ import annotations

import csv
import re
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from trialwright.terms.compare import equal
from trialwright.terms.ucum_atoms import ATOMS, BASE, METRIC, OWN_DIMENSION, PREFIXES, SCALES
from trialwright.terms.units import (
    BridgeError,
    IncompatibleUnits,
    UnitError,
    UnknownUnit,
    converter,
    parse_bridge,
    parse_unit,
)

PUBLISHED = Path(__file__).parents[1] / "published"


def rows_of(text: str) -> list[list[str]]:
    """A table drawn with | between columns; lines without any text are left out."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


# What other people found -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row", csv_rows(PUBLISHED / "units.csv"), ids=lambda r: f"{r['value']} {r['unit']} to {r['to']}"
)
def test_published_conversion(row: dict[str, str]) -> None:
    conversion = converter(row["unit"], row["to"], [row["conversion"]] if row["conversion"] else [])
    found, expected, within = conversion(float(row["value"])), float(row["expected"]), float(row["within"])
    assert abs(found - expected) <= within * max(abs(expected), 1.0), row["source"]


LOCAL_UNITS = {"THOU/uL": "10*3/uL", "GI/L": "10*9/L", "mEq/L": "meq/L"}  # the units of a mapping.yaml
CDISC = {
    # analyte: unit of the concept in the BEAM list, and the conversions it declares
    "ALB": ("g/L", ()),
    "ALT": ("U/L", ()),
    "AST": ("U/L", ()),
    "BILI": ("mg/dL", ("1 mg/dL = 17.1 umol/L",)),
    "CREAT": ("mg/dL", ("1 mg/dL = 88.4 umol/L",)),
    "GLUC": ("mmol/L", ("1 mmol/L = 18.016 mg/dL",)),
    "HGB": ("g/L", ("1 g/dL = 0.6206 mmol/L",)),
    "K": ("mmol/L", ("1 mmol/L = 1 meq/L",)),
    "LYM": ("10*9/L", ()),
    "PLAT": ("10*9/L", ()),
    "WBC": ("10*9/L", ()),
}


def test_cdisc_pilot_laboratory_round_trips_through_every_concept() -> None:
    """**Source**: tests/published/cdisc_lb; the sponsor converted each result, we must agree to 1e-3."""
    checked: Counter[str] = Counter()
    for row in csv_rows(PUBLISHED / "cdisc_lb" / "excerpt.csv"):
        analyte = row["LBTESTCD"]
        unit, bridges = CDISC[analyte]
        reported = LOCAL_UNITS.get(row["LBORRESU"], row["LBORRESU"])
        standard = LOCAL_UNITS.get(row["LBSTRESU"], row["LBSTRESU"])
        reported_value = float(row["LBORRES"].removeprefix("<"))
        standard_value = float(row["LBSTRESC"].removeprefix("<"))
        ours = converter(reported, unit, bridges)(reported_value)
        assert ours == pytest.approx(converter(standard, unit, bridges)(standard_value), rel=1e-3)
        assert converter(unit, standard, bridges)(ours) == pytest.approx(standard_value, rel=1e-3)
        assert equal(converter(unit, reported, bridges)(ours), reported_value)
        checked[analyte] += 1
    assert set(checked) == set(CDISC)
    assert min(checked.values()) >= 14
    assert sum(checked.values()) == 274


def test_local_spellings_of_the_cdisc_laboratory_are_unknown_without_a_mapping() -> None:
    for spelling in LOCAL_UNITS:
        with pytest.raises(UnknownUnit):
            parse_unit(spelling)


# What a unit is --------------------------------------------------------------------------------------------

IN_USE = [row["unit"] for row in csv_rows(PUBLISHED / "units_in_use.csv")]


@pytest.mark.parametrize("text", sorted(set(IN_USE)))
def test_known_unit(text: str) -> None:
    assert parse_unit(text).factor > 0
    assert converter(text, text)(3.2) == pytest.approx(3.2, rel=1e-15)


SAME = """
    g/g{creat}            | g/g
    mL/min/{1.73_m2}      | mL/min
    {score}               | 1
    {cells}/uL            | /uL
    10*9/L                | 10*3/uL
    10^9/L                | 10*9/L
    10*9/L                | 10*6/mL
    g/(24.h)              | g/d
    g/24/h                | g/(24.h)
    g.h-1/24              | g/(24.h)
    mg/dl                 | mg/dL
    [IU]/mL               | [iU]/mL
    k[IU]/L               | [IU]/mL
    m/s2                  | m.s-2
    m+2                   | m2
    kg.m/s2               | N
    mg/kg/d               | mg/d/kg
    /(s.m2)               | s-1/m2
    Cel{oral}             | Cel
    g%                    | g/dL
    min                   | s.60
    cd                    | cd
"""


@pytest.mark.parametrize(("one", "other"), rows_of(SAME))
def test_two_texts_of_one_unit(one: str, other: str) -> None:
    assert parse_unit(one) == parse_unit(other)


def test_symbols_are_read_whole_before_prefix_and_unit() -> None:
    """`cd` is no hundredth of a day, `Pa` no peta-year, `mo` a month, `dar` a tenth of an are."""
    assert parse_unit("cd").dimension == (("cd", 1),)
    assert parse_unit("Pa").dimension == (("g", 1), ("m", -1), ("s", -2))
    assert converter("h", "min")(1) == 60
    assert converter("a", "mo")(1) == pytest.approx(12)
    assert converter("dar", "m2")(1) == pytest.approx(10)
    assert converter("dam", "m")(1) == pytest.approx(10)


UNKNOWN = """
    empty                      |
    blank                      | ⎵
    blank before               | ⎵mg/dL
    blank after                | mg/dL⎵
    blank within               | mg /dL
    local thousands            | THOU/uL
    local thousands            | K/μL
    local giga                 | GI/L
    local millions             | M/uL
    local millions             | MILL/uL
    decimal power of ten       | x10^9/L
    decimal power of ten       | 10e9/L
    power of ten misread       | 109/L9L
    wrong case                 | MG/DL
    wrong case                 | Mg/DL
    wrong case                 | CEL
    US equivalents             | mEq/L
    no brackets                | IU/mL
    no brackets                | mmHg
    no brackets                | /HPF
    no brackets                | lb
    no brackets                | in
    no brackets                | degC
    typographic                | µmol/L
    typographic                | ug/m²
    typographic                | °C
    typographic                | 10⁹/L
    words                      | cells/uL
    words                      | g/day
    words                      | gm/dL
    words                      | mcg
    words                      | yr
    words                      | hr
    words                      | score
    words                      | NO UNITS
    words                      | FRACTION
    words                      | (score)
    number before unit         | g/24h
    number before unit         | 12h
    number before unit         | 2kg
    decimal number             | mL/min/1.73
    decimal number             | mL/min/1.73.m2
    decimal number             | mL/min/1.73{m2}
    decimal number             | 1.5.g
    open end                   | mg/
    open end                   | mg.
    double slash               | mg//dL
    open parenthesis           | g/(24.h
    lone parenthesis           | g/24.h)
    empty parenthesis          | g/()
    open brace                 | g/g{creat
    lone brace                 | g/gcreat}
    nested braces              | g/{a{b}}
    open bracket               | /[HPF
    note before unit           | {Relative}%
    unit after note            | g{a}m
    two notes                  | {a}{b}
    slash in parentheses       | g.(/h)
    exponent of parentheses    | (m.s)2
    exponent zero              | m0
    exponent without unit      | -2
    exponent out of reach      | m31
    exponent out of reach      | 10*999999999
    divided by nothing         | g/0
    prefix alone               | k
    two prefixes               | kkg
    prefix on non-metric       | kmin
    prefix on non-metric       | m%
    prefix on non-metric       | k[lb_av]
    scale in a product         | Cel/min
    scale in a product         | 10.Cel
    scale with exponent        | Cel2
    scale with prefix          | mCel
    logarithm                  | dB
    sign                       | 10+3/uL
    equation                   | g=g
    negative                   | -g
    not a unit                 | null
    not a unit                 | nan
    SQL                        | '; drop table
    too long                   | LONG
"""


@pytest.mark.parametrize(("why", "text"), rows_of(UNKNOWN))
def test_unknown_unit(why: str, text: str) -> None:
    entered = text.replace("⎵", " ").replace("LONG", ".".join(["m"] * 200))
    with pytest.raises(UnknownUnit) as caught:
        parse_unit(entered)
    assert caught.value.unit == entered, why
    with pytest.raises(UnknownUnit):
        converter(entered, "1")
    with pytest.raises(UnknownUnit):
        converter("1", entered)
    with pytest.raises(UnknownUnit):
        converter(entered, entered)


@pytest.mark.parametrize("text", ["(" * 119 + "m", "(" * 59 + "m" + ")" * 59, "9" * 120, "Ym30.Ym30.Ym30"])
def test_monstrous_text_is_answered_at_once(text: str) -> None:
    started = time.perf_counter()
    with suppress(UnknownUnit):
        parse_unit(text)
    assert time.perf_counter() - started < 0.5


def test_unknown_unit_says_what_was_seen_and_what_to_do() -> None:
    with pytest.raises(UnknownUnit, match=re.escape('"THOU/uL" is not a known UCUM unit')) as caught:
        parse_unit("THOU/uL")
    assert dict(caught.value.message.values) == {"unit": "THOU/uL"}
    assert "mapping.yaml" in str(caught.value)
    with pytest.raises(UnknownUnit, match="no unit"):
        parse_unit("")


# What does not convert -------------------------------------------------------------------------------------

INCOMPATIBLE = """
    cells per field are not cells per volume     | /[HPF]       | /uL
    cells per field are not cells per volume     | {RBC}/[HPF]  | /uL
    high power is not low power                  | /[HPF]       | /[LPF]
    kelvin per microlitre is not thousands       | K/uL         | 10*9/L
    moles are not cells                          | mol/L        | 10*9/L
    moles are not mass                           | umol/L       | mg/dL
    equivalents are not moles (calcium)          | meq/L        | mmol/L
    osmoles are not moles                        | mosm/L       | mmol/L
    international are not enzyme units           | [IU]/L       | U/L
    international are not arbitrary units        | [IU]/mL      | [arb'U]/mL
    one arbitrary unit is not another            | [GPL'U]/mL   | [MPL'U]/mL
    arbitrary units are not numbers              | [IU]         | 1
    pH is not a concentration                    | [pH]         | mol/L
    pH is not a number                           | [pH]         | 1
    mass per day is not mass                     | g/(24.h)     | g
    g/24.h is gram times hour                    | g/24.h       | g/(24.h)
    mass per time is not mass per volume         | g/(24.h)     | g/L
    a day of an unknown length                   | g/{24h}      | g/(24.h)
    a dose per weight is not a dose              | mg/kg/d      | mg/d
    tablets a day are not mg per kg and day      | {tbl}/d      | mg/kg/d
    times a day are not mg per kg and day        | /d           | mg/kg/d
    a ratio of unsaid things is not g/g          | {ratio}      | g/g{creat}
    a titre is not g/g                           | {titer}      | g/g
    a score is not a percentage                  | {score}      | %
    a percentage is not a score                  | %            | {score}
    a ratio is not a score                       | g/g          | {score}
    ten to the ninth is not a score              | 10*9         | {score}
    per microlitre is not a score                | {cells}/uL   | {score}
    temperature is not temperature a minute      | Cel          | K/min
    a filtration rate per area in figures        | mL/min/m2    | mL/min/{1.73_m2}
"""


@pytest.mark.parametrize(("why", "unit", "to"), rows_of(INCOMPATIBLE))
def test_incompatible(why: str, unit: str, to: str) -> None:
    with pytest.raises(IncompatibleUnits) as caught:
        converter(unit, to)
    assert (caught.value.unit, caught.value.to) == (unit, to), why
    assert f'"{unit}"' in str(caught.value)


SCORES = """
    {score} | {score}
    1       | {score}
    {total} | {score}
    {score} | 1
    {INR}   | 1
"""


@pytest.mark.parametrize(("unit", "to"), rows_of(SCORES))
def test_a_score_is_a_plain_number(unit: str, to: str) -> None:
    assert converter(unit, to)(11) == 11


def test_counts_with_and_without_a_name_agree() -> None:
    assert converter("{cells}/uL", "/uL")(120) == 120
    assert converter("{RBC}/uL", "10*6/L")(120) == pytest.approx(120, rel=1e-12)
    assert converter("{RBC}/[HPF]", "/[HPF]")(5) == 5


# Conversions of one analyte --------------------------------------------------------------------------------

CREATININE = "1 mg/dL = 88.4 umol/L"


def test_bridge_works_in_both_directions_and_in_every_unit_of_its_two_quantities() -> None:
    assert converter("mmol/L", "mg/dL", [CREATININE])(0.0884) == pytest.approx(1, rel=1e-12)
    assert converter("g/L", "umol/L", [CREATININE])(0.01) == pytest.approx(88.4, rel=1e-12)
    assert converter("nmol/mL", "ug/mL", [CREATININE])(88.4) == pytest.approx(10, rel=1e-12)


def test_bridge_never_replaces_the_definition_of_a_unit() -> None:
    assert converter("mg/dL", "g/L", [CREATININE])(1) == pytest.approx(0.01, rel=1e-12)


@pytest.mark.parametrize(("unit", "to"), [("mg", "umol"), ("mg/(24.h)", "umol/(24.h)"), ("umol/L", "[IU]/L")])
def test_bridge_holds_for_its_own_two_quantities_only(unit: str, to: str) -> None:
    with pytest.raises(IncompatibleUnits):
        converter(unit, to, [CREATININE])


def test_bridges_are_not_chained() -> None:
    with pytest.raises(IncompatibleUnits):
        converter("mg/dL", "[IU]/L", [CREATININE, "1 umol/L = 2 [IU]/L"])


def test_two_bridges_that_agree_are_one_and_two_that_differ_are_refused() -> None:
    agreeing = [CREATININE, "1 g/L = 8840 umol/L", "88.4 umol/L = 1 mg/dL", "1e3 g/L = 8.84e6 umol/L"]
    assert converter("mg/dL", "umol/L", agreeing)(1) == pytest.approx(88.4, rel=1e-12)
    with pytest.raises(BridgeError, match="contradict"):
        converter("mg/dL", "umol/L", [CREATININE, "1 mg/dL = 88.42 umol/L"])


BAD_BRIDGES = """
    1 mg/dL = 1 g/L
    1 mg/dL = 10 mg/L
    1 mg/dL = 0 umol/L
    0 mg/dL = 88.4 umol/L
    -1 mg/dL = 88.4 umol/L
    1 Cel = 33.8 mg
    1 mg/dL 88.4 umol/L
    mg/dL = 88.4 umol/L
    1 mg/dL = 88,4 umol/L
    1 mg/dL = 88.4
    1 mg/dL = 88.4 umol/L = 3 g
    1 mg/dL = 1e999 umol/L
"""


@pytest.mark.parametrize("text", [line.strip() for line in BAD_BRIDGES.strip().splitlines()])
def test_bad_bridge(text: str) -> None:
    with pytest.raises(BridgeError) as caught:
        parse_bridge(text)
    assert f'"{text}"' in str(caught.value)
    with pytest.raises(BridgeError):
        converter("g", "kg", [text])


def test_bridge_with_an_unknown_unit_names_it() -> None:
    with pytest.raises(UnknownUnit, match="mgs/dL"):
        parse_bridge("1 mgs/dL = 88.4 umol/L")


def test_every_unit_error_is_one_class_with_a_sentence() -> None:
    for failing in (lambda: parse_unit("x"), lambda: converter("g", "m"), lambda: parse_bridge("")):
        with pytest.raises(UnitError) as caught:
            failing()
        assert caught.value.message.template.endswith(".")


# Precision -------------------------------------------------------------------------------------------------


def test_creatinine_limits_survive_conversion_unrounded() -> None:
    """Every tenth of a mg/dL up to 20 comes back from umol/L to the last digit."""
    back = converter("umol/L", "mg/dL", [CREATININE])
    for tenths in range(1, 201):
        assert back(round(tenths * 8.84, 3)) == pytest.approx(tenths / 10, rel=1e-15)


def test_there_and_back_is_equal_for_all_pairs_of_known_units() -> None:
    units = sorted(set(IN_USE))
    pairs = 0
    for unit in units:
        for to in units:
            if parse_unit(unit).dimension != parse_unit(to).dimension:
                with pytest.raises(IncompatibleUnits):
                    converter(unit, to)
                continue
            try:
                there, back = converter(unit, to), converter(to, unit)
            except IncompatibleUnits:
                continue  # counted things against amounts; which ones is drawn in the tables above
            assert equal(back(there(265.2)), 265.2)
            pairs += 1
    assert pairs > 150


# The table of units ----------------------------------------------------------------------------------------


def test_every_unit_of_the_table_is_known_and_positive() -> None:
    for code in (*ATOMS, *OWN_DIMENSION, *SCALES):
        assert parse_unit(code).factor > 0, code


def test_no_prefixed_unit_can_be_read_in_two_ways() -> None:
    spelled = Counter(prefix + code for prefix in PREFIXES for code in METRIC)
    spelled.update({*ATOMS, *OWN_DIMENSION, *SCALES, *BASE})
    assert [word for word, ways in spelled.items() if ways > 1] == []
