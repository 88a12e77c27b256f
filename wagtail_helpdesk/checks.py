"""Numbered system checks: what is wrong with a site's settings, said before it hurts. docs/settings.md lists them."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Warning
from django.core.files.storage import InvalidStorageError, storages
from django.db import connections
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.module_loading import import_string

from wagtail_helpdesk import conf
from wagtail_helpdesk.addresses import is_address
from wagtail_helpdesk.mail import webhooks
from wagtail_helpdesk.mail.arriving.local_dkim import is_available as dkim_is_available

_CHOICES = {
    "MULTI_MAILBOX": ("single", "per_mailbox"),
    "ON_UNCERTAIN": ("hold", "retry_once"),
    "RAW_STORE": ("storage", "db"),
}
_NUMBERS = (
    "RAW_RETENTION_DAYS",
    "MAX_MAIL_BYTES",
    "MAX_MAIL_PARTS",
    "MAX_MAIL_ATTACHMENTS",
    "MAX_MAIL_PARTICIPANTS",
    "MAX_UPLOAD_FILES",
    "MAX_UPLOAD_BYTES",
    "SUBMISSIONS_PER_HOUR",
)
MESSAGE_ID_DOMAIN_LENGTH = 28
#: What a webhook has to take: a mail of 25 MB, as most mail servers allow, is a third longer in base64.
WEBHOOK_BYTES = 40 * 1024 * 1024


def register() -> None:
    """Register every check of this module. Called once, from ``apps.ready()``."""
    checks.register(check_keys)
    checks.register(check_values)
    checks.register(check_private_storage, checks.Tags.files)
    checks.register(check_site)
    checks.register(check_addresses, checks.Tags.urls)
    checks.register(check_webhooks, checks.Tags.urls)
    checks.register(check_sqlite, checks.Tags.database)
    checks.register(check_mail_keys, checks.Tags.security, deploy=True)
    checks.register(check_mail_backend, deploy=True)


def check_keys(**kwargs: Any) -> Iterable[CheckMessage]:
    """E001: a key of WAGTAIL_HELPDESK that does not exist."""
    configured = conf.configured()
    if not isinstance(configured, dict):
        yield Error("WAGTAIL_HELPDESK must be a dict.", id="wagtail_helpdesk.E002")
        return
    for key in sorted(set(configured) - set(conf.DEFAULTS)):
        yield Error(
            f"WAGTAIL_HELPDESK has no key {key!r}.",
            hint="The keys are: " + ", ".join(sorted(conf.DEFAULTS)),
            id="wagtail_helpdesk.E001",
        )


def check_values(**kwargs: Any) -> Iterable[CheckMessage]:
    """E002: a value that cannot be used; W108: a domain that makes Message-IDs too long."""
    if not isinstance(conf.configured(), dict):
        return
    for key, allowed in _CHOICES.items():
        if conf.get(key) not in allowed:
            yield _bad(key, "one of " + ", ".join(map(repr, allowed)))
    for key in _NUMBERS:
        value = conf.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            yield _bad(key, "a whole number above 0")
    undo = conf.get("UNDO_SECONDS")
    if not isinstance(undo, int) or not 0 <= undo <= 60:
        yield _bad("UNDO_SECONDS", "a whole number of seconds from 0 to 60")
    days = conf.get("TRASH_DAYS")
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        yield _bad("TRASH_DAYS", "a whole number of days, 0 for never")
    yield from _check_dkim()
    yield from _check_push()
    yield from _check_keys()
    yield from _check_scanner()
    yield from _check_search()
    domain = conf.get("MESSAGE_ID_DOMAIN")
    if domain is not None and not is_address(f"x@{domain}"):
        yield _bad("MESSAGE_ID_DOMAIN", "a domain name, or None")
    elif domain and len(domain) > MESSAGE_ID_DOMAIN_LENGTH:
        yield Warning(
            f"MESSAGE_ID_DOMAIN is longer than {MESSAGE_ID_DOMAIN_LENGTH} characters.",
            hint="Long Message-IDs are folded by some mail programs, and answers then lose their thread.",
            id="wagtail_helpdesk.W108",
        )


def _check_search() -> Iterable[CheckMessage]:
    alias = conf.get("SEARCH_BACKEND")
    if alias is not None and alias not in getattr(settings, "WAGTAILSEARCH_BACKENDS", {}):
        yield _bad("SEARCH_BACKEND", "a key of WAGTAILSEARCH_BACKENDS, or None")


def check_private_storage(**kwargs: Any) -> Iterable[CheckMessage]:
    """E003: no place for private files; E004/W104: a place that is public."""
    if not isinstance(conf.configured(), dict):
        return
    alias = conf.get("PRIVATE_STORAGE")
    if alias is None:
        if not settings.MEDIA_ROOT:
            yield Error(
                "MEDIA_ROOT is empty, so there is no place beside it for private files.",
                hint="Set MEDIA_ROOT, or name a private storage in WAGTAIL_HELPDESK['PRIVATE_STORAGE'].",
                id="wagtail_helpdesk.E003",
            )
        return
    try:
        storage = storages[alias]
    except InvalidStorageError:
        yield Error(f"PRIVATE_STORAGE names {alias!r}, which is not in STORAGES.", id="wagtail_helpdesk.E004")
        return
    location = getattr(storage, "location", None)
    if (
        location
        and settings.MEDIA_ROOT
        and Path(location).resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())
    ):
        yield Warning(
            "The private storage lies inside MEDIA_ROOT, which web servers usually give to everybody.",
            id="wagtail_helpdesk.W104",
        )


def check_site(**kwargs: Any) -> Iterable[CheckMessage]:
    """E005: times without a zone; W109: a sender's address that cannot be answered."""
    if not settings.USE_TZ:
        yield Error("The help desk keeps its times in UTC: set USE_TZ = True.", id="wagtail_helpdesk.E005")
    if not is_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]):
        yield Warning(
            "DEFAULT_FROM_EMAIL is no e-mail address, so no first mailbox can be made of it.",
            hint="Set DEFAULT_FROM_EMAIL, or add a mailbox under Helpdesk settings.",
            id="wagtail_helpdesk.W109",
        )


