"""Settings of the public face: strangers, no sessions, no forms, a database role that reads what was released.

It is told neither where the evidence lies nor where the broker is, and has a secret key of its own.
"""

from config.environment import read_text
from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as ALL_APPS
from config.settings import TEMPLATES

INSTALLED_APPS = [name for name in ALL_APPS if not name.startswith("allauth")]  # nobody signs in here
ROOT_URLCONF = "config.urls_public"
ALLOWED_HOSTS = read_text("DAYBOOK_PUBLIC_HOSTS", default="127.0.0.1,localhost").split(",")
MIDDLEWARE = [
    "config.desk.transport.Transport",
    "config.desk.csp.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    TEMPLATES[0]
    | {
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "config.desk.everybody.everybody"]
        }
    }
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000  # nothing is sent here
LOG_RESERVE_URL = STORAGE_URL = STORAGE_COPY_URL = BACKUP_URL = CELERY_BROKER_URL = MAIL_URL = ""
