"""What the URL configuration really has, and how an address is written from its route."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

_PLACE = re.compile(r"<(?:[^:>]+:)?([^>]+)>")


def routes_in_use() -> set[str]:
    """Every route of the configuration, the includes joined."""
    return set(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _walk(entry, route)


def address(route: str, values: Mapping[str, Any]) -> str:
    """The address of a route with these values."""
    return "/" + _PLACE.sub(lambda place: str(values[place[1]]), route)
