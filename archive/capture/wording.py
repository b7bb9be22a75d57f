"""What capture's codes mean, in the words of a clerk."""

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from archive.capture.models import ObservationKind, Who
from archive.connectors.codes import BAD_CODES, NOTICE_CODES
from archive.connectors.errors import ConnectorError

Text = str | Promise

OBSERVED: Mapping[str, Text] = {
    ObservationKind.EDITED: _("Edited"),
    ObservationKind.HIDDEN: _("Hidden"),
    ObservationKind.SHOWN: _("Shown again"),
    ObservationKind.REMOVED: _("Removed from the network"),
    ObservationKind.ABSENT: _("No longer listed by the network"),
    ObservationKind.RETURNED: _("Seen again"),
}

BY_WHOM: Mapping[str, Text] = {
    Who.US: _("by this department"),
    Who.AUTHOR: _("by its author"),
    Who.NETWORK: _("by the network"),
    Who.UNKNOWN: _("by whom is not known"),
}

BASES: Mapping[str, Text] = {
    "status-404": _("Asked for it directly, the network answered that there is no such item (404)."),
    "status-410": _("Asked for it directly, the network answered that it is gone (410)."),
    "tombstone": _("Asked for it directly, the network showed a tombstone."),
    "listing-reconciled": _(
        "A whole listing lacked it, the listing's count agreed, asking for it failed, and its parent and a neighbour "
        "could be read with the same credential in the same run."
    ),
    "field": _("The network's own field on the item said so."),
    "version": _("A further version was seen."),
}

PURPOSES: Mapping[str, Text] = {
    "profile": _("the page's profile"),
    "timeline": _("the list of posts"),
    "thread": _("the answers below a post"),
    "look_up": _("this item alone"),
    "history": _("the network's own history of edits"),
    "media": _("an attachment"),
    "import": _("rows of an imported table"),
}

OUTCOMES: Mapping[str, Text] = {
    "covered": _("Covered"),
    "partial": _("Partly covered"),
    "failed": _("Failed"),
    "waiting": _("Under way"),
    "broken": _("Broke off"),
}

OUTCOME_MEANINGS: Mapping[str, Text] = {
    "covered": _("Everything that was asked could be read."),
    "partial": _("Something that was asked could not be read. Nothing was marked removed because of it."),
    "failed": _("The run could not go on. Nothing was marked removed because of it."),
    "waiting": _("The run has begun and has not ended yet."),
    "broken": _("The run began and nothing works on it any more. What it had taken by then is kept."),
}

COUNTS: Mapping[str, Text] = {
    "taken": _("New records"),
    "edited": _("Further versions of known records"),
    "unchanged": _("Seen again, unchanged"),
    "repeated": _("Listed twice in one answer"),
    "disposed": _("Seen, and lawfully destroyed before: not taken in again"),
    "quarantined": _("Could not be read, kept in quarantine"),
    "hidden": _("Found hidden"),
    "shown": _("Shown again"),
    "returned": _("Seen again after they were gone"),
    "removed": _("Removed from the network"),
    "absent": _("No longer listed by the network"),
    "exchanges": _("Questions to the network"),
    "threads": _("Threads read"),
    "threads_unread": _("Threads that could not be read"),
    "look_ups": _("Items asked for directly"),
    "undecided": _("Items of which nothing could be proved; they are asked for again"),
    "unlisted": _("Items that a listing lacked and a direct look-up shows"),
}

FURTHER: Mapping[str, Text] = {
    "undecided": _("Nothing could be proved of an item; it stays as it was and is asked for again."),
    "abandoned": _("The run was left by its worker and closed by the next one."),
    "ragged-row": _("The row has more or fewer cells than the table has columns."),
    "repeated-id": _("The id stands in the table before, with other words."),
    "unclosed-quote": _("A quotation mark is opened and never closed."),
    "wrong-encoding": _("The row is not in the encoding that the map names."),
}


def code_sentence(code: str) -> str:
    """Return what a code of a quarantined item, a fault or a notice means; a code that is not known says so."""
    for table in (BAD_CODES, NOTICE_CODES, FURTHER):
        if code in table:
            return gettext(str(table[code])) if table is not FURTHER else str(table[code])
    for error in _errors(ConnectorError):
        if error.code == code:
            return gettext(error.sentence)
    return gettext("A code without an explanation here: {code}.").format(code=code)


def _errors(kind: type[ConnectorError]) -> Iterator[type[ConnectorError]]:
    yield kind
    for further in kind.__subclasses__():
        yield from _errors(further)
