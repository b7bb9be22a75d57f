"""Proposing and approving the department's pages (SOP 5.19, Procedures 2.a): nobody approves their own proposal."""

import os
import re
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import audit
from archive.accounts.credentials import credential_keep
from archive.accounts.models import Account, AccountApproval, AccountProposal
from archive.connectors.registry import connectors
from archive.ledger.services import EventDraft, append_events

_HANDLE = re.compile(r"@?[\w.@-]{1,200}")


class AccountRefused(Exception):
    """A proposal or approval that cannot stand; the message says why and what to do."""


def account_propose(
    *, actor: Actor, network: str, handle: str, name: str, base_url: str, compartment: str = "public", at: datetime
) -> Account:
    """Propose a page of the department. It is not read before somebody else approves it.

    `network` is a connector's name, or `import` for tables of an older system, which need no address.
    Raises `policy.Denied` or AccountRefused.
    """
    if network != "import" and network not in connectors():
        raise AccountRefused(f"There is no connector for {network!r}.")
    if not _HANDLE.fullmatch(handle):
        raise AccountRefused("A handle is 1 to 200 letters, digits, dots, dashes and underscores.")
    if not name.strip() or len(name) > 200:
        raise AccountRefused("A page needs a name of 1 to 200 characters.")
    parts = urlsplit(base_url)
    if network != "import" and (parts.scheme not in {"https", "http"} or not parts.hostname or parts.username):
        raise AccountRefused("The address must be like https://social.example, without a user name in it.")
    with transaction.atomic():
        policy.require(actor, "account.propose", at)
        if Account.objects.filter(network=network, base_url=base_url, handle=handle).exists():
            raise AccountRefused("This page is already known.")
        account = Account.objects.create(
            network=network, handle=handle, name=name.strip(), base_url=base_url, compartment=compartment, created_at=at
        )
        AccountProposal.objects.create(account=account, requested_by=actor.person, at=at)
        audit(actor, "account.propose", at=at, object_kind="account", object_ref=account.ref)
    return account


def account_approve(*, actor: Actor, account_ref: UUID, at: datetime) -> AccountApproval:
    """Approve a page that somebody else proposed; it is read from now on.

    Raises `policy.Denied`, AccountRefused, or Account.DoesNotExist. The database refuses self-approval as well.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update().get(ref=account_ref)
        policy.require(actor, "account.approve", at, account)
        if hasattr(account, "approval"):
            raise AccountRefused("This page is already approved.")
        if account.proposal.requested_by_id == actor.person.pk:
            raise AccountRefused("You proposed this page yourself. Ask another person who may approve pages.")
        [event] = append_events(
            [
                EventDraft(
                    kind="approval",
                    schema="approval/1",
                    subject=os.urandom(16),
                    fields={"/approval/of": "account", "/approval/ref": str(account.ref)},
                    compartment=account.compartment,
                    at=at,
                )
            ]
        )
        approval = AccountApproval.objects.create(
            account=account,
            requested_by=account.proposal.requested_by,
            approved_by=actor.person,
            at=at,
            event_id=event.event_id,
        )
        if account.network != "import":
            account.capture_due_at = at
            account.save(update_fields=["capture_due_at"])
        audit(actor, "account.approve", at=at, object_kind="account", object_ref=account.ref)
    return approval


def account_connect(*, actor: Actor, account_ref: UUID, token: str, at: datetime) -> None:
    """Keep a page's access token among the state's secrets; the audit says that it changed, not what it is.

    Raises `policy.Denied`, ValueError for what no network gives out, or Account.DoesNotExist.
    """
    with transaction.atomic():
        account = Account.objects.get(ref=account_ref)
        policy.require(actor, "account.connect", at, account)
        audit(actor, "account.connect", at=at, object_kind="account", object_ref=account.ref)
        credential_keep(account.ref, token)
