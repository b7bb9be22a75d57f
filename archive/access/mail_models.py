"""Letters to our own people, by e-mail: the way out, what waits to go, what somebody was told already."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from archive.access.models import NO_DELETE, Office, User
from archive.tables import Working


class MailSecurity(models.TextChoices):
    """How the way to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailSettings(Working):
    """The way out for e-mail, as an administrator entered it; MAIL_URL in the environment stands before it.

    The password is encrypted under a key that is not in the database.
    """

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    id = models.SmallIntegerField(primary_key=True, default=1)
    host = models.CharField(max_length=253, default="")
    port = models.IntegerField(default=587)
    security = models.CharField(max_length=8, choices=MailSecurity, default=MailSecurity.STARTTLS)
    username = models.CharField(max_length=254, default="")
    password_sealed = models.BinaryField(default=bytes)
    sender = models.EmailField()
    site = models.URLField(max_length=200)  #: the address at which staff open Daybook, for links
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    tested_at = models.DateTimeField(null=True)
    test_failure = models.CharField(max_length=500, default="")

    class Meta:
        app_label = "archive"
        db_table = "mail_settings"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="mail_settings_is_one")]


class Mail(Working):
    """One message to one person, until the server has taken it; its text is encrypted, and forgotten when it went."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    sealed = models.BinaryField(default=bytes)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, default="")

    class Meta:
        app_label = "archive"
        db_table = "mail"
        indexes = [models.Index(fields=["created_at"], name="mail_old")]


class NoticeGiven(Working):
    """What a person was told of; while it lasts they are not told again."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "notice_given"
        constraints = [models.UniqueConstraint(fields=["person", "kind", "key"], name="notice_given_once")]


class PromisedOffice(Working):
    """An office that an invited person is to have once they accept.

    One with authority over authority takes a second person, who confirms it; the database refuses the first.
    """

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="promised")
    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    needs_second = models.BooleanField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(null=True)  #: the appointment was made

    class Meta:
        app_label = "archive"
        db_table = "promised_office"
        constraints = [
            models.UniqueConstraint(fields=["person", "office"], name="promised_office_once"),
            models.CheckConstraint(condition=~Q(named_by=F("person")), name="promised_office_not_to_oneself"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("named_by")), name="promised_office_second_person"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("person")), name="promised_office_not_by_the_person"
            ),
            models.CheckConstraint(
                condition=Q(given_at=None) | Q(needs_second=False) | Q(confirmed_by__isnull=False),
                name="promised_office_given_when_confirmed",
            ),
        ]
