"""A proposal is a draft for a person: on observed weekdays, disputed days unticked, nothing counted twice."""

import pytest

from foia.clocks.business_days import Holiday, HolidayTable
from foia.clocks.proposal import YearOutOfRange, proposal_source, propose_year


def test_2026_is_proposed_as_the_legal_note_reads_it() -> None:
    rows = {row.day.isoformat(): row for row in propose_year(2026)}
    assert rows["2026-07-03"].name == "Independence Day (observed)"
    assert "2026-07-04" not in rows  # a Saturday: no count would notice it
    for disputed in ("2026-03-02", "2026-04-03", "2026-11-03", "2026-11-27"):
        assert not rows[disputed].excluded_statutory
        assert rows[disputed].note
    for stated in ("2026-02-12", "2026-02-16", "2026-10-12", "2026-11-11"):
        assert rows[stated].excluded_statutory
        assert not rows[stated].excluded_conservative
    assert rows["2026-12-25"].excluded_conservative


@pytest.mark.parametrize("year", range(2024, 2041))
def test_every_proposed_year_can_be_adopted_as_it_is(year: int) -> None:
    rows = propose_year(year)
    assert all(row.day.weekday() < 5 and row.day.year == year for row in rows)
    assert all(row.excluded_statutory or not row.excluded_conservative for row in rows)
    assert 7 <= sum(row.excluded_conservative for row in rows) <= 9  # New Year may be observed in December
    HolidayTable({year: [Holiday(row.day, row.name, row.excluded_conservative) for row in rows]})


def test_new_year_observed_in_december_belongs_to_the_old_year() -> None:
    assert [row.name for row in propose_year(2027) if row.day.isoformat() == "2027-12-31"] == [
        "New Year's Day (observed)"
    ]
    assert propose_year(2028)[0].name == "Martin Luther King Jr. Day"


def test_the_source_names_the_library_and_asks_for_a_comparison() -> None:
    assert "holidays" in proposal_source()
    assert "compared" in proposal_source()


@pytest.mark.parametrize("year", [0, 1999, 2101, 99_999])
def test_a_year_out_of_range_is_refused(year: int) -> None:
    with pytest.raises(YearOutOfRange, match="by hand"):
        propose_year(year)
