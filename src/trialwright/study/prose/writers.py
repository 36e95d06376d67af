"""A document written out: Markdown, one self-contained HTML page, an object for JSON."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from trialwright.study.prose.document import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Inline,
    Item,
    Lines,
    Paragraph,
    Quote,
    Table,
)
from trialwright.terms.message import message, render

Catalogue = Mapping[str, str]


def language(catalogue: Catalogue) -> str:
    """The language a catalogue speaks, as HTML names it."""
    return {"zh": "zh-Hans"}.get(catalogue.get("", "en"), catalogue.get("", "en"))


def plain(text: Inline, catalogue: Catalogue) -> str:
    """A text without marks; several lines joined by line breaks."""
    match text:
        case Code(inside):
            return inside
        case Lines(parts):
            return "\n".join(plain(part, catalogue) for part in parts)
    return render(text, catalogue)


def _version(document: Document, catalogue: Catalogue) -> str:
    return render(message("Version of the definition: {version}", version=document.version), catalogue)


def _quoted(quote: Quote, catalogue: Catalogue) -> tuple[Inline, ...]:
    """A quotation, and its original where it is a translation."""
    translated = quote.original and plain(quote.text, catalogue) != quote.original
    return (quote.text, quote.original) if translated else (quote.text,)


# Markdown


def to_markdown(document: Document, catalogue: Catalogue) -> str:
    """The document in Markdown (CommonMark with tables)."""
    parts = [f"# {_marked(document.title, catalogue)}", _version(document, catalogue)]
    parts += [_markdown(block, catalogue) for block in document.blocks]
    return "\n\n".join(parts) + "\n"


def _markdown(block: Block, catalogue: Catalogue) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_marked(text, catalogue)}"
        case Paragraph(text):
            return _marked(text, catalogue)
        case Quote():
            return "\n>\n".join(f"> {_marked(text, catalogue)}" for text in _quoted(block, catalogue))
        case Bullets(items):
            return "\n".join(_markdown_items(items, catalogue, indent=""))
        case Code(text):
            return "\n".join(["```", text, "```"])
        case Table(header, rows):
            lines = [_markdown_row(header, catalogue), "|" + " --- |" * len(header)]
            return "\n".join(lines + [_markdown_row(row, catalogue) for row in rows])


def _markdown_items(items: tuple[Item, ...], catalogue: Catalogue, *, indent: str) -> Iterator[str]:
    for item in items:
        yield f"{indent}- {_marked(item.text, catalogue)}"
        yield from _markdown_items(item.parts, catalogue, indent=indent + "  ")


def _markdown_row(cells: tuple[Inline, ...], catalogue: Catalogue) -> str:
    texts = (_marked(cell, catalogue).replace("|", "\\|").replace("\n", "<br>") for cell in cells)
    return "| " + " | ".join(texts) + " |"


_SPECIAL = re.compile(r"[\\`*]|<(?=[A-Za-z/!?])|\](?=[(\[])|^(?=#{1,6} |[-+>] |\d+[.)] )")


def _marked(text: Inline, catalogue: Catalogue) -> str:
    """A text with what Markdown would take for marks escaped."""
    match text:
        case Code(inside):
            fence = "``" if "`" in inside else "`"
            return f"{fence}{inside}{fence}"
        case Lines(parts):
            return "\n".join(_marked(part, catalogue) for part in parts)
    return _SPECIAL.sub(lambda mark: "\\" + mark[0], " ".join(render(text, catalogue).split()))


# HTML

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;
margin:0 auto;padding:1rem;max-width:60rem;color:#1b1f24;background:#fff;overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25}h2{margin-top:2.2rem;border-bottom:2px solid #7a8794;padding-bottom:.2rem}
h3{margin-top:1.8rem}h4{margin-bottom:.3rem}
blockquote{margin:.6rem 0;padding:.1rem .9rem;border-left:4px solid #7a8794;background:#f3f5f7}
code,pre{font:.88em/1.45 ui-monospace,Menlo,Consolas,monospace}
pre{white-space:pre-wrap;background:#f3f5f7;padding:.6rem .8rem;border-radius:.3rem}
.skip{position:absolute;left:-100rem}.skip:focus{position:static}
.table{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{border:1px solid #c9d1d9;padding:.35rem .55rem;text-align:left;vertical-align:top}th{background:#f3f5f7}
.version{color:#57606a;font-size:.85rem;overflow-wrap:anywhere}nav ul{padding-left:1.2rem}
@media(prefers-color-scheme:dark){body{color:#e6e8ea;background:#14171a}blockquote,pre,th{background:#21262c}
th,td{border-color:#3d444d}.version{color:#9aa4af}a{color:#7ab7ff}}
@media(max-width:44rem){th,td{min-width:2.1em}th:first-child,td:first-child{min-width:3.2em}th:last-child,td:last-child{min-width:9em}}
@media print{body{max-width:none;font-size:11pt}nav{display:none}h2,h3,h4{break-after:avoid}tr,blockquote{break-inside:avoid}}
""".strip()


