"""The composition root: the only place that may import all three apps."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
