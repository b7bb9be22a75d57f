"""The whole database as a stream: a base backup, or the blocks that changed since an earlier one (PostgreSQL 17+).

Nothing of it touches the disk in clear: `pg_basebackup` writes a tar to a pipe, and the pipe leads to the sealing. A
temporary replication slot keeps the write-ahead log of the time of the backup until it has been streamed too.
"""

import os
import secrets
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from config.continuity.errors import EngineRefused

_CHUNK = 1 << 20
_MANIFEST = "backup_manifest"


@dataclass(slots=True)
class ClusterStream:
    """One streaming of the cluster. `manifest` is there when the chunks have ended without an error."""

    url: str  #: of the role that may stream, as postgresql://ROLE:PASSWORD@HOST:PORT/
    programs: Path  #: the programs of the same PostgreSQL
    since: bytes | None = None  #: the manifest of the backup of which this is an increment
    manifest: bytes = field(default=b"", init=False)

    def chunks(self) -> Iterator[bytes]:
        """Yield the tar. Raises EngineRefused with what the program said."""
        watch = _ManifestWatch()
        with _wal_kept(self.url), tempfile.TemporaryFile() as said, _as_file(self.since) as since:
            command = [str(self.programs / "pg_basebackup"), "--pgdata=-", "--format=tar", "--wal-method=fetch"]
            command += ["--checkpoint=fast", "--no-slot", "--no-password", "--label=daybook", *_where(self.url)]
            command += [f"--incremental={since}"] if since else []
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=_environment(self.url)) as program:
                assert program.stdout is not None  # noqa: S101
                try:
                    while chunk := program.stdout.read(_CHUNK):
                        watch.feed(chunk)
                        yield chunk
                except BaseException:
                    program.kill()
                    raise
            if program.returncode:
                said.seek(0)
                raise EngineRefused(f"PostgreSQL could not be streamed: {_last_line(said.read())}")
        self.manifest = watch.manifest()


def combined(programs: Path, chain: list[Path], into: Path) -> None:
    """Put a base backup and its increments, oldest first, together as the data folder `into`. Raises EngineRefused."""
    if len(chain) == 1:
        chain[0].rename(into)
        return
    done = subprocess.run(
        [str(programs / "pg_combinebackup"), "--link", f"--output={into}", *map(str, chain)],
        capture_output=True,
        check=False,
        env={"LC_ALL": "C", "PATH": os.defpath},
    )
    if done.returncode:
        raise EngineRefused(f"The increments could not be put together: {_last_line(done.stderr)}")


@contextmanager
def _wal_kept(url: str) -> Iterator[None]:
    """Hold a slot for a block, so that no checkpoint removes the log that the backup needs."""
    slot = sql.Identifier(f"backup_{secrets.token_hex(6)}")
    try:
        session: psycopg.Connection[Any] = psycopg.connect(url, replication="true", autocommit=True)
    except psycopg.Error as error:
        raise EngineRefused(f"PostgreSQL did not let the backup in: {_last_line(str(error).encode())}") from error
    with session, psycopg.ClientCursor(session) as cursor:
        cursor.execute(sql.SQL("CREATE_REPLICATION_SLOT {} TEMPORARY PHYSICAL RESERVE_WAL").format(slot))
        yield


@contextmanager
def _as_file(octets: bytes | None) -> Iterator[str | None]:
    if octets is None:
        yield None
        return
    with tempfile.NamedTemporaryFile(prefix="daybook-manifest-") as file:
        file.write(octets)
        file.flush()
        yield file.name


def _where(url: str) -> list[str]:
    parts = urlsplit(url)
    return [f"--host={parts.hostname}", f"--port={parts.port}", f"--username={unquote(parts.username or '')}"]


def _environment(url: str) -> dict[str, str]:
    return {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath, "PGPASSWORD": unquote(urlsplit(url).password or "")}


def _last_line(said: bytes) -> str:
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


class _ManifestWatch:
    """Takes the file `backup_manifest` out of a tar that flows by, without holding anything else of it."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._left = 0  #: bytes until the next header, padding included
        self._wanted = 0  #: of them, bytes of the manifest
        self._found = bytearray()

    def feed(self, chunk: bytes) -> None:
        view = memoryview(chunk)
        while view:
            if self._left:
                step = view[: self._left]
                self._found += step[: self._wanted]
                self._wanted -= min(self._wanted, len(step))
                self._left -= len(step)
                view = view[len(step) :]
                continue
            step = view[: tarfile.BLOCKSIZE - len(self._head)]
            self._head += step
            view = view[len(step) :]
            if len(self._head) == tarfile.BLOCKSIZE:
                self._begin(bytes(self._head))
                self._head.clear()

    def manifest(self) -> bytes:
        """Return the file. Raises EngineRefused when the tar had none."""
        if not self._found:
            raise EngineRefused("PostgreSQL streamed no list of its files; the backup cannot be used.")
        return bytes(self._found)

    def _begin(self, head: bytes) -> None:
        if head.count(0) == tarfile.BLOCKSIZE:
            return
        member = tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
        size = member.size if member.isreg() else 0
        self._left = -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
        if member.name.removeprefix("./") == _MANIFEST:
            self._wanted = size
            self._found.clear()
