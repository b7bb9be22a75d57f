"""Exemption codes are dated data with a source; an unknown or outdated one is refused."""

from datetime import UTC, date, datetime

import pytest

from foia.review.exemptions import (
    CODES,
    exemption_of,
    exemptions_check,
    exemptions_in_force,
    exemptions_version,
    read_exemptions,
)
from retention.errors import Refused
from retention.rules.citations import Mark
from retention.rules.rulefile import RuleFileError, read_rule_text

ON = date(2026, 2, 6)
AT = datetime(2026, 2, 6, 12, tzinfo=UTC)
ILLINOIS = (CODES / "illinois.toml").read_text()


def test_every_code_has_its_own_words_a_source_and_a_mark() -> None:
    entries = exemptions_in_force(ON)
    assert len({entry.code for entry in entries}) == len(entries) > 40
    for entry in entries:
        assert entry.text.endswith(".")
        assert entry.citation.text
        assert len(entry.code) <= 32
    assert exemptions_version() == "illinois/2026-06-30"


@pytest.mark.parametrize(
    "code, mark, exemption",
    [
        ("7(1)(b)", Mark.CONFIRMED, True),
        ("7(1)(d)(i)", Mark.SECONDARY, True),
        ("7(1)(d)(vi)", Mark.UNCONFIRMED, True),
        ("OUT_OF_SCOPE", Mark.DECISION, False),
        ("EXPUNGED", Mark.UNCONFIRMED, False),
    ],
)
def test_a_code_says_how_far_it_was_checked(code: str, mark: Mark, exemption: bool) -> None:
    entry = exemption_of(code, ON)
    assert entry.citation.mark is mark
    assert entry.exemption is exemption


@pytest.mark.parametrize("codes", [[], ["7(1)(zz)"], ["7(1)(b)", "7(1)(B)"], [""]])
def test_a_code_that_nobody_can_claim_is_refused(codes: list[str]) -> None:
    with pytest.raises(Refused) as caught:
        exemptions_check(codes, at=AT)
    assert caught.value.code == "review.code"


def test_known_codes_pass() -> None:
    exemptions_check(["7(1)(b)", "7(1)(c)"], at=AT)


def test_a_renumbered_code_holds_only_in_its_own_time() -> None:
    start = ILLINOIS.index("[[entry]]")
    first = ILLINOIS[start : ILLINOIS.index("[[entry]]", start + 1)]
    newer = first.replace("valid_from = 2010-01-01", "valid_from = 2027-01-01").replace("Barred by", "Kept by")
    with pytest.raises(RuleFileError, match="two entries"):
        read_exemptions(read_rule_text(ILLINOIS + newer, "illinois.toml"))
    closed = ILLINOIS.replace("valid_from = 2010-01-01", "valid_from = 2010-01-01\nvalid_to = 2026-12-31", 1)
    _, entries = read_exemptions(read_rule_text(closed + newer, "illinois.toml"))
    named = [entry for entry in entries if entry.code == "7(1)(a)"]
    assert [entry.label for entry in named if entry.in_force(ON)] == ["Barred by other law"]
    assert [entry.label for entry in named if entry.in_force(date(2027, 1, 1))] == ["Kept by other law"]
