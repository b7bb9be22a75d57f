"""Captured text in stretches, those that a search hit marked: what pages draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archive.records.highlight import Span, excerpt, highlights
from archive.records.query import ParsedQuery
from archive.records.said import Said

SEARCHED = 20_000  #: characters in which a page looks for the hit


class Run(NamedTuple):
    """A run of text, marked or not."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a record's words round the hit. `where` says in which part: text, warning, picture, author."""

    runs: tuple[Run, ...]
    cut_before: bool
    cut_after: bool
    where: str = "text"


NONE = Excerpt((), False, False, "")


def runs_of(text: str, spans: Sequence[Span]) -> tuple[Run, ...]:
    """Cut `text` at the spans, which are in order and do not touch."""
    runs: list[Run] = []
    place = 0
    for span in spans:
        runs += [Run(text[place : span.start], False), Run(text[span.start : span.stop], True)]
        place = span.stop
    runs.append(Run(text[place:], False))
    return tuple(run for run in runs if run.text)


def excerpt_of(said: Said, query: ParsedQuery | None, *, width: int = 240) -> tuple[Excerpt, bool]:
    """Return a piece of what was said and whether the search hit it: in the text, or in what stands beside it."""
    if query is not None:
        for where, text in _parts(said):
            spans = highlights(query, text[:SEARCHED])
            if spans:
                return _cut(text[:SEARCHED], spans, where, width), True
    return _cut(said.text[:SEARCHED] or said.warning[:SEARCHED], [], "text", width), False


def _parts(said: Said) -> list[tuple[str, str]]:
    handle = f"@{said.author_handle.removeprefix('@')}" if said.author_handle else ""
    return [
        ("text", said.text),
        ("warning", said.warning),
        *(("picture", attachment.alternative) for attachment in said.attachments),
        ("author", " ".join(filter(None, (said.author_name, handle)))),
    ]


def _cut(text: str, spans: Sequence[Span], where: str, width: int) -> Excerpt:
    cut = excerpt(text, spans, width)
    return Excerpt(runs_of(cut.text, cut.spans), cut.cut_before, cut.cut_after, where)
