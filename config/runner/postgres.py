"""Our own PostgreSQL launcher: a cluster that only the loopback address reaches, under an account that is not root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.runner.binaries import PostgresBinaries
from config.runner.errors import EngineFailed, UpgradeNeeded
from config.runner.folders import make_folder, mode_of_new_folders
from config.runner.identity import ProcessIdentity, program_name
from config.runner.ports import LOOPBACK, answers
from config.runner.service import Account, Service

SUPERUSER = "postgres"

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "summarize_wal": "on",  # says which blocks changed: what an incremental backup copies
    "wal_recycle": "off",  # a file that is used again keeps, until written over, what was destroyed since
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "default_text_search_config": "pg_catalog.simple",
    "lc_messages": "C",
    # The log must never hold what the public said: no statement, no parameter, no DETAIL with the failing row.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
#: A cluster of a test session need not survive a power cut, and may lie in memory.
_NOT_DURABLE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "256MB",
    "summarize_wal": "off",
    "io_method": "sync",
    "dynamic_shared_memory_type": "mmap",  # lies in the cluster's folder, so that a killed server leaves nothing
}

#: Settings with the major version that brought them: an upgrade starts older programs once more.
_SINCE = {"summarize_wal": 17, "io_method": 18}

_HBA = f"host all all {LOOPBACK}/32 scram-sha-256\nhost replication daybook_backup {LOOPBACK}/32 scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class PostgresCluster:
    """One data directory. `durable` is false only for tests."""

    binaries: PostgresBinaries
    directory: Path
    port: int
    password: str
    log: Path
    durable: bool = True

    def exists(self) -> bool:
        """Tell whether the cluster was created whole."""
        return (self.directory / "PG_VERSION").is_file()

    def create(self) -> None:
        """Create the cluster (scram only, builtin C.UTF-8, data checksums); nothing half-made stays behind."""
        half = make_folder(self.directory.parent, mode_of_new_folders()) / f"{self.directory.name}.half"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        word = half / "password"
        data = half / "data"
        data.mkdir(mode=0o700)
        word.touch(mode=0o600)
        word.write_text(self.password + "\n")
        account = _unprivileged()
        if account:
            for path in (half, data, word):
                os.chown(path, account.uid, account.gid)
        try:
            made = subprocess.run(
                [
                    self.binaries.program("initdb"),
                    f"--pgdata={data}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={word}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--data-checksums",
                    "--no-instructions",
                    *([] if self.durable else ["--no-sync"]),
                ],
                env=_ENVIRONMENT,
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
            if made.returncode:
                raise EngineFailed(
                    f"PostgreSQL could not create its cluster in {self.directory}:\n{made.stderr.strip()}"
                )
            data.rename(self.directory)
        finally:
            shutil.rmtree(half, ignore_errors=True)

    def prepare(self) -> Service:
        """Return the server as a service, after writing its configuration.

        Raises UpgradeNeeded when the cluster was written by another major version.
        """
        self._require_same_major()
        self._write("postgresql.conf", self._configuration())
        self._write("pg_hba.conf", _HBA)
        self._forget_recycled_pid()
        return Service(
            name="postgres",
            argv=(self.binaries.program("postgres"), "-D", str(self.directory)),
            env=_ENVIRONMENT,
            log=self.log,
            account=self._owner(),
            ready=self._is_ready,
            ready_seconds=300.0,  # crash recovery after a power cut may have to read a lot
        )

    def url(self, role: str, password: str, database: str) -> str:
        """Return the address of `database` for a role. Passwords are made by us and need no quoting."""
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the address for the cluster's superuser, whom only the runner knows."""
        return self.url(SUPERUSER, self.password, database)

    def _require_same_major(self) -> None:
        major = int((self.directory / "PG_VERSION").read_text())
        if major < self.binaries.major:
            raise UpgradeNeeded(
                f"This state was written by PostgreSQL {major}; PostgreSQL {self.binaries.major} is installed now. "
                "Nothing was changed. Call ./run upgrade."
            )
        if major > self.binaries.major:
            raise UpgradeNeeded(
                f"This state was written by PostgreSQL {major}, newer than the installed {self.binaries.major}. "
                "Nothing was changed. Use the Daybook that wrote it, or a newer one."
            )

    def _configuration(self) -> str:
        settings = {**_SETTINGS, "port": str(self.port), **({} if self.durable else _NOT_DURABLE)}
        known = {name: value for name, value in settings.items() if self.binaries.major >= _SINCE.get(name, 0)}
        lines = [f"{name} = '{value}'" for name, value in known.items()]
        return "\n".join(
            [
                "# Written by Daybook at every start. Your own settings go to local.conf beside it.",
                *lines,
                "include_if_exists 'local.conf'",
                "",
            ]
        )

    def _write(self, name: str, text: str) -> None:
        path = self.directory / name
        path.write_text(text)
        path.chmod(0o600)
        owner = self._owner()
        if owner:
            os.chown(path, owner.uid, owner.gid)

    def _owner(self) -> Account | None:
        """The account that made the cluster, when root starts it; PostgreSQL refuses any other."""
        if os.geteuid() != 0:
            return None
        made_by = self.directory.stat()
        if made_by.st_uid == 0:
            raise EngineFailed(f"{self.directory} belongs to root; PostgreSQL refuses to run on it.")
        return Account(made_by.st_uid, made_by.st_gid)

    def _is_ready(self) -> bool:
        lines = self._pid_file()
        return len(lines) >= 8 and lines[7].strip() == "ready" and answers(self.port)

    def _pid_file(self) -> list[str]:
        try:
            return (self.directory / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _forget_recycled_pid(self) -> None:
        """Remove a postmaster.pid of a crash whose process id now belongs to another program.

        PostgreSQL itself copes with a dead id; it refuses to start only when the id lives again under its account.
        """
        lines = self._pid_file()
        if not lines or not lines[0].strip().lstrip("-").isdigit():
            return
        pid = abs(int(lines[0]))
        if ProcessIdentity.of(pid) is not None and program_name(pid) != "postgres":
            (self.directory / "postmaster.pid").unlink(missing_ok=True)


_ENVIRONMENT: Mapping[str, str] = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


def give_to_engine(folder: Path) -> None:
    """Give a restored data folder to the account that runs PostgreSQL, when root restores it."""
    account = _unprivileged()
    if account is None:
        return
    for where, folders, files in os.walk(folder):
        for each in (where, *(os.path.join(where, name) for name in (*folders, *files))):
            os.chown(each, account.uid, account.gid, follow_symlinks=False)


def _unprivileged() -> Account | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)
