"""Runs of captured text, made ready for where they stand."""

from __future__ import annotations

from archive.documents.document import Link, Spans, Strong, Text


def captured(spans: Spans) -> Spans:
    """Words of others with nothing to click on: an address in them is text, whoever wrote it."""
    return tuple(Text(span.value, span.language) if isinstance(span, Link) else span for span in spans)


def strong(spans: Spans) -> Spans:
    """The same runs with weight, redactions as they are."""
    return tuple(Strong(span.value, span.language) if isinstance(span, Text) else span for span in captured(spans))
