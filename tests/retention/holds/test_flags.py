"""A hold reaches the stores: placed, its media are flagged; lifted, the flag goes with the last one."""

from pathlib import Path

import pytest
from pytest_django import Settings

from archive.destruction.holdings import Holding
from retention.holds.models import HoldKind
from retention.holds.services import Scope, hold_place, hold_release
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.archive.destruction.test_flags import mirror, shown, with_media

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_stores(settings: Settings, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    settings.STORAGE_URL, settings.STORAGE_COPY_URL = f"file://{tmp_path}/first", f"file://{tmp_path}/second"
    settings.CAPTURE_LISTENERS = ["retention.holds.listener.LISTENER"]


def test_a_hold_is_flagged_in_both_stores_until_the_last_one_is_lifted() -> None:
    counsel = scene.person("counsel", "counsel")
    [(record, stored)] = with_media(scene.page(), "1")
    holdings = [Holding("record", record)]
    first = hold_place(kind=HoldKind.AUDIT, reason="audit", holdings=holdings, actor=counsel, at=AT).hold
    second = hold_place(kind=HoldKind.AUDIT, reason="audit", holdings=holdings, actor=counsel, at=AT).hold
    mirror()
    assert shown(stored) == {"file": True, "file-copy": True}
    hold_release(hold_ref=first.ref, reason="closed", actor=counsel, at=AT)
    mirror()
    assert shown(stored) == {"file": True, "file-copy": True}
    hold_release(hold_ref=second.ref, reason="closed", actor=counsel, at=AT)
    mirror()
    assert shown(stored) == {"file": False, "file-copy": False}


def test_a_standing_hold_flags_what_is_captured_after_it() -> None:
    counsel, account = scene.person("counsel", "counsel"), scene.page()
    hold_place(kind=HoldKind.AUDIT, reason="audit", scopes=[Scope(account_id=account.pk)], actor=counsel, at=AT)
    [(_, stored)] = with_media(account, "1")
    mirror()
    assert shown(stored) == {"file": True, "file-copy": True}
