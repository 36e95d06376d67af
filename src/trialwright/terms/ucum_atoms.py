"""The units of UCUM that medical records use, each stated in simpler units, down to eight base units.

Codes and values follow UCUM 2.2 (2024-06-17), copyright Regenstrief Institute, Inc., all rights reserved,
under the UCUM License 1.0, https://ucum.org/license, as is, without warranty. Numbers are texts: none is
rounded early.

Deliberate narrowings; each only refuses conversions, none changes a value: mol is a base unit (in UCUM it is
6.02e23, and mol/L a cell count); eq and osm are not mol; [HPF] and [LPF] are quantities of their own (in UCUM
1 and 100); logarithmic, trigonometric and homeopathic units and most historical ones are left out.
"""

from __future__ import annotations

from types import MappingProxyType

BASE = ("m", "s", "g", "rad", "K", "C", "cd", "mol")

PREFIXES = MappingProxyType(
    {
        "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
        "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
    }
)  # fmt: skip
"""Powers of ten."""

_ARBITRARY = """
[iU] [arb'U] [USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] [anti'Xa'U] [todd'U] [dye'U] [smgy'U] [bdsk'U] [ka'U]
[knk'U] [mclg'U] [tb'U] [CCID_50] [TCID_50] [EID_50] [PFU] [FFU] [CFU] [IR] [BAU] [AU] [Amb'a'1'U] [PNU] [Lf]
[D'ag'U] [FEU] [ELU] [EU]
"""  # what one of them is depends on the substance and the assay

_FIELDS = "[HPF] [LPF]"
# How many cells of a volume stand in one microscope field depends on the method.
# **Source**: Sysmex Journal International 24(1): 0.45 uL in theory, 0.20 uL measured for red and white cells.

_READINGS = "[hnsf'U] [NTU] [FNU]"  # of an instrument, on a scale of its own

_CHARGES = "eq osm"  # how many make a mole depends on the ion: 1 mmol of calcium is 2 meq

OWN_DIMENSION = frozenset(f"{_ARBITRARY} {_FIELDS} {_READINGS} {_CHARGES}".split())
"""Codes that convert to nothing else, unless a concept declares how."""

