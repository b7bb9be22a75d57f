"""The form that lets a person in."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Name and password; the refusal does not tell which of them was wrong."""

    errors_heading = _("You are not signed in")
    error_messages = {
        "invalid_login": _("The name and the password do not belong together. Try again."),
        "inactive": _("The name and the password do not belong together. Try again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Name to sign in with")
