"""What judges the log in the drills shares no code with it, agrees with it, and sees a second history."""

import ast
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from archive.ledger.merkle import leaf_hash
from archive.ledger.note import Checkpoint, Signer
from archive.ledger.publication import Publication
from archive.ledger.shelf import FileShelf
from archive.ledger.tiles import Edge
from config.drills import outside_eye
from config.drills.outside_eye import entries_read, history_judged, tree_root

ORIGIN = "drill.daybook.invalid/ledger/1"
SIGNER = Signer(ORIGIN, bytes(32))
VKEY = SIGNER.verifier().vkey()


def published(folder: Path, size: int, *, salt: str = "") -> bytes:
    """Publish a log of `size` entries and return its signed note."""
    edge = Edge()
    entries = [f"{salt}{n}".encode() for n in range(size)]
    full = {(tile.level, tile.n): tile.hashes for tile in edge.append([leaf_hash(entry) for entry in entries])}
    Publication(FileShelf(folder)).publish(
        0, size, lambda level, n: full.get((level, n)) or edge.partials[level], entries
    )
    return SIGNER.sign(Checkpoint(ORIGIN, size, edge.root()).text()).render().encode()


def test_it_imports_nothing_of_the_product() -> None:
    tree = ast.parse(Path(outside_eye.__file__).read_text())
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert named
    assert not {name.partition(".")[0] for name in named if name} & {"archive", "retention", "foia", "config"}


def test_checkpoints_of_one_log_are_one_history(tmp_path: Path) -> None:
    notes = [published(tmp_path, size) for size in (1, 2, 7, 256, 300, 513)]
    assert [head.size for head in history_judged(tmp_path, VKEY, notes)] == [1, 2, 7, 256, 300, 513]


def test_a_checkpoint_of_another_history_is_seen(tmp_path: Path) -> None:
    other = published(tmp_path / "other", 300, salt="x")
    with pytest.raises(ValueError, match="checkpoint of 300 entries is not over"):
        history_judged(tmp_path / "log", VKEY, [other, published(tmp_path / "log", 400)])


def test_a_note_of_another_key_is_no_checkpoint(tmp_path: Path) -> None:
    note = published(tmp_path, 5)
    with pytest.raises(ValueError, match="no signature of this key"):
        history_judged(tmp_path, Signer(ORIGIN, bytes([1] * 32)).verifier().vkey(), [note])
    text, _, signature = note.partition(b"\n\n")
    with pytest.raises(InvalidSignature):
        history_judged(tmp_path, VKEY, [text.replace(b"\n5\n", b"\n4\n") + b"\n\n" + signature])


def test_a_published_log_that_is_cut_is_seen(tmp_path: Path) -> None:
    published(tmp_path, 300)
    assert tree_root(entries_read(tmp_path, 256)) != tree_root(entries_read(tmp_path, 255))
    (tmp_path / "tile" / "entries" / "001.p" / "44").write_bytes(b"\x00\x01a")
    with pytest.raises(ValueError, match="has 257 entries"):
        entries_read(tmp_path, 300)
