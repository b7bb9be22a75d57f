"""How often something may be tried: counted in the database, so that every process and every restart counts alike."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from archive.access.sign_in_models import Attempts

KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in each stretch of `within`."""

    name: str
    most: int
    within: timedelta


SIGN_IN_BY_ADDRESS = Rate("sign-in-address", 30, timedelta(minutes=5))
SIGN_IN_BY_NAME = Rate("sign-in-name", 10, timedelta(minutes=15))
INVITATION_BY_ADDRESS = Rate("invitation-address", 30, timedelta(minutes=5))
SETUP_BY_ADDRESS = Rate("setup-address", 10, timedelta(minutes=15))
SETUP_BY_ALL = Rate("setup", 60, timedelta(minutes=15))
PROVIDER_BY_ADDRESS = Rate("provider-address", 30, timedelta(minutes=5))


def attempt_count(rate: Rate, who: str, *, at: datetime) -> bool:
    """Count one attempt of `who`; return whether it is within the rate. What is kept of `who` is a keyed digest."""
    seconds = int(rate.within.total_seconds())
    began_at = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO attempts (key, began_at, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (key, began_at) DO UPDATE SET count = attempts.count + 1 RETURNING count",
            [_digest(rate, who), began_at],
        )
        row = cursor.fetchone()
    return row is not None and row[0] <= rate.most


def first_use(name: str, what: str, *, at: datetime) -> bool:
    """Return whether `what` was never used before, as far back as two days: a one-time code is taken once."""
    rate = Rate(name, 1, KEEP)
    earlier = Attempts.objects.filter(key=_digest(rate, what), began_at__gte=at - 2 * KEEP).exists()
    return attempt_count(rate, what, at=at) and not earlier


def attempts_forget(*, at: datetime) -> int:
    """Forget what was counted longer ago than any rate asks; return how many rows went."""
    return Attempts.objects.filter(began_at__lt=at - 3 * KEEP).delete()[0]


def _digest(rate: Rate, who: str) -> bytes:
    key = hashlib.sha256(b"daybook attempts\n" + settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(f"{rate.name}\n{who}".encode(), key=key, digest_size=24).digest()
