"""Check a Daybook bundle without trusting whoever made it.

    python3 -I -S verify.py --vkey KEY [DIR]

DIR is the unpacked bundle; left out, it is the folder in which this file lies. KEY is the log's public key, as the
agency published it outside this bundle; --vkey may be given again, for rotated keys. Needs Python 3.8 or later and
nothing else: no package, no network. It writes nothing. Better run a copy of it that did not come with the bundle.

Exit code: 0 everything present was checked and holds; 1 something is wrong, each finding with its file; 2 nothing is
wrong, but something could not be checked here, or no key was given.

Sources: BagIt 1.0 (RFC 8493); Ed25519 (RFC 8032); Merkle trees and inclusion proofs (RFC 6962 section 2.1, RFC 9162
section 2.1.3.2); disclosures (RFC 9901); signed-note, tlog-checkpoint and tlog-proof (c2sp.org).
"""

# ruff: noqa: B905, RUF007, UP006, UP031, UP035  what these rules ask for came after Python 3.8
from __future__ import annotations

import argparse
import binascii
import csv
import io
import json
import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256, sha512
from typing import Any, NamedTuple, Tuple

MAX_RECORD, MAX_PROOF, MAX_LIST = 64 << 20, 1 << 16, 1 << 30  # bytes of a file that is read whole
MAX_FIELDS, MAX_SHOWN = 20_000, 100


class Wrong(Exception):
    """The bundle says something that does not hold; the text is the finding."""


def plain(text: object) -> str:
    """Return hostile text fit for a terminal: one line, no control or direction characters, not too long."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(text)[:200])
    return shown + ("…" if len(str(text)) > 200 else "")


# --- strict reading: one accepted spelling for every value ----------------------------------------------------------
_URL, _STD = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,15}")


def base64url(octets: bytes) -> str:
    return binascii.b2a_base64(octets, newline=False).translate(_URL, b"=").decode("ascii")


def base64_bytes(text: str) -> bytes:
    """Decode standard base64 with its padding; another spelling of the same bytes is refused."""
    octets = binascii.a2b_base64(text.encode("ascii"))
    if binascii.b2a_base64(octets, newline=False).decode("ascii") != text:
        raise Wrong("not canonical base64")
    return octets


def number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or abs(int(text)) >= 1 << 53:
        raise Wrong(f"{plain(text)} is not a whole number, or it is too large")
    return int(text)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Wrong("the same key stands twice in one JSON object")
    return members


_decoder = json.JSONDecoder(object_pairs_hook=_members, parse_int=number, parse_float=number, parse_constant=number)


def json_value(octets: bytes) -> Any:
    """Parse JSON: UTF-8, no key twice in an object, whole numbers only, nothing after the value."""
    try:
        return _decoder.decode(octets.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Wrong("not JSON in UTF-8, or nested too deeply") from None


def shaped(value: Any, shape: dict[str, Any], what: str) -> Any:
    """Return `value` if it is an object with exactly these members of exactly these types."""
    if type(value) is not dict or {name: type(member) for name, member in value.items()} != shape:
        raise Wrong(f"{what} must have the members {', '.join(shape)}, each of its type, and no other")
    return value


# --- Ed25519 verification (RFC 8032 section 5.1.7); not constant time, so never used to sign ------------------------
_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = Tuple[int, int, int, int]


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(n: int, p: Point) -> Point:
    total = (0, 1, 1, 0)
    while n:
        total = _add(total, p) if n & 1 else total
        p, n = _add(p, p), n >> 1
    return total


def _point(octets: bytes) -> Point:
    """Decode a point (section 5.1.3); a y of p or more, a y off the curve and a negative zero are refused."""
    y = int.from_bytes(octets, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    x = x * _ROOT % _P if (x * x - square) % _P else x
    if y >= _P or (x * x - square) % _P or (x == 0 and sign):
        raise Wrong("not a point of the Ed25519 curve in its canonical form")
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` (64 bytes) is that of `message` under `public` (32 bytes); Wrong for a bad point."""
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or s >= _L:
        return False
    a, r = _point(public), _point(signature[:32])
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % _L
    left, right = _times(s, _BASE), _add(r, _times(k, a))
    return not ((left[0] * right[2] - right[0] * left[2]) % _P or (left[1] * right[2] - right[1] * left[2]) % _P)


