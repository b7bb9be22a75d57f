"""The archive as a Django app: what was said, kept so that it can be proved."""

from django.apps import AppConfig
from django.core.checks import register


class ArchiveConfig(AppConfig):
    """The lowest of the three apps; it boots and passes its tests alone."""

    name = "archive"
    label = "archive"
    verbose_name = "Archive"

    def ready(self) -> None:
        """Register the system checks that stand for the whole app."""
        from archive.extension import check_extension_points

        register(check_extension_points)
