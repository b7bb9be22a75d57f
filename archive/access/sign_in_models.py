"""How people get in and what they get in with: sessions, locks, invitations, devices, identities of a provider."""

import uuid

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from archive.access.models import User
from archive.tables import Evidence, Working


class Device(models.TextChoices):
    """What a person signs in with, by their own word (SOP 5.19 4a, 4b)."""

    DESK = "desk", _("A computer of the department")
    DEPARTMENT_PHONE = "department-phone", _("A department phone")
    OWN_PHONE = "own-phone", _("My own phone or computer")


class DeviceScope(models.TextChoices):
    """What a personal device may be used for."""

    ACCOUNTS = "accounts", _("Managing the department's pages")
    DUTY = "duty", _("Official duty")
    BOTH = "both", _("Both")


class PersonSession(AbstractBaseSession, Working):
    """A browser session; the rows with a person can be listed and ended, and a session without its row is none."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="sessions")
    device = models.CharField(max_length=16, choices=Device.choices, default="")
    method = models.CharField(max_length=32, default="")  #: what the person proved themself by
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, default="")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "person_session"


class SignInLock(Working):
    """A person who cannot sign in until an administrator lets them in again (CJIS AC-7)."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="locks")
    locked_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        app_label = "archive"
        db_table = "sign_in_lock"
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(released_at=None), name="sign_in_lock_once"),
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("person")), name="sign_in_lock_not_by_oneself"
            ),
        ]


class SignInFailure(Working):
    """One wrong password or code of a known person, counted for the lock; the audit keeps it for ever."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "sign_in_failure"
        indexes = [models.Index(fields=["person", "at"], name="sign_in_failure_recent")]


class Attempts(Working):
    """How often something was tried in a stretch of time, by a digest of who tried: a throttle all processes share."""

    key = models.BinaryField()
    began_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        app_label = "archive"
        db_table = "attempts"
        constraints = [models.UniqueConstraint(fields=["key", "began_at"], name="attempts_once")]
        indexes = [models.Index(fields=["began_at"], name="attempts_old")]


class Invitation(Working):
    """The way by which a person chooses their password; only a digest of its token is kept."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    token_sha256 = models.BinaryField(unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  #: used, or replaced by a newer one

    class Meta:
        app_label = "archive"
        db_table = "invitation"


class DevicePermission(Evidence):
    """Leave to use one personal device, given before it is used (SOP 5.19 4b; legal.md C.7)."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="device_permissions")
    device_words = models.UUIDField()  #: the Words row that describes the device
    scope = models.CharField(max_length=16, choices=DeviceScope.choices)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    first_day = models.DateField()
    last_day = models.DateField(null=True)

    class Meta:
        app_label = "archive"
        db_table = "device_permission"
        constraints = [
            models.CheckConstraint(condition=~Q(granted_by=F("person")), name="device_permission_not_to_oneself"),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="device_permission_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["person", "first_day"], name="device_permission_of")]


class DevicePermissionEnd(Evidence):
    """The permission was taken back, from this instant on."""

    permission = models.OneToOneField(DevicePermission, on_delete=models.PROTECT, related_name="end")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    words_ref = models.UUIDField()

    class Meta:
        app_label = "archive"
        db_table = "device_permission_end"


class DeviceStatement(Evidence):
    """What a person said they signed in with, and the permission that was in force at that instant.

    A personal device without one is a finding, and a permission that comes later does not cure it.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="device_statements")
    session_ref = models.UUIDField()
    device = models.CharField(max_length=16, choices=Device.choices)
    permission = models.ForeignKey(DevicePermission, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "device_statement"
        indexes = [
            models.Index(
                fields=["-at"], condition=Q(device="own-phone", permission=None), name="device_statement_finding"
            )
        ]


class UnlinkedIdentity(Working):
    """Somebody whom the department's provider knows and who is nobody here yet: an administrator may link them."""

    provider = models.CharField(max_length=200)
    uid = models.CharField(max_length=191)
    name = models.CharField(max_length=200, default="")
    email = models.CharField(max_length=254, default="")
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "unlinked_identity"
        constraints = [models.UniqueConstraint(fields=["provider", "uid"], name="unlinked_identity_once")]


class KeptForm(Working):
    """What a person had typed when the idle cover came down, encrypted, until they have it back."""

    person = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="+")
    path = models.CharField(max_length=2000)
    sealed = models.BinaryField()
    sent = models.BooleanField()  #: the person sent it and it was not taken; else they were still typing
    kept_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "kept_form"
