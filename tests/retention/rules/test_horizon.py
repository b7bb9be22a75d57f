"""The backup horizon is data with a source."""

from datetime import date

import pytest

from retention.rules.horizon import backup_horizon, read_horizon
from retention.rules.rulefile import RuleFileError, read_rule_text


def test_the_shipped_horizon_is_thirty_five_days_and_says_whose_decision_it_is() -> None:
    horizon = backup_horizon()
    assert horizon.days == 35
    assert horizon.last_copy_gone_on(date(2026, 3, 2)) == date(2026, 4, 6)
    assert horizon.or_longer(60).last_copy_gone_on(date(2026, 3, 2)) == date(2026, 5, 1)
    assert horizon.or_longer(7) == horizon
    assert "default of the department" in str(horizon.citation)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[backups]\ndays = 0\ncitation = 'x'\nmark = 'decision'",
        "[backups]\ndays = 35",
        "[backups]\ndays = 35\ncitation = 'x'\nmark = 'decision'\nhours = 2",
        "[backups]\ndays = 35\ncitation = 'x'\nmark = 'decision'\n[other]",
    ],
)
def test_a_horizon_that_is_no_time_or_has_no_source_or_says_more_is_refused(text: str) -> None:
    with pytest.raises(RuleFileError):
        read_horizon(read_rule_text(text, "horizon.toml"))
