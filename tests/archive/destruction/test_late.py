"""What a capture that began before brings of a record destroyed meanwhile: the database takes none of it."""

import uuid

import psycopg
import pytest
from pytest_django import Settings

from archive.access.actor import Actor
from archive.destruction.services import destroy_record
from archive.ledger.models import EventContent
from archive.records.models import Media, Tombstone, Version
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.committed import CommittedDatabase

pytestmark = pytest.mark.commits


@pytest.fixture
def manager(committed_db: CommittedDatabase, settings: Settings) -> Actor:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = ["tests.archive.destruction.scene.WILLING"], []
    settings.CAPTURE_LISTENERS = []
    return scene.person("manager", "records-manager")


def late_version(late: psycopg.Connection, record: int) -> None:
    event = uuid.uuid4()
    late.execute(
        "INSERT INTO ledger_event (event_id, log_id, subject, n, leaf, created_at)"
        " SELECT %s, 1, subject, 77, '', now() FROM record WHERE id = %s",
        [event, record],
    )
    late.execute(
        "INSERT INTO ledger_event_content (event_id, compartment, schema, fields, key)"
        " VALUES (%s, 'public', 'record/1', 'late words', '')",
        [event],
    )
    late.execute(
        "INSERT INTO version (ref, record_id, n, event_id, exchange_id, captured_at, compartment, media_count)"
        " SELECT gen_random_uuid(), record_id, 2, %s, exchange_id, now(), 'public', 0 FROM version"
        " WHERE record_id = %s",
        [event, record],
    )


def late_medium(late: psycopg.Connection, record: int) -> None:
    late.execute(
        "WITH o AS (INSERT INTO stored_object (key, store, size, sha256, crc32, version_id, compartment, created_at)"
        "  VALUES (gen_random_uuid(), 'file', 1, '', 0, '', 'public', now()) RETURNING id)"
        " INSERT INTO media (version_id, record_id, n, media_type, stored_id, event_id, captured_at, compartment)"
        " SELECT v.id, v.record_id, 0, 'image/png', o.id, gen_random_uuid(), now(), 'public'"
        " FROM version v, o WHERE v.record_id = %s",
        [record],
    )


@pytest.mark.parametrize("bring", [late_version, late_medium])
def test_what_commits_after_the_destruction_is_refused_and_may_be_tried_again(
    bring: object, manager: Actor, committed_db: CommittedDatabase
) -> None:
    [record] = scene.comments(scene.page(), {"1": "a"})
    late = committed_db.connect(autocommit=False)
    bring(late, record)  # type: ignore[operator]
    destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)
    with pytest.raises(psycopg.errors.SerializationFailure, match="was destroyed meanwhile"):
        late.commit()
    assert Version.objects.filter(record_id=record).count() == 1
    assert not Media.objects.exists()


@pytest.mark.parametrize("bring", [late_version, late_medium])
def test_what_commits_before_the_destruction_goes_with_it(
    bring: object, manager: Actor, committed_db: CommittedDatabase
) -> None:
    [record] = scene.comments(scene.page(), {"1": "a"})
    late = committed_db.connect(autocommit=False)
    bring(late, record)  # type: ignore[operator]
    late.commit()
    destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)
    assert Tombstone.objects.filter(record_id=record).exists()
    assert not EventContent.objects.filter(schema="record/1").exists()
    assert not Media.objects.exists()
