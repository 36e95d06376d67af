"""Systemic Lupus Erythematosus Disease Activity Index 2000: 24 weighted items, 0 to 105."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from trialwright.assessments.assessment import Assessment, yes_no
from trialwright.logic.arithmetic import Value, total
from trialwright.terms.message import Text

# An item counts if present at the visit or in the 10 days before. The names are what records say.
_TABLE: Final[tuple[tuple[int, str, Text], ...]] = (
    (8, "seizure", Text("seizure", "癫痫发作")),
    (8, "psychosis", Text("psychosis", "精神病")),
    (8, "organic_brain_syndrome", Text("organic brain syndrome", "器质性脑病综合征")),
    (8, "visual_disturbance", Text("visual disturbance", "视觉障碍")),
    (8, "cranial_nerve", Text("cranial nerve disorder", "颅神经病变")),
    (8, "lupus_headache", Text("lupus headache", "狼疮性头痛")),
    (8, "cva", Text("cerebrovascular accident", "脑血管意外")),
    (8, "vasculitis", Text("vasculitis", "血管炎")),
    (4, "arthritis", Text("arthritis", "关节炎")),
    (4, "myositis", Text("myositis", "肌炎")),
    (
        4,
        "urinary_casts",
        Text("urinary casts (haeme-granular or red cell)", "管型尿（血红蛋白颗粒管型或红细胞管型）"),
    ),
    (4, "haematuria", Text("haematuria (> 5 red cells/HPF)", "血尿（红细胞 > 5/HPF）")),
    (4, "proteinuria", Text("proteinuria (> 0.5 g/24 h)", "蛋白尿（> 0.5 g/24 h）")),
    (4, "pyuria", Text("pyuria (> 5 white cells/HPF, no infection)", "脓尿（白细胞 > 5/HPF，除外感染）")),
    (2, "rash", Text("rash", "皮疹")),
    (2, "alopecia", Text("alopecia", "脱发")),
    (2, "mucosal_ulcers", Text("mucosal ulcers", "黏膜溃疡")),
    (2, "pleurisy", Text("pleurisy", "胸膜炎")),
    (2, "pericarditis", Text("pericarditis", "心包炎")),
    (2, "low_complement", Text("low complement", "低补体血症")),
    (2, "increased_dna_binding", Text("increased DNA binding", "抗 DNA 抗体升高")),
    (1, "fever", Text("fever (> 38 °C)", "发热（> 38 °C）")),
    (1, "thrombocytopenia", Text("thrombocytopenia (< 100 × 10⁹/L)", "血小板减少（< 100 × 10⁹/L）")),
    (1, "leukopenia", Text("leukopenia (< 3 × 10⁹/L)", "白细胞减少（< 3 × 10⁹/L）")),
)

WEIGHTS: Final[Mapping[str, int]] = MappingProxyType({name: weight for weight, name, _ in _TABLE})


def sledai_2k(*items: Value) -> Value:
    """The sum of the weights of the items present, items in the order of `WEIGHTS`."""
    return total(*(item * weight for item, weight in zip(items, WEIGHTS.values(), strict=True)))


ASSESSMENT = Assessment(
    name="sledai_2k",
    title=Text("SLEDAI-2K", "SLEDAI-2K 评分"),
    formula=sledai_2k,
    arguments=tuple(yes_no(name, label, direction="increasing") for _, name, label in _TABLE),
    unit="{score}",
    lowest=0.0,
    highest=105.0,
    valid_for=Text("all 24 items answered", "24 个条目均已回答"),
    source="Gladman DD, Ibanez D, Urowitz MB. Systemic lupus erythematosus disease activity index 2000. "
    "J Rheumatol 2002;29:288-291; https://medicalcriteria.com/web/reusledai/",
)
