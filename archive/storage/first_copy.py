"""The SQL that gives every object the row of its first copy. Frozen into a migration; change it by a new one."""

#: In the database, because an object is inserted by whoever took it in, and none may be without the row of its bytes.
SQL_FIRST_COPY = """
CREATE FUNCTION daybook_first_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stored_copy (object_id, store, key, version_id, lock_until, level, held, flag_due_at, put_at, outcome)
    SELECT id, store, key, version_id, lock_until, '', false, created_at, created_at, '' FROM new_objects;
    RETURN NULL;
END $$;
CREATE TRIGGER stored_object_first_copy AFTER INSERT ON stored_object REFERENCING NEW TABLE AS new_objects
    FOR EACH STATEMENT EXECUTE FUNCTION daybook_first_copy();
ALTER TABLE stored_object ENABLE ALWAYS TRIGGER stored_object_first_copy;
INSERT INTO stored_copy (object_id, store, key, version_id, lock_until, level, held, flag_due_at, put_at, outcome)
SELECT id, store, key, version_id, lock_until, '', false, created_at, created_at, '' FROM stored_object;
"""
