"""Evidence is insert-only and content leaves by one door: for every table that the models or the settings declare."""

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from pytest_django import Settings

from archive.destruction.services import destroy_record
from archive.management.commands.table_classes import declared
from archive.tables import TableClass
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.committed import CommittedDatabase

KEPT = {TableClass.EVIDENCE, TableClass.CONTENT}
PROTECTED = sorted(table for table, (kind, _) in declared().items() if kind in KEPT)
MODELS = {model._meta.db_table: model for model in apps.get_models()}


@pytest.mark.django_db
def test_every_table_is_what_it_is_declared_to_be() -> None:
    call_command("table_classes")


@pytest.mark.django_db
@pytest.mark.parametrize("table", PROTECTED)
def test_the_app_changes_nothing_by_raw_sql(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table])
        [column] = cursor.fetchone()
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table} CASCADE",
            f"CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION daybook_refuse_change()",
        ):
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
                cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("table", [table for table in PROTECTED if table in MODELS])
def test_the_app_changes_nothing_by_the_orm(table: str) -> None:
    model: type[Model] = MODELS[table]
    name = next(field.attname for field in model._meta.concrete_fields if field.concrete and field.column)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        model._default_manager.all()._raw_delete("default")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        model._default_manager.update(**{name: None})


@pytest.mark.django_db
def test_the_app_cannot_become_the_role_that_destroys() -> None:
    with connection.cursor() as cursor:
        for role in ("daybook_destroyer", "daybook_owner", "daybook_migrate"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(f"SET ROLE {role}")


def refusal(owner: psycopg.Connection, statement: str) -> str:
    """Return why the database refused a statement, or nothing when it did not."""
    try:
        owner.execute(statement)
    except psycopg.Error as error:
        return str(error)
    return ""


@pytest.mark.commits
def test_not_even_the_owner_of_the_tables_changes_them_without_taking_the_triggers_off(
    committed_db: CommittedDatabase, settings: Settings
) -> None:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = ["tests.archive.destruction.scene.WILLING"], []
    settings.CAPTURE_LISTENERS = []
    manager = scene.person("manager", "records-manager")
    one, _ = scene.comments(scene.page(), {"1": "a", "2": "b"})
    destroy_record(record_id=one, warrant=scene.order(one), actor=manager, at=AT)
    owner = committed_db.connect("migrate")
    owner.execute("SET ROLE daybook_owner")
    refused = 0
    for table in PROTECTED:
        [column] = owner.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
        ).fetchone() or ("",)
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            [rows] = owner.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
            reason = refusal(owner, statement)
            refused += bool(reason)
            assert reason or rows == 0, statement
            assert not reason or any(word in reason for word in ("insert-only", "holds content", "referenced")), reason
    assert refused > len(PROTECTED)
