"""What a person holds at an instant, in one query: appointments, designations, openings in an emergency."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value

from archive.access.models import Appointment, Designation
from archive.access.oversight_models import BrokenGlass

BROKEN_GLASS = "(broken glass)"  #: stands for an authority in the rows of openings; no authority has this name

_SOMEBODY = -1
_SOMETIME = datetime(1, 1, 2, tzinfo=UTC)


def held_rows(user_id: int, at: datetime) -> list[tuple[str, str, str]]:
    """Return (office, authority, capability) of all that the person holds at `at`.

    The capability is empty for an office, and names the one that a designation gives. An opening has its compartment in
    the place of the office, and `BROKEN_GLASS` as its authority.
    """
    sql, places = _compiled()
    stands_for: dict[Any, Any] = {_SOMEBODY: user_id, _SOMETIME: at}
    with connection.cursor() as cursor:
        cursor.execute(sql, [stands_for.get(place, place) for place in places])
        rows: list[tuple[str, str, str]] = cursor.fetchall()
    return rows


@cache
def _compiled() -> tuple[str, tuple[Any, ...]]:
    """The query as text, with its places: a page asks several times, and writing it takes longer than running it."""
    sql, places = _rows(_SOMEBODY, _SOMETIME).query.sql_with_params()
    return sql, tuple(places)


def _rows(user_id: int, at: datetime) -> QuerySet[Appointment, tuple[Any, ...]]:
    columns = ("office_id", "office__authority")
    held = Appointment.objects.filter(Appointment.in_force(at), user_id=user_id)
    given = Designation.objects.filter(since__lte=at, until__gt=at, user_id=user_id)
    broken = BrokenGlass.objects.filter(user_id=user_id, at__lte=at, until__gt=at).exclude(closed__at__lte=at)
    return held.values_list(*columns, Value("")).union(
        given.values_list(*columns, "capability"), broken.values_list("compartment_id", Value(BROKEN_GLASS), Value(""))
    )
