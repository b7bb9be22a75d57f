"""Records, their versions and what is known of their life; what was said lies in the content tables."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from archive.tables import Content, Derived, Evidence, Working


class Kind(models.TextChoices):
    """What a record is (design.md 4)."""

    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    MESSAGE = "message"
    STORY = "story"
    PROFILE = "profile"
    SETTING = "setting"
    LIST_ENTRY = "list-entry"
    PAGE = "page"
    BY_HAND = "by-hand"


class State(models.TextChoices):
    """How a record stands on its network, as far as is proved."""

    LIVE = "live"
    HIDDEN = "hidden"
    REMOVED = "removed"  #: proved gone by 404, 410 or a tombstone, or by a confirmed deletion event
    ABSENT = "absent"  #: a whole, reconciled listing lacks it where one answer means gone or forbidden


class Record(Evidence):
    """One thing said on a page; `subject` names it in the log and nowhere else."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("archive.Account", on_delete=models.PROTECT)
    kind = models.CharField(max_length=16, choices=Kind)
    compartment = models.CharField(max_length=16)
    subject = models.BinaryField(unique=True)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "record"


class RecordKey(Content):
    """A name that the network gives to a record; networks that rename on edit add keys."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="keys")
    account = models.ForeignKey("archive.Account", on_delete=models.PROTECT)
    namespace = models.CharField(max_length=32)
    value = models.TextField()

    class Meta:
        app_label = "archive"
        db_table = "record_key"
        constraints = [models.UniqueConstraint(fields=["account", "namespace", "value"], name="record_key_once")]


class Author(Content):
    """Who wrote, by the network's stable id; names and handles are fields of each version."""

    network = models.CharField(max_length=32)
    stable_id = models.TextField()

    class Meta:
        app_label = "archive"
        db_table = "author"
        constraints = [models.UniqueConstraint(fields=["network", "stable_id"], name="author_once")]


class Version(Evidence):
    """A record's content at a moment; the content itself and its key are those of the event."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="versions")
    n = models.IntegerField()  #: 1 for what was first seen
    event_id = models.UUIDField(unique=True)
    exchange = models.ForeignKey("archive.Exchange", on_delete=models.PROTECT, related_name="versions")
    captured_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)  #: the network's time; none when it gave none with a zone
    edited_at = models.DateTimeField(null=True)
    compartment = models.CharField(max_length=16)
    media_count = models.SmallIntegerField(default=0)

    class Meta:
        app_label = "archive"
        db_table = "version"
        constraints = [models.UniqueConstraint(fields=["record", "n"], name="version_once")]


class Media(Content):
    """The bytes of one attachment of a version; their digest is a field of the `capture.media` event."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="media")
    record = models.ForeignKey(Record, on_delete=models.PROTECT)
    n = models.SmallIntegerField()
    media_type = models.CharField(max_length=100)
    stored = models.ForeignKey("archive.StoredObject", on_delete=models.PROTECT)
    event_id = models.UUIDField(unique=True)
    captured_at = models.DateTimeField()
    compartment = models.CharField(max_length=16)

    class Meta:
        app_label = "archive"
        db_table = "media"
        constraints = [models.UniqueConstraint(fields=["version", "n"], name="media_once")]


class Link(Derived):
    """Where a record hangs in its thread; the parent may be captured later than the child."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True, related_name="link")
    parent = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, related_name="child_links")
    root = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, related_name="thread_links")
    parent_namespace = models.CharField(max_length=32, default="")
    parent_value = models.TextField(default="")  #: the parent's name on the network, kept until it is found

    class Meta:
        app_label = "archive"
        db_table = "record_link"
        indexes = [
            models.Index(
                fields=["parent_value"],
                name="link_waiting",
                condition=models.Q(parent=None) & ~models.Q(parent_value=""),
            )
        ]


class Current(Derived):
    """The latest of a record: its version, its state, and the digest that tells whether a new sight is a change."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True, related_name="current")
    version = models.ForeignKey(Version, on_delete=models.PROTECT)
    author = models.ForeignKey(Author, on_delete=models.PROTECT, null=True)
    digest = models.BinaryField()  #: SHA-256 over the `content` fields of the schema, without the event's own
    state = models.CharField(max_length=16, choices=State, default=State.LIVE)
    state_since = models.DateTimeField()
    who = models.CharField(max_length=16, default="")  #: who removed it: us, author, network, unknown
    last_seen_at = models.DateTimeField()
    account = models.ForeignKey("archive.Account", on_delete=models.PROTECT)

    class Meta:
        app_label = "archive"
        db_table = "record_current"
        indexes = [models.Index(fields=["account", "state"], name="current_account_state")]


