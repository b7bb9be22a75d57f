"""A collection is every version of what one search found, for good, and it keeps them while it is open."""

import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from archive.access.models import AuditEntry
from archive.destruction.guards import refusals
from archive.destruction.models import Blocker
from archive.records.models import SearchRun
from archive.records.search import Filters
from foia.collections.models import CollectionItem, Counter
from foia.collections.numbering import counter_take
from foia.collections.selectors import collection_closed_counts, collection_items
from foia.collections.services import collection_close
from foia.requests.services import request_search
from retention.errors import Refused
from tests.foia import scene
from tests.foia.scene import RECEIVED, Said


@pytest.mark.django_db
def test_all_versions_of_what_was_found_are_frozen_in_order_and_later_ones_stay_out() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    account = scene.page()
    early, late = Said("the café opens"), Said("the café closes")
    [first] = scene.captured(account, early)
    [second] = scene.captured(account, late, at=RECEIVED - timedelta(days=1))
    scene.captured(account, Said("the café opened again", id=early.id), at=RECEIVED)
    [other] = scene.captured(account, Said("nothing of the kind"))
    collection = request_search(
        request_ref=scene.request_of(people.clerk).ref,
        words="café",
        filters=Filters(),
        actor=people.officer,
        at=RECEIVED,
    )
    items = CollectionItem.objects.filter(collection=collection).order_by("n")
    assert [(item.n, item.record_id, item.version.n) for item in items] == [
        (1, first.pk, 1),
        (2, first.pk, 2),
        (3, second.pk, 1),
    ]
    assert (collection.records, collection.versions) == (2, 3)
    refs = sorted(item.version.ref.bytes for item in items)
    assert bytes(collection.versions_sha256) == hashlib.sha256(b"".join(refs)).digest()
    scene.captured(account, Said("the café, third words", id=early.id), at=RECEIVED + timedelta(hours=1))
    assert CollectionItem.objects.filter(collection=collection).count() == 3
    kept = set(Blocker.objects.filter(reason_ref=collection.ref).values_list("holding_id", flat=True))
    assert kept == {first.pk, second.pk}
    assert other.pk not in kept


@pytest.mark.django_db
def test_a_search_that_finds_nothing_freezes_nothing() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    request = scene.request_of(people.clerk)
    with pytest.raises(Refused, match="found no record"), transaction.atomic():
        scene.collected(request, people.clerk)
    assert not SearchRun.objects.exists()


@pytest.mark.django_db
def test_an_open_collection_keeps_its_records_twice_over_and_a_closed_one_does_not() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    [record] = scene.captured(scene.page(), Said("Hello"))
    collection = scene.collected(scene.request_of(people.clerk), people.clerk)
    assert "collection.open" in {each.code for each in refusals("record", [record.pk], RECEIVED)[record.pk]}
    Blocker.objects.filter(reason_ref=collection.ref).delete()
    assert "collection.open" in {each.code for each in refusals("record", [record.pk], RECEIVED)[record.pk]}
    collection_close(collection=collection, actor=people.officer, at=RECEIVED)
    assert "collection.open" not in {each.code for each in refusals("record", [record.pk], RECEIVED)[record.pk]}
    with pytest.raises(Refused, match="closed already"):
        collection_close(collection=collection, actor=people.officer, at=RECEIVED)
    assert AuditEntry.objects.filter(action="collection.close").count() == 1


@pytest.mark.django_db
def test_a_collection_cannot_be_changed_in_sql() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    scene.captured(scene.page(), Said("Hello"))
    scene.collected(scene.request_of(people.clerk), people.clerk)
    for statement in ("DELETE FROM collection_item", "UPDATE collection SET versions = 0", "TRUNCATE collection_item"):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_a_reader_sees_what_is_open_to_them_and_learns_how_much_is_not() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    account = scene.page()
    scene.captured(account, Said("in public"))
    type(account).objects.filter(pk=account.pk).update(compartment="messages")
    account.refresh_from_db()
    scene.captured(account, Said("in private"))
    request = scene.request_of(people.clerk)
    collection = scene.collected(request, people.officer)
    assert collection.versions == 2
    assert collection_items(collection, actor=people.officer, at=RECEIVED).count() == 2
    assert collection_items(collection, actor=people.clerk, at=RECEIVED).count() == 1
    assert collection_closed_counts(collection, actor=people.clerk, at=RECEIVED) == {"messages": 1}


@pytest.mark.commits
def test_numbers_taken_at_the_same_time_never_overlap() -> None:
    taken: list[range] = []
    start = threading.Barrier(4)

    def take() -> None:
        start.wait()
        for _ in range(10):
            with transaction.atomic():
                first = counter_take("bates/RACE", 7)
            taken.append(range(first, first + 7))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [number for block in taken for number in block]
    assert sorted(numbers) == list(range(1, 281))
    assert Counter.objects.get(scope="bates/RACE").next == 281


@pytest.mark.commits
def test_the_unguarded_twin_of_the_counter_shows_the_race() -> None:
    Counter.objects.create(scope="bates/TWIN", next=1)
    taken: list[int] = []
    start = threading.Barrier(2)

    def take_by_looking() -> None:
        with transaction.atomic():
            first = Counter.objects.get(scope="bates/TWIN").next
            start.wait()
            Counter.objects.filter(scope="bates/TWIN").update(next=first + 1)
        taken.append(first)
        connection.close()

    threads = [threading.Thread(target=take_by_looking) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [1, 1]
