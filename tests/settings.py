"""Django's settings for the tests: a site as others build theirs, with its own user model and e-mail as the login."""

import os
import tempfile
from pathlib import Path

from tests.databases import django_settings, kind_of, local_address

# Files and SQLite's database. A process that a test starts (tests/faults) is told to work in the test's own folder.
if "TESTS_SCRATCH" in os.environ:
    SCRATCH = Path(os.environ["TESTS_SCRATCH"])
else:
    # Goes when the process ends: the object's own finaliser removes the folder.
    _scratch = tempfile.TemporaryDirectory(prefix="wagtail_helpdesk_tests_", ignore_cleanup_errors=True)
    SCRATCH = Path(_scratch.name)

DATABASE_ADDRESS = os.environ.get("DATABASE_URL") or local_address("sqlite")
if kind_of(DATABASE_ADDRESS) == "mariadb":
    from tests import mariadb_driver

    mariadb_driver.install()
DATABASES = {"default": django_settings(DATABASE_ADDRESS, SCRATCH)}
if "TESTS_DATABASE" in os.environ:
    DATABASES["default"]["NAME"] = os.environ["TESTS_DATABASE"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = "for-tests-only"
ALLOWED_HOSTS = ["localhost", "testserver"]
ROOT_URLCONF = "tests.urls"
AUTH_USER_MODEL = "testsite.User"
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []
# The real hashers are slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [
    "tests.testsite",
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
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tests.testsite.middleware.content_security_policy",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
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
LANGUAGES = [("en", "English"), ("pt-br", "Português (Brasil)"), ("es", "Español"), ("de", "Deutsch")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True

STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = SCRATCH / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "helpdesk": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": SCRATCH / "private", "base_url": None},
    },
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if "TESTS_OUTBOX" in os.environ:
    # What a process sent before it was killed must outlive it.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = os.environ["TESTS_OUTBOX"]
DEFAULT_FROM_EMAIL = "site@example.com"

WAGTAIL_SITE_NAME = "Test site"
WAGTAILADMIN_BASE_URL = "http://testserver"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# Nothing outside is asked: neither for newer versions nor for portraits.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None

WAGTAIL_HELPDESK = {"PRIVATE_STORAGE": "helpdesk"}
