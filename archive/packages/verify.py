"""Check a Daybook bundle without trusting whoever made it.

    python3 -I -S verify.py --vkey KEY [--tsa-root FILE] [--witness KEY] [DIR]

DIR is the unpacked bundle, by default the folder of this file. KEY is the log's public key, as the agency published it
elsewhere; FILE a certificate (PEM) of a time-stamping authority that you trust (needs openssl); a witness, too, is one
that you trust. Each may be given again. Needs Python 3.8 or later, no package, no network; writes nothing. Better run a
copy of it that did not come with the bundle. Exit code: 0 everything present was checked and holds; 1 something is
wrong, each finding with its code and its file; 2 nothing is wrong, but something could not be checked here, or no key
was given. Sources: RFC 8493 (BagIt), 8032 (Ed25519), 9162 (Merkle trees), 9901 (disclosures), 3161 (time stamps).
"""

# ruff: noqa: B905, RUF007, UP006, UP014, UP031, UP035  what these rules ask for came after Python 3.8
from __future__ import annotations

import argparse
import binascii
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from calendar import timegm
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256, sha384, sha512
from multiprocessing import get_context
from typing import Any, Callable, Dict, Iterable, Iterator, NamedTuple, Tuple

MAX_RECORD, MAX_PROOF, MAX_LIST = 64 << 20, 1 << 16, 1 << 30  # bytes of a file that is read whole
MAX_FIELDS, MAX_SHOWN, CHUNK = 20_000, 100, 200  # CHUNK records are one portion for a process

class Wrong(Exception):
    """The bundle says something that does not hold; the arguments are the code of the finding and its sentence."""

class Unchecked(Wrong):
    """Something could not be checked here, which says nothing against it."""

def need(holds: object, code: str, sentence: str) -> None:
    if not holds:
        raise Wrong(code, sentence)

def plain(text: object) -> str:
    """Return hostile text fit for a terminal: one line, no control or direction characters, not too long."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(text)[:200])
    return shown + ("…" if len(str(text)) > 200 else "")

# --- strict reading: one accepted spelling for every value ----------------------------------------------------------
_URL, _STD = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,15}")
_BASE64 = re.compile("(?:X{4})*(?:X[AQgw]==|X{2}[AEIMQUYcgkosw048]=)?".replace("X", "[A-Za-z0-9+/]"))

def base64url(octets: bytes) -> str:
    return binascii.b2a_base64(octets, newline=False).translate(_URL, b"=").decode("ascii")

def base64_bytes(text: str) -> bytes:
    """Decode standard base64 with its padding; another spelling of the same bytes is refused."""
    need(text and _BASE64.fullmatch(text), "base64.form", "not canonical base64")
    return binascii.a2b_base64(text)

def number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or abs(int(text)) >= 1 << 53:
        raise Wrong("number.form", f"{plain(text)} is not a whole number, or it is too large")
    return int(text)

def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "json.duplicate", "the same key stands twice in one JSON object")
    return dict(pairs)

_decoder = json.JSONDecoder(object_pairs_hook=members, parse_int=number, parse_float=number, parse_constant=number)

def json_value(octets: bytes) -> Any:
    """Parse JSON: UTF-8, no key twice in an object, whole numbers only, nothing after the value."""
    try:
        return _decoder.decode(octets.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Wrong("json.form", "not JSON in UTF-8, or nested too deeply") from None

def shaped(value: Any, shape: dict[str, Any], what: str) -> Any:
    """Return `value` if it is an object with exactly these members of exactly these types."""
    if type(value) is not dict or {name: type(member) for name, member in value.items()} != shape:
        raise Wrong("json.shape", f"{what} must have the members {', '.join(shape)}, each of its type, and no other")
    return value

# --- Ed25519 verification (RFC 8032 section 5.1.7); not constant time, so never used to sign ------------------------
_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D, _ROOT = -121665 * pow(121666, _P - 2, _P) % _P, pow(2, (_P - 1) // 4, _P)
Point = Tuple[int, int, int, int]  # X, Y, Z and T = XY / Z

def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P

def _times(n: int, p: Point) -> Point:
    half = _times(n // 2, _add(p, p)) if n else (0, 1, 1, 0)
    return _add(half, p) if n & 1 else half

def _point(octets: bytes) -> Point:
    """Decode a point (section 5.1.3); a y of p or more, a y off the curve and a negative zero are refused."""
    sign, y = divmod(int.from_bytes(octets, "little"), 1 << 255)
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    x = x * _ROOT % _P if (x * x - square) % _P else x
    on_curve = y < _P and not (x * x - square) % _P and (x or not sign)
    need(on_curve, "key.point", "not a point of the Ed25519 curve in its canonical form")
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P

_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))

def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` (64 bytes) is that of `message` under `public` (32 bytes); Wrong for a bad point."""
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or s >= _L:
        return False
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % _L
    left, right = _times(s, _BASE), _add(_point(signature[:32]), _times(k, _point(public)))
    return not ((left[0] * right[2] - right[0] * left[2]) % _P or (left[1] * right[2] - right[1] * left[2]) % _P)

