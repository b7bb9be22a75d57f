"""Files that appear whole or not at all, survive the process that wrote them, and go without a trace."""

import os
import resource
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.storage.contract import AlreadyExists, Unavailable
from archive.storage.file_store import FileEvidenceStore


def new_key() -> str:
    return str(uuid.uuid4())


def remains(store: FileEvidenceStore) -> list[Path]:
    return [path for path in Path(store.location).rglob("*") if not path.is_dir()]


def in_child(act: object) -> int:
    """Run `act` in a child process and return how it ended."""
    if (child := os.fork()) == 0:
        try:
            act()  # type: ignore[operator]
        except Unavailable:
            os._exit(7)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_file_lies_by_its_random_key_and_nobody_may_write_it(files: FileEvidenceStore) -> None:
    key = new_key()
    files.put(key, [b"x"])
    path = files.path_of(key)
    assert path.relative_to(files.location).parts == (key[:2], key[2:4], key)
    assert path.stat().st_mode & 0o777 == 0o444
    assert path.stat().st_nlink == 1
    assert remains(files) == [path]


def test_a_full_disk_is_unavailable_and_leaves_nothing(files: FileEvidenceStore) -> None:
    files.put(new_key(), [b"x"])

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        files.put(new_key(), [bytes(1 << 20)] * 3)

    assert in_child(fill) == 7
    assert len(remains(files)) == 1


@pytest.mark.parametrize("size", [10, 3 << 20])
def test_killed_while_it_writes_it_leaves_what_delete_of_the_key_removes(files: FileEvidenceStore, size: int) -> None:
    key = new_key()

    def source() -> Iterator[bytes]:
        yield bytes(size)
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(lambda: files.put(key, source())) == -signal.SIGKILL
    assert not files.exists(key)
    assert remains(files)
    files.delete(key)
    assert remains(files) == []


def test_killed_after_the_name_is_made_the_bytes_are_there_whole(
    files: FileEvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, link = new_key(), os.link

    def link_and_die(*arguments: object, **names: object) -> None:
        link(*arguments, **names)  # type: ignore[arg-type]
        os.kill(os.getpid(), signal.SIGKILL)

    def put() -> None:
        monkeypatch.setattr(os, "link", link_and_die)
        files.put(key, [b"whole"])

    assert in_child(put) == -signal.SIGKILL
    with files.open(key) as file:
        assert file.read() == b"whole"
    with pytest.raises(AlreadyExists):
        files.put(key, [b"other"])
    files.delete(key)
    assert remains(files) == []


def test_a_disk_that_will_not_sync_keeps_nothing_acknowledged(
    files: FileEvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    files.put(new_key(), [b"x"])
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Unavailable, match="Input/output error"):
        files.put(new_key(), [b"y"])


def test_a_folder_that_went_away_is_no_proof_of_absence(files: FileEvidenceStore) -> None:
    key = new_key()
    files.put(key, [b"x"])
    os.rename(files.location, f"{files.location}-unmounted")
    with pytest.raises(Unavailable):
        files.exists(key)
    with pytest.raises(Unavailable):
        files.delete(key)


def test_a_folder_that_may_not_be_read_is_no_proof_of_absence(files: FileEvidenceStore) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every folder")
    key = new_key()
    files.put(key, [b"x"])
    folder = files.path_of(key).parent
    folder.chmod(0)
    try:
        with pytest.raises(Unavailable):
            files.exists(key)
    finally:
        folder.chmod(0o700)


def test_a_link_laid_in_the_way_is_not_followed(files: FileEvidenceStore, tmp_path: Path) -> None:
    key = new_key()
    path = files.path_of(key)
    path.parent.mkdir(parents=True)
    (tmp_path / "victim").write_bytes(b"keep me")
    path.with_name(f".new-{key}").symlink_to(tmp_path / "victim")
    with pytest.raises(AlreadyExists):
        files.put(key, [b"x"])
    assert (tmp_path / "victim").read_bytes() == b"keep me"
