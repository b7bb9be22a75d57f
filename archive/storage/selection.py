"""Which evidence store is in force: `STORAGE_URL` names it."""

from functools import lru_cache
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from archive.storage.contract import EvidenceStore
from archive.storage.file_store import FileEvidenceStore


def evidence_store() -> EvidenceStore:
    """Return the store that the settings name. Raises ImproperlyConfigured for an address that names none."""
    return _store(settings.STORAGE_URL)


@lru_cache(maxsize=4)
def _store(url: str) -> EvidenceStore:
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return FileEvidenceStore(unquote(parts.path))
    raise ImproperlyConfigured("STORAGE_URL must be file:///an/absolute/folder.")