# --- signed notes, checkpoints, inclusion proofs (c2sp.org) ---------------------------------------------------------
_SIGNATURE = re.compile("— ([^\\s+]{1,255}) ([A-Za-z0-9+/=]{8,8192})")
_HASH = re.compile(rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")  # 32 bytes in their one spelling


class Key(NamedTuple):
    name: str
    id: bytes
    public: bytes


class Checkpoint(NamedTuple):
    """A log's signed head; `signer` is None when no key that was given belongs to it, and then it proves nothing."""

    origin: str
    size: int
    root: bytes
    signer: Key | None
    note: bytes


def key_parse(text: str) -> Key:
    """Read `NAME+ID+BASE64` (signed-note verifier key); raise Wrong unless it is an Ed25519 key that fits its id."""
    name, identity, encoded = (text.strip() + "++").split("+", 2)
    octets = base64_bytes(encoded[:-2])
    expected = sha256(name.encode("utf-8") + b"\n" + octets).digest()[:4]
    if len(octets) != 33 or octets[0] != 1 or not name or identity != expected.hex():
        raise Wrong("not an Ed25519 key NAME+ID+BASE64, or a character of it was lost in copying")
    _point(octets[1:])
    return Key(name, expected, octets[1:])


def checkpoint_open(note: bytes, keys: list[Key]) -> Checkpoint:
    """Read a signed checkpoint. Every signature by a key that was given must hold, and one must be the log's own."""
    whole = note.decode("utf-8")
    head, gap, tail = whole.rpartition("\n\n")
    lines, signatures = head.split("\n"), tail.split("\n")
    signed = gap and not signatures.pop() and 1 <= len(signatures) <= 32 and whole.replace("\n", "").isprintable()
    if not signed or len(lines) < 3 or "" in lines or not _HASH.fullmatch(lines[2].encode("utf-8")):
        raise Wrong("the checkpoint is not a signed note of an origin, a size and a root hash")
    text, signer, root = (head + "\n").encode("utf-8"), None, binascii.a2b_base64(lines[2])
    for line in signatures:
        match = _SIGNATURE.fullmatch(line)
        octets = base64_bytes(match.group(2)) if match else b""
        if match is None or len(octets) < 5:
            raise Wrong("a signature line of the checkpoint is malformed")
        for key in keys:
            if (key.name, key.id) == (match.group(1), octets[:4]):
                if not ed25519_holds(key.public, text, octets[4:]):
                    raise Wrong(f"the signature of {plain(key.name)} under the checkpoint is false")
                signer = key if key.name == lines[0] else signer
    return Checkpoint(lines[0], number(lines[1]), root, signer, note)


def proof_split(octets: bytes) -> tuple[int, list[bytes], bytes]:
    """Return a tlog-proof's index, its hashes from the leaf up, and the signed note in it."""
    head, gap, note = octets.partition(b"\n\n")
    lines = head.split(b"\n")
    headed = gap and lines[0] == b"c2sp.org/tlog-proof@v1" and 2 <= len(lines) <= 65 and lines[1][:6] == b"index "
    if not headed or not all(map(_HASH.fullmatch, lines[2:])):
        raise Wrong("not a tlog-proof of version 1 with an index, hashes and no other line")
    return number(lines[1][6:].decode("ascii")), [binascii.a2b_base64(line) for line in lines[2:]], note


def inclusion_check(leaf: bytes, index: int, hashes: list[bytes], checkpoint: Checkpoint) -> None:
    """Raise Wrong unless `leaf` is in the tree at `index`; size and root come from the signed checkpoint only."""
    at, last, root = index, checkpoint.size - 1, leaf
    if not 0 <= at <= last:
        raise Wrong("the proof's index lies outside the checkpoint's tree")
    for sibling in hashes:
        if last == 0:
            raise Wrong("the inclusion proof is too long for the checkpoint's tree")
        if at & 1 or at == last:
            root = sha256(b"\x01" + sibling + root).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = sha256(b"\x01" + root + sibling).digest()
        at, last = at >> 1, last >> 1
    if last or root != checkpoint.root:
        raise Wrong("the inclusion proof does not lead to the checkpoint's root: this is not what the log holds")


# --- the bag (RFC 8493) ---------------------------------------------------------------------------------------------
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?"
_PATH = re.compile(f"(?:{_PART}/){{0,7}}{_PART}")  # relative, plain ASCII, no hidden name, no dots that climb
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)\n")
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_TEXTS = {"README.txt", "VERIFY-WITH-OTHER-TOOLS.txt", "verify.py", "bag-info.txt"}
_CHECKPOINT, _ANCHOR, _SEAL_PROOF = "proofs/checkpoint", "proofs/checkpoint.tsr", "proofs/seal.tlog-proof"
_MANIFEST, _TAGMANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_FRAME = _TEXTS | {"bagit.txt", _MANIFEST, _TAGMANIFEST, "seal.json", _CHECKPOINT, _SEAL_PROOF, "data/index.csv"}


