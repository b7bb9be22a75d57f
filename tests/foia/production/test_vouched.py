"""Who outside vouches for a bundle: in it when they answered in time, beside it when they did later, never a change."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.test import Client, override_settings
from pytest_django import Settings

from archive.ledger.models import Anchor
from archive.ledger.note import parse_note
from archive.packages.check import bundle_check
from config.drills.outsiders import Answer, Authority, OwnWitness, served
from foia.production.build import OUTSIDE_WAIT, NotCovered, NotVouched, Watch, production_build, production_rebuild
from foia.production.late import stamps_ask_late, stamps_late
from foia.production.models import Bundle, Production
from tests.committed import CommittedDatabase
from tests.foia import scene
from tests.foia.production.log import ORIGIN, VKEY, sequence, unpacked
from tests.foia.production.test_bundle import AT, numbered

pytestmark = [
    pytest.mark.commits,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="the program openssl is not installed"),
]


@pytest.fixture(autouse=True)
def state(tmp_path: Path) -> Iterator[None]:
    home = tmp_path / "state"
    with override_settings(
        DAYBOOK_STATE_DIR=home,
        STORAGE_URL=f"file://{home}/store",
        DAYBOOK_LOG_VKEY=VKEY,
        DAYBOOK_LOG_ORIGIN=ORIGIN,
        LOG_WORM_URL="",
        LOG_ANCHOR_MAIL=[],
        LOG_TSA=[],
        LOG_TSA_ROOTS="",
        LOG_WITNESSES=[],
        LOG_POLICY="",
    ):
        yield


@pytest.fixture
def session(committed_db: CommittedDatabase) -> psycopg.Connection:
    return committed_db.connect("sequencer")


def sealed(session: psycopg.Connection) -> Production:
    """Return a production whose seal the log covers."""
    production = numbered(scene.reviewed())
    with pytest.raises(NotCovered):
        production_build(production, Watch(now=lambda: AT))
    sequence(session, AT)
    return production


def drawn_again(production: Production, folder: Path) -> bytes:
    folder.mkdir()
    return production_rebuild(production, folder).read_bytes()


def test_stamps_and_cosignatures_that_came_in_time_are_in_the_bundle_and_hold(
    session: psycopg.Connection, settings: Settings, tmp_path: Path
) -> None:
    authority, witness = Authority(tmp_path / "tsa"), OwnWitness(VKEY)
    production = sealed(session)
    with served(authority.stamp) as clock, served(witness.answer) as seen:
        settings.LOG_TSA, settings.LOG_TSA_ROOTS = [f"clock {clock}"], str(authority.root)
        settings.LOG_WITNESSES = [f"{witness.vkey} {seen}"]
        path = production_build(production, Watch(now=lambda: AT))
    assert path is not None
    octets = path.read_bytes()
    verdict = bundle_check(path, [VKEY], witnesses=[witness.vkey], tsa_roots=[str(authority.root)])
    assert verdict.code == 0, verdict.report
    assert verdict.report.split("\n")[0] == "HOLDS: everything present was checked."
    assert verdict.report.count("  not after: ") == 2
    readme = (unpacked(path, tmp_path / "open") / "README.txt").read_text()
    assert "The witness witness.example/1 has signed the checkpoint." in readme
    assert "Time stamps of outside authorities: 1" in readme
    assert drawn_again(production, tmp_path / "again") == octets
    assert stamps_late(Bundle.objects.get()) == []


def test_a_silent_authority_is_waited_for_and_its_late_stamp_is_a_file_of_its_own(
    session: psycopg.Connection, settings: Settings, tmp_path: Path
) -> None:
    authority, production = Authority(tmp_path / "tsa"), sealed(session)
    settings.LOG_TSA_ROOTS = str(authority.root)

    def silent(_path: str, _body: bytes) -> Answer:
        return 503, b""

    with served(silent) as clock:
        settings.LOG_TSA = [f"clock {clock}"]
        with pytest.raises(NotVouched):
            production_build(production, Watch(now=lambda: AT + OUTSIDE_WAIT - timedelta(seconds=1)))
        path = production_build(production, Watch(now=lambda: AT + OUTSIDE_WAIT))
    assert path is not None
    octets, bundle = path.read_bytes(), Bundle.objects.get()
    verdict = bundle_check(path, [VKEY])
    assert verdict.code == 0
    assert verdict.report.startswith("HOLDS: everything present was checked. No outside anchor exists")
    top = unpacked(path, tmp_path / "open")
    assert f"log/stamps/{bundle.checkpoint_size}/1" in (top / "README.txt").read_text()
    with served(authority.stamp) as clock:
        settings.LOG_TSA = [f"clock {clock}"]
        assert stamps_ask_late(at=AT + timedelta(days=1)) == 1
        assert stamps_ask_late(at=AT + timedelta(days=1)) == 0, "nobody is asked twice"
    [late] = stamps_late(bundle)
    assert (late.size, late.n, late.name) == (bundle.checkpoint_size, 1, "clock")
    answer = Client().get(f"/log/stamps/{late.size}/{late.n}")
    assert answer.headers["Content-Type"] == "application/timestamp-reply"
    text = parse_note((top / "proofs/checkpoint").read_bytes()).text.encode()
    assert authority.verifies(answer.content, text)
    assert drawn_again(production, tmp_path / "again") == octets


def test_a_witness_that_went_on_is_asked_for_a_checkpoint_that_it_has(
    session: psycopg.Connection, settings: Settings, tmp_path: Path
) -> None:
    """Between the seal and the bundle the witness cosigned a later checkpoint: that one is cited, not the smallest."""
    from archive.ledger.anchoring import checkpoint_anchor
    from archive.ledger.models import Checkpoint
    from tests.archive.ledger.test_sequencer import write

    witness, production = OwnWitness(VKEY), sealed(session)
    first = Checkpoint.objects.latest("size").size
    write(3)
    sequence(session, AT)
    with served(witness.answer) as seen:
        settings.LOG_WITNESSES = [f"{witness.vkey} {seen}"]
        checkpoint_anchor(at=AT)
        path = production_build(production, Watch(now=lambda: AT))
    assert path is not None
    assert Bundle.objects.get().checkpoint_size == first + 3 == Anchor.objects.get().size
    assert bundle_check(path, [VKEY], witnesses=[witness.vkey]).code == 0


def test_a_policy_says_how_many_witnesses_are_enough(
    session: psycopg.Connection, settings: Settings, tmp_path: Path
) -> None:
    one, other, policy = OwnWitness(VKEY), OwnWitness(VKEY, "silent.example/2"), tmp_path / "policy"
    lines = f"witness a {one.vkey}\nwitness b {other.vkey}\ngroup some 1 a b\ngroup each all a b\n"
    production = sealed(session)
    with served(one.answer) as there, served(lambda _path, _body: (503, b"")) as silent:
        settings.LOG_WITNESSES = [f"{one.vkey} {there}", f"{other.vkey} {silent}"]
        settings.LOG_POLICY = str(policy)
        policy.write_text(f"{lines}quorum each\n")
        with pytest.raises(NotVouched):
            production_build(production, Watch(now=lambda: AT))
        policy.write_text(f"{lines}quorum some\n")
        assert production_build(production, Watch(now=lambda: AT)) is not None
