"""Folders that we make, with the permissions that we mean; what was there before keeps its own."""

import os
from pathlib import Path

PRIVATE = 0o700
OPEN = 0o755


def make_folder(path: Path, mode: int) -> Path:
    """Make `path` and its missing parents, each with `mode` whatever the umask says; leave existing ones alone."""
    missing = []
    folder = path
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
    return path


def mode_of_new_folders() -> int:
    """Folders that `nobody` must pass through are open when root makes them; else they are private."""
    return OPEN if os.geteuid() == 0 else PRIVATE
