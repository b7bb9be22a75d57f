"""Bar L14: a stamp whose certificate has expired holds with a renewal from before, and does not without."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from archive.ledger.models import LOG, Anchor
from archive.ledger.opening import log_publication
from archive.ledger.renewal import renewal_covers, renewal_text, stamps_renew
from archive.ledger.sequencer import Sequencer
from archive.ledger.timestamps import stamp_request
from config.drills.outsiders import Authority, served
from tests.archive.ledger.test_anchoring import grown
from tests.archive.ledger.test_sequencer import ORIGIN, SIGNER
from tests.committed import CommittedDatabase
from tests.outside import folder_of, outside_of

pytestmark = [
    pytest.mark.commits,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="the program openssl is not installed"),
]
NOW = datetime.now(UTC)
WITHIN = NOW + timedelta(hours=1)
LATER = NOW + timedelta(days=40)  # the certificate of the first authority lives one day
NEXT_YEAR = NOW.replace(month=1, day=2, year=NOW.year + 1)


@pytest.fixture(autouse=True)
def note(committed_db: CommittedDatabase, settings: Settings) -> bytes:
    """Publish a log of seven entries; return the text of its note."""
    settings.LOG_PUBLICATION_URL = f"file://{folder_of(committed_db.name)}/log"
    settings.DAYBOOK_LOG_VKEY, settings.DAYBOOK_LOG_ORIGIN = SIGNER.verifier().vkey(), ORIGIN
    settings.LOG_TSA_ROOTS = ""
    session = committed_db.connect("sequencer")
    return grown(Sequencer(session, SIGNER, outside_of(session)), 7)


@pytest.fixture
def brief(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "brief", days=1)


@pytest.fixture
def lasting(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "lasting", days=365)


def kept(authority: Authority, note: bytes) -> bytes:
    """Keep the stamp that this authority gave for the checkpoint."""
    token = authority.stamp("", stamp_request(note))[1]
    Anchor.objects.create(log_id=LOG, size=7, kind="tsa", name="brief", at=NOW, received_at=NOW, octets=token)
    return token


def openssl_holds(authority: Authority, token: bytes, text: bytes, at: datetime, folder: Path) -> bool:
    """Say what OpenSSL thinks of a token over `text` when it is asked as of an instant."""
    (folder / "text").write_bytes(text)
    (folder / "token").write_bytes(token)
    command = ["openssl", "ts", "-verify", "-data", "text", "-in", "token", "-CAfile", str(authority.root)]
    done = subprocess.run([*command, "-attime", str(int(at.timestamp()))], cwd=folder, capture_output=True)
    return done.returncode == 0


def believed(
    token: bytes, note: bytes, brief: Authority, lasting: Authority, renewal: tuple[bytes, bytes], folder: Path
) -> bool:
    """Judge as an outsider would after the certificate of `brief` has expired: its stamp is worth what a renewal, made
    while the certificate held and good today, says of it.
    """
    text, over = renewal
    return (
        openssl_holds(lasting, over, text, LATER, folder)
        and renewal_covers(text, "stamps/7/1", token)
        and openssl_holds(brief, token, note, WITHIN, folder)
    )


def test_an_expired_stamp_holds_with_a_renewal_and_not_without(
    note: bytes, brief: Authority, lasting: Authority, settings: Settings, tmp_path: Path
) -> None:
    token = kept(brief, note)
    assert openssl_holds(brief, token, note, WITHIN, tmp_path)
    assert not openssl_holds(brief, token, note, LATER, tmp_path), "alone, it ended with its certificate"
    with served(lasting.stamp) as url:
        settings.LOG_TSA = [f"lasting {url}"]
        assert stamps_renew(log_publication(), at=NOW) == 0, "nothing is from an earlier year yet"
        assert stamps_renew(log_publication(), at=NEXT_YEAR) == 1
        assert stamps_renew(log_publication(), at=NEXT_YEAR + timedelta(days=200)) == 0, "once a year"
    files = [Client().get(f"/log/renewals/{NEXT_YEAR.year}.{ending}") for ending in ("txt", "1.tsr")]
    text, over = (answer.content for answer in files)
    assert believed(token, note, brief, lasting, (text, over), tmp_path)
    made_up = brief.stamp("", stamp_request(note))[1]
    assert not believed(made_up, note, brief, lasting, (text, over), tmp_path), "one that the list does not know"
    assert not believed(token, note, brief, lasting, (text + b"\n", over), tmp_path), "a list that was not stamped"
    without = renewal_text({"checkpoints/7": note}), over
    assert not believed(token, note, brief, lasting, without, tmp_path)


def test_the_list_is_read_by_sha512sum_and_the_next_one_covers_it(
    note: bytes, brief: Authority, lasting: Authority, settings: Settings, tmp_path: Path
) -> None:
    token, publication = kept(brief, note), log_publication()
    settings.LOG_TSA_ROOTS = str(lasting.root)
    with served(lasting.stamp) as url:
        settings.LOG_TSA = [f"lasting {url}"]
        assert (
            stamps_renew(publication, at=NEXT_YEAR) == stamps_renew(publication, at=NEXT_YEAR.replace(year=2099)) == 1
        )
    last = publication.renewal("2099.txt")
    assert last is not None
    copies = tmp_path / "copies"
    for line in last.decode().splitlines()[1:]:
        name = line.split("  ")[1]
        (copies / name).parent.mkdir(parents=True, exist_ok=True)
        (copies / name).write_bytes(Client().get(f"/log/{name}").content)
    year = NEXT_YEAR.year
    assert {path.relative_to(copies).as_posix() for path in copies.rglob("*") if path.is_file()} == {
        "checkpoints/7",
        "stamps/7/1",
        "renewals/2099.pem",
        *(f"renewals/{year}.{ending}" for ending in ("pem", "txt", "1.tsr")),
    }
    (copies / "list").write_bytes(last)
    checked = subprocess.run(["sha512sum", "--check", "--strict", "--quiet", "list"], cwd=copies, capture_output=True)
    assert (checked.returncode, checked.stdout) == (0, b""), checked.stderr
    assert (copies / "stamps/7/1").read_bytes() == token


def test_an_authority_that_fails_is_asked_again_for_the_same_list(
    note: bytes, brief: Authority, lasting: Authority, settings: Settings
) -> None:
    kept(brief, note)
    with served(lambda _path, _body: (503, b"")) as url:
        settings.LOG_TSA = [f"lasting {url}"]
        assert stamps_renew(log_publication(), at=NEXT_YEAR) == 0
    text = log_publication().renewal(f"{NEXT_YEAR.year}.txt")
    with served(lasting.stamp) as url:
        settings.LOG_TSA = [f"lasting {url}"]
        assert stamps_renew(log_publication(), at=NEXT_YEAR + timedelta(minutes=1)) == 1
    assert log_publication().renewal(f"{NEXT_YEAR.year}.txt") == text
