"""The words in which a clerk reads where a disposition stands and what was done."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from retention.dispositions.models import BatchState, StepKind

BATCH_STATES: Mapping[str, str | Promise] = {
    BatchState.PROPOSED: _("Proposed"),
    BatchState.ENDORSED: _("Endorsed"),
    BatchState.APPROVED: _("Approved"),
    BatchState.FILED: _("Certificate filed"),
    BatchState.CERTIFIED: _("Certificate returned"),
    BatchState.EXECUTING: _("Being destroyed"),
    BatchState.EXECUTED: _("Destroyed"),
    BatchState.FINALISED: _("Finalised"),
    BatchState.WITHDRAWN: _("Withdrawn"),
    BatchState.DENIED: _("Denied"),
}

WAITS_FOR: Mapping[str, str | Promise] = {
    BatchState.PROPOSED: _("a first person who endorses the list"),
    BatchState.ENDORSED: _("a second person who approves it"),
    BatchState.APPROVED: _("the disposal certificate to be filed"),
    BatchState.FILED: _("the certificate to come back approved"),
    BatchState.CERTIFIED: _("the order to destroy"),
    BatchState.EXECUTING: _("the work to end"),
    BatchState.EXECUTED: _("the last backup to age out"),
}
"""What a batch in each state waits for; the others wait for nothing."""

PATH = (
    BatchState.PROPOSED,
    BatchState.ENDORSED,
    BatchState.APPROVED,
    BatchState.FILED,
    BatchState.CERTIFIED,
    BatchState.EXECUTED,
    BatchState.FINALISED,
)
"""The states of a batch that goes all the way, as a page draws them; while it is being destroyed it stands before
*destroyed*."""

STEPS: Mapping[str, str | Promise] = {
    StepKind.PROPOSED: _("Proposed"),
    StepKind.ENDORSED: _("Endorsed"),
    StepKind.APPROVED: _("Approved"),
    StepKind.FILED: _("Disposal certificate filed"),
    StepKind.RETURNED: _("Disposal certificate returned, approved"),
    StepKind.DENIED: _("Disposal certificate returned, denied"),
    StepKind.STARTED: _("Destruction ordered"),
    StepKind.EXECUTED: _("Destroyed"),
    StepKind.FINALISED: _("Finalised: the last backup has aged out"),
    StepKind.WITHDRAWN: _("Withdrawn"),
}

PROCESSES: Mapping[str, str | Promise] = {
    "worker": _("The nightly sweep"),
    "manage": _("A command of the administrator"),
}
"""Processes as the doer of a step."""
