"""A document as JSON, as it travels inside its own PDF: the untouched text, without the bytes of pictures and files.

    {"schema": "daybook-document/1", "title": …, "language": …, …, "blocks": [{"heading": "…", "level": 1}, …]}

A block is an object whose first name says what it is. Spans are a list; plain text in it is a string, another span an
object. What JSON cannot hold as text, a lone surrogate, stands as its escape. A redaction has its code and no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from archive.documents import document as d

NAME: Final = "document.json"
MEDIA_TYPE: Final = "application/json"
SCHEMA: Final = "daybook-document/1"

WORDS: Final = (
    "schema daybook-document/1 title language subject author sheet letter letter-landscape furniture legend mark "
    "footer page_of attachments name media_type description relation Source Data Alternative Supplement blocks "
    "heading level paragraph role body captured small signed list numbered table columns weight align start end "
    "caption header figure alternative chart marks bars lines unit categories series values note label new_page part "
    "depth redaction link address strong text true false null"
)
"""Every word that is the form's own: each of them is in documents whatever they say."""

Value = dict[str, Any]


def source_head(document: d.Document) -> str:
    """The JSON up to where the blocks begin."""
    furniture = document.furniture
    head: Value = {
        "schema": SCHEMA,
        "title": document.title,
        "language": document.language,
        "subject": document.subject,
        "author": document.author,
        "sheet": document.sheet.value,
        "furniture": {
            "legend": furniture.legend,
            "mark": furniture.mark,
            "footer": furniture.footer,
            "page_of": furniture.page_of,
        },
        "attachments": [
            {"name": a.name, "media_type": a.media_type, "description": a.description, "relation": a.relation.value}
            for a in document.attachments
        ],
    }
    return _json(head)[:-1] + ',"blocks":['


def source_blocks(blocks: Iterable[d.Block]) -> str:
    """The blocks, with commas between them."""
    return ",\n".join([_json(_block(block)) for block in blocks])


SOURCE_TAIL: Final = "]}\n"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _block(block: d.Block) -> Value:
    match block:
        case d.Heading(text, level):
            return {"heading": text, "level": level}
        case d.Paragraph(spans, role, language):
            said: Value = {"paragraph": _spans(spans)}
            if role is not d.Role.BODY:
                said["role"] = role.value
            if language is not None:
                said["language"] = language
            return said
        case d.Listing(items, numbered):
            return {"list": [_spans(item) for item in items], "numbered": numbered}
        case d.Table():
            return _table(block)
        case d.Figure():
            figure = {"figure": block.name, "media_type": block.media_type}
            return figure | {"alternative": block.alternative, "caption": block.caption}
        case d.Chart():
            return {
                "chart": block.title,
                "marks": block.marks.value,
                "unit": block.unit,
                "categories": list(block.categories),
                "series": [{"name": each.name, "values": list(each.values)} for each in block.series],
                "alternative": block.alternative,
            }
        case d.Note(label, spans):
            return {"note": _spans(spans), "label": label}
        case d.NewPage(mark):
            return {"new_page": mark}
        case d.Part(blocks, depth):
            return {"part": [_block(inner) for inner in blocks], "depth": depth}


def _table(table: d.Table) -> Value:
    return {
        "table": [[_cell(cell) for cell in row] for row in table.rows],
        "columns": [{"heading": c.heading, "weight": c.weight, "align": c.align.value} for c in table.columns],
        "caption": table.caption,
    }


def _cell(cell: d.Cell) -> Any:
    return {"header": _spans(cell.spans)} if cell.header else _spans(cell.spans)


def _spans(spans: d.Spans) -> list[Any]:
    return [span.value if type(span) is d.Text and span.language is None else _span(span) for span in spans]


def _span(span: d.Span) -> Value:
    match span:
        case d.Redaction(code):
            return {"redaction": code}
        case d.Link(value, address, language):
            said = {"link": value, "address": address}
        case d.Strong(value, language):
            said = {"strong": value}
        case d.Text(value, language):
            said = {"text": value}
    return said if language is None else said | {"language": language}
