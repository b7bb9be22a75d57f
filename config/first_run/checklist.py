"""What a live state needs before it is relied upon, asked of the state itself each time: no box is ticked by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.access import policy
from archive.access.able import able_ids, rules_broken
from archive.access.actor import Actor
from archive.access.mail_models import MailSettings
from archive.access.mailing.route import route_now
from archive.access.models import Department, HolidayYear
from archive.access.people import have_a_password
from archive.accounts.models import Account
from archive.ledger.models import LOG, Anchor
from archive.storage.selection import evidence_store
from archive.waiting import Waiting
from config.continuity.selectors import Alarm, backup_state
from config.desk.integrity import BACKUP_ALARMS
from config.first_run.chosen import SET_UP, waits_for_start
from foia.requests.models import ReviewOffice
from retention.schedules.models import Schedule

_LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}


class Standing(StrEnum):
    """How a step stands."""

    DONE = "done"
    OPEN = "open"  #: still to be done
    LOOK = "look"  #: done, and something about it wants a person


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how it stands, in words, and where it is done (nowhere: on the machine)."""

    title: str | Promise
    standing: Standing
    words: str
    url: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.standing is Standing.DONE


def checklist(at: datetime) -> list[Step]:
    """Return every step as it stands at `at`, in the order in which they are best done."""
    return list(_steps(at))