class Bag:
    """The files below one folder, what the two manifests list, and all that is found wrong with them or unchecked."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.wrong: list[tuple[str, str]] = []
        self.unchecked: list[tuple[str, str]] = []
        self.listed: dict[str, str] = {}  # path → hex digest, of both manifests
        self.met: set[str] = set()
        self.sizes = dict(self._walk())
        self._list(_TAGMANIFEST)
        self.manifest = self._list(_MANIFEST)
        for path in sorted((self.listed.keys() | _FRAME) - self.sizes.keys()):
            self.wrong.append((path, "missing"))
        for path in sorted(self.sizes):
            if path not in self.listed and path != _TAGMANIFEST:
                self.wrong.append((path, "unlisted: it is in no manifest"))
            elif path not in _FRAME and not path.startswith(("data/", "proofs/")):
                self.wrong.append((path, "no bundle has this file beside its payload"))

    def guard(self, path: str, check: Callable[..., Any], *arguments: Any) -> Any:
        """Run one check; whatever goes wrong in it is a finding about `path`, and the other checks go on."""
        try:
            return check(*arguments)
        except Wrong as error:
            self.wrong.append((path, str(error)))
        except Exception as error:  # hostile input must end as a finding, never as a traceback
            self.wrong.append((path, f"cannot be read as what it should be ({type(error).__name__})"))
        return None

    def _walk(self) -> Iterator[tuple[str, int]]:
        for folder, folders, names in os.walk(self.root, onerror=lambda error: self.wrong.append(("", str(error)))):
            below = folder[len(self.root) :].replace(os.sep, "/").strip("/")
            for name in sorted(folders) + sorted(names):
                path = below + "/" + name if below else name
                status = self.guard(path, os.lstat, os.path.join(folder, name))
                mode = status.st_mode if status else 0
                if not _PATH.fullmatch(path) or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    self.wrong.append((path, "a name that no bundle has, a link, or a special file"))
                    folders[:] = [each for each in folders if each != name]
                elif stat.S_ISREG(mode):
                    yield path, status.st_size

    def _list(self, manifest: str) -> bytes:
        """Take in one manifest: no name twice, no unsafe name, every line in the one spelling this bundle has."""
        octets: bytes = self.guard(manifest, self.read, manifest, MAX_LIST) or b""
        folded: set[str] = set()
        for line in octets.decode("utf-8", "replace").splitlines(keepends=True):
            match = _LINE.fullmatch(line)
            path = match.group(2) if match else ""
            if not match or not _PATH.fullmatch(path) or path.startswith("data/") is not (manifest == _MANIFEST):
                self.wrong.append((manifest, f"a line that this manifest cannot have: {plain(line)}"))
            elif path.lower() in folded:
                self.wrong.append((path, f"duplicate: listed twice in {manifest}"))
            else:
                folded.add(path.lower())
                self.listed[path] = match.group(1)
        return octets

    def read(self, path: str, limit: int = 0) -> bytes:
        """Hold a file's digest against its manifest; return its bytes, or none of them when `limit` is 0."""
        self.met.add(path)
        if path not in self.sizes or self.sizes[path] > limit > 0:
            raise Wrong("larger than any file of its kind" if path in self.sizes else "missing")
        total, kept = sha256(), []
        with open(f"{self.root}/{path}", "rb", buffering=0, opener=lambda name, _: os.open(name, _OPEN)) as stream:
            for chunk in iter(lambda: stream.read(1 << 20), b""):
                total.update(chunk)
                kept.extend([chunk] if limit else [])
        if self.listed.get(path, total.hexdigest()) != total.hexdigest():
            self.wrong.append((path, "changed: its SHA-256 is not the one in the manifest"))
        return b"".join(kept)


