"""Networks tell in three forms how long to wait, and all three are understood."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from archive.connectors.contract import RateShape
from archive.connectors.rates import LONGEST_WAIT, spent, wait_asked

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ISO = RateShape("x-limit", "x-remaining", "x-reset", "iso")
EPOCH = RateShape("x-limit", "x-remaining", "x-reset", "epoch")
LEFT = RateShape("x-limit", "x-remaining", "x-reset", "seconds-left")


def asked(shape: RateShape, **headers: str) -> float | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return wait_asked(named.get, shape, NOW)


def test_each_form_is_understood() -> None:
    later = NOW + timedelta(seconds=90)
    assert asked(ISO, retry_after="12") == 12
    assert asked(ISO, retry_after=format_datetime(later, usegmt=True)) == 90
    assert asked(ISO, x_reset=later.isoformat().replace("+00:00", "Z")) == 90
    assert asked(EPOCH, x_reset=str(int(later.timestamp()))) == 90
    assert asked(LEFT, x_reset="90") == 90
    assert asked(ISO, retry_after="5", x_reset=later.isoformat()) == 5


def test_a_wrong_clock_on_either_side_does_no_harm() -> None:
    theirs = NOW + timedelta(hours=7)
    reset = (theirs + timedelta(seconds=30)).isoformat()
    assert asked(ISO, x_reset=reset, date=format_datetime(theirs, usegmt=True)) == 30


@pytest.mark.parametrize("text", ["", "soon", "-5x", "2026-03-04T05:06:07", "2026-02-30T00:00:00Z", "nan", "９"])
def test_what_is_no_time_asks_for_nothing(text: str) -> None:
    assert asked(ISO, x_reset=text) is None
    assert asked(RateShape(), x_reset=text) is None
    assert asked(LEFT, x_reset=text) in (None, 9.0)


def test_no_header_makes_us_wait_for_ever_or_backwards() -> None:
    assert asked(ISO, retry_after="9" * 40) == LONGEST_WAIT
    assert asked(LEFT, x_reset="1e308") == LONGEST_WAIT
    assert asked(LEFT, x_reset="inf") == LONGEST_WAIT
    assert asked(ISO, x_reset="2001-01-01T00:00:00Z") == 0


def test_the_last_request_of_a_window_is_noticed() -> None:
    assert spent(lambda name: "0", ISO)
    assert spent(lambda name: "0.0", LEFT)
    assert not spent(lambda name: "10", ISO)
    assert not spent(lambda name: None, ISO)