ATOMS = MappingProxyType(
    {
        # numbers
        "10*": ("10", "1"), "10^": ("10", "1"), "%": ("0.01", "1"),
        "[ppth]": ("1e-3", "1"), "[ppm]": ("1e-6", "1"), "[ppb]": ("1e-9", "1"), "[pptr]": ("1e-12", "1"),
        "[pi]": ("3.1415926535897932384626433832795028841971693993751058209749445923", "1"),
        # SI
        "sr": ("1", "rad2"), "deg": ("1/180", "[pi].rad"), "Hz": ("1", "s-1"), "N": ("1", "kg.m/s2"),
        "Pa": ("1", "N/m2"), "J": ("1", "N.m"), "W": ("1", "J/s"), "A": ("1", "C/s"), "V": ("1", "J/C"),
        "F": ("1", "C/V"), "Ohm": ("1", "V/A"), "S": ("1", "Ohm-1"), "Wb": ("1", "V.s"), "T": ("1", "Wb/m2"),
        "H": ("1", "Wb/A"), "lm": ("1", "cd.sr"), "lx": ("1", "lm/m2"), "Bq": ("1", "s-1"),
        "Gy": ("1", "J/kg"), "Sv": ("1", "J/kg"),
        # time; month and year are Julian means, never used for windows in calendar months
        "min": ("60", "s"), "h": ("60", "min"), "d": ("24", "h"), "wk": ("7", "d"),
        "a": ("365.25", "d"), "a_j": ("365.25", "d"), "mo": ("1/12", "a_j"), "mo_j": ("1/12", "a_j"),
        # volume, mass, length
        "l": ("1", "dm3"), "L": ("1", "dm3"), "ar": ("100", "m2"), "t": ("1000", "kg"),
        "u": ("1.66053906660e-24", "g"),
        "[in_i]": ("2.54", "cm"), "[ft_i]": ("12", "[in_i]"), "[yd_i]": ("3", "[ft_i]"),
        "[mi_i]": ("5280", "[ft_i]"),
        "[sin_i]": ("1", "[in_i]2"), "[sft_i]": ("1", "[ft_i]2"), "[syd_i]": ("1", "[yd_i]2"),
        "[cin_i]": ("1", "[in_i]3"), "[cft_i]": ("1", "[ft_i]3"),
        "[ft_us]": ("1200/3937", "m"), "[in_us]": ("1/12", "[ft_us]"),
        "[gal_us]": ("231", "[in_i]3"), "[qt_us]": ("1/4", "[gal_us]"), "[pt_us]": ("1/2", "[qt_us]"),
        "[foz_us]": ("1/16", "[pt_us]"), "[tbs_us]": ("1/2", "[foz_us]"), "[tsp_us]": ("1/3", "[tbs_us]"),
        "[cup_us]": ("16", "[tbs_us]"), "[gal_br]": ("4.54609", "L"), "[qt_br]": ("1/4", "[gal_br]"),
        "[pt_br]": ("1/2", "[qt_br]"), "[foz_br]": ("1/20", "[pt_br]"), "[foz_m]": ("30", "mL"),
        "[cup_m]": ("240", "mL"), "[tsp_m]": ("5", "mL"), "[tbs_m]": ("15", "mL"), "[drp]": ("1/20", "mL"),
        "[gr]": ("64.79891", "mg"), "[lb_av]": ("7000", "[gr]"), "[oz_av]": ("1/16", "[lb_av]"),
        "[dr_av]": ("1/16", "[oz_av]"), "[stone_av]": ("14", "[lb_av]"), "[oz_tr]": ("480", "[gr]"),
        # force, pressure, energy, flow
        "[g]": ("9.80665", "m/s2"), "gf": ("1", "g.[g]"), "dyn": ("1", "g.cm/s2"), "erg": ("1", "dyn.cm"),
        "bar": ("1e5", "Pa"), "atm": ("101325", "Pa"), "m[H2O]": ("9.80665", "kPa"),
        "m[Hg]": ("133.3220", "kPa"),
        "[in_i'H2O]": ("1", "m[H2O].[in_i]/m"), "[in_i'Hg]": ("1", "m[Hg].[in_i]/m"),
        "[psi]": ("1", "[lb_av].[g]/[in_i]2"), "P": ("1", "dyn.s/cm2"), "St": ("1", "cm2/s"),
        "cal": ("4.184", "J"), "cal_th": ("4.184", "J"), "cal_IT": ("4.1868", "J"), "[Cal]": ("1", "kcal_th"),
        "[PRU]": ("1", "mm[Hg].s/mL"), "[wood'U]": ("1", "mm[Hg].min/L"), "[MET]": ("3.5", "mL/min/kg"),
        "[diop]": ("1", "m-1"), "[Ch]": ("1/3", "mm"),
        # radiation
        "Ci": ("37e9", "Bq"), "R": ("2.58e-4", "C/kg"), "RAD": ("100", "erg/g"), "REM": ("1", "RAD"),
        # chemistry
        "g%": ("1", "g/dL"), "[S]": ("1e-13", "s"), "kat": ("1", "mol/s"), "U": ("1", "umol/min"),
        "[IU]": ("1", "[iU]"),
    }
)  # fmt: skip
"""Code: (number, unit); one of the code is that number of that unit."""

_DERIVED_METRIC = (
    "sr Hz N Pa J W A V F Ohm S Wb T H lm lx Bq Gy Sv l L ar t u [g] gf dyn erg bar m[H2O] m[Hg] P St "
    "cal cal_th cal_IT Ci R RAD REM eq osm g% kat U [iU] [IU]"
)
METRIC = frozenset(BASE) | frozenset(_DERIVED_METRIC.split())
"""Codes that take a prefix."""

SCALES = MappingProxyType(
    {
        "Cel": ("K", "1", "273.15"),
        "[degF]": ("K", "5/9", "459.67"),
        "[pH]": ("[pH]", "1", "0"),
    }
)
"""Units with a zero of their own, code: (dimension, factor, offset); value v is (v + offset) * factor.

They stand alone: a scale multiplied, divided or prefixed (Cel/min) is not a known unit. pH stays pH.
"""
