"""A production from numbers to a bundle that an outsider checks, in which nothing hidden is in any byte."""

import csv
import hashlib
import json
import shutil
import zipfile
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bagit
import psycopg
import pypdf
import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from archive.access.models import Appointment
from archive.jobs.models import Job, JobState
from archive.jobs.services import Cancelled, job_cancel, job_claim
from archive.ledger.models import LedgerEvent
from archive.ledger.services import EventDraft, append_events
from archive.storage.services import object_bytes
from foia.production.answer import answer_letter_issue
from foia.production.build import NotCovered, Watch, production_build, production_rebuild, work_folder
from foia.production.models import (
    Bundle,
    LeakScan,
    Production,
    ProductionItem,
    ProductionSealed,
    ProductionState,
    Release,
)
from foia.production.releases import production_release, release_fetch, release_find, release_revoke, token_digest
from foia.production.services import production_build_request, production_number
from foia.production.tasks import build
from foia.requests.letters import letter_text
from foia.requests.models import LetterKind, RequestState
from foia.requests.services import request_close
from foia.review.redaction import Ask
from foia.review.services import review_confirm, review_disclose, review_redact, review_withhold
from retention.errors import Refused
from tests.committed import CommittedDatabase
from tests.foia import scene
from tests.foia.production.log import ORIGIN, VKEY, sequence, unpacked, verdict
from tests.foia.scene import PHONE, RECEIVED, WITHHELD, Reviewed, Said

pytestmark = pytest.mark.commits

AT = RECEIVED + timedelta(hours=3)


@pytest.fixture(autouse=True)
def state(tmp_path: Path) -> Iterator[Path]:
    """Give the test a state of its own: the store, the work folder, the log's public key."""
    home = tmp_path / "state"
    with override_settings(
        DAYBOOK_STATE_DIR=home,
        STORAGE_URL=f"file://{home}/store",
        DAYBOOK_LOG_VKEY=VKEY,
        DAYBOOK_LOG_ORIGIN=ORIGIN,
    ):
        yield home


@pytest.fixture
def session(committed_db: CommittedDatabase) -> psycopg.Connection:
    return committed_db.connect("sequencer")


def numbered(case: Reviewed) -> Production:
    production = production_number(collection=case.collection, prefix="DEMO", actor=case.staff.officer, at=AT)
    answer_letter_issue(production=production, actor=case.staff.officer, at=AT)
    production.refresh_from_db()
    return production


def watch() -> Watch:
    return Watch(now=lambda: AT)


def built(production: Production, session: psycopg.Connection) -> Path:
    with pytest.raises(NotCovered):
        production_build(production, watch())
    sequence(session, AT)
    path = production_build(production, watch())
    assert path is not None
    return path


def test_the_bundle_verifies_and_shows_what_was_decided(session: psycopg.Connection, tmp_path: Path) -> None:
    octets = scene.picture()
    case = scene.reviewed(picture_bytes=octets)
    production = numbered(case)
    path = built(production, session)
    assert path.name == "DEMO-000001-000003.zip"
    top = unpacked(path, tmp_path / "open")
    code, report = verdict(top)
    assert code == 0, report
    assert bagit.Bag(str(top)).is_valid()
    names = {each.relative_to(top / "data").as_posix() for each in (top / "data").rglob("*") if each.is_file()}
    assert names == {
        "production.pdf", "letter.pdf", "coverage.pdf", "exemption-log.csv", "index.csv", "media/DEMO-000001-1.png",
        "records/DEMO-000001.json", "records/DEMO-000002.json", "records/DEMO-000003.json",
    }  # fmt: skip
    assert (top / "data/media/DEMO-000001-1.png").read_bytes() == octets
    assert "\nDaybook-Storage: file: " in (top / "bag-info.txt").read_text(), "how strictly the store keeps its copies"
    pages = "".join(page.extract_text() for page in pypdf.PdfReader(top / "data/production.pdf").pages)
    assert "The road is closed until noon" in pages
    assert "7(1)(b)]" in pages
    assert "withheld in full under 7(1)(a)" in pages
    assert "🚧" in pages
    with (top / "data/exemption-log.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["Bates"], row["Field"], row["Words"], row["Exemption"]) for row in rows] == [
        ("DEMO-000002", "/content", "4", "7(1)(b)"),
        ("DEMO-000003", "whole record", "", "7(1)(a)"),
    ]
    stored = Bundle.objects.get(production=production)
    assert hashlib.sha256(path.read_bytes()).digest() == bytes(stored.sha256)
    assert object_bytes(stored.stored) == path.read_bytes()


