"""The forms of the set-up: each one step."""

import re
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from archive.access.mail_models import MailSecurity
from archive.access.policy import office_table
from archive.ledger.cosignature import parse_witness
from archive.ledger.errors import LedgerError
from archive.ledger.shelf import shelf_at
from config.first_run.founding import ADMINISTRATOR, Founder

ZONES = ("America/Chicago", "America/New_York", "America/Denver", "America/Phoenix", "America/Los_Angeles")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class CodeForm(forms.Form):
    """The setup code."""

    setup_code = forms.CharField(
        label=_("Setup code"),
        max_length=64,
        help_text=_("It stands on the terminal on which ./run --live was started."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    errors_heading = _("The code was not taken")


class DepartmentForm(forms.Form):
    """What the department is called, and its calendar."""

    name = forms.CharField(label=_("Name of the department"), max_length=200)
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_("Days, and so due dates and periods, are counted in it. For example America/Chicago."),
        widget=forms.TextInput(attrs={"list": "zones", "spellcheck": "false"}),
    )
    month = forms.TypedChoiceField(
        label=_("First month of the fiscal year"), choices=[(n, name) for n, name in MONTHS.items()], coerce=int
    )

    def clean_zone(self) -> str:
        """Take only a zone that this machine knows."""
        zone = str(self.cleaned_data["zone"])
        if zone not in available_timezones():
            raise ValidationError(_("There is no such time zone. Write it as Continent/City."))
        return ZoneInfo(zone).key


def _offices() -> list[tuple[str, str]]:
    return [(code, _now(name)) for code, (name, _may) in office_table().items() if code != ADMINISTRATOR]


class FounderForm(forms.Form):
    """One of the first two people."""

    username = forms.CharField(
        label=_("Name to sign in with"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Letters, digits and . + - _ @. It stays with this person for ever."),
    )
    name = forms.CharField(label=_("Name as it is shown"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"), required=False)
    offices = forms.MultipleChoiceField(
        label=_("Offices besides System Administrator"),
        choices=_offices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    errors_heading = _("Nobody was made")

    def founder(self) -> Founder:
        """What was typed."""
        return Founder(**self.cleaned_data)


class MailForm(forms.Form):
    """By which server e-mail goes."""

    host = forms.CharField(label=_("Mail server"), max_length=253, help_text=_("For example smtp.riverton.example"))
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            (MailSecurity.STARTTLS, _("Begins with STARTTLS (usual on port 587)")),
            (MailSecurity.TLS, _("From the first byte (usual on port 465)")),
            (MailSecurity.NONE, _("None (only for a server on this machine or in a closed network)")),
        ],
        widget=forms.RadioSelect,
        initial=MailSecurity.STARTTLS,
    )
    username = forms.CharField(label=_("Name at the mail server"), max_length=254, required=False)
    password = forms.CharField(
        label=_("Password at the mail server"),
        max_length=500,
        required=False,
        strip=False,
        help_text=_("Kept encrypted. Left empty, the one that is kept stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    sender = forms.EmailField(label=_("Sender"), help_text=_("The address that messages come from."))
    site = forms.URLField(
        label=_("Address of Daybook"),
        max_length=200,
        assume_scheme="https",
        help_text=_("With what links in messages begin, for example https://daybook.riverton.example"),
    )
    errors_heading = _("The mail server was not changed")

    def clean_host(self) -> str:
        """A host name or an address, nothing else."""
        host = str(self.cleaned_data["host"]).strip()
        if not _HOST.fullmatch(host):
            raise ValidationError(_("Write the name of a host, without anything before or after it."))
        return host


class TestMailForm(forms.Form):
    """To whom a test message goes."""

    to = forms.EmailField(label=_("Send a test message to"))
    errors_heading = _("Nothing was sent")


class PlaceForm(forms.Form):
    """One or two addresses of places for bytes."""

    errors_heading = _("Nothing was changed")

    def __init__(self, *args: Any, places: dict[str, tuple[Any, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, required) in places.items():
            self.fields[name] = forms.CharField(
                label=label,
                max_length=1000,
                required=required,
                help_text=_("file:///an/absolute/folder or s3://BUCKET?endpoint=https://HOST"),
                widget=forms.TextInput(attrs={"spellcheck": "false"}),
            )

    def clean(self) -> dict[str, Any]:
        """An address of a place holds no password: it is shown on pages."""
        told: dict[str, Any] = super().clean() or {}
        for name, value in list(told.items()):
            try:
                if value and "@" in urlsplit(value).netloc:
                    self.add_error(name, _("No name and no password here: they come from the environment."))
            except ValueError:
                self.add_error(name, _("This is no address of a place."))
        return told


class AnchorForm(forms.Form):
    """Who outside is to hold the log's checkpoints: any one of these."""

    tsa = forms.CharField(
        label=_("Time-stamping authority"),
        max_length=500,
        required=False,
        help_text=_("A name without spaces, a space, and its address: freetsa https://freetsa.org/tsr"),
    )
    mail = forms.CharField(
        label=_("People outside who get each day's checkpoint by e-mail"),
        max_length=1000,
        required=False,
        help_text=_("Addresses with commas between them: your counsel, the clerk of the court, a newspaper."),
    )
    worm = forms.CharField(
        label=_("Bucket in somebody else's account"),
        max_length=1000,
        required=False,
        help_text=_("s3://BUCKET/PREFIX?endpoint=https://HOST, locked there so that we cannot change it."),
    )
    witnesses = forms.CharField(
        label=_("Witness (C2SP)"),
        max_length=1000,
        required=False,
        help_text=_("Its key, a space, and its address."),
    )
    errors_heading = _("No anchor was set up")

    def clean_tsa(self) -> str:
        """`NAME ADDRESS`."""
        return _pair(str(self.cleaned_data["tsa"]))

    def clean_witnesses(self) -> str:
        """`VKEY ADDRESS`."""
        told = _pair(str(self.cleaned_data["witnesses"]))
        if told:
            try:
                parse_witness(told.split()[0])
            except (LedgerError, ValueError) as error:
                raise ValidationError(_("This is no key of a witness.")) from error
        return told

    def clean_worm(self) -> str:
        """An address that the log can be written to."""
        told = str(self.cleaned_data["worm"]).strip()
        if told:
            try:
                shelf_at(told)
            except ValueError as error:
                raise ValidationError(str(error)) from error
        return told

    def clean_mail(self) -> str:
        """Addresses, as the settings part them."""
        people = [part.strip() for part in re.split(r"[,;]", str(self.cleaned_data["mail"])) if part.strip()]
        for each in people:
            validate_email(each)
        return "; ".join(people)

    def clean(self) -> dict[str, Any]:
        """One at least."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(told.values()):
            raise ValidationError(_("Name at least one. Without any, nobody outside vouches for the time of a record."))
        return told


def _pair(text: str) -> str:
    parts = text.split()
    if not parts:
        return ""
    if len(parts) != 2 or not parts[1].startswith(("http://", "https://")) or ";" in text:
        raise ValidationError(_("Write a name, a space, and an address that begins with https://"))
    return " ".join(parts)
