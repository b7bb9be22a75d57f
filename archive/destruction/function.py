"""The SQL of the only door out (design rule 4). Frozen into migrations; change it by a new migration."""

from archive.destruction.locks import HOLDS

#: Everything that names or holds what a record said, in the order in which it must go. The function runs as
#: `daybook_destroyer`, which alone passes the delete triggers, and itself takes the lock and reads the order, the
#: blockers and the tombstone: no caller can talk it into more. Each statement sees what was committed before it, which
#: is why no other isolation level will do. Links keep pointing at the record, whose row stays, but lose its name.
SQL_DESTROY_RECORD = f"""
CREATE FUNCTION daybook_destroy_record(target bigint, today date) RETURNS TABLE (what text, how_many bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    its_ref uuid;
    its_subject bytea;
    its_authors bigint[];
    its_objects bigint[];
    its_subjects bytea[];
    its_events uuid[];
    its_certificate uuid;
    n bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Destroying needs a transaction that sees what others commit.' USING ERRCODE = 'DB004';
    END IF;
    PERFORM pg_advisory_xact_lock_shared({HOLDS});
    SELECT ref, subject INTO its_ref, its_subject FROM record WHERE id = target FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no record %.', target USING ERRCODE = 'no_data_found';
    END IF;
    IF EXISTS (SELECT 1 FROM blocker WHERE holding_kind = 'record' AND holding_id = target) THEN
        RAISE EXCEPTION 'Record % is blocked and stays.', target USING ERRCODE = 'DB001';
    END IF;
    SELECT certificate_ref INTO its_certificate FROM destruction_order
     WHERE holding_kind = 'record' AND holding_id = target AND not_before <= today;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'No order to destroy record % is in force.', target USING ERRCODE = 'DB002';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM tombstone t JOIN ledger_event e ON e.event_id = t.event_id
                   WHERE t.record_id = target AND t.certificate_ref = its_certificate AND e.subject = its_subject) THEN
        RAISE EXCEPTION 'Record % has no tombstone of this order in the log.', target USING ERRCODE = 'DB003';
    END IF;

    its_authors := ARRAY(SELECT author_id FROM record_current WHERE record_id = target
                         UNION SELECT author_id FROM search_document WHERE record_id = target);
    its_objects := ARRAY(SELECT stored_id FROM media WHERE record_id = target);
    its_subjects := its_subject || ARRAY(
        SELECT DISTINCT e.subject FROM ledger_event e JOIN media m ON m.event_id = e.event_id
         WHERE m.record_id = target);
    its_events := ARRAY(
        WITH RECURSIVE logs(log_id) AS (
            SELECT min(log_id) FROM ledger_event
            UNION ALL SELECT (SELECT min(e.log_id) FROM ledger_event e WHERE e.log_id > l.log_id)
                        FROM logs l WHERE l.log_id IS NOT NULL)
        SELECT e.event_id FROM logs l JOIN ledger_event e ON e.log_id = l.log_id AND e.subject = ANY (its_subjects));

    DELETE FROM media WHERE record_id = target;
    GET DIAGNOSTICS n = ROW_COUNT; what := 'media'; how_many := n; RETURN NEXT;
    UPDATE stored_object o SET doomed_at = now()
     WHERE o.id = ANY (its_objects) AND o.doomed_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM media m WHERE m.stored_id = o.id)
       AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.stored_id = o.id);
    GET DIAGNOSTICS n = ROW_COUNT; what := 'objects'; how_many := n; RETURN NEXT;
    DELETE FROM exchange_slice WHERE record_id = target;
    GET DIAGNOSTICS n = ROW_COUNT; what := 'slices'; how_many := n; RETURN NEXT;
    DELETE FROM exchange_frame WHERE about_id = target;
    GET DIAGNOSTICS n = ROW_COUNT; what := 'frames'; how_many := n; RETURN NEXT;
    DELETE FROM words WHERE ref IN (
        SELECT a.words_ref FROM attribution a JOIN observation o ON o.id = a.observation_id WHERE o.record_id = target
        UNION SELECT words_ref FROM audit_entry WHERE object_kind = 'record' AND object_ref = its_ref::text);
    GET DIAGNOSTICS n = ROW_COUNT; what := 'words'; how_many := n; RETURN NEXT;
    DELETE FROM ledger_event_content WHERE event_id = ANY (its_events) AND schema NOT LIKE 'disposition/%';
    GET DIAGNOSTICS n = ROW_COUNT; what := 'contents'; how_many := n; RETURN NEXT;
    DELETE FROM search_token WHERE record_id = target;
    DELETE FROM search_document WHERE record_id = target;
    DELETE FROM record_current WHERE record_id = target;
    UPDATE record_link SET parent_namespace = '', parent_value = '' WHERE parent_id = target OR record_id = target;
    DELETE FROM reading WHERE record_id = target;
    DELETE FROM unexplained_removal WHERE record_id = target;
    DELETE FROM record_key WHERE record_id = target;
    GET DIAGNOSTICS n = ROW_COUNT; what := 'keys'; how_many := n; RETURN NEXT;
    PERFORM 1 FROM author WHERE id = ANY (its_authors) ORDER BY id FOR UPDATE;
    DELETE FROM author a WHERE a.id = ANY (its_authors)
       AND NOT EXISTS (SELECT 1 FROM record_current c WHERE c.author_id = a.id)
       AND NOT EXISTS (SELECT 1 FROM search_document d WHERE d.author_id = a.id);
    GET DIAGNOSTICS n = ROW_COUNT; what := 'authors'; how_many := n; RETURN NEXT;
    DELETE FROM destruction_order WHERE holding_kind = 'record' AND holding_id = target;
END $$;
ALTER FUNCTION daybook_destroy_record(bigint, date) OWNER TO daybook_destroyer;
REVOKE ALL ON FUNCTION daybook_destroy_record(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION daybook_destroy_record(bigint, date) TO daybook_app;
GRANT UPDATE (doomed_at) ON stored_object TO daybook_destroyer;
GRANT UPDATE ON record_link TO daybook_destroyer;
GRANT DELETE ON reading, unexplained_removal, destruction_order TO daybook_destroyer;
"""  # noqa: S608 - the only value is a number of ours

