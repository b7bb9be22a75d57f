"""Every address of the public face. What is not here is 404 there; nothing of the staff's face is loaded with it."""

from django.urls import URLPattern, URLResolver, include, path

from config.desk.log_views import log_checkpoint, log_note, log_page, log_renewal, log_stamp, log_tile
from foia.portal.views import health, release_bundle, start
from foia.production.public import release_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start, name="start"),
    path("health", health, name="health"),
    path("log/", log_page, name="log"),
    path("log/checkpoint", log_checkpoint, name="log-checkpoint"),
    path("log/checkpoints/<int:size>", log_note, name="log-note"),
    path("log/stamps/<int:size>/<int:n>", log_stamp, name="log-stamp"),
    path("log/renewals/<str:name>", log_renewal, name="log-renewal"),
    path("log/tile/<path:path>", log_tile, name="log-tile"),
    path("verify/", include("archive.packages.urls")),
    path("release/<str:token>/", release_page, name="release"),
    path("release/<str:token>/bundle/", release_bundle, name="release-bundle"),
]

handler404 = "config.desk.public_errors.not_found"
handler500 = "config.desk.public_errors.failed"
handler400 = "config.desk.public_errors.bad"
