"""The invented department: its people, its adopted rules and its page. Refused in anything but a demonstration."""

import os
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from django.conf import settings
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.models import Department, HolidayYear, User
from archive.access.services import department_found, user_appoint
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_connect, account_propose
from foia.clocks.business_days import Holiday
from foia.clocks.proposal import proposal_source, propose_year
from foia.requests.holidays import holiday_year_adopt
from foia.requests.models import ReviewOffice
from foia.requests.review_office import review_office_adopt, review_office_propose
from retention.schedules.models import Schedule
from retention.schedules.services import schedule_adopt

NAME = "Riverton Police Department (demonstration)"
PEOPLE = {
    "chief": ("Morgan Hale", ["chief"]),
    "pio": ("Sam Okafor", ["pio"]),
    "manager": ("Lee Brandt", ["records-manager"]),
    "clerk": ("Ana Whitfield", ["records-clerk"]),
    "foia": ("Jules Marchetti", ["foia-officer"]),
    "counsel": ("Priya Raman", ["counsel"]),
    "auditor": ("Casey Lindqvist", ["auditor"]),
    "admin": ("Robin Ferro", ["administrator"]),
}


class NotADemonstration(Exception):
    """Demonstration data was asked for in a state that refuses it for ever."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the demonstration, ready to act, and their page."""

    people: dict[str, Actor]
    account: Account

    def __getitem__(self, name: str) -> Actor:
        return self.people[name]


def demonstration_found(*, password: str, sandbox_url: str, sandbox_token: str, at: datetime) -> Cast:
    """Create what is missing of the demonstration; safe to repeat. Raises NotADemonstration outside a demo state.

    `password` is that of all eight people; the sandbox's token goes to the state's secrets.
    """
    if settings.DAYBOOK_STATE_KIND != "demo":
        raise NotADemonstration("This is not a demonstration state: it takes no demonstration data. Nothing was done.")
    department_found(name=NAME, demonstration=True)
    people = {
        username: Actor(user_appoint(username=username, name=name, offices=offices, password=password, at=at))
        for username, (name, offices) in PEOPLE.items()
    }
    _adopt(people, at)
    return Cast(people, _page(people, sandbox_url, sandbox_token, at))


def _adopt(people: dict[str, Actor], at: datetime) -> None:
    """Adopt the starter schedule, two years of holidays and the office of review, each from its source."""
    if not Schedule.objects.exists():
        starter = resources.files("retention.rules").joinpath("schedules/starter.toml").read_bytes()
        schedule_adopt(content=starter, name="starter.toml", actor=people["manager"], at=at)
    this_year = Department.objects.get().day(at).year
    for year in (this_year, this_year + 1):
        if not HolidayYear.objects.filter(year=year).exists():
            rows = [
                Holiday(row.day, row.name, excluded_conservative=row.excluded_conservative)
                for row in propose_year(year)
                if row.excluded_statutory
            ]
            holiday_year_adopt(year=year, rows=rows, source=proposal_source(), actor=people["foia"], at=at)
    if not ReviewOffice.objects.exists():
        office = review_office_propose() | {"phone": "217-555-0100", "source": "invented for the demonstration"}
        review_office_adopt(**office, verified_on=None, actor=people["foia"], at=at)


def _page(people: dict[str, Actor], url: str, token: str, at: datetime) -> Account:
    account = Account.objects.filter(network="mastodon").first()
    if account is None:
        account = account_propose(
            actor=people["pio"], network="mastodon", handle="riverton_pd", name=NAME, base_url=url, at=at
        )
    if account.base_url != url:
        # The sandbox of a demonstration may listen on another port than yesterday.
        Account.objects.filter(pk=account.pk).update(base_url=url)
    account_connect(actor=people["admin"], account_ref=account.ref, token=token, at=at)
    if not hasattr(account, "approval"):
        account_approve(actor=people["chief"], account_ref=account.ref, at=at)
    return Account.objects.get(pk=account.pk)


def sandbox_address() -> tuple[str, str, str]:
    """Return the sandbox's address, the page's token and the control token, as the runner tells them."""
    try:
        return os.environ["DAYBOOK_SANDBOX_URL"], os.environ["SANDBOX_TOKEN"], os.environ["SANDBOX_CONTROL_TOKEN"]
    except KeyError as missing:
        raise NotADemonstration(
            _("There is no sandbox network here (%(name)s is not set).") % {"name": missing}
        ) from None


def logins() -> list[tuple[str, str, str]]:
    """Return (sign-in name, name, offices) of everybody who can sign in."""
    users = User.objects.filter(username__in=PEOPLE).order_by("pk")
    return [(user.username, user.name, ", ".join(PEOPLE[user.username][1])) for user in users]
