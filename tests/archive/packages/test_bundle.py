"""Staging, sealing and finishing: whole or not at all, the same each time, and nothing that would not verify."""

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from archive.packages.bundle import finish
from archive.packages.check import bundle_check
from archive.packages.errors import BadName, BadProof, BadRecord, BadSeal, StagingError
from archive.packages.records import RecordFile, ShownEvent, Withheld
from archive.packages.staging import PayloadFile, PayloadItem, stage_payload, staging_digest, staging_discard
from tests.archive.packages.bundles import STRANGER, VKEY, Log, build, comment, production, seal, sealed, unpack


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "staging"


def test_rebuilding_the_same_production_gives_the_same_bytes(tmp_path: Path, good_zip: Path) -> None:
    assert build(tmp_path).read_bytes() == good_zip.read_bytes()


def test_the_staging_is_gone_when_the_bundle_is_there(tmp_path: Path) -> None:
    assert [path.name for path in [build(tmp_path), *tmp_path.iterdir()]] == ["TEST-0001.zip"] * 2


def test_staging_twice_begins_anew_and_gives_the_same_digest(folder: Path) -> None:
    first = stage_payload(folder, "T", production(Log()))
    (folder / "T/data/letter.pdf").write_bytes(b"changed")
    assert stage_payload(folder, "T", production(Log())) == first == staging_digest(folder)
    assert first.records == 4


def test_the_order_of_the_items_is_the_order_of_manifest_and_zip(folder: Path, log: Log) -> None:
    stage_payload(folder, "T", production(log))
    lines = (folder / "T/manifest-sha256.txt").read_text().splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        "data/production.pdf",
        "data/letter.pdf",
        "data/records/TEST-000001.json",
        "data/media/TEST-000002-1.png",
        "data/media/TEST-000002-2.png",
        "data/records/TEST-000002.json",
        "data/records/TEST-000003.json",
        "data/records/TEST-000004.json",
        "data/index.csv",
    ]


def test_an_error_in_the_middle_leaves_nothing_staged(folder: Path, log: Log) -> None:
    def items() -> Iterator[PayloadItem]:
        yield comment(log, 1)
        raise OSError("the store is away")

    with pytest.raises(OSError, match="away"):
        stage_payload(folder, "T", items())
    assert not folder.exists()


def test_a_folder_that_is_not_ours_is_never_removed(folder: Path, log: Log) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(StagingError):
        stage_payload(folder, "T", [comment(log, 1)])
    with pytest.raises(StagingError):
        staging_discard(folder)
    assert (folder / "thesis.txt").exists()


@pytest.mark.parametrize(
    "path",
    [
        "production.pdf",
        "data/../x",
        "/data/x",
        "data//x",
        "data/.x",
        "data/x.",
        "data/a b",
        "data/é",
        "data/con.txt",
        "data/a\\b",
        "data/" + "a/" * 9 + "x",
        "data/" + "x" * 101,
        "data/",
        "seal.json",
    ],
)
def test_a_name_that_no_bundle_may_have_is_refused(folder: Path, path: str) -> None:
    with pytest.raises(BadName):
        stage_payload(folder, "T", [PayloadFile(path, [b"x"])])
    assert not folder.exists()


@pytest.mark.parametrize("name", ["a/b", "..", ".x", "", "é"])
def test_a_bundle_has_a_plain_name(folder: Path, name: str) -> None:
    with pytest.raises(BadName):
        stage_payload(folder, name, [])


def test_the_same_file_twice_is_refused(folder: Path, log: Log) -> None:
    with pytest.raises(BadName, match="already"):
        stage_payload(folder, "T", [PayloadFile("data/x", [b"1"]), PayloadFile("data/x", [b"1"])])
    record = comment(log, 1)
    with pytest.raises(BadName, match="already"):
        stage_payload(folder, "T", [record, record])
    with pytest.raises(BadName, match="already"):
        stage_payload(folder, "T", [PayloadFile("data/index.csv", [b""])])


