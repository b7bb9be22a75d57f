"""The words in which a clerk reads what a series says."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from retention.rules.citations import Mark
from retention.rules.series import Action, Cutoff, Trigger

TRIGGERS: Mapping[str, str | Promise] = {
    Trigger.CREATED: _("after it was posted or last edited"),
    Trigger.RECEIVED: _("after it was received"),
    Trigger.CAPTURED: _("after it was captured"),
    Trigger.SUPERSEDED: _("after it was superseded"),
    Trigger.EVENT_CLOSED: _("after its case was closed"),
    Trigger.REMOVED: _("after it was removed"),
    Trigger.ACCOUNT_CLOSED: _("after the account was closed"),
    Trigger.ADMINISTRATIVE_VALUE_ENDS: _("after a person decided that its administrative value ended"),
    Trigger.SEPARATION: _("after the person's separation"),
    Trigger.LAST_UPDATE: _("after its last update"),
    Trigger.PERMANENT: _("for ever"),
}

CUTOFFS: Mapping[str, str | Promise] = {
    Cutoff.END_OF_CALENDAR_YEAR: _("counted from the end of that calendar year"),
    Cutoff.END_OF_FISCAL_YEAR: _("counted from the end of that fiscal year"),
}

ACTIONS: Mapping[str, str | Promise] = {
    Action.DESTROY: _("then it may be destroyed"),
    Action.TRANSFER: _("then it is offered to the archives for appraisal"),
    Action.REVIEW: _("then a person reviews it"),
    Action.KEEP: _("and kept after that"),
}

MARKS: Mapping[str, str | Promise] = {
    Mark.CONFIRMED: _("Seen in the source"),
    Mark.SECONDARY: _("From a secondary source"),
    Mark.UNCONFIRMED: _("Not confirmed"),
    Mark.DECISION: _("Default"),
}

MARK_MEANINGS: Mapping[str, str | Promise] = {
    Mark.CONFIRMED: _("Compared with the public text of the source itself."),
    Mark.SECONDARY: _("Seen only in a secondary or sister source. Compare it with the source before you rely on it."),
    Mark.UNCONFIRMED: _("Believed true. Compare it with the source before it is printed on a letter."),
    Mark.DECISION: _("A default of this program or a choice of the department, no rule of law."),
}
