"""On a record's page: the way to its thread on paper."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from archive.records.models import Link, Record
from archive.records.panels import Panel


def thread_panel(actor: Actor, record: Record, at: datetime) -> Panel | None:
    """Return the panel of a record that hangs in a thread; the page behind it shows what its reader may see."""
    link = Link.objects.filter(record=record).first()
    if link is None:
        return None
    if link.parent_id is None and not link.parent_value and not Link.objects.filter(parent=record).exists():
        return None
    return Panel("paper", _("On paper"), "documents/thread_panel.html", {"ref": record.ref}, place="beside")
