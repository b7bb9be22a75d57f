"""Give every table of 0001, and Django's own, the triggers and grants of its class; make the only door out."""

from django.db import migrations

from archive.destruction.function import SQL_DESTROY_RECORD, SQL_DISPOSED_STAYS_OUT, SQL_ROW_LOCKS
from archive.tables import SQL_GUARD_FUNCTIONS, TableClass, sql_protect

TABLES: list[tuple[str, str, frozenset[str] | None]] = [
    ("account", "working", None),
    ("account_approval", "evidence", None),
    ("account_proposal", "evidence", None),
    ("appointment", "working", None),
    ("attribution", "evidence", None),
    ("audit_batch", "evidence", None),
    ("audit_batch_entry", "evidence", None),
    ("audit_entry", "evidence", None),
    ("audit_pending", "working", None),
    ("author", "content", None),
    ("blocker", "working", None),
    ("capture_run", "evidence", None),
    ("capture_run_closed", "evidence", None),
    ("compartment", "working", None),
    ("cursor", "working", None),
    ("department", "working", None),
    ("destruction_order", "working", None),
    ("exchange", "evidence", None),
    ("exchange_frame", "content", None),
    ("exchange_slice", "content", None),
    ("holiday", "evidence", None),
    ("holiday_year", "evidence", None),
    ("job", "working", None),
    ("ledger_checkpoint", "evidence", frozenset({"SELECT"})),
    ("ledger_edge", "working", frozenset({"SELECT"})),
    ("ledger_event", "evidence", None),
    ("ledger_event_content", "content", None),
    ("ledger_pending", "working", frozenset({"INSERT", "SELECT"})),
    ("ledger_seq", "evidence", frozenset({"SELECT"})),
    ("ledger_subject", "working", None),
    ("ledger_tile", "evidence", frozenset({"SELECT"})),
    ("media", "content", None),
    ("object_intent", "working", None),
    ("observation", "evidence", None),
    ("office", "working", None),
    ("outbox", "working", None),
    ("person", "working", frozenset({"INSERT", "SELECT", "UPDATE"})),
    ("quarantine", "content", None),
    ("reading", "working", None),
    ("record", "evidence", None),
    ("record_current", "derived", None),
    ("record_key", "content", None),
    ("record_link", "derived", None),
    ("search_document", "derived", None),
    ("search_run", "evidence", None),
    ("search_run_hit", "evidence", None),
    ("search_token", "derived", None),
    ("stored_object", "working", None),
    ("tombstone", "evidence", None),
    ("tombstone_key", "evidence", None),
    ("unexplained_removal", "working", None),
    ("version", "evidence", None),
    ("words", "content", None),
]

#: Django's own tables; the settings list their class (LIBRARY_TABLES).
LIBRARY = ["auth_group", "auth_group_permissions", "auth_permission", "django_content_type", "django_session"]

SQL_SEQUENCER = """
GRANT USAGE ON SCHEMA public TO daybook_app, daybook_sequencer, daybook_destroyer;
GRANT SELECT ON ledger_event, ledger_pending, ledger_seq, ledger_tile, ledger_edge, ledger_checkpoint TO daybook_sequencer;
GRANT DELETE ON ledger_pending TO daybook_sequencer;
GRANT INSERT ON ledger_seq, ledger_tile, ledger_edge, ledger_checkpoint TO daybook_sequencer;
GRANT UPDATE ON ledger_edge TO daybook_sequencer;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app;
GRANT SELECT ON django_migrations TO daybook_app, daybook_sequencer;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(SQL_GUARD_FUNCTIONS),
        *[migrations.RunSQL(sql_protect(table, TableClass(kind), narrow)) for table, kind, narrow in TABLES],
        *[migrations.RunSQL(sql_protect(table, TableClass.WORKING)) for table in LIBRARY],
        migrations.RunSQL(SQL_SEQUENCER),
        migrations.RunSQL(SQL_DESTROY_RECORD),
        migrations.RunSQL(SQL_ROW_LOCKS),
        migrations.RunSQL(SQL_DISPOSED_STAYS_OUT),
    ]
