"""Trying a place before it is chosen: something is written, read back and removed, and what happened is said."""

import os
import uuid

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from archive.storage.contract import StoreError
from archive.storage.selection import store_of
from config.continuity.errors import ContinuityError
from config.continuity.place import place_of

PROBE = b"Daybook tried this place and removes what it wrote.\n"


def store_trouble(url: str, setting: str) -> str:
    """Return what is wrong with an evidence store, as a sentence; nothing when it takes, gives back and removes."""
    key = str(uuid.uuid4())
    try:
        store = store_of(setting, url, "-tried")
        stored = store.put(key, [PROBE])
        with store.open(key, stored.version_id) as source:
            same = source.read() == PROBE
        if not stored.lock_until:  # a lock that was asked for outlasts the trial; then one small object stays
            store.delete(key)
    except ImproperlyConfigured as error:
        return str(error)
    except StoreError as error:
        return _("The store did not take a trial object: %(why)s") % {"why": error}
    except Exception as error:  # whatever a library raises for a bucket, a certificate, a credential
        return _("The store cannot be reached: %(why)s") % {"why": type(error).__name__}
    return "" if same else _("The store gave back other bytes than it was given.")


def place_trouble(url: str) -> str:
    """Return what is wrong with a place for backups, as a sentence; nothing when it takes, gives back and removes."""
    name = f"trial/{os.urandom(8).hex()}"
    try:
        place = place_of(url)
        place.put(name, PROBE)
        same = place.read(name) == PROBE
        place.delete(name)
    except (ContinuityError, StoreError) as error:
        return str(error)
    except Exception as error:
        return _("The place cannot be reached: %(why)s") % {"why": type(error).__name__}
    return "" if same else _("The place gave back other bytes than it was given.")
