"""What was changed at random is refused, and in the verifier's own words; `mutations` makes the long run."""

from pathlib import Path

import pytest

from archive.packages import verify
from tests.archive.packages.mutations import Mutator


def test_no_changed_proof_note_record_or_bundle_is_accepted_and_none_raises(tmp_path: Path) -> None:
    mutator = Mutator(tmp_path, seed=2026)
    mutator.run(8_000)
    assert mutator.tried["bundle"] > 10
    assert (mutator.accepted, mutator.raised) == ([], [])


def test_a_verifier_that_forgets_a_check_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mutator = Mutator(tmp_path, seed=2026)
    monkeypatch.setattr(verify, "inclusion_check", lambda *_: None)
    mutator.run(3_000)
    assert {kind for kind, _ in mutator.accepted} >= {"proof"}
