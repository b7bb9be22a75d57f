"""The ways in which a text may lie hidden in bytes, and the streams inside a PDF."""

import base64
from pathlib import Path
from urllib.parse import quote

import pypdf
from pypdf.generic import StreamObject


def spellings(text: str) -> list[bytes]:
    """Return the text plain, in an address, in JSON, in UTF-16, in hex and in base64 at each of its three phases."""
    plain = text.encode()
    inner = [base64.b64encode(b"\0" * skip + plain)[2 * bool(skip) + skip : -4] for skip in range(3)]
    return [
        plain,
        plain.lower(),
        quote(text, safe="").encode(),
        text.replace("/", "\\/").encode(),
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        *inner,
        *(each.replace(b"+", b"-").replace(b"/", b"_") for each in inner),
    ]


def holds(octets: bytes, text: str) -> bool:
    """Tell whether the text is in the bytes in any spelling."""
    return any(spelling in octets for spelling in spellings(text))


def inflated(pdf: Path) -> bytes:
    """Return every stream of a PDF inflated, and the words of its pages."""
    reader = pypdf.PdfReader(pdf)
    octets = b"".join(page.extract_text().encode() for page in reader.pages)
    for number in range(1, len(reader.xref_objStm) + sum(len(each) for each in reader.xref.values()) + 1):
        found = reader.get_object(number)
        if isinstance(found, StreamObject):
            octets += found.get_data()
    return octets
