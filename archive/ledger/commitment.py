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

What `_digests` calls is written for speed, because it bounds how fast the archive captures: HMAC from two prepared
SHA-256 states, and base64 once for all salts and once for all digests of an event. A property test holds it to the
formulas.
"""

import binascii
import re
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple, TypeAlias

import orjson

from archive.ledger.canonical import MAX_INTEGER, MAX_LEAF, Json, Scalar, check_utf16
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
_BETWEEN = '","'
_ENTRY_START, _ENTRY_END = b'{"c":"', b'","v":1}'


class Commitment(NamedTuple):
    """What of an event goes to the log: its 57-byte entry, and the RFC 6962 leaf hash of that entry."""

    entry: bytes
    leaf: bytes


class Disclosed(NamedTuple):
    """Some fields of one event with the proof that they belong to its entry; what a bundle's JSON file holds.

    `disclosures` are the D strings of the shown fields in the order of their names, `sd` every digest and decoy,
    sorted, `entry` the log entry as text.
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


def check_fields(fields: Mapping[str, Value]) -> None:
    """Raise FieldError unless `fields` can be committed: what a writer asks before its transaction begins."""
    if not 0 < len(fields) <= MAX_FIELDS:
        raise FieldError(f"{len(fields)} fields; an event has 1 to {MAX_FIELDS}.", code="ledger.field.count")
    for name, value in fields.items():
        if name not in _NAMES:
            _message(name)
        _triple("A" * 43, name, value)


def disclose(schema: str, fields: Mapping[str, Value], key: bytes, names: Collection[str]) -> Disclosed:
    """Show the fields `names` of an event and hide every other; raises FieldError for a name that it does not have."""
    unknown = [name for name in names if name not in fields]
    if unknown:
        raise FieldError(f"The event has no field {unknown[0]}.", code="ledger.field.unknown")
    disclosures, digests = _digests(fields, key)
    shown = dict(zip(fields, disclosures, strict=True))
    return Disclosed(
        schema=schema,
        disclosures=tuple(shown[name].decode("ascii") for name in sorted(set(names))),
        sd=tuple(digests),
        entry=_seal(schema, digests).entry.decode("ascii"),
    )