def check_addresses(**kwargs: Any) -> Iterable[CheckMessage]:
    """W110: our public addresses are missing, so that no mail could name a tracking page."""
    try:
        reverse("wagtail_helpdesk:tracking", args=["x"])
    except NoReverseMatch:
        yield Warning(
            "The addresses of the help desk are not among the site's: mails go out without a tracking link.",
            hint='Add path("helpdesk/", include("wagtail_helpdesk.urls")) before Wagtail\'s own addresses.',
            id="wagtail_helpdesk.W110",
        )


def check_webhooks(**kwargs: Any) -> Iterable[CheckMessage]:
    """E101: a mail service may bring mail, and Django would refuse a mail with a file as too large a request."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if limit is None or limit >= WEBHOOK_BYTES or not webhooks.take_mail(get_resolver().url_patterns):
        return
    yield Error(
        "DATA_UPLOAD_MAX_MEMORY_SIZE is too small for mail that comes by Anymail's webhooks: larger mails are lost.",
        hint=f"Set DATA_UPLOAD_MAX_MEMORY_SIZE to {WEBHOOK_BYTES} or more, and the limit of the web server in front.",
        id="wagtail_helpdesk.E101",
    )


def check_sqlite(databases: Any = None, **kwargs: Any) -> Iterable[CheckMessage]:
    """W106: SQLite without WAL and immediate transactions, where web and worker would lock each other out."""
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite":
            continue
        options = connection.settings_dict.get("OPTIONS", {})
        wal = "journal_mode" in options.get("init_command", "").lower()
        if not wal or options.get("transaction_mode") != "IMMEDIATE":
            yield Warning(
                "SQLite should run with WAL and immediate transactions, so that web and worker can share it.",
                hint=(
                    'DATABASES OPTIONS: {"transaction_mode": "IMMEDIATE", "timeout": 20, '
                    '"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"}'
                ),
                id="wagtail_helpdesk.W106",
            )


def check_mail_keys(**kwargs: Any) -> Iterable[CheckMessage]:
    """W102: reply addresses and links signed with SECRET_KEY alone."""
    if not conf.configured().get("MAIL_KEYS"):
        yield Warning(
            "WAGTAIL_HELPDESK['MAIL_KEYS'] is not set: reply addresses and tracking links are signed with SECRET_KEY.",
            hint="A new SECRET_KEY would break every link and thread that customers have.",
            id="wagtail_helpdesk.W102",
        )


def check_mail_backend(**kwargs: Any) -> Iterable[CheckMessage]:
    """W105: a mail backend that sends nothing."""
    backend = settings.EMAIL_BACKEND
    if backend.startswith("django.core.mail.backends.") and not backend.startswith("django.core.mail.backends.smtp"):
        yield Warning(
            "EMAIL_BACKEND does not send mail: customers will get no answer.",
            id="wagtail_helpdesk.W105",
        )


def _check_dkim() -> Iterable[CheckMessage]:
    if conf.get("VERIFY_DKIM") not in (True, False):
        yield _bad("VERIFY_DKIM", "True or False")
    elif conf.get("VERIFY_DKIM") and not dkim_is_available():
        yield _bad("VERIFY_DKIM", 'False where the extra "dkim" is not installed')


def _check_push() -> Iterable[CheckMessage]:
    if conf.get("PUSH") not in (True, False):
        yield _bad("PUSH", "True or False")
    contact = conf.get("PUSH_CONTACT")
    if contact is None:
        return
    scheme, _colon, rest = contact.partition(":") if isinstance(contact, str) else ("", "", "")
    if not (is_address(rest) if scheme == "mailto" else scheme == "https" and rest.startswith("//")):
        yield _bad("PUSH_CONTACT", 'an address such as "mailto:it@example.org" or "https://example.org/", or None')


def _check_keys() -> Iterable[CheckMessage]:
    keys = conf.get("MAIL_KEYS")
    if keys is not None and not (
        isinstance(keys, list | tuple) and keys and all(isinstance(k, str) and k for k in keys)
    ):
        yield _bad("MAIL_KEYS", "a list of secret texts, or None")
    if not _are_fernet_keys(conf.get("ENCRYPTION_KEYS")):
        yield _bad("ENCRYPTION_KEYS", "a list of Fernet keys (cryptography.fernet.Fernet.generate_key()), or None")


def _check_scanner() -> Iterable[CheckMessage]:
    path = conf.get("ATTACHMENT_SCANNER")
    try:
        if path is not None and not callable(import_string(path)):
            raise ImportError
    except (ImportError, TypeError, AttributeError):
        yield _bad("ATTACHMENT_SCANNER", "the dotted path of a function, or None")


def _are_fernet_keys(keys: Any) -> bool:
    if keys is None:
        return True
    if not isinstance(keys, list | tuple) or not keys:
        return False
    try:
        for key in keys:
            Fernet(key)
    except (TypeError, ValueError, UnicodeError):
        return False
    return all(isinstance(key, str) for key in keys)


def _bad(key: str, wanted: str) -> Error:
    return Error(f"WAGTAIL_HELPDESK[{key!r}] must be {wanted}.", id="wagtail_helpdesk.E002")