@pytest.mark.parametrize("bates", ["test-1", "TEST.1", "../1", "TEST 1", "", "A" * 65])
def test_a_bates_number_that_would_not_make_a_name_is_refused(folder: Path, log: Log, bates: str) -> None:
    with pytest.raises(BadName):
        stage_payload(folder, "T", [replace(comment(log, 1), bates=bates)])


def test_a_record_that_would_not_verify_is_refused(folder: Path, log: Log) -> None:
    record, other = comment(log, 1), comment(log, 2)
    shown = record.event.disclosed
    mixed = shown._replace(disclosures=other.event.disclosed.disclosures)
    short = shown._replace(disclosures=shown.disclosures[:2])
    for bad in (
        replace(record, event=ShownEvent(UUID(int=1), mixed)),
        replace(record, event=ShownEvent(UUID(int=1), short)),
        replace(record, withheld=(Withheld("/author/handle", "7(1)(b)"),)),
        replace(record, files=(RecordFile("data/media/x.png", "/author/handle", [b"x"]),)),
        replace(record, event=log.add("hold/1", 9, {"/event/kind": "hold.placed"})),
    ):
        with pytest.raises(BadRecord):
            stage_payload(folder, "T", [bad])
        assert not folder.exists()


def test_the_index_keeps_formulas_and_odd_handles_apart_from_commands(folder: Path, log: Log) -> None:
    stage_payload(folder, "T", [comment(log, 3)])
    text = (folder / "T/data/index.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0][:3] == ["Bates", "Record", "Version"]
    assert rows[1][7] == "'@res_3"


def test_a_seal_of_another_payload_is_refused(folder: Path, tmp_path: Path, log: Log) -> None:
    event = seal(log, stage_payload(tmp_path / "other", "T", [comment(log, 8)]))
    stage_payload(folder, "T", [comment(log, 9)])
    with pytest.raises(BadSeal, match="another payload"):
        finish(folder, sealed(log, event), out=tmp_path)


def test_a_seal_that_hides_its_manifest_is_refused(folder: Path, tmp_path: Path, log: Log) -> None:
    staged = stage_payload(folder, "T", [comment(log, 9)])
    event = seal(log, staged)
    shown = event.disclosed._replace(disclosures=event.disclosed.disclosures[1:])
    with pytest.raises(BadSeal, match="does not show"):
        finish(folder, sealed(log, ShownEvent(event.event_id, shown)), out=tmp_path)


def test_proofs_that_an_outsider_would_refuse_are_refused(folder: Path, tmp_path: Path, log: Log) -> None:
    staged = stage_payload(folder, "T", [comment(log, 9), comment(log, 10)])
    event = seal(log, staged)
    early = log.note()
    log.pad(1)
    whole = sealed(log, event)
    for bad in (
        replace(whole, checkpoint=log.note(STRANGER)),
        replace(whole, checkpoint=b"no note"),
        replace(whole, checkpoint=early),
        replace(whole, prove=lambda ids: []),
        replace(whole, prove=lambda ids: [log.prove([UUID(int=1)], whole.checkpoint)[0]] * len(ids)),
        replace(whole, prove=lambda ids: [replace(p, extra=b"x") for p in log.prove(ids, whole.checkpoint)]),
    ):
        with pytest.raises(BadProof):
            finish(folder, bad, out=tmp_path)
        assert not list(tmp_path.glob("*.zip"))
    assert bundle_check(finish(folder, whole, out=tmp_path), [VKEY]).code == 0  # and then the right ones are taken


@pytest.mark.parametrize("file", ["T/data/records/TEST-000009.json", "T/manifest-sha256.txt", "payload.list"])
def test_staging_that_was_changed_on_disk_is_refused_and_leaves_no_zip(
    folder: Path, tmp_path: Path, log: Log, file: str
) -> None:
    event = seal(log, stage_payload(folder, "T", [comment(log, 9)]))
    octets = (folder / file).read_bytes()
    (folder / file).write_bytes(octets[:-9] + b"x" + octets[-8:])
    with pytest.raises((StagingError, BadSeal)):
        finish(folder, sealed(log, event), out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["staging"]


def test_a_full_disk_leaves_neither_half_a_zip_nor_harm_to_the_one_before(
    folder: Path, tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "T.zip").write_bytes(b"the bundle of last week")
    event = seal(log, stage_payload(folder, "T", [comment(log, 9)]))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        finish(folder, sealed(log, event), out=tmp_path)
    monkeypatch.undo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["T.zip", "staging"]
    assert (tmp_path / "T.zip").read_bytes() == b"the bundle of last week"
    assert bundle_check(finish(folder, sealed(log, event), out=tmp_path), [VKEY]).code == 0


def test_killed_while_it_wrote_the_next_try_succeeds(folder: Path, tmp_path: Path, log: Log) -> None:
    event = seal(log, stage_payload(folder, "T", [comment(log, 9)]))
    whole = sealed(log, event)
    if (child := os.fork()) == 0:
        prove = whole.prove

        def die(ids: object) -> object:
            os.kill(os.getpid(), 9)
            return prove(ids)  # type: ignore[arg-type]

        finish(folder, replace(whole, prove=die), out=tmp_path)  # type: ignore[arg-type]
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
    (tmp_path / ".T.zip.part").write_bytes(b"half")
    assert bundle_check(finish(folder, whole, out=tmp_path), [VKEY]).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["T.zip"]


def test_nothing_staged_is_said_so(folder: Path, tmp_path: Path, log: Log) -> None:
    event = seal(log, stage_payload(tmp_path / "other", "T", [comment(log, 9)]))
    with pytest.raises(StagingError):
        finish(folder, sealed(log, event), out=tmp_path)


def test_a_production_with_no_record_is_a_bundle_too(folder: Path, tmp_path: Path, log: Log) -> None:
    event = seal(log, stage_payload(folder, "T", [PayloadFile("data/letter.pdf", [b"no records"])]))
    assert bundle_check(finish(folder, sealed(log, event), out=tmp_path), [VKEY]).code == 0


def test_a_demonstration_says_so_in_its_texts(folder: Path, tmp_path: Path, log: Log) -> None:
    event = seal(log, stage_payload(folder, "T", [comment(log, 9)]))
    path = finish(folder, replace(sealed(log, event), banner="DEMONSTRATION"), out=tmp_path)
    top = unpack(path, tmp_path / "unpacked")
    for file in ("README.txt", "VERIFY-WITH-OTHER-TOOLS.txt"):
        assert (top / file).read_text().startswith("DEMONSTRATION\n")
    assert "External-Description: DEMONSTRATION Production 1" in (top / "bag-info.txt").read_text()
    assert bundle_check(path, [VKEY]).code == 0


def test_outside_time_stamps_are_carried_one_beside_the_other(folder: Path, tmp_path: Path, log: Log) -> None:
    event = seal(log, stage_payload(folder, "T", [comment(log, 9)]))
    top = unpack(finish(folder, replace(sealed(log, event), anchors=[b"a", b"b"]), out=tmp_path), tmp_path / "unpacked")
    assert (top / "proofs/checkpoint.tsr").read_bytes() == b"a"
    assert (top / "proofs/checkpoint.2.tsr").read_bytes() == b"b"
    assert bundle_check(top, [VKEY]).report.count("[anchor.form]") == 2


@pytest.mark.parametrize("value", ["two\nlines", "", " "])
def test_a_text_that_would_break_bag_info_is_refused(folder: Path, tmp_path: Path, log: Log, value: str) -> None:
    event = seal(log, stage_payload(folder, "T", [comment(log, 9)]))
    with pytest.raises(BadName):
        finish(folder, replace(sealed(log, event), agency=value), out=tmp_path)
