"""The words in which a clerk reads what a record is and how it stands."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.records.models import Kind, State

KINDS: Mapping[str, str | Promise] = {
    Kind.POST: _("Post"),
    Kind.COMMENT: _("Comment"),
    Kind.REPLY: _("Reply"),
    Kind.MESSAGE: _("Message"),
    Kind.STORY: _("Story"),
    Kind.PROFILE: _("Profile"),
    Kind.SETTING: _("Setting"),
    Kind.LIST_ENTRY: _("List entry"),
    Kind.PAGE: _("Page"),
    Kind.BY_HAND: _("Captured by hand"),
}

STATES: Mapping[str, str | Promise] = {
    State.LIVE: _("On the network"),
    State.HIDDEN: _("Hidden"),
    State.REMOVED: _("Removed"),
    State.ABSENT: _("No longer listed"),
}

STATE_MEANINGS: Mapping[str, str | Promise] = {
    State.LIVE: _("It stood on the network when it was last looked for."),
    State.HIDDEN: _("The page hid it from the public. It is still on the network, and our credential sees it."),
    State.REMOVED: _("The network said on a direct look-up that it is gone."),
    State.ABSENT: _(
        "A whole and reconciled listing no longer shows it, and the network gives one answer for gone and for "
        "forbidden. It is not there for us; why is not proved."
    ),
}

PARTS: Mapping[str, str | Promise] = {
    "warning": _("Found in the content warning"),
    "picture": _("Found in the description of a picture"),
    "author": _("Found in the author's name"),
    "earlier": _("Found in an earlier version"),
}
"""Where a search hit a record, when it is not the text."""
