"""Addresses of captures: removals, quarantine, bytes as received, and the pages with their runs."""

from django.urls import path

from archive.capture.account_views import account, account_run, accounts, run_now
from archive.capture.views import (
    as_received,
    quarantine,
    quarantined_bytes,
    quarantined_item,
    removal,
    removals,
)

urlpatterns = [
    path("removals/", removals, name="removals"),
    path("removals/<uuid:ref>/", removal, name="removal"),
    path("quarantine/", quarantine, name="quarantine"),
    path("quarantine/<uuid:ref>/", quarantined_item, name="quarantined"),
    path("quarantine/<uuid:ref>/bytes/", quarantined_bytes, name="quarantined-bytes"),
    path("records/<uuid:ref>/versions/<int:n>/as-received/", as_received, name="as-received"),
    path("accounts/", accounts, name="accounts"),
    path("accounts/<uuid:ref>/", account, name="account"),
    path("accounts/<uuid:ref>/run/", run_now, name="account-run-now"),
    path("accounts/<uuid:ref>/runs/<uuid:run>/", account_run, name="account-run"),
]
