"""Personal devices: leave to use one is given before it is used, by the chief or a designee (SOP 5.19 4b)."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from archive.access.audit import audit, words_keep
from archive.access.models import Department, User, Words
from archive.access.people import CannotDo
from archive.access.policy import allows, require
from archive.access.sign_in_models import (
    Device,
    DevicePermission,
    DevicePermissionEnd,
    DeviceScope,
    DeviceStatement,
)


@dataclass(frozen=True, slots=True)
class PermissionShown:
    """A permission with its words, and whether it is in force on the day asked for."""

    permission: DevicePermission
    device: str
    in_force: bool
    ended_at: datetime | None


def device_permit(
    *,
    person: User,
    device: str,
    scope: DeviceScope,
    first_day: date,
    last_day: date | None,
    actor: Actor,
    at: datetime,
) -> DevicePermission:
    """Give a person leave to use a device of their own. It never reaches back: it begins today at the earliest."""
    with transaction.atomic():
        require(actor, "device.permit", at)
        if actor.person == person:
            raise CannotDo(_("Nobody permits their own device. Another person with this authority must."))
        if first_day < _day(at):
            raise CannotDo(
                _("A permission begins today at the earliest: what was done without one is not cured by it.")
            )
        if last_day is not None and last_day < first_day:
            raise CannotDo(_("The last day lies before the first."))
        permission = DevicePermission.objects.create(
            person=person,
            device_words=words_keep(device, compartment="public", at=at),
            scope=scope,
            granted_by=actor.person,
            granted_at=at,
            first_day=first_day,
            last_day=last_day,
        )
        audit(actor, "device.permitted", at=at, object_kind="device-permission", object_ref=permission.ref)
    return permission


def device_permission_end(*, ref: uuid.UUID, words: str, actor: Actor, at: datetime) -> bool:
    """Take a permission back from now on; return whether there was one that had not ended."""
    with transaction.atomic():
        require(actor, "device.permit", at)
        permission = DevicePermission.objects.filter(ref=ref, end=None).first()
        if permission is None:
            return False
        kept = words_keep(words, compartment="public", at=at)
        # Two at once: the second one finds the end that the first one wrote.
        _end, first = DevicePermissionEnd.objects.get_or_create(
            permission=permission, defaults={"by": actor.person, "at": at, "words_ref": kept}
        )
        if not first:
            return False
        audit(actor, "device.permission-ended", at=at, object_kind="device-permission", object_ref=ref)
    return True


def permission_in_force(person: User, *, at: datetime) -> DevicePermission | None:
    """Return the permission by which the person may use a device of their own at `at`."""
    day = _day(at)
    return (
        DevicePermission.objects.filter(Q(last_day=None) | Q(last_day__gte=day), person=person, first_day__lte=day)
        .filter(granted_at__lte=at, end=None)
        .order_by("pk")
        .last()
    )


def device_state(*, person: User, session_ref: uuid.UUID, device: Device, at: datetime) -> DeviceStatement:
    """Keep what a person says they sign in with, and the permission in force. Must be called inside a transaction."""
    permission = permission_in_force(person, at=at) if device == Device.OWN_PHONE else None
    statement = DeviceStatement.objects.create(
        person=person, session_ref=session_ref, device=device, permission=permission, at=at
    )
    if device == Device.OWN_PHONE and permission is None:
        audit(Actor(user=person), "device.unpermitted", at=at, object_kind="person", object_ref=person.ref)
    return statement


def permissions_shown(*, actor: Actor, at: datetime) -> list[PermissionShown]:
    """Return the permissions: all of them to those who give or audit them, one's own to everybody else."""
    found = DevicePermission.objects.select_related("person", "granted_by", "end").order_by("-pk")
    if not sees_all(actor, at):
        found = found.filter(person=actor.person)
    rows = list(found[:500])
    words = dict(Words.objects.filter(ref__in=[row.device_words for row in rows]).values_list("ref", "text"))
    day = _day(at)
    return [
        PermissionShown(
            row,
            words.get(row.device_words, ""),
            row.first_day <= day and (row.last_day is None or row.last_day >= day) and not hasattr(row, "end"),
            row.end.at if hasattr(row, "end") else None,
        )
        for row in rows
    ]


def unpermitted(*, actor: Actor, at: datetime) -> QuerySet[DeviceStatement]:
    """Return the sign-ins with a personal device that no permission covered, the newest first."""
    found = DeviceStatement.objects.filter(device=Device.OWN_PHONE, permission=None).select_related("person")
    if not sees_all(actor, at):
        found = found.filter(person=actor.person)
    return found.order_by("-at")


def sees_all(actor: Actor, at: datetime) -> bool:
    """Whether the actor sees everybody's devices."""
    return any(allows(actor, capability, at) for capability in ("device.permit", "audit.read"))


def _day(at: datetime) -> date:
    department = Department.objects.first()
    return department.day(at) if department else at.date()
