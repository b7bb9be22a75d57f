"""Reading offices: who has which when, what is vacant, who deputises, and which rules too few people can keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from archive.access.capability_names import CAPABILITIES
from archive.access.models import Absence, Appointment, Designation, Office
from archive.access.policy import office_table


@dataclass(frozen=True, slots=True)
class OfficeShown:
    """One office on a day. `vacant`: no holder and nobody acting; `stands_in`: its deputies have the authority now."""

    office: Office
    holders: Sequence[Appointment]
    acting: Sequence[Appointment]
    deputies: Sequence[Appointment]
    coming: Sequence[Appointment]
    away: frozenset[int]
    vacant: bool
    stands_in: bool


@dataclass(frozen=True, slots=True)
class Authority:
    """What one office of the table may do, in words, and which offices of the department have that authority."""

    code: str
    name: str
    may: Sequence[str | Promise]
    offices: Sequence[Office]


def offices_shown(at: datetime) -> list[OfficeShown]:
    """Return every office that is not retired with the people who have it at `at` or will have it, in three queries."""
    offices = list(Office.objects.filter(retired_at=None).order_by("name"))
    away = frozenset(Absence.objects.filter(since__lte=at, until__gt=at).values_list("user_id", flat=True))
    rows: dict[str, list[Appointment]] = {}
    for row in Appointment.objects.exclude(until__lte=at).select_related("user").order_by("since", "pk"):
        rows.setdefault(row.office_id, []).append(row)
    return [_shown(office, rows.get(office.code, []), away, at) for office in offices]


def _shown(office: Office, rows: Sequence[Appointment], away: frozenset[int], at: datetime) -> OfficeShown:
    now = [row for row in rows if row.since <= at]
    regular = [row for row in now if not row.deputy]
    there = [row for row in regular if row.user.is_active and row.user_id not in away]
    deputies = [row for row in now if row.deputy]
    return OfficeShown(
        office=office,
        holders=[row for row in regular if not row.acting],
        acting=[row for row in regular if row.acting],
        deputies=deputies,
        coming=[row for row in rows if row.since > at],
        away=away,
        vacant=not any(row.user.is_active for row in regular),
        stands_in=bool(deputies) and not there,
    )


def office_history(office: Office) -> QuerySet[Appointment]:
    """Return everybody who ever had the office, the latest first."""
    return (
        Appointment.objects.filter(office=office)
        .select_related("user", "made_by", "ended_by")
        .order_by("-since", "-pk")
    )


def designations_running(at: datetime) -> QuerySet[Designation]:
    """Return the designations that run or will run, the first to end on top."""
    return Designation.objects.filter(until__gt=at).select_related("user", "office", "made_by").order_by("until", "pk")


def absences_running(at: datetime) -> QuerySet[Absence]:
    """Return who is away now or will be."""
    return Absence.objects.filter(until__gt=at).select_related("user").order_by("since", "pk")


def authority_table() -> list[Authority]:
    """Return the table of authority as people read it: every capability in words, by office."""
    own: dict[str, list[Office]] = {}
    for office in Office.objects.filter(~Q(authority=""), retired_at=None).order_by("name"):
        own.setdefault(office.authority, []).append(office)
    names = dict(Office.objects.values_list("code", "name"))
    return [
        Authority(code, names.get(code, name), [CAPABILITIES.get(one, one) for one in sorted(may)], own.get(code, ()))
        for code, (name, may) in office_table().items()
    ]
