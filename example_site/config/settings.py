"""Settings of the example site. What the helpdesk needs of a site stands first; the rest any Wagtail site has."""

import os
from pathlib import Path

SITE_FOLDER = Path(__file__).resolve().parent.parent
# The database, uploads and logs; demo.py --reset empties it.
DATA = Path(os.environ.get("EXAMPLE_SITE_DATA") or SITE_FOLDER / "data")
DATA.mkdir(exist_ok=True)

WAGTAIL_HELPDESK = {
    # Customers' pages stand in this site's own design.
    "BASE_TEMPLATE": "website/base.html",
}

INSTALLED_APPS = [
    "website",
    "demo_desk",
    "wagtail_helpdesk",
    "wagtail_helpdesk.pages",
    "wagtail_modeladmin",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.locales",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

# Web server and worker share the file: readers do not wait for a writer (WAL), who asks for his turn at the start of
# a transaction (IMMEDIATE) and waits for it (timeout, in seconds).
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "db.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Every mail that leaves is kept for the post office, /post-office/, in place of being sent.
EMAIL_BACKEND = "demo_desk.mail_backend.PostOfficeBackend"
DEFAULT_FROM_EMAIL = "website@example.com"

# A demonstration on one machine: the key is no secret, and errors are shown in full.
SECRET_KEY = "example-site-not-a-secret"
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("pt-br", "Português (Brasil)"), ("es", "Español")]
WAGTAIL_I18N_ENABLED = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"

WAGTAIL_SITE_NAME = "Example site"
WAGTAILADMIN_BASE_URL = os.environ.get("EXAMPLE_SITE_ADDRESS", "http://127.0.0.1:8000")
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# Nothing outside is asked: neither for newer versions nor for portraits.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
