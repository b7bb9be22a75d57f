"""The commands that a bundle prints for other people's tools work as printed, and see what is wrong."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from archive.ledger.encoding import base64url_bytes
from archive.ledger.proof import check_proof
from archive.ledger.timestamps import stamp_request
from archive.packages.texts import TEXTS
from config.drills.outsiders import Authority
from tests.archive.packages.bundles import ORIGIN, SIGNER, STRANGER, VKEY, bash, build, unpack


def commands(top: Path, step: int) -> str:
    """Return the commands of a step of VERIFY-WITH-OTHER-TOOLS.txt, as a person would paste them."""
    text = (top / "VERIFY-WITH-OTHER-TOOLS.txt").read_text(encoding="utf-8")
    part = re.split(r"^\d\. ", text, flags=re.M)[step]
    return "\n".join(line[4:] for line in part.splitlines() if line.startswith("    "))


def setup(top: Path, vkey: str) -> str:
    printed = commands(top, 0)
    assert f"VKEY='{ORIGIN}+...+...'" in printed
    return "set -o pipefail\n" + printed.replace(f"{ORIGIN}+...+...", vkey) + "\n"


def needs(*tools: str) -> None:
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"no {tool} on this machine")


def test_no_placeholder_is_left_in_any_text(good: Path) -> None:
    for name in TEXTS:
        text = (good / name).read_text(encoding="utf-8")
        assert not re.search(r"%[A-Z]+%", text)
        assert ORIGIN in text


def test_no_text_promises_more_than_is_proved(good: Path) -> None:
    for name in TEXTS:
        assert not re.search(r"immutable|tamper-proof|\bexact\b", (good / name).read_text(), re.IGNORECASE)


def test_sha256sum_accepts_both_manifests_and_finds_a_changed_file(top: Path) -> None:
    needs("sha256sum")
    assert bash("set -e\n" + commands(top, 1), top) == (0, "")
    (top / "data/letter.pdf").write_bytes(b"x")
    assert bash("set -e\n" + commands(top, 1), top)[0] == 1


def test_bagit_accepts_the_bag(top: Path) -> None:
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    code, said = bash(commands(top, 2), top, PATH=path)
    assert code == 0, said
    (top / "data/more.pdf").write_bytes(b"x")
    assert bash(commands(top, 2), top, PATH=path)[0] == 1


def test_openssl_verifies_the_checkpoint_and_not_with_another_key(top: Path) -> None:
    needs("openssl", "base64", "sed", "cut")
    code, said = bash(setup(top, VKEY) + commands(top, 3), top)
    assert code == 0, said
    assert "Signature Verified Successfully" in said
    assert (top.parent / "check/note.txt").read_bytes() == (top / "proofs/checkpoint").read_bytes().split(b"\n\n")[
        0
    ] + b"\n"
    code, said = bash(setup(top, STRANGER.verifier().vkey()) + commands(top, 3), top)
    assert code != 0
    assert "Signature Verified Successfully" not in said


def test_the_seal_s_digest_is_seen_with_openssl_and_grep(top: Path) -> None:
    needs("openssl", "base64", "grep")
    code, said = bash(commands(top, 4), top)
    assert code == 0, said
    digest = said.splitlines()[0]
    shown = {name: value for _, name, value in map(json.loads, re.findall(r"^\[.*\]$", said, re.M))}
    assert shown["/manifest/sha256"] == digest
    assert len(base64url_bytes(digest)) == 32
    assert shown["/production/records"] == int(said.splitlines()[-1])


def test_every_shown_field_is_found_committed_with_openssl_and_grep(top: Path) -> None:
    needs("openssl", "base64", "grep")
    assert bash(commands(top, 5), top) == (0, "")
    record = commands(top, 5).replace("seal.json", "data/records/TEST-000001.json")
    assert bash(record, top) == (0, "")
    path = top / "data/records/TEST-000001.json"
    shown = json.loads(path.read_text())["disclosures"][3]
    path.write_text(path.read_text().replace(shown, shown[:-6] + "AAAAAA"))
    assert "NOT COMMITTED" in bash(record, top)[1]


def inclusion(top: Path, *, tool: bool = False, record: str = "") -> str:
    """Return the commands of step 6, by openssl or by another tool, of the seal or of a record."""
    lines = commands(top, 6).splitlines()
    named = f"PROOF=proofs/{record}.tlog-proof FILE=data/records/{record}.json"
    first = named if record else lines[0]
    return "\n".join([first, *(line for line in lines[1:] if tool or not line.startswith("proofbundle"))])


def test_openssl_and_bash_find_every_entry_in_the_log_and_no_other(top: Path) -> None:
    needs("openssl", "base64", "sed")
    assert "PROOF=proofs/seal.tlog-proof FILE=seal.json" in commands(top, 6)
    for record in ("", *(f"TEST-{n:06}" for n in range(1, 5))):
        assert bash("mkdir -p ../check\n" + inclusion(top, record=record), top) == (0, "")
        entry = (top.parent / "check/entry").read_bytes()
        proof = (top / f"proofs/{record or 'seal'}.tlog-proof").read_bytes()
        assert check_proof(proof, entry, [SIGNER.verifier()]).origin == ORIGIN
    swapped = inclusion(top).replace("FILE=seal.json", "FILE=data/records/TEST-000003.json")
    assert bash(swapped, top) == (0, "NOT IN THE LOG\n")


def test_proofbundle_verifies_the_proof_as_printed(top: Path) -> None:
    needs("proofbundle")
    code, said = bash(setup(top, VKEY) + "set -e\n" + inclusion(top, tool=True), top)
    assert code == 0, said
    assert bash(setup(top, STRANGER.verifier().vkey()) + "set -e\n" + inclusion(top, tool=True), top)[0] != 0


def test_openssl_verifies_the_time_stamp_as_printed_and_not_that_of_another_text(tmp_path: Path) -> None:
    needs("openssl", "sed", "date", "tee")
    authority = Authority(tmp_path / "authority")
    top = unpack(build(tmp_path, stamp=lambda text: [authority.stamp("", stamp_request(text))[1]]), tmp_path / "in")
    steps = setup(top, VKEY) + commands(top, 3)
    assert bash(steps, top)[0] == 0
    shutil.copyfile(authority.root, top.parent / "check/root.pem")
    code, said = bash(commands(top, 7), top)
    assert (code, "Verification: OK" in said) == (0, True), said
    (top / "proofs/checkpoint.tsr").write_bytes(authority.stamp("", stamp_request(b"another"))[1])
    assert bash(commands(top, 7), top)[0] != 0
