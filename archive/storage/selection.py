"""Which evidence store is in force: `STORAGE_URL` names it.

    file:///an/absolute/folder
    s3://BUCKET?endpoint=https://host:port&region=REGION&lock=compliance|governance|none&days=35

Of the second all but the bucket may be left out. Credentials are not part of it: boto3 reads them from the environment.
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
_FORM = "STORAGE_URL must be file:///an/absolute/folder or s3://BUCKET?endpoint=…&region=…&lock=…&days=…"


def evidence_store() -> EvidenceStore:
    """Return the store that the settings name. Raises ImproperlyConfigured for an address that names none."""
    return _store(settings.STORAGE_URL)


@lru_cache(maxsize=4)
def _store(url: str) -> EvidenceStore:
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and not parts.query and parts.path.startswith("/"):
        return FileEvidenceStore(unquote(parts.path))
    options = dict(parse_qsl(parts.query))
    known = options.keys() <= {"endpoint", "region", "lock", "days"} and options.get("lock", "none") in _LEVELS
    days = options.get("days", str(LOCK.days))
    if parts.scheme != "s3" or not parts.hostname or parts.path.strip("/") or not known or not days.isdecimal():
        raise ImproperlyConfigured(_FORM)
    if "@" in parts.netloc or ":" in parts.netloc:
        raise ImproperlyConfigured("STORAGE_URL holds no credentials; boto3 reads them from the environment.")
    return S3EvidenceStore(
        parts.netloc,
        endpoint=options.get("endpoint"),
        region=options.get("region"),
        level=_LEVELS[options.get("lock", "compliance")],
        lock_for=timedelta(days=int(days)),
    )
