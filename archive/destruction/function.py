"""The SQL of the only door out (design rule 4). Frozen into migrations; change it by a new migration."""

#: Everything that names or holds what a record said, in the order in which it must go. The function runs as
#: `daybook_destroyer`, which alone passes the delete triggers, and itself reads the order, the blockers and the
#: tombstone: no caller can talk it into more.
SQL_DESTROY_RECORD = """
CREATE FUNCTION daybook_destroy_record(target bigint, today date) RETURNS TABLE (what text, how_many bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    its_subject bytea;
    its_author bigint;
    n bigint;
BEGIN
    SELECT subject INTO its_subject FROM record WHERE id = target;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no record %.', target USING ERRCODE = 'no_data_found';
    END IF;
    IF EXISTS (SELECT 1 FROM blocker WHERE holding_kind = 'record' AND holding_id = target) THEN
        RAISE EXCEPTION 'Record % is blocked and stays.', target USING ERRCODE = 'DB001';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM destruction_order
                   WHERE holding_kind = 'record' AND holding_id = target AND not_before <= today) THEN
        RAISE EXCEPTION 'No order to destroy record % is in force.', target USING ERRCODE = 'DB002';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM tombstone WHERE record_id = target) THEN
        RAISE EXCEPTION 'Record % has no tombstone yet.', target USING ERRCODE = 'DB003';
    END IF;

    SELECT author_id INTO its_author FROM record_current WHERE record_id = target;

    UPDATE stored_object SET doomed_at = now()
     WHERE id IN (SELECT stored_id FROM media WHERE record_id = target) AND doomed_at IS NULL;
    GET DIAGNOSTICS n = ROW_COUNT; what := 'objects'; how_many := n; RETURN NEXT;

    DELETE FROM media WHERE record_id = target;
    GET DIAGNOSTICS n = ROW_COUNT; what := 'media'; how_many := n; RETURN NEXT;
    DELETE FROM exchange_slice WHERE record_id = target;
    GET DIAGNOSTICS n = ROW_COUNT; what := 'slices'; how_many := n; RETURN NEXT;
    DELETE FROM exchange_frame WHERE about_id = target;
    GET DIAGNOSTICS n = ROW_COUNT; what := 'frames'; how_many := n; RETURN NEXT;
    DELETE FROM words WHERE ref IN (
        SELECT a.words_ref FROM attribution a JOIN observation o ON o.id = a.observation_id WHERE o.record_id = target);
    GET DIAGNOSTICS n = ROW_COUNT; what := 'words'; how_many := n; RETURN NEXT;
    DELETE FROM ledger_event_content WHERE event_id IN (
        SELECT event_id FROM ledger_event WHERE subject = its_subject) AND schema NOT LIKE 'disposition.%';
    GET DIAGNOSTICS n = ROW_COUNT; what := 'contents'; how_many := n; RETURN NEXT;
    DELETE FROM search_token WHERE record_id = target;
    DELETE FROM search_document WHERE record_id = target;
    DELETE FROM record_current WHERE record_id = target;
    UPDATE record_link SET parent_id = NULL, parent_namespace = '', parent_value = '' WHERE parent_id = target;
    UPDATE record_link SET root_id = NULL WHERE root_id = target;
    DELETE FROM record_link WHERE record_id = target;
    DELETE FROM reading WHERE record_id = target;
    DELETE FROM unexplained_removal WHERE record_id = target;
    DELETE FROM record_key WHERE record_id = target;
    GET DIAGNOSTICS n = ROW_COUNT; what := 'keys'; how_many := n; RETURN NEXT;
    DELETE FROM author WHERE id = its_author AND NOT EXISTS (SELECT 1 FROM record_current WHERE author_id = its_author);
    GET DIAGNOSTICS n = ROW_COUNT; what := 'authors'; how_many := n; RETURN NEXT;
    DELETE FROM destruction_order WHERE holding_kind = 'record' AND holding_id = target;
END $$;
ALTER FUNCTION daybook_destroy_record(bigint, date) OWNER TO daybook_destroyer;
REVOKE ALL ON FUNCTION daybook_destroy_record(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION daybook_destroy_record(bigint, date) TO daybook_app;
GRANT UPDATE (doomed_at) ON stored_object TO daybook_destroyer;
GRANT UPDATE ON record_link TO daybook_destroyer;
GRANT DELETE ON reading, unexplained_removal, destruction_order TO daybook_destroyer;
"""
