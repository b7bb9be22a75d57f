"""`manage produce`: done, refused, or could not run, told apart by the exit code."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from foia.production.answer import answer_letter_issue
from foia.production.models import Production
from foia.production.services import production_number
from tests.committed import CommittedDatabase
from tests.foia import scene
from tests.foia.production.log import ORIGIN, VKEY, sequence, unpacked, verdict
from tests.foia.scene import PHONE, RECEIVED, Reviewed, Said

pytestmark = pytest.mark.commits
AT = RECEIVED + timedelta(hours=3)


def numbered(case: Reviewed) -> Production:
    production = production_number(collection=case.collection, prefix="CLI", actor=case.staff.officer, at=AT)
    answer_letter_issue(production=production, actor=case.staff.officer, at=AT)
    return production


def produce(*words: str) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("produce", *words, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), err.getvalue()
    return 0, out.getvalue()


@pytest.fixture(autouse=True)
def state(tmp_path: Path) -> object:
    home = tmp_path / "state"
    with override_settings(
        DAYBOOK_STATE_DIR=home, STORAGE_URL=f"file://{home}/store", DAYBOOK_LOG_VKEY=VKEY, DAYBOOK_LOG_ORIGIN=ORIGIN
    ):
        yield home


def test_it_could_not_run_while_no_sequencer_signs_and_is_done_afterwards(
    committed_db: CommittedDatabase, tmp_path: Path
) -> None:
    production = numbered(scene.reviewed())
    out = tmp_path / "out"
    out.mkdir()
    assert produce(production.name, "--out", str(out), "--wait", "0")[0] == 2
    sequence(committed_db.connect("sequencer"), AT)
    code, said = produce(str(production.ref), "--out", str(out), "--wait", "30")
    assert code == 0, said
    path = Path(said.strip())
    assert path == out / f"{production.name}.zip"
    assert verdict(unpacked(path, tmp_path / "open"))[0] == 0
    kept = path.read_bytes()
    path.unlink()
    assert produce(production.name, "--out", str(out), "--again")[0] == 0
    assert path.read_bytes() == kept


def test_a_leak_is_a_refusal_and_leaves_no_file(committed_db: CommittedDatabase, tmp_path: Path) -> None:
    production = numbered(scene.reviewed(more=(Said(f"The number is {PHONE}"),)))
    code, said = produce(production.name, "--out", str(tmp_path), "--wait", "30")
    assert code == 1
    assert "leak scan" in said
    assert not list(tmp_path.glob("*.zip"))
    assert produce(production.name, "--out", str(tmp_path))[0] == 1


def test_what_is_not_there_could_not_run(committed_db: CommittedDatabase, tmp_path: Path) -> None:
    assert produce("NOTHING", "--out", str(tmp_path))[0] == 2
    production = numbered(scene.reviewed())
    assert produce(production.name, "--out", str(tmp_path / "nowhere"))[0] == 2
