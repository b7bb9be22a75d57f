"""E-mail that nudges: what needs a person and cannot wait for them to look at Today.

What there is to tell is asked of the state itself, every few minutes, so nothing is lost and nothing is told twice: a
row remembers who was told of what, for as long as it lasts. A message holds counts and links, and no word of a record.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.access.able import able_ids, rules_broken
from archive.access.actor import Actor
from archive.access.mail_models import NoticeGiven
from archive.access.mailing.route import route_now
from archive.access.mailing.services import link, mail_queue
from archive.access.models import User
from archive.access.offices.appointing import APPOINT
from archive.access.oversight_models import BrokenGlass
from archive.access.sign_in_models import SignInLock
from archive.jobs.services import Claim
from archive.jobs.work import job_work
from archive.ledger.models import FsckRun
from archive.ledger.rolled_back import rolled_back_log
from archive.storage.alarms import fixity_alarms
from archive.storage.space import Room, space_now
from config.continuity.selectors import Alarm, backup_state
from config.desk.approvals import READERS, approvals_pending
from config.desk.fixity_views import MEND

NOTICES = "config.notices"
EVERY = timedelta(minutes=5)
READ = "integrity.read"

Able = Mapping[str, frozenset[int]]
#: (person, key of the thing): who is to be told of what.
Told = Iterable[tuple[int, str]]


def _glass(at: datetime, able: Able) -> Told:
    for ref, by in BrokenGlass.objects.filter(review=None).values_list("ref", "user_id"):
        yield from ((person, str(ref)) for person in able.get("glass.review", frozenset()) - {by})


def _locks(at: datetime, able: Able) -> Told:
    for pk, locked in SignInLock.objects.filter(released_at=None).values_list("pk", "person_id"):
        yield from ((person, str(pk)) for person in able.get("user.manage", frozenset()) - {locked})


def _approvals(at: datetime, able: Able) -> Told:
    readers = frozenset().union(*(able.get(capability, frozenset()) for capability in READERS))
    for user in User.objects.filter(pk__in=readers).exclude(email=""):
        for one in approvals_pending(Actor(user=user), at):
            if user in one.able and one.capability != "glass.review":
                yield user.pk, f"{one.capability} {one.url}"[:128]


def _rules(at: datetime, able: Able) -> Told:
    for broken in rules_broken(at):
        yield from ((person, broken.rule.code) for person in able.get(APPOINT, frozenset()))


def _integrity(at: datetime, able: Able) -> Told:
    keys = [f"copy {ref}" for ref in fixity_alarms().values_list("ref", flat=True)[:500]]
    yield from ((person, key) for person in able.get(MEND, frozenset()) for key in keys)
    alarms = backup_state(at).alarms
    urgent = [f"backup {alarm}" for alarm in alarms if alarm in (Alarm.LATE, Alarm.FINDINGS, Alarm.PROOF_FAILED)]
    check = FsckRun.objects.exclude(finished_at=None).order_by("-pk").first()
    if check is not None and check.found.exists():
        urgent.append("check found something")
    if rolled_back_log():
        urgent.append("log rolled back")
    if space_now().room == Room.SCARCE:
        urgent.append("disk nearly full")
    yield from ((person, key) for person in able.get(READ, frozenset()) for key in urgent)


#: Kind → (who is to be told, the page, the sentence for one, the sentence for several).
KINDS: dict[str, tuple[Callable[[datetime, Able], Told], str, Callable[[int], str]]] = {
    "glass": (
        _glass,
        "openings",
        lambda n: ngettext(
            "%(n)d opening in an emergency waits for your review.",
            "%(n)d openings in an emergency wait for your review.",
            n,
        ),
    ),
    "lock": (
        _locks,
        "people",
        lambda n: ngettext(
            "%(n)d person is locked out after five failed sign-ins.",
            "%(n)d people are locked out after five failed sign-ins.",
            n,
        ),
    ),
    "approval": (
        _approvals,
        "approvals",
        lambda n: ngettext("%(n)d approval waits that you can give.", "%(n)d approvals wait that you can give.", n),
    ),
    "rule": (
        _rules,
        "offices",
        lambda n: ngettext(
            "%(n)d rule that takes two people cannot be kept today.",
            "%(n)d rules that take two people cannot be kept today.",
            n,
        ),
    ),
    "integrity": (
        _integrity,
        "integrity",
        lambda n: ngettext("%(n)d alarm about what is kept is open.", "%(n)d alarms about what is kept are open.", n),
    ),
}


def notices_send(*, at: datetime) -> int:
    """Tell everybody what is new for them, one message each; forget what is over. Return how many messages that were.

    Without a way out nothing is remembered either: what is open then is told once there is one.
    """
    if route_now() is None:
        return 0
    able = able_ids(at)
    now = {(person, kind, key) for kind, (of, _page, _said) in KINDS.items() for person, key in of(at, able)}
    given = {(row.person_id, row.kind, row.key): row.pk for row in NoticeGiven.objects.all()}
    NoticeGiven.objects.filter(pk__in=[pk for told, pk in given.items() if told not in now]).delete()
    fresh: dict[int, list[tuple[str, str]]] = {}
    for person, kind, key in sorted(now - given.keys()):
        fresh.setdefault(person, []).append((kind, key))
    people = User.objects.filter(pk__in=fresh, is_active=True).exclude(email="").order_by("pk")
    return sum(_tell(user, fresh[user.pk], at) for user in people)


def _tell(user: User, things: list[tuple[str, str]], at: datetime) -> int:
    lines = list(_lines([kind for kind, _key in things]))
    count = len(things)
    subject = ngettext("Daybook: %(n)d thing needs you", "Daybook: %(n)d things need you", count) % {"n": count}
    with transaction.atomic():
        NoticeGiven.objects.bulk_create(NoticeGiven(person=user, kind=kind, key=key, at=at) for kind, key in things)
        sent = mail_queue(person=user, kind="notice", subject=subject, lines=lines, at=at)
    return int(sent is not None)


def _lines(kinds: list[str]) -> Iterator[str]:
    for kind, (_of, page, said) in KINDS.items():
        count = kinds.count(kind)
        if count:
            yield said(count) % {"n": count}
            yield link(reverse(page))
            yield ""
    yield _(
        "What it is about stands there, after you have signed in. You are told once; Today shows it until it is done."
    )


@shared_task(name=NOTICES)
def notices(job_id: int) -> None:
    """Tell people what is new."""

    def work(_claim: Claim) -> dict[str, object]:
        return {"messages": notices_send(at=timezone.now())}

    job_work(job_id, work)
