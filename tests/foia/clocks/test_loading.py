"""A rule file is read strictly: what is misspelt, missing or contradictory stops it, with its place."""

from datetime import date
from pathlib import Path

import pytest

from foia.clocks.loading import RULES, read_rulebook, rulebook
from retention.rules.citations import Mark
from retention.rules.rulefile import MAX_BYTES, RuleFileError, read_rule_file, read_rule_text

ILLINOIS = (RULES / "illinois.toml").read_text()


@pytest.mark.parametrize("path", sorted(RULES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_rule_has_a_source_and_a_mark(path: Path) -> None:
    book = rulebook(path.stem)
    assert book.name.startswith(f"{path.stem}/20")
    assert len(book.name) <= 64  # noted beside every computed date
    for track in book.tracks:
        for step in track.steps:
            assert step.citation.text
            assert len(step.citation.text) <= 64
        for extension in track.extensions:
            assert all(reason.text.endswith(".") for reason in extension.reasons)


def test_illinois_has_its_seven_reasons_and_says_which_one_is_not_confirmed() -> None:
    (extension,) = next(track for track in rulebook("illinois").tracks if track.code == "ordinary").extensions
    marks = {reason.code: reason.citation.mark for reason in extension.reasons}
    assert len(marks) == 7
    assert [code for code, mark in marks.items() if mark is not Mark.CONFIRMED] == ["3(e)(vii)"]


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ("amount = 5", "amonut = 5", "amount is missing"),
        ('met_by = ["answered", "denied"]', 'met_by = ["answerd"]', "unknown event"),
        ("amount = 5", 'amount = "5"', "whole number"),
        ("amount = 5", "amount = -5", "whole number"),
        ("amount = 5", "amount = true", "whole number"),
        ('counted = "business"', 'counted = "working"', "counted must be one of"),
        ('mark = "confirmed"', 'mark = "sure"', "mark must be one of"),
        ('mark = "confirmed"\n', "", "mark is missing"),
        ('citation = "5 ILCS 140/3(d)"', 'citation = " "', "citation must be a text"),
        ("answer = true\n", "", "exactly one step"),
        ('after = ["received"]', 'after = ["step:later"]', "not a step before it"),
        ('after = ["received"]', 'after = ["event:answered"]', "always known"),
        ('after = ["received"]', 'after = ["receipt"]', "after must hold"),
        ("valid_from = 2015-01-01", "valid_from = 2015-01-01\nvalid_to = 2014-01-01", "lies before"),
        ("valid_from = 2015-01-01", 'valid_from = "2015"', "must be a date"),
        ("valid_from = 2015-01-01", "valid_from = 2015-01-01\nfee = 3", "unknown: fee"),
        ('code = "commercial"', 'code = "ordinary"', "two tracks ordinary"),
        ('code = "pac-forward"', 'code = "pac-review"', "two windows"),
        ("version = 2026-06-30", "version = 2026-06-31", "not TOML"),
        ('code = "illinois"', 'code = "illinois"\ncode = "again"', "not TOML"),
    ],
)
def test_a_rule_file_with_a_mistake_is_refused(old: str, new: str, problem: str) -> None:
    assert old in ILLINOIS
    with pytest.raises(RuleFileError, match=problem):
        read_rulebook(read_rule_text(ILLINOIS.replace(old, new, 1), "illinois.toml"))


def test_an_old_rule_is_closed_and_a_new_one_added() -> None:
    start = ILLINOIS.index("[[track]]")
    ordinary = ILLINOIS[start : ILLINOIS.index("[[track]]", start + 1)]
    newer = ordinary.replace("valid_from = 2015-01-01", "valid_from = 2027-01-01").replace(
        "amount = 5", "amount = 15", 1
    )
    closed = ILLINOIS.replace("valid_from = 2015-01-01", "valid_from = 2015-01-01\nvalid_to = 2026-12-31", 1)
    book = read_rulebook(read_rule_text(closed + newer, "illinois.toml"))

    assert book.track("ordinary", date(2026, 12, 31)).answer.amount == 5
    assert book.track("ordinary", date(2027, 1, 1)).answer.amount == 15


def test_a_file_that_is_too_large_or_absent_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError, match="longer than"):
        read_rule_text("#" * (MAX_BYTES + 1), "big.toml")
    with pytest.raises(RuleFileError, match="cannot be read"):
        read_rule_file(tmp_path / "absent.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RuleFileError, match="cannot be read"):
        read_rule_file(tmp_path / "bytes.toml")
    with pytest.raises(RuleFileError, match="not TOML"):
        read_rule_text("a = " + "[" * 50_000, "deep.toml")
