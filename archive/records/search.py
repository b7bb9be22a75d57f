"""Search in two steps (search.md 5): the newest rows with a capped count at once, exact totals and facets after.

Every answer comes from one REPEATABLE READ READ ONLY transaction, so rows, total and facets agree with each other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Compartment
from archive.records.models import Kind, State
from archive.records.query import ParsedQuery, parse_query

CAP = 10_000  #: hits up to which step one is exact
PAGE = 25
FACETS = ("account_id", "kind", "state", "series_id", "year")
EXACT_TIMEOUT_MS = 10_000
TOOK_TOO_LONG = "57014"  #: what PostgreSQL says when a statement ran into its timeout

Facets = dict[str, dict[Any, int]]


class FilterError(ValueError):
    """A filter that makes no sense; the message is for the clerk."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search beside its words. Empty means no narrowing; days are the department's, both inclusive."""

    account_ids: tuple[int, ...] = ()
    author_id: int | None = None
    kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    series_ids: tuple[int, ...] = ()
    years: tuple[int, ...] = ()
    since: date | None = None
    until: date | None = None
    on_hold: bool = False

    def __post_init__(self) -> None:
        if set(self.kinds) - set(Kind.values) or set(self.states) - set(State.values):
            raise FilterError("There is no such kind or state of record.")
        if self.since and self.until and self.since > self.until:
            raise FilterError("The first day lies after the last one.")

    def as_json(self) -> dict[str, Any]:
        """Return the filters as codes and ids, no words: how a search run keeps them."""
        return {
            "account_ids": list(self.account_ids),
            "author_id": self.author_id,
            "kinds": list(self.kinds),
            "states": list(self.states),
            "series_ids": list(self.series_ids),
            "years": list(self.years),
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "on_hold": self.on_hold,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Filters":
        """Return filters kept by `as_json`."""
        return cls(
            account_ids=tuple(stored["account_ids"]),
            author_id=stored["author_id"],
            kinds=tuple(stored["kinds"]),
            states=tuple(stored["states"]),
            series_ids=tuple(stored["series_ids"]),
            years=tuple(stored["years"]),
            since=date.fromisoformat(stored["since"]) if stored["since"] else None,
            until=date.fromisoformat(stored["until"]) if stored["until"] else None,
            on_hold=stored["on_hold"],
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in the order newest first: the keyset for older and newer pages."""

    sort_at: datetime
    record_id: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Step one: a page of records and a total that is either exact or `more than CAP`."""

    query: ParsedQuery | None
    rows: list[Place]
    total: int | None  #: none when there are more than CAP
    facets: Facets | None  #: none when there are more than CAP
    has_older: bool
    has_newer: bool
    closed: dict[str, int]  #: hits in compartments that are closed to the reader, by code
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ExactAnswer:
    """Step two: the exact total and facets of any search, or none when it took too long for a page."""

    total: int | None
    facets: Facets | None
    as_of: datetime


@dataclass(slots=True)
class Condition:
    """A WHERE clause over `search_document d`, with its parameters."""

    clauses: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    has_words: bool = False

    def add(self, clause: str, *parameters: Any) -> None:
        """Add one condition that must hold."""
        self.clauses.append(clause)
        self.parameters += parameters

    @property
    def sql(self) -> str:
        """The conditions joined, or TRUE."""
        return " AND ".join(self.clauses) or "TRUE"


def condition_of(query: ParsedQuery | None, filters: Filters, compartments: list[str]) -> Condition:
    """Return the condition on search rows that a query and filters make, inside the given compartments."""
    condition = Condition()
    if query is not None:
        condition.add("d.tsv @@ %s::tsquery", query.tsquery)
        condition.has_words = True
    condition.add("d.compartment = ANY(%s)", compartments)
    for column, values in (
        ("account_id", filters.account_ids),
        ("kind", filters.kinds),
        ("state", filters.states),
        ("series_id", filters.series_ids),
        ("year", filters.years),
    ):
        if len(values) == 1:
            condition.add(f"d.{column} = %s", values[0])
        elif values:
            condition.add(f"d.{column} = ANY(%s)", list(values))
    if filters.author_id is not None:
        condition.add("d.author_id = %s", filters.author_id)
    zone = "(SELECT zone FROM department)"
    if filters.since:
        condition.add(f"d.sort_at >= (%s::date::timestamp AT TIME ZONE {zone})", filters.since)
    if filters.until:
        condition.add(f"d.sort_at < (%s::date::timestamp AT TIME ZONE {zone})", filters.until + timedelta(days=1))
    if filters.on_hold:
        condition.add("d.on_hold")
    return condition


def search(
    *,
    actor: Actor,
    at: datetime,
    words: str = "",
    filters: Filters = Filters(),
    older_than: Place | None = None,
    newer_than: Place | None = None,
) -> Answer:
    """Answer step one. Raises `policy.Denied`, a QueryError (words) or a FilterError, each with a sentence."""
    policy.require(actor, "record.read", at)
    query = parse_query(words) if words.strip() else None
    open_ = sorted(policy.open_compartments(actor, at))
    closed_ = Compartment.objects.filter(sealed=False).exclude(code__in=open_).values_list("code", flat=True)
    with _reading(has_words=query is not None):
        condition = condition_of(query, filters, open_)
        total, facets, newest = _capped(condition)
        if older_than is None and newer_than is None and newest is not None:
            rows, more = newest[:PAGE], len(newest) > PAGE
            has_older, has_newer = more, False
        else:
            rows, has_older, has_newer = _page(condition, older_than, newer_than)
        closed = _closed(condition_of(query, filters, sorted(closed_)))
    return Answer(query, rows, total, facets, has_older, has_newer, closed, at)


def search_exactly(*, actor: Actor, at: datetime, words: str = "", filters: Filters = Filters()) -> ExactAnswer:
    """Answer step two: the exact total and facets of any size, within ten seconds; none if it takes longer."""
    policy.require(actor, "record.read", at)
    query = parse_query(words) if words.strip() else None
    condition = condition_of(query, filters, sorted(policy.open_compartments(actor, at)))
    try:
        with _reading(has_words=query is not None), connection.cursor() as cursor, time_limited(cursor):
            cursor.execute(
                f"SELECT {', '.join(FACETS)}, GROUPING({', '.join(FACETS)}), count(*) FROM search_document d"
                f" WHERE {condition.sql} GROUP BY GROUPING SETS ({', '.join(f'({f})' for f in FACETS)}, ())",
                condition.parameters,
            )
            total, facets = facets_of(cursor.fetchall())
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == TOOK_TOO_LONG:
            return ExactAnswer(None, None, at)
        raise
    return ExactAnswer(total, facets, at)


@contextmanager
def time_limited(cursor: CursorWrapper) -> Iterator[None]:
    """Give each statement of the block EXACT_TIMEOUT_MS; what the caller's transaction does later has its own time."""
    cursor.execute(
        "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)",
        [str(EXACT_TIMEOUT_MS)],
    )
    before = cursor.fetchone()[0]
    yield
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


@contextmanager
def _reading(*, has_words: bool) -> Iterator[None]:
    """Hold one snapshot for the whole answer. Inside an open transaction (tests) that one is used as it is."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if has_words:
                cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        if has_words and not outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = on")


def _capped(condition: Condition) -> tuple[int | None, Facets | None, list[Place] | None]:
    """Count up to the cap in one scan, with facets and the newest rows; nothing of it is used beyond the cap."""
    columns = ", ".join(FACETS)
    sets = ", ".join(f"({f})" for f in FACETS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH c AS MATERIALIZED (SELECT {columns}, sort_at, record_id FROM search_document d"
            f" WHERE {condition.sql} LIMIT {CAP + 1}),"
            f" g AS (SELECT {columns}, GROUPING({columns}) AS level, count(*) AS n FROM c"
            f" GROUP BY GROUPING SETS ({sets}, ())),"
            f" t AS (SELECT sort_at, record_id FROM c ORDER BY sort_at DESC, record_id DESC LIMIT {PAGE + 1})"
            f" SELECT {columns}, level, n, NULL::timestamptz, NULL::bigint FROM g"
            f" UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, -1, 0, sort_at, record_id FROM t",
            condition.parameters,
        )
        found = cursor.fetchall()
    total, facets = facets_of([row[:7] for row in found if row[5] != -1])
    if total > CAP:
        return None, None, None
    places = [Place(row[7], row[8]) for row in found if row[5] == -1]
    return total, facets, sorted(places, key=lambda p: (p.sort_at, p.record_id), reverse=True)


def facets_of(rows: Sequence[Sequence[Any]]) -> tuple[int, Facets]:
    """Read the answer of GROUPING SETS: a bit of GROUPING() is 0 for the column that a row counts by."""
    facets: Facets = {name: {} for name in FACETS}
    total = 0
    everything = 2 ** len(FACETS) - 1
    for *values, level, n in rows:
        if level == everything:
            total = n
            continue
        for place, name in enumerate(FACETS):
            if not level & (1 << (len(FACETS) - 1 - place)):
                facets[name][values[place]] = n
    return total, facets


def _page(condition: Condition, older_than: Place | None, newer_than: Place | None) -> tuple[list[Place], bool, bool]:
    """Walk the date index from a place, one page and one row further."""
    direction: Literal["ASC", "DESC"] = "ASC" if newer_than else "DESC"
    place = newer_than or older_than
    clause, parameters = condition.sql, list(condition.parameters)
    if place is not None:
        clause += f" AND (d.sort_at, d.record_id) {'>' if newer_than else '<'} (%s, %s)"
        parameters += [place.sort_at, place.record_id]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT d.sort_at, d.record_id FROM search_document d WHERE {clause}"
            f" ORDER BY d.sort_at {direction}, d.record_id {direction} LIMIT {PAGE + 1}",
            parameters,
        )
        rows = [Place(*row) for row in cursor.fetchall()]
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if newer_than:
        return rows[::-1], True, more
    return rows, more, older_than is not None


def _closed(condition: Condition) -> dict[str, int]:
    """Count hits, up to the cap, in compartments that the reader may know of and not enter."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT compartment, count(*) FROM (SELECT d.compartment FROM search_document d"
            f" WHERE {condition.sql} LIMIT {CAP}) c GROUP BY compartment",
            condition.parameters,
        )
        return dict(cursor.fetchall())
