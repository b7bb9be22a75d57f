"""Give every table of 0001 the triggers and grants of its class."""

from django.db import migrations

from archive.tables import TableClass, sql_protect

TABLES: list[tuple[str, str, frozenset[str] | None]] = [
    ("assignment", "working", None),
    ("classification_rule", "evidence", None),
    ("disposal_certificate", "working", frozenset({"INSERT", "SELECT", "UPDATE"})),
    ("disposition_batch", "working", frozenset({"INSERT", "SELECT", "UPDATE"})),
    ("disposition_item", "evidence", None),
    ("disposition_outcome", "evidence", None),
    ("disposition_step", "evidence", None),
    ("hold", "working", frozenset({"INSERT", "SELECT", "UPDATE"})),
    ("hold_item", "evidence", None),
    ("hold_scope", "evidence", None),
    ("hold_step", "evidence", None),
    ("schedule", "evidence", None),
    ("series", "working", frozenset({"INSERT", "SELECT", "UPDATE"})),
    ("series_version", "evidence", None),
    ("shortening_approval", "evidence", None),
]

#: What the due day of each assignment rests on, and nothing else: equal rows have equal days, so that each distinct one is
#: decided once. Triggers that are no fact of a record take the day of the event that a person or another room stated.
SQL_BASIS = """
CREATE FUNCTION daybook_trigger_day(trigger text, created_on date, captured_on date, removed_on date, event_on date)
RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE trigger WHEN 'created' THEN created_on WHEN 'captured' THEN captured_on WHEN 'removed' THEN removed_on
                        WHEN 'last-update' THEN greatest(created_on, captured_on) WHEN 'permanent' THEN NULL
                        ELSE event_on END
$$;
CREATE VIEW assignment_basis AS
SELECT a.id, a.series_id, a.due_on, a.applied_id, a.beside_id,
       daybook_trigger_day(v.trigger, a.created_on, a.captured_on, a.removed_on, a.event_on) AS day,
       CASE WHEN v.floor <> '' THEN a.captured_on END AS floor_on,
       daybook_trigger_day(w.trigger, a.created_on, a.captured_on, a.removed_on, a.event_on) AS beside_day,
       CASE WHEN w.floor <> '' THEN a.captured_on END AS beside_floor_on
  FROM assignment a JOIN series_version v ON v.id = a.applied_id LEFT JOIN series_version w ON w.id = a.beside_id;
GRANT SELECT ON assignment_basis TO daybook_app;
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial"), ("archive", "0002_protection")]
    operations = [
        *[migrations.RunSQL(sql_protect(table, TableClass(kind), narrow)) for table, kind, narrow in TABLES],
        migrations.RunSQL(SQL_BASIS),
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app;"),
    ]
