"""Mask credentials at equal length, before anything is stored, logged or raised.

Equal length keeps every byte range true, so slices cut from the masked body are slices of what the network sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from .contract import Headers, Secrets

SHORTEST_SECRET = 8
"""A credential shorter than this would mask ordinary words; settings refuse it."""

_SHORTEST_TAIL = 4
_ALWAYS = ("authorization", "proxy-authorization", "cookie", "set-cookie", "www-authenticate")
# How `&` is written in addresses: plain, in HTML, and in JSON by servers that escape it.
_BEFORE = r"(?:[?&;]|\\u0026|%26|%3[fF])"
_AFTER = r"[^&\s\"'<>#\\;]*"


class Masker:
    """Knows one network's places for secrets and one account's secrets by value."""

    def __init__(self, secrets: Secrets, values: Iterable[str] = ()) -> None:
        self._headers = frozenset((*_ALWAYS, *(name.lower() for name in secrets.headers)))
        names = "|".join(re.escape(name) for name in secrets.query)
        self._query = re.compile(f"(?i:{_BEFORE}(?:{names})(?:=|%3[dD]))(?P<secret>{_AFTER})") if names else None
        self._query_bytes = re.compile(self._query.pattern.encode()) if self._query else None
        self._patterns = tuple(re.compile(pattern.encode(), re.DOTALL) for pattern in secrets.body)
        spellings = {spelling for value in values if len(value) >= SHORTEST_SECRET for spelling in _spellings(value)}
        # The longest first: one spelling may contain another.
        self._values = tuple(sorted((spelling.encode() for spelling in spellings), key=len, reverse=True))

    def url(self, url: str) -> str:
        """Return the address with declared query values and known secrets masked."""
        return self._text(url)

    def headers(self, headers: Iterable[tuple[str, str]]) -> Headers:
        """Return the headers, names in lower case, with secret values masked and secrets inside other values too."""
        return tuple(
            (name.lower(), "*" * len(value) if name.lower() in self._headers else self._text(value))
            for name, value in headers
        )

    def body(self, body: bytes, *, whole: bool = True) -> tuple[bytes, int]:
        """Return the body masked, as long as before, and how many places were masked.

        A body that is not whole may end inside a secret: such a tail is masked too.
        """
        count = 0
        for pattern in (*self._patterns, *((self._query_bytes,) if self._query_bytes else ())):
            body, found = _mask_matches(pattern, body)
            count += found
        for value in self._values:
            found = body.count(value)
            if found:
                body = body.replace(value, b"*" * len(value))
                count += found
        if not whole:
            for value in self._values:
                for length in range(min(len(value) - 1, len(body)), _SHORTEST_TAIL - 1, -1):
                    if body.endswith(value[:length]):
                        body = body[:-length] + b"*" * length
                        count += 1
                        break
        return body, count

    def _text(self, text: str) -> str:
        if self._query:
            text = self._query.sub(_starred, text)
        for value in self._values:
            text = text.replace(value.decode(), "*" * len(value.decode()))
        return text


def _spellings(value: str) -> set[str]:
    """The forms in which one secret may come back: plain, in an address, and with JSON's escapes."""
    return {value, quote(value, safe=""), quote(value), quote_plus(value), value.replace("/", "\\/")}


def _starred(match: re.Match[str]) -> str:
    start, stop = match.start("secret") - match.start(), match.end("secret") - match.start()
    return match[0][:start] + "*" * (stop - start) + match[0][stop:]


def _mask_matches(pattern: re.Pattern[bytes], body: bytes) -> tuple[bytes, int]:
    group: str | int = "secret" if "secret" in pattern.groupindex else 0
    spans = [match.span(group) for match in pattern.finditer(body)]
    spans = [(start, stop) for start, stop in spans if start < stop]
    if not spans:
        return body, 0
    masked = bytearray(body)
    for start, stop in spans:
        masked[start:stop] = b"*" * (stop - start)
    return bytes(masked), len(spans)
