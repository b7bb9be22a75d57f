"""What passes between the two faces: messages in, and copies of released bundles out."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from archive.tables import Working


class InboxMessage(Working):
    """Something that happened on the public face. That face inserts and cannot read; staff processes take it in."""

    app_privileges: ClassVar[frozenset[str] | None] = frozenset({"INSERT", "SELECT", "UPDATE", "DELETE"})
    kind = models.CharField(max_length=32)
    thing = models.UUIDField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "foia"
        db_table = "inbox"


class PublishedBundle(Working):
    """The copy of a released bundle in the public store; the row is there before the bytes, and stays when they go."""

    production = models.ForeignKey("foia.Production", on_delete=models.PROTECT, related_name="published")
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    version_id = models.CharField(max_length=255, default="")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "foia"
        db_table = "published_bundle"
        constraints = [
            models.UniqueConstraint(fields=["production"], condition=Q(removed_at=None), name="published_bundle_once")
        ]
