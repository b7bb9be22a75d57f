"""The words in which a clerk reads what a hold is for."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from retention.holds.models import HoldKind, StepKind

HOLD_KINDS: Mapping[str, str | Promise] = {
    HoldKind.LEGAL: _("Legal hold: a suit is pending or expected"),
    HoldKind.AUDIT: _("Audit"),
    HoldKind.REQUEST: _("Records request"),
    HoldKind.APPEAL: _("Review or appeal of an answer"),
    HoldKind.EVIDENCE: _("Evidence of an open case"),
}

HOLD_STEPS: Mapping[str, str | Promise] = {
    StepKind.PLACED: _("Placed"),
    StepKind.EXTENDED: _("Widened"),
    StepKind.RELEASED: _("Lifted"),
}
