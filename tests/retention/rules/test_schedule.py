"""A schedule is read strictly, and every captured item finds its series or waits for a person."""

from datetime import date
from hashlib import sha256

import pytest

from retention.rules.citations import Mark
from retention.rules.rulefile import RuleFileError
from retention.rules.schedule import SCHEDULES, read_schedule_bytes, starter_schedule
from retention.rules.series import Action, Trigger

STARTER = (SCHEDULES / "starter.toml").read_bytes()


def test_every_starter_series_is_a_default_and_says_so() -> None:
    schedule = starter_schedule()
    assert len(schedule.series) == 15
    for rule in schedule.series:
        assert rule.citation.mark is Mark.DECISION
        assert "a default of the department" in str(rule.citation)
        assert len(rule.code) <= 32
        assert len(rule.title) <= 300
        assert len(rule.citation.text) <= 500
    assert schedule.application == ""
    assert schedule.effective_on == date(2026, 1, 1)
    assert schedule.sha256 == sha256(STARTER).digest()


def test_removed_comments_stay_longer_than_a_claim_may_take() -> None:
    rule = starter_schedule().rule("comments-removed")
    assert rule.trigger is Trigger.REMOVED
    assert str(rule.period) == "P5Y"
    assert rule.action is Action.DESTROY


@pytest.mark.parametrize(
    "kind, state, series",
    [
        ("comment", "live", "comments-no-action"),
        ("comment", "hidden", "comments-removed"),
        ("reply", "removed", "comments-removed"),
        ("comment", "absent", "comments-removed"),
        ("post", "live", "posts-substantive"),
        ("post", "removed", "posts-substantive"),
        ("message", "live", "messages-direct"),
        ("profile", "live", "profiles-disclaimers"),
        ("page", "live", None),
        ("by-hand", "live", None),
    ],
)
def test_a_captured_item_finds_its_series_or_waits(kind: str, state: str, series: str | None) -> None:
    found = starter_schedule().series_for(kind=kind, state=state)
    assert (found.code if found else None) == series


def test_other_holdings_have_their_own_lines() -> None:
    found = starter_schedule().series_for(holding="request")
    assert found is not None
    assert found.code == "foia-requests"
    assert starter_schedule().series_for(holding="upload") is None


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ('period = "P5Y"', 'period = "5 years"', "no period"),
        ('period = "P5Y"\n', "", "every other one needs a period"),
        ('trigger = "permanent"', 'trigger = "permanent"\nperiod = "P5Y"', "permanent series has no period"),
        ('trigger = "permanent"\naction = "keep"', 'trigger = "permanent"\naction = "destroy"', "its action is keep"),
        ('trigger = "created"', 'trigger = "posted"', "trigger must be one of"),
        ('cutoff = "end-of-calendar-year"', 'cutoff = "year"', "cutoff must be one of"),
        ('code = "posts-press"', 'code = "posts-transitory"', "two series have the same code"),
        ('series = "messages-direct"', 'series = "messages"', "series that are not here"),
        ('kinds = ["message"]', "kinds = []", "an empty list means none"),
        ('mark = "decision"\n', "", "mark is missing"),
        ('code = "posts-press"', f'code = "{"x" * 40}"', "longer than 32"),
        ('title = "Audit log"', 'title = "Audit log"\nkeep = "ever"', "unknown: keep"),
    ],
)
def test_a_schedule_with_a_mistake_is_refused(old: str, new: str, problem: str) -> None:
    text = STARTER.decode()
    assert old in text
    with pytest.raises(RuleFileError, match=problem):
        read_schedule_bytes(text.replace(old, new, 1).encode(), "starter.toml")


@pytest.mark.parametrize("content", [b"\xff", b"a = [", b"#" * 1_000_001, b"", b"series = 3"])
def test_bytes_that_are_no_schedule_are_refused(content: bytes) -> None:
    with pytest.raises(RuleFileError):
        read_schedule_bytes(content, "upload.toml")
