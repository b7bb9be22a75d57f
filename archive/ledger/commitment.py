"""The salted commitment of one event's fields (daybook.commit/v1), whose digests are SD-JWT disclosures (RFC 9901).

    salt(name)  base64url(HMAC-SHA256(K, "daybook.salt/v1" || 0x00 || name))
    D(name)     base64url(LJ1([salt, name, value]))
    d(name)     base64url(SHA-256(D(name)))
    M           {"_sd":[every d and decoy, sorted],"_sd_alg":"sha-256","schema":schema}
    c           base64url(SHA-256("daybook.commit/v1" || 0x0A || LJ1(M)))
    entry       LJ1({"c":c,"v":1})
    leaf        SHA-256(0x00 || entry)

Every salt comes from the event's one key K. With K and the content gone nothing in the log can be linked to anything;
with some D shown, those fields are provably original and the rest stay hidden. Nothing here is stored but the entry:
M and every D are computed again from content and K.

The loop in `_digests` is written for speed, because it bounds how fast the archive captures: HMAC from two prepared
SHA-256 states, and base64 once for all salts and once for all digests of an event. A property test holds it to the formulas.
"""

import binascii
import re
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple, TypeAlias

import orjson

from archive.ledger.canonical import MAX_INTEGER, MAX_LEAF, UTF16, Json, Scalar, check_utf16, view_text
from archive.ledger.encoding import base64url, base64url_bytes
from archive.ledger.errors import CanonicalError, DisclosureError, FieldError, ParseError
from archive.ledger.parsing import parse, parse_canonical

Value: TypeAlias = Scalar | Mapping[str, Json]
"""A committed value: a scalar, or the `{"$utf16be": …}` form of a text with a lone surrogate."""

KEY_BYTES = 32
MAX_FIELDS = 16_384
DECOY_STEP = 8
"""The number of digests is rounded up to a multiple of this, so that it hides which optional fields exist."""

_COMMIT = b"daybook.commit/v1\n"
_SALT = b"daybook.salt/v1\x00"
_DECOY = b"daybook.decoy/v1\x00"
_IPAD = bytes(byte ^ 0x36 for byte in range(256))
_OPAD = bytes(byte ^ 0x5C for byte in range(256))
_URL = bytes.maketrans(b"+/", b"-_")
_SCHEMA = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*/[1-9][0-9]{0,3}")
_POINTER = re.compile(r"(?:/(?:[!-.0-}]|~[01])+)+")
_ENTRY_START, _ENTRY_END = b'{"c":"', b'","v":1}'


class Commitment(NamedTuple):
    """What of an event goes to the log: its 57-byte entry, and the RFC 6962 leaf hash of that entry."""

    entry: bytes
    leaf: bytes


class Disclosed(NamedTuple):
    """Some fields of one event with the proof that they belong to its entry; what a bundle's JSON file holds.

    `disclosures` are the D strings of the shown fields in the order of their names, `sd` every digest and decoy, sorted,
    `entry` the log entry as text.
    """

    schema: str
    disclosures: tuple[str, ...]
    sd: tuple[str, ...]
    entry: str


def commit(schema: str, fields: Mapping[str, Value], key: bytes) -> Commitment:
    """Commit to `fields` (RFC 6901 pointer → value) under the event's own random 32-byte `key`.

    Raises FieldError for a bad schema id, name, value type or size: nothing outside LJ1 is ever committed.
    """
    return _seal(schema, _digests(fields, key)[1])


def disclose(schema: str, fields: Mapping[str, Value], key: bytes, names: Collection[str]) -> Disclosed:
    """Show the fields `names` of an event and hide every other; raises FieldError for a name that it does not have."""
    unknown = [name for name in names if name not in fields]
    if unknown:
        raise FieldError(f"The event has no field {unknown[0]}.", code="ledger.field.unknown")
    disclosures, digests = _digests(fields, key)
    shown = dict(zip(fields, disclosures, strict=True))
    return Disclosed(
        schema=schema,
        disclosures=tuple(shown[name] for name in sorted(set(names))),
        sd=tuple(digests),
        entry=_seal(schema, digests).entry.decode("ascii"),
    )


def check_disclosed(disclosed: Disclosed) -> dict[str, Value]:
    """Return the proven fields, name → value (a lone-surrogate text in its `{"$utf16be": …}` form).

    Proves that each disclosure is one of the digests that the entry commits to; the entry's own place in the log is for an
    inclusion proof. Raises DisclosureError or ParseError: a field that is not proven is never returned.
    """
    digests = list(disclosed.sd)
    if digests != sorted(set(digests)) or len(digests) > MAX_FIELDS + DECOY_STEP:
        raise DisclosureError("The digests are not sorted, or one is there twice.", code="ledger.disclosure.order")
    for digest in digests:
        if len(base64url_bytes(digest)) != 32:
            raise DisclosureError("A digest is not 32 bytes long.", code="ledger.disclosure.digest")
    if not _SCHEMA.fullmatch(disclosed.schema):
        raise DisclosureError("Not a schema id.", code="ledger.disclosure.schema")
    entry = disclosed.entry.encode("utf-8", "surrogatepass")
    check_entry(entry)
    if _seal(disclosed.schema, digests).entry != entry:
        raise DisclosureError("The digests are not those of this log entry.", code="ledger.disclosure.entry")
    allowed, proven = set(digests), dict[str, Value]()
    for disclosure in disclosed.disclosures:
        name, value = _read(disclosure)
        if base64url(sha256(disclosure.encode("ascii")).digest()) not in allowed:
            raise DisclosureError(f"{name} is not what was committed.", code="ledger.disclosure.foreign")
        if name in proven:
            raise DisclosureError(f"{name} is disclosed twice.", code="ledger.disclosure.twice")
        proven[name] = value
    return proven


def check_entry(entry: bytes) -> str:
    """Return the commitment `c` of a log entry; raise ParseError unless these are exactly the bytes such an entry has."""
    value = parse_canonical(entry, max_bytes=MAX_LEAF)
    if isinstance(value, dict) and value.keys() == {"c", "v"} and value["v"] == 1 and value["v"] is not True:
        commitment = value["c"]
        if isinstance(commitment, str) and len(base64url_bytes(commitment)) == 32:
            return commitment
    raise ParseError("Not a log entry of version 1.", code="ledger.parse.entry")


def padding(commitment: bytes) -> Commitment:
    """Return the entry of a padding leaf, which commits to nothing: `commitment` is 32 random bytes."""
    return _leaf(base64url(commitment).encode("ascii"))


def _leaf(commitment: bytes) -> Commitment:
    entry = _ENTRY_START + commitment + _ENTRY_END
    return Commitment(entry, sha256(b"\x00" + entry).digest())


def _seal(schema: str, digests: Iterable[str]) -> Commitment:
    if not _SCHEMA.fullmatch(schema):
        raise FieldError(f"{schema!r} is not a schema id such as record/1.", code="ledger.field.schema")
    manifest = f'{{"_sd":["{chr(34).join((",".join(()), "")) if False else DELIMITER.join(digests)}"],"_sd_alg":"sha-256","schema":"{schema}"}}'
    commitment = sha256(_COMMIT + manifest.encode("ascii")).digest()
    return _leaf(binascii.b2a_base64(commitment, newline=False).translate(_URL, b"="))
