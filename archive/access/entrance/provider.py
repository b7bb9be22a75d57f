"""The department's own sign-in (OpenID Connect): it proves who somebody is; who they are here an administrator says."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.shortcuts import render

from archive.access.identities import identity_refused
from archive.access.pages import instant_of


class DepartmentProvider(DefaultSocialAccountAdapter):
    """No identity makes a person, and nobody links an identity to themself."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """People are made by an administrator."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in who is linked; remember and refuse everybody else."""
        if sociallogin.is_existing and sociallogin.state.get("process") in (None, "", "login"):
            return
        account = sociallogin.account
        told: dict[str, Any] = account.extra_data.get("userinfo") or account.extra_data.get("id_token") or {}
        identity_refused(
            provider=account.provider,
            uid=account.uid,
            name=str(told.get("name") or ""),
            email=str(told.get("email") or ""),
            at=instant_of(request),
        )
        raise ImmediateHttpResponse(render(request, "entrance/unlinked.html", status=403))
