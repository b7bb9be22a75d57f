"""The extension point through which other rooms put a part of their own on a record's page.

A record's page shows what this room knows: words, versions, thread, media, proof. How it was captured, which series it
is in, which holds keep it and what it was released for belong to rooms above, which list a panel in `RECORD_PANELS`.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from archive.extension import ExtensionPoint
from archive.records.models import Record

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page: `title` is its heading, `template` is drawn with `panel` in its context, whose `context`
    holds its values. `anchor` is its id on the page. `place` is beside the words, for a few facts, or below them.
    """

    anchor: str
    title: str | Promise
    template: str
    context: Mapping[str, Any]
    place: Literal["beside", "below"] = "below"


class RecordPanel(Protocol):
    """Draws what one room knows of a record.

    MUST start from what the actor may see, answer None when there is nothing to say, read a bounded number of rows from
    indexed queries, and write nothing. The record may be destroyed: then it has a tombstone and no content.
    """

    def __call__(self, actor: Actor, record: Record, at: datetime) -> Panel | None: ...


PANELS: ExtensionPoint[RecordPanel] = ExtensionPoint("RECORD_PANELS")


def panels_of(actor: Actor, record: Record, at: datetime) -> list[Panel]:
    """Return the panels of a record in the order of the settings. One that fails says so and hides no other."""
    shown: list[Panel] = []
    for place, panel in enumerate(PANELS.all()):
        try:
            found = panel(actor, record, at)
        except Exception:  # one broken room must not hide what the others know
            log.exception("A panel of record %s could not be drawn: %r", record.ref, panel)
            found = Panel(f"unread-{place}", _("A part that could not be read"), "records/panel_unread.html", {})
        if found is not None:
            shown.append(found)
    return shown
