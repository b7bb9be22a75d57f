"""Earlier revisions that the network keeps: only those that we have not captured ourselves become versions."""

from collections.abc import Mapping

import msgspec
import orjson

from archive.connectors.contract import Page
from archive.ledger import segments
from archive.ledger.canonical import Json
from archive.ledger.models import EventContent
from archive.records.models import Record


def unknown_revisions(record: Record, page: Page) -> Page:
    """Return the page with only those revisions whose text and warning no version of the record holds yet."""
    held = EventContent.objects.filter(event_id__in=record.versions.values("event_id")).values_list("fields", flat=True)
    known = {_said(orjson.loads(bytes(fields))) for fields in held}
    fresh = []
    for item in page.items:
        said = _said(item.fields())
        if said not in known:
            known.add(said)
            fresh.append(item)
    return msgspec.structs.replace(page, items=tuple(fresh))


def _said(fields: Mapping[str, Json]) -> tuple[str, str]:
    return (segments.join("/content", fields) or "", segments.join("/summary", fields) or "")