def test_nothing_hidden_is_in_any_byte_and_what_is_open_still_proves(
    session: psycopg.Connection, tmp_path: Path
) -> None:
    case = scene.reviewed()
    path = built(numbered(case), session)
    top = unpacked(path, tmp_path / "open")
    everything = path.read_bytes()
    for page in pypdf.PdfReader(top / "data/production.pdf").pages:
        everything += page.get_contents().get_data() + page.extract_text().encode()  # type: ignore[union-attr]
    for name in ("DEMO-000001", "DEMO-000002", "DEMO-000003"):
        record = json.loads((top / f"data/records/{name}.json").read_text())
        for event in (record, *record["history"]):
            for disclosure in event["disclosures"]:
                everything += urlsafe_b64decode(disclosure + "==")
    for secret in (PHONE, WITHHELD, "Quillfeather", "whisperer"):
        for form in (
            secret.encode(),
            secret.encode("utf-16-le"),
            secret.encode("utf-16-be"),
            secret.encode().hex().encode(),
            secret.encode().hex().upper().encode(),
            *(b64encode(b"\0" * shift + secret.encode())[4:-4] for shift in range(3)),
        ):
            assert form not in everything, (secret, form)
    record = json.loads((top / "data/records/DEMO-000002.json").read_text())
    assert record["withheld"] == [{"path": "/content/3", "code": "7(1)(b)"}]
    shown = [json.loads(urlsafe_b64decode(each + "==")) for each in record["disclosures"]]
    assert [value for _, name, value in shown if name in ("/content/0", "/content/4")] == ["Call ", "about "]
    assert verdict(top)[0] == 0


def test_a_changed_byte_of_a_redacted_record_is_found(session: psycopg.Connection, tmp_path: Path) -> None:
    top = unpacked(built(numbered(scene.reviewed()), session), tmp_path / "open")
    record = top / "data/records/DEMO-000002.json"
    octets = bytearray(record.read_bytes())
    octets[200] ^= 1
    record.write_bytes(octets)
    code, report = verdict(top)
    assert code == 1
    assert "data/records/DEMO-000002.json" in report


def test_a_leak_is_found_nothing_is_sealed_and_the_numbers_stay_used(session: psycopg.Connection) -> None:
    case = scene.reviewed(more=(Said(f"Somebody said {PHONE} is his number", id="999938475610290000"),))
    production = numbered(case)
    with pytest.raises(Refused, match=r"The leak scan found .* DEMO-000002 /content") as refused:
        production_build(production, watch())
    assert PHONE not in str(refused.value)
    production.refresh_from_db()
    assert production.state == ProductionState.REFUSED
    scan = LeakScan.objects.get(production=production)
    assert not scan.passed
    assert {"data/production.pdf", "data/records/DEMO-000004.json"} <= {each["file"] for each in scan.findings}
    assert PHONE not in json.dumps(scan.findings)
    assert not ProductionSealed.objects.exists()
    with pytest.raises(Refused, match="number a new one"):
        production_build(production, watch())
    again = production_number(collection=case.collection, prefix="DEMO", actor=case.staff.officer, at=AT)
    assert again.first == 5


def hidden_author(*more: Said) -> Reviewed:
    """Return a confirmed review in which the author of the redacted record is hidden."""
    case = scene.reviewed(more=more)
    review_redact(
        item=scene.item_of(case.collection, case.redacted),
        asks=[Ask("/author/name", "7(1)(c)")],
        basis="A private person.",
        actor=case.staff.clerk,
        at=AT,
    )
    review_confirm(collection=case.collection, actor=case.staff.officer, at=AT)
    return case


