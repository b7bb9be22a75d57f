"""A token that a careless network gives back, in a header, a query and a body, is kept nowhere."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.test import override_settings

from archive.accounts.credentials import credential_path
from archive.capture.media import TASK as MEDIA
from archive.capture.media import media_fetch
from archive.connectors.contract import Surroundings
from archive.jobs.models import Job
from archive.jobs.services import job_claim
from archive.records.models import Record
from foia.collections.models import CollectionItem
from foia.production.answer import answer_letter_issue
from foia.production.build import NotCovered, Watch, production_build
from foia.production.services import production_number
from foia.review.services import review_confirm, review_disclose
from tests.archive.capture.networks import Clock, page_on, read, sandbox
from tests.archive.capture.world import AT
from tests.committed import CommittedDatabase
from tests.foia import scene
from tests.foia.production.log import ORIGIN, VKEY, sequence, unpacked
from tests.show.spelling import holds

pytestmark = pytest.mark.commits

TOKEN = "PlantedTok3nThatNoSegmentBreaks7Qx"  #: one word: split into segments it could hide from the search
WORDS = "Quillfeatherstonehaugh"


@pytest.fixture(autouse=True)
def state(tmp_path: Path) -> Iterator[Path]:
    """Give the test a state of its own: secrets, store and work folder."""
    home = tmp_path / "state"
    with override_settings(
        DAYBOOK_STATE_DIR=home,
        STORAGE_URL=f"file://{home}/store",
        DAYBOOK_LOG_VKEY=VKEY,
        DAYBOOK_LOG_ORIGIN=ORIGIN,
    ):
        yield home


def found_in_tables(superuser: psycopg.Connection, text: str) -> list[str]:
    """Return the tables with a row that holds the text, bytes being read as text and as hex."""
    tables = superuser.execute("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert len(tables) > 60
    found = []
    for (table,) in tables:
        for (row,) in superuser.execute(f"SELECT t::text FROM {table} t").fetchall():
            if holds(row.encode(), text):
                found.append(table)
                break
    return found


def found_in_files(folder: Path, text: str, *, but: Path | None = None) -> list[Path]:
    """Return the files under `folder` that hold the text."""
    files = [path for path in folder.rglob("*") if path.is_file() and path != but]
    return [path for path in files if holds(path.read_bytes(), text)]


def test_a_token_planted_in_header_query_and_body_is_in_no_store_log_table_or_bundle(
    committed_db: CommittedDatabase,
    state: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SANDBOX_TOKEN", TOKEN)
    caplog.set_level(logging.DEBUG)
    people = scene.staff()
    with sandbox(tmp_path) as network:
        assert network.token == TOKEN
        network.puppeteer.post("Road closed at Main St.", key="post")
        network.puppeteer.attach("barrier", alt="A barrier", key="post")
        network.puppeteer.account("ann")
        network.puppeteer.comment("ann", f"My name is {WORDS}.", to_key="post", key="ann")
        for path in ("/api/v1/accounts/*", "/api/v1/statuses/*"):
            network.puppeteer.fault("echo", path=path, count=100, text=TOKEN)
        account = page_on(network)
        read(account, AT)
        _fetch_media()
        network.puppeteer.edit(key="post", text="Road open again.")
        network.puppeteer.clear_faults()
        network.puppeteer.fault("500", path="/api/v1/statuses/*", count=1)
        network.puppeteer.fault("malformed", path="/api/v1/statuses/*", count=1)
        network.puppeteer.fault("echo", path="*", count=100, text=TOKEN)
        read(account, AT + timedelta(days=1))
        _fetch_media()

    records = list(Record.objects.filter(kind__in=["post", "comment"]))
    assert len(records) == 2
    bundle = _bundle(people, committed_db)
    top = unpacked(bundle, tmp_path / "open")
    [credential] = (state / "secrets" / "accounts").iterdir()
    assert credential == credential_path(account.ref)

    superuser = committed_db.connect("superuser")
    assert {"ledger_event_content", "exchange_slice"} <= set(found_in_tables(superuser, WORDS)), "the search can find"
    assert found_in_tables(superuser, TOKEN) == []
    assert found_in_files(top, WORDS), "the search can find"
    assert any((state / "store").rglob("*"))
    assert found_in_files(top, TOKEN) == []
    assert found_in_files(state, TOKEN, but=credential) == []
    said = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records).encode()
    assert caplog.records
    assert not holds(said, TOKEN)


def _fetch_media() -> None:
    clock = Clock(AT + timedelta(days=2))
    for job in Job.objects.filter(kind=MEDIA, state="waiting"):
        claim = job_claim(job.pk, at=clock.now())
        assert claim is not None
        taken = media_fetch(claim, surroundings=Surroundings(now=clock.now, wait=clock.wait))
        claim.finish(at=clock.now(), result={"taken": taken})


def _bundle(people: scene.Staff, database: CommittedDatabase) -> Path:
    """Answer a request for everything with a bundle that shows everything."""
    at = AT + timedelta(days=3)
    for year in (2026, 2027):
        scene.holidays_of(year, actor=people.officer)
    scene.office_known(people.officer)
    request = scene.request_of(people.clerk, received_at=at)
    collection = scene.collected(request, people.officer, at=at)
    items = list(CollectionItem.objects.filter(collection=collection).select_related("version", "record", "collection"))
    assert len(items) >= 2
    review_disclose(items=items, actor=people.clerk, at=at)
    review_confirm(collection=collection, actor=people.officer, at=at)
    production = production_number(collection=collection, prefix="DEMO", actor=people.officer, at=at)
    answer_letter_issue(production=production, actor=people.officer, at=at)
    production.refresh_from_db()
    session = database.connect("sequencer")
    with pytest.raises(NotCovered):
        production_build(production, Watch(now=lambda: at))
    sequence(session, at)
    path = production_build(production, Watch(now=lambda: at))
    assert path is not None
    return path
