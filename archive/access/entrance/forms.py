"""The forms of the way in: allauth's, in our words, with every failure kept; and our own."""

from datetime import date
from typing import Any

from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from archive.access import throttle
from archive.access.entrance.sitting import facts_set
from archive.access.models import Office, User
from archive.access.pages import instant_of
from archive.access.sign_in_models import Device, DeviceScope, UnlinkedIdentity
from archive.access.sign_ins import is_locked, sign_in_failed

CODE = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "20"})


class DeviceForm(forms.Form):
    """What the person signs in with, by their own word."""

    device = forms.ChoiceField(
        label=_("What do you sign in with?"), choices=Device.choices, widget=forms.RadioSelect, initial=Device.DESK
    )


class AskedLater(forms.ChoiceField):
    """A choice that is wanted here, and asked on the next page of those who leave it out."""

    def validate(self, value: Any) -> None:
        """Take nothing, or one of the choices."""
        if value:
            super().validate(value)


class SignInForm(LoginForm):
    """Name and password; the refusal does not tell which of them was wrong."""

    errors_heading = _("You are not signed in")
    device = AskedLater(label=_("What do you sign in with?"), choices=Device.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["login"], self.fields["password"]
        name.label, name.widget = _("Name to sign in with"), forms.TextInput(attrs={"autocomplete": "username"})
        password.label, password.help_text = _("Password"), ""
        password.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        self.fields["device"].initial = Device.DESK

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Keep the answer about the device, and go on to the second step or in."""
        facts_set(request, device=self.cleaned_data.get("device", ""))
        answer: HttpResponse = super().login(request, redirect_url)
        return answer


def _code_taken(user: User, clean: Any) -> str:
    """Clean a one-time code: a wrong one counts towards the lock, and a right one is taken once."""
    at = instant_of(context.request)
    refused: ValidationError | None = None
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        if is_locked(person, at=at):
            raise ValidationError(_("There were too many attempts. Ask an administrator to let you in again."))
        try:
            code = str(clean())
            if not throttle.first_use("one-time-code", f"{person.pk}\n{normalize_user_code(code)}", at=at):
                raise ValidationError(_("This code was used already. Wait for the next one."))  # noqa: TRY301
        except ValidationError as error:
            refused = error
            sign_in_failed(person=person, typed="", why="code", at=at)
    if refused is not None:
        raise refused
    return code


class CodeForm(AuthenticateForm):
    """The second step of signing in: the app's code, or a recovery code."""

    errors_heading = _("You are not signed in")
    code = forms.CharField(label=_("Code"), max_length=20, widget=CODE)

    def clean_code(self) -> str:
        """The code, if it is right."""
        return _code_taken(self.user, super().clean_code)


class CodeAgainForm(ReauthenticateForm):
    """The app's code again, before something that matters or after the cover."""

    errors_heading = _("This page stays covered")
    code = forms.CharField(label=_("Code"), max_length=20, widget=CODE)

    def clean_code(self) -> str:
        """The code, if it is right."""
        return _code_taken(self.user, super().clean_code)


class AppForm(ActivateTOTPForm):
    """The first code of an app, which shows that it has the secret."""

    errors_heading = _("The app is not set up yet")
    code = forms.CharField(label=_("The code that the app shows now"), max_length=20, widget=CODE)


class KeyForm(AddWebAuthnForm):
    """A new security key or passkey."""

    name = forms.CharField(
        label=_("Name of the key"), max_length=100, required=False, help_text=_("So that you know which one to remove.")
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with this key alone, without the password"),
        required=False,
        help_text=_("The key then asks for its own PIN or your fingerprint."),
    )


class ChoosePasswordForm(forms.Form):
    """A password of one's own, typed twice."""

    errors_heading = _("The password was not set")
    password = forms.CharField(
        label=_("Your new password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Several words are good. Passwords known from breaches are refused."),
    )
    again = forms.CharField(
        label=_("The same once more"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        told = super().clean() or {}
        if told.get("password") and told.get("again") and told["password"] != told["again"]:
            self.add_error("again", _("This is not the same password."))
        return told


class ChangePasswordForm(ChoosePasswordForm):
    """The password in use first, then the new one."""

    current = forms.CharField(
        label=_("Your password now"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current", "password", "again"]


class InviteForm(forms.Form):
    """A person who is to sign in."""

    username = forms.CharField(
        label=_("Name to sign in with"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Letters, digits and . + - _ @. It stays with this person for ever."),
    )
    name = forms.CharField(label=_("Name as it is shown"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"), required=False)
    offices = forms.ModelMultipleChoiceField(
        Office.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Offices from the moment they accept"),
        help_text=_("One that has authority over authority takes effect when a second person agrees to it."),
        widget=forms.CheckboxSelectMultiple,
    )
    by_mail = forms.BooleanField(required=False, label=_("Send the invitation by e-mail; you do not see it then"))
    errors_heading = _("Nobody was invited")

    def __init__(self, *args: Any, may_appoint: bool, mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if may_appoint:
            offices = Office.objects.filter(retired_at=None).order_by("name")
            self.fields["offices"].queryset = offices  # type: ignore[attr-defined]
        else:
            del self.fields["offices"]
        if not mail:
            del self.fields["by_mail"]

    def clean(self) -> dict[str, Any]:
        """An invitation by e-mail needs an address."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("by_mail") and not told.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write the address to which the invitation goes."))
        return told


class WhyForm(forms.Form):
    """The reason of an act, in words."""

    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class IdentityField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Identities, each with all that the provider tells of it."""

    def label_from_instance(self, obj: UnlinkedIdentity) -> str:
        """Name, address and the provider's own mark."""
        return f"{obj.name or '—'} · {obj.email or '—'} · {obj.uid}"


class IdentityForm(forms.Form):
    """Which of those who came from the department's sign-in this person is."""

    identity = IdentityField(
        label=_("Identity at the department's sign-in"),
        queryset=UnlinkedIdentity.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, offered: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["identity"]
        if isinstance(field, IdentityField):
            field.queryset = offered


class PermitForm(forms.Form):
    """Leave to use a personal device."""

    person = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.filter(is_active=True).order_by("name"))
    device = forms.CharField(
        label=_("Which device"),
        max_length=300,
        help_text=_("Such as its make, model and the last digits of its number."),
    )
    scope = forms.ChoiceField(label=_("What for"), choices=DeviceScope.choices)
    first_day = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(
        label=_("To, with this day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].initial = today
