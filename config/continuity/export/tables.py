"""Every table as JSON lines, one row a line, as PostgreSQL itself writes it; streamed by a cursor on the server."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from archive.tables import Derived

APPS = ("archive", "retention", "foia")
_ROWS = 2_000

#: What is not taken along, and why. Derived rows are made again from content; the others are no records.
LEFT_OUT = {
    "search_document": "derived: the search index, made again from the records",
    "search_token": "derived: the search index, made again from the records",
    "account_emailaddress": "a library's: nothing of ours is in it",
    "account_emailconfirmation": "a library's: nothing of ours is in it",
    "attempts": "counts of attempts to sign in, kept for some days",
    "invitation": "invitations to sign in, which end by themselves",
    "kept_form": "half-typed forms, encrypted, kept for some hours",
    "mfa_authenticator": "secrets by which people sign in",
    "person_session": "who is signed in now: its keys would let in whoever has this export",
    "socialaccount_socialaccount": "how people are known at the department's own sign-in",
    "socialaccount_socialapp": "a library's: nothing of ours is in it",
    "socialaccount_socialtoken": "a library's: nothing of ours is in it",
    "unlinked_identity": "who came from the department's own sign-in and is nobody here",
}
#: Columns that stay here.
_WITHHELD = {("person", "password"): "a password's hash"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours: its name, its class, what its model says of itself, and its columns with their types."""

    name: str
    table_class: str
    about: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]


def tables() -> list[Table]:
    """Return every table that is exported, by name."""
    found = [_table(model) for app in APPS for model in apps.get_app_config(app).get_models()]
    return sorted((one for one in found if one.name not in LEFT_OUT), key=lambda one: one.name)


def table_rows(table: Table) -> Iterator[bytes]:
    """Yield the rows of a table as JSON lines, in the order of its key. Must be called in a transaction."""
    statement = sql.SQL("SELECT row_to_json(r)::text FROM (SELECT {} FROM {} t {} ORDER BY {}) r").format(
        sql.SQL(", ").join(_column(table, name) for name, _ in table.columns),
        sql.Identifier(table.name),
        sql.SQL(_JOINS.get(table.name, "")),
        sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in table.key),
    )
    assert connection.connection is not None  # noqa: S101
    with connection.connection.cursor(name=f"export_{uuid.uuid4().hex}") as cursor:
        cursor.itersize = _ROWS
        cursor.execute(statement)
        while rows := cursor.fetchmany(_ROWS):
            yield "".join(f"{row[0]}\n" for row in rows).encode("utf-8")


_JOINS: dict[str, Any] = {"ledger_event_content": "LEFT JOIN compartment k ON k.code = t.compartment"}


def _column(table: Table, name: str) -> sql.Composable:
    """Return the column as it is read: what is withheld is not, and an event's fields are the text they are."""
    if (table.name, name) == ("ledger_event_content", "fields"):
        return sql.SQL(
            "CASE WHEN k.sealed THEN '\\x' || encode(t.fields, 'hex') ELSE convert_from(t.fields, 'UTF8') END AS fields"
        )
    return sql.SQL("t.{}").format(sql.Identifier(name))


def _table(model: type[models.Model]) -> Table:
    name = model._meta.db_table
    primary = model._meta.pk
    parts = getattr(primary, "fields", None) or [primary]
    columns = tuple(
        (str(field.column), str(field.db_type(connection)))
        for field in model._meta.concrete_fields
        if field.column and (name, field.column) not in _WITHHELD
    )
    return Table(
        name=name,
        table_class=str(getattr(model, "table_class", "")) or ("derived" if issubclass(model, Derived) else ""),
        about=" ".join((model.__doc__ or "").split()),
        key=tuple(str(field.column) for field in parts),
        columns=columns,
    )
