"""Rubbish sent to every form: refused, redirected or taken, and never an error of ours.

`./run test tests/web/test_hostile_forms.py --hostile 150` sends more than ten thousand.
"""

import random
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.web.pages import PAGES, Row
from tests.web.routes import address
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db

VALUES = (
    "",
    "\x00",
    "‮evil",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "-1",
    "9" * 40,
    "1e999",
    "NaN",
    "0000-00-00",
    "9999-12-31",
    "2026-02-30",
    "../../etc/passwd",
    "{}",
    '{"id": 1, "response": []}',
    "[[",
    "x" * 20_000,
    "\ufffe\U0001f4a9" * 50,
    "true",
    "00000000-0000-0000-0000-000000000000",
)
EXTRA = ("next", "at", "n", "q", "credential", "code", "login", "password", "path", "fields", "ref", "records", "scope")


def rubbish(row: Row, chance: random.Random) -> dict[str, object]:
    """A form with the right names and the wrong values."""
    names = [*(row.post or {}), *chance.sample(EXTRA, 3)]
    told: dict[str, object] = {}
    for name in names:
        told[name] = chance.choice(VALUES) if chance.random() < 0.8 else [chance.choice(VALUES) for _ in range(3)]
    if chance.random() < 0.1:
        told[chance.choice(names)] = SimpleUploadedFile("x", bytes(chance.randrange(256) for _ in range(200)))
    return told


def posts(world: World, chance: random.Random, rounds: int) -> Iterator[tuple[Row, int]]:
    """Send rubbish to every form as somebody whom it is open to; yield each form with the status it answered."""
    clients: dict[str, Client] = {}
    for row in [row for row in PAGES if row.post is not None]:
        office = next(office for office in world.holders if row.opens_for(office))
        if office not in clients or row.route == "sign-out/":
            clients[office] = Client(raise_request_exception=False)
            clients[office].force_login(world.holders[office])
        with transaction.atomic():
            values = row.make(world, world.holders[office]) if row.make else {}
            for _ in range(rounds):
                with transaction.atomic():
                    answer = clients[office].post(address(row.route, values), rubbish(row, chance))
                    transaction.set_rollback(True)
                yield row, answer.status_code
            transaction.set_rollback(True)


def test_no_form_answers_rubbish_with_an_error(request: pytest.FixtureRequest) -> None:
    chance = random.Random(20_261_122)
    rounds = int(request.config.getoption("--hostile"))
    answered = list(posts(world_make(), chance, rounds))
    print(f"{len(answered)} hostile posts")
    assert {str(row) for row, status in answered if status >= 500} == set()
