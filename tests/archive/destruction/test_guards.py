"""Silence is no consent: every way in which guards can fail keeps everything."""

import pytest
from django.core.checks import run_checks
from django.db import connection
from pytest_django import Settings

from archive.destruction.guards import refusals
from tests.archive.destruction.scene import AT

WILLING = "tests.archive.destruction.scene.WILLING"
BROKEN = "tests.archive.destruction.scene.BROKEN"


def test_with_no_guard_listed_everything_is_refused(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = [], []
    assert {one: [r.code for r in why] for one, why in refusals("record", [1, 2], AT).items()} == {
        1: ["guard.none"],
        2: ["guard.none"],
    }


def test_a_required_guard_that_is_missing_refuses_everything_and_is_a_system_check_error(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = [WILLING], ["somewhere.HOLDS"]
    assert [r.code for r in refusals("record", [1], AT)[1]] == ["guard.missing"]
    assert "daybook.E002" in {message.id for message in run_checks()}


def test_a_guard_that_does_not_import_refuses_everything_and_is_a_system_check_error(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = [WILLING, "nowhere.at.all"], []
    assert [r.code for r in refusals("record", [1], AT)[1]] == ["guard.failed"]
    assert "daybook.E001" in {message.id for message in run_checks()}


@pytest.mark.django_db
def test_a_guard_that_raises_refuses_all_and_leaves_the_transaction_usable(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = [BROKEN, WILLING], []
    assert [r.code for r in refusals("record", [1, 2], AT)[2]] == ["guard.failed"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_willing_guards_refuse_nothing(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = [WILLING], []
    assert refusals("record", [1, 2], AT) == {}
