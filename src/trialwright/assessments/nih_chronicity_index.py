"""NIH chronicity index of lupus nephritis: four lesions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from trialwright.assessments.assessment import Argument, Assessment
from trialwright.assessments.nih_activity_index import GRADES
from trialwright.logic.arithmetic import Value, total
from trialwright.terms.message import Text

ITEMS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "glomerulosclerosis": Text("glomerulosclerosis", "肾小球硬化"),
        "fibrous_crescents": Text("fibrous crescents", "纤维性新月体"),
        "tubular_atrophy": Text("tubular atrophy", "肾小管萎缩"),
        "interstitial_fibrosis": Text("interstitial fibrosis", "间质纤维化"),
    }
)


def nih_chronicity_index(*items: Value) -> Value:
    """The sum of the four lesions, each graded 0 to 3, in the order of `ITEMS`."""
    return total(*items)


ASSESSMENT = Assessment(
    name="nih_chronicity_index",
    title=Text("NIH chronicity index", "NIH 慢性化指数"),
    formula=nih_chronicity_index,
    arguments=tuple(
        Argument(name, label, "{score}", "increasing", values=GRADES) for name, label in ITEMS.items()
    ),
    unit="{score}",
    lowest=0.0,
    highest=12.0,
    valid_for=Text("lesions graded 0, 1, 2 or 3", "各病变按 0、1、2、3 分级"),
    source="Austin HA et al. Kidney Int 1984;25:689-695; Bajema IM et al. Revision of the ISN/RPS "
    "classification for lupus nephritis. Kidney Int 2018;93:789-796; range 0 to 12: "
    "https://asn-online.org/education/kidneyweek/2024/program-abstract.aspx?controlId=4127667",
)
