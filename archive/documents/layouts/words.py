"""Runs of captured text, made ready for where they stand."""

from __future__ import annotations

from dataclasses import replace

from archive.documents.document import Link, Redaction, Span, Spans, Strong, Text


def captured(spans: Spans) -> Spans:
    """Words of others with nothing to click on: an address in them is text, whoever wrote it."""
    return tuple(Text(span.value, span.language) if isinstance(span, Link) else span for span in spans)


def strong(spans: Spans) -> Spans:
    """The same runs with weight, redactions as they are."""
    return tuple(Strong(span.value, span.language) if isinstance(span, Text) else span for span in captured(spans))


def shortened(spans: Spans, limit: int) -> Spans:
    """The beginning of a text, about so many characters, with an ellipsis where it was cut; redactions stay whole."""
    kept: list[Span] = []
    left = limit
    for span in spans:
        if isinstance(span, Redaction):
            kept.append(span)
            continue
        if len(span.value) > left:
            return (*kept, replace(span, value=span.value[:left].rstrip() + "…"))
        left -= len(span.value)
        kept.append(span)
    return tuple(kept)
