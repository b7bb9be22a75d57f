"""Where the recorded traffic lies, and the honest skip when it is not there."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def fixture_path(folder: str) -> Path:
    """Return the folder of recorded data named `folder`; skip the calling test, by name, when it is absent."""
    base = Path(os.environ.get("DAYBOOK_FIXTURES", ROOT.parent / "shared" / "fixtures"))
    path = base / folder
    if not path.is_dir():
        pytest.skip(f"recorded data {folder!r} is not on this machine (set DAYBOOK_FIXTURES)")
    return path