# --- events: what was committed, and what of it is shown ------------------------------------------------------------
_SCHEMA = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*/[1-9][0-9]{0,3}")
_DIGESTS = re.compile(r"(?:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048],)*")
_NAMES = re.compile(r"(?:(?:/(?=[^/\n])[!-.0-}]*(?:~[01][!-.0-}]*)*)+\n)*")  # JSON pointers (RFC 6901), one a line
_SCALARS = {str, int, bool, type(None)}
_EVENT = {"schema": str, "disclosures": list, "sd": list, "entry": str}


class Event(NamedTuple):
    """One log entry with its shown fields, each proved to be what was committed."""

    fields: dict[str, Any]
    leaf: bytes
    hidden: int


def event_open(value: dict[str, Any]) -> Event:
    """Rebuild the commitment from the digests, and prove each disclosure to be one of them."""
    schema, sd, shown = value["schema"], value["sd"], [each.encode("ascii") for each in value["disclosures"]]
    if not _SCHEMA.fullmatch(schema) or not 0 < len(sd) <= MAX_FIELDS:
        raise Wrong(f"{plain(schema)} is no schema name, or there are no digests")
    if len(set(sd)) != len(sd) or sd != sorted(sd) or not digests_strict(sd):
        raise Wrong("the digests are malformed, unsorted, or one stands twice")
    committed = '{"_sd":["%s"],"_sd_alg":"sha-256","schema":"%s"}' % ('","'.join(sd), schema)
    c = base64url(sha256(b"daybook.commit/v1\n" + committed.encode("ascii")).digest())
    if value["entry"] != f'{{"c":"{c}","v":1}}':
        raise Wrong("the digests are not those that the log entry commits to")
    spelled = base64url(b"".join([sha256(each).digest() + b"\0" for each in shown]))  # 43 characters and one more, each
    found = [spelled[start : start + 43] for start in range(0, len(spelled), 44)]
    for digest in set(found) - set(sd):
        raise Wrong(f"a shown field is not what was committed: {plain(shown[found.index(digest)].decode())}")
    fields = fields_open(shown)
    return Event(fields, sha256(b"\x00" + value["entry"].encode("ascii")).digest(), len(sd) - len(fields))


def digests_strict(texts: Iterable[str]) -> bool:
    """Return whether each text is 32 bytes in canonical base64url."""
    joined = "".join([text + "," for text in texts])
    return len(joined) == 44 * joined.count(",") and _DIGESTS.fullmatch(joined) is not None


def fields_open(shown: list[bytes]) -> dict[str, Any]:
    """Return name → value of disclosures, base64url of [salt, name, value]; each name once, each value a scalar.

    They are parsed as one list, for speed. No text can span two of them, because a line break stands between them; no
    list can, because none has a list in it; so each is one element, or the number of elements is not theirs.
    """
    octets = (
        [binascii.a2b_base64(each + b"==") for each in b",".join(shown).translate(_STD).split(b",")] if shown else []
    )
    if [each for each in octets if each[:2] != b'["' or each[-1:] != b"]"]:
        raise Wrong("a shown field is not a list of salt, name and value")
    salts, names, values = zip(*json_value(b"[" + b",\n".join(octets) + b"]")) if octets else ((), (), ())
    lines = "".join([name + "\n" for name in names])
    once = len(shown) == len(names) == len(set(names)) == lines.count("\n")
    if not once or not digests_strict(salts) or not _NAMES.fullmatch(lines):
        raise Wrong("a field is shown twice, or has a bad salt or name")
    odd = [value for value in values if type(value) not in _SCALARS]  # a text with half a surrogate pair is an object
    if not all(type(value) is dict and value.keys() == {"$utf16be"} for value in odd):
        raise Wrong("a shown field is not of a kind that is committed to")
    return dict(zip(names, values))


def chain_check(events: list[Event]) -> bool:
    """Hold each subject's events together: no gap, each names the one before. Return whether its first is there."""
    chains: dict[str, list[tuple[int, Any, str]]] = {}
    for event in events:
        subject, n = event.fields.get("/event/subject"), event.fields.get("/event/n")
        back = event.fields.get("/event/prev", 0)
        if type(subject) is not str or type(n) is not int or n < 0 or type(back) is not (str if n else type(None)):
            raise Wrong("an event does not show its subject, its count and the back-link that goes with it")
        chains.setdefault(subject, []).append((n, back, base64url(event.leaf)))
    for chain in chains.values():
        chain.sort(key=lambda link: link[0])
        for (before, _, leaf), (after, back, _) in zip(chain, chain[1:]):
            if after != before + 1:
                raise Wrong("an event between two that are shown is left out, or one stands twice")
            if back != leaf:
                raise Wrong("the back-link of an event does not name the event before it")
    return all(chain[0][0] == 0 for chain in chains.values())


