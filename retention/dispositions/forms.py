"""The forms of the steps of a disposition."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from retention.dispositions.certificates import NUMBER_LIMIT, WORDS_LIMIT

DIGEST = 32  #: bytes


class Day(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class ListForm(forms.Form):
    """The list that the person saw, by its digest."""

    digest = forms.CharField(label=_("Digest of the list"), max_length=2 * DIGEST, widget=forms.HiddenInput)

    def clean_digest(self) -> bytes:
        """Read the digest out of its hexadecimal digits."""
        try:
            digest = bytes.fromhex(self.cleaned_data["digest"])
        except ValueError:
            digest = b""
        if len(digest) != DIGEST:
            raise forms.ValidationError(_("Load the page again: the form did not say which list you saw."))
        return digest


class FiledForm(forms.Form):
    """A disposal certificate that went out."""

    filed_on = forms.DateField(label=_("Filed on"), widget=Day())
    disposal_on = forms.DateField(
        label=_("Disposal on or after"),
        help_text=_("The disposal date that the certificate states."),
        widget=Day(),
    )


class ReturnedForm(forms.Form):
    """A disposal certificate that came back approved."""

    number = forms.CharField(label=_("Number on the certificate"), max_length=NUMBER_LIMIT)
    approved_on = forms.DateField(label=_("Came back approved on"), widget=Day())


class ReasonForm(forms.Form):
    """Why a list is given up, or its certificate was denied."""

    reason = forms.CharField(label=_("Reason"), max_length=WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 3}))


class DestroyForm(forms.Form):
    """The order to destroy, made sure of by the number of the certificate."""

    number = forms.CharField(
        label=_("Number of the certificate"),
        help_text=_("Type it from the paper before you, so that this list and that certificate belong together."),
        max_length=NUMBER_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    errors_heading = _("Nothing was destroyed")

    def __init__(self, *args: Any, wanted: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted

    def clean_number(self) -> str:
        """Refuse another number than the certificate's."""
        number: str = self.cleaned_data["number"]
        if number.strip() != self.wanted:
            raise forms.ValidationError(_("That is not the number under which this list was certified."))
        return number
