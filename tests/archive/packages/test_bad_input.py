"""The bad input that anybody may hand us: each has its code and its sentence wherever it is read, and no traceback.

The offline file and the public page are held to the same codes by test_verifiers_agree, on the same bundles.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from archive.ledger.encoding import base64std_bytes
from archive.ledger.errors import LedgerError
from archive.ledger.merkle import leaf_hash
from archive.ledger.note import open_checkpoint, parse_vkey
from archive.ledger.parsing import parse
from archive.ledger.proof import parse_proof
from archive.ledger.publication import Publication
from archive.ledger.shelf import FileShelf
from archive.ledger.tiles import TileHashes, pack_entries, parse_path, unpack_entries
from archive.packages.check import bundle_check
from archive.packages.errors import BadZip
from archive.packages.unpack import zip_unpack
from tests.archive.packages.broken import BUNDLES, ZIPS
from tests.archive.packages.bundles import STRANGER, VKEY, Log, copy

NOTE = Log([b"a", b"b", b"c"]).note()
PROOF = b"c2sp.org/tlog-proof@v1\nindex 1\n\n" + NOTE


class Bad(NamedTuple):
    """A kind of bad input: bundles of the shared set (or zips) that hold it with the verifier's code, and what our own
    readers of the log make of it, with the code of their refusal."""

    bundles: tuple[str, ...]
    code: str
    readers: tuple[tuple[Callable[[], object], str], ...] = ()
    vkey: str = VKEY


def published(folder: Path, octets: bytes) -> Callable[[], object]:
    shelf = FileShelf(folder)
    shelf.put_new("tile/entries/000.p/3", octets)
    shelf.put_new("tile/0/000.p/3", b"".join(map(leaf_hash, (b"a", b"b", b"c"))))
    return lambda: Publication(shelf).entries(0, 3)


TILE = TileHashes(lambda _level, _n: b"".join(map(leaf_hash, (b"a", b"b", b"c")))[:80])
BAD = {
    "a truncated tile": Bad(
        (), "", ((lambda: TILE(0, 2), "ledger.proof.tile"), (lambda: TILE(1, 1), "ledger.proof.tile"))
    ),
    "a truncated bundle of entries": Bad(
        (), "", ((lambda: unpack_entries(pack_entries([b"a", b"b"])[:-1]), "ledger.parse.bundle"),)
    ),
    "duplicate JSON keys": Bad(
        ("a key twice in JSON",), "json.duplicate", ((lambda: parse(b'{"a":1,"a":1}', max_bytes=99), "ledger.parse"),)
    ),
    "CRLF in a note": Bad(
        ("a note of Windows", "a proof of Windows"),
        "note.crlf",
        (
            (lambda: open_checkpoint(NOTE.replace(b"\n", b"\r\n"), [parse_vkey(VKEY)]), "ledger.note"),
            (lambda: parse_proof(PROOF.replace(b"\n", b"\r\n")), "ledger.parse.proof"),
        ),
    ),
    "base64 that is not canonical": Bad(
        ("a note with a loose root", "a proof with loose base64"),
        "base64.form",
        ((lambda: base64std_bytes("AB=="), "ledger.parse"), (lambda: base64std_bytes("AA"), "ledger.parse")),
    ),
    "a wrong key id": Bad(
        ("good",),
        "key.id",
        ((lambda: parse_vkey(VKEY.replace("+", "+0", 1)), "ledger.note.key"),),
        STRANGER.verifier().vkey(),
    ),
    "a proof with a size of its own": Bad(
        ("a proof with a size of its own",),
        "proof.size",
        ((lambda: parse_proof(PROOF.replace(b"\nindex", b"\nsize 17\nindex", 1)), "ledger.parse.proof"),),
    ),
    "upper-case hex": Bad(("a manifest in upper case",), "manifest.hex"),
    "a path that climbs": Bad(
        ("a manifest that climbs", "a name that climbs", "a name from the root", "a link"),
        "path.unsafe",
        ((lambda: parse_path("tile/0/../../etc/passwd"), "ledger.parse"),),
    ),
}


@pytest.mark.parametrize("kind", [kind for kind, bad in BAD.items() if bad.bundles])
def test_a_bundle_with_it_is_refused_with_its_code_and_a_sentence(
    kind: str, good: Path, good_zip: Path, tmp_path: Path
) -> None:
    bad = BAD[kind]
    for name in bad.bundles:
        if name in ZIPS:
            path = ZIPS[name](good_zip, tmp_path / "bad.zip")
            with pytest.raises(BadZip) as refused:
                zip_unpack(path, tmp_path / "open")
            assert refused.value.finding == bad.code
            assert not (tmp_path / "evil").exists()
        else:
            path = copy(good, tmp_path / name)
            BUNDLES[name](path)
        verdict = bundle_check(path, [bad.vkey])
        assert verdict.code == 1, verdict.report
        [finding] = [line for line in verdict.report.splitlines() if f"[{bad.code}]" in line][:1]
        assert len(finding.split(": ", 1)[1]) > 10, "a code alone tells a person nothing"
        assert "Traceback" not in verdict.report


@pytest.mark.parametrize("kind", [kind for kind, bad in BAD.items() if bad.readers])
def test_our_readers_of_the_log_refuse_it_with_a_code_and_a_sentence(kind: str) -> None:
    for read, code in BAD[kind].readers:
        with pytest.raises(LedgerError) as refused:
            read()
        assert refused.value.code.startswith(code), refused.value.code
        assert str(refused.value).endswith(".")


def test_a_published_bundle_that_was_cut_is_named_where_it_is_read_back(tmp_path: Path) -> None:
    whole = pack_entries([b"a", b"b", b"c"])
    assert published(tmp_path / "whole", whole)() == [b"a", b"b", b"c"]
    for n, octets in enumerate((whole[:-1], whole[:-3], whole + b"\0", b"")):
        with pytest.raises(LedgerError) as refused:
            published(tmp_path / str(n), octets)()
        assert str(refused.value).endswith(".")
