"""What an outsider is told about a bundle: a good one holds, and whatever is done to it is found and named."""

import json
import os
import random
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import bagit
import pytest

from archive.ledger.encoding import base64url
from tests.archive.packages.bundles import (
    IMAGE,
    SECRET,
    STRANGER,
    VKEY,
    Log,
    copy,
    reindex,
    remanifest,
    retag,
    rewrite,
)
from tests.archive.packages.judge import judge
from tests.fixtures import fixture_path

RECORD = "data/records/TEST-000001.json"
PROOF = "proofs/TEST-000001.tlog-proof"


def files(top: Path) -> list[str]:
    return sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())


def test_a_good_bundle_holds_and_the_first_line_says_that_no_outside_anchor_exists(good: Path) -> None:
    judgement = judge(good)
    assert (judgement.code, judgement.wrong) == (0, [])
    first = judgement.report.split("\n")[0]
    assert first.startswith("HOLDS")
    assert "No outside anchor exists" in first


def test_the_report_says_who_when_what_is_hidden_and_what_is_not_shown(good: Path) -> None:
    report = judge(good).report
    assert "log test.daybook.invalid/ledger/1, 17 entries, signed by the key you gave" in report
    assert "4 mastodon comment" in report
    assert "claimed times of these entries: 2026-03-01T12:03:00.000000Z to 2026-03-01T12:11:00.000000Z" in report
    assert "1 passages withheld under 7(1)(b)" in report
    assert "1 files of records are vouched for by the seal alone" in report


def test_the_bagit_library_accepts_it(good: Path) -> None:
    assert bagit.Bag(str(good)).validate()


def test_the_withheld_passage_is_in_no_byte(good: Path) -> None:
    secret = SECRET.encode()
    for file in files(good):
        octets = (good / file).read_bytes()
        assert secret not in octets
        assert secret.hex().encode() not in octets


def test_without_a_key_nothing_is_wrong_and_not_all_is_checked(top: Path) -> None:
    from archive.packages import verify

    bundle = verify.Bundle(str(top), [])
    bundle.run()
    assert bundle.found["wrong"] == []
    assert [each[:2] for each in bundle.found["unchecked"]] == [("proofs/checkpoint", "key.none")]
    assert next(verify.report(bundle)).startswith("NOT ALL CHECKED")


def test_without_a_key_an_edited_file_is_still_wrong(top: Path) -> None:
    from archive.packages import verify

    (top / "data/letter.pdf").write_bytes(b"%PDF-1.7 another letter")
    bundle = verify.Bundle(str(top), [])
    bundle.run()
    assert ("data/letter.pdf", "file.changed") in [each[:2] for each in bundle.found["wrong"]]


def test_a_stranger_s_key_of_the_same_name_does_not_open_the_checkpoint(good: Path) -> None:
    assert judge(good, STRANGER.verifier().vkey()).names("proofs/checkpoint", "not signed by a key you gave")


def test_the_right_key_among_others_opens_it(good: Path) -> None:
    assert judge(good, STRANGER.verifier().vkey(), VKEY).code == 0


def test_any_flipped_bit_of_any_file_is_found_and_the_file_named(good: Path, tmp_path: Path) -> None:
    top, chance = copy(good, tmp_path), random.Random(5)
    for file in files(top):
        octets = (top / file).read_bytes()
        places = {0, len(octets) - 1, *(chance.randrange(len(octets)) for _ in range(6))}
        for place in places:
            bit = 1 << chance.randrange(8)
            (top / file).write_bytes(octets[:place] + bytes([octets[place] ^ bit]) + octets[place + 1 :])
            judgement = judge(top)
            assert judgement.code == 1, (file, place, bit)
            assert judgement.wrong, (file, place, bit)
            named = {path for path, _, _ in judgement.wrong}
            manifest = file.removesuffix("manifest-sha256.txt") in ("", "tag")
            assert file in named or manifest, (file, place, bit, judgement.wrong)
        (top / file).write_bytes(octets)
    assert judge(top).code == 0


def test_every_byte_of_both_manifests_matters(good: Path, tmp_path: Path) -> None:
    top = copy(good, tmp_path)
    for file in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        octets = (top / file).read_bytes()
        for place in range(0, len(octets), 3):
            (top / file).write_bytes(octets[:place] + bytes([octets[place] ^ 0x20]) + octets[place + 1 :])
            assert judge(top).code == 1, (file, place)
        (top / file).write_bytes(octets)


