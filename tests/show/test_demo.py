"""`./run demo --json`: the main job on real parts, and a bundle that a stranger takes apart."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import bagit
import pytest

from config.demo.play import PHONE
from tests.archive.packages.judge import judge, run
from tests.fixtures import ROOT
from tests.foia.production.log import unpacked
from tests.show.spelling import holds, inflated

COUNTS = {
    *("records", "versions", "edits", "removed", "quarantined"),
    *("disposed", "collected", "released", "redacted", "withheld"),
}
OPEN = "Larkspur"  #: a word that the bundle shows
PATIENCE = 480  #: seconds; the demonstration takes about one minute on an idle machine


@pytest.mark.long
def test_the_demonstration_leaves_a_bundle_that_stands_up_to_a_stranger(tmp_path: Path) -> None:
    told = demonstrated(tmp_path)
    assert told["counts"].keys() >= COUNTS
    assert all(told["counts"][name] > 0 for name in COUNTS), told["counts"]
    assert told["verified"] is True
    bundle = Path(told["bundle"])
    assert bundle.is_absolute()
    assert bundle.parent == (tmp_path / "out").resolve()
    assert [each.keys() for each in told["steps"]] == [{"step", "said"}] * len(told["steps"])

    top = unpacked(bundle, tmp_path / "open")
    stranger = run("--vkey", told["vkey"], str(top))
    assert stranger.returncode == 0, stranger.stdout + stranger.stderr
    assert bagit.Bag(str(top)).is_valid()
    the_redacted_span_is_in_no_byte(bundle, top)
    a_flipped_byte_of_any_file_is_named(top, told["vkey"])


def demonstrated(folder: Path) -> dict[str, Any]:
    """Run the demonstration as a person does, in a temporary state of its own, and return its JSON file."""
    command = ["demo", "--json", str(folder / "out.json"), "--out", str(folder / "out")]
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "config.runner", *command],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stdout[-4_000:] + ran.stderr[-4_000:]
    told: dict[str, Any] = json.loads((folder / "out.json").read_text())
    return told


def the_redacted_span_is_in_no_byte(bundle: Path, top: Path) -> None:
    """Search the zip, every file out of it and every stream of its PDFs, for the number in any spelling."""
    places = {"the zip": bundle.read_bytes()}
    for path in top.rglob("*"):
        if path.is_file():
            places[path.name] = path.read_bytes()
            if path.suffix == ".pdf":
                places[f"the streams of {path.name}"] = inflated(path)
    assert any(holds(octets, OPEN) for octets in places.values()), "the search can find"
    assert holds(places["the streams of production.pdf"], OPEN)
    for secret in (PHONE, PHONE.partition("-")[2]):
        assert [name for name, octets in places.items() if holds(octets, secret)] == []


def a_flipped_byte_of_any_file_is_named(top: Path, vkey: str) -> None:
    """Flip one bit of one byte of each file in turn, at a place drawn by chance."""
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    for path in sorted(each for each in top.rglob("*") if each.is_file()):
        octets = path.read_bytes()
        place = chance.randrange(len(octets))
        flipped = bytearray(octets)
        flipped[place] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        judged = judge(top, vkey)
        path.write_bytes(octets)
        name = path.relative_to(top).as_posix()
        # Nothing lists the tag manifest itself: its flipped line is a file that no longer has its digest.
        named = judged.names(name) or (name == "tagmanifest-sha256.txt" and judged.code == 1 and judged.wrong)
        assert named, f"{name}, byte {place}, seed {seed}: {judged.report}"
    assert judge(top, vkey).code == 0
