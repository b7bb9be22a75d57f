"""Where the log of a test's own database lies outside of it: a folder of the session for each database."""

from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection

from archive.ledger.publication import Publication
from archive.ledger.reserve import Reserve
from archive.ledger.sequencer import Outside
from archive.ledger.shelf import FileShelf

ORIGIN = "test.daybook.invalid/ledger/1"


def folder_of(database: str) -> Path:
    """Return the folder that holds `log` and `reserve` of a database."""
    return Path(settings.DAYBOOK_STATE_DIR) / "outside" / database


def outside_of(session: psycopg.Connection, origin: str = ORIGIN) -> Outside:
    """Return the publication and the reserve of the database that `session` is or was connected to."""
    folder = folder_of(str(connection.settings_dict["NAME"]) if session.closed else session.info.dbname)
    return Outside(Publication(FileShelf(folder / "log")), Reserve(FileShelf(folder / "reserve"), origin))
