"""Which addresses a document may lead to."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from archive.documents.document import Link, Spans, Text

_SCHEMES = frozenset({"http", "https", "mailto"})
_MAX_LENGTH = 2_000
# Everything RFC 3986 allows in an address, the percent sign of what is already encoded included.
_KEPT = "%/:?#[]@!$&'()*+,;=~-._"
# What nearly all addresses look like; they need no encoding and no parsing.
_ORDINARY = re.compile(r"https?://[a-z0-9.-]+(/[A-Za-z0-9/@!$&'()*+,;=~._:-]*)?", re.ASCII)


def live_address(address: str) -> str | None:
    """The address in ASCII (RFC 3986) when a document may link to it (http, https, mailto), else None."""
    if len(address) > _MAX_LENGTH:
        return None
    if _ORDINARY.fullmatch(address):
        return address
    try:
        parts = urlsplit(address)
        encoded = quote(address, safe=_KEPT)
    except ValueError:  # hostile brackets, lone surrogates
        return None
    if parts.scheme not in _SCHEMES or not (parts.netloc or parts.scheme == "mailto"):
        return None
    return encoded


def permalink(address: str) -> Spans:
    """The address of a record as its network gives it, shown in full and live where it is one of the web."""
    if not address:
        return ()
    web = address.startswith(("https://", "http://")) and live_address(address) is not None
    return (Link(address, address),) if web else (Text(address),)
