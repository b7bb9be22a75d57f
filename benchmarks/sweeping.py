"""`./run bench sweep`: seconds to propose a million due records as one frozen list, beside a bare INSERT of it."""

import time
from collections.abc import Iterator

from django.db import connection, transaction

from archive.access.actor import Actor
from benchmarks.figures import Figure
from benchmarks.world import AT, page
from retention.dispositions.sweeping import sweep
from retention.rules.schedule import SCHEDULES
from retention.schedules.models import Series
from retention.schedules.services import schedule_adopt

RECORDS = 1_000_000
SERIES = "comments-no-action"


def measure() -> Iterator[Figure]:
    """Sweep RECORDS due records once, with every guard of the settings asked, and once more when nothing is left."""
    manager, account = page("bench-sweep")
    starter = (SCHEDULES / "starter.toml").read_bytes()
    schedule_adopt(content=starter, name="starter.toml", actor=manager, at=AT)
    _fill(account.pk)
    floor = _bare_insert()
    day = AT.date()
    began = time.perf_counter()
    swept = sweep(as_of=day, actor=Actor(process="bench"), at=AT)
    elapsed = time.perf_counter() - began
    if swept.proposed != {SERIES: RECORDS}:
        raise RuntimeError(f"The sweep proposed {swept.proposed}.")
    yield Figure("sweep.million", elapsed, "s", floor, "value < 60")
    began = time.perf_counter()
    sweep(as_of=day, actor=Actor(process="bench"), at=AT)
    yield Figure("sweep.million_again", time.perf_counter() - began, "s")


def _fill(account_id: int) -> None:
    """Write records with their assignments, as captures of several years would have left them."""
    series = Series.objects.get(code=SERIES)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record (ref, account_id, kind, compartment, subject, created_at)"
            " SELECT gen_random_uuid(), %s, 'comment', 'public', uuid_send(gen_random_uuid()), %s"
            " FROM generate_series(1, %s)",
            [account_id, AT, RECORDS],
        )
        cursor.execute(
            "INSERT INTO assignment (holding_kind, holding_id, holding_ref, series_id, applied_id, created_on,"
            " captured_on, due_on) SELECT 'record', id, ref, %s, %s, day, day, (day + interval '2 years')::date"
            " FROM (SELECT id, ref, date '2019-01-01' + (id %% 1500)::int AS day FROM record WHERE account_id = %s) r",
            [series.pk, series.current_id, account_id],
        )


def _bare_insert() -> float:
    """Return the seconds that the database alone takes to write the list, which is then taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(
            "INSERT INTO disposition_item (batch_id, holding_kind, holding_id, holding_ref, due_on)"
            " SELECT 0, holding_kind, holding_id, holding_ref, due_on FROM assignment ORDER BY holding_id"
        )
        elapsed = time.perf_counter() - began
        transaction.set_rollback(True)
    return elapsed