def test_an_edited_pdf_with_manifests_made_to_fit_breaks_the_seal(top: Path) -> None:
    (top / "data/production.pdf").write_bytes(b"%PDF-1.7 doctored\n%%EOF\n")
    remanifest(top)
    assert bagit.Bag(str(top)).validate()
    sentence = "not the manifest that was sealed: the payload was changed"
    assert judge(top).wrong == [("manifest-sha256.txt", "manifest.seal", sentence)]


def drop(top: Path, bates: str) -> None:
    for path in [*top.glob(f"data/*/{bates}[.-]*"), *top.glob(f"proofs/{bates}.*")]:
        path.unlink()
    reindex(top, bates)
    remanifest(top)


def test_a_record_dropped_with_all_its_traces_is_missed(top: Path) -> None:
    drop(top, "TEST-000002")
    assert bagit.Bag(str(top)).validate()
    judgement = judge(top)
    assert judgement.names("data/records", "3 records are here, 4 were sealed")
    assert judgement.names("manifest-sha256.txt", "not the manifest that was sealed")


def test_a_dropped_record_with_a_forged_seal_fails_at_the_seal(top: Path) -> None:
    drop(top, "TEST-000002")
    digest = sha256((top / "manifest-sha256.txt").read_bytes()).digest()
    log = Log()
    forged = log.add(
        "production.sealed/1",
        1,
        {
            "/event/kind": "production.sealed",
            "/production/ref": "00000000-0000-0000-0000-000000000007",
            "/production/records": 3,
            "/manifest/sha256": base64url(digest),
        },
    ).disclosed
    rewrite(top / "seal.json", {"disclosures": list(forged.disclosures), "sd": list(forged.sd), "entry": forged.entry})
    retag(top)
    assert judge(top).names("seal.json", "proof.root")
    note = log.note(STRANGER)
    (top / "proofs/checkpoint").write_bytes(note)
    (top / "proofs/seal.tlog-proof").write_bytes(log.prove([next(iter(log.places))], note)[0].render())
    retag(top)
    assert judge(top).names("proofs/checkpoint", "not signed by a key you gave")


def test_the_seal_cannot_be_left_out(top: Path) -> None:
    (top / "seal.json").unlink()
    (top / "proofs/seal.tlog-proof").unlink()
    retag(top)
    assert judge(top).names("seal.json", "missing")


def test_another_event_of_the_log_is_no_seal(top: Path) -> None:
    record = json.loads((top / RECORD).read_text())
    rewrite(top / "seal.json", {name: record[name] for name in ("schema", "disclosures", "sd", "entry")})
    (top / "proofs/seal.tlog-proof").write_bytes((top / PROOF).read_bytes())
    retag(top)
    assert judge(top).names("seal.json", "seals no production")


@pytest.mark.parametrize("file", ["data/letter.pdf", PROOF, "README.txt", RECORD, "data/index.csv", "bagit.txt"])
def test_a_missing_file_is_named(top: Path, file: str) -> None:
    (top / file).unlink()
    assert judge(top).names(file, "missing")


@pytest.mark.parametrize(
    "file",
    ["data/more.pdf", "data/records/TEST-000009.json", "proofs/TEST-000001.9.tlog-proof", "NOTES.txt", ".hidden"],
)
def test_an_unlisted_file_is_named(top: Path, file: str) -> None:
    (top / file).write_bytes(b"{}")
    assert judge(top).names(file)


@pytest.mark.parametrize("file", ["NOTES.txt", "fetch.txt", "manifest-md5.txt", "proofs/TEST-000009.tlog-proof"])
def test_a_stray_tag_file_is_named_even_when_the_tag_manifest_lists_it(top: Path, file: str) -> None:
    (top / file).write_bytes(b"read me")
    retag(top)
    assert judge(top).names(file)


@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_a_file_listed_twice_is_a_duplicate(top: Path, manifest: str) -> None:
    lines = (top / manifest).read_text().splitlines(keepends=True)
    (top / manifest).write_text("".join([*lines, lines[0]]))
    assert judge(top).names(lines[0].split("  ")[1].strip(), "duplicate")


