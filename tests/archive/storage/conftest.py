"""The stores under test: files, and S3 on a real server, both as the product makes them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from archive.storage.contract import EvidenceStore, Level
from archive.storage.file_store import FileEvidenceStore
from archive.storage.s3_store import S3EvidenceStore
from tests.archive.storage.seaweed import ACCESS, SECRET, Server, seaweed


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running S3 server with one bucket that locks."""
    with seaweed(tmp_path_factory.mktemp("weed")) as running:
        yield running


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let boto3 find the server's credentials where it looks for them."""
    for name, value in {"ACCESS_KEY_ID": ACCESS, "SECRET_ACCESS_KEY": SECRET, "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)


@pytest.fixture(scope="session")
def s3_kept(server: Server) -> S3EvidenceStore:
    return S3EvidenceStore(server.bucket, endpoint=server.endpoint, region="us-east-1", level=Level.ADVISORY)


@pytest.fixture
def s3(s3_kept: S3EvidenceStore, credentials: None) -> S3EvidenceStore:
    """S3 without a lock, so that what a test puts can be deleted in it; one store, whose client is slow to make."""
    return s3_kept


@pytest.fixture(scope="session")
def locking_kept(server: Server) -> S3EvidenceStore:
    return S3EvidenceStore(server.bucket, endpoint=server.endpoint, region="us-east-1", lock_for=timedelta(days=35))


@pytest.fixture
def locking(locking_kept: S3EvidenceStore, credentials: None) -> S3EvidenceStore:
    """S3 as it is meant: each object locked; one store, whose client is slow to make."""
    return locking_kept


@pytest.fixture
def files(tmp_path: Path) -> FileEvidenceStore:
    """The store on a file system."""
    (tmp_path / "store").mkdir()
    return FileEvidenceStore(tmp_path / "store")


@pytest.fixture(params=["files", "s3"])
def store(request: pytest.FixtureRequest) -> EvidenceStore:
    """Each store in turn: the contract kit runs on all of them."""
    found: EvidenceStore = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def two_folders(settings: Settings, tmp_path: Path) -> tuple[Path, Path]:
    """A first and a second store, each a folder; the settings name both."""
    folders = tmp_path / "first", tmp_path / "second"
    for folder in folders:
        folder.mkdir()
    settings.STORAGE_URL, settings.STORAGE_COPY_URL = (f"file://{folder}" for folder in folders)
    return folders
