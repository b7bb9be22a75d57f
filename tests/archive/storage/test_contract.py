"""The contract kit: what every evidence store promises, on each of them. A new store joins the fixture `store`."""

import os
import threading
import tracemalloc
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import pytest

from archive.storage.contract import AlreadyExists, EvidenceStore, Level, Locked, Missing, Standing, Stored
from archive.storage.file_store import FileEvidenceStore
from archive.storage.s3_store import PART


def new_key() -> str:
    return str(uuid.uuid4())


def read(store: EvidenceStore, key: str, version_id: str = "") -> bytes:
    with store.open(key, version_id) as file:
        return file.read()


SIZES = [0, 1, 1_000, PART - 1, PART, PART + 1, 2 * PART + 7]


@pytest.mark.parametrize("size", SIZES)
def test_what_was_put_is_read_and_its_digests_are_told(store: EvidenceStore, size: int) -> None:
    octets, key = os.urandom(size), new_key()
    chunks = [octets[start : start + 700_001] for start in range(0, size, 700_001)]
    stored = store.put(key, iter(chunks))
    assert (stored.key, stored.size, stored.sha256, stored.crc32) == (
        key,
        size,
        sha256(octets).digest(),
        crc32(octets),
    )
    assert store.exists(key)
    assert store.exists(key, stored.version_id)
    assert read(store, key, stored.version_id) == octets
    store.delete(key, stored.version_id)
    assert not store.exists(key)


@pytest.mark.parametrize("second", [b"one", b"two", bytes(PART + 1)])
def test_a_key_is_taken_once_and_the_first_bytes_stay(store: EvidenceStore, second: bytes) -> None:
    key = new_key()
    stored = store.put(key, [b"one"])
    with pytest.raises(AlreadyExists):
        store.put(key, [second])
    assert read(store, key, stored.version_id) == read(store, key) == b"one"


