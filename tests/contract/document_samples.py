"""An invented report with everything a document can hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from tests.contract.figure_samples import DRAWINGS
from trialwright.locale import read_catalogue
from trialwright.reports.document import (
    Cell,
    Column,
    Document,
    Figure,
    Heading,
    Items,
    Origin,
    PageBreak,
    Paragraph,
    Table,
    row,
)
from trialwright.terms.message import Text

ORIGIN = Origin(
    study="BEAM",
    study_title=Text(
        "Belimumab plus multi-target therapy in lupus nephritis", "贝利尤单抗联合多靶点治疗狼疮性肾炎"
    ),
    study_version="sha256:" + "0123456789abcdef" * 4,
    ledger_position=2417,
    ledger_digest="sha256:" + "fedcba9876543210" * 4,
    software="trialwright 0.3.0",
    made=datetime(2026, 11, 28, 12, 0, tzinfo=UTC),
    rehearsal=True,
)

BASELINE = Table(
    1,
    "baseline",
    Text("Baseline characteristics by arm", "各组基线特征"),
    (
        Column("characteristic", Text("Characteristic", "特征"), "text"),
        Column("bel_n", "n", "integer", over=Text("BEL+MT (N = 28)", "贝利尤单抗组（N = 28）")),
        Column("bel", Text("Value", "值"), "text", over=Text("BEL+MT (N = 28)", "贝利尤单抗组（N = 28）")),
        Column("mt_n", "n", "integer", over=Text("MT (N = 25)", "多靶点组（N = 25）")),
        Column("mt", Text("Value", "值"), "text", over=Text("MT (N = 25)", "多靶点组（N = 25）")),
        Column("smd", Text("Standardised difference", "标准化差异"), "number"),
    ),
    (
        row(Text("Demography", "人口学"), kind="group"),
        row(
            Text("Age (years), mean (SD)", "年龄（岁），均值（标准差）"),
            28,
            "33.1 (10.2)",
            25,
            "31.9 (9.8)",
            0.12,
        ),
        row(Text("Sex", "性别"), 28, "", 25, "", Cell(None, "–")),
        row(Text("female", "女"), 28, "24 (85.7 %)", 25, "23 (92.0 %)", Cell(-0.201, "−0.20"), level=1),
        row(Text("male", "男"), 28, "4 (14.3 %)", 25, "2 (8.0 %)", Cell(0.201, "0.20"), level=1),
        row(Text("Kidney", "肾脏"), kind="group"),
        row(
            Text("Urine protein (g/24 h), median (quartiles)", "尿蛋白（g/24 h），中位数（四分位数）"),
            28,
            "3.2 (2.1 to 5.0)",
            25,
            "2.8 (1.9 to 4.1)",
            0.44,
        ),
        row(Text("Neutrophils (10⁹/L)", "中性粒细胞（10⁹/L）"), 27, "4.1", 25, "4.4", Cell(None, "–")),
        row(Text("All", "合计"), 28, "", 25, "", Cell(None, ""), kind="total"),
    ),
    notes=(
        Text(
            "SD: standard deviation. One neutrophil count was not done (sample lost).",
            "SD：标准差。1例中性粒细胞计数未做（标本丢失）。",
        ),
    ),
)

EVENTS = Table(
    2,
    "adverse_events",
    Text("Adverse events, one line each", "不良事件逐条列表"),
    (
        Column("participant", Text("Participant", "受试者"), "text"),
        Column("term", Text("Term", "事件名称"), "text"),
        Column("start", Text("Start", "开始日期"), "date"),
        Column("grade", Text("CTCAE grade", "CTCAE分级"), "integer"),
        Column("serious", Text("Serious", "严重"), "boolean"),
        Column("dose_mg", Text("Dose (mg)", "剂量（mg）"), "decimal"),
        Column("recorded", Text("Recorded", "记录时间"), "datetime"),
        Column("comment", Text("Comment", "备注"), "text"),
    ),
    tuple(
        row(
            f"BEAM-01-{number:03d}",
            Text("Herpes zoster", "带状疱疹")
            if number % 3
            else Text("Upper respiratory infection", "上呼吸道感染"),
            date(2026, 1 + number % 12, 1 + number % 28),
            1 + number % 3,
            number % 7 == 0,
            Decimal("400.0"),
            datetime(2026, 2, 1, 8, number % 60, tzinfo=UTC),
            Text("resolved without sequelae", "痊愈，无后遗症"),
        )
        for number in range(1, 61)
    ),
    wide=True,
)


def document(language: str, *, rehearsal: bool = True) -> Document:
    """The report in a language, with every figure."""
    catalogue = read_catalogue(language)
    figures = []
    for number, (name, (data, draw)) in enumerate(DRAWINGS.items(), start=1):
        drawing = draw(data(), catalogue=catalogue)
        figures.append(Figure(number, drawing.title, drawing, notes=(f"{name}",)))
    return Document(
        Text("Trial report", "临床试验报告"),
        replace(ORIGIN, rehearsal=rehearsal),
        (
            Heading(Text("Summary", "摘要"), 1, "summary"),
            Paragraph(
                Text(
                    "Fifty-three participants were allocated; complete response at week 24 is the primary endpoint.",
                    "共有53名受试者入组分配；主要终点为第24周完全缓解。",
                )
            ),
            Paragraph(
                Text("One planned method is not available yet.", "有一项计划的方法尚不可用。"), "warning"
            ),
            Items((Text("Open label", "开放标签"), Text("Concurrent control", "同期对照"))),
            Heading(Text("Participants", "受试者"), 1, "participants"),
            Heading(Text("Flow", "流程"), 2, "flow"),
            figures[0],
            Heading(Text("Baseline", "基线"), 2, "baseline"),
            BASELINE,
            Heading(Text("Response", "缓解情况"), 1, "response"),
            *figures[1:4],
            PageBreak(),
            *figures[4:],
            Heading(Text("Safety", "安全性"), 1, "safety"),
            Paragraph(Text("Version 5 of CTCAE throughout.", "均采用CTCAE第5版。"), "note"),
            EVENTS,
        ),
    )
