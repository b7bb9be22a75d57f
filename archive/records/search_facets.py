"""The counts beside a search's results, with readable names and the address that narrows or widens the search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from archive.records.forms import SearchForm
from archive.records.names import KINDS, STATES
from archive.records.search import Facets

SHOWN = 12  #: values of one facet; the rest is counted
PAGING = ("older", "newer", "count")


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value with how many records have it; `href` chooses it, or lets go of it when it is chosen."""

    title: str
    count: int
    chosen: bool
    href: str


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one filter, the most frequent first; `more` values are not shown."""

    title: str
    values: tuple[FacetValue, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that is in force, in words, and the address of the search without it."""

    title: str
    href: str


@dataclass(frozen=True, slots=True)
class _Filter:
    """How one column of the counts is named, in addresses and to people."""

    name: str
    column: str
    title: str | Promise
    codes: Mapping[Any, tuple[str, str | Promise]]  #: value of the column → code in addresses, title
    unknown: str | Promise = ""
    many: bool = False


def facets_shown(counts: Facets, form: SearchForm, query: QueryDict) -> list[Facet]:
    """Return the facets of counts by column, for the search that `query` asks."""
    return [_facet(one, counts.get(one.column, {}), query) for one in _filters(form) if counts.get(one.column)]


def chosen_filters(form: SearchForm, query: QueryDict) -> list[Chosen]:
    """Return the filters in force, each with the way to let it go."""
    chosen: list[Chosen] = []
    for one in _filters(form):
        titles = dict(one.codes.values())
        for code in query.getlist(one.name):
            if code in titles:
                chosen.append(Chosen(f"{one.title}: {titles[code]}", address(query, one.name, code, keep=one.many)))
    if form.authors and query.get("author"):
        author = form.authors[0].shown
        chosen.append(Chosen(_("Author: {author}").format(author=author), address(query, "author", None)))
    for name in ("since", "until"):
        day = form.cleaned_data.get(name)
        if day:
            chosen.append(Chosen(f"{form.fields[name].label}: {day:%b %-d, %Y}", address(query, name, None)))
    if form.cleaned_data.get("hold"):
        chosen.append(Chosen(str(_("On hold")), address(query, "hold", None)))
    return chosen


def address(query: QueryDict, name: str, value: str | None, *, keep: bool = False) -> str:
    """Return the query with `value` chosen for `name`, or let go when it is chosen; its first page.

    With `keep` the other values of the name stay.
    """
    changed = query.copy()
    for gone in PAGING:
        changed.pop(gone, None)
    before = changed.pop(name, [])
    if value is not None:
        after = [one for one in before if one != value] if keep else []
        if value not in before:
            after.append(value)
        changed.setlist(name, after)
    return f"?{changed.urlencode()}"


def _facet(one: _Filter, counts: Mapping[Any, int], query: QueryDict) -> Facet:
    chosen = set(query.getlist(one.name))
    by_year = one.column == "year"
    ordered: Sequence[tuple[Any, int]] = sorted(
        counts.items(), key=lambda item: -item[0] if by_year and item[0] is not None else -item[1]
    )
    values: list[FacetValue] = []
    for value, count in ordered[:SHOWN]:
        code, title = one.codes.get(value, ("", one.unknown or str(value)))
        href = address(query, one.name, code, keep=one.many) if code else ""
        values.append(FacetValue(str(title), count, code in chosen, href))
    return Facet(str(one.title), tuple(values), max(0, len(ordered) - SHOWN))


def _filters(form: SearchForm) -> list[_Filter]:
    filters = [
        _Filter(
            "account",
            "account_id",
            _("Account"),
            {a.pk: (str(a.ref), a.name) for a in form.accounts},
            _("Another account"),
            many=True,
        ),
        _Filter("kind", "kind", _("Kind"), {code: (code, title) for code, title in KINDS.items()}, many=True),
        _Filter("state", "state", _("State"), {code: (code, title) for code, title in STATES.items()}, many=True),
    ]
    for one, options in form.further:
        codes: dict[Any, tuple[str, str | Promise]] = {option.value: (option.code, option.title) for option in options}
        filters.append(_Filter(one.name, one.column, one.title, codes, one.nothing))
    years = {year: (str(year), str(year)) for year in range(1990, form.at.year + 2)}
    filters.append(_Filter("year", "year", _("Year"), years))
    return filters
