"""What of a version is hidden and what is left to show: pure, in committed fields and code points.

A span that a reviewer marks grows outward to whole committed segments, because a segment is what can be proved shown or
proved hidden (ledger.md 6.2). The reviewer is shown the grown span before anything is stored. Everything that leaves
the house is drawn from a `Shown`, which holds what may be shown and nothing else.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from archive.ledger import segments
from archive.ledger.canonical import text_of
from archive.ledger.commitment import Value
from archive.ledger.errors import FieldError
from retention.errors import Refused

Fields = Mapping[str, Value]


class Decision(StrEnum):
    """What becomes of a version."""

    DISCLOSE = "disclose"
    REDACT = "redact"
    WITHHOLD = "withhold"


CHAIN = ("/event/kind", "/event/n", "/event/prev", "/event/subject")
"""Shown of every event, so that an outsider can follow its subject's chain."""

WITHHELD_SHOWS = ("/account", "/kind", "/network")
"""What a version that is withheld in full still says: on which page it stood and what it is."""

WITHHELD_HIDES = (
    "/attachment",
    "/author",
    "/content",
    "/event/time",
    "/id",
    "/inReplyTo",
    "/language",
    "/published",
    "/sensitive",
    "/summary",
    "/type",
    "/updated",
    "/url",
    "/visibility",
)
"""Listed as withheld for every such version, whether it has the field or not: the list itself tells nothing."""

NEVER_SHOWN = ("/raw/slice/sha256",)
"""The digest of the raw bytes would let anyone test guesses at what was hidden in them."""

ECHO_MIN = 4
"""Code points from which a hidden value is looked for in the version's other fields."""

_TELLING = re.compile(r"/(?:id|url|inReplyTo|author/[a-z]+|attachment/[0-9]+/(?:id|name|reference|url))")
"""Scalar fields that can name a person or say something; the others are types, times and codes."""

_POINTER = re.compile(r"(?:/(?:[!-.0-}]|~[01])+)+")
_ATTACHMENT = re.compile(r"/attachment/(0|[1-9][0-9]{0,3})(?:/|$)")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a reviewer marked: a span of a text in code points, or, without one, a whole field with all below it."""

    path: str
    code: str
    start: int | None = None
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What is hidden: segments `first` to `stop` of a text, which are `shown_start` to `shown_stop`, or a field."""

    path: str
    code: str
    asked_start: int | None = None
    asked_stop: int | None = None
    first: int | None = None
    stop: int | None = None
    shown_start: int | None = None
    shown_stop: int | None = None

    @property
    def segments(self) -> range | None:
        """The hidden segments; none when the whole field is hidden."""
        return None if self.first is None or self.stop is None else range(self.first, self.stop)


@dataclass(frozen=True, slots=True)
class Withheld:
    """A field name that is not shown, with the codes of the exemptions that are claimed for it."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of one version. Nothing that is hidden is in it, only where it stood and under which code."""

    values: Mapping[str, Value]
    withheld: tuple[Withheld, ...]

    def text(self, name: str) -> str:
        """Return a shown scalar as text, empty when it is absent or hidden."""
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return ""
        return str(value) if isinstance(value, int) else text_of(value)

    def code(self, name: str) -> str:
        """Return the code under which a name is hidden, empty when it is not."""
        codes = {each.path: each.code for each in self.withheld}
        while name:
            if name in codes:
                return codes[name]
            name = name.rpartition("/")[0]
        return ""

    def runs(self, stem: str) -> list[str | Withheld]:
        """Return a text as shown runs and hidden places, in order; neighbours under one code are one place."""
        count = self.values.get(f"{stem}/#")
        if type(count) is not int:
            code = self.code(stem)
            return [Withheld(stem, code)] if code else []
        pieces: list[str | Withheld] = []
        for n in range(count):
            name = f"{stem}/{n}"
            pieces.append(self.text(name) if name in self.values else Withheld(stem, self.code(name)))
        merged: list[str | Withheld] = []
        for piece, alike in groupby(pieces, key=lambda each: None if isinstance(each, str) else each):
            merged.append("".join(each for each in alike if isinstance(each, str)) if piece is None else piece)
        return merged


@dataclass(frozen=True, slots=True)
class Hidden:
    """A text that must not leave the house, and the field it stands in."""

    path: str
    text: str


def segmented(fields: Fields) -> list[str]:
    """Return the names of the texts that are cut into segments, such as `/content`."""
    return sorted(name.removesuffix("/#") for name in fields if name.endswith("/#"))


def pieces_of(fields: Fields, stem: str) -> list[str]:
    """Return the segments of a text as they were committed. Raises Refused when it is no segmented text."""
    count = fields.get(f"{stem}/#")
    if type(count) is not int:
        raise Refused("review.no-text", f"{stem} is not a text in which a span can be marked.")
    return [text_of(fields[f"{stem}/{n}"]) for n in range(count)]


def below(name: str, stem: str) -> bool:
    """Return whether a field is `stem` or lies below it."""
    return name == stem or name.startswith(stem + "/")


