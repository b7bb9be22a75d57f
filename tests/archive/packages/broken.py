"""The shared set of good and broken bundles, on which verify.py, the offline file and the public page must agree."""

import base64
import json
import re
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from archive.ledger.encoding import base64url
from tests.archive.packages.bundles import STRANGER, VKEY, Log, remanifest, retag, rewrite

RECORD, PROOF, CHECKPOINT = "data/records/TEST-000001.json", "proofs/TEST-000001.tlog-proof", "proofs/checkpoint"


def edit(file: str, change: Callable[[bytes], bytes], fit: Callable[[Path], None] = retag) -> Callable[[Path], None]:
    """Return what changes a file of a bundle and makes the manifests fit again."""

    def spoil(top: Path) -> None:
        (top / file).write_bytes(change((top / file).read_bytes()))
        fit(top)

    return spoil


def unfit(top: Path) -> None:
    """Leave the manifests as they are."""


def everywhere(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Change the note in the checkpoint and in every proof."""

    def spoil(top: Path) -> None:
        for path in [top / CHECKPOINT, *top.glob("proofs/*.tlog-proof")]:
            path.write_bytes(change(path.read_bytes()))
        retag(top)

    return spoil


def loosen(proof: bytes) -> bytes:
    """Give the first hash loose bits at its end."""
    return re.sub(rb"(.)=\n", lambda match: bytes([match[1][0] + 1]) + b"=\n", proof, count=1)


def value_changed(top: Path) -> None:
    record = json.loads((top / RECORD).read_text())
    octets = base64.urlsafe_b64decode(record["disclosures"][0] + "==")
    salt, name, value = json.loads(octets)
    record["disclosures"][0] = base64url(json.dumps([salt, name, f"{value}!"], separators=(",", ":")).encode())
    rewrite(top / RECORD, record)
    remanifest(top)


def record_twice(top: Path) -> None:
    record = json.loads((top / "data/records/TEST-000003.json").read_text())
    rewrite(top / "data/records/TEST-000004.json", {**record, "bates": "TEST-000004"})
    (top / "proofs/TEST-000004.tlog-proof").write_bytes((top / "proofs/TEST-000003.tlog-proof").read_bytes())
    remanifest(top)


def file_added(name: str) -> Callable[[Path], None]:
    def spoil(top: Path) -> None:
        (top / name).write_bytes(b"x")

    return spoil


def file_dropped(name: str) -> Callable[[Path], None]:
    return lambda top: (top / name).unlink()


def passage_forgotten(top: Path) -> None:
    rewrite(top / RECORD, {"withheld": []})
    remanifest(top)


def stamped(token: bytes) -> Callable[[Path], None]:
    def spoil(top: Path) -> None:
        (top / "proofs/checkpoint.tsr").write_bytes(token)
        retag(top)

    return spoil


def stamped_unchecked(top: Path) -> None:
    """Add what may be a time stamp of the checkpoint: it cannot be told without the authority's certificate."""
    inner = b"\x04\x20" + sha256((top / CHECKPOINT).read_bytes().partition(b"\n\n")[0] + b"\n").digest() + bytes(900)
    stamped(b"0\x82" + len(inner).to_bytes(2, "big") + inner)(top)


BUNDLES: dict[str, Callable[[Path], None]] = {
    "good": unfit,
    "an edited PDF": edit("data/production.pdf", lambda _: b"%PDF doctored", unfit),
    "an edited PDF with fresh manifests": edit("data/production.pdf", lambda _: b"%PDF doctored", remanifest),
    "a file dropped": file_dropped("data/letter.pdf"),
    "a record dropped": file_dropped(RECORD),
    "the seal dropped": file_dropped("seal.json"),
    "a file added": file_added("data/more.pdf"),
    "a stray proof": file_added("proofs/TEST-000009.tlog-proof"),
    "an unsafe name": file_added("data/a b.pdf"),
    "a manifest in upper case": edit("manifest-sha256.txt", lambda text: text[:64].upper() + text[64:], retag),
    "a manifest that climbs": edit("manifest-sha256.txt", lambda text: text + b"ab" * 32 + b"  ../x\n", retag),
    "a manifest with a line twice": edit("manifest-sha256.txt", lambda text: text + text.split(b"\n")[0] + b"\n"),
    "a manifest of Windows": edit("manifest-sha256.txt", lambda text: text.replace(b"\n", b"\r\n")),
    "a note of Windows": edit(CHECKPOINT, lambda note: note.replace(b"\n", b"\r\n")),
    "a note without an end": edit(CHECKPOINT, lambda note: note[:-1]),
    "a note of another size": everywhere(lambda note: note.replace(b"\n17\n", b"\n18\n")),
    "a note with a number spelled otherwise": everywhere(lambda note: note.replace(b"\n17\n", b"\n017\n")),
    "a note by a stranger": edit(CHECKPOINT, lambda _: Log([b"x"]).note(STRANGER)),
    "a note with a loose root": everywhere(
        lambda note: re.sub(rb"(.)=\n\n", lambda m: bytes([m[1][0] + 1]) + b"=\n\n", note)
    ),
    "a proof with a size of its own": edit(PROOF, lambda proof: proof.replace(b"\nindex ", b"\nsize 17\nindex ", 1)),
    "a proof with extra data": edit(PROOF, lambda proof: proof.replace(b"\nindex ", b"\nextra AAAA\nindex ", 1)),
    "a proof with loose base64": edit(PROOF, loosen),
    "a proof of Windows": edit(PROOF, lambda proof: proof.replace(b"\n", b"\r\n")),
    "a proof of another place": edit(PROOF, lambda proof: re.sub(rb"index \d+", b"index 4", proof)),
    "a proof outside the tree": edit(PROOF, lambda proof: re.sub(rb"index \d+", b"index 99", proof)),
    "a proof under another note": edit(PROOF, lambda proof: proof.partition(b"\n\n")[0] + b"\n\n" + Log([b"x"]).note()),
    "an empty proof": edit(PROOF, lambda _: b""),
    "a key twice in JSON": edit(RECORD, lambda text: text.replace(b'"entry"', b'"entry": "", "entry"', 1), remanifest),
    "JSON with a fraction": edit(RECORD, lambda text: text.replace(b'"bates"', b'"a": 1.5, "bates"', 1), remanifest),
    "JSON that ends twice": edit(RECORD, lambda text: text + b"{}", remanifest),
    "JSON with a mark before it": edit(RECORD, lambda text: b"\xef\xbb\xbf" + text, remanifest),
    "JSON nested too deeply": edit(RECORD, lambda _: b"[" * 100_000, remanifest),
    "JSON that is not UTF-8": edit(RECORD, lambda text: b"\xff" + text, remanifest),
    "a member too many": edit(RECORD, lambda text: text.replace(b'"bates"', b'"a": 1, "bates"', 1), remanifest),
    "a value changed": value_changed,
    "a withheld passage forgotten": passage_forgotten,
    "a record under two numbers": record_twice,
    "a picture replaced": edit("data/media/TEST-000002-1.png", lambda _: b"other", remanifest),
    "an index that says otherwise": edit("data/index.csv", lambda text: text.replace(b"@res_3", b"@res_4"), remanifest),
    "an index without a row": edit(
        "data/index.csv", lambda text: text.removesuffix(text.splitlines(keepends=True)[-1]), remanifest
    ),
    "an index with open quotes": edit("data/index.csv", lambda text: text + b'"', remanifest),
    "a bag of another version": edit("bagit.txt", lambda text: text.replace(b"1.0", b"0.97")),
    "a payload that is said to be smaller": edit("bag-info.txt", lambda text: re.sub(rb"Oxum: \d+", b"Oxum: 1", text)),
    "a broken time stamp": stamped(b"token"),
    "a time stamp of something else": stamped(b"0\x82\x03\x84" + bytes(900)),
    "a time stamp": stamped_unchecked,
}
KEYS: dict[str, list[str]] = {"good": [VKEY], "no key": [], "another key of that name": [STRANGER.verifier().vkey()]}


def pack(top: Path, path: Path) -> Path:
    """Pack a folder as it is; every second file is deflated, as other programs would do it."""
    with zipfile.ZipFile(path, "w") as archive:
        for n, file in enumerate(sorted(each for each in top.rglob("*") if each.is_file())):
            method = zipfile.ZIP_DEFLATED if n % 2 else zipfile.ZIP_STORED
            archive.write(file, f"{top.name}/{file.relative_to(top).as_posix()}", method)
    return path


def with_member(source: Path, path: Path, name: str, *, link: bool = False) -> Path:
    """Copy a zip and add a member of this name."""
    path.write_bytes(source.read_bytes())
    member = zipfile.ZipInfo(name)
    member.external_attr = 0o120777 << 16 if link else 0o100644 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, b"x")
    return path


def damaged(source: Path, path: Path) -> Path:
    """Copy a zip and change a byte of a stored member."""
    octets = bytearray(source.read_bytes())
    octets[octets.index(b"%PDF-1.7") + 3] ^= 1
    path.write_bytes(octets)
    return path


ZIPS: dict[str, Callable[[Path, Path], Path]] = {
    "a name that climbs": lambda source, path: with_member(source, path, "TEST-0001/../../evil"),
    "a name from the root": lambda source, path: with_member(source, path, "/etc/evil"),
    "a name of Windows": lambda source, path: with_member(source, path, "TEST-0001/C:evil"),
    "a link": lambda source, path: with_member(source, path, "TEST-0001/data/link", link=True),
    "a second folder": lambda source, path: with_member(source, path, "OTHER/evil"),
    "a name twice": lambda source, path: with_member(source, path, "TEST-0001/README.TXT"),
    "a damaged member": damaged,
}