def withheld_check(fields: dict[str, Any], entries: list[Any]) -> dict[str, str]:
    """Return withheld path → code; nothing withheld may be shown, and no segment of a shown text may just be absent."""
    hidden: dict[str, str] = {}
    for each in entries:
        path = shaped(each, {"path": str, "code": str}, "an entry of withheld")["path"]
        if path in hidden or not _NAMES.fullmatch(path + "\n"):
            raise Wrong(f"withheld twice, or not a field: {plain(path)}")
        hidden[path] = each["code"]

    def covered(name: str) -> bool:
        return bool(name) and (name in hidden or covered(name.rpartition("/")[0]))

    for name in fields if hidden else ():
        if name[-2:] != "/#" and covered(name):
            raise Wrong(f"{plain(name)} is said to be withheld, and is shown")
    for name in [name for name in fields if name[-2:] == "/#" and not covered(name)]:
        stem, count = name[:-1], fields[name]
        if type(count) is not int or not 0 <= count <= MAX_FIELDS or f"{stem}{count}" in fields:
            raise Wrong(f"{plain(name)} is not the number of segments")
        for absent in filter(lambda part: not covered(part), {f"{stem}{n}" for n in range(count)} - fields.keys()):
            raise Wrong(f"{plain(absent)} is neither shown nor listed as withheld")
    return hidden


# --- the bundle as a whole: checkpoint, seal, records, index --------------------------------------------------------
_RECORD = dict(_EVENT, bates=str, record=str, version=str, withheld=list, files=list, history=list)
_CELLS = ("/network", "/kind", "/id", "/published", "/author/handle", "/url")
_INDEX = ["Bates", "Record", "Version", "Network", "Kind", "Network id", "Published", "Author", "Address", "Withheld"]


