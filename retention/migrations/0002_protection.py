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


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial"), ("archive", "0002_protection")]
    operations = [
        *[migrations.RunSQL(sql_protect(table, TableClass(kind), narrow)) for table, kind, narrow in TABLES],
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app;"),
    ]
