"""The second factor: how its secrets are kept, how it is named, and who must have one."""

import base64
import hashlib
import os

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from archive.access.models import User

KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondFactor(DefaultMFAAdapter):
    """Codes and keys under the department's name; what a database dump shows of them is encrypted."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Wait for the next one and try again."),
        "cannot_delete_authenticator": _("This is your last second factor, and everybody here needs one."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret under a key that is not in the database."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; a random one, with which no code agrees, when the key has changed."""
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(os.urandom(20)).decode()  # never an empty one: everybody could compute its codes

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second factor stays where everybody needs one."""
        if not settings.SECOND_FACTOR_REQUIRED:
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=KINDS).exclude(pk=authenticator.pk)
        return others.exists()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """A name for the next key."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Key %(number)d") % {"number": count + 1}

    def get_totp_issuer(self) -> str:
        """The name under which the app shows the code."""
        return "Daybook"

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, object]:
        """How the key names the person."""
        return {"id": user_pk_to_url_str(user).encode(), "display_name": str(user), "name": user.get_username()}


def has_second_factor(person: User) -> bool:
    """Tell whether the person has an app or a key."""
    return Authenticator.objects.filter(user=person, type__in=KINDS).exists()


def needs_second_factor(request: HttpRequest, person: User) -> bool:
    """Tell whether the person must set up a second factor before anything else."""
    if not settings.SECOND_FACTOR_REQUIRED or has_second_factor(person):
        return False
    methods = {record["method"] for record in get_authentication_records(request, person)}
    return not (settings.OIDC_SECOND_FACTOR and "socialaccount" in methods)


def _fernet() -> Fernet:
    key = hashlib.sha256(b"daybook second factors\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
