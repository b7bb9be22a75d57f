"""The archive alone: it boots and passes its tests without the apps above it, and destroys nothing (design 1).

No guard is listed, so destruction always refuses: an empty policy refuses.
"""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [
    "archive.apps.ArchiveConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
ROOT_URLCONF = "config.urls_archive_only"

DESTRUCTION_GUARDS = []
REQUIRED_GUARDS = []
DESTRUCTION_HOLDINGS = ["archive.destruction.record_holding.RECORDS"]
CAPTURE_LISTENERS = []
LEDGER_KINDS = []
RECORD_FILTERS = []
ACCESS_VISIBILITY = ["archive.records.visibility.SEARCH_RUNS"]
ACCESS_DUTIES = [
    "archive.access.offices.duties.OFFICES",
    "archive.accounts.duties.PROPOSALS",
    "archive.accounts.duties.CONNECTIONS",
    "archive.records.duties.SEARCHES",
]
TODAY_ITEMS = []
