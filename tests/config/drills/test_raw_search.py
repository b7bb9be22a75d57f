"""The search in raw files finds what is planted in each spelling; otherwise finding nothing would say nothing."""

import base64
import gzip
import io
import string
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from config.drills.needles import Needle
from config.drills.raw_search import files_search
from tests.committed import CommittedDatabase

WORD = Needle("word", "quixotryßzebra".encode(), text=True)
KEY = Needle("key", bytes(range(100, 132)))


def zipped(octets: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b", octets)
    return made.getvalue()


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda octets: octets,
    "hex": lambda octets: octets.hex().encode(),
    "base64": base64.b64encode,
    "base64 in the middle": lambda octets: base64.b64encode(b"x" + octets),
    "base64url": lambda octets: base64.urlsafe_b64encode(b"xy" + octets + b"z"),
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zip in a zip": lambda octets: zipped(zipped(octets)),
    "a stream of a PDF": lambda octets: b"%PDF-1.7 1 0 obj <<>> stream\n" + zlib.compress(octets) + b"\nendstream",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("needle", [WORD, KEY], ids=lambda needle: needle.name)
def test_each_spelling_is_found(tmp_path: Path, way: str, needle: Needle) -> None:
    (tmp_path / "file").write_bytes(WAYS[way](b"before " + needle.octets + b" after"))
    other = Needle("other", b"something else altogether", text=True)
    found = files_search([tmp_path], [needle, other])
    assert [hit.needle for hit in found.hits] == [needle.name]
    assert files_search([tmp_path], [needle], without=[tmp_path / "file"]).hits == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_words_are_found_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "file").write_bytes(b"a" + WORD.octets.decode().encode(encoding))
    assert [hit.spelling for hit in files_search([tmp_path], [WORD]).hits] == [encoding]


def test_words_are_found_as_json_escapes_them(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b'{"text": "quixotry\\u00dfzebra"}')
    assert [hit.spelling for hit in files_search([tmp_path], [WORD]).hits] == ["escaped"]


@pytest.mark.commits
def test_words_are_found_as_postgresql_compresses_them(committed_db: CommittedDatabase) -> None:
    chance = Random(7)
    words = ["".join(chance.sample(string.ascii_lowercase, 20)) for _ in range(9)]
    session = committed_db.connect("superuser")
    session.execute("CREATE TABLE long (value text COMPRESSION pglz)")
    for lead, word in enumerate(words):
        session.execute("INSERT INTO long VALUES (%s)", ["so " * 20 + "0123456789"[:lead] + word + " and so on" * 900])
    assert session.execute("SELECT DISTINCT pg_column_compression(value) FROM long").fetchall() == [("pglz",)]
    session.execute("CHECKPOINT")
    [(path,)] = session.execute("SELECT pg_relation_filepath('long')").fetchall()
    needles = [Needle(word, word.encode(), text=True) for word in words]
    found = files_search([Path(committed_db.engines.state.cluster) / path], needles)
    assert {hit.needle for hit in found.hits} == set(words)
    assert "pglz" in {hit.spelling for hit in found.hits}
