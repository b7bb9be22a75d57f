"""Checkpoints that outsiders hold: what they gave is kept, what fails is tried again, no answer is believed unread."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.core import mail
from pytest_django import Settings

from archive.ledger.anchoring import LONGEST_RETRY, checkpoint_anchor, targets
from archive.ledger.cosignature import parse_witness
from archive.ledger.errors import LedgerError
from archive.ledger.models import Anchor, AnchorTarget, LedgerEvent
from archive.ledger.note import parse_note
from archive.ledger.selectors import latest_checkpoint
from archive.ledger.sequencer import Sequencer
from archive.ledger.timestamps import FalseStamp, stamp_read, stamp_request
from config.drills.outsiders import Answer, Authority, OwnWitness, served
from tests.archive.access.mail_server import mail_server
from tests.archive.ledger.test_sequencer import AT, ORIGIN, SIGNER, drain, write
from tests.committed import CommittedDatabase
from tests.outside import outside_of

pytestmark = pytest.mark.commits
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the program openssl is not installed")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def log(settings: Settings) -> None:
    settings.DAYBOOK_LOG_VKEY, settings.DAYBOOK_LOG_ORIGIN = SIGNER.verifier().vkey(), ORIGIN
    settings.LOG_TSA = settings.LOG_WITNESSES = settings.LOG_ANCHOR_MAIL = []
    settings.LOG_TSA_ROOTS = settings.LOG_WORM_URL = ""


@pytest.fixture
def sequencer(committed_db: CommittedDatabase) -> Sequencer:
    session: psycopg.Connection = committed_db.connect("sequencer")
    return Sequencer(session, SIGNER, outside_of(session))


def grown(sequencer: Sequencer, count: int) -> bytes:
    """Let the log grow and sign; return the text of its newest checkpoint."""
    write(count)
    drain(sequencer)
    sequencer.sign_checkpoint(AT)
    head = latest_checkpoint()
    assert head is not None
    return parse_note(bytes(head.note)).text.encode()


@needs_openssl
def test_a_stamp_is_kept_as_it_came_and_openssl_agrees_with_it(
    sequencer: Sequencer, settings: Settings, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    text = grown(sequencer, 5)
    with served(authority.stamp) as url:
        settings.LOG_TSA, settings.LOG_TSA_ROOTS = [f"clock {url}"], str(authority.root)
        assert checkpoint_anchor(at=AT) == {"anchored": 1, "failed": 0}
    anchor = Anchor.objects.get()
    assert (anchor.kind, anchor.name, anchor.size, anchor.read) == ("tsa", "clock", 5, True)
    assert abs(anchor.at - datetime.now(UTC)) < HOUR
    assert authority.verifies(bytes(anchor.octets), text)
    assert not authority.verifies(bytes(anchor.octets), text.replace(b"\n5\n", b"\n6\n"))
    assert LedgerEvent.objects.count() == 6, "a beacon follows the stamp"


@needs_openssl
def test_a_token_that_our_parser_refuses_is_kept_and_said_to_be_unread(
    sequencer: Sequencer, settings: Settings, tmp_path: Path
) -> None:
    """OpenSSL writes certificates in an order that is not DER when told to embed the chain."""
    authority = Authority(tmp_path, extra="certs = {folder}/ca.crt")
    text = grown(sequencer, 5)
    with served(authority.stamp) as url:
        settings.LOG_TSA, settings.LOG_TSA_ROOTS = [f"clock {url}"], str(authority.root)
        checkpoint_anchor(at=AT)
    anchor = Anchor.objects.get()
    assert (anchor.read, anchor.at) == (False, AT)
    assert authority.verifies(bytes(anchor.octets), text)


@needs_openssl
def test_a_stamp_under_a_root_that_nobody_trusts_is_a_failure(
    sequencer: Sequencer, settings: Settings, tmp_path: Path
) -> None:
    authority, other = Authority(tmp_path / "a"), Authority(tmp_path / "b")
    grown(sequencer, 5)
    with served(authority.stamp) as url:
        settings.LOG_TSA, settings.LOG_TSA_ROOTS = [f"clock {url}"], str(other.root)
        assert checkpoint_anchor(at=AT) == {"anchored": 0, "failed": 1}
    assert not Anchor.objects.exists()
    assert "does not verify" in AnchorTarget.objects.get().failure


@needs_openssl
def test_a_stamp_of_something_else_is_false(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    token = authority.stamp("/", stamp_request(b"another log\n"))[1]
    with pytest.raises(FalseStamp):
        stamp_read(token, b"this log\n", authority.root)


def test_a_witness_cosigns_each_checkpoint_that_extends_the_last(sequencer: Sequencer, settings: Settings) -> None:
    witness = OwnWitness(SIGNER.verifier().vkey())
    with served(witness.answer) as url:
        settings.LOG_WITNESSES = [f"{witness.vkey} {url}"]
        for count in (3, 300, 1):
            text = grown(sequencer, count)
            assert checkpoint_anchor(at=AT) == {"anchored": 1, "failed": 0}
    assert witness.size == sequencer.size == 304
    line = parse_note(text + b"\n" + bytes(Anchor.objects.get(size=304).octets)).signatures[0]
    seconds = parse_witness(witness.vkey).time_of(text.decode(), line)
    assert Anchor.objects.get(size=304).at == datetime.fromtimestamp(seconds, UTC)
    with pytest.raises(LedgerError):
        parse_witness(witness.vkey).time_of(text.decode().replace("304", "305"), line)


def test_a_witness_that_holds_another_size_is_asked_again_from_there(sequencer: Sequencer, settings: Settings) -> None:
    witness = OwnWitness(SIGNER.verifier().vkey())
    with served(witness.answer) as url:
        settings.LOG_WITNESSES = [f"{witness.vkey} {url}"]
        grown(sequencer, 3)
        checkpoint_anchor(at=AT)
        AnchorTarget.objects.update(size=0)  # as after a restore of our database
        grown(sequencer, 4)
        assert checkpoint_anchor(at=AT) == {"anchored": 1, "failed": 0}
    assert witness.size == 7


def test_a_witness_that_saw_another_history_refuses_and_that_is_shown(sequencer: Sequencer, settings: Settings) -> None:
    witness = OwnWitness(SIGNER.verifier().vkey())
    witness.size, witness.root = 2, bytes(32)
    grown(sequencer, 5)
    with served(witness.answer) as url:
        settings.LOG_WITNESSES = [f"{witness.vkey} {url}"]
        assert checkpoint_anchor(at=AT) == {"anchored": 0, "failed": 1}
    assert "status 422" in AnchorTarget.objects.get().failure


def test_a_witness_that_holds_more_than_there_is_means_that_we_were_rolled_back(
    sequencer: Sequencer, settings: Settings
) -> None:
    witness = OwnWitness(SIGNER.verifier().vkey())
    witness.size = 99
    grown(sequencer, 5)
    with served(witness.answer) as url:
        settings.LOG_WITNESSES = [f"{witness.vkey} {url}"]
        checkpoint_anchor(at=AT)
    assert "larger log than ours" in AnchorTarget.objects.get().failure


def test_a_bucket_elsewhere_and_named_people_get_the_note(
    sequencer: Sequencer, settings: Settings, tmp_path: Path
) -> None:
    settings.LOG_WORM_URL, settings.LOG_ANCHOR_MAIL = f"file://{tmp_path}/worm", ["clerk@city.example"]
    grown(sequencer, 5)
    assert checkpoint_anchor(at=AT) == {"anchored": 2, "failed": 0}
    head = latest_checkpoint()
    assert head is not None
    assert (tmp_path / "worm/checkpoints/5").read_bytes() == bytes(head.note)
    assert bytes(head.note).decode() in mail.outbox[0].body


@pytest.mark.parametrize(
    ("refuse", "lost", "taken"),
    [({"RCPT": "451 later"}, False, 1), ({}, True, 2)],
    ids=["failed", "failed but happened"],
)
def test_an_email_that_failed_or_failed_but_happened_is_sent_again_and_says_the_same(
    sequencer: Sequencer, settings: Settings, refuse: dict[str, str], lost: bool, taken: int
) -> None:
    settings.LOG_ANCHOR_MAIL = ["clerk@city.example"]
    grown(sequencer, 5)
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        server.refuse, server.lost = refuse, lost
        assert checkpoint_anchor(at=AT) == {"anchored": 0, "failed": 1}
        server.refuse, server.lost = {}, False
        assert checkpoint_anchor(at=AT + 2 * LONGEST_RETRY) == {"anchored": 1, "failed": 0}
    head = latest_checkpoint()
    assert head is not None
    assert len(server.taken) == taken
    said = [message.get_content().replace("\r\n", "\n") for message in server.taken]
    assert all(bytes(head.note).decode() in words for words in said)


def test_a_bucket_that_holds_another_note_of_that_size_is_a_failure(
    sequencer: Sequencer, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints/5").write_bytes(b"another")
    settings.LOG_WORM_URL = f"file://{tmp_path}"
    grown(sequencer, 5)
    assert checkpoint_anchor(at=AT) == {"anchored": 0, "failed": 1}


@pytest.mark.parametrize("answer", [(500, b""), (200, b"\x00" * 70_000), (302, b"")])
def test_whatever_an_outsider_answers_nothing_breaks_and_it_is_asked_again_later(
    sequencer: Sequencer, settings: Settings, answer: Answer
) -> None:
    grown(sequencer, 5)
    asked = []

    def answered(_path: str, body: bytes) -> Answer:
        asked.append(body)
        return answer

    with served(answered) as url:
        settings.LOG_TSA = [f"clock {url}"]
        for minute in range(4):
            checkpoint_anchor(at=AT + timedelta(minutes=minute))
        assert len(asked) == 3, "after one minute, then after two"
        checkpoint_anchor(at=AT + 2 * LONGEST_RETRY)
    assert len(asked) == 4
    assert AnchorTarget.objects.get().failures == 4
    assert not Anchor.objects.exists()


def test_nobody_there_is_a_failure_too(sequencer: Sequencer, settings: Settings) -> None:
    settings.LOG_TSA = ["clock http://127.0.0.1:1/"]
    grown(sequencer, 5)
    assert checkpoint_anchor(at=AT) == {"anchored": 0, "failed": 1}


def test_a_stamp_is_asked_for_once_a_day_and_now_when_somebody_wants_one(
    sequencer: Sequencer, settings: Settings, tmp_path: Path
) -> None:
    settings.LOG_ANCHOR_MAIL = ["clerk@city.example"]
    for hours, wanted, expected in ((0, False, 1), (1, False, 1), (2, True, 2), (25, False, 2), (27, False, 3)):
        grown(sequencer, 1)
        checkpoint_anchor(at=AT + hours * HOUR, now=wanted)
        assert len(mail.outbox) == expected


@pytest.mark.parametrize("written", ["clock", "clock ftp://x", "a b c"])
def test_an_anchor_that_is_written_wrongly_is_an_error(settings: Settings, written: str) -> None:
    settings.LOG_TSA = [written]
    with pytest.raises(ValueError, match="An anchor is written"):
        targets()