class Reading(Working):
    """The counters of a record at a moment, thinned to one a day."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT)
    day = models.DateField()
    at = models.DateTimeField()
    counters = models.JSONField()

    class Meta:
        app_label = "archive"
        db_table = "reading"
        constraints = [models.UniqueConstraint(fields=["record", "day"], name="reading_once_a_day")]


class SearchDocument(Derived):
    """What search reads: filters and words of all versions of a record, no text (search.md 5)."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True, related_name="search_document")
    sort_at = models.DateTimeField()  #: posted, else captured
    account = models.ForeignKey("archive.Account", on_delete=models.PROTECT, db_index=False)
    author = models.ForeignKey(Author, on_delete=models.PROTECT, null=True, db_index=False)
    series_id = models.BigIntegerField(null=True)  #: filled by whoever assigns series
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    year = models.SmallIntegerField()
    on_hold = models.BooleanField(default=False)  #: filled by whoever holds
    compartment = models.CharField(max_length=16)
    tok_version = models.SmallIntegerField()
    truncated = models.BooleanField(default=False)  #: words past the position limit are not found by phrase
    tsv = SearchVectorField()

    class Meta:
        app_label = "archive"
        db_table = "search_document"
        indexes = [
            GinIndex(fields=["tsv"], name="search_words", fastupdate=True, gin_pending_list_limit=4096),
            models.Index(fields=["-sort_at", "-record"], name="search_newest"),
            models.Index(fields=["account", "-sort_at", "-record"], name="search_account"),
            models.Index(fields=["author", "-sort_at", "-record"], name="search_author"),
            models.Index(fields=["series_id", "-sort_at", "-record"], name="search_series"),
            models.Index(fields=["kind", "-sort_at", "-record"], name="search_kind"),
            models.Index(fields=["state", "-sort_at", "-record"], name="search_state"),
            models.Index(fields=["-sort_at", "-record"], name="search_on_hold", condition=models.Q(on_hold=True)),
        ]


class SearchToken(Derived):
    """A handle, tag, host or number in a record: found whole or by its beginning."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT)
    kind = models.CharField(max_length=8)
    value = models.CharField(max_length=300)
    sort_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "search_token"
        indexes = [
            models.Index(
                fields=["kind", "value", "-sort_at"], name="search_token_value", opclasses=["", "text_pattern_ops", ""]
            )
        ]


class SearchRun(Evidence):
    """A count that can be sworn to: what was asked, of what, when, and the digest of the refs found (search.md 6)."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    query_ref = models.UUIDField()  #: the words of the query, as a `Words` row
    filters = models.JSONField()  #: codes and ids, no words
    tok_version = models.SmallIntegerField()
    application_version = models.CharField(max_length=32)
    snapshot = models.TextField()  #: pg_current_snapshot()
    total = models.BigIntegerField()
    facets = models.JSONField()
    limits = models.JSONField()  #: records in scope that words cannot find, by reason
    found_sha256 = models.BinaryField()
    at = models.DateTimeField()
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT)
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "archive"
        db_table = "search_run"


class SearchRunHit(Evidence):
    """One record that a search run found."""

    run = models.ForeignKey(SearchRun, on_delete=models.PROTECT, related_name="hits")
    record = models.ForeignKey(Record, on_delete=models.PROTECT)

    class Meta:
        app_label = "archive"
        db_table = "search_run_hit"
        constraints = [models.UniqueConstraint(fields=["run", "record"], name="search_run_hit_once")]


class Tombstone(Evidence):
    """What stays of a destroyed record: that it was, and under which authority it went."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="tombstone")
    at = models.DateTimeField()
    series_code = models.CharField(max_length=32)
    certificate_ref = models.UUIDField()
    versions = models.IntegerField()
    bytes = models.BigIntegerField()
    event_id = models.UUIDField(unique=True)
    finalises_on = models.DateField()  #: when the last backup that holds it has aged out

    class Meta:
        app_label = "archive"
        db_table = "tombstone"


class TombstoneKey(Evidence):
    """HMAC(recapture key, network | namespace | id): capture asks it, so that what went is not taken in again."""

    tombstone = models.ForeignKey(Tombstone, on_delete=models.PROTECT, related_name="keys")
    hmac = models.BinaryField(unique=True)

    class Meta:
        app_label = "archive"
        db_table = "tombstone_key"
