"""CTCAE, laboratory terms: versions side by side, because the same result has another grade in another version.

Ranges are read as they are printed: ">3.0 - 5.0" leaves out 3.0 and takes in 5.0, "<LLN - 3.0" leaves out the LLN and
takes in 3.0. A result in mg/dL, and haemoglobin in mmol/L, is compared with the limits the standard prints in that unit:
30 mg/dL of glucose is grade 3, although it is 1.67 mmol/L. Trap: ALT and AST of an abnormal baseline begin at 1.5 times it,
inclusive ("1.5 - 3.0 x baseline", without a sign), all other grades exclusive.
**Source**: National Cancer Institute, Common Terminology Criteria for Adverse Events; read in the machine-readable copy of
pharmaverse/admiral, data-raw/adlb_grading/ncictcaev{4,5,6}.json, commit 6eb5125 (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from trialwright.safety.criteria import Criteria, Limit, Scale, Step, Table, high, low, multiples
from trialwright.terms.message import Text

_CELLS = "10*9/L"
_LIFE = Text("life-threatening consequences, urgent intervention indicated", "危及生命，需紧急干预")

# Version 5.0 took the numbers of hyperglycaemia away: it grades by what has to be done, which no result tells.
_MANAGEMENT = Text("graded by how it has to be managed, not by a number", "按所需处理措施分级，无数值界限")


def _liver_enzyme(term: str) -> Criteria:
    return Criteria(
        term,
        "high",
        "",
        (
            Scale("normal", multiples("ULN", (">", 1), (">", 3), (">", 5), (">", 20))),
            Scale("abnormal", multiples("baseline", (">=", 1.5), (">", 3), (">", 5), (">", 20))),
        ),
    )


_BILIRUBIN = Criteria(
    "Blood bilirubin increased",
    "high",
    "",
    (
        Scale("normal", multiples("ULN", (">", 1), (">", 1.5), (">", 3), (">", 10))),
        Scale("abnormal", multiples("baseline", (">", 1), (">", 1.5), (">", 3), (">", 10))),
    ),
)

_CREATININE = Criteria(
    "Creatinine increased",
    "high",
    "",
    (
        Scale(
            "any",
            (
                Step(1, (Limit(">", 1, "ULN"),)),
                Step(2, (Limit(">", 1.5, "baseline"), Limit(">", 1.5, "ULN"))),
                Step(3, (Limit(">", 3, "baseline"), Limit(">", 3, "ULN"))),
                Step(4, (Limit(">", 6, "ULN"),)),
            ),
        ),
    ),
)

_TERMS_5 = (
    _liver_enzyme("Alanine aminotransferase increased"),
    _liver_enzyme("Aspartate aminotransferase increased"),
    _BILIRUBIN,
    _CREATININE,
    low("White blood cell decreased", _CELLS, 3.0, 2.0, 1.0),
    low("Neutrophil count decreased", _CELLS, 1.5, 1.0, 0.5),
    low("Lymphocyte count decreased", _CELLS, 0.8, 0.5, 0.2),
    low("Platelet count decreased", _CELLS, 75, 50, 25),
    low(
        "Anemia",
        "g/L",
        100,
        80,
        other=("mmol/L", (6.2, 4.9)),
        clinical={3: Text("transfusion indicated", "需要输血"), 4: _LIFE},
    ),
    low("Hypoalbuminemia", "g/L", 30, 20, clinical={4: _LIFE}),
    high(
        "Hyperkalemia",
        "mmol/L",
        5.5,
        6.0,
        7.0,
        clinical={
            2: Text("intervention initiated", "已开始干预"),
            3: Text("hospitalisation indicated", "需要住院"),
            4: Text("life-threatening consequences", "危及生命"),
        },
    ),
    low(
        "Hypoglycemia",
        "mmol/L",
        3.0,
        2.2,
        1.7,
        other=("mg/dL", (55, 40, 30)),
        clinical={4: Text("life-threatening consequences, seizures", "危及生命，癫痫发作")},
    ),
    high("Cholesterol high", "mmol/L", 7.75, 10.34, 12.92, other=("mg/dL", (300, 400, 500))),
    Criteria("Hyperglycemia", "high", "mmol/L", (), clinical=dict.fromkeys((1, 2, 3, 4), _MANAGEMENT)),
)

_TERMS_4 = (
    high(
        "Hyperglycemia",
        "mmol/L",
        8.9,
        13.9,
        27.8,
        other=("mg/dL", (160, 250, 500)),
        clinical={
            3: Text("hospitalisation indicated", "需要住院"),
            4: Text("life-threatening consequences", "危及生命"),
        },
    ),
)

# Each grade begins one step lower than in version 5.0, and grade 1 no longer looks at the LLN.
_TERMS_6 = (low("Neutrophil count decreased", _CELLS, 1.5, 1.0, 0.5, 0.1, lln=False),)


def _table(version: str, terms: Iterable[Criteria], source: str) -> Table:
    return Table("CTCAE", version, source, MappingProxyType({each.term: each for each in terms}))


TABLES: Final[Mapping[tuple[str, str], Table]] = MappingProxyType(
    {
        (table.standard, table.version): table
        for table in (
            _table(
                "4.03",
                _TERMS_4,
                "CTCAE version 4.03, 14 June 2010: fasting hyperglycaemia, because version 5.0 has no numbers for it",
            ),
            _table("5.0", _TERMS_5, "CTCAE version 5.0, 27 November 2017: the laboratory terms listed"),
            _table("6.0", _TERMS_6, "CTCAE version 6.0: neutrophils, which it cuts anew for everybody"),
        )
    }
)
"""The tables, by standard and version."""
