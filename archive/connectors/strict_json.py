"""Read hostile JSON strictly, and know where each part lies.

RFC 8259 leaves duplicate names, lone surrogates and odd numbers to the reader; evidence may not. Structure is found
by `msgspec.Raw` (exact bytes of each part, at parser speed) and confirmed by walking the body: no range is guessed.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any, NamedTuple, NoReturn

import msgspec

DEPTH_LIMIT = 64
"""Deepest nesting taken (the canonical form's own limit, reference/ledger.md 6.1)."""

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"[ \t\n\r]*")
_KEY = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_IN_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_ESCAPED_ODDITY = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LATIN_DECODER = json.JSONDecoder()

_elements = msgspec.json.Decoder(list[msgspec.Raw])


class Span(NamedTuple):
    """A byte range of a body: `body[start:stop]`."""

    start: int
    stop: int


class Unreadable(Exception):
    """Bytes that are not the JSON we take. `code` is one of `codes.BAD_CODES`; `reason` quotes no content."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{code}: {reason}")


class _Duplicate(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Duplicate
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_strict = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)


def read(body: bytes, span: Span) -> Any:
    """Return the value at `span`.

    Raises `Unreadable` (`not-utf8`, `malformed`, `too-deep`, `duplicate-key`, `lone-surrogate`, `nul`).
    """
    raw = body[span.start : span.stop]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("not-utf8", f"byte {span.start + error.start} is not UTF-8") from None
    # Counting is cheap, and most items have fewer brackets than the limit has levels.
    if raw.count(b"{") + raw.count(b"[") > DEPTH_LIMIT and _depth(raw) > DEPTH_LIMIT:
        raise Unreadable("too-deep", f"nested deeper than {DEPTH_LIMIT} levels")
    try:
        value = _strict.decode(text)
    except _Duplicate:
        raise Unreadable("duplicate-key", "one object names a field twice") from None
    except RecursionError:
        raise Unreadable("too-deep", f"nested deeper than {DEPTH_LIMIT} levels") from None
    except ValueError as error:
        place = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable("malformed", f"not JSON{place}") from None
    if _ESCAPED_ODDITY.search(raw):
        _refuse_odd_characters(value)
    return value


def elements(body: bytes, span: Span | None = None) -> tuple[list[Span], Span | None]:
    """Return the range of each element of the array at `span`, and what is left over if the array breaks off.

    The second value is None for a sound array. Raises `Unreadable` (`wrong-shape`, `malformed`, `too-deep`).
    """
    whole = span or document(body)
    start = _skip(body, whole.start)
    if body[start : start + 1] != b"[":
        _refuse_shape(body, whole, "a list")
    try:
        raws = _elements.decode(memoryview(body)[whole.start : whole.stop])
    except RecursionError:
        raise Unreadable("too-deep", f"nested deeper than {DEPTH_LIMIT} levels") from None
    except (msgspec.DecodeError, ValueError):
        return _salvage(body, start + 1, whole.stop)
    spans: list[Span] = []
    place = start + 1
    for raw in raws:
        place = _skip(body, place)
        stop = place + memoryview(raw).nbytes
        spans.append(Span(place, stop))
        place = _skip(body, stop) + 1  # over the comma
    return spans, None


def members(body: bytes, span: Span) -> dict[str, Span]:
    """Return the range of each member's value of the object at `span`, in byte order.

    Raises `Unreadable` (`wrong-shape`, `malformed`, `too-deep`, `duplicate-key`, `not-utf8`).
    """
    start = _skip(body, span.start)
    if body[start : start + 1] != b"{":
        _refuse_shape(body, span, "an object")
    text = body[: span.stop].decode("latin-1")  # one character a byte, as in `_salvage`
    spans: dict[str, Span] = {}
    place = _skip(body, start + 1)
    while body[place : place + 1] != b"}":
        key = _KEY.match(body, place)
        colon = _skip(body, key.end()) if key else place
        if key is None or body[colon : colon + 1] != b":":
            raise Unreadable("malformed", f"not JSON at byte {place}")
        name = read(body, Span(*key.span()))
        if name in spans:
            raise Unreadable("duplicate-key", "one object names a field twice")
        value = _skip(body, colon + 1)
        try:
            _, stop = _LATIN_DECODER.raw_decode(text, value)
        except RecursionError:
            raise Unreadable("too-deep", f"nested deeper than {DEPTH_LIMIT} levels") from None
        except ValueError:
            raise Unreadable("malformed", f"not JSON at byte {value}") from None
        spans[name] = Span(value, stop)
        place = _skip(body, stop)
        if body[place : place + 1] == b",":
            place = _skip(body, place + 1)
        elif body[place : place + 1] != b"}":
            raise Unreadable("malformed", f"not JSON at byte {place}")
    if _skip(body, place + 1, span.stop) != span.stop:
        raise Unreadable("malformed", f"not JSON at byte {place + 1}")
    return spans


def document(body: bytes) -> Span:
    """Return the range of the JSON text in `body`: all but a byte order mark (RFC 8259 8.1 lets a reader skip it)."""
    return Span(len(_BOM) if body.startswith(_BOM) else 0, len(body))


def _skip(body: bytes, place: int, stop: int = sys.maxsize) -> int:
    found = _SPACE.match(body, place, stop)
    return found.end() if found else place


def _refuse_shape(body: bytes, span: Span, wanted: str) -> NoReturn:
    """Tell bytes that are no JSON at all from JSON of another shape."""
    read(body, span)
    raise Unreadable("wrong-shape", f"the answer is not {wanted}")


def _salvage(body: bytes, start: int, stop: int) -> tuple[list[Span], Span | None]:
    """Return the elements that came whole before a broken array, and the rest; None when only a text inside was odd.

    Latin-1 gives one character per byte, so the standard library's scanner counts bytes; its text is thrown away.
    """
    text = body[:stop].decode("latin-1")
    spans: list[Span] = []
    place = _skip(body, start)
    while place < stop:
        try:
            _, end = _LATIN_DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        after = _skip(body, end)
        if body[after : after + 1] != b",":
            # Without the comma nobody can say that the element was finished: `12` may have been `123`.
            if body[after : after + 1] == b"]":
                spans.append(Span(place, end))
                if _skip(body, after + 1, stop) == stop:
                    return spans, None
                place = after
            break
        spans.append(Span(place, end))
        place = _skip(body, after + 1)
    return spans, Span(place, stop)


def _depth(raw: bytes) -> int:
    deepest = level = 0
    for token in _NOT_IN_STRINGS.finditer(raw):
        mark = token[0]
        if mark in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif mark in b"]}":
            level -= 1
    return deepest


def _refuse_odd_characters(value: Any) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\0" in one:
                raise Unreadable("nul", "a text holds U+0000")
            if _SURROGATE.search(one):
                raise Unreadable("lone-surrogate", "a text holds half of a surrogate pair")
        elif isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
