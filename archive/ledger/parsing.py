"""Reading hostile JSON: duplicate keys, odd numbers, deep nesting and bad UTF-8 are errors, never guesses."""

import json
from typing import Any, NoReturn

from archive.ledger.canonical import MAX_DEPTH, MAX_INTEGER, Json, canonical_bytes
from archive.ledger.errors import CanonicalError, ParseError


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ParseError("The same key twice in one object.", code="ledger.parse.duplicate")
    return members


def _no_constant(text: str) -> NoReturn:
    raise ParseError(f"{text} is not JSON.", code="ledger.parse.number")


def _no_float(text: str) -> NoReturn:
    raise ParseError("A number that is not an integer.", code="ledger.parse.number")


def _integer(text: str) -> int:
    if len(text) > 17 or not -MAX_INTEGER <= int(text) <= MAX_INTEGER or text == "-0":
        raise ParseError("An integer beyond 2^53 - 1, or a negative zero.", code="ledger.parse.number")
    return int(text)


def _integer_or_text(text: str) -> int | str:
    return text if len(text) > 17 or abs(int(text)) > MAX_INTEGER or text == "-0" else int(text)


_strict = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_no_float, parse_int=_integer
)
_network = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=str, parse_int=_integer_or_text
)


def parse(octets: bytes, *, max_bytes: int) -> Json:
    """Parse JSON of our own formats: integers only, unique keys, at most MAX_DEPTH deep. Raises ParseError."""
    return _parse(_strict, octets, max_bytes)


def parse_network(octets: bytes, *, max_bytes: int) -> Json:
    """Parse a network's JSON: as parse(), but decimals and huge integers stay as the text that was sent.

    Lone surrogates are kept; take canonical.view() before encoding. Raises ParseError; on a duplicate key (code
    `ledger.parse.duplicate`) the caller keeps the raw bytes only.
    """
    return _parse(_network, octets, max_bytes)


def parse_canonical(octets: bytes, *, max_bytes: int) -> Json:
    """Parse bytes that must be LJ1 already; raise ParseError when encoding the value again gives other bytes."""
    value = parse(octets, max_bytes=max_bytes)
    try:
        again = canonical_bytes(value)
    except CanonicalError as error:
        raise ParseError(str(error), code=error.code) from error
    if again != octets:
        raise ParseError("JSON, but not in its canonical form.", code="ledger.parse.form")
    return value


def _parse(decoder: json.JSONDecoder, octets: bytes, max_bytes: int) -> Json:
    if len(octets) > max_bytes:
        raise ParseError(f"{len(octets)} bytes of JSON; the limit is {max_bytes}.", code="ledger.parse.size")
    try:
        value: Json = decoder.decode(octets.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ParseError("Not UTF-8.", code="ledger.parse.utf8") from error
    except RecursionError as error:
        raise ParseError(f"Nested deeper than {MAX_DEPTH}.", code="ledger.parse.depth") from error
    except ValueError as error:
        raise ParseError(f"Not JSON: {error}.", code="ledger.parse.json") from error
    _check_depth(value)
    return value


def _check_depth(value: Json) -> None:
    level: list[Json] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            member
            for each in level
            if isinstance(each, dict | list)
            for member in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    if any(isinstance(each, dict | list) for each in level):
        raise ParseError(f"Nested deeper than {MAX_DEPTH}.", code="ledger.parse.depth")