@pytest.mark.parametrize(
    "line",
    [
        "{0}  ../outside.txt",
        "{0}  data/../../outside.txt",
        "{0}  /etc/passwd",
        "{0}  ~/x",
        "{0}  data\\letter.pdf",
        "{0}  data/a b.txt",
        "{0} *data/letter.pdf",
        "{0}\tdata/letter.pdf",
        "{1}  data/upper.pdf",
        "data/letter.pdf",
        "",
    ],
)
def test_a_manifest_line_that_no_bundle_has_is_refused(top: Path, line: str) -> None:
    (top.parent / "outside.txt").write_bytes(b"secret")
    with (top / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(line.format("ab" * 32, "AB" * 32) + "\n")
    assert judge(top).names("manifest-sha256.txt", "cannot have")


def test_upper_case_digests_are_refused(top: Path) -> None:
    text = (top / "tagmanifest-sha256.txt").read_text()
    (top / "tagmanifest-sha256.txt").write_text(re.sub("^[0-9a-f]{64}", lambda m: m[0].upper(), text, flags=re.M))
    assert judge(top).names("tagmanifest-sha256.txt", "cannot have")


@pytest.mark.parametrize("file", ["manifest-sha256.txt", "bagit.txt", "bag-info.txt", "proofs/checkpoint", PROOF])
def test_windows_line_ends_are_refused(top: Path, file: str) -> None:
    (top / file).write_bytes((top / file).read_bytes().replace(b"\n", b"\r\n"))
    retag(top)
    assert judge(top).code == 1


def test_a_symbolic_link_is_never_followed(top: Path) -> None:
    (top / "data/letter.pdf").rename(top.parent / "letter.pdf")
    os.symlink(top.parent / "letter.pdf", top / "data/letter.pdf")
    assert judge(top).names("data/letter.pdf", "a link")


def test_a_linked_folder_is_never_entered(top: Path) -> None:
    (top / "data/media").rename(top.parent / "media")
    os.symlink(top.parent / "media", top / "data/media")
    judgement = judge(top)
    assert judgement.names("data/media", "a link")
    assert judgement.names("data/media/TEST-000002-1.png", "missing")


def test_a_pipe_is_named_and_does_not_hang_the_verifier(top: Path) -> None:
    (top / "data/letter.pdf").unlink()
    os.mkfifo(top / "data/letter.pdf")
    assert judge(top).names("data/letter.pdf", "special file")


def test_names_fit_for_no_terminal_are_printed_harmlessly(top: Path) -> None:
    os.rename(top / "data/letter.pdf", os.fsencode(top) + b"/data/\x1b[2J\xff\xe2\x80\xae.pdf")
    judgement = judge(top)
    assert judgement.code == 1
    assert "\x1b" not in judgement.report
    assert "\u202e" not in judgement.report


def test_a_payload_oxum_that_does_not_fit_is_wrong(top: Path) -> None:
    info = (top / "bag-info.txt").read_text()
    (top / "bag-info.txt").write_text(re.sub(r"Oxum: \d+", "Oxum: 1", info))
    retag(top)
    assert judge(top).names("bag-info.txt", "Payload-Oxum")


def test_another_production_s_reference_in_bag_info_is_wrong(top: Path) -> None:
    info = (top / "bag-info.txt").read_text()
    (top / "bag-info.txt").write_text(info.replace("000000000007", "000000000008"))
    retag(top)
    assert judge(top).names("bag-info.txt", "External-Identifier")


def at_record(change: Callable[[dict[str, object]], None]) -> Callable[[Path], None]:
    def tamper(top: Path) -> None:
        record = json.loads((top / RECORD).read_text())
        change(record)
        (top / RECORD).write_text(json.dumps(record))
        remanifest(top)

    return tamper


def _shorten(record: dict[str, object], name: str) -> None:
    record[name] = record[name][1:]  # type: ignore[index]


TAMPERED: dict[str, tuple[Callable[[dict[str, object]], None], str]] = {
    "an undisclosed digest taken out": (lambda record: _shorten(record, "sd"), "not those that the log entry"),
    "an unknown member": (lambda record: record.update(more=1), "must have the members"),
    "a member of another type": (lambda record: record.update(withheld={}), "must have the members"),
    "another schema": (lambda record: record.update(schema="record/2"), "not those that the log entry"),
    "a schema that is none": (lambda record: record.update(schema='record/1","x":"'), "event.schema"),
    "unsorted digests": (lambda record: record.update(sd=record["sd"][::-1]), "unsorted"),  # type: ignore[index]
    "a digest twice": (lambda record: record["sd"].insert(0, record["sd"][0]), "stands twice"),  # type: ignore[attr-defined,index]
    "a field shown twice": (
        lambda record: record["disclosures"].append(record["disclosures"][0]),  # type: ignore[attr-defined,index]
        "shown twice",
    ),
    "an unexplained gap": (lambda record: record.update(withheld=[]), "neither shown nor listed as withheld"),
    "another number": (lambda record: record.update(bates="TEST-000009"), "it says that it is"),
    "an entry with spaces": (
        lambda record: record.update(entry=str(record["entry"]).replace(",", ", ")),
        "not those that the log entry",
    ),
    "a shown field said to be withheld": (
        lambda record: record["withheld"].append({"path": "/author/handle", "code": "7(1)(b)"}),  # type: ignore[attr-defined]
        "said to be withheld, and is shown",
    ),
    "a file that is not there": (
        lambda record: record.update(files=[{"path": "data/none.png", "disclosed": None}]),
        "not in the manifest",
    ),
    "a file of the tags": (
        lambda record: record.update(files=[{"path": "README.txt", "disclosed": None}]),
        "not in the manifest",
    ),
    "a file with another's digest": (
        lambda record: record.update(files=[{"path": "data/letter.pdf", "disclosed": "/author/handle"}]),
        "not the file whose digest",
    ),
    "an event of the history that is not one": (lambda record: record.update(history=[{}]), "must have the members"),
    "nothing shown": (lambda record: record.update(disclosures=[]), "does not show its subject"),
    "a shown field that is no text": (lambda record: record.update(disclosures=[1]), "cannot be read"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_record_that_was_tampered_with_is_named(top: Path, name: str) -> None:
    change, reason = TAMPERED[name]
    at_record(change)(top)
    assert judge(top).names(RECORD, reason), judge(top).wrong


def test_a_changed_value_is_not_what_was_committed(top: Path) -> None:
    record = json.loads((top / RECORD).read_text())
    salt, name, value = json.loads(_decode(record["disclosures"][0]))
    record["disclosures"][0] = base64url(json.dumps([salt, name, f"{value}!"], separators=(",", ":")).encode())
    (top / RECORD).write_text(json.dumps(record))
    remanifest(top)
    assert judge(top).names(RECORD, "not what was committed")


def _decode(text: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(b'"entry"', b'"entry": "", "entry"', 1),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text + b"{}",
        lambda text: text[:-3],
        lambda text: text.replace(b'"schema"', b'"schema": 1.5, "x"', 1),
        lambda text: text.replace(b'"schema"', b'"schema": NaN, "x"', 1),
        lambda text: b"\xff\xfe" + text,
        lambda text: b"[" * 100_000,
        lambda text: b'{"a":' * 50_000,
        lambda text: b"1" * 1_000_000,
        lambda text: b"",
        lambda text: b"null",
        lambda text: b"\x00" * 100,
    ],
)
def test_json_that_is_not_strict_is_refused_without_a_traceback(top: Path, spoil: Callable[[bytes], bytes]) -> None:
    for file in (RECORD, "seal.json"):
        (top / file).write_bytes(spoil((top / file).read_bytes()))
    remanifest(top)
    judgement = judge(top)
    assert judgement.names(RECORD)
    assert judgement.names("seal.json")


def test_the_same_version_under_two_numbers_is_refused(top: Path) -> None:
    record = json.loads((top / "data/records/TEST-000003.json").read_text())
    rewrite(top / "data/records/TEST-000004.json", {**record, "bates": "TEST-000004"})
    (top / "proofs/TEST-000004.tlog-proof").write_bytes((top / "proofs/TEST-000003.tlog-proof").read_bytes())
    remanifest(top)
    assert judge(top).names("data/records/TEST-000004.json", "the same version as TEST-000003")


def test_a_file_that_is_not_the_committed_one_is_named(top: Path) -> None:
    (top / "data/media/TEST-000002-1.png").write_bytes(IMAGE + b"!")
    remanifest(top)
    assert judge(top).names("data/records/TEST-000002.json", "not the file whose digest was committed")


def test_a_proof_without_its_record_is_named(top: Path) -> None:
    (top / "proofs/TEST-000009.tlog-proof").write_bytes((top / PROOF).read_bytes())
    retag(top)
    assert judge(top).names("proofs/TEST-000009.tlog-proof", "belongs to no record")


def test_a_picture_without_its_record_is_named(top: Path) -> None:
    (top / "data/media/TEST-000009-1.png").write_bytes(IMAGE)
    remanifest(top)
    assert judge(top).names("data/media/TEST-000009-1.png", "belongs to no record")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda proof: proof.replace(b"index ", b"size 17\nindex ", 1),
        lambda proof: proof.replace(b"index ", b"extra AAAA\nindex ", 1),
        lambda proof: proof.replace(b"index ", b"index 0", 1),
        lambda proof: proof.replace(b"index ", b"index -", 1),
        lambda proof: re.sub(rb"index \d+", b"index 16", proof),
        lambda proof: re.sub(rb"index \d+", b"index 99999999999999999999", proof),
        lambda proof: proof.replace(b"=\n", b"\n", 1),
        lambda proof: re.sub(rb"(.)=\n", lambda m: bytes([m[1][0] ^ 1]) + b"=\n", proof, count=1),
        lambda proof: proof.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1),
        lambda proof: re.sub(rb"\n[^\n]{44}\n\n", b"\n\n", proof, count=1),
        lambda proof: proof.replace(b"@v1", b"@v2"),
        lambda proof: proof.rstrip(b"\n"),
        lambda proof: proof + b"\n",
        lambda proof: b"",
        lambda proof: b"\xff" * 50,
        lambda proof: b"x" * 100_000,
    ],
)
def test_a_proof_in_any_other_form_is_refused(top: Path, spoil: Callable[[bytes], bytes]) -> None:
    (top / PROOF).write_bytes(spoil((top / PROOF).read_bytes()))
    retag(top)
    assert judge(top).code == 1


