"""Settings of a whole Daybook. Everything that differs between states comes from the environment, read loudly."""

import os
from pathlib import Path
from urllib.parse import unquote, urlparse

from config.environment import (
    read_bool,
    read_choice,
    read_list,
    read_number,
    read_path,
    read_secret,
    read_secret_file,
    read_text,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

DAYBOOK_STATE_KIND = read_choice("DAYBOOK_STATE_KIND", {"demo", "live", "test"}, default="test")
DAYBOOK_STATE_DIR = read_path("DAYBOOK_STATE_DIR", default=BASE_DIR / ".daybook" / "test")
DAYBOOK_ROLE = read_choice("DAYBOOK_ROLE", {"app", "migrate", "sequencer", "backup", "public"}, default="app")
DAYBOOK_LOG_ORIGIN = read_text("DAYBOOK_LOG_ORIGIN", default="test.daybook.invalid/ledger/1")
DAYBOOK_LOG_KEY_FILE = read_text("DAYBOOK_LOG_KEY_FILE", default="")  # only the sequencer is given one
DAYBOOK_LOG_VKEY = read_text("DAYBOOK_LOG_VKEY", default="")
DAYBOOK_RECAPTURE_KEY_FILE = read_text("DAYBOOK_RECAPTURE_KEY_FILE", default="")
# Where the log lies outside the database: as public files, and the sizes ever signed for, which no restore may reach.
LOG_PUBLICATION_URL = read_text("DAYBOOK_LOG_PUBLICATION_URL", default=f"file://{DAYBOOK_STATE_DIR}/log")
LOG_RESERVE_URL = read_text("DAYBOOK_LOG_RESERVE_URL", default=f"file://{DAYBOOK_STATE_DIR}/reserve")
# Outside anchors, each optional: `NAME ADDRESS` of time-stamping authorities, `VKEY ADDRESS` of witnesses, a bucket in
# another account, people who get the checkpoint by e-mail. Several are parted by semicolons.
LOG_TSA = read_list("DAYBOOK_LOG_TSA")
LOG_TSA_ROOTS = read_text("DAYBOOK_LOG_TSA_ROOTS", default="")  # a PEM file: the certificates that we decided to trust
LOG_WITNESSES = read_list("DAYBOOK_LOG_WITNESSES")
LOG_POLICY = read_text("DAYBOOK_LOG_POLICY", default="")  # a C2SP tlog-policy file: how many of them are enough
LOG_WORM_URL = read_text("DAYBOOK_LOG_WORM_URL", default="")
LOG_ANCHOR_MAIL = read_list("DAYBOOK_LOG_ANCHOR_MAIL")
STORAGE_URL = read_secret("STORAGE_URL", default=f"file://{DAYBOOK_STATE_DIR}/store")
STORAGE_COPY_URL = read_secret("STORAGE_COPY_URL")  # a second copy of every object goes there
# The public face: its own store, with copies of what was released, and the address under which strangers reach it.
PUBLIC_STORE_URL = read_secret("PUBLIC_STORE_URL")
PUBLIC_ADDRESS = read_text("DAYBOOK_PUBLIC_ADDRESS", default="")
# Two marks of free space: below the first large media wait, below the second all but words, decisions and proofs.
SPACE_FIRST_MARK_MB = read_number("DAYBOOK_SPACE_FIRST_MARK_MB", default=4_096)
SPACE_SECOND_MARK_MB = read_number("DAYBOOK_SPACE_SECOND_MARK_MB", default=1_024)
SPACE_LARGE_OBJECT_KB = read_number("DAYBOOK_SPACE_LARGE_OBJECT_KB", default=16_384)  # what counts as large
SPACE_FOLDERS = read_list("DAYBOOK_SPACE_FOLDERS")  # further ones to look at: the database's, where it is ours
FIXITY_DAYS = read_number("DAYBOOK_FIXITY_DAYS", default=90)  # every copy is read again within this period
FIXITY_BYTES_PER_SECOND = read_number("DAYBOOK_FIXITY_BYTES_PER_SECOND", default=20_000_000)
FIXITY_ROUND_BYTES = read_number("DAYBOOK_FIXITY_ROUND_BYTES", default=20_000_000_000)  # of one hourly round

SECRET_KEY = read_secret_file("DAYBOOK_SECRET_KEY_FILE", test_default="only for tests", state=DAYBOOK_STATE_KIND)
DEBUG = False
ALLOWED_HOSTS = read_text("DAYBOOK_HOSTS", default="127.0.0.1,localhost").split(",")
# A live state speaks HTTPS to everybody but the machine itself; a proxy in front of it ends the encryption.
SECURE_COOKIES = read_bool("DAYBOOK_SECURE_COOKIES", default=DAYBOOK_STATE_KIND == "live")
BEHIND_PROXY = read_bool("DAYBOOK_BEHIND_PROXY", default=False)  # it sets X-Forwarded-For and X-Forwarded-Proto itself

INSTALLED_APPS = [
    "config.apps.DeskConfig",
    "foia.apps.FoiaConfig",
    "retention.apps.RetentionConfig",
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

MIDDLEWARE = [
    "config.desk.transport.Transport",
    "config.desk.csp.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.first_run.gate.FirstRun",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "archive.access.entrance.gates.Gates",
    "config.desk.zone.DepartmentZone",
    "config.desk.refusals.Refusals",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.desk.context.desk",
            ],
        },
    }
]
FORM_RENDERER = "config.desk.forms.DesignSystem"


