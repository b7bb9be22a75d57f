from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from archive.access.actor import Actor
from archive.waiting import Waiting
from config.desk.today import sorted_by_due
from tests.web.world import world_make

TODAY = date(2026, 2, 10)


def waiting(title: str, due: date | None) -> Waiting:
    return Waiting(title, due, "/there/", "because <it> waits")


def for_the_pio(actor: Actor, at: datetime) -> list[Waiting]:
    return [waiting("Explain a removal", None)] if "pio" in actor.offices(at) else []


def broken(actor: Actor, at: datetime) -> list[Waiting]:
    raise RuntimeError("this room is out of order")


def test_items_stand_by_due_day_and_the_late_ones_first() -> None:
    days = {"late": -1, "now": 0, "in a week": 7, "in eight days": 8}
    items = [waiting(title, TODAY + timedelta(days=days[title])) for title in reversed(days)] + [waiting("open", None)]
    day = sorted_by_due(items, TODAY)
    found = [[item.title for item in group] for group in (day.overdue, day.today, day.soon, day.later, day.undated)]
    assert found == [["late"], ["now"], ["in a week"], ["in eight days"], ["open"]]
    assert day.count == 5


@pytest.mark.django_db
def test_a_person_sees_what_waits_for_them_alone(settings: Settings) -> None:
    settings.TODAY_ITEMS = [f"{__name__}.for_the_pio"]
    world = world_make()
    client = Client()
    client.force_login(world.holders["pio"])
    html = client.get("/").content.decode()
    assert "Explain a removal" in html
    assert "because &lt;it&gt; waits" in html
    client.force_login(world.holders["counsel"])
    html = client.get("/").content.decode()
    assert "Explain a removal" not in html
    assert "Nothing waits for you." in html


@pytest.mark.django_db
def test_a_room_that_fails_is_named_and_hides_no_other(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.TODAY_ITEMS = [f"{__name__}.broken", f"{__name__}.for_the_pio"]
    client = Client()
    client.force_login(world_make().holders["pio"])
    html = client.get("/").content.decode()
    assert "This list is not whole" in html
    assert "Explain a removal" in html
    assert "out of order" not in html
    assert "broken" in caplog.text