@pytest.mark.parametrize("size", ["16", "18", "017", "+17", "1e1", "99999999999999999999"])
def test_a_checkpoint_of_another_size_is_not_what_the_log_signed(top: Path, size: str) -> None:
    for path in [top / "proofs/checkpoint", *top.glob("proofs/*.tlog-proof")]:
        path.write_bytes(path.read_bytes().replace(b"\n17\n", f"\n{size}\n".encode()))
    retag(top)
    assert judge(top).names("proofs/checkpoint")


def test_a_proof_under_another_checkpoint_of_the_log_is_refused(top: Path) -> None:
    note = Log([b"x"]).note()
    octets = (top / PROOF).read_bytes()
    (top / PROOF).write_bytes(octets[: octets.index(b"\n\n") + 2] + note)
    retag(top)
    assert judge(top).names(RECORD, "not under the checkpoint of this bundle")


def test_an_index_that_says_something_else_than_the_records_is_named(top: Path) -> None:
    path = top / "data/index.csv"
    path.write_bytes(path.read_bytes().replace(b"@res_3", b"@res_4"))
    remanifest(top)
    assert judge(top).names("data/index.csv", "not as the record says")


def test_a_row_too_few_or_too_many_in_the_index_is_named(top: Path) -> None:
    path = top / "data/index.csv"
    octets = path.read_bytes()
    last = octets.splitlines(keepends=True)[-1]
    path.write_bytes(octets + last)
    remanifest(top)
    assert judge(top).names("data/index.csv", "twice")
    path.write_bytes(octets.removesuffix(last))
    remanifest(top)
    assert judge(top).names("data/index.csv", "no row for TEST-000004")


@pytest.mark.parametrize("octets", [b"", b"\xff\xfe", b'"unclosed', b"a,b\r\n", b"x" * 200_000])
def test_an_index_that_is_none_is_named(top: Path, octets: bytes) -> None:
    (top / "data/index.csv").write_bytes(octets)
    remanifest(top)
    assert judge(top).names("data/index.csv")


def test_a_time_stamp_makes_it_say_that_not_all_was_checked(top: Path) -> None:
    text = (top / "proofs/checkpoint").read_bytes().partition(b"\n\n")[0] + b"\n"
    inner = b"\x04\x20" + sha256(text).digest() + bytes(900)
    (top / "proofs/checkpoint.tsr").write_bytes(b"0\x82" + len(inner).to_bytes(2, "big") + inner)
    retag(top)
    judgement = judge(top)
    assert (judgement.code, judgement.codes) == (2, [("proofs/checkpoint.tsr", "anchor.unchecked")])
    assert "No outside anchor" not in judgement.report


def test_no_bag_of_others_holds_and_none_ends_in_a_traceback() -> None:
    folders = [path.parent for path in fixture_path("bagit-conformance").rglob("data") if path.is_dir()]
    assert len(folders) > 40
    for folder in folders:
        assert judge(folder).code == 1
