"""FOIA as a Django app: who may see it."""

from django.apps import AppConfig


class FoiaConfig(AppConfig):
    """Stands on retention and the archive."""

    name = "foia"
    label = "foia"