def _database() -> dict[str, object]:
    names = {
        "migrate": "DATABASE_URL_MIGRATE",
        "sequencer": "DATABASE_URL_SEQUENCER",
        "public": "DATABASE_URL_PUBLIC",
    }
    name = names.get(DAYBOOK_ROLE, "DATABASE_URL")
    url = urlparse(read_secret(name, default="postgresql://daybook_app@127.0.0.1:1/daybook"))
    options: dict[str, object] = {}
    if DAYBOOK_ROLE == "migrate":
        options["options"] = "-c role=daybook_owner"
    if DAYBOOK_ROLE == "public":
        options["options"] = "-c search_path=daybook_face"  # views alone: see foia/portal/face.py
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.lstrip("/"),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or 5432),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "archive.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",  # what states of before Argon2 hold, until the next sign-in
]
# A file in the format of Have I Been Pwned ("SHA1:count" a line, ordered by the digests), asked besides our own list.
BREACHED_PASSWORDS_FILE = read_text("DAYBOOK_BREACHED_PASSWORDS", default="")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "archive.access.passwords.BreachedListValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

# Who gets in. CJIS mode is the rule of a live state; a department without criminal justice information may turn it off.
CJIS_MODE = read_bool("DAYBOOK_CJIS_MODE", default=DAYBOOK_STATE_KIND == "live")
SECOND_FACTOR_REQUIRED = read_bool("DAYBOOK_SECOND_FACTOR", default=DAYBOOK_STATE_KIND == "live")
IDLE_MINUTES = read_number("DAYBOOK_IDLE_MINUTES", default=30)
INVITATION_HOURS = read_number("DAYBOOK_INVITATION_HOURS", default=72)
ACCOUNT_ADAPTER = "archive.access.entrance.adapter.Entrance"
ACCOUNT_FORMS = {"login": "archive.access.entrance.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; without a password here none is asked at sign-in
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # archive.access.throttle counts for all processes together; allauth's would for each alone
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "archive.access.entrance.second_factor.SecondFactor"
MFA_FORMS = {
    "authenticate": "archive.access.entrance.forms.CodeForm",
    "reauthenticate": "archive.access.entrance.forms.CodeAgainForm",
    "activate_totp": "archive.access.entrance.forms.AppForm",
    "add_webauthn": "archive.access.entrance.forms.KeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RATE_LIMITS = False
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DAYBOOK_STATE_KIND != "live"  # a demonstration speaks plain HTTP on loopback
# The department's own sign-in (OpenID Connect). An identity of it is linked to a person by an administrator.
OIDC_URL = read_text("DAYBOOK_OIDC_URL", default="")
OIDC_NAME = read_text("DAYBOOK_OIDC_NAME", default="the department's sign-in")
OIDC_SECOND_FACTOR = read_bool("DAYBOOK_OIDC_SECOND_FACTOR", default=False)  # whether the provider asks for one itself
SOCIALACCOUNT_ADAPTER = "archive.access.entrance.provider.DepartmentProvider"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "department",
                "name": OIDC_NAME,
                "client_id": read_text("DAYBOOK_OIDC_CLIENT", default=""),
                "secret": read_secret("DAYBOOK_OIDC_SECRET"),
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}

SESSION_ENGINE = "archive.access.session_store"
SESSION_COOKIE_NAME = "__Host-daybook" if SECURE_COOKIES else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_AGE = 8 * 3600
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_HSTS_SECONDS = 365 * 86400 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_COOKIES
SILENCED_SYSTEM_CHECKS = [
    "security.W001",  # config.desk.transport.Transport is Django's security middleware, known to the check by name only
    "security.W021",  # to be put on the browsers' list is the department's choice, and lasts
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
UPLOAD_MOST = read_number("DAYBOOK_UPLOAD_BYTES", default=50_000_000)  # of all files of one form
FILE_UPLOAD_HANDLERS = [
    "archive.uploads.UploadQuota",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DAYBOOK_STATE_DIR / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Backup: the second place, and how often. A database that is not ours is backed up by its operator, who declares for
# how many days: a disposition is final when the longer of that and our own horizon has passed.
BACKUP_URL = read_secret("BACKUP_URL")
BACKUP_HOURS = read_number("DAYBOOK_BACKUP_HOURS", default=24)
BACKUP_HORIZON_DAYS = read_number("DAYBOOK_BACKUP_HORIZON_DAYS", default=1)  # the longer of it and ours counts
STREAM_URL = read_text("DAYBOOK_STREAM_URL", default="")  # only the backup is given the two
POSTGRES_PROGRAMS = read_text("DAYBOOK_POSTGRES_PROGRAMS", default="")

# The first run of a live state: the file with the code of the terminal, and what may be chosen on pages; a choice lies
# in a file of the state until processes begin the next time.
SETUP_CODE_FILE = read_text("DAYBOOK_SETUP_CODE_FILE", default="")
CHOOSABLE = read_list("DAYBOOK_CHOOSABLE")

# E-mail to our own people: a server named here stands before what an administrator enters on the page of the set-up.
MAIL_URL = read_secret("MAIL_URL")
EMAIL_BACKEND = "archive.access.mailing.sending.DepartmentMail"

DRILLS_FOLDER = read_text("DAYBOOK_DRILLS_FOLDER", default=f"{DAYBOOK_STATE_DIR}/drills")  # results, for Integrity

JOBS_LEASE_SECONDS = read_number("DAYBOOK_JOBS_LEASE_SECONDS", default=120)  # a dead worker's job waits this long

CELERY_BROKER_URL = read_secret("REDIS_URL", default="redis://127.0.0.1:1/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# Tables that Django and allauth bring, with their class.
LIBRARY_TABLES = {
    "account_emailaddress": "working",
    "account_emailconfirmation": "working",
    "auth_group": "working",
    "auth_group_permissions": "working",
    "auth_permission": "working",
    "django_content_type": "working",
    "django_session": "working",
    "mfa_authenticator": "working",
    "socialaccount_socialaccount": "working",
    "socialaccount_socialapp": "working",
    "socialaccount_socialtoken": "working",
}

# The nine extension points: dotted paths, in the order in which they are asked.
DESTRUCTION_GUARDS: list[str] = [
    "retention.holds.guards.GUARD",
    "retention.schedules.guards.GUARD",
    "foia.collections.guards.GUARD",
    "foia.requests.guards.GUARD",
]
REQUIRED_GUARDS: list[str] = [
    "retention.holds.guards.GUARD",
    "retention.schedules.guards.GUARD",
    "foia.collections.guards.GUARD",
    "foia.requests.guards.GUARD",
]
DESTRUCTION_HOLDINGS: list[str] = ["archive.destruction.record_holding.RECORDS"]
CAPTURE_LISTENERS: list[str] = ["retention.schedules.listener.LISTENER", "retention.holds.listener.LISTENER"]
LEDGER_KINDS: list[str] = ["foia.kinds.KINDS"]
LEDGER_CHECKS: list[str] = [
    "archive.ledger.log_checks.LOG_CHECK",
    "archive.ledger.log_checks.CHECKPOINTS",
    "archive.ledger.log_checks.EVENTS",
    "archive.ledger.content_checks.CONTENTS",
    "archive.access.audit_check.AUDIT",
    "archive.capture.checks.EXCHANGES",
    "archive.capture.checks.VERSIONS",
    "archive.capture.checks.OBSERVATIONS",
    "archive.capture.checks.MEDIA",
    "archive.destruction.content_check.GONE",
    "archive.destruction.content_check.FLAGS",
]
RECORD_FILTERS: list[str] = ["retention.schedules.search_filter.SERIES"]
RECORD_PANELS: list[str] = [
    "archive.capture.panels.history_panel",
    "archive.capture.panels.received_panel",
    "archive.documents.threads.panel.thread_panel",
    "retention.dispositions.panel.retention_panel",
    "foia.production.panels.requests_panel",
]
ACCESS_VISIBILITY: list[str] = [
    "archive.records.visibility.SEARCH_RUNS",
    "foia.requests.team.REQUESTS",
    "foia.production.visibility.PRODUCTIONS",
]
ACCESS_DUTIES: list[str] = [
    "archive.access.offices.duties.OFFICES",
    "archive.accounts.duties.PROPOSALS",
    "archive.accounts.duties.CONNECTIONS",
    "archive.records.duties.SEARCHES",
    "retention.holds.duties.HOLDS",
    "retention.dispositions.duties.LISTS",
    "foia.requests.duties.REQUESTS",
    "foia.review.duties.REVIEWS",
    "foia.production.duties.PRODUCTIONS",
]

DISPOSAL_AUTHORITY = "illinois"  # whose disposal certificate must come back: a file in retention/rules/authorities

# What waits for a person on Today: functions (actor, at) -> list[archive.waiting.Waiting] (config/desk/today.py).
TODAY_ITEMS: list[str] = [
    "archive.access.waiting.people_waiting",
    "archive.access.restoring.restored_waiting",
    "config.desk.approvals.rules_waiting",
    "archive.access.emergency.selectors.openings_waiting",
    "archive.access.auditing.weeks.weeks_waiting",
    "archive.capture.waiting.removals",
    "archive.capture.waiting.failures",
    "archive.capture.waiting.approvals",
    "archive.capture.waiting.quarantine",
    "retention.dispositions.waiting.lists_waiting",
    "retention.holds.waiting.holds_to_review",
    "retention.schedules.waiting.unscheduled_waiting",
    "retention.schedules.shortening.shortenings_to_approve",
    "foia.requests.waiting.requests_due",
    "foia.review.waiting.reviews_waiting",
    "foia.production.waiting.productions_waiting",
    "config.desk.standing.installation_waiting",
    "config.first_run.checklist.setup_waiting",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("DAYBOOK_LOG_LEVEL", "WARNING")},
}
