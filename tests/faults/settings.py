"""Settings of a process that is to be killed: the database, files and mail server of the test that starts it."""

import json
import os

from tests.settings import *  # noqa: F403

DATABASES = {"default": json.loads(os.environ["FAULT_DATABASE"])}
# The private files beside MEDIA_ROOT, where the test looks for them.
WAGTAIL_HELPDESK: dict[str, object] = {}
MEDIA_ROOT = os.environ["FAULT_MEDIA"]
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = "127.0.0.1", int(os.environ["FAULT_SMTP_PORT"]), 10
