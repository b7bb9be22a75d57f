"""Messages of the public face: put in there, taken in by staff processes, each once."""

import uuid
from datetime import datetime

from django.db import connection, transaction

from archive.access.audit import audit
from foia.portal.models import InboxMessage
from foia.production.models import Release
from foia.production.releases import SYSTEM, download_note

DOWNLOAD = "release.download"
BATCH = 500


def message_put(kind: str, thing: uuid.UUID) -> None:
    """Put a message in; the role that does can neither read nor change what lies there."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO inbox (kind, thing) VALUES (%s, %s)", [kind, thing])


def inbox_take(*, at: datetime) -> int:
    """Take in what lies in the inbox; return how many it was. A message that means nothing is noted and dropped."""
    taken = 0
    while True:
        with transaction.atomic():
            rows = list(InboxMessage.objects.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
            if not rows:
                return taken
            releases = {row.ref: row for row in Release.objects.filter(ref__in=[row.thing for row in rows])}
            for row in rows:
                release = releases.get(row.thing)
                if row.kind == DOWNLOAD and release is not None:
                    download_note(release, at=row.at)
                else:
                    audit(SYSTEM, "inbox.refused", at=at, outcome="refused", object_kind="inbox", object_ref=row.thing)
            InboxMessage.objects.filter(pk__in=[row.pk for row in rows]).delete()
            taken += len(rows)
