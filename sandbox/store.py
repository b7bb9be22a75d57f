"""Keep the world in a file, so that a restart finds it again."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from .world import World

FILE = "world.json"


def load(folder: Path) -> World | None:
    """Return the world kept in `folder`, or None if there is none yet. Raises `ValueError` for a damaged file."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=World)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{path} cannot be read: {error}") from error


def save(folder: Path, world: World) -> None:
    """Write the world beside the old file and swap: a crash leaves one or the other."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.new"
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(world))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / FILE)
