"""The words in which people read where a request stands and what happened to it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foia.clocks.states import Status
from foia.requests.models import Channel, LetterKind, RequestState, StepKind

STATES: Mapping[str, str | Promise] = {
    RequestState.RECEIVED: _("Received"),
    RequestState.SEARCHED: _("Searched, in review"),
    RequestState.DECIDED: _("Review confirmed"),
    RequestState.ANSWERED: _("Answered"),
    RequestState.WITHDRAWN: _("Withdrawn"),
    RequestState.CLOSED: _("Closed"),
}

CHANNELS: Mapping[str, str | Promise] = {
    Channel.MAIL: _("By mail"),
    Channel.EMAIL: _("By e-mail"),
    Channel.PERSONAL: _("In person"),
    Channel.FAX: _("By fax"),
    Channel.WEB: _("Through a web form"),
    Channel.ORAL: _("Spoken"),
    Channel.SOCIAL: _("In a message or comment on a page"),
}

STEPS: Mapping[str, str | Promise] = {
    StepKind.RECEIVED: _("Written down"),
    StepKind.HELD: _("What it may be about is held"),
    StepKind.FREED: _("The wider hold was lifted"),
    StepKind.NARROWED: _("The requester narrowed the request"),
    StepKind.CLARIFICATION_ASKED: _("The requester was asked what is meant"),
    StepKind.CLARIFIED: _("The requester said what is meant"),
    StepKind.VERIFICATION_ASKED: _("The requester was asked to say who they are"),
    StepKind.VERIFIED: _("The requester said who they are"),
    StepKind.EXTENDED: _("The period was extended"),
    StepKind.AGREED: _("A later day was agreed on"),
    StepKind.SEARCHED: _("Searched"),
    StepKind.DECIDED: _("The review was confirmed"),
    StepKind.LETTER: _("A letter was issued"),
    StepKind.ANSWERED: _("Answered"),
    StepKind.DENIED: _("Answered: denied"),
    StepKind.REOPENED: _("Opened again"),
    StepKind.WITHDRAWN: _("The requester took the request back"),
    StepKind.CLOSED: _("Closed"),
}

LETTERS: Mapping[str, str | Promise] = {
    LetterKind.EXTENSION: _("Extension of the period"),
    LetterKind.GRANT: _("Grant"),
    LetterKind.PARTIAL: _("Grant in part, denial in part"),
    LetterKind.DENIAL: _("Denial"),
    LetterKind.NO_RECORDS: _("No records"),
}

STATUSES: Mapping[str, str | Promise] = {
    Status.RUNNING: _("The clock runs"),
    Status.PAUSED: _("The clock stands still"),
    Status.ANSWERED: _("Answered in time"),
    Status.ANSWERED_LATE: _("Answered late"),
    Status.DENIED_BY_SILENCE: _("Denied by silence"),
    Status.OVERDUE: _("Overdue"),
}
