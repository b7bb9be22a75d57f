"""The names of what was lawfully destroyed, kept as keyed digests: nobody without the key can tell what they were.

The key lies with the log key, outside the database, and is on the recovery sheet. Without it, what was disposed of
would be taken in again by the next capture; with it and a guessed id, one can ask whether that id was disposed of here.
"""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def recapture_digests(network: str, names: Sequence[tuple[str, str]]) -> list[bytes]:
    """Return HMAC-SHA256(recapture key, network | namespace | id) of each (namespace, id), in the order given.

    Each part is preceded by its length in bytes (4, big-endian), so that no two names share one spelling. Raises
    ImproperlyConfigured when the state has no key.
    """
    key = _key(settings.DAYBOOK_RECAPTURE_KEY_FILE, settings.DAYBOOK_STATE_KIND)
    return [hmac.digest(key, _spelling(network, namespace, value), hashlib.sha256) for namespace, value in names]


def _spelling(*parts: str) -> bytes:
    octets = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in octets)


@lru_cache(maxsize=4)
def _key(path: str, state: str) -> bytes:
    if path:
        key = Path(path).read_bytes()
        if len(key) != KEY_BYTES:
            raise ImproperlyConfigured(f"DAYBOOK_RECAPTURE_KEY_FILE must hold {KEY_BYTES} bytes, not {len(key)}.")
        return key
    if state == "test":
        return hashlib.sha256(b"only for tests").digest()
    raise ImproperlyConfigured(f"DAYBOOK_RECAPTURE_KEY_FILE is not set: a {state} state needs its recapture key.")
