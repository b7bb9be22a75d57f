"""Which evidence stores are in force: `STORAGE_URL` names the first, `STORAGE_COPY_URL` the one for second copies.

    file:///an/absolute/folder
    s3://BUCKET?endpoint=https://host:port&region=REGION&lock=compliance|governance|none&days=35

Of an address of S3 all but the bucket may be left out. Credentials are not part of it: boto3 reads them from the
environment.
"""

from datetime import timedelta
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from archive.storage.contract import EvidenceStore, Level
from archive.storage.file_store import FileEvidenceStore
from archive.storage.s3_store import LOCK, S3EvidenceStore

_LEVELS = {"compliance": Level.COMPLIANCE, "governance": Level.GOVERNANCE, "none": Level.ADVISORY}
_FORM = "{} must be file:///an/absolute/folder or s3://BUCKET?endpoint=…&region=…&lock=…&days=…"


_COPY = "-copy"  #: ends the name of the second store, so that two of a kind are told apart


def evidence_store() -> EvidenceStore:
    """Return the first store. Raises ImproperlyConfigured for an address that names none."""
    return store_of("STORAGE_URL", settings.STORAGE_URL, "")


def copy_store() -> EvidenceStore | None:
    """Return the store for second copies, if there is one. Raises ImproperlyConfigured as `evidence_store` does."""
    if not settings.STORAGE_COPY_URL:
        return None
    if settings.STORAGE_COPY_URL == settings.STORAGE_URL:
        raise ImproperlyConfigured("STORAGE_COPY_URL names the first store; a second copy needs a place of its own.")
    return store_of("STORAGE_COPY_URL", settings.STORAGE_COPY_URL, _COPY)


def stores() -> dict[str, EvidenceStore]:
    """Return the stores in force by name, the first one first."""
    second = copy_store()
    return {store.name: store for store in (evidence_store(), *([second] if second else []))}


@lru_cache(maxsize=8)
def store_of(setting: str, url: str, suffix: str) -> EvidenceStore:
    """Return the store at an address; `suffix` ends its name. Raises ImproperlyConfigured, naming the setting."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and not parts.query and parts.path.startswith("/"):
        return FileEvidenceStore(unquote(parts.path), name=f"file{suffix}")
    options = dict(parse_qsl(parts.query))
    known = options.keys() <= {"endpoint", "region", "lock", "days"} and options.get("lock", "none") in _LEVELS
    days = options.get("days", str(LOCK.days))
    if parts.scheme != "s3" or not parts.hostname or parts.path.strip("/") or not known or not days.isdecimal():
        raise ImproperlyConfigured(_FORM.format(setting))
    if "@" in parts.netloc or ":" in parts.netloc:
        raise ImproperlyConfigured(f"{setting} holds no credentials; boto3 reads them from the environment.")
    return S3EvidenceStore(
        parts.netloc,
        name=f"s3{suffix}",
        endpoint=options.get("endpoint"),
        region=options.get("region"),
        level=_LEVELS[options.get("lock", "compliance")],
        lock_for=timedelta(days=int(days)),
    )
