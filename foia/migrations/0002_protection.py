"""Give every table of 0001 the triggers and grants of its class, and hold two persons apart where one may not do both."""

from django.db import migrations

from archive.tables import TableClass, sql_protect

TABLES: list[tuple[str, str, frozenset[str] | None]] = [
    ("bundle", "evidence", None),
    ("clock_event", "evidence", None),
    ("collection", "evidence", None),
    ("collection_closed", "evidence", None),
    ("collection_item", "evidence", None),
    ("counter", "working", frozenset({"INSERT", "SELECT", "UPDATE"})),
    ("leak_scan", "evidence", None),
    ("letter", "evidence", None),
    ("production", "working", frozenset({"INSERT", "SELECT", "UPDATE"})),
    ("production_item", "evidence", None),
    ("production_sealed", "evidence", None),
    ("records_request", "working", frozenset({"INSERT", "SELECT", "UPDATE"})),
    ("redaction", "evidence", None),
    ("release", "evidence", None),
    ("release_download", "evidence", None),
    ("release_revoked", "evidence", None),
    ("request_step", "evidence", None),
    ("review_approval", "evidence", None),
    ("review_approved_decision", "evidence", None),
    ("review_decision", "evidence", None),
    ("review_office", "evidence", None),
]

#: An approved decision repeats who reviewed and who approved, so that one CHECK can hold them against each other; these
#: keys make sure that it repeats the truth.
SQL_TWO_PERSONS = """
ALTER TABLE review_approved_decision
    ADD CONSTRAINT approved_decision_reviewer FOREIGN KEY (decision_id, reviewed_by_id)
        REFERENCES review_decision (id, by_id),
    ADD CONSTRAINT approved_decision_approver FOREIGN KEY (approval_id, approved_by_id)
        REFERENCES review_approval (id, by_id);
"""

#: Who decided on an item of a production does not hand it over, and nothing is sealed that a scan did not pass.
SQL_RELEASE = """
CREATE FUNCTION daybook_release_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM production_item i JOIN review_decision d ON d.id = i.decision_id
                WHERE i.production_id = NEW.production_id AND d.by_id = NEW.by_id) THEN
        RAISE EXCEPTION 'Who reviewed a record does not release it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'release_not_by_reviewer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER release_by_another BEFORE INSERT ON release
    FOR EACH ROW EXECUTE FUNCTION daybook_release_by_another();
ALTER TABLE release ENABLE ALWAYS TRIGGER release_by_another;

CREATE FUNCTION daybook_seal_after_scan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM leak_scan s WHERE s.id = NEW.scan_id AND s.passed
                    AND s.production_id = NEW.production_id AND s.manifest_sha256 = NEW.manifest_sha256) THEN
        RAISE EXCEPTION 'Nothing is sealed that the leak scan did not pass.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_after_scan';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seal_after_scan BEFORE INSERT ON production_sealed
    FOR EACH ROW EXECUTE FUNCTION daybook_seal_after_scan();
ALTER TABLE production_sealed ENABLE ALWAYS TRIGGER seal_after_scan;
"""


class Migration(migrations.Migration):
    dependencies = [("foia", "0001_initial"), ("archive", "0002_protection")]
    operations = [
        *[migrations.RunSQL(sql_protect(table, TableClass(kind), narrow)) for table, kind, narrow in TABLES],
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app;"),
        migrations.RunSQL(SQL_TWO_PERSONS),
        migrations.RunSQL(SQL_RELEASE),
    ]
