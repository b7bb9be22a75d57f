"""How this installation stands beside the log, for the page Integrity and for Today: room on the disks, the backup."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.access import policy
from archive.access.actor import Actor
from archive.jobs.models import Job, JobState
from archive.storage.alarms import fixity_alarms
from archive.storage.contract import NoRoom
from archive.storage.space import KILOBYTE, Room, Space, space_now
from archive.waiting import Waiting
from config.continuity.selectors import Alarm, backup_state
from config.desk.fixity_views import MEND
from config.drills.names import DRILLS
from config.drills.results import DrillResult, result_read

READ = "integrity.read"


@dataclass(frozen=True, slots=True)
class SpaceShown:
    """Room on the disks, and how many pieces of work wait for more of it."""

    space: Space
    short: bool
    scarce: bool
    waiting: int
    large: int  #: bytes from which a medium counts as large


def space_shown() -> SpaceShown:
    """Return how much room there is and what waits for it."""
    space = space_now()
    waiting = Job.objects.filter(state=JobState.WAITING, failure__startswith=NoRoom.code).count()
    return SpaceShown(
        space, space.room == Room.SHORT, space.room == Room.SCARCE, waiting, settings.SPACE_LARGE_OBJECT_KB * KILOBYTE
    )


@dataclass(frozen=True, slots=True)
class DrillShown:
    """One drill: what it breaks, and its last run on this machine, none if it never was."""

    name: str
    breaks: str | Promise
    result: DrillResult | None


def drills_shown() -> list[DrillShown]:
    """Return every drill with its last result."""
    folder = Path(settings.DRILLS_FOLDER)
    return [DrillShown(name, breaks, result_read(folder, name)) for name, breaks in DRILLS.items()]


def installation_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Tell whoever reads Integrity that the disk fills up, that the backup is late, and that alarms are open."""
    held = policy.capabilities(actor, at)
    if READ not in held:
        return []
    items, page = [], reverse("integrity")
    shown = space_shown()
    if shown.short or shown.scarce:
        why = _("The disk has little room left: large media wait, everything else goes on.")
        if shown.scarce:
            why = _("The disk is nearly full: only words, decisions and proofs are taken. The rest waits.")
        items.append(Waiting(_("Make room on the disk"), None, f"{page}#space", why))
    if Alarm.LATE in backup_state(at).alarms:
        why = _("The newest good backup is older than 26 hours. What came since would be lost with this machine.")
        items.append(Waiting(_("Look after the backup"), None, f"{page}#backup", why))
    alarms = fixity_alarms().count() if MEND in held else 0
    if alarms:
        why = ngettext(
            "%(n)d copy cannot be repaired, or its lock was made shorter. It stays an alarm until somebody says why.",
            "%(n)d copies cannot be repaired, or their locks were made shorter. Each is open until somebody says why.",
            alarms,
        ) % {"n": alarms}
        items.append(Waiting(_("Answer for damaged copies"), None, f"{page}#fixity", why))
    return items
