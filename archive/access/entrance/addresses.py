"""From where a request comes: the nearest address that no proxy of ours has."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The client's address; behind proxies ALLAUTH_TRUSTED_PROXY_COUNT says how many of them are ours."""
    return str(get_adapter().get_client_ip(request))
