"""Kinds of matter in the audit, by the actions that belong to them: what a reviewer looks for first."""

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MATTERS: dict[str, tuple[str | Promise, Q]] = {
    "denied": (_("Denied"), Q(action="access.denied")),
    "failed": (_("Failed sign-ins and locks"), Q(action__in=["access.sign-in-failed", "access.locked"])),
    "read": (_("Reads of what is not public"), Q(action__endswith=".read", action__startswith="record.")),
    "export": (
        _("Exports and releases"),
        Q(action__startswith="export.") | Q(action__startswith="release.") | Q(action="production.release"),
    ),
    "emergency": (_("Emergency access"), Q(action__startswith="glass.")),
    "people": (
        _("People, offices and connections"),
        Q(action__startswith="office.")
        | Q(action__startswith="leaving.")
        | Q(action="account.connect")
        | Q(action__startswith="access.") & ~Q(action__in=["access.denied", "access.sign-in-failed", "access.locked"]),
    ),
    "rules": (
        _("Rules and settings"),
        Q(action__startswith="schedule.") | Q(action__startswith="holiday") | Q(action__startswith="setting."),
    ),
    "destruction": (_("Disposals and holds"), Q(action__startswith="disposition.") | Q(action__startswith="hold.")),
}
