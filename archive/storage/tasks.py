"""Celery tasks of the evidence store; beat sends them, and each finds its work in the database."""

from celery import shared_task
from django.utils import timezone

from archive.storage.services import intents_sweep, locks_roll


@shared_task(name="storage.sweep")
def sweep() -> None:
    """Delete bytes that came to no row."""
    intents_sweep(at=timezone.now())


@shared_task(name="storage.locks")
def locks() -> None:
    """Move on the locks that run out."""
    locks_roll(at=timezone.now())
