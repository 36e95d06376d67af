"""One invented example of every figure, with what is hard to draw: long titles, 53 lanes, Chinese, gaps, extremes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from trialwright.reports.figures.canvas import Drawing, Says
from trialwright.reports.figures.consort import ArmFlow, Box, Consort, Count, draw_consort
from trialwright.reports.figures.forest import Estimate, Forest, draw_forest
from trialwright.reports.figures.kaplan_meier import Curve, KaplanMeier, draw_kaplan_meier
from trialwright.reports.figures.love import Balance, Love, draw_love
from trialwright.reports.figures.response import ArmBars, Response, draw_response
from trialwright.reports.figures.swimmer import ArmLanes, Kind, Lane, Mark, Swimmer, draw_swimmer
from trialwright.reports.figures.trajectories import ArmTrajectories, Point, Trajectories, draw_trajectories
from trialwright.terms.message import Text

BEL = Text("BEL+MT", "贝利尤单抗组")
MT = Text("MT", "多靶点组")
LONG = (
    Text(
        "Belimumab 10 mg/kg i.v. plus multi-target therapy (mycophenolate mofetil, tacrolimus, prednisone)",
        "静脉注射贝利尤单抗10 mg/kg联合多靶点治疗（吗替麦考酚酯、他克莫司、泼尼松）",
    ),
    Text(
        "Multi-target therapy alone after a methylprednisolone pulse of 1.5 to 3.0 g",
        "甲泼尼龙冲击治疗（总量1.5～3.0 g）后单用多靶点治疗",
    ),
)
WEEKS = (0, 2, 4, 8, 12, 16, 20, 24)
WEEK = Text("Weeks since first dose", "首次给药后周数")


def kaplan_meier(arms: tuple[Says, Says] = (BEL, MT)) -> KaplanMeier:
    """Time to complete response of 28 and 25 people, with some censored."""
    generator = np.random.default_rng(1)
    curves = []
    for arm, people, scale in zip(arms, (28, 25), (14, 24), strict=True):
        times = np.minimum(np.ceil(generator.exponential(scale, people) / 2) * 2, 24)
        event = (times < 24) & (generator.random(people) < 0.85)
        survival, variance = 1.0, 0.0
        rows: list[tuple[float, float, float | None, float | None]] = [(0, 1.0, None, None)]
        for time in sorted({float(time) for time in times[event]}):
            at_risk, events = int((times >= time).sum()), int((event & (times == time)).sum())
            survival *= 1 - events / at_risk
            variance += events / (at_risk * (at_risk - events))
            spread = 1.96 * math.sqrt(variance) / abs(math.log(survival))
            rows.append((time, survival, survival ** math.exp(spread), survival ** math.exp(-spread)))
        curves.append(
            Curve(
                arm,
                times=tuple(row[0] for row in rows),
                survival=tuple(row[1] for row in rows),
                lower=tuple(row[2] for row in rows),
                upper=tuple(row[3] for row in rows),
                censored=tuple(sorted(float(time) for time in times[~event])),
                end=24,
                at_risk=tuple(int((times >= week).sum()) for week in WEEKS),
            )
        )
    return KaplanMeier(
        "F3",
        Text("Time to first complete response", "首次达到完全缓解的时间"),
        tuple(curves),
        WEEKS,
        WEEK,
        Text("Cumulative complete response (%)", "累积完全缓解率（%）"),
        incidence=True,
        level=0.95,
    )


def response(arms: tuple[Says, ...] = (BEL, MT)) -> Response:
    """Responses at eight visits."""
    bars = []
    for number, arm in enumerate(arms):
        people = (28, 25, 30)[number]
        counts = []
        for place in range(len(WEEKS)):
            complete, partial, unknown = (
                round(people * place * (0.1 - 0.03 * number)),
                6 - abs(place - 3),
                place % 3,
            )
            counts.append((complete, partial, people - complete - partial - unknown, unknown))
        bars.append(ArmBars(arm, tuple(counts)))
    return Response(
        "F2",
        Text("Response at each visit", "各访视的缓解情况"),
        tuple(str(week) for week in WEEKS),
        Text("Week", "周"),
        (
            Text("complete response", "完全缓解"),
            Text("partial response", "部分缓解"),
            Text("no response", "未缓解"),
            Text("unknown", "无法判定"),
        ),
        tuple(bars),
    )


def trajectories(arms: tuple[Says, Says] = (BEL, MT)) -> Trajectories:
    """Proteinuria of 28 and 25 people; one value is 0, which a logarithm cannot show."""
    generator = np.random.default_rng(2)
    drawn = []
    for number, arm in enumerate(arms):
        people = (28, 25)[number]
        start = generator.lognormal(1.2, 0.5, people)
        slope = generator.normal(-0.09 + 0.03 * number, 0.04, people)
        values = start[:, None] * np.exp(
            slope[:, None] * np.array(WEEKS) + generator.normal(0, 0.25, (people, 8))
        )
        if number:
            values[3, 6] = 0
        lines = tuple(
            tuple(
                (float(week), float(value))
                for week, value in zip(WEEKS, row, strict=True)
                if generator.random() > 0.08
            )
            for row in values
        )
        quartiles = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
        centre = tuple(
            Point(week, float(median), float(low), float(high), people)
            for week, low, median, high in zip(WEEKS, *quartiles, strict=True)
        )
        drawn.append(ArmTrajectories(arm, lines, centre))
    return Trajectories(
        "F4",
        Text("Urine protein", "尿蛋白"),
        tuple(drawn),
        WEEKS,
        WEEK,
        Text("Urine protein (g/24 h)", "尿蛋白（g/24 h）"),
        Text("median and quartiles", "中位数及四分位数"),
        "log",
        (0.4, Text("0.4 g/24 h (limit of complete response)", "0.4 g/24 h（完全缓解界值）")),
    )


def swimmer(arms: tuple[Says, Says] = (BEL, MT)) -> Swimmer:
    """53 lanes."""
    generator = np.random.default_rng(3)
    kinds: tuple[Kind, ...] = (
        "complete_response",
        "partial_response",
        "relapse",
        "adverse_event",
        "rescue",
        "stop",
        "left",
    )
    drawn = []
    for number, arm in enumerate(arms):
        lanes = []
        for person in range((28, 25)[number]):
            end = 24.0 if generator.random() < 0.85 else float(generator.integers(4, 22))
            marks = [
                Mark(float(generator.integers(1, int(end) + 1)), kinds[int(generator.integers(0, 7))])
                for _ in range(int(generator.integers(0, 5)))
            ]
            if end < 8:
                marks.append(Mark(end, "death"))
            lanes.append(
                Lane(
                    f"BEAM-01-{100 * number + person + 1:03d}",
                    0,
                    end,
                    end == 24 and person % 5 == 0,
                    tuple(marks),
                )
            )
        drawn.append(ArmLanes(arm, tuple(sorted(lanes, key=lambda lane: -lane.end))))
    return Swimmer("F5", Text("Course of every participant", "每位受试者的病程"), tuple(drawn), WEEKS, WEEK)


def love(arms: tuple[Says, Says] = (BEL, MT)) -> Love:
    """Ten characteristics, one of them with a long name, one not computed."""
    names = (
        Text("Age", "年龄"),
        Text("Female", "女性"),
        Text("Duration of lupus nephritis", "狼疮性肾炎病程"),
        Text("Urine protein, log scale", "尿蛋白（对数）"),
        Text("eGFR (CKD-EPI 2021)", "eGFR（CKD-EPI 2021）"),
        Text("Serum albumin", "血清白蛋白"),
        Text("C3", "补体C3"),
        Text("SLEDAI-2K", "SLEDAI-2K评分"),
        Text(
            "Biopsy class III or IV, with or without class V, within six months before enrolment",
            "入组前6个月内肾活检为Ⅲ型或Ⅳ型（伴或不伴Ⅴ型）",
        ),
        Text("Cumulative methylprednisolone dose", "甲泼尼龙累积剂量"),
    )
    before = (0.12, -0.31, 0.05, 0.44, -0.22, 0.18, None, 0.09, -0.61, 0.27)
    after = (0.03, -0.06, 0.02, 0.11, -0.04, 0.05, None, 0.01, -0.08, 0.1)
    rows = tuple(Balance(*row) for row in zip(names, before, after, strict=True))
    return Love("F6", Text("Balance at baseline", "基线均衡性"), rows, Text("after weighting", "加权后"), 0.1)


def forest(arms: tuple[Says, Says] = (BEL, MT)) -> Forest:
    """Risk differences, one cut off, one not available."""
    rows = (
        (
            Text("Primary: Miettinen-Nurminen", "主要分析：Miettinen-Nurminen法"),
            27.4,
            1.0,
            50.9,
            "0.043",
            True,
        ),
        (Text("Newcombe", "Newcombe法"), 27.4, 0.6, 49.6, "0.081", False),
        (
            Text("Hypothetical strategy, multiple imputation", "假想策略，多重插补"),
            22.0,
            -9.5,
            53.8,
            "0.17",
            False,
        ),
        (Text("Worst case", "最差情形"), 8.0, -42.0, 33.0, "0.55", False),
        (Text("IPTW", "逆概率加权"), None, None, None, "–", False),
    )
    return Forest(
        "F7",
        Text("Sensitivity analyses", "敏感性分析"),
        Text("Analysis", "分析"),
        (Text("Difference (95 % CI)", "差值（95% CI）"), "P"),
        tuple(
            Estimate(
                label,
                value,
                low,
                high,
                (
                    Text("planned, not available", "已计划，尚不可用")
                    if value is None
                    else f"{value:.1f} ({low:.1f} to {high:.1f})",
                    p,
                ),
                primary,
            )
            for label, value, low, high, p, primary in rows
        ),
        Text("Difference in complete response (percentage points)", "完全缓解率之差（百分点）"),
        0,
        (-30, 60),
        (-30, 0, 30, 60),
        "linear",
        (Text("favours MT", "多靶点组较优"), Text("favours BEL+MT", "贝利尤单抗组较优")),
    )


def consort(arms: tuple[Says, ...] = (BEL, MT)) -> Consort:
    """80 assessed, 53 allocated."""
    reasons = (
        Count(Text("Not meeting criteria", "不符合入选标准"), 19),
        Count(Text("serum creatinine 3.0 mg/dL or more", "血清肌酐≥3.0 mg/dL"), 7, 1),
        Count(Text("no biopsy within six months", "6个月内无肾活检"), 12, 1),
        Count(Text("Declined", "拒绝参加"), 8),
    )
    people = {2: (28, 25), 3: (20, 18, 15)}[len(arms)]
    flows = tuple(
        ArmFlow(
            arm,
            (
                Box(
                    Text("Allocated", "分配入组"),
                    number,
                    (
                        Count(Text("Received the intervention", "接受干预"), number - 1),
                        Count(Text("Did not receive it", "未接受干预"), 1),
                        Count(Text("withdrew consent", "撤回知情同意"), 1, 1),
                    ),
                ),
                Box(
                    Text("Week 24 visit", "第24周访视"),
                    number - 3,
                    (
                        Count(Text("Lost to follow-up", "失访"), 1),
                        Count(Text("Intervention discontinued", "终止干预"), 2),
                        Count(Text("serious infection", "严重感染"), 2, 1),
                    ),
                ),
                Box(Text("Analysed", "纳入分析"), number),
            ),
        )
        for arm, number in zip(arms, people, strict=True)
    )
    return Consort(
        "F1",
        Text("Flow of participants", "受试者流程"),
        (
            (
                Box(Text("Assessed for eligibility", "接受资格评估"), 80),
                Box(Text("Excluded", "排除"), 27, reasons),
            ),
            (Box(Text("Enrolled and allocated", "入组并分配"), 53), None),
        ),
        (Text("Allocation", "分配"), Text("Follow-up", "随访"), Text("Analysis", "分析")),
        flows,
    )


DRAWINGS: Mapping[str, tuple[Callable[..., object], Callable[..., Drawing]]] = {
    "consort": (consort, draw_consort),
    "kaplan_meier": (kaplan_meier, draw_kaplan_meier),
    "response": (response, draw_response),
    "trajectories": (trajectories, draw_trajectories),
    "swimmer": (swimmer, draw_swimmer),
    "love": (love, draw_love),
    "forest": (forest, draw_forest),
}
"""Every figure: its example and how it is drawn."""
