"""The second place: a folder on another disk or host, or a bucket in another account, that takes each file once.

A file is at most a part (32 MiB), so every write and every read is one call, and memory stays flat.

MUST
 1. `put` creates. A name that is taken by the same bytes is a write whose answer was lost: it is done. Other bytes
    under the name raise `AlreadyExists`, and nothing is changed.
 2. When `put` returns, the bytes are durable.
 3. `read` gives all bytes or raises `Missing` or `Unavailable`.
 4. `names` gives every name that begins with the prefix, in order.
 5. `delete` removes every version of the name and returns only when a look shows none; gone already is fine. A version
    under lock raises `Locked`.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from archive.storage.contract import AlreadyExists, Level
from config.continuity.errors import NoPlace

PART = 32 << 20

_NAME = re.compile(r"(?:[a-z0-9][a-z0-9._-]*/)*[a-z0-9][a-z0-9._-]*")
_LEVELS = {"compliance": Level.COMPLIANCE, "governance": Level.GOVERNANCE, "none": Level.ADVISORY}
_FORM = "BACKUP_URL must be file:///an/absolute/folder or s3://BUCKET/FOLDER?endpoint=…&region=…&lock=…&days=…"


class Place(Protocol):
    """Where backups lie."""

    url: str  #: without credentials; shown to people

    def put(self, name: str, octets: bytes) -> None:
        """Write a file once. Raises AlreadyExists or Unavailable."""
        ...

    def read(self, name: str) -> bytes:
        """Return a file. Raises Missing or Unavailable."""
        ...

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names below a prefix. Raises Unavailable."""
        ...

    def delete(self, name: str) -> None:
        """Remove a file for good. Raises Locked or Unavailable."""
        ...


def check_name(name: str) -> str:
    """Return the name; raise ValueError for one that could leave the place."""
    if not _NAME.fullmatch(name) or ".." in name:
        raise ValueError(f"Not a name for a backup file: {name!r}")
    return name


def same_or_taken(name: str, present: bytes, octets: bytes) -> None:
    """Decide about a name that is taken: the same bytes are fine. Raises AlreadyExists."""
    if sha256(present).digest() != sha256(octets).digest():
        raise AlreadyExists(f"{name} is taken by other bytes.")


def place_of(url: str) -> Place:
    """Return the place that an address names. Raises NoPlace."""
    if not url:
        raise NoPlace(
            "No second place is named. Set BACKUP_URL to a folder on another disk or to a bucket, and start anew."
        )
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and not parts.query and parts.path.startswith("/"):
        from config.continuity.file_place import FilePlace

        return FilePlace(Path(unquote(parts.path)))
    options = dict(parse_qsl(parts.query))
    known = options.keys() <= {"endpoint", "region", "lock", "days"} and options.get("lock", "none") in _LEVELS
    days = options.get("days", "0")
    if parts.scheme != "s3" or not parts.hostname or not known or not days.isdecimal():
        raise NoPlace(_FORM)
    if "@" in parts.netloc or ":" in parts.netloc:
        raise NoPlace("BACKUP_URL holds no credentials; boto3 reads them from the environment.")
    from config.continuity.s3_place import S3Place

    return S3Place(
        parts.netloc,
        parts.path.strip("/"),
        endpoint=options.get("endpoint"),
        region=options.get("region"),
        level=_LEVELS[options.get("lock", "none")],
        lock_for=timedelta(days=int(days)),
    )
