"""When a record may go: the longest rule wins, a hold beats it, and the sentence says so."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.rules.change import Effect, compare
from retention.rules.citations import Citation, Mark
from retention.rules.decide import Block, BlockKind, Decision, Inputs, decide
from retention.rules.periods import Period, earliest_end
from retention.rules.series import Action, Cutoff, SeriesRule, Trigger, rule_end

SOURCE = Citation("Application 21:123", Mark.CONFIRMED)
HOLD = Block(BlockKind.HOLD, "hold H-3, Smith v. City")


def series(
    period: str | None = "P5Y",
    trigger: Trigger = Trigger.REMOVED,
    cutoff: Cutoff = Cutoff.EXACT,
    floor: str | None = None,
    title: str = "Comments of the public, removed",
) -> SeriesRule:
    return SeriesRule(
        code=title.lower().replace(" ", "-"),
        title=title,
        trigger=trigger,
        cutoff=cutoff,
        period=Period.parse(period) if period else None,
        floor=Period.parse(floor) if floor else None,
        action=Action.DESTROY if period else Action.KEEP,
        item="100",
        citation=SOURCE,
    )


def decision(
    *rules: SeriesRule,
    days: dict[Trigger, date] | None = None,
    blocks: tuple[Block, ...] = (),
    application: str = "",
    uncertain: frozenset[Trigger] = frozenset(),
    captured: date = date(2024, 2, 28),
) -> Decision:
    return decide(
        Inputs(
            rules=rules,
            days={Trigger.REMOVED: date(2024, 2, 29), Trigger.CREATED: date(2024, 2, 28)} if days is None else days,
            captured_on=captured,
            fiscal_year_start_month=5,
            blocks=blocks,
            uncertain=uncertain,
            application=application,
        )
    )


PERMANENT = series(None, Trigger.PERMANENT, title="Statements of the chief")


def test_five_years_from_the_twenty_ninth_of_february_end_on_the_first_of_march() -> None:
    found = decision(series(), application="21:123")
    assert found.eligible_on == found.ends_on == date(2029, 3, 1)
    assert found.sentence == (
        "Kept until 2029-03-01: “Comments of the public, removed” is kept 5 years after it was removed (2024-02-29) "
        "(Application 21:123); then it may be destroyed under Application 21:123, item 100."
    )


def test_the_longest_of_several_series_wins() -> None:
    short = series("P2Y", Trigger.CREATED, title="Comments, no action")
    for rules in ((short, series()), (series(), short)):
        found = decision(*rules)
        assert found.eligible_on == date(2029, 3, 1)
        assert found.rule == series()


def test_a_permanent_series_always_wins() -> None:
    found = decision(series(), PERMANENT)
    assert found.eligible_on is None
    assert found.rule == PERMANENT
    assert found.sentence == "Kept for ever: “Statements of the chief” is permanent (Application 21:123)."


def test_a_hold_beats_every_end() -> None:
    found = decision(series(), blocks=(HOLD,))
    assert found.eligible_on is None
    assert found.ends_on == date(2029, 3, 1)
    assert found.blocked_by == (HOLD,)
    assert found.sentence.startswith("Kept while these last: hold H-3, Smith v. City; apart from that, “Comments")
    assert found.sentence.endswith("until 2029-03-01.")


def test_what_has_no_series_is_never_destroyed() -> None:
    found = decision()
    assert found.eligible_on is None
    assert [block.kind for block in found.blocked_by] == [BlockKind.UNSCHEDULED]
    assert found.sentence == "Kept: it has no series yet, and what is unscheduled is never destroyed."
    assert HOLD.name in decision(blocks=(HOLD,)).sentence


@pytest.mark.parametrize("trigger", [trigger for trigger in Trigger if trigger is not Trigger.PERMANENT])
def test_a_trigger_that_has_not_come_keeps_the_record(trigger: Trigger) -> None:
    found = decision(series("P1Y", trigger), series("P1Y", Trigger.CREATED, title="Other"), days={})
    assert found.eligible_on is None
    assert found.ends_on is None
    assert BlockKind.WAITING in {block.kind for block in found.blocked_by}


def test_administrative_value_ends_only_by_a_person_s_decision() -> None:
    rule = series("P1Y", Trigger.ADMINISTRATIVE_VALUE_ENDS, title="Notices")
    assert decision(rule).sentence == (
        "Kept: “Notices” is kept 1 year after its administrative value ended, and nobody has decided that its "
        "administrative value ended (Application 21:123)."
    )
    decided = decision(rule, days={Trigger.ADMINISTRATIVE_VALUE_ENDS: date(2026, 1, 10)})
    assert decided.eligible_on == date(2027, 1, 10)


def test_published_information_waits_while_it_is_still_up() -> None:
    found = decision(series(), days={Trigger.CREATED: date(2010, 1, 1)})
    assert found.eligible_on is None
    assert "it has not been removed" in found.sentence


def test_a_day_without_a_zone_starts_no_clock_that_ends_in_destruction() -> None:
    found = decision(series("P2Y", Trigger.CREATED), uncertain=frozenset({Trigger.CREATED}))
    assert found.eligible_on is None
    assert [block.kind for block in found.blocked_by] == [BlockKind.UNCERTAIN_DAY]
    assert "a person must state it" in found.sentence
    assert decision(series(), uncertain=frozenset({Trigger.CREATED})).eligible_on == date(2029, 3, 1)


@pytest.mark.parametrize(
    "removed, cutoff, eligible",
    [
        (date(2024, 6, 10), Cutoff.EXACT, date(2026, 6, 10)),
        (date(2024, 6, 10), Cutoff.END_OF_CALENDAR_YEAR, date(2027, 1, 1)),
        (date(2024, 6, 10), Cutoff.END_OF_FISCAL_YEAR, date(2027, 5, 1)),
        (date(2024, 4, 30), Cutoff.END_OF_FISCAL_YEAR, date(2026, 5, 1)),
        (date(2024, 5, 1), Cutoff.END_OF_FISCAL_YEAR, date(2027, 5, 1)),
        (date(2024, 12, 31), Cutoff.END_OF_CALENDAR_YEAR, date(2027, 1, 1)),
    ],
)
def test_a_cut_off_waits_for_the_end_of_its_year(removed: date, cutoff: Cutoff, eligible: date) -> None:
    found = decision(series("P2Y", cutoff=cutoff), days={Trigger.REMOVED: removed})
    assert found.eligible_on == eligible


def test_the_fiscal_year_is_said_with_its_last_day() -> None:
    found = decision(series("P2Y", cutoff=Cutoff.END_OF_FISCAL_YEAR), days={Trigger.REMOVED: date(2024, 6, 10)})
    assert "counted from the end of the fiscal year (2025-04-30)" in found.sentence


def test_a_floor_keeps_at_least_so_long_after_the_capture() -> None:
    """A post of 2010 that was captured in 2024 and removed in 2010 is not gone the moment it is seen."""
    rule = series("P2Y", floor="P1Y")
    old = {Trigger.REMOVED: date(2010, 1, 1)}
    found = decision(rule, days=old, captured=date(2024, 2, 29))
    assert found.eligible_on == date(2025, 3, 1)
    assert "at least 1 year after it was captured (2024-02-29)" in found.sentence


DATES = st.dates(date(2000, 1, 1), date(2040, 1, 1))
RULES = st.lists(
    st.builds(
        series,
        st.sampled_from(["P1Y", "P2Y", "P5Y", "P90D", "P18M"]),
        st.sampled_from([Trigger.CREATED, Trigger.REMOVED, Trigger.EVENT_CLOSED]),
        st.sampled_from(list(Cutoff)),
        st.sampled_from([None, "P1Y"]),
        st.sampled_from(["One", "Two", "Three"]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(RULES, st.dictionaries(st.sampled_from([Trigger.CREATED, Trigger.REMOVED, Trigger.EVENT_CLOSED]), DATES), DATES)
def test_no_series_is_ever_cut_short_by_another(
    rules: list[SeriesRule], days: dict[Trigger, date], captured: date
) -> None:
    found = decision(*rules, days=days, captured=captured)
    if found.eligible_on is None:
        assert any(rule.trigger not in days for rule in rules)
        assert found.blocked_by
    for rule in rules:
        alone = decision(rule, days=days, captured=captured)
        if found.eligible_on is not None:
            assert alone.eligible_on is not None
            assert rule.period is not None
            assert found.eligible_on >= alone.eligible_on >= earliest_end(days[rule.trigger], rule.period)
            assert alone.eligible_on == rule_end(rule, days[rule.trigger], captured, 5)
    held = decision(*rules, days=days, captured=captured, blocks=(HOLD,))
    assert held.eligible_on is None
    assert held.ends_on == found.ends_on
    for sentence in (found.sentence, held.sentence):
        assert sentence.endswith(".")
        assert "None" not in sentence


@pytest.mark.parametrize(
    "before, after, effect",
    [
        (series("P5Y"), series("P5Y"), Effect.NONE),
        (series("P5Y"), series("P6Y"), Effect.LONGER),
        (series("P5Y"), series("P2Y"), Effect.SHORTER),
        (series("P5Y"), PERMANENT, Effect.LONGER),
        (PERMANENT, series("P5Y"), Effect.SHORTER),
        (series("P5Y", Trigger.EVENT_CLOSED), series("P5Y"), Effect.SHORTER),  # waiting becomes a date
        (series("P5Y"), series("P1Y", Trigger.EVENT_CLOSED), Effect.LONGER),
        (series("P5Y", Trigger.EVENT_CLOSED), series("P2Y", Trigger.EVENT_CLOSED), Effect.SHORTER),
        (series("P2Y", Trigger.EVENT_CLOSED), series("P5Y", Trigger.EVENT_CLOSED), Effect.LONGER),
        (series("P2Y", Trigger.EVENT_CLOSED), series("P5Y", Trigger.SUPERSEDED), Effect.SHORTER),
        (PERMANENT, series("P5Y", Trigger.EVENT_CLOSED), Effect.SHORTER),
    ],
)
def test_a_change_of_schedule_that_shortens_never_passes_silently(
    before: SeriesRule, after: SeriesRule, effect: Effect
) -> None:
    found = compare(decision(before), decision(after))
    assert found.effect is effect
    assert ("must approve" in found.sentence) == (effect is Effect.SHORTER)
    held = compare(decision(before, blocks=(HOLD,)), decision(after))
    assert held.effect is effect  # a hold hides no shortening
