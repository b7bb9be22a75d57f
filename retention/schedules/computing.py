"""Due days in sets: each distinct basis is decided once by the pure rules, and one UPDATE writes the days back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection

from archive.access.models import Department
from retention.rules.decide import Block, Decision, Inputs, decide
from retention.schedules.rulebook import Rulebook, rulebook


class Basis(NamedTuple):
    """All that a due day rests on: the version applied, the day of its trigger, and that of the capture if it has a
    floor; then the same of the version beside it."""

    applied_id: int
    day: date | None
    floor_on: date | None = None
    beside_id: int | None = None
    beside_day: date | None = None
    beside_floor_on: date | None = None


@dataclass(frozen=True, slots=True)
class Decider:
    """The adopted versions and the department's fiscal year, read once for many decisions."""

    book: Rulebook
    fiscal_year_start_month: int

    @classmethod
    def load(cls) -> "Decider":
        """Read both from the database."""
        return cls(rulebook(), Department.objects.values_list("fiscal_year_start_month", flat=True).get())

    def decide(self, basis: Basis, blocks: tuple[Block, ...] = ()) -> Decision:
        """Decide on a basis; `blocks` are the holds and requests in force, which change the sentence, not the end."""
        own = self.book[basis.applied_id]
        rules, days = [own.rule], {own.rule.trigger: basis.day}
        if basis.beside_id is not None:
            beside = self.book[basis.beside_id].rule
            rules.append(beside)
            days[beside.trigger] = basis.beside_day
        return decide(
            Inputs(
                rules=tuple(rules),
                days={trigger: day for trigger, day in days.items() if day is not None},
                captured_on=basis.floor_on or basis.beside_floor_on or date.min,  # counts only where there is a floor
                fiscal_year_start_month=self.fiscal_year_start_month,
                blocks=blocks,
                application=own.application,
            )
        )

    def due_days(self, bases: Iterable[Basis]) -> dict[Basis, date | None]:
        """Return the due day of each distinct basis."""
        return {basis: self.decide(basis).ends_on for basis in set(bases)}


def recompute(*, series_ids: Iterable[int] | None = None) -> int:
    """Compute the due days of all assignments, or of some series, from their facts; return how many changed.

    Twice changes nothing the second time. Needs the caller's transaction.
    """
    wanted = None if series_ids is None else list(series_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT applied_id, day, floor_on, beside_id, beside_day, beside_floor_on, due_on"
            " FROM assignment_basis WHERE %s::bigint[] IS NULL OR series_id = ANY(%s)",
            [wanted, wanted],
        )
        present = [(Basis(*row[:6]), row[6]) for row in cursor.fetchall()]
    days = Decider.load().due_days(basis for basis, _due_on in present)
    wrong = {basis for basis, due_on in present if days[basis] != due_on}
    return write_due_days({basis: days[basis] for basis in wrong})


def write_due_days(days: Mapping[Basis, date | None]) -> int:
    """Give every assignment of these bases its day; return how many changed."""
    if not days:
        return 0
    bases = list(days)
    with connection.cursor() as cursor:
        cursor.execute(
            # Materialised, so that the day is a column to hash by and not an expression over two tables.
            "WITH b AS MATERIALIZED (SELECT * FROM assignment_basis)"
            " UPDATE assignment a SET due_on = n.due_on FROM b JOIN unnest(%s::bigint[], %s::date[],"
            " %s::date[], %s::bigint[], %s::date[], %s::date[], %s::date[]) AS n(applied_id, day, floor_on, beside_id,"
            " beside_day, beside_floor_on, due_on) ON b.applied_id = n.applied_id"
            " AND coalesce(b.day, '-infinity') = coalesce(n.day, '-infinity')"
            " AND coalesce(b.floor_on, '-infinity') = coalesce(n.floor_on, '-infinity')"
            " AND coalesce(b.beside_id, 0) = coalesce(n.beside_id, 0)"
            " AND coalesce(b.beside_day, '-infinity') = coalesce(n.beside_day, '-infinity')"
            " AND coalesce(b.beside_floor_on, '-infinity') = coalesce(n.beside_floor_on, '-infinity')"
            " WHERE a.id = b.id AND a.due_on IS DISTINCT FROM n.due_on",
            [
                [basis.applied_id for basis in bases],
                [basis.day for basis in bases],
                [basis.floor_on for basis in bases],
                [basis.beside_id for basis in bases],
                [basis.beside_day for basis in bases],
                [basis.beside_floor_on for basis in bases],
                [days[basis] for basis in bases],
            ],
        )
        return int(cursor.rowcount)
