"""A half-typed form that the idle cover came down on: kept for its person, encrypted, and given back once.

Passwords, codes and tokens are never kept, and of files only the names.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from archive.access.models import User
from archive.access.sign_in_models import KeptForm

KEEP = timedelta(hours=8)
MOST = 200_000  #: characters
_SECRET = ("password", "token", "secret", "code", "credential", "again", "current")


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept form: where it belongs, its fields in order, whether it was sent, and what is not in it."""

    path: str
    fields: list[tuple[str, str]]
    sent: bool
    left_out: list[str]


def form_keep(
    *, person: User, path: str, fields: Iterable[tuple[str, str]], files: Iterable[str] = (), sent: bool, at: datetime
) -> bool:
    """Keep what was typed, in place of what was kept before; return whether it was small enough."""
    told = [(str(name), str(value)) for name, value in fields if name != "csrfmiddlewaretoken"]
    secret = [name for name, _ in told if any(word in name.lower() for word in _SECRET)]
    text = json.dumps(
        {"fields": [pair for pair in told if pair[0] not in secret], "left_out": sorted({*secret, *files})}
    )
    if len(text) > MOST or len(path) > 2000:
        return False
    KeptForm.objects.update_or_create(
        person=person, defaults={"path": path, "sealed": _fernet().encrypt(text.encode()), "sent": sent, "kept_at": at}
    )
    return True


def form_kept(person: User, *, at: datetime) -> Kept | None:
    """Return what is kept for the person, if anything is and the key can still read it."""
    row = KeptForm.objects.filter(person=person, kept_at__gt=at - KEEP).first()
    if row is None:
        return None
    try:
        told = json.loads(_fernet().decrypt(bytes(row.sealed)))
    except InvalidToken:
        return None
    return Kept(row.path, [(name, value) for name, value in told["fields"]], row.sent, told["left_out"])


def form_forget(person: User) -> None:
    """Forget what is kept for the person."""
    KeptForm.objects.filter(person=person).delete()


def forms_forget(*, at: datetime) -> int:
    """Forget what nobody came back for."""
    return KeptForm.objects.filter(kept_at__lte=at - KEEP).delete()[0]


def _fernet() -> Fernet:
    return Fernet(
        base64.urlsafe_b64encode(hashlib.sha256(b"daybook kept forms\n" + settings.SECRET_KEY.encode()).digest())
    )