def test_a_hidden_author_is_named_in_no_file(session: psycopg.Connection, tmp_path: Path) -> None:
    top = unpacked(built(numbered(hidden_author()), session), tmp_path / "open")
    assert verdict(top)[0] == 0
    record = json.loads((top / "data/records/DEMO-000002.json").read_text())
    assert [each["path"] for each in record["withheld"]] == ["/author", "/url"]
    with (top / "data/index.csv").open(encoding="utf-8-sig", newline="") as stream:
        row = list(csv.DictReader(stream))[1]
    assert (row["Author"], row["Address"], row["Withheld"]) == ("", "", "2")
    assert b"@caller" not in b"".join(each.read_bytes() for each in top.rglob("*") if each.is_file())
    page = pypdf.PdfReader(top / "data/production.pdf").pages[1].extract_text()
    assert "caller" not in page
    assert page.count("7(1)(c)]") == 2


def test_an_author_hidden_here_and_named_there_is_a_leak(session: psycopg.Connection) -> None:
    case = hidden_author(Said("Me again", handle="caller", id="999938475610290000"))
    with pytest.raises(Refused, match="leak scan"):
        production_build(numbered(case), watch())
    assert {each["path"] for each in LeakScan.objects.get().findings} >= {"/author/handle"}


def test_a_leak_in_the_letter_is_found_too(session: psycopg.Connection) -> None:
    case = scene.reviewed()
    item = scene.item_of(case.collection, case.redacted)
    review_redact(
        item=item,
        asks=[scene.span_of(item, PHONE, scene.REDACTED_TEXT)],
        basis=f"The number {PHONE} is private.",
        actor=case.staff.clerk,
        at=AT,
    )
    review_confirm(collection=case.collection, actor=case.staff.officer, at=AT)
    with pytest.raises(Refused, match="leak scan"):
        production_build(numbered(case), watch())
    assert "data/letter.pdf" in {each["file"] for each in LeakScan.objects.get().findings}


def test_the_database_seals_nothing_without_a_scan_that_passed(session: psycopg.Connection) -> None:
    production = numbered(scene.reviewed())
    scan = LeakScan.objects.create(
        production=production,
        at=AT,
        manifest_sha256=b"m",
        searched=1,
        files=1,
        octets=1,
        findings=[{"file": "x"}],
        passed=False,
    )
    with pytest.raises(IntegrityError, match="leak scan"), transaction.atomic():
        ProductionSealed.objects.create(
            production=production, scan=scan, manifest_sha256=b"m", records=3, at=AT, event_id=production.ref
        )


def test_drawn_again_the_bundle_has_the_same_bytes(session: psycopg.Connection, tmp_path: Path) -> None:
    production = numbered(scene.reviewed(picture_bytes=scene.picture()))
    first = built(production, session).read_bytes()
    sequence(session, AT + timedelta(days=1))
    out = tmp_path / "again"
    out.mkdir()
    assert production_rebuild(production, out).read_bytes() == first


def test_a_lost_work_folder_costs_nothing_but_time(session: psycopg.Connection, tmp_path: Path) -> None:
    production = numbered(scene.reviewed())
    with pytest.raises(NotCovered):
        production_build(production, watch())
    shutil.rmtree(work_folder(production))
    sequence(session, AT)
    path = production_build(production, watch())
    assert path is not None
    assert verdict(unpacked(path, tmp_path / "open"))[0] == 0


