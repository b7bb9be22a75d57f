"""Every address of the staff's face.

A room brings its own `urls.py` and is included here. Each address also has its row in tests/web/pages.py, without which
the matrix and the accessibility test fail.
"""

from django.urls import URLPattern, URLResolver, include, path

from config.desk.approvals import approvals
from config.desk.fixity_views import fixity_alarm
from config.desk.integrity import integrity, integrity_check
from config.desk.log_views import log_checkpoint, log_note, log_page, log_renewal, log_stamp, log_tile
from config.desk.views import today

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today, name="today"),
    path("", include("archive.access.entrance.urls")),
    path("", include("archive.access.urls")),
    path("approvals/", approvals, name="approvals"),
    path("integrity/", integrity, name="integrity"),
    path("integrity/check/", integrity_check, name="integrity-check"),
    path("integrity/alarms/<uuid:ref>/", fixity_alarm, name="fixity-alarm"),
    path("log/", log_page, name="log"),
    path("log/checkpoint", log_checkpoint, name="log-checkpoint"),
    path("log/checkpoints/<int:size>", log_note, name="log-note"),
    path("log/stamps/<int:size>/<int:n>", log_stamp, name="log-stamp"),
    path("log/renewals/<str:name>", log_renewal, name="log-renewal"),
    path("log/tile/<path:path>", log_tile, name="log-tile"),
    path("setup/", include("config.first_run.urls")),
    path("audit/", include("archive.access.auditing.urls")),
    path("emergency/", include("archive.access.emergency.urls")),
    path("", include("archive.access.leaving.urls")),
    path("offices/", include("archive.access.offices.urls")),
    path("", include("archive.records.urls")),
    path("", include("archive.documents.threads.urls")),
    path("", include("archive.capture.urls")),
    path("", include("archive.accounts.urls")),
    path("verify/", include("archive.packages.urls")),
    path("holds/", include("retention.holds.urls")),
    path("dispositions/", include("retention.dispositions.urls")),
    path("schedules/", include("retention.schedules.urls")),
    path("requests/", include("foia.requests.urls")),
    path("requests/<uuid:ref>/review/", include("foia.review.urls")),
    path("productions/", include("foia.production.urls")),
    path("release/", include("foia.production.public_urls")),
]
