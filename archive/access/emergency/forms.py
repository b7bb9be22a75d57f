"""The forms of openings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.access.emergency.services import HOURS, WORDS_LIMIT
from archive.access.models import Compartment


class BreakForm(forms.Form):
    """Which compartment, why, for how long."""

    compartment = forms.ChoiceField(label=_("Compartment"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("What cannot wait for somebody to whom it is open. Others read this at once."),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    hours = forms.IntegerField(label=_("For how many hours"), min_value=1, max_value=HOURS, initial=1)
    errors_heading = _("Nothing was opened")

    def __init__(self, *args: Any, offered: list[Compartment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compartment"].choices = [(one.code, one.name) for one in offered]  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """What another person found."""

    justified = forms.ChoiceField(
        label=_("Was the opening justified?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=_("What you found"), max_length=WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 3}))
    errors_heading = _("The review was not signed")
