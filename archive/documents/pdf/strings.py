"""Text as PDF writes it outside of page contents (ISO 32000-1, 7.9.2)."""

from __future__ import annotations

import re

from archive.documents.languages import language_tag

_ESCAPED = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})
_SPACES = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")
# Lone surrogates and noncharacters: neither UTF-16 nor XML can hold them.
_NO_TEXT = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)


def one_line(text: str) -> str:
    """The text on one line, without what a title, a name or a description cannot hold."""
    return _NO_TEXT.sub("\ufffd", _SPACES.sub(" ", text)).strip()


def text_string(text: str) -> bytes:
    """The text on one line as a PDF text string: PDFDocEncoding where it is ASCII, else UTF-16."""
    line = text if text.isascii() and text.isprintable() else one_line(text)
    if line.isascii():
        return b"(" + line.translate(_ESCAPED).encode("ascii") + b")"
    return b"<FEFF" + line.encode("utf-16-be").hex().upper().encode("ascii") + b">"


def byte_string(octets: bytes) -> bytes:
    """Bytes as a PDF string."""
    return b"<" + octets.hex().upper().encode("ascii") + b">"


def language_entry(language: str | None) -> bytes:
    """The entry `/Lang` for a BCP 47 tag; nothing for none, or for what is not one."""
    tag = language_tag(language)
    return b"/Lang(" + tag.encode("ascii") + b")" if tag else b""
