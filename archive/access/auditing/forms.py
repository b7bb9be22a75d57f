"""The forms of the audit."""

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.access.auditing.matters import MATTERS
from archive.access.auditing.weeks import WORDS_LIMIT
from archive.access.models import User
from archive.access.offices.forms import DayField


class AskForm(forms.Form):
    """What of the audit is asked for."""

    person = forms.ModelChoiceField(
        User.objects.order_by("name"), to_field_name="ref", required=False, label=_("Who"), empty_label=_("Everybody")
    )
    matter = forms.ChoiceField(
        choices=[("", _("Everything")), *((code, name) for code, (name, _of) in MATTERS.items())],
        required=False,
        label=_("Matter"),
    )
    action = forms.CharField(required=False, max_length=64, label=_("Act begins with"))
    object_ref = forms.CharField(required=False, max_length=64, label=_("Reference of the thing"))
    since = DayField(required=False, label=_("First day"))
    until = DayField(required=False, label=_("Last day"))
    errors_heading = _("The audit was not searched")


class SignForm(forms.Form):
    """What somebody found who looked at a week."""

    words = forms.CharField(
        label=_("What you found"),
        help_text=_("For example: nothing out of the ordinary; or what you looked into, and with whom."),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    errors_heading = _("The week is not signed")