class Bundle:
    """One verification: what was found, and the totals for the report."""

    def __init__(self, root: str, keys: list[Key]) -> None:
        self.bag, self.keys = Bag(root), keys
        self.checkpoint: Checkpoint | None = None
        self.seal: dict[str, Any] = {}
        self.rows: dict[str, list[str]] = {}
        self.leaves: dict[bytes, str] = {}
        self.named = {_CHECKPOINT, _ANCHOR, _SEAL_PROOF}
        self.kinds: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.times: list[str] = []
        self.hidden = self.later = self.vouched = 0

    def run(self) -> None:
        """Check everything that is there; each finding names its file."""
        bag = self.bag
        records = sorted(path for path in bag.sizes if path.startswith("data/records/"))
        bag.guard(_CHECKPOINT, self.check_checkpoint)
        bag.guard("seal.json", self.check_seal, len(records))
        bag.guard("bag-info.txt", self.check_frame)
        for path in records:
            bag.guard(path, self.check_record, path)
        bag.guard("data/index.csv", self.check_index)
        for path in sorted(bag.sizes):
            if path in bag.listed and path not in bag.met:
                bag.guard(path, bag.read, path)
            if path.startswith(("proofs/", "data/media/")) and path not in self.named:
                bag.wrong.append((path, "belongs to no record of this bundle"))

    def check_checkpoint(self) -> None:
        self.checkpoint = checkpoint = checkpoint_open(self.bag.read(_CHECKPOINT, MAX_PROOF), self.keys)
        if not self.keys:
            self.bag.unchecked.append((_CHECKPOINT, "its signature: no key was given (--vkey)"))
        elif checkpoint.signer is None:
            raise Wrong(f"not signed by a key you gave; it says that it is of the log {plain(checkpoint.origin)}")
        if _ANCHOR in self.bag.sizes:
            self.bag.unchecked.append((_ANCHOR, "the outside time stamp: VERIFY-WITH-OTHER-TOOLS.txt says how"))

    def prove(self, path: str, event: Event) -> None:
        """Prove the event to be in the log by the proof at `path`, which must be under the bundle's one checkpoint."""
        index, hashes, note = proof_split(self.bag.read(path, MAX_PROOF))
        if self.checkpoint:  # without one, that is the finding
            if note != self.checkpoint.note:
                raise Wrong(f"{path} is not under the checkpoint of this bundle")
            inclusion_check(event.leaf, index, hashes, self.checkpoint)
        self.hidden += event.hidden
        self.times.append(str(event.fields.get("/event/time", "not shown")))

    def check_seal(self, records: int) -> None:
        value = shaped(json_value(self.bag.read("seal.json", MAX_RECORD)), _EVENT, "the seal")
        event = event_open(value)
        self.seal = event.fields
        if value["schema"] != "production.sealed/1" or self.seal.get("/event/kind") != "production.sealed":
            raise Wrong("this event seals no production")
        if self.seal.get("/manifest/sha256") != base64url(sha256(self.bag.manifest).digest()):
            self.bag.wrong.append((_MANIFEST, "not the manifest that was sealed: the payload was changed"))
        sealed = self.seal.get("/production/records")
        if type(sealed) is not int or sealed != records:
            self.bag.wrong.append(("data/records", f"{records} records are here, {plain(sealed)} were sealed"))
        self.prove(_SEAL_PROOF, event)

    def check_frame(self) -> None:
        """Read bagit.txt and bag-info.txt; Payload-Oxum is the number of payload octets and files (RFC 8493 2.2.2)."""
        if self.bag.read("bagit.txt", MAX_PROOF) != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
            self.bag.wrong.append(("bagit.txt", "not the declaration of a BagIt 1.0 bag in UTF-8"))
        lines = self.bag.read("bag-info.txt", MAX_PROOF).decode("utf-8").split("\n")
        info = dict(line.split(": ", 1) for line in lines[:-1])
        if lines[-1] or len(info) != len(lines) - 1 or not "".join(lines).isprintable():
            raise Wrong("a cut line, a label twice, or a control character")
        payload = [size for path, size in self.bag.sizes.items() if path.startswith("data/")]
        if info.get("Payload-Oxum") != f"{sum(payload)}.{len(payload)}":
            raise Wrong(f"Payload-Oxum does not fit the payload: {sum(payload)} octets in {len(payload)} files")
        if info.get("External-Identifier") != self.seal.get("/production/ref"):
            raise Wrong("External-Identifier is not the production that the seal names")

    def check_record(self, path: str) -> None:
        """Prove one record: its event, the further events of its history, what is withheld, and its files."""
        value = shaped(json_value(self.bag.read(path, MAX_RECORD)), _RECORD, "a record")
        bates, history, files = value["bates"], value["history"], value["files"]
        if path != f"data/records/{bates}.json" or not value["schema"].startswith("record/"):
            raise Wrong(f"it says that it is {plain(bates)}, of the schema {plain(value['schema'])}")
        proofs = [f"proofs/{bates}{f'.{n}' if n else ''}.tlog-proof" for n in range(len(history) + 1)]
        self.named.update(proofs, (each["path"] for each in files))
        events = [event_open(value)]
        if self.leaves.setdefault(events[0].leaf, bates) != bates:
            raise Wrong(f"the same version as {self.leaves[events[0].leaf]}")
        for each, proof in zip(history, proofs[1:]):
            if shaped(each, dict(_EVENT, proof=str), "an event of the history")["proof"] != proof:
                raise Wrong(f"an event of the history does not name {proof}")
            events.append(event_open(each))
        for proof, event in zip(proofs, events):
            self.prove(proof, event)
        self.later += not chain_check(events)
        fields = events[0].fields
        withheld = withheld_check(fields, value["withheld"])
        for name, disclosed in ((each["path"], each["disclosed"]) for each in files):
            if not name.startswith("data/") or name not in self.bag.listed:
                raise Wrong(f"it names a file that is not in the manifest: {plain(name)}")
            digest = base64url(bytes.fromhex(self.bag.listed[name]))
            if disclosed is not None and digest not in [event.fields.get(disclosed) for event in events]:
                raise Wrong(f"{name} is not the file whose digest was committed as {plain(disclosed)}")
            self.vouched += disclosed is None  # no digest committed: only the seal covers this file
        self.kinds[f"{fields.get('/network')} {fields.get('/kind', fields.get('/event/kind'))}"] += 1
        self.codes.update(withheld.values())
        cells = [bates, value["record"], value["version"], *map(fields.get, _CELLS), len(withheld)]
        self.rows[bates] = ["" if cell is None else str(cell).replace("\0", "\ufffd") for cell in cells]

    def check_index(self) -> None:
        """Hold the index against the records: one row each, and every cell that repeats a record the same."""
        text = self.bag.read("data/index.csv", MAX_LIST).decode("utf-8-sig")
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        if next(rows, [])[: len(_INDEX)] != _INDEX:
            raise Wrong(f"its columns do not begin with {', '.join(_INDEX)}")
        left = dict(self.rows)
        for row in rows:  # a cell that a spreadsheet would take for a formula stands behind an apostrophe
            cells = [cell[1:] if cell[:1] == "'" and cell[1:2] in "'=+-@\t\r" else cell for cell in row[: len(_INDEX)]]
            if left.pop(cells[0] if cells else "", None) != cells:
                raise Wrong(f"a row without its record, twice, or not as the record says: {plain(row)}")
        if left:
            raise Wrong(f"no row for {plain(min(left))}")


