"""A frozen search in words: what was asked, of what, what was found, and where that stands in the log."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Compartment, Words
from archive.accounts.models import Account
from archive.records.authors import AuthorChoice, authors_by_id
from archive.records.filters import FILTERS
from archive.records.models import SearchRun
from archive.records.names import KINDS, STATES
from archive.records.proof import LogHead, Standing, log_head, standings_of
from archive.records.search import Filters

LIMITS: Mapping[str, str | Promise] = {
    "without_text": gettext_lazy("Records inside the filters that have no text, so that no word can find them"),
    "text_past_limit": gettext_lazy("Records whose text is so long that phrases near its end may not be found"),
    "older_tokenizer": gettext_lazy("Records whose words were cut by older rules"),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """One group of counts: its title and (what, how many)."""

    title: str
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class RunShown:
    """A frozen search in words. `words` is empty when only filters were asked. `again` is the live search's address."""

    words: str
    filters: tuple[str, ...]
    compartments: tuple[str, ...]
    digest: str
    counts: tuple[Counted, ...]
    limits: tuple[tuple[str, int], ...]
    standing: Standing
    log: LogHead
    again: str


def search_run_named(ref: uuid.UUID, *, actor: Actor, at: datetime) -> SearchRun:
    """Return a frozen search that the actor may see. Raises SearchRun.DoesNotExist."""
    return policy.visible(actor, SearchRun.objects.select_related("by"), at).get(ref=ref)


def runs_listed(runs: Sequence[SearchRun]) -> list[tuple[SearchRun, str]]:
    """Return the runs, which the caller may see, each with its words."""
    words = dict(Words.objects.filter(pk__in=[run.query_ref for run in runs]).values_list("ref", "text"))
    return [(run, words.get(run.query_ref, "")) for run in runs]


def search_run_shown(run: SearchRun, *, actor: Actor, at: datetime) -> RunShown:
    """Say a frozen search in words. Names of accounts that are closed to the actor are left out and said to be."""
    [(run, words)] = runs_listed([run])
    filters = Filters.from_json(run.filters)
    accounts = {a.pk: a for a in policy.visible(actor, Account.objects.all(), at)}
    authors = authors_by_id([filters.author_id], actor=actor, at=at) if filters.author_id else []
    further: dict[str, Any] = {one.column: (one, one.options(actor, at)) for one in FILTERS.all()}
    in_words = _filters(filters, accounts, authors, further)
    names = dict(Compartment.objects.values_list("code", "name"))
    return RunShown(
        words=words,
        filters=tuple(in_words),
        compartments=tuple(names.get(code, code) for code in run.filters["compartments"]),
        digest=bytes(run.found_sha256).hex(),
        counts=tuple(_counts(run.facets, accounts, further)),
        limits=tuple((str(LIMITS.get(name, name)), n) for name, n in sorted(run.limits.items())),
        standing=standings_of([run.event_id])[run.event_id],
        log=log_head(),
        again=_again(words, filters, accounts, authors, further),
    )


def _filters(
    filters: Filters, accounts: Mapping[int, Account], authors: Sequence[AuthorChoice], further: Mapping[str, Any]
) -> list[str]:
    closed = _("an account that is closed to you")
    said = [
        (_("Account"), [accounts[pk].name if pk in accounts else closed for pk in filters.account_ids]),
        (_("Kind"), [str(KINDS[kind]) for kind in filters.kinds]),
        (_("State"), [str(STATES[state]) for state in filters.states]),
        (_("Year"), [str(year) for year in filters.years]),
        (_("Author"), [author.shown for author in authors] or ([_("no longer known")] if filters.author_id else [])),
    ]
    for column, values in (("series_id", filters.series_ids),):
        if values:
            one, options = further.get(column, (None, ()))
            titles = {option.value: option.title for option in options}
            said.append((str(one.title) if one else column, [titles.get(v, str(v)) for v in values]))
    words = [f"{title}: {', '.join(values)}" for title, values in said if values]
    if filters.since:
        words.append(_("From {day}").format(day=f"{filters.since:%b %-d, %Y}"))
    if filters.until:
        words.append(_("Up to and including {day}").format(day=f"{filters.until:%b %-d, %Y}"))
    if filters.on_hold:
        words.append(_("Only what was on hold"))
    return words


def _counts(
    facets: Mapping[str, Mapping[str, int]], accounts: Mapping[int, Account], further: Mapping[str, Any]
) -> list[Counted]:
    """Name the kept facets, whose values JSON has made text."""
    names: dict[str, tuple[str, Mapping[str, str]]] = {
        "account_id": (_("Account"), {str(pk): account.name for pk, account in accounts.items()}),
        "kind": (_("Kind"), {code: str(name) for code, name in KINDS.items()}),
        "state": (_("State"), {code: str(name) for code, name in STATES.items()}),
    }
    for column, (one, options) in further.items():
        names[column] = (str(one.title), {**{str(o.value): o.title for o in options}, "null": str(one.nothing)})
    names["year"] = (_("Year"), {})
    counted: list[Counted] = []
    for column, (title, titles) in names.items():
        values = sorted(facets.get(column, {}).items(), key=lambda item: (-item[1], item[0]))
        if column == "year":
            values.sort(reverse=True)
        if values:
            counted.append(Counted(title, tuple((titles.get(value, value), n) for value, n in values)))
    return counted


def _again(
    words: str,
    filters: Filters,
    accounts: Mapping[int, Account],
    authors: Sequence[AuthorChoice],
    further: Mapping[str, Any],
) -> str:
    asked: list[tuple[str, str]] = [("q", words)] if words else []
    asked += [("account", str(accounts[pk].ref)) for pk in filters.account_ids if pk in accounts]
    asked += [("kind", kind) for kind in filters.kinds] + [("state", state) for state in filters.states]
    asked += [("year", str(year)) for year in filters.years] + [("author", author.code) for author in authors]
    for one, options in further.values():
        asked += [(one.name, option.code) for option in options if option.value in filters.series_ids]
    asked += [(name, day.isoformat()) for name, day in (("since", filters.since), ("until", filters.until)) if day]
    asked += [("hold", "on")] if filters.on_hold else []
    return f"?{urlencode(asked)}"