#: A row lock needs the right to update. Both tables refuse every update by trigger, whoever asks.
SQL_ROW_LOCKS = """
GRANT UPDATE (id) ON record, author TO daybook_destroyer;
"""

#: Nothing of a destroyed record comes back by the side door: a capture that began before the destruction, a late video.
#: The trigger waits for a destruction in progress and then, if what was inserted still holds anything, refuses in the
#: way that makes callers try again.
SQL_DISPOSED_STAYS_OUT = """
CREATE FUNCTION daybook_refuse_disposed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    its bigint;
    holds boolean;
BEGIN
    IF TG_TABLE_NAME = 'exchange_frame' THEN its := NEW.about_id; ELSE its := NEW.record_id; END IF;
    PERFORM 1 FROM record WHERE id = its FOR KEY SHARE;
    IF NOT EXISTS (SELECT 1 FROM tombstone WHERE record_id = its) THEN
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME IN ('version', 'observation') THEN
        holds := EXISTS (SELECT 1 FROM ledger_event_content WHERE event_id = NEW.event_id);
    ELSE
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE id = $1)', TG_TABLE_NAME) INTO holds USING NEW.id;
    END IF;
    IF holds THEN
        RAISE EXCEPTION 'Record % was destroyed meanwhile; nothing of it is taken in.', its
            USING ERRCODE = 'serialization_failure', HINT = 'Try again: it will then be counted as seen, disposed.';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER version_not_disposed AFTER INSERT ON version DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.n > 1) EXECUTE FUNCTION daybook_refuse_disposed();
CREATE CONSTRAINT TRIGGER media_not_disposed AFTER INSERT ON media DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION daybook_refuse_disposed();
CREATE CONSTRAINT TRIGGER exchange_slice_not_disposed AFTER INSERT ON exchange_slice DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.version_id IS NULL) EXECUTE FUNCTION daybook_refuse_disposed();
CREATE CONSTRAINT TRIGGER exchange_frame_not_disposed AFTER INSERT ON exchange_frame DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.about_id IS NOT NULL) EXECUTE FUNCTION daybook_refuse_disposed();
CREATE CONSTRAINT TRIGGER observation_not_disposed AFTER INSERT ON observation DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION daybook_refuse_disposed();
ALTER TABLE version ENABLE ALWAYS TRIGGER version_not_disposed;
ALTER TABLE media ENABLE ALWAYS TRIGGER media_not_disposed;
ALTER TABLE exchange_slice ENABLE ALWAYS TRIGGER exchange_slice_not_disposed;
ALTER TABLE exchange_frame ENABLE ALWAYS TRIGGER exchange_frame_not_disposed;
ALTER TABLE observation ENABLE ALWAYS TRIGGER observation_not_disposed;
"""
