"""Plain HTTP is sent to HTTPS, except on the machine itself, where a proxy or the first run asks."""

import ipaddress

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.security import SecurityMiddleware


class Transport(SecurityMiddleware):
    """Django's middleware, which leaves the loopback addresses alone: nobody else can listen there."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Send plain HTTP to HTTPS, unless the request names the machine itself."""
        return None if _is_loopback(request.get_host()) else super().process_request(request)


def _is_loopback(host: str) -> bool:
    name = host.rpartition(":")[0].strip("[]") if not host.endswith("]") and ":" in host else host.strip("[]")
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
