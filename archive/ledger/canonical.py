"""LJ1, the canonical JSON profile of the ledger: RFC 8785 narrowed until one fast encoder is provably equal to it.

Types: object, array, string, true, false, null and integers with |n| <= 2^53 - 1. No floats: a decimal, a ratio or a
coordinate is a string, and so is every network id. Object keys are unique ASCII. Strings are never normalised, because
evidence is not edited. A string with a lone surrogate, which networks do send and no UTF-8 encoder can write, takes the
form `{"$utf16be": "<base64url of its UTF-16BE code units>"}` in the canonical view; no other object may use that key.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import orjson

from archive.ledger.encoding import base64url, base64url_bytes
from archive.ledger.errors import CanonicalError, ParseError

Scalar: TypeAlias = str | int | bool | None
Json: TypeAlias = Scalar | Sequence["Json"] | Mapping[str, "Json"]

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64
"""Objects and arrays nest at most this deep."""
MAX_LEAF = 32 * 1024
"""Bytes of one log entry or of one field's disclosure; the tile format itself ends at 65,535."""
UTF16 = "$utf16be"


def canonical_bytes(value: Json) -> bytes:
    """Return the LJ1 bytes of `value`, equal to RFC 8785; raise CanonicalError for anything outside the profile.

    Fails closed on exact types: a float, a bool or int subclass, a tuple, a date, a str subclass have no LJ1 bytes.
    """
    _guard(value, 0)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _guard(value: object, depth: int) -> None:
    kind = type(value)
    if kind is str:
        try:
            value.encode("utf-8")  # type: ignore[attr-defined]
        except UnicodeEncodeError as error:
            raise CanonicalError(
                "A lone surrogate; take view() of the value first.", code="ledger.canonical.surrogate"
            ) from error
    elif kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:  # type: ignore[operator]
            raise CanonicalError("An integer beyond 2^53 - 1; send it as a string.", code="ledger.canonical.integer")
    elif kind is dict:
        if depth >= MAX_DEPTH:
            raise CanonicalError(f"Nested deeper than {MAX_DEPTH}.", code="ledger.canonical.depth")
        for name, member in value.items():  # type: ignore[attr-defined]
            if type(name) is not str or not name.isascii():
                raise CanonicalError("An object key that is not ASCII text.", code="ledger.canonical.key")
            if name == UTF16:
                check_utf16(value)
            _guard(member, depth + 1)
    elif kind is list:
        if depth >= MAX_DEPTH:
            raise CanonicalError(f"Nested deeper than {MAX_DEPTH}.", code="ledger.canonical.depth")
        for member in value:  # type: ignore[attr-defined]
            _guard(member, depth + 1)
    elif value is not None and kind is not bool:
        raise CanonicalError(f"No canonical form for {kind.__name__}.", code="ledger.canonical.type")


def view(value: Json) -> Json:
    """Return the canonical view of parsed JSON: strings with lone surrogates become `{"$utf16be": …}`.

    Raises CanonicalError when the input itself holds an object with that key: two originals would look alike.
    """
    return _view(value, 0)


def _view(value: Json, depth: int) -> Json:
    if depth > MAX_DEPTH:
        raise CanonicalError(f"Nested deeper than {MAX_DEPTH}.", code="ledger.canonical.depth")
    if isinstance(value, str):
        return view_text(value)
    if isinstance(value, Mapping):
        if UTF16 in value:
            raise CanonicalError(f"The key {UTF16} is reserved.", code="ledger.canonical.key")
        return {name: _view(member, depth + 1) for name, member in value.items()}
    if isinstance(value, Sequence):
        return [_view(member, depth + 1) for member in value]
    return value


def view_text(text: str) -> str | dict[str, Json]:
    """Return `text` itself, or its `{"$utf16be": …}` form when it holds a lone surrogate.

    Two surrogate code points that form a pair are the character that they stand for, as everywhere in JSON.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        paired = pair_surrogates(text)
        units = paired.encode("utf-16-be", "surrogatepass")
        return {UTF16: base64url(units)} if any("\ud800" <= char <= "\udfff" for char in paired) else paired
    return text


def pair_surrogates(text: str) -> str:
    """Return `text` with each surrogate pair as its one character; lone surrogates stay."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def text_of(value: Json) -> str:
    """Return the string that a canonical value stands for; the inverse of view_text. Raises CanonicalError."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return check_utf16(value)
    raise CanonicalError("Not text.", code="ledger.canonical.type")


def check_utf16(value: object) -> str:
    """Return the text of a `{"$utf16be": …}` object; raise CanonicalError unless it is the one form of such a text."""
    if isinstance(value, Mapping) and len(value) == 1 and type(value.get(UTF16)) is str:
        try:
            text = base64url_bytes(value[UTF16]).decode("utf-16-be", "surrogatepass")
        except (ParseError, UnicodeDecodeError):
            text = ""
        if view_text(text) == value:
            return text
    raise CanonicalError(f"Not the one form of a {UTF16} text.", code="ledger.canonical.utf16")


def format_time(instant: datetime) -> str:
    """Write an aware instant as `YYYY-MM-DDTHH:MM:SS.ffffffZ`, UTC; raise CanonicalError for a naive one."""
    if instant.tzinfo is None:
        raise CanonicalError("A time without a zone.", code="ledger.canonical.time")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_time(text: str) -> datetime:
    """Read exactly what format_time writes; raise ParseError for any other spelling, a leap second, an unreal date."""
    try:
        instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise ParseError("Not a time of the form YYYY-MM-DDTHH:MM:SS.ffffffZ.", code="ledger.parse.time") from error
    if instant.utcoffset() != timedelta(0) or format_time(instant) != text:
        raise ParseError("Not a time of the form YYYY-MM-DDTHH:MM:SS.ffffffZ.", code="ledger.parse.time")
    return instant