# --- what the person who runs it reads ------------------------------------------------------------------------------
def report(bundle: Bundle) -> Iterator[str]:
    """Say in plain words what was found, proved, hidden and not checked; the first line is the verdict."""
    bag, checkpoint, seal = bundle.bag, bundle.checkpoint, bundle.seal
    verdict = "HOLDS: everything present was checked." if not bag.unchecked else "NOT ALL CHECKED: nothing is wrong."
    verdict = f"DOES NOT HOLD: findings: {len(bag.wrong)}." if bag.wrong else verdict
    anchor = "" if _ANCHOR in bag.sizes else " No outside anchor exists: nobody outside vouches for the time."
    yield verdict + anchor
    for title, findings in (("Wrong", bag.wrong), ("Not checked here", bag.unchecked)):
        yield from [f"\n{title}"] if findings else []
        yield from (f"  {plain(path)}: {reason}" for path, reason in findings[:MAX_SHOWN])
        yield from [f"  and {len(findings) - MAX_SHOWN} more"] if len(findings) > MAX_SHOWN else []
    if bag.wrong or checkpoint is None:
        return
    yield "\nChecked"
    yield f"  {len(bag.sizes)} files against both manifests, both ways"
    signature = "signed by the key you gave" if checkpoint.signer else "signature NOT checked"
    yield f"  log {plain(checkpoint.origin)}, {checkpoint.size} entries, {signature}"
    yield f"  production {plain(seal.get('/production/ref'))}, sealed {plain(seal.get('/event/time'))}"
    yield f"  {len(bundle.rows)} records, {len(bundle.times)} log entries with their proofs"
    yield from (f"  {count:6} {plain(kind)}" for kind, count in sorted(bundle.kinds.items()))
    yield f"  claimed times of these entries: {plain(min(bundle.times))} to {plain(max(bundle.times))}"
    yield "\nHidden"
    yield f"  {bundle.hidden} digests are not opened: withheld, not asked for, or padding that hides their number"
    yield from (f"  {count:6} passages withheld under {plain(code)}" for code, count in sorted(bundle.codes.items()))
    yield f"  {bundle.later} records have earlier events that are not shown"
    yield "\nNot shown by any of this"
    yield "  that the archive took in everything, that the networks showed it, that the claimed times are true"
    yield f"  {bundle.vouched} files of records are vouched for by the seal alone, as is all of data/ but records/"
    yield f"  {', '.join(sorted(_TEXTS))} are not sealed: take them as mere text"


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description="Check a Daybook bundle. 0 holds, 1 wrong, 2 not all checked.")
    parser.add_argument("--vkey", action="append", default=[], metavar="KEY", help="the log's public key; repeatable")
    parser.add_argument("dir", nargs="?", metavar="DIR", default=os.path.dirname(os.path.abspath(__file__)))
    given = parser.parse_args(arguments)
    try:
        keys = [key_parse(text) for text in given.vkey]
    except (Wrong, ValueError) as error:
        parser.error(f"--vkey: {error}")
    if not os.path.isdir(given.dir):
        parser.error(f"there is no folder {plain(given.dir)}")
    bundle = Bundle(os.path.abspath(given.dir), keys)
    bundle.run()
    sys.stdout.buffer.write(("\n".join(report(bundle)) + "\n").encode("utf-8", "backslashreplace"))
    return 1 if bundle.bag.wrong else 2 if bundle.bag.unchecked else 0


if __name__ == "__main__":
    sys.exit(main())
