"""Spans turned into Platypus markup, in which every character of the text is escaped or named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from itertools import groupby
from typing import Final

from reportlab.lib.styles import ParagraphStyle

from archive.documents.addresses import live_address
from archive.documents.document import Link, Redaction, Span, Strong, Text
from archive.documents.faces import drawable
from archive.documents.visible import Kind, pieces

_SPACES = re.compile(" {2,}")
_NO_BREAK = "\u00a0"
_LENGTH: Final = 12_000


def named(text: str) -> str:
    """The text on one line, with the names of what the typeface lacks: for titles, bookmarks and page furniture."""
    return "".join(" " if piece.kind is Kind.BREAK else piece.text for piece in pieces(text, drawable))


def marked_up(spans: tuple[Span, ...], style: ParagraphStyle) -> str:
    """The spans as Platypus markup for a paragraph of this style."""
    small = f"{style.fontSize * 0.78:.2f}"
    return "".join(_span(span, small) for span in spans)


def lengths(spans: tuple[Span, ...]) -> Iterator[tuple[Span, ...]]:
    """The spans in lengths of some pages each, cut at a line break or a space where there is one.

    Platypus measures all that is left of a paragraph again on every page, so one of a million characters would take
    hours.
    """
    now: list[Span] = []
    room = _LENGTH
    for span in spans:
        rest: Span | None = span
        while rest is not None:
            if isinstance(rest, Redaction) or len(rest.value) <= room:
                now.append(rest)
                room -= 20 if isinstance(rest, Redaction) else len(rest.value)
                rest = None
            else:
                cut = _cut(rest.value, room)
                now.append(replace(rest, value=rest.value[:cut]))
                rest = replace(rest, value=rest.value[cut:])
                room = 0
            if room <= 0:
                yield tuple(now)
                now, room = [], _LENGTH
    if now or not spans:
        yield tuple(now)


def _cut(text: str, room: int) -> int:
    """Where to cut: after the last line break, else after the last space, of the second half of the room."""
    for mark in ("\n", " "):
        found = text.rfind(mark, room // 2, room)
        if found >= 0:
            return found + 1
    return room


def _span(span: Span, small: str) -> str:
    match span:
        case Text(value, _):
            return _text(value, small)
        case Strong(value, _):
            return f"<b>{_text(value, small)}</b>"
        case Link(value, address, _):
            live = live_address(address)
            if live is None:
                return _text(value, small)
            return f'<a href="{escape(live)}" color="#005ea2">{_text(value, small)}</a>'
        case Redaction(code):
            label = escape(named(f"[{code}]")).replace(" ", _NO_BREAK)
            return f'<font backColor="#1b1b1b" color="#ffffff">{_NO_BREAK}{label}{_NO_BREAK}</font>'


def _text(value: str, small: str) -> str:
    out: list[str] = []
    fresh_line = True
    for kind, run in groupby(pieces(value, drawable), key=lambda piece: piece.kind):
        text = "".join(piece.text or "<br/>" for piece in run)
        if kind is Kind.NAMED:
            text = f'<font size="{small}" color="#565c65">{text}</font>'
        elif kind is Kind.DRAWN:
            text = _spaced(escape(text), fresh_line)
        out.append(text)
        fresh_line = kind is Kind.BREAK
    return "".join(out)


def _spaced(text: str, fresh_line: bool) -> str:
    """Keep runs of spaces, which Platypus would fold: only the last of a run may break, at a line's start none."""
    if fresh_line and text.startswith(" "):
        rest = text.lstrip(" ")
        text = _NO_BREAK * (len(text) - len(rest)) + rest
    return _SPACES.sub(lambda run: _NO_BREAK * (len(run.group()) - 1) + " ", text)
