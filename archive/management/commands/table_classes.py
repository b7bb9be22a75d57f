"""Compare the declared class of every table with what the database enforces."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from archive.tables import APP_PRIVILEGES, TableClass

WRITES = ("INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE")
TRIGGERS = {
    TableClass.EVIDENCE: {"insert_only", "no_truncate"},
    TableClass.CONTENT: {"insert_only", "no_truncate", "no_stray_delete"},
    TableClass.WORKING: set(),
    TableClass.DERIVED: set(),
}


def declared() -> dict[str, tuple[TableClass, frozenset[str]]]:
    """Return table → (class, privileges of `daybook_app`) as the models and the settings declare them."""
    tables: dict[str, tuple[TableClass, frozenset[str]]] = {}
    for model in apps.get_models():
        kind = getattr(model, "table_class", None)
        if kind is None:
            kind = TableClass(settings.LIBRARY_TABLES[model._meta.db_table])
        tables[model._meta.db_table] = (kind, getattr(model, "app_privileges", None) or APP_PRIVILEGES[kind])
    for table, name in settings.LIBRARY_TABLES.items():
        kind = TableClass(name)
        tables.setdefault(table, (kind, APP_PRIVILEGES[kind]))
    return tables


def differences() -> list[str]:
    """Return one sentence for each difference between what is declared and what the database enforces."""
    found: list[str] = []
    wanted = declared()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'")
        owners = dict(cursor.fetchall())
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal"
        )
        triggers: dict[str, set[str]] = {}
        for table, name, enabled in cursor.fetchall():
            if enabled == "A":
                triggers.setdefault(table, set()).add(name.removeprefix(f"{table}_"))
        privileges: dict[str, frozenset[str]] = {}
        for table in owners:
            cursor.execute(
                "SELECT p FROM unnest(%s::text[]) p WHERE has_table_privilege('daybook_app', %s, p)",
                [list(WRITES), table],
            )
            privileges[table] = frozenset(row[0] for row in cursor.fetchall())
    for table in sorted(set(owners) - set(wanted) - {"django_migrations"}):
        found.append(f"{table}: in the database, and no model or setting declares its class.")
    for table in sorted(set(wanted) - set(owners)):
        found.append(f"{table}: declared, and not in the database.")
    for table, (kind, rights) in sorted(wanted.items()):
        if table not in owners:
            continue
        if owners[table] != "daybook_owner":
            found.append(f"{table}: owned by {owners[table]}, not by daybook_owner.")
        if privileges[table] != rights:
            found.append(
                f"{table} ({kind}): daybook_app has {sorted(privileges[table])}, should have {sorted(rights)}."
            )
        missing = TRIGGERS[kind] - triggers.get(table, set())
        if missing:
            found.append(f"{table} ({kind}): lacks the ALWAYS trigger {', '.join(sorted(missing))}.")
    return found


class Command(BaseCommand):
    """`manage table_classes`: exit 0 when every table is what it is declared to be, 1 with the differences."""

    help = "Compare the declared class of every table with what the database enforces."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the differences."""
        found = differences()
        if found:
            raise CommandError("\n".join(found), returncode=1)
        self.stdout.write(f"{len(declared())} tables are what they are declared to be.")
