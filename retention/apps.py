"""Retention as a Django app: how long it stays, and when it may go."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Stands on the archive and knows nothing of requests."""

    name = "retention"
    label = "retention"
