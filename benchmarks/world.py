"""What every benchmark stands on: a department, people, an approved page, and believable text."""

import random
from datetime import UTC, datetime, timedelta

from archive.access.actor import Actor
from archive.access.models import User
from archive.access.services import department_found, user_appoint
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_propose

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
#: Words with the skew of real text: the first are common, the last are rare.
WORDS = [
    f"{a}{b}{c}"
    for a in "bcdfglmnprst"
    for b in ("a", "e", "i", "o", "ou")
    for c in ("ck", "ne", "ll", "rd", "st", "x")
]
_WEIGHTS = [1 / (rank + 1) for rank in range(len(WORDS))]


def people() -> tuple[Actor, Actor]:
    """Return a records manager and a chief."""
    department_found(name="Benchmark Police Department")
    made: list[User] = []
    for name, office in (("manager", "records-manager"), ("chief", "chief")):
        made.append(
            user_appoint(
                username=name, name=name, offices=[office], password="for benchmarks only", at=AT - timedelta(days=1)
            )
        )
    return Actor(made[0]), Actor(made[1])


def page(handle: str) -> tuple[Actor, Account]:
    """Return the records manager and an approved page that takes tables."""
    manager, chief = people()
    account = account_propose(
        actor=manager, network="import", handle=handle, name=handle, base_url=f"import:{handle}", at=AT
    )
    account_approve(actor=chief, account_ref=account.ref, at=AT)
    return manager, Account.objects.get(pk=account.pk)


def texts(count: int, seed: int = 1) -> list[str]:
    """Return texts of about 300 characters in skewed words."""
    choose = random.Random(seed)
    return [" ".join(choose.choices(WORDS, _WEIGHTS, k=choose.randint(10, 110))) for _ in range(count)]
