"""The environment that each process of a state gets: what it needs for its work, and no other secret."""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config.runner.state import ROOT, Kind, State, home_folder

_ED25519 = b"\x01"  # the signature type of C2SP signed notes
_OURS = (
    "DAYBOOK_",
    "DATABASE_URL",
    "REDIS_URL",
    "STORAGE_URL",
    "STORAGE_COPY_URL",
    "BACKUP_URL",
    "MAIL_URL",
    "PUBLIC_STORE_URL",
    "PUBLIC_AWS_",
    "DJANGO_",
    "SANDBOX_",
)
#: What a person may set for the product's own processes; everything else that is named like ours is dropped.
_PASSED_ON = (
    "DAYBOOK_BEHIND_PROXY",
    "DAYBOOK_BREACHED_PASSWORDS",
    "DAYBOOK_CJIS_MODE",
    "DAYBOOK_IDLE_MINUTES",
    "DAYBOOK_INVITATION_HOURS",
    "DAYBOOK_OIDC_CLIENT",
    "DAYBOOK_OIDC_NAME",
    "DAYBOOK_OIDC_SECOND_FACTOR",
    "DAYBOOK_OIDC_SECRET_FILE",
    "DAYBOOK_OIDC_URL",
    "DAYBOOK_PUBLIC_ADDRESS",
    "DAYBOOK_PUBLIC_HOSTS",
    "DAYBOOK_SECOND_FACTOR",
    "DAYBOOK_UPLOAD_BYTES",
    "DAYBOOK_BACKUP_HORIZON_DAYS",
    "DAYBOOK_BACKUP_HOURS",
    "DAYBOOK_FIXITY_BYTES_PER_SECOND",
    "DAYBOOK_FIXITY_DAYS",
    "DAYBOOK_FIXITY_ROUND_BYTES",
    "DAYBOOK_FIXTURES",
    "DAYBOOK_HOSTS",
    "DAYBOOK_JOBS_LEASE_SECONDS",
    "DAYBOOK_LOG_LEVEL",
    "DAYBOOK_SECURE_COOKIES",
    "DAYBOOK_SPACE_FIRST_MARK_MB",
    "DAYBOOK_SPACE_LARGE_OBJECT_KB",
    "DAYBOOK_SPACE_SECOND_MARK_MB",
)
_ANCHORS = (
    "DAYBOOK_LOG_ANCHOR_MAIL",
    "DAYBOOK_LOG_TSA",
    "DAYBOOK_LOG_TSA_ROOTS",
    "DAYBOOK_LOG_WITNESSES",
    "DAYBOOK_LOG_WORM_URL",
)


#: What may be chosen on pages of a live state, unless the environment of the runner says it.
CHOOSABLE = (
    "STORAGE_URL",
    "STORAGE_COPY_URL",
    "BACKUP_URL",
    "DAYBOOK_LOG_TSA",
    "DAYBOOK_LOG_ANCHOR_MAIL",
    "DAYBOOK_LOG_WORM_URL",
    "DAYBOOK_LOG_WITNESSES",
)
#: What the public face is not told.
_NOT_PUBLIC = (
    "BACKUP_URL",
    "DAYBOOK_LOG_RESERVE_URL",
    "DAYBOOK_OIDC_SECRET_FILE",
    "DAYBOOK_RECAPTURE_KEY_FILE",
    "REDIS_URL",
    "STORAGE_COPY_URL",
    "STORAGE_URL",
    *_ANCHORS,
)
#: Credentials of a bucket: those of the evidence are not for the public face, which has its own under a longer name.
_CLOUD, _FOR_PUBLIC = "AWS_", "PUBLIC_"


class Role(StrEnum):
    """As whom a process talks to the database."""

    APP = "app"
    MIGRATE = "migrate"
    SEQUENCER = "sequencer"
    PUBLIC = "public"  #: the face for strangers: views of what was released, and the inbox
    BACKUP = "backup"  #: the app's rights in the database, and the right to stream all of it to a backup


