"""Celery: tasks are nudges that carry a row id; what is due and unclaimed is sent again by `tick`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("daybook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(
    [
        "archive.access",
        "archive.access.auditing",
        "archive.access.mailing",
        "archive.capture",
        "archive.destruction",
        "archive.storage",
        "retention.holds",
        "retention.dispositions",
        "foia.portal",
        "foia.production",
        "config",
    ]
)
app.conf.beat_schedule = {
    "tick": {"task": "config.tick", "schedule": 5.0, "options": {"expires": 5, "queue": "urgent"}},
}
