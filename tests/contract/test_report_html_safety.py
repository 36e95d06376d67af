"""The HTML reports: nothing in them runs or comes from elsewhere, both languages are complete, all can read them."""

from __future__ import annotations

import base64
import copy
import hashlib
import re

import pytest

from tests.contract.page_support import LANGUAGES, ROOT, Element, Result, page, read_page, result_of, write

# nothing in it runs, nothing comes from elsewhere

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }} {% if %} {0} {person}",
    "</title></style><iframe src=https://example.org>",
    "&lt;b&gt; &amp; ]]>",
    "half a character: \ud800",
)
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "a", "p", "strong", "header", "h1", "h2", "h3", "h4", "span"),
    *("dl", "div", "dt", "dd", "ul", "li", "section", "details", "summary", "nav", "main", "i", "table", "caption"),
    *("thead", "tbody", "tr", "th", "td", "svg", "desc", "rect", "br", "bdi", "article", "blockquote", "code", "footer"),
}  # fmt: skip
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "aria-label", "aria-labelledby"),
    *("aria-hidden", "scope", "colspan", "data-label", "viewbox", "preserveaspectratio", "role", "x", "y", "width"),
    *("height", "open", "title"),
}  # fmt: skip


def poisoned(result: Result, evil: str) -> Result:
    """A result in which every text that comes from a record is hostile."""
    result = copy.deepcopy(result)
    for each in result.get("participants", []):
        each["person"] += evil
        if each.get("deceased"):
            each["deceased"] = evil
        for row in each["criteria"]:
            row["sentence"] += evil
            row["warnings"] = [{"code": "note", "text": evil}]
            for fact in row["evidence"]:
                fact |= {name: fact[name] + evil for name in ("fact", "value", "unit", "date")}
                fact |= {"issue": evil, "upper_limit": evil, "end": evil}
    for row in result.get("reading_effects", []):
        row["who"] = [evil]
    broken = {"place": evil, "reason": evil, "detail": evil, "person": evil, "concept": evil, "fact": evil}
    result["skipped"] = [broken]
    if "participants" in result:
        result["set_aside"] = [broken]
    result["software"] += evil
    coverage = result["coverage"]
    coverage["warnings"] = [evil] * 8
    coverage["concepts"].append({"concept": evil, "kind": evil, "facts": 1, "persons": 1})
    coverage["unmapped"] = {evil: [{"code": evil, "display": evil, "count": 1}]}
    coverage["unmapped_total"] = {evil: 1}
    coverage["left_out"] = {evil: 1}
    coverage["not_covered"] = [evil]
    return result


