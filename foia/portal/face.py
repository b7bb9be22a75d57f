"""What the database lets the public face do: views that stand in a schema of its own, under the names of tables.

The role `daybook_public` sees that schema and no other. The code that serves strangers is then the same on both faces:
its models find the views. A view shows only what was released or published, and blanks what is internal.
"""

from typing import NamedTuple

ROLE, SCHEMA = "daybook_public", "daybook_face"

_OPEN = "EXISTS (SELECT 1 FROM public.release r WHERE r.production_id = {}.{}"
_LIVE = _OPEN + " AND NOT EXISTS (SELECT 1 FROM public.release_revoked v WHERE v.release_id = r.id))"


class Shown(NamedTuple):
    """One view: the columns as they are shown, from which table, of which rows."""

    columns: str
    where: str = ""


VIEWS: dict[str, Shown] = {
    "department": Shown("id, name, zone, fiscal_year_start_month, demonstration"),
    "release": Shown(
        "id, ref, production_id, token_sha256, at, expires_at, NULL::bigint AS by_id, NULL::uuid AS event_id",
        "NOT EXISTS (SELECT 1 FROM public.release_revoked v WHERE v.release_id = release.id)",
    ),
    "release_revoked": Shown("id, release_id, at, NULL::bigint AS by_id, NULL::uuid AS words_ref"),
    "production": Shown(
        "id, ref, NULL::bigint AS collection_id, NULL::bigint AS approval_id, NULL::uuid AS letter_ref, name, prefix,"
        " width, first, items_count, state, program, NULL::bytea AS subject, made_at, NULL::bigint AS made_by_id",
        _LIVE.format("production", "id"),
    ),
    "bundle": Shown(
        "id, production_id, checkpoint_size, anchors, NULL::bigint AS stored_id, size, sha256, at",
        _LIVE.format("bundle", "production_id"),
    ),
    "published_bundle": Shown(
        "id, production_id, key, version_id, made_at, published_at, removed_at",
        "removed_at IS NULL AND published_at IS NOT NULL AND " + _LIVE.format("published_bundle", "production_id"),
    ),
    "ledger_checkpoint": Shown("log_id, size, root, note, created_at"),
    # What is in a bucket or a mailbox may name people; only that it is there is public.
    "ledger_anchor": Shown(
        "id, log_id, size, kind, name, at, received_at, read,"
        " CASE WHEN kind IN ('tsa', 'witness') THEN octets ELSE ''::bytea END AS octets"
    ),
}

#: All that the role may do: the whole of it, which a test holds against the database.
MAY: dict[str, frozenset[str]] = {**dict.fromkeys(VIEWS, frozenset({"SELECT"})), "inbox": frozenset({"INSERT"})}


def sql_face() -> str:
    """Return the SQL that makes the schema and its views anew. Run as `daybook_owner`."""
    statements = [
        f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;",
        f"CREATE SCHEMA {SCHEMA};",
        f"REVOKE ALL ON SCHEMA public FROM {ROLE};",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {ROLE};",
    ]
    for name, shown in VIEWS.items():
        where = f" WHERE {shown.where}" if shown.where else ""
        statements += [
            f"CREATE VIEW {SCHEMA}.{name} WITH (security_barrier) AS SELECT {shown.columns} FROM public.{name}{where};",
            f"GRANT SELECT ON {SCHEMA}.{name} TO {ROLE};",
        ]
    # The time of a message is the database's: the view has no column for it.
    statements += [
        f"CREATE VIEW {SCHEMA}.inbox AS SELECT kind, thing FROM public.inbox;",
        f"GRANT INSERT ON {SCHEMA}.inbox TO {ROLE};",
    ]
    return "\n".join(statements)
