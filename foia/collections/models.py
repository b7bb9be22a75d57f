"""Frozen versions, and the counters that number what leaves the house."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from archive.tables import Evidence, Working


class Counter(Working):
    """The next free number of a scope. Numbers are taken in blocks by one UPDATE and are never given twice."""

    app_privileges: ClassVar[frozenset[str] | None] = frozenset({"INSERT", "SELECT", "UPDATE"})
    scope = models.CharField(max_length=64, primary_key=True)
    next = models.BigIntegerField(default=1)

    class Meta:
        app_label = "foia"
        db_table = "counter"
        constraints = [models.CheckConstraint(condition=Q(next__gte=1), name="counter_from_1")]


class Purpose(models.TextChoices):
    """What a collection is for."""

    REQUEST = "request"
    MATTER = "matter"


class Collection(Evidence):
    """All versions of the records that one search run found, as they were at that moment; it never changes."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=16, choices=Purpose)
    purpose_ref = models.UUIDField()  #: of the request or matter; nothing else of it is known here
    search_run = models.OneToOneField("archive.SearchRun", on_delete=models.PROTECT, related_name="+")
    subject = models.BinaryField(unique=True)
    records = models.BigIntegerField()
    versions = models.BigIntegerField()
    versions_sha256 = models.BinaryField()  #: over the sorted refs of the versions, 16 bytes each
    frozen_at = models.DateTimeField()
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "collection"
        indexes = [models.Index(fields=["purpose", "purpose_ref"], name="collection_of_purpose")]


class CollectionItem(Evidence):
    """One frozen version. Those of a record follow each other; records stand in the order in which they were posted."""

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="items")
    n = models.BigIntegerField()  #: from 1
    record = models.ForeignKey("archive.Record", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("archive.Version", on_delete=models.PROTECT, related_name="+")
    compartment = models.CharField(max_length=16)
    subject = models.BinaryField(unique=True)  #: names the item's reviews in the log

    class Meta:
        app_label = "foia"
        db_table = "collection_item"
        constraints = [
            models.UniqueConstraint(fields=["collection", "n"], name="collection_item_order"),
            models.UniqueConstraint(fields=["collection", "version"], name="collection_item_once"),
            models.CheckConstraint(condition=Q(n__gte=1), name="collection_item_n_from_1"),
        ]


class CollectionClosed(Evidence):
    """The end of a collection's work: from here on it keeps no record from its disposition."""

    collection = models.OneToOneField(Collection, on_delete=models.PROTECT, related_name="closed")
    at = models.DateTimeField()
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "collection_closed"
