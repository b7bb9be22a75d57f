"""The one beat task."""

from celery import shared_task
from django.utils import timezone

from archive.jobs import services


@shared_task(name="archive.jobs.tick")
def tick() -> None:
    """Send again what is due; runs every few seconds and changes nothing when nothing is."""
    services.tick(at=timezone.now())
