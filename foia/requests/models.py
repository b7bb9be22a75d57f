"""Records requests: where they stand is working state, every step and every date is evidence."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from archive.tables import Evidence, Working


class Channel(models.TextChoices):
    """How a request came in (5 ILCS 140/3(c): any means the body makes available)."""

    MAIL = "mail"
    EMAIL = "e-mail"
    PERSONAL = "personal"
    FAX = "fax"
    WEB = "web"
    ORAL = "oral"
    SOCIAL = "social"  #: a message or comment that may be a request; counted from its own date


class RequestState(models.TextChoices):
    """Where a request stands; `foia.requests.rules.MOVES` says what may follow what."""

    RECEIVED = "received"
    SEARCHED = "searched"
    DECIDED = "decided"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class RecordsRequest(Working):
    """A request for records. Nobody has to say who they are: requester and contact may be absent."""

    app_privileges: ClassVar[frozenset[str] | None] = frozenset({"INSERT", "SELECT", "UPDATE"})
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=16, choices=RequestState, default=RequestState.RECEIVED)
    track = models.CharField(max_length=32, default="ordinary")  #: which of the law's clocks it runs under
    channel = models.CharField(max_length=16, choices=Channel)
    received_at = models.DateTimeField()  #: when it reached the department; its clock counts from this
    entered_at = models.DateTimeField()  #: when somebody wrote it down here
    entered_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    text_ref = models.UUIDField()  #: what was asked, as a `Words` row
    requester_ref = models.UUIDField(null=True)  #: who asked, as a `Words` row
    contact_ref = models.UUIDField(null=True)  #: where the answer goes, as a `Words` row
    due_on = models.DateField()  #: last day of the period in force, by the adopted holidays
    cautious_on = models.DateField()  #: the same with fewer holidays: reminders fire on this one
    extended = models.BooleanField(default=False)
    hold_ref = models.UUIDField(null=True)  #: the hold in force for this request
    narrowed = models.BooleanField(default=False)  #: the hold is down to what was collected
    closed_to_team = models.BooleanField(default=False)  #: only its team and those who decide requests see the file
    subject = models.BinaryField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "records_request"
        indexes = [models.Index(fields=["due_on"], name="request_open_due", condition=~Q(state="closed"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(received_at__lte=F("entered_at")), name="request_received_before_entered"
            ),
            models.CheckConstraint(condition=Q(cautious_on__lte=F("due_on")), name="request_cautious_is_not_later"),
        ]

    def __str__(self) -> str:
        return self.number


class TeamMember(Working):
    """Who works on a request, from when to when; one of them leads. Whoever takes a request in leads at first."""

    app_privileges: ClassVar[frozenset[str] | None] = frozenset({"INSERT", "SELECT", "UPDATE"})
    request = models.ForeignKey(RecordsRequest, on_delete=models.PROTECT, related_name="team")
    user = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    lead = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    added_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "foia"
        db_table = "request_team"
        constraints = [
            models.UniqueConstraint(fields=["request", "user"], condition=Q(until=None), name="request_team_once"),
            models.UniqueConstraint(fields=["request"], condition=Q(until=None, lead=True), name="request_team_lead"),
        ]
        indexes = [models.Index(fields=["user"], name="request_team_of_person", condition=Q(until=None))]


class StepKind(models.TextChoices):
    """What happened to a request."""

    RECEIVED = "received"
    HELD = "held"
    FREED = "freed"
    NARROWED = "narrowed"  #: the requester made the request smaller
    CLARIFICATION_ASKED = "clarification-asked"
    CLARIFIED = "clarified"
    VERIFICATION_ASKED = "verification-asked"
    VERIFIED = "verified"
    EXTENDED = "extended"
    AGREED = "agreed"
    SEARCHED = "searched"
    DECIDED = "decided"
    LETTER = "letter"
    ANSWERED = "answered"
    DENIED = "denied"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class RequestStep(Evidence):
    """One step in the life of a request. Free text is a `Words` row."""

    request = models.ForeignKey(RecordsRequest, on_delete=models.PROTECT, related_name="steps")
    n = models.IntegerField()  #: its place in the request's chain in the log
    kind = models.CharField(max_length=24, choices=StepKind)
    at = models.DateTimeField()
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    codes = models.JSONField(default=list)  #: reasons, outcomes
    until = models.DateField(null=True)  #: the date promised or agreed on
    about_ref = models.UUIDField(null=True)  #: the hold, collection, letter or production that the step made
    words_ref = models.UUIDField(null=True)
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "request_step"
        constraints = [models.UniqueConstraint(fields=["request", "n"], name="request_step_once")]


class ClockKind(models.TextChoices):
    """Why a date was noted."""

    COMPUTED = "computed"
    RECOMPUTED = "recomputed"  #: the holidays that it rests on were adopted anew
    EXTENDED = "extended"


class ClockEvent(Evidence):
    """A due date as it was computed, with everything it rests on; the last one counts."""

    request = models.ForeignKey(RecordsRequest, on_delete=models.PROTECT, related_name="clock_events")
    n = models.IntegerField()  #: its place in the request's chain in the log
    kind = models.CharField(max_length=16, choices=ClockKind)
    rules = models.CharField(max_length=64)  #: id and date of the rule file
    track = models.CharField(max_length=32)
    citation = models.CharField(max_length=64)
    received_on = models.DateField()  #: the day of receipt in the department's zone, which is not counted
    due_on = models.DateField()
    cautious_on = models.DateField()
    due_before = models.DateField(null=True)  #: what was noted until now
    reasons = models.JSONField(default=list)  #: codes of the extension
    holidays = models.JSONField(default=dict)  #: year → id of the adoption that was counted with
    at = models.DateTimeField()
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "clock_event"
        constraints = [models.UniqueConstraint(fields=["request", "n"], name="clock_event_once")]


class LetterKind(models.TextChoices):
    """Which letter."""

    EXTENSION = "extension"
    GRANT = "grant"
    PARTIAL = "partial"
    DENIAL = "denial"
    NO_RECORDS = "no-records"


class Letter(Evidence):
    """A letter as it was issued: what it says is a `Words` row, and drawing it again gives the same bytes."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(RecordsRequest, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=16, choices=LetterKind)
    template = models.CharField(max_length=64)  #: id and date of the wording
    body_ref = models.UUIDField()  #: LJ1 of what it says, as a `Words` row
    collection_ref = models.UUIDField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "letter"


class ReviewOffice(Evidence):
    """Where a requester may ask for review (5 ILCS 140/9(a)); the latest row counts.

    `verified_on` is none until a person has compared it with what the office itself publishes.
    """

    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    phone = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=300)
    verified_on = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "foia"
        db_table = "review_office"
