"""The sequencer at work inside a test that commits, and the verdict of the program that ships in every bundle."""

import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import psycopg

from archive.ledger.note import Signer
from archive.ledger.sequencer import Sequencer
from archive.packages.texts import VERIFIER
from tests.outside import outside_of

ORIGIN = "test.daybook.invalid/ledger/1"
SIGNER = Signer(ORIGIN, bytes(range(32)))
VKEY = SIGNER.verifier().vkey()


def sequence(session: psycopg.Connection, at: datetime) -> None:
    """Give every waiting event its place, and sign a checkpoint."""
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    while sequencer.sequence_batch():
        pass
    sequencer.sign_checkpoint(at)


def unpacked(path: Path, folder: Path) -> Path:
    """Unpack a bundle and return its top folder."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    [top] = folder.iterdir()
    return top


def verdict(top: Path) -> tuple[int, str]:
    """Return what our own copy of verify.py says of an unpacked bundle."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), "--vkey", VKEY, str(top)], capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr
