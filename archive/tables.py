"""The class of every table: what may happen to its rows, and who makes sure (design rule 3).

Each model derives from exactly one of the four abstract bases below. `sql_protect` turns the class into triggers and
grants; `manage table_classes` compares the declared class with what the database really enforces.
"""

from enum import StrEnum
from typing import ClassVar

from django.db import models


class TableClass(StrEnum):
    """What may happen to the rows of a table."""

    EVIDENCE = "evidence"  #: inserted and read, for ever
    CONTENT = "content"  #: inserted and read; deleted only inside the SQL function that destroys
    WORKING = "working"  #: changes as work goes on; every step that matters is an evidence row elsewhere
    DERIVED = "derived"  #: rebuilt from content, and deleted with it


class Evidence(models.Model):
    """A row that stays for ever: it holds no words or names of the public in clear, and no key to content."""

    table_class: ClassVar[TableClass] = TableClass.EVIDENCE
    app_privileges: ClassVar[frozenset[str] | None] = None  #: narrower, where another role writes

    class Meta:
        abstract = True


class Content(models.Model):
    """A row that holds what was said or who said it; it leaves only through `archive.destruction`."""

    table_class: ClassVar[TableClass] = TableClass.CONTENT
    app_privileges: ClassVar[frozenset[str] | None] = None  #: narrower, where another role writes

    class Meta:
        abstract = True


class Working(models.Model):
    """A row with a life of its own."""

    table_class: ClassVar[TableClass] = TableClass.WORKING
    app_privileges: ClassVar[frozenset[str] | None] = None  #: narrower, where another role writes

    class Meta:
        abstract = True


class Derived(models.Model):
    """A row that can be rebuilt from content and is deleted with it."""

    table_class: ClassVar[TableClass] = TableClass.DERIVED
    app_privileges: ClassVar[frozenset[str] | None] = None  #: narrower, where another role writes

    class Meta:
        abstract = True


#: What `daybook_app` may do with a table of each class. TRUNCATE is granted to nobody.
APP_PRIVILEGES: dict[TableClass, frozenset[str]] = {
    TableClass.EVIDENCE: frozenset({"INSERT", "SELECT"}),
    TableClass.CONTENT: frozenset({"INSERT", "SELECT"}),
    TableClass.WORKING: frozenset({"INSERT", "SELECT", "UPDATE", "DELETE"}),
    TableClass.DERIVED: frozenset({"INSERT", "SELECT", "UPDATE", "DELETE"}),
}

#: Triggers are ENABLE ALWAYS so that `session_replication_role = replica` does not switch them off (ledger.md 7.3).
SQL_GUARD_FUNCTIONS = """
CREATE FUNCTION daybook_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Table % is insert-only: % refused.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Evidence is never changed; content leaves only through destruction.';
END $$;
CREATE FUNCTION daybook_refuse_stray_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'daybook_destroyer' THEN
        RAISE EXCEPTION 'Table % holds content: DELETE is allowed only inside destruction.', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Propose a disposition; destruction asks every guard.';
    END IF;
    RETURN OLD;
END $$;
"""


def sql_protect(table: str, table_class: TableClass, app_privileges: frozenset[str] | None = None) -> str:
    """Return the SQL that gives `table` the triggers and grants of its class. Run as `daybook_owner`.

    `app_privileges` narrows what `daybook_app` may do below what the class gives.
    """
    privileges = ", ".join(sorted(app_privileges or APP_PRIVILEGES[table_class]))
    statements = [
        f"REVOKE ALL ON {table} FROM PUBLIC, daybook_app, daybook_destroyer, daybook_sequencer;",
        f"GRANT {privileges} ON {table} TO daybook_app;",
        f"GRANT SELECT ON {table} TO daybook_destroyer;",
    ]
    if table_class is TableClass.EVIDENCE:
        statements += _insert_only(table, "UPDATE OR DELETE")
    elif table_class is TableClass.CONTENT:
        statements += _insert_only(table, "UPDATE")
        statements += [
            f"CREATE TRIGGER {table}_no_stray_delete BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION daybook_refuse_stray_delete();",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_stray_delete;",
            f"GRANT DELETE ON {table} TO daybook_destroyer;",
        ]
    elif table_class is TableClass.DERIVED:
        statements.append(f"GRANT DELETE ON {table} TO daybook_destroyer;")
    return "\n".join(statements)


def _insert_only(table: str, operations: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_insert_only BEFORE {operations} ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION daybook_refuse_change();",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_insert_only;",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION daybook_refuse_change();",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;",
    ]
