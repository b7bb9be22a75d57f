"""The drills by name, and what each breaks: for the command and for the page Integrity."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DRILLS: Mapping[str, str | Promise] = {
    "bitflip": _("One bit of stored bytes is flipped"),
    "dba": _("An administrator of the database changes what is stored"),
    "diskfull": _("The disk fills up"),
    "disposal": _("Raw files are searched for what was destroyed"),
    "faults": _("Every step to something outside fails, or is done and fails"),
    "kill": _("Processes and the database die at random"),
    "ransom": _("Everything but the second place and the sheet is lost"),
    "restore": _("The machine is lost, the published log survives"),
    "rollback": _("The database goes back in time"),
}