def check_disclosed(disclosed: Disclosed) -> dict[str, Value]:
    """Return the proven fields, name → value (a lone-surrogate text in its `{"$utf16be": …}` form).

    Proves that each disclosure is one of the digests that the entry commits to; the entry's own place in the log is
    for an inclusion proof. Raises DisclosureError or ParseError: a field that is not proven is never returned.
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
    """Return the commitment `c` of a log entry; raise ParseError unless these are the very bytes of one."""
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
    manifest = f'{{"_sd":["{_BETWEEN.join(digests)}"],"_sd_alg":"sha-256","schema":"{schema}"}}'
    commitment = sha256(_COMMIT + manifest.encode("ascii")).digest()
    return _leaf(binascii.b2a_base64(commitment, newline=False).translate(_URL, b"="))


def _digests(fields: Mapping[str, Value], key: bytes) -> tuple[list[bytes], list[str]]:
    """Return the D strings (ASCII) in the order of `fields`, and every digest and decoy, sorted."""
    if type(key) is not bytes or len(key) != KEY_BYTES:
        raise FieldError("A key is 32 bytes.", code="ledger.field.key")
    if not 0 < len(fields) <= MAX_FIELDS:
        raise FieldError(f"{len(fields)} fields; an event has 1 to {MAX_FIELDS}.", code="ledger.field.count")
    messages = [_NAMES.get(name) or _message(name) for name in fields]
    decoys = [_DECOY + b"%d" % i for i in range(-len(fields) % DECOY_STEP)]
    macs = _macs(key, messages + decoys)
    disclosures = _disclosures(fields, _joined(macs[: len(fields)]))
    digests = [sha256(each).digest() for each in disclosures + macs[len(fields) :]]
    spelled = _joined(digests)
    return disclosures, sorted([spelled[start : start + 43] for start in range(0, len(spelled), 44)])


def _macs(key: bytes, messages: list[bytes]) -> list[bytes]:
    """HMAC-SHA256 (RFC 2104) of each message: copies of two prepared states cost less than new HMAC objects."""
    inner = sha256(key.translate(_IPAD) + b"\x36" * 32).copy
    outer = sha256(key.translate(_OPAD) + b"\x5c" * 32).copy
    macs = []
    for message in messages:
        first = inner()
        first.update(message)
        second = outer()
        second.update(first.digest())
        macs.append(second.digest())
    return macs


def _disclosures(fields: Mapping[str, Value], salts: str) -> list[bytes]:
    """Return the D strings. The plain types go straight to the encoder; all others are looked at by `_triple`."""
    dumps, spell, plain, url = orjson.dumps, binascii.b2a_base64, _PLAIN, _URL
    start, made = 0, list[bytes]()
    try:
        for name, value in fields.items():
            salt = salts[start : start + 43]
            octets = dumps((salt, name, value)) if type(value) in plain else _triple(salt, name, value)
            made.append(spell(octets, newline=False).translate(url, b"="))
            start += 44
    except TypeError:  # a lone surrogate
        check_fields(fields)
        raise
    if max(map(len, made)) > MAX_LEAF * 4 // 3:
        check_fields(fields)
    return made


def _joined(hashes: list[bytes]) -> str:
    """Return the base64url of each 32-byte hash, 43 characters, each followed by one character without meaning.

    33 bytes need no padding in base64, so that one call spells them all.
    """
    octets = b"\x00".join(hashes) + b"\x00"
    return binascii.b2a_base64(octets, newline=False).translate(_URL).decode("ascii")


_NAMES: dict[str, bytes] = {}
"""The salt messages of names already found good; names repeat, and a hostile flood stays bounded."""
_MAX_NAMES = 20_000


def _message(name: str) -> bytes:
    if type(name) is not str or len(name) > 512 or not _POINTER.fullmatch(name):
        raise FieldError(f"{name!r:.100} is not a JSON Pointer in printable ASCII.", code="ledger.field.name")
    message = _SALT + name.encode("ascii")
    if len(_NAMES) < _MAX_NAMES:
        _NAMES[name] = message
    return message


_PLAIN = frozenset((str, bool, type(None)))


def _triple(salt: str, name: str, value: Value) -> bytes:
    """Return LJ1([salt, name, value]); the exact types make orjson's bytes those of RFC 8785."""
    kind = type(value)
    if kind not in _PLAIN:
        if kind is int:
            if not -MAX_INTEGER <= value <= MAX_INTEGER:  # type: ignore[operator]
                raise FieldError(f"{name}: an integer beyond 2^53 - 1.", code="ledger.field.integer")
        elif kind is dict:
            try:
                check_utf16(value)
            except CanonicalError as error:
                raise FieldError(f"{name}: {error}", code="ledger.field.type") from error
        else:
            raise FieldError(f"{name}: a {kind.__name__} cannot be committed.", code="ledger.field.type")
    try:
        octets = orjson.dumps((salt, name, value))
    except TypeError as error:
        raise FieldError(f"{name}: a lone surrogate; take view_text() first.", code="ledger.field.surrogate") from error
    if len(octets) > MAX_LEAF:
        raise FieldError(f"{name}: {len(octets)} bytes; a field has {MAX_LEAF}.", code="ledger.field.size")
    return octets


def _read(disclosure: str) -> tuple[str, Value]:
    value = parse(base64url_bytes(disclosure), max_bytes=MAX_LEAF)
    if not isinstance(value, list) or len(value) != 3:
        raise DisclosureError("A disclosure is an array of salt, name and value.", code="ledger.disclosure.shape")
    salt, name, content = value
    if not isinstance(salt, str) or len(base64url_bytes(salt)) != 32:
        raise DisclosureError("The salt of a disclosure is 32 bytes.", code="ledger.disclosure.shape")
    if not isinstance(name, str) or not _POINTER.fullmatch(name):
        raise DisclosureError("The name of a disclosure is a JSON Pointer.", code="ledger.disclosure.shape")
    if isinstance(content, dict):
        check_utf16(content)
        return name, content
    if isinstance(content, list):
        raise DisclosureError("A disclosed value is not a list.", code="ledger.disclosure.shape")
    return name, content
