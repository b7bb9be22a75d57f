"""What the drills `restore` and `ransom` share: a second place, a sheet, backups, and another machine to restore on."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader

from config.continuity.sealing import identity_read
from config.runner.engines import Engines
from config.runner.environment import Role, environment
from config.runner.household import addresses_of
from config.runner.outside import Outside
from config.runner.state import ROOT, Kind, cluster_folder, read_about
from config.runner.state_file import StateFile


class StepFailed(Exception):
    """A command of the drill failed; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Folders of the drill: the second place, what is on paper, and the home of the machine that is restored on."""

    top: Path

    @property
    def place(self) -> Path:
        """The second place."""
        return self.top / "second"

    @property
    def key(self) -> Path:
        """The key as a person typed it from the sheet."""
        return self.top / "key.txt"

    @property
    def machine(self) -> Path:
        """The home of the states of the other machine."""
        return self.top / "machine"

    def sheet(self) -> None:
        """Print a sheet and type its key from the paper."""
        paper = self.top / "sheet.pdf"
        self.here("recovery-sheet", "--out", str(paper))
        self.key.write_text(str(identity_read(PdfReader(paper).pages[0].extract_text())))
        paper.unlink()

    def here(self, *arguments: str) -> str:
        """Run a command of the living state with the rights of the process that makes backups."""
        state = read_about(Path(os.environ["DAYBOOK_STATE_DIR"]))
        engines = Engines.of(state, StateFile.read(state.directory).ports)
        env = environment(state, addresses_of(engines, Outside(backup=self.place.as_uri())), Role.BACKUP)
        return _run([str(ROOT / "manage.py"), *arguments], env)

    def there(self, *arguments: str, may_find: bool = False) -> str:
        """Run `./run ARGUMENTS` as the other machine does; it knows nothing of the living state."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("DAYBOOK_", "DATABASE_URL"))}
        return _run(["-m", "config.runner", *arguments], env | {"DAYBOOK_HOME": str(self.machine)}, may_find)

    def restore(self, *more: str, may_find: bool = False) -> str:
        """Restore on the other machine from the sheet and the second place; with `may_find` fsck may have findings."""
        return self.there(
            "restore", "--from", self.place.as_uri(), "--identity", str(self.key), *more, may_find=may_find
        )


@contextmanager
def ground() -> Iterator[Ground]:
    """Give a drill its folders for a block."""
    made = Ground(Path(tempfile.mkdtemp(prefix="daybook-drill-")).resolve())
    made.place.mkdir()
    try:
        yield made
    finally:
        if (made.machine / Kind.DEMO).is_dir():
            StateFile.read(made.machine / Kind.DEMO).end_all()
        shutil.rmtree(cluster_folder(made.machine), ignore_errors=True)
        shutil.rmtree(made.top, ignore_errors=True)


def _run(command: Sequence[str], env: dict[str, str], may_find: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-P", *command], env=env, capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode and not (may_find and done.returncode == 1):
        raise StepFailed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
