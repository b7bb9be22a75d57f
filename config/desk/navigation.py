"""The way around: which parts of the desk a person is shown. What they may do there, each page asks itself."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation: its name, its address, and the capabilities of which one opens it (none: all)."""

    name: str | Promise
    path: str
    any_of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as one page shows it."""

    name: str | Promise
    path: str
    current: bool


SEARCH = "/search/"

PLACES = (
    Place(_("Today"), "/"),
    Place(_("Search"), SEARCH, frozenset({"record.search"})),
    Place(_("Removals"), "/removals/", frozenset({"removal.explain"})),
    Place(_("Quarantine"), "/quarantine/", frozenset({"import.run", "capture.run", "audit.read"})),
    Place(_("Requests"), "/requests/", frozenset({"request.take", "request.review", "request.decide"})),
    Place(_("Holds"), "/holds/", frozenset({"hold.place", "hold.release"})),
    Place(
        _("Dispositions"),
        "/dispositions/",
        frozenset({"disposition.propose", "disposition.approve", "disposition.execute"}),
    ),
    Place(
        _("Schedules"),
        "/schedules/",
        frozenset({"schedule.adopt", "disposition.propose", "disposition.approve"}),
    ),
    Place(_("Productions"), "/productions/", frozenset({"production.make", "production.release"})),
    Place(
        _("Approvals"),
        "/approvals/",
        frozenset(
            {
                "account.approve",
                "disposition.approve",
                "request.decide",
                "production.release",
                "glass.review",
                "office.appoint",
            }
        ),
    ),
    Place(_("Accounts"), "/accounts/", frozenset({"record.read"})),
    Place(_("People"), "/people/", frozenset({"user.manage"})),
    Place(_("Devices"), "/devices/", frozenset({"device.permit", "audit.read"})),
    Place(_("Offices"), "/offices/"),
    Place(_("Emergency access"), "/emergency/", frozenset({"glass.break", "glass.review"})),
    Place(_("Audit"), "/audit/", frozenset({"audit.read"})),
    Place(_("Integrity"), "/integrity/", frozenset({"integrity.read"})),
    Place(_("Set-up"), "/setup/", frozenset({"installation.set-up"})),
)


def navigation(held: AbstractSet[str], path: str) -> list[Shown]:
    """The entries for a person with these capabilities on the page at `path`; a part not installed is left out."""
    return [
        Shown(place.name, place.path, current=_is_at(place.path, path))
        for place in PLACES
        if (not place.any_of or place.any_of & held) and _exists(place.path)
    ]


def _is_at(place: str, path: str) -> bool:
    return path == place if place == "/" else path.startswith(place)


def _exists(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
