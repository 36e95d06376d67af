"""NIH activity index of lupus nephritis: six lesions, two of them counted twice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from trialwright.assessments.assessment import Argument, Assessment
from trialwright.logic.arithmetic import Value, total
from trialwright.terms.message import Text

GRADES: Final = (0.0, 1.0, 2.0, 3.0)  # absent, < 25 %, 25 to 50 %, > 50 % of glomeruli (or of the cortex)

WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "endocapillary_hypercellularity": 1,
        "neutrophils_karyorrhexis": 1,
        "hyaline_deposits": 1,
        "interstitial_inflammation": 1,
        "fibrinoid_necrosis": 2,
        "cellular_crescents": 2,
    }
)
_LABELS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "endocapillary_hypercellularity": Text("endocapillary hypercellularity", "毛细血管内细胞增多"),
        "neutrophils_karyorrhexis": Text("neutrophils or karyorrhexis", "中性粒细胞浸润或核碎裂"),
        "hyaline_deposits": Text("hyaline deposits (wire loops, thrombi)", "透明样沉积（白金耳、透明血栓）"),
        "interstitial_inflammation": Text("interstitial inflammation", "间质炎症"),
        "fibrinoid_necrosis": Text("fibrinoid necrosis (counts twice)", "纤维素样坏死（计分加倍）"),
        "cellular_crescents": Text(
            "cellular or fibrocellular crescents (count twice)", "细胞性或细胞纤维性新月体（计分加倍）"
        ),
    }
)


def nih_activity_index(*items: Value) -> Value:
    """The weighted sum of the six lesions, each graded 0 to 3, in the order of `WEIGHTS`."""
    return total(*(item * weight for item, weight in zip(items, WEIGHTS.values(), strict=True)))


ASSESSMENT = Assessment(
    name="nih_activity_index",
    title=Text("NIH activity index", "NIH 活动性指数"),
    formula=nih_activity_index,
    arguments=tuple(
        Argument(name, _LABELS[name], "{score}", "increasing", values=GRADES) for name in WEIGHTS
    ),
    unit="{score}",
    lowest=0.0,
    highest=24.0,
    valid_for=Text("lesions graded 0, 1, 2 or 3", "各病变按 0、1、2、3 分级"),
    source="Austin HA et al. Am J Med 1983;75:382-391; Bajema IM et al. Revision of the ISN/RPS "
    "classification for lupus nephritis. Kidney Int 2018;93:789-796; range 0 to 24: "
    "https://asn-online.org/education/kidneyweek/2024/program-abstract.aspx?controlId=4127667",
)
