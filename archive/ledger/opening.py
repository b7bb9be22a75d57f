"""What a process of the log opens by the settings: its session, its key, and the places outside the database."""

from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from archive.ledger.note import Signer
from archive.ledger.publication import Publication
from archive.ledger.reserve import Reserve
from archive.ledger.sequencer import Outside
from archive.ledger.shelf import shelf_at


def sequencer_session() -> psycopg.Connection[Any]:
    """Open a session of the sequencer's own: its advisory lock lives as long as this connection and no longer."""
    at = connection.settings_dict
    return psycopg.connect(
        dbname=at["NAME"],
        user=at["USER"],
        password=at["PASSWORD"],
        host=at["HOST"],
        port=at["PORT"],
        application_name="daybook sequence",
        autocommit=True,
    )


def log_signer() -> Signer:
    """Return the log's key; raise ImproperlyConfigured in a process that was not given it, or was given another."""
    if not settings.DAYBOOK_LOG_KEY_FILE:
        raise ImproperlyConfigured(
            "DAYBOOK_LOG_KEY_FILE is not set: only the sequencer of a state is given the log key."
        )
    signer = Signer(settings.DAYBOOK_LOG_ORIGIN, Path(settings.DAYBOOK_LOG_KEY_FILE).read_bytes())
    if settings.DAYBOOK_LOG_VKEY and signer.verifier().vkey() != settings.DAYBOOK_LOG_VKEY:
        raise ImproperlyConfigured("The log key is not the one that DAYBOOK_LOG_VKEY names.")
    return signer


def log_publication() -> Publication:
    """Return the published log."""
    return Publication(shelf_at(settings.LOG_PUBLICATION_URL))


def log_outside() -> Outside:
    """Return the published log and the reserve."""
    return Outside(log_publication(), Reserve(shelf_at(settings.LOG_RESERVE_URL), settings.DAYBOOK_LOG_ORIGIN))
