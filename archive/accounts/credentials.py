"""The access tokens of the department's pages: files of the state, never rows of the database."""

import os
import re
from pathlib import Path
from uuid import UUID

from django.conf import settings

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


def credential_path(account_ref: UUID) -> Path:
    """Return where the token of an account lies (mode 0600, in the state's secrets)."""
    return Path(settings.DAYBOOK_STATE_DIR) / "secrets" / "accounts" / str(account_ref)


def credential_keep(account_ref: UUID, token: str) -> None:
    """Write a token, replacing an older one in one step. Raises ValueError for what no network gives out."""
    if not _TOKEN.fullmatch(token):
        raise ValueError("An access token is 1 to 4,096 printable characters without spaces.")
    path = credential_path(account_ref)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def credential_read(account_ref: UUID) -> str:
    """Return the token of an account, or nothing when it has none."""
    try:
        return credential_path(account_ref).read_text()
    except FileNotFoundError:
        return ""
