"""Places outside the database where the log puts what must not be taken back: files made once, by name.

Two such places are used. The *publication* holds the log as static files (C2SP tlog-tiles). The *reserve* holds the
sizes that were ever signed for; it is never restored from a backup, so that a restored database cannot sign a second
history (ledger.md 8 and F1).
"""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from archive.ledger.errors import LedgerError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")


class ShelfUnavailable(LedgerError):
    """The place did not answer, has no room, or refuses us; asking again can help."""

    code = "ledger.shelf"
    retry = True


class Shelf(Protocol):
    """Named bytes. Names are lower-case paths; every call raises ShelfUnavailable when the place does not answer."""

    def put_new(self, name: str, octets: bytes) -> bool:
        """Make a file, durably and whole; False, with nothing changed, when the name is taken."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return the bytes under a name."""
        ...

    def replace(self, name: str, octets: bytes) -> None:
        """Put a file in the place of another; only `checkpoint` of the publication is ever replaced."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file, if it is there; only partial tiles that a full one has superseded are."""
        ...

    def children(self, name: str) -> list[str]:
        """Return the names of what lies directly below a folder ("" is the top), in order."""
        ...


class FileShelf:
    """A folder. A file appears whole or not at all, and is on the disk when a call returns (F9)."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put_new(self, name: str, octets: bytes) -> bool:
        """Write beside, then link: an existing name is never written over."""
        with self._translated(), self._beside(name, octets) as (half, path):
            try:
                os.link(half, path)
            except FileExistsError:
                return False
            _sync_folder(path.parent)
            return True

    def get(self, name: str) -> bytes | None:
        """Return the bytes, None when there is no such file."""
        with self._translated():
            try:
                return self._path(name).read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

    def replace(self, name: str, octets: bytes) -> None:
        """Write beside, then rename over."""
        with self._translated(), self._beside(name, octets) as (half, path):
            half.replace(path)
            _sync_folder(path.parent)

    def remove(self, name: str) -> None:
        """Unlink."""
        with self._translated():
            self._path(name).unlink(missing_ok=True)

    def children(self, name: str) -> list[str]:
        """List a folder."""
        with self._translated():
            folder = self._path(name) if name else self._root
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                return sorted(entry for entry in os.listdir(folder) if not entry.startswith("."))
            return []

    def _path(self, name: str) -> Path:
        return self._root / _checked(name)

    @contextlib.contextmanager
    def _beside(self, name: str, octets: bytes) -> Iterator[tuple[Path, Path]]:
        path = self._path(name)
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            for folder in path.parent.relative_to(self._root).parents:
                _sync_folder(self._root / folder)
        half = path.parent / f".{secrets.token_hex(8)}"
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            with open(descriptor, "wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            yield half, path
        finally:
            half.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ShelfUnavailable(f"{self._root}: {error.strerror}.") from error


class S3Shelf:
    """A bucket, or a prefix of one; made once by `If-None-Match: *`. Credentials come from the environment."""

    def __init__(self, bucket: str, prefix: str, *, endpoint: str | None, region: str | None) -> None:
        import boto3
        from botocore.config import Config

        once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)
        self._client: Any = boto3.client("s3", endpoint_url=endpoint, region_name=region, config=once)
        self._bucket, self._prefix = bucket, prefix

    def put_new(self, name: str, octets: bytes) -> bool:
        """Put under the condition that nothing is there."""
        with self._translated() as codes:
            self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=octets, IfNoneMatch="*")
        return not codes

    def get(self, name: str) -> bytes | None:
        """Return the bytes, None when the bucket says that there is no such key."""
        found: list[bytes] = []
        with self._translated():
            found.append(self._client.get_object(Bucket=self._bucket, Key=self._key(name))["Body"].read())
        return found[0] if found else None

    def replace(self, name: str, octets: bytes) -> None:
        """Put."""
        with self._translated():
            self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=octets)

    def remove(self, name: str) -> None:
        """Delete."""
        with self._translated():
            self._client.delete_object(Bucket=self._bucket, Key=self._key(name))

    def children(self, name: str) -> list[str]:
        """List one level."""
        start = f"{self._prefix}{name}/" if name else self._prefix
        found: set[str] = set()
        with self._translated():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=start, Delimiter="/"
            )
            for page in pages:
                found |= {one["Prefix"][len(start) : -1] for one in page.get("CommonPrefixes", ())}
                found |= {one["Key"][len(start) :] for one in page.get("Contents", ())}
        return sorted(found)

    def _key(self, name: str) -> str:
        return self._prefix + _checked(name)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[list[str]]:
        """Turn the two answers that are no fault (taken, not there) into a code for the caller."""
        from botocore.exceptions import BotoCoreError, ClientError

        codes: list[str] = []
        try:
            yield codes
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code not in {"PreconditionFailed", "412", "NoSuchKey", "404"}:
                raise ShelfUnavailable(f"The bucket {self._bucket} answered {code or 'with a fault'}.") from error
            codes.append(code)
        except BotoCoreError as error:
            raise ShelfUnavailable(f"The bucket {self._bucket} did not answer ({type(error).__name__}).") from error


def shelf_at(url: str) -> Shelf:
    """Return the shelf at `file:///FOLDER` or `s3://BUCKET/PREFIX?endpoint=…&region=…`; ValueError otherwise."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and not parts.query and parts.path.startswith("/"):
        return FileShelf(Path(unquote(parts.path)))
    options = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or not options.keys() <= {"endpoint", "region"}:
        raise ValueError("A shelf is file:///an/absolute/folder or s3://BUCKET/PREFIX?endpoint=…&region=…")
    prefix = parts.path.strip("/")
    return S3Shelf(
        parts.netloc,
        f"{prefix}/" if prefix else "",
        endpoint=options.get("endpoint"),
        region=options.get("region"),
    )


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name on a shelf.")
    return name


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