URL_NAMES = {
    Role.APP: "DATABASE_URL",
    Role.MIGRATE: "DATABASE_URL_MIGRATE",
    Role.SEQUENCER: "DATABASE_URL_SEQUENCER",
    Role.PUBLIC: "DATABASE_URL_PUBLIC",
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a state's engines and store are: our own, or the ones that the environment of the runner named."""

    databases: Mapping[Role, str]
    redis: str
    storage: str
    storage_copy: str = ""  #: none where nobody named a second place
    backup: str = ""  #: where backups go; none where nobody named it
    stream: str = ""  #: by which the whole cluster is streamed; none for a database that is not ours
    public_store: str = ""  #: copies of what was released, for the public face
    programs: str = ""  #: where the programs of our PostgreSQL lie

    def database(self, role: Role) -> str:
        """Return the address by which `role` reaches the tables."""
        return self.databases[Role.APP if role is Role.BACKUP else role]


def environment(state: State, addresses: Addresses, role: Role = Role.APP) -> dict[str, str]:
    """Return the environment of a process of `state` that works as `role`.

    Only the sequencer learns where the log key lies; the others get the verifier key. Only the backup may stream the
    cluster; it reads the folder of secrets too, to seal them with the rest.
    """
    secrets = state.secrets
    log_key = secrets.key_file("log-key")
    env = stranger_environment() | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DAYBOOK_STATE_DIR": str(state.directory),
        "DAYBOOK_STATE_KIND": state.kind,
        "DAYBOOK_ROLE": role,
        "DAYBOOK_LOG_ORIGIN": state.origin,
        "DAYBOOK_LOG_VKEY": verifier_key(state.origin, log_key),
        "DAYBOOK_LOG_PUBLICATION_URL": _chosen("DAYBOOK_LOG_PUBLICATION_URL", state, f"file://{state.directory}/log"),
        **_anchors(state),
        "DAYBOOK_LOG_RESERVE_URL": _chosen("DAYBOOK_LOG_RESERVE_URL", state, f"file://{state.reserve}"),
        "DAYBOOK_SECRET_KEY_FILE": str(secrets.text_file("secret-key")),
        "DAYBOOK_RECAPTURE_KEY_FILE": str(secrets.key_file("recapture-key")),
        "DAYBOOK_DRILLS_FOLDER": str((state.directory if state.kind is Kind.TEST else home_folder()) / "drills"),
        "DAYBOOK_SPACE_FOLDERS": str(state.cluster),
        "REDIS_URL": addresses.redis,
        "STORAGE_URL": addresses.storage,
        "STORAGE_COPY_URL": addresses.storage_copy,
        "BACKUP_URL": addresses.backup,
        "PUBLIC_STORE_URL": addresses.public_store,
        URL_NAMES.get(role, "DATABASE_URL"): addresses.database(role),
    }
    if state.kind is Kind.LIVE and role is Role.APP:
        env |= {name: os.environ[name] for name in ("MAIL_URL", "MAIL_URL_FILE") if name in os.environ}
        env["DAYBOOK_SETUP_CODE_FILE"] = str(secrets.code_file("setup-code"))
        env["DAYBOOK_CHOOSABLE"] = "; ".join(name for name in CHOOSABLE if not _fixed(name))
    if role is Role.PUBLIC:
        # It serves strangers: no broker, no evidence, no key of the others, and a secret of its own.
        for name in [name for name in env if name in _NOT_PUBLIC or name.startswith(_CLOUD)]:
            del env[name]
        env |= {
            name.removeprefix(_FOR_PUBLIC): value
            for name, value in os.environ.items()
            if name.startswith(f"{_FOR_PUBLIC}{_CLOUD}") and state.kind is Kind.LIVE
        }
        env["DJANGO_SETTINGS_MODULE"] = "config.settings_public"
        env["DAYBOOK_SECRET_KEY_FILE"] = str(secrets.text_file("secret-key-public"))
    if role is Role.SEQUENCER:
        env["DAYBOOK_LOG_KEY_FILE"] = str(log_key)
    if role is Role.BACKUP:
        env["DAYBOOK_STREAM_URL"] = addresses.stream
        env["DAYBOOK_POSTGRES_PROGRAMS"] = addresses.programs
    return env


def _anchors(state: State) -> dict[str, str]:
    """Return the outside anchors that the person named; only a live log is taken to outsiders."""
    if state.kind is not Kind.LIVE:
        return {}
    said = {name: os.environ.get(name) or chosen(state, name) for name in _ANCHORS}
    return {name: value for name, value in said.items() if value}


def chosen(state: State, name: str) -> str:
    """Return what was chosen on a page of the set-up (config/first_run/chosen.py); nothing when nothing was."""
    if name not in CHOOSABLE:
        return ""
    try:
        return (state.directory / "secrets" / f"chosen-{name}").read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _fixed(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def _chosen(name: str, state: State, otherwise: str) -> str:
    """Return what the person chose for their live state; a demonstration or a test never writes elsewhere."""
    return os.environ.get(name, otherwise) if state.kind is Kind.LIVE else otherwise


def stranger_environment() -> dict[str, str]:
    """Return the environment of a program that belongs to no state: the caller's, without what is named like ours."""
    env = {name: value for name, value in os.environ.items() if name in _PASSED_ON or not name.startswith(_OURS)}
    return env | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def verifier_key(origin: str, log_key: Path) -> str:
    """Return the C2SP verifier key `origin+hash+key` of the Ed25519 seed (32 bytes) in `log_key`."""
    public = Ed25519PrivateKey.from_private_bytes(log_key.read_bytes()).public_key()
    typed = _ED25519 + public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    short = hashlib.sha256(origin.encode() + b"\n" + typed).digest()[:4].hex()
    return f"{origin}+{short}+{base64.b64encode(typed).decode()}"