# --- signed notes, checkpoints, inclusion proofs (c2sp.org) ---------------------------------------------------------
_SIGNED = r"([^\n]+)\n([^\n]+)\n([^\n]+)\n(?:[^\n]+\n)*"  # an origin, a size, a root, perhaps more
_NOTE = re.compile(rf"({_SIGNED})\n((?:— [^\s+]{{1,255}} [A-Za-z0-9+/=]{{8,8192}}\n){{1,32}})")
_HASH = re.compile(rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")  # 32 bytes in their one spelling
_PROOF = re.compile(rb"c2sp\.org/tlog-proof@v1\nindex (\S+)\n((?:[^ \n]+\n){0,63})\n")
LOG, WITNESS = 1, 4  # what a key signs: the note itself, or that it saw the note at a time
Key = NamedTuple("Key", [("name", str), ("id", bytes), ("public", bytes), ("kind", int)])

class Checkpoint(NamedTuple):
    """A log's signed head; `signer` is None when no key that was given belongs to it, and then it proves nothing."""

    origin: str
    size: int
    root: bytes
    signer: Key | None
    note: bytes
    seen: Tuple[Tuple[int, str], ...] = ()  # seconds since 1970, name: of witnesses whose key was given
    others: Tuple[str, ...] = ()  # NAME+ID of the signatures that no key was given for

def key_parse(text: str, kind: int = LOG) -> Key:
    """Read `NAME+ID+BASE64` (signed-note verifier key); raise Wrong unless it is of this kind and fits its id."""
    name, identity, encoded = (text.strip() + "++").split("+", 2)
    octets = base64_bytes(encoded[:-2])
    expected = sha256(name.encode("utf-8", "replace") + b"\n" + octets).digest()[:4]
    need(name and len(octets) == 33 and octets[0] == kind, "key.form", "not NAME+ID+BASE64 of a key of this kind")
    need(identity == expected.hex(), "key.id", "the key does not fit its id: a character was lost in copying")
    _point(octets[1:])
    return Key(name, expected, octets[1:], kind)

def checkpoint_open(note: bytes, keys: list[Key]) -> Checkpoint:
    """Read a signed checkpoint. Every signature by a key that was given must hold; the log's own makes the signer."""
    need(b"\r" not in note, "note.crlf", "its lines end as Windows ends them: it was changed on its way")
    match = _NOTE.fullmatch(note.decode("utf-8"))
    if not match or not match[0].replace("\n", "").isprintable():
        raise Wrong("note.form", "not a signed note of an origin, a size and a root hash")
    head, origin, size, root, signatures = match.groups()
    need(_HASH.fullmatch(root.encode("utf-8")), "base64.form", "the root is not 32 bytes in canonical base64")
    text, signer, seen, others = head.encode("utf-8"), None, [], []
    for _, name, encoded in map(str.split, signatures[:-1].split("\n")):
        octets = base64_bytes(encoded)
        key = next((key for key in keys if (key.name, key.id) == (name, octets[:4])), None)
        if key is None:
            others.append(f"{name}+{octets[:4].hex()}")
            continue
        message, signature = text, octets[4:]
        if key.kind == WITNESS:  # eight octets of time come before the signature, which covers the time
            at, signature = int.from_bytes(octets[4:12], "big"), octets[12:]
            message = b"cosignature/v1\ntime %d\n" % at + text
            seen.append((at, name))
        if not ed25519_holds(key.public, message, signature):
            raise Wrong("note.false", f"the signature of {plain(name)} under the checkpoint is false")
        signer = key if key.kind == LOG and name == origin else signer
    return Checkpoint(origin, number(size), base64_bytes(root), signer, note, tuple(seen), tuple(others))

def proof_split(octets: bytes) -> tuple[int, list[bytes], bytes]:
    """Return a tlog-proof's index, its hashes from the leaf up, and the signed note in it."""
    need(b"\r" not in octets, "note.crlf", "its lines end as Windows ends them: it was changed on its way")
    head, gap, note = octets.partition(b"\n\n")
    own = b"\nsize " in head or b"\nroot " in head
    need(not own, "proof.size", "the proof brings a size or root of its own; only the signed checkpoint's count")
    if not (match := _PROOF.fullmatch(head + gap)):
        raise Wrong("proof.form", "not a tlog-proof of version 1 with an index, hashes and no other line")
    hashes = match[2].split(b"\n")[:-1]
    need(all(map(_HASH.fullmatch, hashes)), "base64.form", "a hash is not 32 bytes in canonical base64")
    return number(match[1].decode("ascii")), [*map(binascii.a2b_base64, hashes)], note

def inclusion_check(leaf: bytes, index: int, hashes: list[bytes], checkpoint: Checkpoint) -> None:
    """Raise Wrong unless `leaf` is in the tree at `index`; size and root come from the signed checkpoint only."""
    at, last, root = index, checkpoint.size - 1, leaf
    need(0 <= at <= last, "proof.index", "the proof's index lies outside the checkpoint's tree")
    for sibling in hashes:
        need(last, "proof.root", "the inclusion proof is too long for the checkpoint's tree")
        right = at & 1 or at == last
        root = sha256(b"\x01" + (sibling + root if right else root + sibling)).digest()
        while right and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    need(not last and root == checkpoint.root, "proof.root", "the proof does not lead to the checkpoint's root")

# --- outside time stamps (RFC 3161): the program openssl checks them ------------------------------------------------
_STAMP = re.compile(r"^Time stamp: (\w{3} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d+)?( \d{4}) GMT$", re.MULTILINE)

def openssl(apart_from: str, *words: str) -> str:
    """Return what `openssl ts` says, or nothing where there is no such program but one that the bundle brought."""
    found = os.path.realpath(shutil.which("openssl") or "")
    if not os.path.isfile(found) or found.startswith(os.path.realpath(apart_from) + os.sep):
        return ""
    done = subprocess.run([found, "ts", *words], stdin=-3, stdout=-1, stderr=-2, timeout=60, check=False)
    return f"exit {done.returncode}\n" + done.stdout.decode("utf-8", "replace")

# --- events: what was committed, and what of it is shown ------------------------------------------------------------
_SCHEMA = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*/[1-9][0-9]{0,3}")
_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # 32 bytes in canonical base64url
_NAME = re.compile(r"(?:/(?=[^/])[!-.0-}]*(?:~[01][!-.0-}]*)*)+")  # a JSON pointer (RFC 6901)
_SCALARS = {str, int, bool, type(None)}
_EVENT = {"schema": str, "disclosures": list, "sd": list, "entry": str}
Event = NamedTuple("Event", [("fields", Dict[str, Any]), ("leaf", bytes), ("hidden", int)])  # fields: those shown

def event_open(value: dict[str, Any]) -> Event:
    """Rebuild the commitment from the digests, and prove each disclosure to be one of them."""
    schema, sd, shown = value["schema"], value["sd"], [each.encode("ascii") for each in value["disclosures"]]
    need(_SCHEMA.fullmatch(schema) and 0 < len(sd) <= MAX_FIELDS, "event.schema", "no schema name, or no digests")
    sound = sd == sorted(set(sd)) and all(map(_DIGEST.fullmatch, sd))
    need(sound, "event.digests", "the digests are malformed, unsorted, or one stands twice")
    committed = '{"_sd":["%s"],"_sd_alg":"sha-256","schema":"%s"}' % ('","'.join(sd), schema)
    entry = '{"c":"%s","v":1}' % base64url(sha256(b"daybook.commit/v1\n" + committed.encode("ascii")).digest())
    need(value["entry"] == entry, "event.entry", "the digests are not those that the log entry commits to")
    spelled = base64url(b"".join([sha256(each).digest() + b"\0" for each in shown]))  # 43 characters and one more, each
    for strange in {spelled[start : start + 43] for start in range(0, len(spelled), 44)} - set(sd):
        raise Wrong("event.field", f"a shown field is not what was committed: its digest is {strange}")
    fields = fields_open(shown)
    return Event(fields, sha256(b"\x00" + entry.encode("ascii")).digest(), len(sd) - len(fields))

def fields_open(shown: list[bytes]) -> dict[str, Any]:
    """Return name → value of disclosures, base64url of [salt, name, value]; each name once, each value a scalar."""
    octets = [binascii.a2b_base64(each.translate(_STD) + b"==") for each in shown]
    listed = [each for each in octets if each[:2] == b'["' and each[-1:] == b"]"]
    # parsed as one list, for speed: none may hold a list or a line break, so each is an element, or the number is not
    triples = json_value(b"[" + b",\n".join(octets) + b"]")
    fields = {name: content for _, name, content in triples}
    once = len(shown) == len(listed) == len(triples) == len(fields)
    named = once and all(map(_NAME.fullmatch, fields)) and all(_DIGEST.fullmatch(salt) for salt, _, _ in triples)
    odd = [each for each in fields.values() if type(each) not in _SCALARS]  # a text with half a surrogate pair
    known = named and all(type(each) is dict and each.keys() == {"$utf16be"} for each in odd)
    need(known, "event.shown", "a field is shown twice, or is not a salt, a name and a value as they are committed to")
    return fields

def chain_check(events: list[Event]) -> bool:
    """Hold each subject's events together: no gap, each names the one before. Return whether its first is there."""
    links = []
    for event in events:
        subject, n, back = (event.fields.get(f"/event/{name}", False) for name in ("subject", "n", "prev"))
        if type(subject) is not str or type(n) is not int or n < 0 or type(back) is not (str if n else type(None)):
            raise Wrong("chain.form", "an event does not show its subject, its count and the back-link of that count")
        links.append((subject, n, back, base64url(event.leaf)))
    links.sort(key=lambda link: link[:2])
    for (one, before, _, leaf), (other, after, back, _) in zip(links, links[1:]):
        need(one != other or after == before + 1, "chain.gap", "an event between two is left out, or stands twice")
        need(one != other or back == leaf, "chain.link", "the back-link of an event does not name the event before it")
    return not any({subject: n for subject, n, _, _ in reversed(links)}.values())

def withheld_check(fields: dict[str, Any], entries: list[Any]) -> dict[str, str]:
    """Return withheld path → code; nothing withheld may be shown, and no segment of a shown text may just be absent."""
    shapes = [shaped(each, {"path": str, "code": str}, "an entry of withheld") for each in entries]
    hidden = {each["path"]: each["code"] for each in shapes}
    named = all(map(_NAME.fullmatch, hidden)) and len(hidden) == len(entries)
    need(named, "withheld.form", "a field is withheld twice, or is none")
    under = tuple([path + "/" for path in hidden])  # a path hides what it names and all that lies below
    for name in [name for name in fields if hidden and name[-2:] != "/#" and (name + "/").startswith(under)]:
        raise Wrong("withheld.shown", f"{plain(name)} is said to be withheld, and is shown")
    for name in [name for name in fields if name[-2:] == "/#" and not (name + "/").startswith(under)]:
        stem, count = name[:-1], fields[name]
        counted = type(count) is int and 0 <= count <= MAX_FIELDS and f"{stem}{count}" not in fields
        need(counted, "withheld.count", f"{plain(name)} is not the number of segments")
        for absent in sorted({f"{stem}{n}" for n in range(count)} - fields.keys()):
            if not (absent + "/").startswith(under):
                raise Wrong("withheld.gap", f"{plain(absent)} is neither shown nor listed as withheld")
    return hidden

# --- the bundle as a whole: a bag (RFC 8493) with checkpoint, anchors, seal, records and index ----------------------
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?"
_PATH = re.compile(f"(?:{_PART}/){{0,7}}{_PART}")  # relative, plain ASCII, no hidden name, no dots that climb
_LINE = re.compile(f"[0-9a-f]{{64}}  {_PATH.pattern}\n")
_TEXTS = {"README.txt", "VERIFY-WITH-OTHER-TOOLS.txt", "verify.py", "bag-info.txt"}
_CHECKPOINT, _SEAL_PROOF = "proofs/checkpoint", "proofs/seal.tlog-proof"
_ANCHOR = re.compile(r"proofs/checkpoint(?:\.[2-9]|\.[1-9][0-9])?\.tsr")
_MANIFEST, _TAGMANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_FRAME = _TEXTS | {"bagit.txt", _MANIFEST, _TAGMANIFEST, "seal.json", _CHECKPOINT, _SEAL_PROOF, "data/index.csv"}
_RECORD = dict(_EVENT, bates=str, record=str, version=str, withheld=list, files=list, history=list)
_CELLS = ("/network", "/kind", "/id", "/published", "/author/handle", "/url")
_INDEX = ["Bates", "Record", "Version", "Network", "Kind", "Network id", "Published", "Author", "Address", "Withheld"]
_working: list[Bundle] = []  # in a process of the pool: the bundle it works on

def portion_check(paths: list[str]) -> dict[str, list[Any]]:
    """Check some records in a process of the pool; return what was found."""
    _working[0].found = defaultdict(list)
    for path in paths:
        _working[0].guard(path, _working[0].check_record, path)
    return _working[0].found

class Bundle:
    """One verification of everything below a folder, with the keys and the certificates that a person trusts."""

    def __init__(self, root: str, keys: list[Key], tsa_roots: Iterable[str] = ()) -> None:
        self.root, self.keys, self.tsa_roots = root, keys, list(tsa_roots)
        self.found: dict[str, list[Any]] = defaultdict(list)  # lists only: those of several processes are added
        self.listed: dict[str, str] = {}  # path → hex digest, of both manifests
        self.sizes: dict[str, int] = {}
        self.checkpoint: Checkpoint | None = None
        self.seal: dict[str, Any] = {}
        self.info: dict[str, str] = {}
        self.anchors: list[tuple[int, str]] = []  # seconds since 1970, who says so; checked ones only

    def run(self, processes: int = 0) -> int:
        """Check everything, in this many processes (0: as many as there are processors); return the exit code."""
        self.guard("", self._walk, "")
        self._list(_TAGMANIFEST)
        manifest = self._list(_MANIFEST)
        records = sorted(path for path in self.sizes if path.startswith("data/records/"))
        self.guard(_CHECKPOINT, self.check_checkpoint)
        for path in sorted(filter(_ANCHOR.fullmatch, self.sizes)):
            self.guard(path, self.check_anchor, path)
        self.guard("seal.json", self.check_seal, manifest, len(records))
        self.guard("bag-info.txt", self.check_frame)
        self.check_records(records, processes or min(os.cpu_count() or 1, 16))
        self.guard("data/index.csv", self.check_index)
        self.check_files(set(self.found["met"]), {_CHECKPOINT, _SEAL_PROOF, *self.found["named"]})
        return 1 if self.found["wrong"] else 2 if self.found["unchecked"] else 0

    def wrong(self, path: str, code: str, sentence: str) -> None:
        self.found["wrong"].append((path, code, sentence))

    def guard(self, path: str, check: Callable[..., Any], *arguments: Any) -> Any:
        """Run one check; whatever goes wrong in it is a finding about `path`, and the other checks go on."""
        try:
            return check(*arguments)
        except Wrong as error:
            self.found["unchecked" if isinstance(error, Unchecked) else "wrong"].append((path, *error.args))
        except Exception as error:  # hostile input must end as a finding, never as a traceback
            self.wrong(path, "form", f"cannot be read as what it should be ({type(error).__name__})")

    def _walk(self, below: str) -> None:
        for entry in sorted(os.scandir(os.path.join(self.root, below)), key=lambda entry: entry.name):
            path, folder = below + entry.name, entry.is_dir(follow_symlinks=False)
            if not _PATH.fullmatch(path) or not (folder or entry.is_file(follow_symlinks=False)):
                self.wrong(path, "path.unsafe", "a name that no bundle has, a link, or a special file")
            elif folder:
                self.guard(path, self._walk, path + "/")
            else:
                self.sizes[path] = entry.stat(follow_symlinks=False).st_size

    def _list(self, manifest: str) -> bytes:
        """Take in one manifest: no name twice, no unsafe name, every line in the one spelling this bundle has."""
        octets: bytes = self.guard(manifest, self.read, manifest, MAX_LIST) or b""
        folded: set[str] = set()
        for line in octets.decode("utf-8", "replace").splitlines(keepends=True):
            digest, gap, path = line.rstrip("\n").partition("  ")
            if not _LINE.fullmatch(line) or path.startswith("data/") is not (manifest == _MANIFEST):
                unsafe = "path.unsafe" if gap and not _PATH.fullmatch(path) else "manifest.line"
                code = unsafe if digest == digest.lower() else "manifest.hex"
                self.wrong(manifest, code, f"a line that this manifest cannot have: {plain(line)}")
            elif path.lower() in folded:
                self.wrong(path, "file.duplicate", f"duplicate: listed twice in {manifest}")
            else:
                folded.add(path.lower())
                self.listed[path] = digest
        return octets

    def read(self, path: str, limit: int = 0) -> bytes:
        """Hold a file's digest against its manifest; return its bytes, or none of them when `limit` is 0."""
        self.found["met"].append(path)
        need(path in self.sizes, "file.missing", "missing")
        need(self.sizes[path] <= limit or not limit, "file.large", "larger than any file of its kind")
        total, kept = sha256(), []
        with open(f"{self.root}/{path}", "rb", buffering=0) as stream:
            while chunk := stream.read(1 << 20):
                total.update(chunk)
                kept += [chunk] if limit else []
        if self.listed.get(path, total.hexdigest()) != total.hexdigest():
            self.wrong(path, "file.changed", "changed: its SHA-256 is not the one in the manifest")
        return b"".join(kept)

    def check_files(self, met: set[str], named: set[str]) -> None:
        """Find what is missing, unlisted, or of no record, and compare the digests that no other check compared."""
        for path in sorted((self.listed.keys() | _FRAME) - self.sizes.keys()):
            self.wrong(path, "file.missing", "missing")
        for path in sorted(self.sizes):
            if path not in self.listed and path != _TAGMANIFEST:
                self.wrong(path, "file.unlisted", "unlisted: it is in no manifest")
            elif path not in _FRAME and not path.startswith(("data/", "proofs/")):
                self.wrong(path, "file.stray", "no bundle has this file beside its payload")
            elif path not in met:
                self.guard(path, self.read, path)
            if path.startswith(("proofs/", "data/media/")) and path not in named:
                self.wrong(path, "file.owner", "belongs to no record of this bundle")

    def check_records(self, paths: list[str], processes: int) -> None:
        """Check all records, in several processes where that is worth while and possible: the findings are the same."""
        portions, done = [paths[at : at + CHUNK] for at in range(0, len(paths), CHUNK)], 0
        try:
            if len(portions) > 1 and processes > 1:
                how = get_context("fork" if sys.platform == "linux" else "spawn")
                with ProcessPoolExecutor(processes, how, _working.append, (self,)) as pool:
                    for part in pool.map(portion_check, portions):
                        for name, values in part.items():
                            self.found[name] += values
                        done += CHUNK
        except Exception:  # noqa: S110  no process can be started here, or one was killed: this one does what is left
            pass
        for path in paths[done:]:
            self.guard(path, self.check_record, path)
        first: dict[bytes, str] = {}
        for bates, leaf in self.found["leaves"]:
            if first.setdefault(leaf, bates) != bates:
                self.wrong(f"data/records/{bates}.json", "record.twice", f"the same version as {first[leaf]}")

    def check_checkpoint(self) -> None:
        head = checkpoint_open(self.read(_CHECKPOINT, MAX_PROOF), self.keys)
        if head.signer is None and LOG in [key.kind for key in self.keys]:
            code = "key.id" if head.origin in [key.name for key in self.keys] else "key.other"
            raise Wrong(code, f"not signed by a key you gave; it says that it is of the log {plain(head.origin)}")
        self.checkpoint = head
        self.anchors += [(at, f"witness {plain(name)}") for at, name in head.seen]
        said = [] if head.signer else [("key.none", "its signature: no key was given (--vkey)")]
        for other in head.others:  # one by another key of the log itself is that of a key that was rotated
            if other.rpartition("+")[0] != head.origin:
                said.append(("witness.unchecked", f"signed by {plain(other)}: no key (--witness)"))
        for name in sorted({key.name for key in self.keys if key.kind == WITNESS} - {name for _, name in head.seen}):
            said.append(("witness.absent", f"the witness {plain(name)} that you named has not signed it"))
        self.found["unchecked"] += [(_CHECKPOINT, *each) for each in said]

    def check_anchor(self, path: str) -> None:
        """Check a time stamp of the checkpoint's text, as of its own time, under the certificates that were given."""
        self.found["named"].append(path)
        token, words = self.read(path, MAX_PROOF), ("-in", f"{self.root}/{path}")
        if self.checkpoint is None:  # that is the finding
            return None
        stamped = self.checkpoint.note.rpartition(b"\n\n")[0] + b"\n"
        whole = len(token) == 4 + int.from_bytes(token[2:4], "big") and token[:2] == b"0\x82"  # DER: one sequence
        need(whole, "anchor.form", "not a time stamp: it is cut, or was never one")
        digests = [kind(stamped).digest() for kind in (sha256, sha384, sha512)]
        digest = next((each.hex() for each in digests if bytes([4, len(each)]) + each in token), "")
        need(digest, "anchor.message", "a time stamp of something else than this checkpoint")
        if not self.tsa_roots:
            raise Unchecked("anchor.unchecked", "the outside time stamp: give --tsa-root FILE, where openssl is")
        stamp = _STAMP.search(openssl(self.root, "-reply", "-token_out", "-text", *words))
        if not stamp:
            raise Unchecked("anchor.unreadable", "no openssl is here that can read it, which says nothing against it")
        at = timegm(time.strptime("".join(stamp.groups()), "%b %d %H:%M:%S %Y"))
        for root in self.tsa_roots:
            said = openssl(self.root, "-verify", "-digest", digest, *words, "-CAfile", root, "-attime", str(at))
            if said.startswith("exit 0\n"):
                return self.anchors.append((at, f"time stamp {path}"))
            need("certificate verify error" in said or "FAILED" not in said, "anchor.false", "openssl finds it false")
        raise Unchecked("anchor.untrusted", "the time stamp is not by an authority whose certificate you gave")

    def prove(self, path: str, event: Event) -> None:
        """Prove the event to be in the log by the proof at `path`, which must be under the bundle's one checkpoint."""
        index, hashes, note = proof_split(self.read(path, MAX_PROOF))
        if self.checkpoint:  # without one, that is the finding
            need(note == self.checkpoint.note, "proof.note", f"{path} is not under the checkpoint of this bundle")
            inclusion_check(event.leaf, index, hashes, self.checkpoint)
        self.found["hidden"].append(event.hidden)
        self.found["times"] += [str(at) for at in [event.fields.get("/event/time")] if at]

    def check_seal(self, manifest: bytes, records: int) -> None:
        event = event_open(value := shaped(json_value(self.read("seal.json", MAX_RECORD)), _EVENT, "the seal"))
        self.seal = event.fields
        kinds = value["schema"], self.seal.get("/event/kind")
        need(kinds == ("production.sealed/1", "production.sealed"), "seal.kind", "this event seals no production")
        if self.seal.get("/manifest/sha256") != base64url(sha256(manifest).digest()):
            self.wrong(_MANIFEST, "manifest.seal", "not the manifest that was sealed: the payload was changed")
        if (sealed := self.seal.get("/production/records")) != records or type(sealed) is not int:
            self.wrong("data/records", "seal.count", f"{records} records are here, {plain(sealed)} were sealed")
        self.prove(_SEAL_PROOF, event)

    def check_frame(self) -> None:
        """Read bagit.txt and bag-info.txt; Payload-Oxum is the number of payload octets and files (RFC 8493 2.2.2)."""
        if self.read("bagit.txt", MAX_PROOF) != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
            self.wrong("bagit.txt", "bag.form", "not the declaration of a BagIt 1.0 bag in UTF-8")
        lines = self.read("bag-info.txt", MAX_PROOF).decode("utf-8").split("\n")
        self.info = info = dict(line.split(": ", 1) for line in lines[:-1])
        whole = not lines[-1] and len(info) == len(lines) - 1 and "".join(lines).isprintable()
        need(whole, "bag.form", "a cut line, a label twice, or a control character")
        payload = [size for path, size in self.sizes.items() if path.startswith("data/")]
        oxum = f"{sum(payload)}.{len(payload)}"
        need(info.get("Payload-Oxum") == oxum, "bag.oxum", f"Payload-Oxum does not fit the payload, which is {oxum}")
        named = info.get("External-Identifier") == self.seal.get("/production/ref")
        need(named, "bag.production", "External-Identifier is not the production that the seal names")

    def check_record(self, path: str) -> None:
        """Prove one record: its event, the further events of its history, what is withheld, and its files."""
        value = shaped(json_value(self.read(path, MAX_RECORD)), _RECORD, "a record")
        bates, history, files, found = value["bates"], value["history"], value["files"], self.found
        named = path == f"data/records/{bates}.json" and value["schema"].startswith("record/")
        need(named, "record.name", f"it says that it is {plain(bates)}, of the schema {plain(value['schema'])}")
        proofs = [f"proofs/{bates}{f'.{n}' if n else ''}.tlog-proof" for n in range(len(history) + 1)]
        found["named"] += proofs + [str(each["path"]) for each in files]
        events = [event_open(value)]
        found["leaves"].append((bates, events[0].leaf))
        for each, proof in zip(history, proofs[1:]):
            named = shaped(each, dict(_EVENT, proof=str), "an event of the history")["proof"] == proof
            need(named, "record.proof", f"an event of the history does not name {proof}")
            events.append(event_open(each))
        for proof, event in zip(proofs, events):
            self.prove(proof, event)
        found["later"] += [] if chain_check(events) else [bates]
        fields = events[0].fields
        withheld = withheld_check(fields, value["withheld"])
        for name, disclosed in ((each["path"], each["disclosed"]) for each in files):
            listed = name.startswith("data/") and name in self.listed
            need(listed, "record.file", f"it names a file that is not in the manifest: {plain(name)}")
            digest = base64url(bytes.fromhex(self.listed[name]))
            same = disclosed is None or digest in [event.fields.get(disclosed) for event in events]
            need(same, "record.digest", f"{name} is not the file whose digest was committed as {plain(disclosed)}")
            found["vouched"] += [name] if disclosed is None else []  # only the seal covers this file
        if fields.get("/event/kind") == "capture" and "/event/time" in fields:
            found["captured"].append(timegm(time.strptime(fields["/event/time"], "%Y-%m-%dT%H:%M:%S.%fZ")))
        found["kinds"].append(f"{fields.get('/network')} {fields.get('/kind', fields.get('/event/kind'))}")
        found["codes"] += withheld.values()
        cells = [bates, value["record"], value["version"], *map(fields.get, _CELLS), len(withheld)]
        found["rows"].append(["" if cell is None else str(cell).replace("\0", "\ufffd") for cell in cells])

    def check_index(self) -> None:
        """Hold the index against the records: one row each, and every cell that repeats a record the same."""
        stream = io.StringIO(self.read("data/index.csv", MAX_LIST).decode("utf-8-sig"), newline="")
        rows = csv.reader(stream, strict=True)
        need(next(rows, [])[: len(_INDEX)] == _INDEX, "index.form", "its first line is not that of an index")
        left = {row[0]: row for row in self.found["rows"]}
        for row in rows:  # a cell that a spreadsheet would take for a formula stands behind an apostrophe
            cells = [cell[1:] if cell[:1] == "'" and cell[1:2] in "'=+-@\t\r" else cell for cell in row[: len(_INDEX)]]
            if left.pop(cells[0] if cells else "", None) != cells:
                raise Wrong("index.row", f"a row without its record, twice, or not as the record says: {plain(row)}")
        need(not left, "index.absent", f"no row for {plain(min(left, default=''))}")

# --- what the person who runs it reads ------------------------------------------------------------------------------
def report(bundle: Bundle) -> Iterator[str]:
    """Say in plain words what was found, proved, hidden and not checked; the first line is the verdict."""
    found, head, seal, anchors = bundle.found, bundle.checkpoint, bundle.seal, sorted(bundle.anchors)
    wrong, unchecked, times = found["wrong"], found["unchecked"], found["times"] or ["none shown"]
    verdict = "NOT ALL CHECKED: nothing is wrong." if unchecked else "HOLDS: everything present was checked."
    verdict = f"DOES NOT HOLD: findings: {len(wrong)}." if wrong else verdict
    there = [code for _, code, _ in unchecked if code.startswith(("anchor", "witness"))]
    lacking = "The outside anchor was not checked" if there else "No outside anchor exists"
    yield verdict + ("" if anchors else f" {lacking}: nobody outside vouches for the time.")
    for title, findings in (("Wrong", wrong), ("Not checked here", unchecked)):
        yield from [f"\n{title}"] if findings else []
        yield from (f"  [{code}] {plain(path)}: {sentence}" for path, code, sentence in findings[:MAX_SHOWN])
        yield from [f"  and {len(findings) - MAX_SHOWN} more"] if len(findings) > MAX_SHOWN else []
    if wrong or head is None:
        return
    signature = f"signed by the key you gave, id {head.signer.id.hex()}" if head.signer else "signature NOT checked"
    yield f"\nWho\n  log {plain(head.origin)}, {head.size} entries, {signature}"
    yield f"  {plain(bundle.info.get('Source-Organization', 'nobody'))}, as the bundle says of itself"
    yield f"\nWhat\n  production {plain(seal.get('/production/ref'))}, {len(bundle.sizes)} files, each in its manifest"
    yield f"  {len(found['rows'])} records, {len(found['hidden'])} log entries with their proofs"
    yield from (f"  {count:6} {plain(kind)}" for kind, count in sorted(Counter(found["kinds"]).items()))
    yield f"\nWhen\n  claimed times of these entries: {plain(min(times))} to {plain(max(times))}"
    yield f"  claimed time of the seal: {plain(seal.get('/event/time'))}"
    yield "  not before: nobody outside says (there is no beacon in a bundle); the times above are claims"
    for at, who in anchors:
        yield time.strftime(f"  not after: %Y-%m-%d %H:%M:%S UTC, {who}", time.gmtime(min(at, 1 << 37)))
    if anchors and found["captured"]:
        least, most = ((anchors[0][0] - at) / 3600 for at in (max(found["captured"]), min(found["captured"])))
        yield f"  hours from capture, as claimed, to the first outside anchor here: {least:.1f} to {most:.1f}"
    yield f"\nHidden\n  {sum(found['hidden'])} digests are not opened: withheld, not asked for, or mere padding"
    for code, count in sorted(Counter(found["codes"]).items()):
        yield f"  {count:6} passages withheld under {plain(code)}"
    yield f"  {len(found['later'])} records have earlier events that are not shown\n\nNot shown by any of this"
    yield "  that the archive took in everything, that the networks showed it, that the claimed times are true"
    yield f"  {len(found['vouched'])} files of records are vouched for by the seal alone, as is all but data/records/"
    yield f"  {', '.join(sorted(_TEXTS))} are not sealed: take them as mere text"
    yield from ["  whether a certificate of a time stamp was revoked"] if anchors else []

def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, what in (("--vkey", "KEY"), ("--witness", "KEY"), ("--tsa-root", "FILE")):
        parser.add_argument(name, metavar=what, action="append", default=[])
    parser.add_argument("dir", nargs="?", metavar="DIR", default=os.path.dirname(os.path.abspath(__file__)))
    given = parser.parse_args(arguments)
    try:
        keys = [key_parse(text) for text in given.vkey] + [key_parse(text, WITNESS) for text in given.witness]
    except Wrong as error:
        parser.error("[%s] %s" % error.args)
    for path in filter(lambda path: not os.path.exists(path), [*given.tsa_root, given.dir]):
        parser.error(f"there is no file or folder {plain(path)}")
    bundle = Bundle(os.path.abspath(given.dir), keys, map(os.path.abspath, given.tsa_root))
    code = bundle.run()
    sys.stdout.buffer.write(("\n".join(report(bundle)) + "\n").encode("utf-8", "backslashreplace"))
    return code

if __name__ == "__main__":
    sys.exit(main())
