"""Searches with more results than are counted at once. They commit: rolled-back rows slow every later test."""

from datetime import timedelta

import pytest
from django.db import connection

from archive.records.search import CAP
from tests.web.captured import a_page, a_thread
from tests.web.test_search_walk import hits, page, signed_in, words_of
from tests.web.world import World, world_make

pytestmark = pytest.mark.commits


@pytest.fixture
def world(committed_db: object) -> World:
    return world_make()


def many(world: World, count: int) -> None:
    """So many further records of a page, as search sees them; older than anything else."""
    account = a_page(world, name="Old system")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH made AS (INSERT INTO record (ref, account_id, kind, compartment, subject, created_at)"
            " SELECT gen_random_uuid(), %s, 'post', 'public', uuid_send(gen_random_uuid()), %s"
            " FROM generate_series(1, %s) RETURNING id)"
            " INSERT INTO search_document (record_id, sort_at, account_id, kind, state, year, on_hold, compartment,"
            " tok_version, truncated, tsv) SELECT id, %s, %s, 'post', 'live', 2019, false, 'public', 1140, false,"
            " '''main'':1'::tsvector FROM made",
            [account.pk, world.at, count, world.at - timedelta(days=2500), account.pk],
        )


def test_more_than_ten_thousand_is_said_so_and_counted_exactly_on_the_same_page(world: World) -> None:
    a_thread(world)
    many(world, CAP + 7)
    client = signed_in(world)
    text = page(client, "/search/?q=main")
    assert "More than 10,000 records" in words_of(text)
    assert "more than</span>" in text
    assert 'hx-get="?q=main&count=exact"' in text
    assert 'href="?q=main&count=exact"' in text, "without JavaScript it is a link"
    assert hits(text)[0].startswith("Post by Riverton_Pd"), "the newest, not the first met"
    whole = page(client, "/search/?q=main&count=exact")
    assert f"{CAP + 8:,} records" in words_of(whole)
    assert len(hits(whole)) > 0
    assert "Old system" in whole[whole.index('id="search-facets"') :]


def test_the_exact_count_comes_alone_when_the_page_asks_for_it(world: World) -> None:
    a_thread(world)
    many(world, CAP + 7)
    text = page(signed_in(world), "/search/?q=main&count=exact", **{"HX-Request": "true"})
    assert "<html" not in text
    assert f"{CAP + 8:,} records" in words_of(text)
    assert 'id="search-facets"' in text
    assert 'hx-swap-oob="true"' in text
    assert "without text" in text
