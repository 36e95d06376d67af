"""The figures: they draw the numbers they are given, nothing is clipped or covered, and nothing in them acts."""

from __future__ import annotations

import colorsys
import hashlib
import itertools
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_rgba

from tests.contract.figure_samples import (
    BEL,
    DRAWINGS,
    LONG,
    WEEKS,
    consort,
    forest,
    kaplan_meier,
    love,
    response,
    swimmer,
    trajectories,
)
from trialwright.locale import LANGUAGES, read_catalogue
from trialwright.reports.figures import canvas
from trialwright.reports.figures.consort import Box, Count, draw_consort
from trialwright.reports.figures.forest import Estimate, draw_forest
from trialwright.reports.figures.kaplan_meier import draw_kaplan_meier
from trialwright.reports.figures.letters import text_width, wrap
from trialwright.reports.figures.love import Balance, draw_love
from trialwright.reports.figures.response import ArmBars, draw_response
from trialwright.reports.figures.swimmer import ArmLanes, Kind, Lane, Mark, draw_swimmer
from trialwright.reports.figures.trajectories import ArmTrajectories, Point, draw_trajectories
from trialwright.terms.message import render

NAMES = sorted(DRAWINGS)
SVG = "{http://www.w3.org/2000/svg}"
EVIL = (
    r"$\frac{1}{0}$ \alpha",
    "</text></svg><script>alert(1)</script>",
    "--> ]]> <!-- & &amp; \"' =HYPERLINK()",
    "half \ud800, a bell \x07, turned \u202e, \U0001f600",
)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The Matplotlib figures behind the drawings, in the order they are drawn."""
    from matplotlib.figure import Figure

    figures: list[Any] = []
    save = Figure.savefig

    def keep(self: Any, *args: Any, **settings: Any) -> None:
        figures.append(self)
        save(self, *args, **settings)

    monkeypatch.setattr(Figure, "savefig", keep)
    return figures


def _draw(name: str, language: str = "en", **settings: Any) -> canvas.Drawing:
    data, draw = DRAWINGS[name]
    return draw(data(**settings), catalogue=read_catalogue(language))


def _read(drawing: canvas.Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.svg)  # noqa: S314  # ours


def _plots(figure: Any) -> list[Any]:
    """The axes that show data, without the sheets that are written on freely."""
    return [axes for axes in figure.axes if axes.axison]


def _texts(figure: Any) -> Iterator[Any]:
    """Every text a person can see."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if (
            text.get_visible()
            and text.get_text().strip()
            and (text.axes is None or text.axes.axison or text in text.axes.texts)
        ):
            yield text


# nothing in them acts, everything has its place


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_a_picture_that_scales_with_a_title_and_a_description(name: str, language: str) -> None:
    drawing = _draw(name, language)
    root = _read(drawing)
    assert root.attrib["role"] == "img"
    assert "width" not in root.attrib
    assert "height" not in root.attrib
    box = [float(number) for number in root.attrib["viewBox"].split()]
    assert box[2:] == pytest.approx([drawing.width, drawing.height], abs=0.01)
    named = {element.attrib["id"]: element.text for element in root.iter() if "id" in element.attrib}
    title, description = root.attrib["aria-labelledby"].split()
    assert (named[title], named[description]) == (drawing.title, drawing.description)
    assert len(drawing.description) > 20


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_runs_nothing_fetches_nothing_and_has_ids_of_its_own(name: str) -> None:
    drawing = _draw(name)
    ids = []
    for element in _read(drawing).iter():
        assert element.tag.removeprefix(SVG) in {
            "svg",
            "title",
            "desc",
            "defs",
            "g",
            "path",
            "use",
            "clipPath",
            "rect",
            "pattern",
        }
        for attribute, value in element.attrib.items():
            assert not attribute.startswith(("on", "{")), attribute
            assert attribute != "style", "a page's Content-Security-Policy stops styles"
            for link in re.findall(r"url\(([^)]*)\)", value) + ([value] if attribute == "href" else []):
                assert link.startswith(f"#{drawing.id}-")
        ids += [element.attrib["id"]] if "id" in element.attrib else []
    assert len(set(ids)) == len(ids)
    assert all(id.startswith(f"{drawing.id}-") for id in ids)
    assert "<text" not in drawing.svg, "text is drawn as outlines"


