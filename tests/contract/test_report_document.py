"""A document as a page and as PDF: both say the same, every number can be traced, no text becomes markup."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

import pypdf
import pytest

from tests.contract.document_samples import BASELINE, EVENTS, ORIGIN, document
from tests.contract.page_support import Element, read_page, running_line_of
from trialwright.locale import LANGUAGES, read_catalogue
from trialwright.reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Figure,
    Heading,
    Items,
    Paragraph,
    Table,
    row,
)
from trialwright.reports.html import is_whole, unbroken, write_html
from trialwright.reports.pdf import write_pages, write_pdf
from trialwright.terms.message import render

EVIL = (
    '#read("/etc/passwd")',
    "*bold* _it_ `raw` $x^2$ <label> @ref // no comment /* nor this */",
    "= heading\n- item\n+ item\n/ term: text",
    '#import "@preview/cetz:0.3.0": *',
    "\\ \\u{41} ~ --- ... \"q\" 'q' [x] {x}",
    "</script><script>alert(1)</script><style>*{}</style>",
    "{{ 7 * 7 }} {% if %} {0} {page} [page]",
)


@cache
def _sample(language: str) -> Document:
    return document(language)


@cache
def _pdf(language: str) -> bytes:
    return write_pdf(_sample(language), catalogue=read_catalogue(language), language=language)


def _read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


@cache
def _pages(pdf: bytes) -> tuple[str, ...]:
    return tuple(page.extract_text() for page in _read(pdf).pages)


def _text(pdf: bytes) -> str:
    return "\n".join(_pages(pdf))


def _page(given: Document, language: str = "en") -> Element:
    return read_page(write_html(given, catalogue=read_catalogue(language), language=language))


def _poisoned(evil: str) -> Document:
    """A document in which everything that can be typed is hostile."""
    columns = (Column("a", evil, "text", over=evil), Column("b", evil, "text", over=evil))
    table = Table(1, "t", evil, columns, (row(evil, kind="group"), row(evil, Cell("x", evil))), notes=(evil,))
    drawing = replace(_sample("en").blocks[6].drawing, description=evil)  # type: ignore[union-attr]
    origin = replace(ORIGIN, study=evil, study_title=evil, software=evil)
    blocks = (
        Heading(evil, 1, "a"),
        Paragraph(evil),
        Paragraph(evil, "note"),
        Paragraph(evil, "warning"),
        Items((evil,)),
        table,
        Figure(1, evil, drawing, notes=(evil,)),
    )
    return Document(evil, origin, blocks)


# both say everything


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_every_cell_with_its_id(language: str) -> None:
    page = _page(_sample(language), language)
    shown = {
        each.attributes["data-cell"]: each.text() for each in page.all() if "data-cell" in each.attributes
    }
    catalogue = read_catalogue(language)
    wanted = {
        id: " ".join(render(cell.says, catalogue).split())
        for table in _sample(language).tables()
        for id, cell in table.cells()
    }
    assert shown == wanted
    assert shown["T1.r4.c6"] == "−0.20"
    assert shown["T1.r1.c1"] == {"en": "Demography", "zh": "人口学"}[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_says_every_cell_exactly(language: str) -> None:
    """The Chinese comes out of the file as it went in, with no space between hanzi and figures."""
    text = _text(_pdf(language))
    catalogue = read_catalogue(language)
    for table in (BASELINE, EVENTS):
        for id, cell in table.cells():
            assert render(cell.says, catalogue) in text, id
        for said in (table.caption, *table.notes, *(column.heading for column in table.columns)):
            assert render(said, catalogue) in text
    if language == "zh":
        for said in (
            "共有53名受试者入组分配；主要终点为第24周完全缓解。",
            "有一项计划的方法尚不可用。",
            "年龄（岁），均值（标准差）",
            "中性粒细胞（10⁹/L）",
            "表1各组基线特征",
            "图1受试者流程",
            "均采用CTCAE第5版。",
        ):
            assert said in text.replace("表1 ", "表1").replace("图1 ", "图1"), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_says_on_every_page_what_it_comes_from(language: str) -> None:
    pages = _pages(_pdf(language))
    catalogue = read_catalogue(language)
    for number, text in enumerate(pages, start=1):
        assert "BEAM" in text
        assert render(_sample(language).title, catalogue) in text
        assert {"en": "SYNTHETIC - rehearsal", "zh": "虚构数据（演练）"}[language] in text
        count = {"en": f"Page {number} of {len(pages)}", "zh": f"第{number}页，共{len(pages)}页"}[language]
        assert count in text
        source = {
            "en": "Definition 0123456789ab, ledger position 2417, digest fedcba987654",
            "zh": "研究定义0123456789ab，台账位置2417，摘要值fedcba987654",
        }[language]
        assert source in text
    assert ORIGIN.study_version in pages[0]
    assert ORIGIN.ledger_digest in pages[0]


def test_the_foot_of_a_printed_page_says_whose_it_is() -> None:
    """A margin box of `@page` repeats on each sheet of the page as it does on each sheet of the PDF."""
    line = "SYNTHETIC - rehearsal · {} · study version 0123456789ab · ledger position 2417"
    title = render(_sample("en").title, {})
    assert running_line_of(write_html(_sample("en"), catalogue={}, language="en")) == line.format(title)
    real = replace(_sample("en"), origin=replace(ORIGIN, rehearsal=False))
    foot = running_line_of(write_html(real, catalogue={}, language="en"))
    assert foot == line.removeprefix("SYNTHETIC - rehearsal · ").format(title)


CHAPTERS: tuple[Block, ...] = (
    Heading("Comparison", 1, "comparison"),
    Heading("Other assumptions", 2, "other"),
    Paragraph("text"),
    Heading("Profiles", 1, "profiles"),
    *(Heading(f"person-{number:03}", 2, f"p-{number}") for number in range(200)),
)


def test_the_contents_have_a_section_below_its_chapter_and_many_in_columns() -> None:
    """Few sections stand below their chapter; one for every participant in three columns, in lots of 120."""
    pages = _pages(write_pdf(Document("D", ORIGIN, CHAPTERS), catalogue={}, language="en"))
    text = "\n".join(pages)
    # What a name is called first by is the contents, which stand before all chapters.
    people = [f"person-{number:03}" for number in range(200)]
    places = [text.index(name) for name in ("Comparison", "Other assumptions", "Profiles", *people)]
    assert places == sorted(places)
    assert all(name in pages[0] for name in ("Other assumptions", "person-000", "person-040", "person-080"))


def test_a_chapter_of_many_sections_has_a_list_of_them() -> None:
    page = _page(Document("D", ORIGIN, CHAPTERS))
    (found,) = page.all("nav", class_="sections")
    links = [(each.attributes["href"], each.text()) for each in found.all("a")]
    assert links == [(f"#p-{number}", f"person-{number:03}") for number in range(200)]


def test_a_column_of_results_is_set_to_the_right_though_one_says_why_there_is_none() -> None:
    columns = (
        Column("visit", "Visit", "text"),
        Column("median", "Median (95 % interval)", "text", right=True),
        Column("response", "Response", "text"),
    )
    table = Table(1, "t", "Caption", columns, (row("Week 2", "20.0", "CR"), row("Week 4", "not reached", "")))
    assert [table.is_right(place) for place in range(3)] == [False, True, False]
    page = _page(Document("D", ORIGIN, (table,))).one("table", id="T1")
    heads = page.one("thead").all("th")
    assert [each.attributes.get("class") for each in heads] == [None, "number", None]
    cells = [each.attributes.get("class", "") for each in page.one("tbody").all("td")]
    assert [each.split()[:1] == ["right"] for each in cells] == [True, False, True, False]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Difference (95 % interval)", "Difference (95\u00a0% interval)"),
        ("27.5 mg/day 2026-02-11", "27.5\u00a0mg/day 2026-02-11"),
        ("1 g/day from", "1\u00a0g/day from"),
        ("5 grades", "5 grades"),
        ("2 of 3 kg", "2 of 3\u00a0kg"),
    ],
)
def test_no_line_ends_between_a_number_and_its_unit_of_mass_or_percent(text: str, shown: str) -> None:
    assert unbroken(text) == shown


def test_no_line_of_the_page_ends_within_a_day() -> None:
    text = "539 mg on 2026-01-16, <b>537 mg</b> on 2026-02-02"
    columns = (Column("a", "A", "text"), Column("b", "B", "text"))
    blocks = (Table(1, "t", "T", columns, (row("x", text),)), Items((f"Deviation, {text}",)))
    page = _page(Document("D", ORIGIN, blocks))
    cell = page.one("table", id="T1").one("tbody").one("td")
    item = page.one("main").one("ul").one("li")
    assert " ".join(cell.text().split()) == text
    assert " ".join(item.text().split()) == f"Deviation, {text}"
    for each in (cell, item):
        assert [day.text() for day in each.all("span", class_="day")] == ["2026-01-16", "2026-02-02"]


def test_a_long_heading_takes_no_more_room_than_the_short_numbers_below_it() -> None:
    columns = (
        Column("visit", "Visit", "text"),
        Column("cells", "Urine white cells per high-power field, /HPF", "text", right=True),
        Column("p", "P", "number"),
        Column("interval", "Difference, percentage points", "text", right=True),
    )
    table = Table(
        1, "t", "T", columns, (row("Week 2", "3", 0.5, "28.7 (1.5 to 51.9)"), row("Week 4", "–", 0.25, ""))
    )
    heads = _page(Document("D", ORIGIN, (table,))).one("table", id="T1").one("thead").all("th")
    assert ["short" in each.attributes.get("class", "").split() for each in heads] == [
        False,
        True,
        False,
        False,
    ]


def test_a_table_of_two_columns_stays_a_table_on_a_phone() -> None:
    """Steps with one number each: below each other they would lose how they are set in."""
    columns = tuple(Column(name, name, "text") for name in "abc")
    page = _page(
        Document(
            "D",
            ORIGIN,
            (
                Table(1, "two", "Two", columns[:2], (row("x", "y"),)),
                Table(2, "three", "Three", columns, (row("x", "y", "z"),)),
            ),
        )
    )
    assert page.one("table", id="T1").attributes["class"].split() == ["result"]
    assert page.one("table", id="T2").attributes["class"].split() == ["stack", "result"]


def test_only_a_rehearsal_is_marked_synthetic() -> None:
    real = replace(_sample("en"), origin=replace(ORIGIN, rehearsal=False))
    pdf = _text(write_pdf(real, catalogue={}, language="en"))
    html = write_html(real, catalogue={}, language="en")
    for text in (pdf, html):
        assert "SYNTHETIC" not in text
        assert "Nobody in this report exists" not in text
    assert len(_page(_sample("en")).all("p", class_="synthetic")) == 1


def test_a_long_table_repeats_its_caption_and_headings_on_every_page() -> None:
    with_rows = [text for text in _pages(_pdf("en")) if "Herpes zoster" in text]
    assert len(with_rows) >= 2
    for text in with_rows:
        assert "Table 2. Adverse events, one line each" in text
        assert re.search(r"Participant\s+Term\s+Start\s+CTCAE grade", text)


def test_a_group_goes_on_under_its_heading() -> None:
    rows = (row("Long group", kind="group"), *(row(f"row {number}") for number in range(120)))
    table = Table(1, "t", "Caption", (Column("a", "A", "text"),), rows)
    pages = _read(write_pdf(Document("D", ORIGIN, (table,)), catalogue={}, language="en")).pages
    texts = [page.extract_text() for page in pages if "row " in page.extract_text()]
    assert len(texts) >= 3
    assert all("Long group" in text for text in texts)


def test_a_short_table_is_not_torn_and_a_wide_one_takes_its_heading_with_it() -> None:
    texts = _pages(_pdf("zh"))
    (whole,) = [text for text in texts if "各组基线特征" in text]
    assert "合计" in whole
    sizes = [page.mediabox for page in _read(_pdf("zh")).pages]
    across = [text for text, size in zip(texts, sizes, strict=True) if size.width > size.height]
    assert len(across) == 2
    assert "安全性" in across[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_has_an_outline_of_the_headings(language: str) -> None:
    def titles(entries: Any) -> list[str]:
        return [
            title
            for entry in entries
            for title in (titles(entry) if isinstance(entry, list) else [entry["/Title"]])
        ]

    catalogue = read_catalogue(language)
    headings = [
        render(each.text, catalogue) for each in _sample(language).blocks if isinstance(each, Heading)
    ]
    assert titles(_read(_pdf(language)).outline) == headings


# traceable, repeatable, readable by all


def test_the_same_document_gives_the_same_bytes() -> None:
    assert write_pdf(document("zh"), catalogue=read_catalogue("zh"), language="zh") == _pdf("zh")
    assert write_html(document("zh"), catalogue=read_catalogue("zh"), language="zh") == write_html(
        _sample("zh"), catalogue=read_catalogue("zh"), language="zh"
    )


def test_the_date_in_the_pdf_is_that_of_the_document() -> None:
    made = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    pdf = write_pdf(Document("D", replace(ORIGIN, made=made), ()), catalogue={}, language="en")
    information = _read(pdf).metadata
    assert information is not None
    assert information.creation_date == made
    assert information.title == "BEAM: D"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_embeds_our_fonts_and_no_others(language: str) -> None:
    names = set()
    for page in _read(_pdf(language)).pages:
        resources: Any = page["/Resources"]
        for each in resources.get("/Font", {}).values():
            font = each.get_object()
            names.add(font["/BaseFont"])
            descendant = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descendant), "not embedded"
            assert "/ToUnicode" in font
    assert names
    assert all(re.search(r"\+Trialwright(SansSC|Signs)-", name) for name in names), names


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_archivable_and_can_be_read_aloud(language: str) -> None:
    reader = _read(_pdf(language))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == {"en": "en-GB", "zh": "zh-CN"}[language]
    assert root["/MarkInfo"]["/Marked"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfaid:part>2<.*pdfaid:conformance>A<", metadata, re.DOTALL)
    assert re.search(r"pdfuaid:part>1<", metadata)
    objects: list[Any] = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1)]
    said = {str(each["/Alt"]) for each in objects if isinstance(each, dict) and "/Alt" in each}
    drawings = [each.drawing for each in _sample(language).blocks if isinstance(each, Figure)]
    assert {drawing.description for drawing in drawings} <= said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_holds_together_and_runs_nothing(language: str) -> None:
    text = write_html(_sample(language), catalogue=read_catalogue(language), language=language)
    page = read_page(text)
    style = page.one("style").texts[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert f"style-src 'sha256-{digest}'" in policy
    ids = [each.attributes["id"] for each in page.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for each in page.all():
        assert each.tag not in {"script", "img", "iframe", "object", "link", "foreignobject"}
        assert not [name for name in each.attributes if name.startswith("on") or name in ("style", "src")]
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(each.attributes.get(name, "").split()) <= set(ids)
        if each.attributes.get("href", "").startswith("#"):
            assert each.attributes["href"][1:] in ids
        else:
            assert "href" not in each.attributes
    assert len(page.all("svg", role="img")) == len(page.all("figure")) == 7


def test_every_heading_of_a_table_says_what_it_is_for() -> None:
    table = _page(_sample("en")).one("table", id="T1")
    first, second = table.one("thead").all("tr")
    assert [(cell.attributes["scope"], cell.attributes.get("colspan"), cell.attributes.get("rowspan"), cell.text()) for cell in first.all("th")] == [
        ("col", None, "2", "Characteristic"),
        ("colgroup", "2", None, "BEL+MT (N = 28)"),
        ("colgroup", "2", None, "MT (N = 25)"),
        ("col", None, "2", "Standardised difference"),
    ]  # fmt: skip
    assert [cell.text() for cell in second.all("th")] == ["n", "Value", "n", "Value"]
    assert [body.all("th")[0].attributes["scope"] for body in table.all("tbody")] == ["rowgroup", "rowgroup"]
    for line in table.all("tr")[2:]:
        head, *cells = line.children
        assert head.attributes["scope"] in ("row", "rowgroup")
        labels = [cell.attributes["data-label"] for cell in cells]
        assert labels in ([], ["BEL+MT (N = 28): n", "BEL+MT (N = 28): Value", "MT (N = 25): n", "MT (N = 25): Value", "Standardised difference"])  # fmt: skip


# nothing becomes markup


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_a_hostile_text_is_set_as_it_stands(evil: str) -> None:
    pages = _read(write_pdf(_poisoned(evil), catalogue={}, language="en")).pages
    text = "".join("".join(page.extract_text() for page in pages).replace("\u200b", "").split())
    wanted = "".join(evil.split())
    assert text.count(wanted) >= 14, "title, origin, every block, every cell"
    assert "root:" not in text
    assert "49" not in text.replace("2417", "")


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_a_hostile_text_stays_text_in_the_page(evil: str) -> None:
    page = _page(_poisoned(evil))
    assert not page.all("script")
    assert len(page.all("style")) == 1
    shown = page.one("main").text()
    assert shown.count(" ".join(evil.split())) >= 10


def test_a_character_no_font_has_is_written_by_its_number() -> None:
    given = Document("D", ORIGIN, (Paragraph("a \U0001f600 \x07 \ud800 \u202e b"),))
    assert "a [U+1F600] [U+0007] [U+D800] [U+202E] b" in _text(write_pdf(given, catalogue={}, language="en"))
    assert "a \U0001f600" in write_html(given, catalogue={}, language="en")


def test_a_long_word_is_cut_and_does_not_run_off_the_paper() -> None:
    word = "x" * 400
    table = Table(1, "t", "C", (Column("a", "A", "text"), Column("b", "B", "text")), (row(word, "short"),))
    reader = _read(write_pdf(Document("D", ORIGIN, (Paragraph(word), table)), catalogue={}, language="en"))
    text = "".join("".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())
    assert text.count(word) == 2
    lines = [line for page in reader.pages for line in page.extract_text().replace("\u200b", "").splitlines()]
    assert max(len(line) for line in lines) < 130, "a line of A4 at this size"


# pictures of the pages, and what is refused


def test_the_pages_can_be_had_as_pictures() -> None:
    given = Document("D", ORIGIN, (Paragraph("x"),))
    pages = write_pages(given, catalogue={}, language="en", ppi=30)
    assert len(pages) == len(_read(write_pdf(given, catalogue={}, language="en")).pages) == 2
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_an_empty_document_is_still_a_document() -> None:
    given = Document("D", ORIGIN, ())
    assert "BEAM" in _text(write_pdf(given, catalogue={}, language="en"))
    assert _page(given).one("main").text() == ""


def test_two_of_one_name_are_refused() -> None:
    for blocks in (
        (BASELINE, BASELINE),
        (BASELINE, replace(EVENTS, number=1)),
        (BASELINE, replace(EVENTS, name="Baseline")),
        (Heading("A", 1, "a"), Heading("B", 2, "a")),
    ):
        with pytest.raises(ValueError, match="used twice"):
            Document("D", ORIGIN, blocks)
    for anchor in ("", "a b", 'a"', "1", "_a", "a&b"):
        with pytest.raises(ValueError, match="no anchor"):
            Heading("A", 1, anchor)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        replace(ORIGIN, made=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("nanjing-001", True), ("2026-03-14", True), ("8/25 (32.0 %)", True), ("8/25（32.0%）", True),
        ("28.7 (1.5 to 51.9)", True), ("−6.4（−20.0至45.0）", True), ("轻微", True),
        ("Upper respiratory tract infection", False), ("超出访视窗的访视", False),
    ],
)  # fmt: skip
def test_what_is_one_thing_is_not_broken(text: str, *, whole: bool) -> None:
    assert is_whole(text) == whole
