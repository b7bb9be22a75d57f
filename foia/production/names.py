"""The words in which people read how far a production is."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.jobs.models import JobState
from foia.production.models import ProductionState

STATES: Mapping[str, str | Promise] = {
    ProductionState.NUMBERED: _("Numbered"),
    ProductionState.SEALED: _("Sealed, waits for the log's signature"),
    ProductionState.BUNDLED: _("Bundle finished"),
    ProductionState.REFUSED: _("Refused by the leak scan"),
}

JOBS: Mapping[str, str | Promise] = {
    JobState.WAITING: _("Waits for its turn, or for the log to sign"),
    JobState.RUNNING: _("Is being drawn, searched for leaks and sealed"),
    JobState.DONE: _("Done"),
    JobState.FAILED: _("Ended without a bundle"),
    JobState.CANCELLED: _("Stopped by a person"),
}
