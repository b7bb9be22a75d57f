"""What of capture waits for a person, for the Today page. Each is one bounded, indexed question."""

from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.access import policy
from archive.access.actor import Actor
from archive.accounts.models import Account
from archive.capture.coverage_shown import account_shown
from archive.capture.models import CaptureRun, Quarantine
from archive.capture.selectors import removals_waiting
from archive.waiting import Waiting

MOST = 1_000  #: rows counted; beyond that it says more than
LISTED = 5  #: pages named one by one
WEEK = timedelta(days=7)


def removals(actor: Actor, at: datetime) -> list[Waiting]:
    """Removals that nobody has explained, for those who may."""
    if not policy.allows(actor, "removal.explain", at):
        return []
    since = list(removals_waiting(actor, at).order_by("since").values_list("since", flat=True)[: MOST + 1])
    if not since:
        return []
    title = ngettext("Explain {n} removal", "Explain {n} removals", len(since)).format(n=_number(len(since)))
    day = date_format(localtime(since[0]), "M j, Y")
    why = _("Gone from the network, and nobody has said who did it. The oldest was noticed on {day}.").format(day=day)
    return [Waiting(title, None, reverse("removals"), why)]


def quarantine(actor: Actor, at: datetime) -> list[Waiting]:
    """What came into quarantine in the last seven days, for those who capture or import."""
    if not policy.capabilities(actor, at) & {"import.run", "capture.run"}:
        return []
    newest = policy.visible(actor, Quarantine.objects.all(), at).order_by("-pk").values_list("at", flat=True)
    count = sum(1 for came in newest[: MOST + 1] if came > at - WEEK)
    if not count:
        return []
    title = ngettext("Look at {n} quarantined item", "Look at {n} quarantined items", count).format(n=_number(count))
    why = _("They came in the last seven days and could not be read. Their bytes are kept; the rest went on.")
    return [Waiting(title, None, reverse("quarantine"), why)]


def approvals(actor: Actor, at: datetime) -> list[Waiting]:
    """Pages that somebody else proposed and that are not read before they are approved."""
    if actor.user is None or not policy.allows(actor, "account.approve", at):
        return []
    rows = policy.visible(actor, Account.objects.all(), at).filter(approval=None)
    rows = rows.exclude(proposal__requested_by=actor.user).select_related("proposal__requested_by").order_by("pk")
    items = [
        Waiting(
            _("Approve {page}").format(page=account.name),
            None,
            reverse("account", args=[account.ref]),
            _("{who} proposed this page on {day}. It is not read before it is approved.").format(
                who=account.proposal.requested_by.name, day=date_format(localtime(account.proposal.at), "M j, Y")
            )
            if hasattr(account, "proposal")
            else _("It is not read before it is approved."),
        )
        for account in rows[:LISTED]
    ]
    return items + _rest(rows.count() - LISTED)


def failures(actor: Actor, at: datetime) -> list[Waiting]:
    """Pages whose last run failed or broke off, for those who run captures or hold the tokens."""
    if not policy.capabilities(actor, at) & {"capture.run", "account.connect"}:
        return []
    newest = CaptureRun.objects.filter(account=OuterRef("pk")).order_by("-started_at", "-pk")
    rows = policy.visible(actor, Account.objects.all(), at).annotate(
        last=Subquery(newest.values("pk")[:1]), outcome=Subquery(newest.values("closed__outcome")[:1])
    )
    suspects = [a for a in rows.order_by("name", "pk") if a.last is not None and a.outcome in (None, "failed")]
    items: list[Waiting] = []
    for account in suspects:
        run = account_shown(account.ref, actor=actor, at=at).last
        if run is None or run.outcome == "waiting":
            continue
        why = " ".join([str(run.meaning), *(sentence for sentence, _count in run.faults[:2])])
        title = _("See why {page} could not be read").format(page=account.name)
        items.append(Waiting(title, None, reverse("account-run", args=[account.ref, run.run.ref]), why))
        if len(items) == LISTED:
            break
    return items


def _number(count: int) -> str:
    return _("more than {n}").format(n=f"{MOST:,}") if count > MOST else f"{count:,}"


def _rest(count: int) -> list[Waiting]:
    if count <= 0:
        return []
    title = ngettext("{n} more page waits for approval", "{n} more pages wait for approval", count).format(n=count)
    return [Waiting(title, None, reverse("accounts"), _("They are listed under Accounts."))]
