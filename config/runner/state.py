"""A state: one Daybook's secrets, evidence store, logs and engines, in a folder. Its kind never changes."""

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.runner.binaries import SYSTEM_DIR
from config.runner.errors import RunnerError
from config.runner.folders import PRIVATE, make_folder
from config.runner.secret_files import SecretFiles

ROOT = Path(__file__).resolve().parent.parent.parent  #: the folder of the product
_ABOUT = "about.json"


class Kind(StrEnum):
    """What a state is for. A live state refuses demonstration data for ever."""

    DEMO = "demo"
    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class State:
    """Where everything of one Daybook lies. `cluster` may lie elsewhere than `directory` (see `cluster_folder`)."""

    kind: Kind
    directory: Path
    cluster: Path
    origin: str  #: the name of its ledger, part of every checkpoint, chosen once
    temporary: bool = False  #: removed when the command that made it ends
    durable: bool = True  #: survives a power cut; false only for tests

    @property
    def logs(self) -> Path:
        """The folder with a log of each process."""
        return self.directory / "logs"

    @property
    def lock_file(self) -> Path:
        """Held by whoever runs the engines of this state."""
        return self.directory / "lock"

    @property
    def use_file(self) -> Path:
        """Held, shared, by everybody who uses engines that somebody else may want to stop."""
        return self.directory / "in-use"

    @property
    def secrets(self) -> SecretFiles:
        """The passwords and keys."""
        return SecretFiles(self.directory / "secrets")

    @property
    def reserve(self) -> Path:
        """Where the sizes lie that were ever signed for: beside the state, so that no restore of it reaches them."""
        return (
            self.directory / "reserve" if self.temporary else self.directory.with_name(f"{self.directory.name}-reserve")
        )

    @property
    def storage_url(self) -> str:
        """Where evidence bytes go unless STORAGE_URL says otherwise."""
        return f"file://{self.directory}/store"

    @property
    def public_store_url(self) -> str:
        """Where copies of what was released go unless PUBLIC_STORE_URL says otherwise; only a live state has a face."""
        return f"file://{self.directory}/public" if self.kind is Kind.LIVE else ""


def home_folder() -> Path:
    """Return the folder that holds the lasting states: $DAYBOOK_HOME, or .daybook in the folder of the product."""
    return Path(os.environ.get("DAYBOOK_HOME") or ROOT / ".daybook").resolve()


def state_exists(kind: Kind, home: Path) -> bool:
    """Tell whether a lasting state was made."""
    return (home / kind / _ABOUT).is_file()


def open_state(kind: Kind, home: Path) -> State:
    """Return the lasting state of `kind` under `home`, making its folder on the first call.

    Raises RunnerError when the folder holds a state of another kind or belongs to another user.
    """
    directory = home / kind
    about = directory / _ABOUT
    try:
        make_folder(directory / "logs", PRIVATE)
        if not about.exists():
            write_about(State(kind, directory, cluster_folder(home) / kind, _new_origin(kind)), directory)
        state = read_about(directory)
    except PermissionError as error:
        raise RunnerError(
            f"{error.filename} belongs to another user; use the account that made this state, or set DAYBOOK_HOME."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise RunnerError(f"{about} is damaged ({error}). Restore it from a backup; nothing was changed.") from error
    if state.kind is not kind:
        raise RunnerError(f"{directory} holds a {state.kind} state; a state never changes its kind.")
    return state


def read_about(directory: Path) -> State:
    """Return the state in `directory` as its maker wrote it down.

    Raises OSError, ValueError, KeyError or TypeError when that is missing or damaged.
    """
    told = json.loads((directory / _ABOUT).read_text())
    return State(
        kind=Kind(told["kind"]),
        directory=directory,
        cluster=Path(told["cluster"]),
        origin=str(told["origin"]),
        temporary=bool(told["temporary"]),
        durable=bool(told["durable"]),
    )


def write_about(state: State, folder: Path) -> None:
    """Write down what a state is, in `folder`, whole or not at all."""
    told = {
        "kind": state.kind,
        "cluster": str(state.cluster),
        "origin": state.origin,
        "temporary": state.temporary,
        "durable": state.durable,
    }
    half = folder / f".about-{secrets.token_hex(8)}"
    half.write_text(json.dumps(told, indent=1) + "\n")
    half.replace(folder / _ABOUT)


def cluster_folder(home: Path) -> Path:
    """Return where clusters of the states of `home` are made.

    PostgreSQL refuses to run as root; `nobody`, who runs it then, must reach its folder, and `home` may be private.
    """
    if os.geteuid() != 0:
        return home / "postgres"
    return SYSTEM_DIR / hashlib.sha256(str(home).encode()).hexdigest()[:16]


def _new_origin(kind: Kind) -> str:
    chosen = os.environ.get("DAYBOOK_LOG_ORIGIN")
    if kind is Kind.LIVE:
        return chosen or f"daybook-{secrets.token_hex(6)}.invalid/ledger/1"
    return f"{kind}.daybook.invalid/ledger/1"