def test_the_job_waits_for_the_log_without_using_up_attempts_and_then_finishes(session: psycopg.Connection) -> None:
    case = scene.reviewed()
    production = numbered(case)
    job = production_build_request(production=production, actor=case.staff.officer, at=AT)
    build(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.done) == (JobState.WAITING, 0, 6)
    sequence(session, AT)
    Job.objects.filter(pk=job.pk).update(due_at=AT)
    build(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert Bundle.objects.filter(production=production).exists()
    assert not work_folder(production).exists()


def test_a_cancelled_job_stops_and_another_one_starts_from_what_is_decided(session: psycopg.Connection) -> None:
    case = scene.reviewed()
    production = numbered(case)
    job = production_build_request(production=production, actor=case.staff.officer, at=AT)
    claim = job_claim(job.pk, at=AT)
    assert claim is not None
    job_cancel(job.pk, at=AT)
    with pytest.raises(Cancelled):
        production_build(production, Watch(now=lambda: AT, claim=claim))
    assert not ProductionSealed.objects.exists()
    built(production, session)


def test_a_later_version_is_not_shown_by_the_history_of_an_earlier_one(
    session: psycopg.Connection, tmp_path: Path
) -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    scene.office_known(people.officer)
    account = scene.page()
    said = Said("First words of the post", handle="author1")
    [record] = scene.captured(account, said)
    scene.captured(account, Said("Second words, quite different", handle="author1", id=said.id), at=RECEIVED)
    scene.captured(
        account, Said("Second words, quite different", handle="author1", id=said.id, hidden=True), at=RECEIVED
    )
    request = scene.request_of(people.clerk)
    collection = scene.collected(request, people.officer, at=AT)
    assert collection.versions == 2
    review_disclose(items=[scene.item_of(collection, record, 1)], actor=people.clerk, at=AT)
    review_withhold(
        items=[scene.item_of(collection, record, 2)], codes=["7(1)(c)"], basis="Privacy.", actor=people.clerk, at=AT
    )
    review_confirm(collection=collection, actor=people.officer, at=AT)
    production = production_number(collection=collection, prefix="EDIT", actor=people.officer, at=AT)
    answer_letter_issue(production=production, actor=people.officer, at=AT)
    production.refresh_from_db()
    top = unpacked(built(production, session), tmp_path / "open")
    assert verdict(top)[0] == 0
    first = json.loads((top / "data/records/EDIT-000001.json").read_text())
    assert first["history"] == []
    assert b"Second words" not in b"".join(each.read_bytes() for each in top.rglob("*") if each.is_file())


def test_an_event_of_a_private_kind_is_shown_as_a_place_in_the_chain_and_no_more(
    session: psycopg.Connection, tmp_path: Path
) -> None:
    case = scene.reviewed()
    with transaction.atomic():
        append_events(
            [
                EventDraft(
                    kind="approval",
                    schema="approval/1",
                    subject=bytes(case.open.subject),
                    fields={"/approval/of": "an investigation"},
                    compartment="restricted",
                    at=AT,
                )
            ]
        )
    top = unpacked(built(numbered(case), session), tmp_path / "open")
    assert verdict(top)[0] == 0
    [event] = json.loads((top / "data/records/DEMO-000001.json").read_text())["history"]
    shown = [json.loads(urlsafe_b64decode(each + "=="))[1] for each in event["disclosures"]]
    assert sorted(shown) == ["/event/n", "/event/prev", "/event/subject"]


def test_state_changes_are_shown_with_their_proofs(session: psycopg.Connection, tmp_path: Path) -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    account = scene.page()
    said = Said("Hidden by the page later")
    scene.captured(account, said)
    scene.captured(account, Said(said.text, id=said.id, hidden=True), at=RECEIVED)
    request = scene.request_of(people.clerk)
    collection = scene.collected(request, people.officer, at=AT)
    review_disclose(
        items=list(collection.items.select_related("version", "record", "collection")), actor=people.clerk, at=AT
    )
    review_confirm(collection=collection, actor=people.officer, at=AT)
    production = production_number(collection=collection, prefix="HIST", actor=people.officer, at=AT)
    letter = answer_letter_issue(production=production, actor=people.officer, at=AT)
    assert letter.kind == LetterKind.GRANT
    assert letter_text(letter).denial is None
    production.refresh_from_db()
    top = unpacked(built(production, session), tmp_path / "open")
    assert verdict(top)[0] == 0
    record = json.loads((top / "data/records/HIST-000001.json").read_text())
    assert [each["proof"] for each in record["history"]] == ["proofs/HIST-000001.1.tlog-proof"]
    pages = "".join(page.extract_text() for page in pypdf.PdfReader(top / "data/production.pdf").pages)
    assert "Hidden (by this department)" in pages


def test_a_release_is_a_link_that_ends_counts_and_can_be_taken_back(session: psycopg.Connection) -> None:
    case = scene.reviewed()
    production = numbered(case)
    officer = case.staff.officer
    with pytest.raises(Refused, match="not finished"):
        production_release(production=production, expires_at=AT + timedelta(days=9), actor=officer, at=AT)
    path = built(production, session)
    handed = production_release(production=production, expires_at=AT + timedelta(days=9), actor=officer, at=AT)
    assert len(handed.token) >= 43
    assert bytes(handed.release.token_sha256) == token_digest(handed.token)
    fetched = release_fetch(token=handed.token, at=AT + timedelta(days=1))
    assert fetched.name == path.name
    assert b"".join(fetched.chunks) == path.read_bytes()
    assert handed.release.downloads.count() == 1
    case.request.refresh_from_db()
    assert case.request.state == RequestState.ANSWERED
    for token, when in ((handed.token, AT + timedelta(days=9)), ("guess", AT), ("x" * 5_000, AT)):
        with pytest.raises(Refused, match="not valid"):
            release_fetch(token=token, at=when)
    release_revoke(release=handed.release, reason="sent to the wrong person", actor=officer, at=AT)
    assert release_find(handed.token, at=AT) is None
    with pytest.raises(Refused, match="before"):
        release_revoke(release=handed.release, reason="", actor=officer, at=AT)


def test_who_reviewed_does_not_release_not_even_in_sql(session: psycopg.Connection) -> None:
    case = scene.reviewed()
    production = numbered(case)
    built(production, session)
    Appointment.objects.create(user=case.staff.clerk.person, office_id="foia-officer", since=RECEIVED)
    with pytest.raises(Refused, match="Another person has to release"):
        production_release(production=production, expires_at=AT + timedelta(days=1), actor=case.staff.clerk, at=AT)
    with pytest.raises(IntegrityError, match="does not release"), transaction.atomic():
        Release.objects.create(
            production=production,
            token_sha256=b"x" * 32,
            at=AT,
            expires_at=AT + timedelta(days=1),
            by=case.staff.clerk.person,
            event_id=production.ref,
        )


def test_a_partial_denial_stays_open_until_the_time_for_review_has_run_out(session: psycopg.Connection) -> None:
    case = scene.reviewed()
    production = numbered(case)
    built(production, session)
    answered = datetime(2026, 2, 17, 18, tzinfo=UTC)
    officer = case.staff.officer
    production_release(production=production, expires_at=answered + timedelta(days=9), actor=officer, at=answered)
    for day in (datetime(2026, 4, 18, 18, tzinfo=UTC), datetime(2026, 4, 20, 18, tzinfo=UTC)):
        with pytest.raises(Refused, match="2026-04-20"):
            request_close(request_ref=case.request.ref, actor=officer, at=day)
    request_close(request_ref=case.request.ref, actor=officer, at=datetime(2026, 4, 21, 18, tzinfo=UTC))


def test_the_items_of_a_production_are_fixed_and_private_kinds_stay_private(session: psycopg.Connection) -> None:
    case = scene.reviewed()
    production = numbered(case)
    assert list(ProductionItem.objects.order_by("number").values_list("bates", flat=True)) == [
        "DEMO-000001",
        "DEMO-000002",
        "DEMO-000003",
    ]
    subjects = {bytes(each.item.record.subject) for each in production.items.select_related("item__record")}
    assert LedgerEvent.objects.filter(subject__in=subjects).count() == 3
    item = scene.item_of(case.collection, case.open)
    review_disclose(items=[item], actor=case.staff.clerk, at=AT)
    with pytest.raises(Refused, match="Confirm the review again"):
        production_number(collection=case.collection, prefix="DEMO", actor=case.staff.officer, at=AT)


def test_the_zip_holds_no_deflated_file(session: psycopg.Connection) -> None:
    path = built(numbered(scene.reviewed()), session)
    with zipfile.ZipFile(path) as archive:
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
