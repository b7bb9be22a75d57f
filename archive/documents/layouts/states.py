"""What became of a record on its network, as a sentence: what was seen, by whose hand, when, and under which rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class StateShown:
    """A state that was observed.

    `kind` is edited, hidden, shown, removed, absent or returned; `who` is us, author, network or unknown (empty where
    it does not matter). `when` is text as it is to be read: when it was noticed, or, where `under` gives the code of
    the department's reason (R04), when it was done.
    """

    kind: str
    when: str
    who: str = ""
    under: str = ""
    how: str = ""


def state_words(state: StateShown) -> str:
    """The state as a sentence, in the language that is active. A kind that is not known is given as it is."""
    what = _kinds().get(state.kind, state.kind)
    # What a listing lacks was taken away by a hand that is never known; it need not be said.
    who = "" if state.kind == "absent" and state.who == "unknown" else state.who
    hand = _hands().get(who, who)
    words = what if not hand else f"{what}, {hand}" if state.who == "unknown" else f"{what} {hand}"
    if state.when:
        # Only an act of ours that was decided has a moment of its own; everything else was noticed at one.
        on = _("{what} on {when}") if state.under else _("{what}, noticed on {when}")
        words = on.format(what=words, when=state.when)
    if state.under:
        words = _("{what} under {code}").format(what=words, code=state.under)
    return f"{words}. {state.how}".strip() if state.how else f"{words}."


def _kinds() -> Mapping[str, str]:
    return {
        "edited": _("Edited"),
        "hidden": _("Hidden"),
        "shown": _("Shown again"),
        "removed": _("Removed"),
        "absent": _("No longer listed by the network"),
        "returned": _("There again"),
    }


def _hands() -> Mapping[str, str]:
    return {
        "us": _("by the department"),
        "author": _("by its author"),
        "network": _("by the network"),
        "unknown": _("by whom is not known"),
    }
