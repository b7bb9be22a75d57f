"""What is chosen on pages and read when processes begin: each a file in the folder of the state's secrets.

The environment of the machine stands before it. The runner says by DAYBOOK_CHOOSABLE what may be chosen here.
"""

import os
import secrets
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.policy import require

SET_UP = "installation.set-up"


def choosable(name: str) -> bool:
    """Tell whether a setting may be chosen on a page: no environment fixes it, and a runner reads the choice."""
    return name in settings.CHOOSABLE


def chosen(name: str) -> str | None:
    """Return what was chosen, none when nothing was."""
    try:
        return _path(name).read_text().strip()
    except OSError:
        return None


def in_force(name: str) -> str:
    """Return what this process works with."""
    told = getattr(settings, name.removeprefix("DAYBOOK_"), "")
    return "; ".join(told) if isinstance(told, list) else str(told)


def waits_for_start() -> list[str]:
    """Return the settings that were chosen and are not yet in force: processes read them when they begin."""
    return [name for name in settings.CHOOSABLE if (said := chosen(name)) is not None and said != in_force(name)]


def choose(values: dict[str, str], *, actor: Actor, at: datetime) -> None:
    """Keep what was chosen, all of it or nothing, with its entry. An empty text goes back to nothing named.

    Raises Denied, and ValueError for a setting that is not chosen here.
    """
    if not all(choosable(name) for name in values):
        raise ValueError("The environment of the machine decides this.")
    with transaction.atomic():
        require(actor, SET_UP, at)
        for name in values:
            audit(actor, "installation.choose", at=at, object_kind="setting", object_ref=name.lower()[:64])
        for name, value in values.items():
            _write(_path(name), value)


def _path(name: str) -> Path:
    return Path(settings.DAYBOOK_STATE_DIR) / "secrets" / f"chosen-{name}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}-{secrets.token_hex(6)}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