def to_html(document: Document, catalogue: Catalogue) -> str:
    """The document as one page without anything from elsewhere, readable on a phone and on paper."""
    title = _escaped(plain(document.title, catalogue))
    version = _escaped(_version(document, catalogue))
    parts = [block for block in document.blocks if isinstance(block, Heading) and block.level == 2]
    links = "".join(
        f'<li><a href="#{_escaped(part.anchor)}">{_inline(part.text, catalogue)}</a></li>'
        for part in parts
        if part.anchor
    )
    body = "\n".join(_html(block, catalogue) for block in document.blocks)
    contents = _escaped(render(message("Contents"), catalogue))
    skip = _escaped(render(message("Skip to the content"), catalogue))
    return (
        f'<!doctype html>\n<html lang="{language(catalogue)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#content">{skip}</a>\n<h1>{title}</h1>\n'
        f'<p class="version">{version}</p>\n<nav aria-label="{contents}"><ul>{links}</ul></nav>\n<main id="content">\n{body}\n</main>\n'
        "</body>\n</html>\n"
    )


def _html(block: Block, catalogue: Catalogue) -> str:
    match block:
        case Heading(level, text, anchor):
            name = f' id="{_escaped(anchor)}"' if anchor else ""
            return f"<h{level}{name}>{_inline(text, catalogue)}</h{level}>"
        case Paragraph(text):
            return f"<p>{_inline(text, catalogue)}</p>"
        case Quote():
            said = "".join(f"<p>{_inline(text, catalogue)}</p>" for text in _quoted(block, catalogue))
            return f"<blockquote>{said}</blockquote>"
        case Bullets(items):
            return _html_items(items, catalogue)
        case Code(text):
            return f"<pre><code>{_escaped(text)}</code></pre>"
        case Table(header, rows):
            head = "".join(f'<th scope="col">{_inline(cell, catalogue)}</th>' for cell in header)
            lines = (
                "<tr>" + "".join(f"<td>{_inline(cell, catalogue)}</td>" for cell in row) + "</tr>"
                for row in rows
            )
            top = f"<thead><tr>{head}</tr></thead>" if any(plain(cell, catalogue) for cell in header) else ""
            return f'<div class="table"><table>{top}<tbody>{"".join(lines)}</tbody></table></div>'


def _html_items(items: tuple[Item, ...], catalogue: Catalogue) -> str:
    inside = "".join(
        f"<li>{_inline(item.text, catalogue)}{_html_items(item.parts, catalogue) if item.parts else ''}</li>"
        for item in items
    )
    return f"<ul>{inside}</ul>"


def _inline(text: Inline, catalogue: Catalogue) -> str:
    match text:
        case Code(inside):
            return f"<code>{_escaped(inside)}</code>"
        case Lines(parts):
            return "<br>".join(_inline(part, catalogue) for part in parts)
    return _escaped(render(text, catalogue))


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)


# JSON


def to_json(document: Document, catalogue: Catalogue) -> dict[str, object]:
    """The document as an object for JSON: its blocks in order, each named by the key that says what it is."""
    return {
        "study": document.study,
        "study_version": document.version,
        "language": catalogue.get("", "en"),
        "title": plain(document.title, catalogue),
        "blocks": [_json(block, catalogue) for block in document.blocks],
    }


def _json(block: Block, catalogue: Catalogue) -> dict[str, object]:
    match block:
        case Heading(level, text, anchor):
            return {"heading": plain(text, catalogue), "level": level, "anchor": anchor}
        case Paragraph(text):
            return {"paragraph": plain(text, catalogue)}
        case Quote(text, original):
            return {"quote": plain(text, catalogue), "original": original}
        case Bullets(items):
            return {"list": [_json_item(item, catalogue) for item in items]}
        case Code(text):
            return {"code": text}
        case Table(header, rows):
            cells = [[plain(cell, catalogue) for cell in row] for row in rows]
            return {"table": {"header": [plain(cell, catalogue) for cell in header], "rows": cells}}


def _json_item(item: Item, catalogue: Catalogue) -> dict[str, object]:
    said: dict[str, object] = {"text": plain(item.text, catalogue)}
    if item.parts:
        said["items"] = [_json_item(part, catalogue) for part in item.parts]
    return said
