"""Base64 in the two alphabets the ledger uses, strict when reading: one value has one accepted spelling."""

import binascii

from archive.ledger.errors import ParseError

_TO_URL = bytes.maketrans(b"+/", b"-_")
_URL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def base64url(octets: bytes) -> str:
    """Encode as base64url without padding (RFC 4648 section 5, RFC 7515 appendix C)."""
    return binascii.b2a_base64(octets, newline=False).translate(_TO_URL, b"=").decode("ascii")


def base64url_bytes(text: str) -> bytes:
    """Decode unpadded base64url; raise ParseError for padding, other alphabets and loose trailing bits."""
    if not _URL.issuperset(text):
        raise ParseError("Not base64url: a character outside its alphabet.", code="ledger.parse.base64")
    try:
        octets = binascii.a2b_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ParseError("Not base64url: wrong length.", code="ledger.parse.base64") from error
    if base64url(octets) != text:
        raise ParseError("Not canonical base64url: loose trailing bits.", code="ledger.parse.base64")
    return octets


def base64std(octets: bytes) -> str:
    """Encode as standard padded base64 (RFC 4648 section 4), as C2SP notes, checkpoints and proofs use it."""
    return binascii.b2a_base64(octets, newline=False).decode("ascii")


def base64std_bytes(text: str) -> bytes:
    """Decode standard padded base64; raise ParseError for any other spelling of the same bytes."""
    try:
        octets = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise ParseError("Not base64.", code="ledger.parse.base64") from error
    if base64std(octets) != text:
        raise ParseError("Not canonical base64.", code="ledger.parse.base64")
    return octets
