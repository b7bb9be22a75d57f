"""Engines that the department runs itself, named by the environment; only a live state uses them."""

import os
from dataclasses import dataclass
from pathlib import Path

from config.runner.environment import URL_NAMES, Role, chosen
from config.runner.errors import RunnerError
from config.runner.state import Kind, State


@dataclass(frozen=True, slots=True)
class Outside:
    """Addresses that replace our own engines; None where ours is used."""

    databases: dict[Role, str] | None = None
    redis: str | None = None
    storage: str | None = None
    storage_copy: str | None = None
    backup: str | None = None  #: the second place; ours is never one
    public_store: str | None = None

    @classmethod
    def of(cls, state: State) -> "Outside":
        """Read DATABASE_URL (with _MIGRATE, _SEQUENCER and _PUBLIC), REDIS_URL, and the addresses of four stores.

        Those are STORAGE_URL, STORAGE_COPY_URL, BACKUP_URL and PUBLIC_STORE_URL. Each
        may be in a file that the same name with _FILE at its end names: what holds a password lies better there.
        Demonstration and tests never touch what they name. Raises RunnerError when only some database roles are named.
        """
        if state.kind is not Kind.LIVE or state.temporary:
            return cls()
        named = {role: told for role, name in URL_NAMES.items() if (told := _told(name))}
        if named and len(named) < len(URL_NAMES):
            raise RunnerError(
                f"An outside database needs all of {', '.join(URL_NAMES.values())}: the app, the migrations, the "
                "sequencer and the public face each have a role of their own."
            )
        return cls(
            named or None,
            *(
                _told(name) or chosen(state, name) or None
                for name in ("REDIS_URL", "STORAGE_URL", "STORAGE_COPY_URL", "BACKUP_URL", "PUBLIC_STORE_URL")
            ),
        )


def _told(name: str) -> str:
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RunnerError(f"{name}_FILE names {path}, which cannot be read: {error}") from error