def test_the_same_data_give_the_same_bytes_on_every_machine() -> None:
    script = (
        "import hashlib, matplotlib\n"
        "matplotlib.rcParams['lines.linewidth'] = 7  # a machine with settings of its own\n"
        "from tests.contract.figure_samples import DRAWINGS\n"
        "for name in sorted(DRAWINGS):\n"
        "    data, draw = DRAWINGS[name]\n"
        "    print(hashlib.sha256(draw(data(), catalogue={}).svg.encode()).hexdigest())\n"
    )
    first, second = (
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": zone},
        ).stdout.split()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    )
    assert len(set(first)) == len(NAMES)
    assert first == second
    assert first == [hashlib.sha256(_draw(name).svg.encode()).hexdigest() for name in NAMES]


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
@pytest.mark.parametrize("name", ["consort", "kaplan_meier", "response", "trajectories", "swimmer"])
def test_a_hostile_arm_title_is_drawn_as_it_stands(name: str, evil: str, drawn: list[Any]) -> None:
    drawing = _draw(name, arms=(evil, BEL))
    assert _read(drawing) is not None
    shown = "".join("".join(text.get_text().split()) for text in _texts(drawn[0]))
    wanted = evil.replace("\ud800", "[U+D800]").replace("\x07", "[U+0007]").replace("\u202e", "[U+202E]")
    assert "".join(wanted.replace("\U0001f600", "[U+1F600]").split()) in shown
    assert not any(text.get_parse_math() for text in _texts(drawn[0])), "a dollar sign is a dollar sign"