def test_of_two_that_put_at_once_one_wins(store: EvidenceStore) -> None:
    for _ in range(3):
        key, gate, won, lost = new_key(), threading.Barrier(4), [], []

        def put(content: bytes, key: str = key, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                won.append((content, store.put(key, [content])))  # noqa: B023
            except AlreadyExists as error:
                lost.append(error)  # noqa: B023

        threads = [threading.Thread(target=put, args=(b"%d" % n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(won), len(lost)) == (1, 3)
        content, stored = won[0]
        assert isinstance(stored, Stored)
        assert read(store, key, stored.version_id) == content


class Broken(Exception):
    """The source of the bytes failed."""


@pytest.mark.parametrize("size", [10, PART + 1, 2 * PART + 1])
@pytest.mark.parametrize("error", [Broken, OSError, KeyboardInterrupt])
def test_a_source_that_breaks_leaves_nothing_and_its_own_error_comes_out(
    store: EvidenceStore, size: int, error: type[BaseException]
) -> None:
    def source() -> Iterator[bytes]:
        yield bytes(size)
        raise error

    key = new_key()
    with pytest.raises(error):
        store.put(key, source())
    assert not store.exists(key)
    with pytest.raises(Missing), store.open(key):
        pass
    store.delete(key)


def test_what_was_never_put_is_missing(store: EvidenceStore) -> None:
    key = new_key()
    assert not store.exists(key)
    with pytest.raises(Missing), store.open(key):
        pass
    with pytest.raises(Missing):
        store.lock(key, "", datetime(2030, 1, 1, tzinfo=UTC))
    store.delete(key)


def test_deleted_means_that_a_look_finds_nothing_and_deleting_again_is_fine(store: EvidenceStore) -> None:
    key = new_key()
    stored = store.put(key, [b"x"])
    store.delete(key, stored.version_id)
    assert not store.exists(key, stored.version_id)
    with pytest.raises(Missing), store.open(key, stored.version_id):
        pass
    store.delete(key, stored.version_id)
    store.delete(key)


def test_deleting_one_leaves_its_neighbours(store: EvidenceStore) -> None:
    keep, drop = store.put(new_key(), [b"keep"]), store.put(new_key(), [b"drop"])
    store.delete(drop.key)
    assert read(store, keep.key) == b"keep"


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "x", "a/b", "\0", "0b5f6a52-6a0b-4d5e-9c1f-2f8f0f6f1d11/x"])
def test_a_key_that_is_no_uuid_reaches_nothing(store: EvidenceStore, key: str) -> None:
    for act in (
        lambda: store.put(key, [b"x"]),
        lambda: store.open(key),
        lambda: store.exists(key),
        lambda: store.delete(key),
    ):
        with pytest.raises(ValueError, match="UUID"):
            act()


def test_a_store_without_a_lock_says_so(store: EvidenceStore) -> None:
    stored = store.put(new_key(), [b"x"])
    assert store.level is Level.ADVISORY
    assert stored.lock_until is None
    assert store.lock(stored.key, stored.version_id, datetime(2030, 1, 1, tzinfo=UTC)) is None


def test_memory_stays_flat_while_much_is_put_and_read(store: EvidenceStore) -> None:
    count = 40
    block = os.urandom(1 << 20)
    key = new_key()
    store.delete(store.put(new_key(), [b"what a client loads once is not counted"]).key)
    tracemalloc.start()
    try:
        stored = store.put(key, (block for _ in range(count)))
        with store.open(key, stored.version_id) as file:
            while file.read(1 << 20):
                pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * PART
    store.delete(key)


@pytest.fixture(params=["files", "locking"])
def flagging(request: pytest.FixtureRequest) -> EvidenceStore:
    """Each store that has the flag of a hold."""
    found: EvidenceStore = request.getfixturevalue(request.param)
    return found


def test_a_flagged_version_stays_until_the_flag_is_off(flagging: EvidenceStore) -> None:
    assert flagging.flags
    stored = flagging.put(new_key(), [b"x"])
    assert not flagging.standing(stored.key, stored.version_id).held
    for _ in range(2):
        flagging.hold(stored.key, stored.version_id, on=True)
        assert flagging.standing(stored.key, stored.version_id).held
    for version_id in (stored.version_id, ""):
        with pytest.raises(Locked) as refusal:
            flagging.delete(stored.key, version_id)
        assert refusal.value.held
    assert read(flagging, stored.key, stored.version_id) == b"x"
    for _ in range(2):
        flagging.hold(stored.key, stored.version_id, on=False)
        assert not flagging.standing(stored.key, stored.version_id).held


def test_a_file_whose_flag_is_off_goes_without_a_trace(files: FileEvidenceStore) -> None:
    stored = files.put(new_key(), [b"x"])
    files.hold(stored.key, "", on=True)
    files.hold(stored.key, "", on=False)
    files.delete(stored.key)
    assert [path for path in Path(files.location).rglob("*") if path.is_file()] == []


def test_flagging_what_is_not_there_is_missing(flagging: EvidenceStore) -> None:
    with pytest.raises(Missing):
        flagging.hold(new_key(), "", on=True)
    with pytest.raises(Missing):
        flagging.standing(new_key(), "")


def test_a_store_without_flags_takes_none_and_says_so(s3: EvidenceStore) -> None:
    stored = s3.put(new_key(), [b"x"])
    assert not s3.flags
    s3.hold(stored.key, stored.version_id, on=True)
    assert s3.standing(stored.key, stored.version_id) == Standing(None, Level.ADVISORY, held=False)
    s3.delete(stored.key, stored.version_id)


def test_a_store_says_the_level_that_is_in_force_for_a_version(
    files: FileEvidenceStore, locking: EvidenceStore
) -> None:
    on_files, on_s3 = (store.put(new_key(), [b"x"]) for store in (files, locking))
    assert files.standing(on_files.key, "") == Standing(None, Level.ADVISORY, held=False)
    assert locking.standing(on_s3.key, on_s3.version_id) == Standing(on_s3.lock_until, Level.COMPLIANCE, held=False)
