"""Marking what is hidden: from what a person ticks and types to asks, and from the settled marks back to a page.

The page carries its asks from step to step as text. They are parsed like any other input, and settled again by the
service that stores them, so that nothing rests on what a browser sends.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from archive.documents.visible import Kind, browser_pieces
from archive.ledger import segments
from archive.ledger.canonical import text_of
from foia.review.redaction import Ask, Decision, Fields, Mark, Withheld, below, pieces_of, segmented, show
from retention.errors import Refused

FOUND_AT_MOST = 200  #: places of one typed passage
ASKS_AT_MOST = 500
_ATTACHMENT = re.compile(r"/attachment/(0|[1-9][0-9]{0,3})/")


@dataclass(frozen=True, slots=True)
class Piece:
    """One committed segment of a text: what can be shown or hidden, and the code under which it is hidden so far."""

    value: str
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class MarkableText:
    """A text in its segments; `whole` is the code under which all of it is hidden."""

    stem: str
    label: str
    pieces: tuple[Piece, ...]
    whole: str


@dataclass(frozen=True, slots=True)
class MarkableField:
    """A field that can only be hidden whole."""

    path: str
    label: str
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class ShownMark:
    """A mark in words. `place` is its number among the asks, none for what is hidden because it repeats one of them.

    `asked` is set where less was asked for than is hidden: a mark grows to whole words.
    """

    label: str
    code: str
    hides: str
    asked: str
    place: int | None


@dataclass(frozen=True, slots=True)
class Box:
    """A hidden place as outsiders see it."""

    code: str


def readable(text: str) -> str:
    """Return a text with every character that a browser would hide or refuse named by its code point."""
    return "".join("\n" if piece.kind is Kind.BREAK else piece.text for piece in browser_pieces(text))


def texts_of(fields: Fields, marks: Sequence[Mark]) -> list[MarkableText]:
    """Return the texts of a version with their segments."""
    return [_text(fields, stem, marks) for stem in segmented(fields)]


def _text(fields: Fields, stem: str, marks: Sequence[Mark]) -> MarkableText:
    hidden = {n: mark.code for mark in marks if mark.path == stem and mark.segments for n in mark.segments}
    whole = next((mark.code for mark in marks if mark.path == stem and mark.segments is None), "")
    pieces = tuple(
        Piece(f"{stem}:{n}", readable(text), hidden.get(n, whole)) for n, text in enumerate(pieces_of(fields, stem))
    )
    return MarkableText(stem, label_of(stem), pieces, whole)


def whole_fields(fields: Fields, marks: Sequence[Mark]) -> list[MarkableField]:
    """Return what can be hidden whole: the author, the address, each attachment."""
    attachments = sorted({int(match[1]) for name in fields if (match := _ATTACHMENT.match(name))})
    paths = ["/author", "/url", "/inReplyTo", *(f"/attachment/{n}" for n in attachments)]
    return [
        MarkableField(path, label_of(path), _told(fields, path), _code(path, marks))
        for path in paths
        if any(below(name, path) for name in fields)
    ]


def _code(path: str, marks: Sequence[Mark]) -> str:
    return next((mark.code for mark in marks if mark.segments is None and below(path, mark.path)), "")


def _told(fields: Fields, path: str) -> str:
    values = [
        text_of(value)
        for name, value in sorted(fields.items())
        if below(name, path) and not isinstance(value, bool | int) and value is not None
    ]
    return readable(", ".join(dict.fromkeys(values)))[:400]


def label_of(path: str) -> str:
    """Return the name of a field as people say it."""
    match = _ATTACHMENT.match(path + "/")
    if match:
        return _("Attachment %(n)d") % {"n": int(match[1]) + 1}
    names = {
        "/content": _("Text"),
        "/summary": _("Content warning"),
        "/author": _("Author: name, handle and id"),
        "/url": _("Address on the network"),
        "/inReplyTo": _("What it answers"),
        "/id": _("Id on the network"),
    }
    return names.get(path, path)


def asks_ticked(fields: Fields, ticked: Iterable[str], code: str) -> list[Ask]:
    """Return one ask for each run of neighbouring ticked segments. Raises Refused for a segment that is not there."""
    chosen: dict[str, set[int]] = {}
    for value in ticked:
        stem, colon, number = value.rpartition(":")
        if not colon or not number.isdecimal() or len(number) > 6:
            raise Refused("review.segment", _("A word that was ticked is not there. Look at the page again."))
        chosen.setdefault(stem, set()).add(int(number))
    return [ask for stem, numbers in chosen.items() for ask in _runs(fields, stem, numbers, code)]


def _runs(fields: Fields, stem: str, numbers: set[int], code: str) -> Iterator[Ask]:
    pieces = pieces_of(fields, stem)
    if max(numbers) >= len(pieces):
        raise Refused("review.segment", _("A word that was ticked is not there. Look at the page again."))
    for first in sorted(n for n in numbers if n - 1 not in numbers):
        stop = first + 1
        while stop in numbers:
            stop += 1
        yield Ask(stem, code, *segments.span(pieces, range(first, stop)))


def asks_typed(fields: Fields, passage: str, code: str) -> list[Ask]:
    """Return an ask for each place where a passage stands, in any case. Raises Refused when it stands nowhere."""
    passage = passage.strip()
    if not passage:
        return []
    asks: list[Ask] = []
    for stem in segmented(fields):
        text = "".join(pieces_of(fields, stem))
        asks += [
            Ask(stem, code, found.start(), found.end())
            for found in re.finditer(re.escape(passage), text, re.IGNORECASE)
            if found.end() > found.start()
        ]
    if not asks:
        raise Refused("review.passage", _("These words do not stand in this version as you typed them."))
    if len(asks) > FOUND_AT_MOST:
        raise Refused("review.passage", _("These words stand there more than 200 times. Type more of them."))
    return asks


def asks_fields(paths: Iterable[str], code: str) -> list[Ask]:
    """Return an ask for each field that was ticked."""
    return [Ask(path[:200], code) for path in paths]


def ask_written(ask: Ask) -> str:
    """Return an ask as the page carries it."""
    span = "" if ask.start is None or ask.stop is None else f"{ask.start}-{ask.stop}"
    return f"{ask.code} {span} {ask.path}"


def asks_read(written: Sequence[str]) -> list[Ask]:
    """Return the asks that a page carried, each once. Raises Refused for anything else."""
    if len(written) > ASKS_AT_MOST:
        raise Refused("review.marks", _("Mark at most 500 parts, or withhold the record."))
    return list(dict.fromkeys(_ask(text) for text in written))


def _ask(text: str) -> Ask:
    found = re.fullmatch(r"([^ ]{1,32}) (?:([0-9]{1,8})-([0-9]{1,8}))? (/[!-~]{1,199})", text)
    if found is None:
        raise Refused("review.marks", _("The marks of this page could not be read. Open it again and mark anew."))
    start, stop = (int(found[2]), int(found[3])) if found[2] else (None, None)
    return Ask(found[4], found[1], start, stop)


def marks_shown(fields: Fields, asks: Sequence[Ask], marks: Sequence[Mark]) -> list[ShownMark]:
    """Return the marks in words, each with the ask that made it; those that repeat a hidden value have none."""
    by_span = {(ask.path, ask.start, ask.stop): place for place, ask in reversed(list(enumerate(asks)))}
    shown = []
    for mark in marks:
        place = by_span.get((mark.path, mark.asked_start, mark.asked_stop))
        hides, asked = _told(fields, mark.path), ""
        if mark.segments is not None:
            text = "".join(pieces_of(fields, mark.path))
            hides = readable(text[mark.shown_start : mark.shown_stop].strip())
            asked = readable(text[mark.asked_start : mark.asked_stop].strip())
        if place is None and mark.path == "/author":
            place = next((n for n, ask in enumerate(asks) if below(ask.path, "/author")), None)
        shown.append(ShownMark(label_of(mark.path), mark.code, hides, asked if asked != hides else "", place))
    return shown


def as_shown(fields: Fields, marks: Sequence[Mark]) -> list[tuple[str, list[str | Box]]]:
    """Return each text as an outsider will see it: runs of words and boxes."""
    shown = show(fields, Decision.REDACT, (), marks)
    return [
        (label_of(stem), [Box(run.code) if isinstance(run, Withheld) else readable(run) for run in shown.runs(stem)])
        for stem in segmented(fields)
    ]
