"""The second place, as a folder and as a bucket of a real server: create-only, listed in order, deleted for good."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archive.storage.contract import AlreadyExists, Level, Locked, Missing, Unavailable
from config.continuity.errors import NoPlace
from config.continuity.file_place import FilePlace
from config.continuity.place import Place, place_of
from config.continuity.s3_place import S3Place
from tests.archive.storage.seaweed import ACCESS, SECRET, Server, seaweed


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with seaweed(tmp_path_factory.mktemp("weed")) as running:
        yield running


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": ACCESS, "SECRET_ACCESS_KEY": SECRET, "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)


@pytest.fixture(params=["folder", "bucket"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return place_of(tmp_path.as_uri())
    server = request.getfixturevalue("server")
    request.getfixturevalue("credentials")
    return place_of(f"s3://{server.bucket}/{tmp_path.name.lower()}?endpoint={server.endpoint}&region=us-east-1")


def test_a_name_takes_its_bytes_once_and_the_same_bytes_again(both: Place) -> None:
    both.put("backups/a/part.00000", b"sealed")
    both.put("backups/a/part.00000", b"sealed")  # a write whose answer was lost
    with pytest.raises(AlreadyExists):
        both.put("backups/a/part.00000", b"other")
    assert both.read("backups/a/part.00000") == b"sealed"


def test_names_come_in_order_below_a_prefix_and_go_for_good(both: Place) -> None:
    for name in ("backups/b/manifest", "backups/a/manifest", "objects/1/00/k.a.00000"):
        both.put(name, name.encode())
    assert list(both.names("backups/")) == ["backups/a/manifest", "backups/b/manifest"]
    assert list(both.names("objects/1/00/k.")) == ["objects/1/00/k.a.00000"]
    both.delete("backups/a/manifest")
    both.delete("backups/a/manifest")
    assert list(both.names("backups/")) == ["backups/b/manifest"]
    with pytest.raises(Missing):
        both.read("backups/a/manifest")


def test_a_name_cannot_leave_the_place(both: Place) -> None:
    for name in ("../x", "/x", "a/../x", "A", ".x", "a//b", ""):
        with pytest.raises(ValueError, match="Not a name"):
            both.put(name, b"")


def test_what_is_locked_stays_and_says_so(server: Server, credentials: None) -> None:
    locked = S3Place(
        server.bucket, "locked", endpoint=server.endpoint, level=Level.COMPLIANCE, lock_for=timedelta(days=1)
    )
    locked.put("backups/c/part.00000", b"sealed")
    with pytest.raises(Locked):
        locked.delete("backups/c/part.00000")
    assert locked.read("backups/c/part.00000") == b"sealed"


def test_a_folder_that_is_gone_is_not_an_empty_one(tmp_path: Path) -> None:
    gone = FilePlace(tmp_path / "not-mounted")
    with pytest.raises(Unavailable):
        list(gone.names())
    with pytest.raises(Unavailable):
        gone.put("a", b"")


@pytest.mark.parametrize("url", ["", "file:relative", "ftp://x", "s3://", "s3://k:s@bucket", "s3://b?lock=maybe"])
def test_an_address_that_names_no_place_is_refused(url: str) -> None:
    with pytest.raises(NoPlace):
        place_of(url)
