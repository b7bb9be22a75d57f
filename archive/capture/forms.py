"""The form in which a person says who removed a record."""

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.capture.models import Who
from archive.capture.removals import WORDS_LIMIT


class RemovalForm(forms.Form):
    """Who did it, and how one knows."""

    who = forms.ChoiceField(
        label=_("Who removed it?"),
        widget=forms.RadioSelect,
        choices=[
            (Who.US.value, _("We did: an officer or employee of the department")),
            (Who.AUTHOR.value, _("Its author did")),
            (Who.NETWORK.value, _("The network did")),
            (Who.UNKNOWN.value, _("It was looked into and cannot be found out")),
        ],
        error_messages={"required": _("Choose one. If nobody can tell, say so with the last choice.")},
    )
    words = forms.CharField(
        label=_("How do you know?"),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": WORDS_LIMIT}),
        help_text=_("For example whom you asked and what they said. It is kept with the record."),
        error_messages={"required": _("Say in a sentence how you know.")},
    )
