"""The zip we write is the zip that others read, byte for byte the same each time, with memory flat."""

import io
import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from archive.packages.bag import Tally
from archive.packages.errors import StagingError
from archive.packages.zipstream import Member, zip_write


def member(name: str, *chunks: bytes) -> Member:
    tally = Tally()
    for chunk in chunks:
        tally.add(chunk)
    return Member(f"TOP/{name}", tally.file(name), partial(iter, chunks))


class Pipe:
    """A sink that can do nothing but write."""

    def __init__(self) -> None:
        self.octets = io.BytesIO()

    def write(self, octets: bytes) -> None:
        self.octets.write(octets)


def written(*members: Member, limit: int | None = None) -> bytes:
    pipe = Pipe()
    length = zip_write(members, pipe, limit=limit) if limit else zip_write(members, pipe)
    assert length == len(pipe.octets.getvalue())
    return pipe.octets.getvalue()


FILES = [member("a.txt", b"hello ", b"world"), member("b/c.bin", bytes(range(256)) * 9), member("empty")]


def test_python_reads_it_back() -> None:
    with zipfile.ZipFile(io.BytesIO(written(*FILES))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["TOP/a.txt", "TOP/b/c.bin", "TOP/empty"]
        assert archive.read("TOP/a.txt") == b"hello world"
        assert [info.compress_type for info in archive.infolist()] == [zipfile.ZIP_STORED] * 3
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("limit", [None, 1, 8, 300])
def test_info_zip_reads_it_back_also_in_64_bits(tmp_path: Path, limit: int | None) -> None:
    if not shutil.which("unzip"):
        pytest.skip("no unzip on this machine")
    path = tmp_path / "x.zip"
    path.write_bytes(written(*FILES, limit=limit))
    done = subprocess.run(["unzip", "-q", path, "-d", tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert (tmp_path / "TOP/b/c.bin").read_bytes() == bytes(range(256)) * 9


@pytest.mark.parametrize("limit", [1, 8, 50, 300, 2000])
def test_python_reads_it_back_in_64_bits(limit: int) -> None:
    with zipfile.ZipFile(io.BytesIO(written(*FILES, limit=limit))) as archive:
        assert archive.testzip() is None
        assert archive.read("TOP/b/c.bin") == bytes(range(256)) * 9


def test_more_files_than_sixteen_bits_count_are_read_back() -> None:
    octets = written(*(member(f"{n}", b"x") for n in range(66_000)))
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert len(archive.namelist()) == 66_000
        assert archive.read("TOP/65999") == b"x"


def test_the_same_files_give_the_same_bytes() -> None:
    assert written(*FILES) == written(*FILES)
    assert written(*FILES) != written(*reversed(FILES))


@pytest.mark.parametrize("chunks", [[b"hello worle"], [b"hello"], [b"hello world!"], []])
def test_a_file_that_is_not_what_was_announced_stops_the_zip(chunks: list[bytes]) -> None:
    changed = Member("TOP/a.txt", FILES[0].file, partial(iter, chunks))
    with pytest.raises(StagingError, match=r"a\.txt"):
        written(FILES[1], changed)


def test_memory_does_not_grow_with_the_number_of_files() -> None:
    class Nothing:
        def write(self, octets: bytes) -> None: ...

    def many(count: int) -> Iterator[Member]:
        one = member("x", b"x")
        return (Member(f"TOP/data/records/{n:09}.json", one.file, one.open) for n in range(count))

    tracemalloc.start()
    try:
        peaks = []
        for count in (2_000, 20_000):
            tracemalloc.reset_peak()
            zip_write(many(count), Nothing())
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_500_000  # the directory is read back in pieces of a megabyte
