"""Forms of the department's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.connectors.registry import connectors


class ProposeForm(forms.Form):
    """A page to be proposed; the service holds it to its rules."""

    network = forms.ChoiceField(label=_("Network"))
    name = forms.CharField(
        label=_("Name of the page"), max_length=200, help_text=_("As the public knows it, such as Riverton Police.")
    )
    handle = forms.CharField(
        label=_("Handle"), max_length=200, help_text=_("The page's name on the network, with or without the @.")
    )
    base_url = forms.CharField(
        label=_("Address of the network's server"),
        max_length=300,
        required=False,
        help_text=_("Such as https://social.example. Leave it empty for tables of an older system."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(name, connector.manifest.title) for name, connector in sorted(connectors().items())]
        self.fields["network"].choices = [*named, ("import", _("Tables of an older system"))]  # type: ignore[attr-defined]

    def clean_base_url(self) -> str:
        """Take the slash off the end: one server has one spelling."""
        return str(self.cleaned_data["base_url"]).strip().rstrip("/")


class ConnectForm(forms.Form):
    """The access token of a page. It is written and never shown."""

    token = forms.CharField(
        label=_("Access token"),
        max_length=4_096,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}, render_value=False),
        help_text=_(
            "As the network gave it out. It replaces the one before, is kept among the secrets of this machine, and is "
            "not shown again."
        ),
    )
