"""The desk as a Django app: Today, navigation, and the commands that need all three apps."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The composition root; it has no tables."""

    name = "config"
    label = "desk"