@pytest.mark.parametrize("arms", [None, LONG], ids=["short", "long"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_text_leaves_the_figure_or_lies_on_another(
    name: str, language: str, arms: Any, drawn: list[Any]
) -> None:
    _draw(name, language, **({} if arms is None else {"arms": arms}))
    (figure,) = drawn
    width, height = figure.get_size_inches() * figure.dpi
    boxes = [(text.get_text(), text.get_window_extent()) for text in _texts(figure)]
    assert len(boxes) > 8
    for text, box in boxes:
        assert box.x0 >= -0.5, text
        assert box.y0 >= -0.5, text
        assert box.x1 <= width + 0.5, text
        assert box.y1 <= height + 0.5, text
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        along = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert across < 1 or along < 0.35 * min(first.height, second.height), (one, other)


def _luminance(color: Any) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgba(color)[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("name", NAMES)
def test_every_text_can_be_read_on_the_paper(name: str, drawn: list[Any]) -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3); white stands on dark bars alone."""
    _draw(name)
    for text in _texts(drawn[0]):
        if to_rgba(text.get_color())[:3] != (1.0, 1.0, 1.0):
            assert 1.05 / (_luminance(text.get_color()) + 0.05) >= 4.5, text.get_text()


def test_a_figure_without_an_id_of_its_own_is_refused() -> None:
    for id in ("", "3", 'a" onload="x', "a b"):
        with pytest.raises(ValueError, match="no id of a figure"):
            draw_love(replace(love(), id=id), catalogue={})


# what is drawn is what is given


def test_the_curves_are_the_estimates_and_end_where_follow_up_ends(drawn: list[Any]) -> None:
    data = kaplan_meier()
    draw_kaplan_meier(data, catalogue={})
    (axes,) = _plots(drawn[0])
    steps = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
    for curve, line in zip(data.curves, steps, strict=True):
        assert list(line.get_xdata()) == [*curve.times, curve.end]
        assert list(line.get_ydata())[:-1] == pytest.approx([100 * (1 - value) for value in curve.survival])
    ticks = [line for line in axes.lines if line.get_marker() == "|"]
    assert [list(line.get_xdata()) for line in ticks] == [list(curve.censored) for curve in data.curves]
    numbers = Counter(text.get_text() for text in _texts(drawn[0]))
    for curve in data.curves:
        for people in curve.at_risk:
            assert numbers[str(people)], people


def test_survival_is_drawn_as_it_is_where_incidence_is_not_asked_for(drawn: list[Any]) -> None:
    data = replace(kaplan_meier(), incidence=False)
    draw_kaplan_meier(data, catalogue={})
    line = next(line for line in _plots(drawn[0])[0].lines if line.get_drawstyle() == "steps-post")
    assert list(line.get_ydata())[:-1] == pytest.approx([100 * value for value in data.curves[0].survival])


def test_a_limit_that_does_not_exist_is_no_band(drawn: list[Any]) -> None:
    data = kaplan_meier()
    none = (None,) * len(data.curves[0].times)
    draw_kaplan_meier(replace(data, curves=(replace(data.curves[0], lower=none, upper=none),)), catalogue={})
    (axes,) = _plots(drawn[0])
    assert not [path for band in axes.collections for path in band.get_paths() if len(path.vertices)]
    assert "95 % confidence band" not in {text.get_text() for text in _texts(drawn[0])}


def test_bars_are_shares_of_everybody_counted_and_bear_their_counts(drawn: list[Any]) -> None:
    data = response()
    draw_response(data, catalogue={})
    for each, axes in zip(data.arms, _plots(drawn[0]), strict=True):
        heights: dict[int, float] = dict.fromkeys(range(len(WEEKS)), 0.0)
        for bar in axes.patches:
            heights[round(bar.get_x() + bar.get_width() / 2)] += bar.get_height()
        assert list(heights.values()) == pytest.approx([100] * len(WEEKS))
        written = Counter(text.get_text() for text in axes.texts)
        given = Counter(str(count) for counts in each.counts for count in counts if count)
        totals = Counter(str(sum(counts)) for counts in each.counts)
        assert written - Counter(["n"]) == given + totals


def test_many_visits_leave_room_for_their_labels_and_counts(drawn: list[Any]) -> None:
    """28 visits (BLISS-LN): arms below each other, labels of every visit that has room for one, the last among them."""
    weeks = tuple(str(4 * number) for number in range(28))
    arms = tuple(ArmBars(arm, ((10, 11, 12, 1),) * 28) for arm in ("A", "B"))
    draw_response(replace(response(), visits=weeks, arms=arms), catalogue={})
    first, second = _plots(drawn[0])
    assert first.get_window_extent().y0 > second.get_window_extent().y1
    for axes in (first, second):
        labels = [label for label in axes.get_xticklabels() if label.get_text()]
        assert labels[-1].get_text() == "108"
        assert len(labels) >= 14
        boxes = [each.get_window_extent() for each in labels]
        totals = [each.get_window_extent() for each in axes.texts if each.get_text() == "34"]
        assert len(totals) == 28
        for line in (boxes, totals):
            assert all(left.x1 + 1 < right.x0 for left, right in itertools.pairwise(line))


def test_a_visit_nobody_was_counted_at_has_no_bar(drawn: list[Any]) -> None:
    data = replace(response(), visits=("0", "2"), arms=(ArmBars("A", ((0, 0, 0, 0), (1, 0, 1, 0))),))
    draw_response(data, catalogue={})
    (axes,) = _plots(drawn[0])
    assert sorted(bar.get_height() for bar in axes.patches) == [50, 50]


def test_every_participant_has_a_line_and_a_value_no_logarithm_shows_a_triangle(drawn: list[Any]) -> None:
    data = trajectories()
    draw_trajectories(data, catalogue={})
    for each, axes in zip(data.arms, _plots(drawn[0]), strict=True):
        thin = [line for line in axes.lines if line.get_linewidth() == 0.7]
        assert len(thin) == len(each.participants)
        below = sum(value <= 0 for points in each.participants for _, value in points)
        triangles = [line for line in axes.lines if line.get_marker() == "v"]
        assert sum(len(line.get_xdata()) for line in triangles) == below
        thick = next(line for line in axes.lines if line.get_linewidth() > 2)
        assert list(thick.get_ydata()) == [point.centre for point in each.centre]
    assert sum(value <= 0 for each in data.arms for points in each.participants for _, value in points) == 1


def test_a_linear_axis_shows_a_zero_where_it_is(drawn: list[Any]) -> None:
    points = ((0.0, 2.0), (24.0, 0.0))
    arm = ArmTrajectories("A", (points,), (Point(0, 2, None, None, 1), Point(24, 0, None, None, 1)))
    draw_trajectories(replace(trajectories(), arms=(arm,), scale="linear", target=None), catalogue={})
    (axes,) = _plots(drawn[0])
    low, high = axes.get_ylim()
    assert low <= 0 < 2 < high
    assert not [line for line in axes.lines if line.get_marker() == "v"]


def test_every_participant_has_a_lane_and_every_mark_its_place(drawn: list[Any]) -> None:
    data = swimmer()
    draw_swimmer(data, catalogue={})
    (axes,) = _plots(drawn[0])
    lanes = [lane for arm in data.arms for lane in arm.lanes]
    assert len(lanes) == 53
    assert [(bar.get_x(), bar.get_width()) for bar in axes.patches] == [
        (lane.start, lane.end - lane.start) for lane in lanes
    ]
    marks = sum(len(line.get_xdata()) for line in axes.lines)
    assert marks == sum(len(lane.marks) + lane.ongoing for lane in lanes)
    middles = {
        lane.participant: bar.get_y() + bar.get_height() / 2
        for lane, bar in zip(lanes, axes.patches, strict=True)
    }
    deaths = {
        (mark.time, middles[lane.participant])
        for lane in lanes
        for mark in lane.marks
        if mark.kind == "death"
    }
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert {(x, y) for line in crosses for x, y in zip(*line.get_data(), strict=True)} == deaths
    names = {text.get_text() for text in _texts(drawn[0])}
    assert names >= set(middles)


def test_the_legend_explains_every_mark_the_bar_and_the_arrow(drawn: list[Any]) -> None:
    """Each mark has a shape or a filling of its own, so that a grey print tells them apart."""
    kinds = get_args(Kind)
    marks = tuple(Mark(float(place), kind) for place, kind in enumerate(kinds))
    lanes = (Lane("p", 0, 10, True, marks),)
    draw_swimmer(replace(swimmer(), arms=(ArmLanes("A", lanes),)), catalogue={})
    said = {text.get_text() for text in _texts(drawn[0])}
    assert said >= {
        "followed since treatment began (in the colour of the arm)",
        "first complete response",
        "first partial response",
        "relapse",
        "adverse event",
        "rescue therapy",
        "intervention stopped",
        "consent withdrawn, or lost to follow-up",
        "death",
        "follow-up continues",
    }
    (axes,) = _plots(drawn[0])
    looks = {(line.get_marker(), _grey(line.get_markerfacecolor())) for line in axes.lines}
    assert len(looks) == len(kinds) + 1


def _grey(color: Any) -> float:
    """How bright a colour is in a grey print (ITU-R BT.601), in tenths."""
    red, green, blue, _ = to_rgba(color)
    return round(0.299 * red + 0.587 * green + 0.114 * blue, 1)


def test_many_lanes_go_onto_several_pages_and_nobody_is_lost() -> None:
    data = swimmer()
    pages = data.pages(20)
    assert [page.id for page in pages] == ["F5-1", "F5-2", "F5-3"]
    assert [[len(arm.lanes) for arm in page.arms] for page in pages] == [[20], [8, 12], [13]]
    everybody = [lane for page in pages for arm in page.arms for lane in arm.lanes]
    assert everybody == [lane for arm in data.arms for lane in arm.lanes]
    by_arm = [[len(arm.lanes) for arm in page.arms] for page in data.pages(30)]
    assert by_arm == [[28], [25]]  # an arm that fits on a page of its own is not broken
    (whole,) = data.pages(53)
    assert whole.id == data.id
    assert [arm.lanes for arm in whole.arms] == [arm.lanes for arm in data.arms]
    assert [arm.place for page in pages for arm in page.arms] == [
        0,
        0,
        1,
        1,
    ]  # the colour of an arm on every page


def test_differences_are_drawn_without_their_sign_and_what_was_not_computed_is_said(drawn: list[Any]) -> None:
    data = love()
    draw_love(data, catalogue={})
    (axes,) = _plots(drawn[0])
    for marker, values in (("o", [row.before for row in data.rows]), ("D", [row.after for row in data.rows])):
        drawn_at = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == marker]
        assert drawn_at == [abs(value) for value in values if value is not None]
    said = [text.get_text() for text in _texts(drawn[0])]
    assert said.count("not computed") == 1


def test_intervals_are_drawn_to_scale_and_cut_off_with_an_arrow(drawn: list[Any]) -> None:
    data = forest()
    draw_forest(data, catalogue={})
    (axes,) = _plots(drawn[0])
    bars = [
        tuple(line.get_xdata())
        for line in axes.lines
        if len(line.get_xdata()) == 2 and line.get_color() == canvas.DEEP
    ]
    assert bars == [(1.0, 50.9), (0.6, 49.6), (-9.5, 53.8), (-30, 33.0)]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "<"] == [-30]
    points = [line.get_xdata()[0] for line in axes.lines if line.get_marker() in ("D", "s")]
    assert points == [27.4, 27.4, 22.0, 8.0], "the analysis that is not available has no point"


def test_the_heading_of_a_group_is_bold_like_that_of_the_table(drawn: list[Any]) -> None:
    data = forest()
    group = Estimate("Another endpoint", None, None, None, ("",) * len(data.columns), primary=False)
    draw_forest(replace(data, rows=(*data.rows, group)), catalogue={})
    weights = {text.get_text(): text.get_weight() for text in _texts(drawn[0])}
    assert weights["Another endpoint"] == "bold"
    plain = render(
        next(each for each in data.rows if not each.primary and each.estimate is not None).label, {}
    )
    assert weights[plain] == "normal"


def test_four_columns_of_text_leave_room_for_the_plot(drawn: list[Any]) -> None:
    data = forest()
    rows = tuple(replace(each, texts=(*each.texts, "20/28 (71.4 %)", "11/25 (44.0 %)")) for each in data.rows)
    draw_forest(replace(data, columns=(*data.columns, "BEL+MT", "MT"), rows=rows), catalogue={})
    (axes,) = _plots(drawn[0])
    assert axes.get_window_extent().width >= 100
    assert all(text.get_window_extent().x1 <= canvas.WIDTH for text in _texts(drawn[0]))


def test_the_flow_says_every_number_it_is_given(drawn: list[Any]) -> None:
    data = consort()
    draw_consort(data, catalogue={})
    said = " ".join(text.get_text() for text in _texts(drawn[0])).replace("\xa0", " ")
    boxes = [box for pair in data.spine for box in pair if box] + [
        box for arm in data.arms for box in arm.boxes
    ]
    for box in boxes:
        for line in (Count(box.heading, box.people), *box.lines):
            assert f"(n = {line.people})" in said
    assert Counter(re.findall(r"\(n = (\d+)\)", said)) == Counter(
        str(line.people) for box in boxes for line in (Count(box.heading, box.people), *box.lines)
    )


# what does not fit together is refused


def test_a_flow_that_does_not_add_up_is_refused() -> None:
    data = consort()
    (assessed, excluded), rest = data.spine
    assert excluded is not None
    with pytest.raises(ValueError, match="54 people remain, the next box has 53"):
        replace(data, spine=((replace(assessed, people=81), excluded), rest))
    arm = data.arms[0]
    less = replace(arm, boxes=(replace(arm.boxes[0], people=27), *arm.boxes[1:]))
    with pytest.raises(ValueError, match="53 people remain, the next box has 52"):
        replace(data, arms=(less, data.arms[1]))
    with pytest.raises(ValueError, match="a box for each stage"):
        replace(data, stages=data.stages[:2])
    assert replace(data, arms=(), stages=(), spine=((Box("Assessed", 3), None),)), (
        "before anybody is allocated"
    )


def test_parts_of_different_length_are_refused() -> None:
    data = kaplan_meier()
    with pytest.raises(ValueError, match="two limits for each of its times"):
        replace(data.curves[0], lower=())
    with pytest.raises(ValueError, match="ascend from 0"):
        replace(data.curves[0], times=tuple(reversed(data.curves[0].times)))
    with pytest.raises(ValueError, match="number at risk for each tick"):
        replace(data, ticks=(0, 24))
    bars = response()
    with pytest.raises(ValueError, match="counts for every visit"):
        replace(bars, visits=("0",))
    with pytest.raises(ValueError, match="count for every category"):
        replace(bars, categories=bars.categories[:2])
    with pytest.raises(ValueError, match="at most 4 categories"):
        replace(bars, categories=(*bars.categories, "x"))
    with pytest.raises(ValueError, match="text for every column"):
        replace(forest(), columns=())
    with pytest.raises(ValueError, match="room for 4 columns"):
        replace(forest(), columns=("a", "b", "c", "d", "e"))
    with pytest.raises(ValueError, match="reference must lie within"):
        replace(forest(), reference=61)
    with pytest.raises(ValueError, match="begins above 0"):
        replace(forest(), scale="log")
    with pytest.raises(ValueError, match="at most 6 arms"):
        canvas.arm_style(6)


# people who see no colour


def _linear(color: str) -> tuple[float, float, float]:
    values = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values
    )
    return red, green, blue


# Machado, Oliveira and Fernandes, IEEE TVCG 2009;15:1291-98, severity 1.0, on linear RGB.
SEEN: Mapping[str, tuple[tuple[float, float, float], ...]] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


@pytest.mark.parametrize("kind", SEEN)
def test_the_first_three_arms_differ_for_everybody(kind: str) -> None:
    seen = [
        tuple(
            sum(weight * value for weight, value in zip(row, _linear(arm.color), strict=True))
            for row in SEEN[kind]
        )
        for arm in canvas.ARMS[:3]
    ]
    for one, other in itertools.combinations(seen, 2):
        assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 0.15


def test_arms_differ_without_any_colour() -> None:
    assert len({arm.line for arm in canvas.ARMS}) == len(canvas.ARMS)
    assert len({arm.marker for arm in canvas.ARMS}) == len(canvas.ARMS)
    lightness = [colorsys.rgb_to_hls(*_linear(arm.color))[1] for arm in canvas.ARMS[:2]]
    assert abs(lightness[0] - lightness[1]) > 0.1


# letters


def test_a_line_is_broken_between_words_and_between_hanzi_but_not_before_punctuation() -> None:
    assert wrap("one two three", width=40, size=10) == ["one two", "three"]
    assert wrap("multi-target (-9.5)", width=45, size=10) == ["multi-", "target", "(-9.5)"]
    lines = wrap("静脉注射贝利尤单抗，联合多靶点治疗（吗替麦考酚酯）。", width=50, size=10)
    assert all(text_width(line, size=10) <= 60 for line in lines), (
        "five hanzi, and at most one sign hanging out"
    )
    assert not any(line[0] in "，（）。" and line[0] != "（" for line in lines)
    assert not any(line.endswith("（") for line in lines)
    assert "".join(lines) == "静脉注射贝利尤单抗，联合多靶点治疗（吗替麦考酚酯）。"


def test_a_word_longer_than_a_line_is_cut_and_nothing_lost() -> None:
    lines = wrap("a" * 100, width=50, size=10)
    assert "".join(lines) == "a" * 100
    assert all(text_width(line, size=10) <= 50 for line in lines)
    assert wrap("", width=50, size=10) == [""]
    assert wrap("a\nb", width=50, size=10) == ["a", "b"]


def test_the_width_is_that_of_the_font() -> None:
    # Advances in units of 1000 from the font's own table: H 728, e 554, l 284 (twice), o 606; a hanzi is square.
    assert text_width("Hello", size=10) == pytest.approx(24.56, abs=0.01)
    assert text_width("狼疮", size=10) == pytest.approx(20)


def test_a_name_too_long_for_its_lane_is_shortened_visibly(drawn: list[Any]) -> None:
    lane = Lane("P" * 80, 0, 5, False, (Mark(1, "relapse"),))
    data = swimmer()
    draw_swimmer(replace(data, arms=(replace(data.arms[0], lanes=(lane,)),)), catalogue={})
    assert any(re.fullmatch("P+…", text.get_text()) for text in _texts(drawn[0]))


def test_a_balance_without_adjustment_names_no_before(drawn: list[Any]) -> None:
    draw_love(replace(love(), rows=(Balance("Age", 0.2, None),), after_label=None), catalogue={})
    said = {text.get_text() for text in _texts(drawn[0])}
    assert "standardised difference" in said
    assert "before adjustment" not in said


def test_without_a_threshold_no_line_marks_a_difference(drawn: list[Any]) -> None:
    data = replace(love(), threshold=None)
    found = draw_love(data, catalogue={})
    (axes,) = _plots(drawn[0])
    assert not any(list(line.get_ydata()) == [0, 1] for line in axes.lines if line.get_linestyle() == "--")
    assert not any("threshold" in text.get_text() for text in _texts(drawn[0]))
    largest = max(abs(row.before) for row in data.rows if row.before is not None)
    assert f"is {largest:.2f}" in found.description
    draw_love(love(), catalogue={})
    assert any("threshold" in text.get_text() for text in _texts(drawn[1]))
