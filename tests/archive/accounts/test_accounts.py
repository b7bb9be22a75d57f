"""A page is read only after somebody else approved it; its token lies in no table."""

import pytest
from django.db import IntegrityError, transaction

from archive.access.actor import Actor
from archive.access.policy import Denied
from archive.accounts.credentials import credential_path, credential_read
from archive.accounts.models import Account, AccountApproval
from archive.accounts.services import AccountRefused, account_approve, account_connect, account_propose
from archive.capture.runs import NotApproved, run_open
from tests.archive.capture.world import AT, approved_page, person

pytestmark = pytest.mark.django_db


def proposed(*offices: str) -> tuple[Actor, Account]:
    """Return who proposed a page, and the page."""
    actor = Actor(person("proposer", *offices))
    account = account_propose(
        actor=actor, network="mastodon", handle="pd", name="PD", base_url="https://social.example", at=AT
    )
    return actor, account


def test_nobody_approves_their_own_page_however_many_offices_they_hold() -> None:
    actor, account = proposed("pio", "chief")
    with pytest.raises(AccountRefused, match="yourself"):
        account_approve(actor=actor, account_ref=account.ref, at=AT)


def test_the_database_refuses_self_approval_too() -> None:
    actor, account = proposed("pio")
    with pytest.raises(IntegrityError, match="account_not_self_approved"), transaction.atomic():
        AccountApproval.objects.create(
            account=account, requested_by=actor.person, approved_by=actor.person, at=AT, event_id=account.ref
        )


def test_a_page_that_is_not_approved_is_not_read() -> None:
    _, account = proposed("pio")
    with pytest.raises(NotApproved):
        run_open(account, kind="capture", at=AT)


def test_who_may_not_approve_is_told_what_is_missing() -> None:
    _, account = proposed("pio")
    with pytest.raises(Denied, match=r"account\.approve"):
        account_approve(actor=Actor(person("clerk", "records-clerk")), account_ref=account.ref, at=AT)


@pytest.mark.parametrize(
    "base_url", ["", "ftp://x.example", "https://user:pw@x.example", "javascript:alert(1)", "//x.example"]
)
def test_an_address_that_is_none_is_refused(base_url: str) -> None:
    with pytest.raises(AccountRefused):
        account_propose(
            actor=Actor(person("pio", "pio")), network="mastodon", handle="pd", name="PD", base_url=base_url, at=AT
        )


def test_a_token_is_a_file_for_the_owner_only() -> None:
    account = approved_page()
    account_connect(actor=Actor(person("admin", "administrator")), account_ref=account.ref, token="s3cret-token", at=AT)
    assert credential_read(account.ref) == "s3cret-token"
    assert credential_path(account.ref).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("token", ["", "two words", "new\nline", "x" * 5_000])
def test_what_no_network_gives_out_is_no_token(token: str) -> None:
    account = approved_page()
    with pytest.raises(ValueError, match="token"):
        account_connect(actor=Actor(person("admin", "administrator")), account_ref=account.ref, token=token, at=AT)
