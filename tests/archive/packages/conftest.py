"""One good bundle for all tests of the room, and a copy of it for each test that breaks it."""

from pathlib import Path

import pytest

from tests.archive.packages.bundles import build, copy, unpack


@pytest.fixture(scope="session")
def good_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of a good bundle; do not change it."""
    return build(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def good(good_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle, unpacked; do not change it."""
    return unpack(good_zip, tmp_path_factory.mktemp("unpacked"))


@pytest.fixture
def top(good: Path, tmp_path: Path) -> Path:
    """A good bundle, unpacked, of the test's own."""
    return copy(good, tmp_path)
