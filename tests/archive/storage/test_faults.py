"""The rest of the fault matrix: each step of a store fails, or fails but happened, and a later round ends it.

Elsewhere: put of a second copy (`test_copies`), every step of a repair (`test_fixity`), deletion and the look after it
(`tests/archive/destruction/test_two_copies`), flags (`tests/archive/destruction/test_flags`), the wire to S3
(`test_s3_store`).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from archive.storage import locks, reading, services
from archive.storage.contract import EvidenceStore, Unavailable
from archive.storage.fixity import FIXITY, Limits, Round
from archive.storage.locks import LOCK_FOR, locks_roll
from archive.storage.models import FixityFinding, ObjectIntent, StoredCopy
from archive.storage.reading import object_bytes
from archive.storage.s3_store import S3EvidenceStore
from archive.storage.selection import stores
from archive.storage.services import SWEEP_AFTER, intents_sweep, object_put
from tests.archive.storage.scene import AT, Flaky, claim_of, copied, copy_in

pytestmark = pytest.mark.django_db
TROUBLES = ["failed", "failed but happened"]
STORES = ["file", "file-copy"]
Troubled = Callable[..., dict[str, EvidenceStore]]


@pytest.fixture(autouse=True)
def _folders(two_folders: tuple[Path, Path]) -> None:
    """Two stores."""


@pytest.fixture
def troubled(monkeypatch: pytest.MonkeyPatch) -> Troubled:
    """Return a function that lets a step of one store go wrong once, wherever the product asks for its stores."""

    def trouble(name: str, **troubles: str) -> dict[str, EvidenceStore]:
        known: dict[str, EvidenceStore] = {**stores()}
        known[name] = Flaky(known[name], **troubles)
        for module in (locks, reading, services):
            monkeypatch.setattr(module, "stores", lambda: known)
        return known

    return trouble


def _look(known: dict[str, EvidenceStore], limits: Limits, at: datetime) -> None:
    claim = claim_of(FIXITY, at)
    Round(claim, known=known, limits=limits, now=lambda: at, clock=lambda: 0.0, pause=lambda _: None).work()


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("name", STORES)
def test_reading_turns_to_the_other_copy_when_opening_fails(troubled: Troubled, name: str, trouble: str) -> None:
    stored = copied()
    troubled(name, open=trouble)
    assert object_bytes(stored) == b"evidence"


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("name", STORES)
@pytest.mark.parametrize("step", ["open", "standing"])
def test_a_look_that_gets_no_answer_concludes_nothing_and_is_made_again(
    troubled: Troubled, name: str, step: str, trouble: str
) -> None:
    copied()
    known = troubled(name, **{step: trouble})
    limits = Limits(timedelta(days=90), 1 << 40, 1 << 40)
    for hours in range(2):
        _look(known, limits, AT + timedelta(hours=hours))
    assert not FixityFinding.objects.exists()
    assert set(StoredCopy.objects.values_list("outcome", flat=True)) == {"good"}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_sweep_that_failed_or_failed_but_happened_is_made_again(
    troubled: Troubled, two_folders: tuple[Path, Path], trouble: str
) -> None:
    object_put([b"x"], compartment="public", at=AT)  # it came to no row
    troubled("file", delete=trouble)
    late = AT + SWEEP_AFTER + timedelta(seconds=1)
    assert (intents_sweep(at=late), ObjectIntent.objects.count()) == (0, 1)
    assert (intents_sweep(at=late), ObjectIntent.objects.count()) == (1, 0)
    assert [path for path in two_folders[0].rglob("*") if path.is_file()] == []


def test_a_flag_left_on_bytes_without_a_row_does_not_keep_them() -> None:
    stored = object_put([b"x"], compartment="public", at=AT)
    stores()["file"].hold(str(stored.key), "", on=True)
    late = AT + SWEEP_AFTER + timedelta(seconds=1)
    assert intents_sweep(at=late) == 0
    assert intents_sweep(at=late + timedelta(seconds=1)) == 1


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_lock_that_failed_or_failed_but_happened_is_moved_on_by_the_next_round_and_holds_up_no_other_store(
    troubled: Troubled, settings: Settings, locking: S3EvidenceStore, trouble: str
) -> None:
    address = f"s3://{locking.bucket_name}?endpoint={locking.endpoint_url}&region=us-east-1&days=20"
    settings.STORAGE_URL, settings.STORAGE_COPY_URL = f"{address}&lock=governance", address
    now = datetime.now(UTC).replace(microsecond=0)
    stored = copied(at=now)
    before = copy_in(stored, "s3").lock_until
    troubled("s3", lock=trouble)
    with pytest.raises(Unavailable):
        locks_roll(at=now)
    assert copy_in(stored, "s3").lock_until == before
    assert copy_in(stored, "s3-copy").lock_until == now + LOCK_FOR
    assert locks_roll(at=now) == 1
    assert copy_in(stored, "s3").lock_until == now + LOCK_FOR