@pytest.mark.parametrize("evil", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_records_stay_text(evil: str) -> None:
    for command in ("screen", "funnel"):
        written = write(poisoned(result_of(command), evil))
        written.encode("utf-8")
        root = read_page(written)
        elements = root.all()
        assert {element.tag for element in elements} <= TAGS
        assert {name for element in elements for name in element.attributes} <= ATTRIBUTES
        shown = evil.replace("\ud800", "?")
        assert " ".join(shown.split()) in root.one("main").text()
        assert " ".join(shown.split()) in root.one("section", class_="warning").text()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", ["screen", "funnel", "funnel5"])
def test_the_page_is_self_contained(language: str, command: str) -> None:
    written = write(result_of(command, language), language)
    root = read_page(written)
    ids = [element.attributes["id"] for element in root.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in root.all():
        assert element.tag in TAGS
        assert set(element.attributes) <= ATTRIBUTES, "no style attribute, no handler, no source"
        if "href" in element.attributes:
            assert element.attributes["href"].startswith("#")
            assert element.attributes["href"][1:] in ids
        if "aria-labelledby" in element.attributes:
            assert element.attributes["aria-labelledby"] in ids
    style = root.one("style").text()
    assert "url(" not in style
    assert "@import" not in style
    assert "://" not in written


def test_the_page_forbids_itself_everything_but_its_own_style() -> None:
    written = write(result_of("screen"))
    style = written[written.index("<style>") + 7 : written.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = [
        each.attributes["content"]
        for each in read_page(written).all("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]


# languages and readers


def words_outside(element: Element) -> str:
    """What the page itself says: without names from records, code, and words marked as English."""
    if element.tag in ("bdi", "code", "style") or element.attributes.get("lang") == "en":
        return " "
    if "code" in element.attributes.get("class", "").split():
        return " "
    parts = [part if isinstance(part, str) else words_outside(part) for part in element.within]
    return " ".join([*parts, *(element.attributes.get(name, "") for name in ("data-label", "aria-label"))])


@pytest.mark.parametrize("command", ["screen", "funnel", "funnel5"])
def test_the_chinese_page_holds_no_english_sentence(command: str) -> None:
    result = result_of(command, "zh")
    for each in result.get("participants", []):  # their sentences are the study's prose, tested there
        for row in each["criteria"]:
            row["sentence"] = "句子"
    root = page(result, "zh")
    assert root.one("html").attributes["lang"] == "zh-Hans"
    said = words_outside(root.one("body"))
    assert "筛选" in said
    assert re.findall(r"[A-Za-z]{2,}[ ,]+[a-z]{2,}", said) == []


@pytest.mark.parametrize("command", ["screen", "funnel", "funnel5"])
def test_the_english_page_holds_no_chinese(command: str) -> None:
    root = page(result_of(command))
    assert root.one("html").attributes["lang"] == "en"
    assert re.findall(r"[\u4e00-\u9fff]+", words_outside(root.one("body"))) == []


@pytest.mark.parametrize("command", ["screen", "funnel"])
def test_tables_and_pictures_can_be_read_aloud(command: str) -> None:
    root = page(result_of(command))
    assert len(root.all("h1")) == 1
    for table in root.all("table"):
        assert table.one("caption").text()
        assert all(cell.attributes["scope"] == "col" for cell in table.one("thead").all("th"))
        width = len(table.one("thead").all("th"))
        for row in table.one("tbody").all("tr"):
            cells = [*row.all("th"), *row.all("td")]
            assert sum(int(cell.attributes.get("colspan", "1")) for cell in cells) == width
    for picture in root.all("svg"):
        assert picture.attributes["role"] == "img"
        assert picture.one("title").text()
        assert picture.one("desc").text()
    for badge in root.all("span", class_="badge"):
        assert re.search("[a-z]", badge.text()), "a word beside every mark"


PAIRS = [
    ("ink", "paper"), ("soft", "paper"), ("soft", "ground"), ("soft", "bad-ground"), ("deep", "paper"),
    ("good", "good-ground"), ("bad", "bad-ground"), ("bad", "paper"), ("open", "open-ground"),
    ("soft", "open-ground"), ("idle", "idle-ground"), ("ink", "good-ground"), ("ink", "open-ground"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_has_enough_contrast() -> None:
    """4.5 to 1 at least. Source: WCAG 2.2, success criterion 1.4.3."""
    style = (ROOT / "src/trialwright/reports/templates/report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([a-z-]+): #([0-9a-f]+);", style))
    for ink, paper in PAIRS:
        light, dark = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


def breaks_not(style: str) -> set[str]:
    """Last parts of the selectors whose text is kept on one line: `.number`, `th` ..."""
    rules = re.findall(r"([^{}]+)\{([^{}]*white-space: nowrap[^{}]*)\}", style)
    return {one.split()[-1] for selectors, _ in rules for one in selectors.split(",")}


def lines_of(element: Element, above: tuple[Element, ...] = ()) -> list[tuple[Element, ...]]:
    """Every element that holds text itself, with all that it stands in."""
    own = [(*above, element)] if element.texts else []
    return own + [line for child in element.children for line in lines_of(child, (*above, element))]


@pytest.mark.parametrize("command", ["screen", "funnel"])
def test_a_name_of_any_length_is_broken_into_lines(command: str) -> None:
    """Person ids stand in `bdi`, which breaks anywhere, and in nothing that is kept on one line."""
    style = (ROOT / "src/trialwright/reports/templates/report.css").read_text(encoding="utf-8")
    assert re.search(r"^bdi \{[^}]*overflow-wrap: anywhere", style, re.MULTILINE)
    kept = breaks_not(style)
    assert {".number", ".day"} <= kept
    long = "x" * 5000
    lines = lines_of(read_page(write(poisoned(result_of(command), long))).one("main"))
    found = [line for line in lines if any(long in text for text in line[-1].texts)]
    people = [line for line in found if any("syn-" in text for text in line[-1].texts)]
    assert found
    assert bool(people) == (command == "screen")
    assert {line[-1].tag for line in people} <= {"bdi"}
    for line in people or found:
        for element in line:
            classes = {f".{name}" for name in element.attributes.get("class", "").split()}
            assert not kept & {element.tag, *classes}, element.attributes
