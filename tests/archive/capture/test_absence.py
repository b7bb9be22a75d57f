"""Absence is proved, never assumed (design rule 2), as a table."""

import itertools

import pytest

from archive.capture.absence import Controls, Verdict, verdict
from archive.connectors.contract import Outcome

ALL_GOOD = Controls(True, True, True, True, True)


@pytest.mark.parametrize("outcome", [Outcome.FORBIDDEN, Outcome.ERROR])
@pytest.mark.parametrize("controls", [None, ALL_GOOD])
def test_an_error_never_means_gone_whatever_the_controls_say(outcome: Outcome, controls: Controls | None) -> None:
    assert verdict(outcome, controls) is Verdict.UNDECIDED


def test_a_direct_404_of_the_item_means_removed() -> None:
    assert verdict(Outcome.GONE) is Verdict.REMOVED


def test_an_ambiguous_answer_asks_for_controls_first() -> None:
    assert verdict(Outcome.AMBIGUOUS) is Verdict.NEEDS_CONTROLS


@pytest.mark.parametrize("speaks", list(itertools.product([True, False], repeat=5)))
def test_an_ambiguous_answer_means_absent_only_when_every_control_speaks_for_it(speaks: tuple[bool, ...]) -> None:
    expected = Verdict.ABSENT if all(speaks) else Verdict.UNDECIDED
    assert verdict(Outcome.AMBIGUOUS, Controls(*speaks)) is expected