def setup_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Tell on Today those who set up the installation what of it is left; nothing in a demonstration."""
    if settings.DAYBOOK_STATE_KIND != "live" or not policy.allows(actor, SET_UP, at):
        return []
    left = [step for step in checklist(at) if not step.done]
    if not left:
        return []
    title = ngettext("Finish the set-up: %(n)d step is left", "Finish the set-up: %(n)d steps are left", len(left))
    return [
        Waiting(title % {"n": len(left)}, None, reverse("setup"), "; ".join(str(step.title) for step in left) + ".")
    ]


def _steps(at: datetime) -> Iterator[Step]:
    department = Department.objects.first()
    today = department.day(at) if department else at.date()
    if department:
        told = _("%(name)s, days in %(zone)s.") % {"name": department.name, "zone": department.zone}
        yield Step(_("Name, time zone and fiscal year"), Standing.DONE, told, reverse("setup-department"))
    yield _people(at)
    yield _rules(at)
    yield from _adopted(today.year)
    yield _mail()
    yield _store()
    yield from _backup(at)
    yield _anchor()
    yield _reach()
    waits = waits_for_start()
    if waits:
        words = _(
            "%(names)s: chosen, and in force when Daybook begins the next time. End ./run with Ctrl-C and start it."
        )
        yield Step(_("Start Daybook anew"), Standing.OPEN, words % {"names": ", ".join(waits)})
    yield _page()


def _people(at: datetime) -> Step:
    able = able_ids(at).get("user.manage", frozenset())
    ready = have_a_password().filter(pk__in=able)
    if settings.SECOND_FACTOR_REQUIRED:
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ready = ready.filter(pk__in=Authenticator.objects.filter(type__in=kinds).values("user_id"))
    count = ready.count()
    words = ngettext(
        "%(n)d administrator has chosen a password and a second factor.",
        "%(n)d administrators have chosen a password and a second factor.",
        count,
    ) % {"n": count}
    return Step(_("Two administrators who can sign in"), _when(count > 1), words, reverse("people"))


def _rules(at: datetime) -> Step:
    broken = rules_broken(at)
    words = " ".join(str(one.rule.sentence) for one in broken)
    words = words or _("Every rule that takes two people can be kept today.")
    return Step(_("People for every rule that takes two"), _when(not broken), words, reverse("offices"))


def _adopted(year: int) -> Iterator[Step]:
    missing = [one for one in (year, year + 1) if not HolidayYear.objects.filter(year=one).exists()]
    words = _("Missing: %(years)s. Due dates cannot be counted in them.") % {"years": ", ".join(map(str, missing))}
    yield Step(
        _("Holidays of this year and the next"),
        _when(not missing),
        words if missing else _("Adopted, with their source."),
        reverse("holidays"),
    )
    there = Schedule.objects.exists()
    words = _("Adopted.") if there else _("None. Until there is one, nothing is ever proposed for disposal.")
    yield Step(_("A retention schedule"), _when(there), words, reverse("schedules"))
    there = ReviewOffice.objects.exists()
    words = _("Adopted.") if there else _("Letters of denial have to name it.")
    yield Step(_("The office that reviews denials"), _when(there), words, reverse("review-office"))


def _mail() -> Step:
    row, title, url = MailSettings.objects.first(), _("E-mail"), reverse("setup-mail")
    if route_now() is None:
        words = _("No mail server. Invitations are handed over by hand, and alerts stay on Today.")
        return Step(title, Standing.OPEN, words, url)
    if row is None or row.tested_at is None:
        return Step(title, Standing.OPEN, _("Set up, and not tried. Send a test message."), url)
    if row.test_failure:
        return Step(title, Standing.LOOK, row.test_failure, url)
    return Step(title, Standing.DONE, _("The server took the last test message."), url)


def _store() -> Step:
    place = settings.STORAGE_URL.partition("?")[0]
    if settings.STORAGE_COPY_URL:
        words = _("%(place)s, with a second copy of every object.") % {"place": place}
        return Step(_("The store of evidence"), Standing.DONE, words, reverse("setup-store"))
    level = evidence_store().level
    words = _("%(place)s, protection: %(level)s. There is no second copy: one broken disk takes all since the backup.")
    told = words % {"place": place, "level": level}
    return Step(_("The store of evidence"), Standing.LOOK, told, reverse("setup-store"))


def _backup(at: datetime) -> Iterator[Step]:
    alarms = backup_state(at).alarms
    sheet = [alarm for alarm in alarms if alarm in (Alarm.NO_SHEET, Alarm.SHEET_UNREAD)]
    words = " ".join(str(BACKUP_ALARMS[alarm]) for alarm in sheet)
    if Alarm.NO_SHEET in sheet:
        words += " " + _("On the machine: ./run manage recovery-sheet")
    yield Step(
        _("The recovery sheet, printed and read back"), _when(not sheet), words or _("Printed, and its key was typed.")
    )
    others = [alarm for alarm in alarms if alarm not in sheet]
    words = " ".join(str(BACKUP_ALARMS[alarm]) for alarm in others) or _("A good one exists, and a restore was proved.")
    standing = Standing.OPEN if Alarm.NO_PLACE in others or Alarm.NEVER in others else Standing.LOOK
    yield Step(_("A backup in a second place"), standing if others else Standing.DONE, words, reverse("setup-backup"))


def _anchor() -> Step:
    last, url = Anchor.objects.filter(log_id=LOG).order_by("-received_at").first(), reverse("setup-anchor")
    title = _("One outside anchor of the log")
    named = any((settings.LOG_TSA, settings.LOG_WITNESSES, settings.LOG_WORM_URL, settings.LOG_ANCHOR_MAIL))
    if not named:
        words = _("None: nobody outside the department vouches for the time of a record.")
        return Step(title, Standing.OPEN, words, url)
    if last is None:
        return Step(
            title, Standing.LOOK, _("Named, and none has answered yet. It is asked once a checkpoint is signed."), url
        )
    return Step(title, Standing.DONE, _("%(name)s holds a checkpoint.") % {"name": last.name}, url)


def _reach() -> Step:
    names = [name for name in settings.ALLOWED_HOSTS if name not in _LOOPBACK]
    words = _(
        "Only this machine can open Daybook. Put a proxy with a certificate before it, and name it in DAYBOOK_HOSTS."
    )
    if names:
        words = ", ".join(names)
    return Step(_("A host name for the staff"), _when(bool(names)), words)


def _page() -> Step:
    count = Account.objects.exclude(approval=None).count()
    words = ngettext("%(n)d is approved.", "%(n)d are approved.", count) % {"n": count}
    words = words if count else _("None is approved yet, so nothing is captured.")
    return Step(_("The first page of the department"), _when(count > 0), words, reverse("accounts"))


def _when(condition: bool) -> Standing:
    return Standing.DONE if condition else Standing.OPEN
