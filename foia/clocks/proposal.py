"""A year's holidays as a proposal. Clocks never read it: a person adopts the rows, and clocks read what was adopted."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

import holidays

from foia.clocks.business_days import ClockError
from retention.rules.rulefile import Section, read_rule_file

PROPOSALS = Path(__file__).parent / "proposals"
_OBSERVED = " (observed)"
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class YearOutOfRange(ClockError):
    """A year for which no holidays can be proposed."""

    code = "year-out-of-range"


@dataclass(frozen=True, slots=True, order=True)
class ProposedHoliday:
    """A day that may be adopted. Only rows that a person leaves `excluded_statutory` become holidays of the clocks."""

    day: date
    name: str
    excluded_statutory: bool
    excluded_conservative: bool
    note: str


@dataclass(frozen=True, slots=True)
class _Judgement:
    title: str
    excluded_statutory: bool
    excluded_conservative: bool
    note: str


@dataclass(frozen=True, slots=True)
class _Proposals:
    source: str
    days: dict[str, _Judgement]
    after: tuple[tuple[str, int, _Judgement], ...]


def propose_year(year: int) -> tuple[ProposedHoliday, ...]:
    """Propose the holidays of `year` for Illinois, in order of date, on their observed weekday.

    A holiday that falls on a weekend and is not observed on a weekday is left out: no count would notice it. What the
    library names and the file beside this module does not is proposed as not excluded, with a note that says so.
    Raises `YearOutOfRange`.
    """
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise YearOutOfRange(
            f"Holidays can be proposed for {_FIRST_YEAR} to {_LAST_YEAR}. Enter those of {year} by hand."
        )
    proposals = _illinois()
    rows = []
    for day, names in _library_days(year).items():
        for name in names:
            plain = name.removesuffix(_OBSERVED)
            judgement = proposals.days.get(plain) or _Judgement(
                plain, False, False, "The library names it and nobody has judged it. Adopt it only with a source."
            )
            title = judgement.title + (_OBSERVED if name.endswith(_OBSERVED) else "")
            rows.append(_row(day, title, judgement))
            for after, days, added in proposals.after:
                if plain == after:
                    rows.append(_row(day + timedelta(days=days), added.title, added))
    return tuple(sorted(row for row in rows if row.day.weekday() < 5))


def proposal_source() -> str:
    """Return the source to note beside a proposal, with the library's version."""
    return f"{_illinois().source} (version {version('holidays')})"


def _row(day: date, title: str, judgement: _Judgement) -> ProposedHoliday:
    return ProposedHoliday(day, title, judgement.excluded_statutory, judgement.excluded_conservative, judgement.note)


def _library_days(year: int) -> dict[date, tuple[str, ...]]:
    public = holidays.country_holidays("US", subdiv="IL", years=year)
    unofficial = holidays.country_holidays("US", subdiv="IL", years=year, categories=("unofficial",))
    found = {day: tuple(public.get_list(day)) for day in public}
    for day in unofficial:
        known = found.get(day, ())
        kept = tuple(name for name in unofficial.get_list(day) if name in _illinois().days and name not in known)
        if kept:
            found[day] = known + kept
    return {day: names for day, names in found.items() if day.year == year}


@cache
def _illinois() -> _Proposals:
    file = read_rule_file(PROPOSALS / "illinois.toml")
    file.take_code("code")
    source = file.take_text("source")
    days = {}
    for section in file.take_sections("day", least=1):
        name = section.take_text("name")
        days[name] = _judgement(section, name)
    after = []
    for section in file.take_sections("after"):
        name = section.take_text("name")
        after.append((section.take_text("day"), section.take_count("days"), _judgement(section, name)))
    file.close()
    return _Proposals(source, days, tuple(after))


def _judgement(section: Section, name: str) -> _Judgement:
    judgement = _Judgement(
        title=section.take_text("title", name),
        excluded_statutory=section.take_flag("excluded_statutory"),
        excluded_conservative=section.take_flag("excluded_conservative"),
        note=section.take_text("note"),
    )
    if judgement.excluded_conservative and not judgement.excluded_statutory:
        raise section.refuse("a day cannot be left out by the conservative count only")
    return judgement
