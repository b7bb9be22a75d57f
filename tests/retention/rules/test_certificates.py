"""No certificate come back, no destruction, whatever the days say."""

from datetime import date

import pytest

from retention.rules.certificates import (
    AUTHORITIES,
    CertificateError,
    agenda_deadline,
    authority,
    certificate_state,
    file_by,
    meeting_in,
    needs_check,
    read_authority,
)
from retention.rules.rulefile import RuleFileError, read_rule_text

ILLINOIS = authority("illinois")
NEW_YEAR = date(2027, 1, 1)


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day != NEW_YEAR


def test_a_disposal_in_january_is_filed_by_the_middle_of_december() -> None:
    assert file_by(ILLINOIS, date(2027, 1, 15)) == date(2026, 12, 16)
    found = certificate_state(
        ILLINOIS, proposed_on=date(2027, 1, 15), filed_on=date(2026, 12, 16), approved_on=date(2027, 1, 5)
    )
    assert found.eligible_on == date(2027, 1, 15)


@pytest.mark.parametrize(
    "proposed, filed, approved, eligible, why",
    [
        (date(2027, 1, 1), date(2026, 12, 16), date(2027, 1, 5), date(2027, 1, 15), "30 days after the filing"),
        (date(2027, 1, 1), date(2026, 12, 16), date(2027, 2, 2), date(2027, 2, 2), "approved certificate came back"),
        (date(2027, 3, 1), date(2026, 12, 16), date(2027, 1, 5), date(2027, 3, 1), "written on the certificate"),
    ],
)
def test_the_latest_of_the_three_days_decides(
    proposed: date, filed: date, approved: date, eligible: date, why: str
) -> None:
    found = certificate_state(ILLINOIS, proposed_on=proposed, filed_on=filed, approved_on=approved)
    assert found.eligible_on == eligible
    assert why in found.sentence


def test_silence_approves_nothing() -> None:
    found = certificate_state(ILLINOIS, proposed_on=date(2020, 1, 1), filed_on=date(2019, 1, 1), approved_on=None)
    assert found.eligible_on is None
    assert "silence approves nothing" in found.sentence


def test_what_is_not_filed_cannot_go() -> None:
    found = certificate_state(ILLINOIS, proposed_on=date(2027, 1, 15), filed_on=None, approved_on=None)
    assert found.eligible_on is None
    assert "must be filed by 2026-12-16" in found.sentence


@pytest.mark.parametrize("filed", [None, date(2027, 1, 6)])
def test_an_approval_before_the_filing_is_refused(filed: date | None) -> None:
    with pytest.raises(CertificateError):
        certificate_state(ILLINOIS, proposed_on=date(2027, 1, 15), filed_on=filed, approved_on=date(2027, 1, 5))


def test_the_commission_meets_on_the_first_tuesday_or_the_day_after_a_holiday() -> None:
    assert meeting_in(ILLINOIS, 2027, 1, lambda day: day == NEW_YEAR) == date(2027, 1, 5)
    assert meeting_in(ILLINOIS, 2026, 9, lambda day: False) == date(2026, 9, 1)
    assert meeting_in(ILLINOIS, 2026, 9, lambda day: day == date(2026, 9, 1)) == date(2026, 9, 2)


def test_an_application_for_the_january_agenda_arrives_in_december() -> None:
    assert agenda_deadline(ILLINOIS, date(2027, 1, 5), is_business_day) == date(2026, 12, 28)


def test_what_was_not_confirmed_is_listed_for_counsel() -> None:
    assert [str(citation) for citation in needs_check(ILLINOIS)] == [
        "44 Ill. Adm. Code 4000, by the Cook County rule 4500.30, from a secondary source"
    ]


@pytest.mark.parametrize(
    "old, new", [("lead_days = 30", "lead = 30"), ("weekday = 2", "weekday = 8"), ("week = 1", "week = 0")]
)
def test_a_file_with_a_mistake_is_refused(old: str, new: str) -> None:
    text = (AUTHORITIES / "illinois.toml").read_text()
    assert old in text
    with pytest.raises(RuleFileError):
        read_authority(read_rule_text(text.replace(old, new), "illinois.toml"))
