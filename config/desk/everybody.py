"""What the frame of every page is told, also on the public face."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def everybody(request: HttpRequest) -> dict[str, Any]:
    """Whether the page belongs to a demonstration."""
    return {"demonstration": settings.DAYBOOK_STATE_KIND == "demo"}