def settle(fields: Fields, asks: Sequence[Ask]) -> tuple[Mark, ...]:
    """Return everything that is hidden when a reviewer asks for this: spans snapped, fields with their companions.

    Hiding any part of the author hides all that names the author. Each other field of the version that repeats a hidden
    value is hidden with it (an address that holds the handle). Raises Refused for a span or field that is not there.
    """
    marks: dict[tuple[object, ...], Mark] = {}
    for ask in asks:
        mark = _span(fields, ask) if ask.start is not None else _field(fields, ask)
        marks.setdefault((mark.path, mark.first, mark.stop), mark)
    settled = list(marks.values())
    hidden = [(value, mark.code) for mark in settled for value in _values(fields, mark)]
    for name, value in sorted(fields.items()):
        if not isinstance(value, str) or name.startswith(("/event/", "/raw/")) or _in_text(fields, name):
            continue
        if any(below(name, mark.path) for mark in settled if mark.segments is None):
            continue
        code = next((code for text, code in hidden if text in value), None)
        if code is not None:
            settled.append(Mark(name, code))
    return tuple(settled)


def _span(fields: Fields, ask: Ask) -> Mark:
    pieces = pieces_of(fields, ask.path)
    if ask.stop is None or ask.start is None:
        raise Refused("review.span", "A span has a beginning and an end.")
    try:
        chosen = segments.snap(pieces, ask.start, ask.stop)
    except FieldError as error:
        raise Refused("review.span", f"There is no span {ask.start} to {ask.stop} in {ask.path}.") from error
    shown_start, shown_stop = segments.span(pieces, chosen)
    return Mark(ask.path, ask.code, ask.start, ask.stop, chosen.start, chosen.stop, shown_start, shown_stop)


def _field(fields: Fields, ask: Ask) -> Mark:
    path = "/author" if below(ask.path, "/author") else ask.path
    if not _POINTER.fullmatch(path) or path.startswith(("/event", "/raw")) or path.endswith("/#"):
        raise Refused("review.field", f"{ask.path} is not a field that can be hidden.")
    if not any(below(name, path) for name in fields):
        raise Refused("review.field", f"This version has no field {ask.path}.")
    if _in_text(fields, path):
        raise Refused("review.field", f"Mark a span of {path.rpartition('/')[0]} instead of the segment {path}.")
    return Mark(path, ask.code)


def _in_text(fields: Fields, name: str) -> bool:
    return f"{name.rpartition('/')[0]}/#" in fields


def _values(fields: Fields, mark: Mark) -> list[str]:
    return [hidden.text for hidden in _hidden_by(fields, mark) if len(hidden.text) >= ECHO_MIN]


def show(fields: Fields, decision: str, codes: Sequence[str], marks: Iterable[Mark]) -> Shown:
    """Return what may be shown of a version under a decision.

    Disclosed: all but `NEVER_SHOWN`. Redacted: all but the marks. Withheld: the chain and `WITHHELD_SHOWS`.
    """
    if decision == Decision.WITHHOLD:
        code = "; ".join(codes)
        return Shown(
            values={name: fields[name] for name in (*CHAIN, *WITHHELD_SHOWS) if name in fields},
            withheld=tuple(Withheld(stem, code) for stem in WITHHELD_HIDES),
        )
    hidden: dict[str, list[str]] = {}
    for mark in marks if decision == Decision.REDACT else ():
        names = [mark.path] if mark.segments is None else [f"{mark.path}/{n}" for n in mark.segments]
        for name in names:
            held = hidden.setdefault(name, [])
            if mark.code not in held:
                held.append(mark.code)
    values = {
        name: value
        for name, value in fields.items()
        if name not in NEVER_SHOWN and not any(stem in hidden for stem in _stems(name))
    }
    return Shown(values, tuple(Withheld(name, "; ".join(held)) for name, held in sorted(hidden.items())))


def _stems(name: str) -> list[str]:
    stems = [name]
    while name := name.rpartition("/")[0]:
        stems.append(name)
    return stems


def hidden_texts(fields: Fields, decision: str, marks: Iterable[Mark]) -> list[Hidden]:
    """Return every text that a decision hides: redacted runs, whole withheld texts, the names of a hidden author."""
    if decision == Decision.WITHHOLD:
        return [found for stem in ("/content", "/summary") for found in _hidden_by(fields, Mark(stem, ""))] + [
            Hidden(name, text_of(value))
            for name, value in sorted(fields.items())
            if isinstance(value, str) and _ATTACHMENT.match(name) and name.endswith("/name")
        ]
    if decision == Decision.REDACT:
        return [found for mark in marks for found in _hidden_by(fields, mark)]
    return []


def _hidden_by(fields: Fields, mark: Mark) -> list[Hidden]:
    """Return the texts behind one mark, white space at the ends cut off; empty ones are left out."""
    if mark.segments is not None:
        pieces = pieces_of(fields, mark.path)
        found = [Hidden(mark.path, "".join(pieces[mark.first : mark.stop]))]
    elif f"{mark.path}/#" in fields:
        found = [Hidden(mark.path, "".join(pieces_of(fields, mark.path)))]
    else:
        found = []
        for name, value in sorted(fields.items()):
            if below(name, mark.path) and _TELLING.fullmatch(name) and isinstance(value, str | Mapping):
                found.append(Hidden(name, text_of(value)))
    return [Hidden(each.path, each.text.strip()) for each in found if each.text.strip()]


def shown_attachments(shown: Shown) -> frozenset[int]:
    """Return the numbers of the attachments whose bytes may be shown: those that are not hidden as a whole."""
    present = {int(match[1]) for name in shown.values if (match := _ATTACHMENT.match(name))}
    return frozenset(n for n in present if not shown.code(f"/attachment/{n}"))
