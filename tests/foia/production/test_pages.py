"""A clerk looks at a production record by record before it is drawn, and sees what may be shown and no more."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from PIL import Image

from archive.access.actor import Actor
from foia.production.models import Production
from foia.production.services import production_number
from tests.foia import scene
from tests.foia.scene import PHONE, RECEIVED, WITHHELD, Reviewed
from tests.web.world import session_of

pytestmark = pytest.mark.commits
AT = RECEIVED + timedelta(hours=3)


@pytest.fixture(autouse=True)
def state(tmp_path: Path) -> Iterator[None]:
    with override_settings(DAYBOOK_STATE_DIR=tmp_path, STORAGE_URL=f"file://{tmp_path}/store"):
        yield


def signed_in(actor: Actor) -> Client:
    assert actor.user is not None
    client = Client()
    client.cookies["sessionid"] = session_of(actor.user)
    return client


def numbered(case: Reviewed) -> Production:
    return production_number(collection=case.collection, prefix="DEMO", actor=case.staff.officer, at=AT)


def test_each_record_is_shown_as_the_production_will_show_it(committed_db: object) -> None:
    octets = scene.picture()
    case = scene.reviewed(picture_bytes=octets)
    production = numbered(case)
    client = signed_in(case.staff.officer)
    pages = [
        client.get(reverse("production-sheet", args=[production.ref, number])).content.decode() for number in (1, 2, 3)
    ]
    assert all(f"DEMO-00000{n}" in page for n, page in enumerate(pages, 1))
    assert "The road is closed until noon" in pages[0]
    assert 'aria-label="Redacted, exemption 7(1)(b).">[REDACTED – 7(1)(b)]</span>' in pages[1]
    assert "This record is withheld in full under 7(1)(a)." in pages[2]
    assert not any(PHONE in page or WITHHELD in page for page in pages)
    assert 'rel="prev"' not in pages[0]
    assert 'rel="next"' not in pages[2]

    address = reverse("production-picture", args=[production.ref, 1, 0])
    assert f'<img src="{address}" alt="A barrier">' in pages[0]
    answer = client.get(address)
    drawn = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(drawn)).size == (24, 16)
    assert drawn != octets
    for number, n in ((1, 1), (2, 0), (3, 0), (4, 0)):
        assert client.get(reverse("production-picture", args=[production.ref, number, n])).status_code == 404
    assert client.get(reverse("production-sheet", args=[production.ref, 4])).status_code == 404
    assert signed_in(case.staff.stranger).get(address).status_code == 403
