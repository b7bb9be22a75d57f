"""Counts that can be sworn to (search.md 6): one snapshot, every hit kept, the whole committed to the log."""

import hashlib
import os
from datetime import datetime
from typing import NamedTuple

import orjson
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import audit, words_keep
from archive.bulk import take_ids
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events
from archive.records.models import SearchRun
from archive.records.query import parse_query
from archive.records.search import (
    FACETS,
    TOOK_TOO_LONG,
    Condition,
    Facets,
    Filters,
    condition_of,
    facets_of,
    time_limited,
)
from archive.records.tokens import TOKENIZER_VERSION


def search_freeze(*, actor: Actor, words: str, filters: Filters, at: datetime) -> SearchRun:
    """Run a search once, in one statement's snapshot, and keep every hit with the digest of their sorted refs.

    It sees what `actor` may see, hidden and removed records included; which compartments that was is kept. The digest
    is SHA-256 over the 16-byte refs in rising order. Raises `policy.Denied`, a QueryError or a FilterError.
    """
    query = parse_query(words) if words.strip() else None
    with transaction.atomic():
        policy.require(actor, "record.search", at)
        compartments = sorted(policy.open_compartments(actor, at))
        condition = condition_of(query, filters, compartments)
        [run_id] = take_ids("search_run", 1)
        found = _freeze(run_id, condition)
        limits = _limits(filters, compartments)
        [event] = append_events(
            [
                EventDraft(
                    kind="search.run",
                    schema="search.run/1",
                    subject=os.urandom(16),
                    fields={
                        "/search/total": found.total,
                        "/search/found/sha256": base64url(found.digest),
                        "/search/query/sha256": base64url(hashlib.sha256(words.encode()).digest()),
                        "/search/filters/sha256": base64url(
                            hashlib.sha256(orjson.dumps(filters.as_json(), option=orjson.OPT_SORT_KEYS)).digest()
                        ),
                    },
                    compartment="restricted",
                    at=at,
                )
            ]
        )
        run = SearchRun.objects.create(
            pk=run_id,
            query_ref=words_keep(words, compartment="restricted", at=at),
            filters={**filters.as_json(), "compartments": compartments},
            tok_version=TOKENIZER_VERSION,
            application_version=settings.VERSION,
            snapshot=found.snapshot,
            total=found.total,
            facets=found.facets,
            limits=limits,
            found_sha256=found.digest,
            at=at,
            by=actor.person,
            event_id=event.event_id,
        )
        audit(actor, "search.freeze", at=at, object_kind="search", object_ref=run.ref, count=found.total)
    return run


class _Found(NamedTuple):
    total: int
    digest: bytes
    snapshot: str
    facets: Facets


def _freeze(run_id: int, condition: Condition) -> _Found:
    """Keep the hits and count them in one statement, hence in one snapshot. The foreign key waits for the commit."""
    columns = ", ".join(FACETS)
    sets = ", ".join(f"({name})" for name in FACETS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH found AS MATERIALIZED (SELECT r.ref, d.record_id, {', '.join('d.' + f for f in FACETS)}"
            f" FROM search_document d JOIN record r ON r.id = d.record_id WHERE {condition.sql}),"
            " kept AS (INSERT INTO search_run_hit (run_id, record_id)"
            " SELECT %s, record_id FROM found ORDER BY record_id),"
            f" counted AS (SELECT {columns}, GROUPING({columns}) AS level, count(*) AS n FROM found"
            f" GROUP BY GROUPING SETS ({sets}, ()))"
            " SELECT (SELECT sha256(coalesce(string_agg(uuid_send(ref), ''::bytea ORDER BY ref), ''::bytea))"
            " FROM found),"
            " pg_current_snapshot()::text,"
            f" (SELECT json_agg(json_build_array({columns}, level, n)) FROM counted)",
            [*condition.parameters, run_id],
        )
        digest, snapshot, counted = cursor.fetchone()
    total, facets = facets_of(counted)
    return _Found(total, bytes(digest), snapshot, facets)


def search_limits(*, actor: Actor, at: datetime, filters: Filters) -> dict[str, int] | None:
    """Return what words cannot find inside the filters, as far as the actor sees; None when it takes too long."""
    compartments = sorted(policy.open_compartments(actor, at))
    try:
        with transaction.atomic(), connection.cursor() as cursor, time_limited(cursor):
            return _limits(filters, compartments)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == TOOK_TOO_LONG:
            return None
        raise


def _limits(filters: Filters, compartments: list[str]) -> dict[str, int]:
    """Count what words cannot find inside the filters: no text, text past the limit, words cut by older rules.

    It reads every record inside the filters.
    """
    scope = condition_of(None, filters, compartments)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE d.tsv = ''::tsvector), count(*) FILTER (WHERE d.truncated),"
            " count(*) FILTER (WHERE d.tok_version <> %s) FROM search_document d"
            f" WHERE {scope.sql}",
            [TOKENIZER_VERSION, *scope.parameters],
        )
        wordless, truncated, older = cursor.fetchone()
    return {"without_text": wordless, "text_past_limit": truncated, "older_tokenizer": older}
