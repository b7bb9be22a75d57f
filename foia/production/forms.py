"""The forms of productions: a prefix for the numbers, an end for a link, a reason for taking one back."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _


class NumberForm(forms.Form):
    """The prefix under which the next numbers are taken."""

    bates = forms.CharField(
        label=_("Prefix of the numbers"),
        help_text=_(
            "2 to 24 capitals, digits, hyphens and underscores. Numbers of a prefix are given once and for all."
        ),
        max_length=24,
    )


class ReleaseForm(forms.Form):
    """How long a link opens the bundle."""

    days = forms.TypedChoiceField(
        label=_("The link opens the bundle for"),
        choices=[("14", _("14 days")), ("30", _("30 days")), ("90", _("90 days")), ("365", _("a year"))],
        initial="30",
        coerce=int,
    )

    def lasts(self) -> timedelta:
        """Return for how long."""
        return timedelta(days=self.cleaned_data["days"])


class RevokeForm(forms.Form):
    """Why a link ends before its time."""

    reason = forms.CharField(label=_("Why it is taken back"), max_length=500, required=False)
