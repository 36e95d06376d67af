"""ACR classification criteria for systemic lupus erythematosus, updated in 1997: how many of 11 are met."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from trialwright.assessments.assessment import Assessment, yes_no
from trialwright.logic.arithmetic import Value, total
from trialwright.terms.message import Text

ITEMS_REQUIRED: Final = 4  # of 11, serially or together, over any interval

ITEMS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "malar_rash": Text("malar rash", "颊部红斑"),
        "discoid_rash": Text("discoid rash", "盘状红斑"),
        "photosensitivity": Text("photosensitivity", "光过敏"),
        "oral_ulcers": Text("oral or nasopharyngeal ulcers", "口腔或鼻咽部溃疡"),
        "arthritis": Text(
            "non-erosive arthritis of two or more peripheral joints", "两个及以上外周关节的非侵蚀性关节炎"
        ),
        "serositis": Text("pleuritis or pericarditis", "胸膜炎或心包炎"),
        "renal": Text("renal disorder", "肾脏病变"),
        "neurologic": Text("seizures or psychosis", "癫痫发作或精神病"),
        "haematologic": Text("haematologic disorder", "血液系统异常"),
        "immunologic": Text("immunologic disorder", "免疫学异常"),
        "ana": Text("antinuclear antibody", "抗核抗体"),
    }
)


def acr_1997(*items: Value) -> Value:
    """The number of items met; several findings within one item count once."""
    return total(*items)


ASSESSMENT = Assessment(
    name="acr_1997",
    title=Text("ACR 1997 criteria met", "符合 ACR 1997 标准的条目数"),
    formula=acr_1997,
    arguments=tuple(yes_no(name, label, direction="increasing") for name, label in ITEMS.items()),
    unit="{score}",
    lowest=0.0,
    highest=11.0,
    valid_for=Text("all 11 items answered", "11 个条目均已回答"),
    source="Hochberg MC. Arthritis Rheum 1997;40:1725; Tan EM et al. Arthritis Rheum 1982;25:1271-1277; "
    "http://www.biomedcentral.com/1741-7015/11/95/table/T2",
)
