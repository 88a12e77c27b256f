"""The one accessor over the ``WAGTAIL_HELPDESK`` settings dict.

Values are read at call time, so that ``override_settings`` and a reloaded
configuration reach every caller. docs/settings.md is the reference page.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings

SETTING = "WAGTAIL_HELPDESK"

#: Every key with its default. A key that is not here is refused by the system
#: check ``wagtail_helpdesk.E001``.
DEFAULTS: dict[str, Any] = {
    # What stands before the number in a ticket's reference: HD-1042.
    "REFERENCE_PREFIX": "HD-",
    # The template that customers' pages extend; blocks ``title`` and ``content``.
    "BASE_TEMPLATE": "wagtail_helpdesk/base.html",
    # Signing keys of reply addresses, Message-IDs and tracking links. The first signs, all verify.
    # None derives one from SECRET_KEY.
    "MAIL_KEYS": None,
    # Fernet keys that seal passwords and tokens of mail servers. The first seals, all open. None derives one from
    # SECRET_KEY.
    "ENCRYPTION_KEYS": None,
    # The right-hand side of our Message-IDs, at most 28 characters. None takes the mailbox's domain.
    "MESSAGE_ID_DOMAIN": None,
    # Alias in STORAGES of the private storage. None keeps files in ``helpdesk_private/`` beside MEDIA_ROOT.
    "PRIVATE_STORAGE": None,
    # Seconds between "send" and the moment a reply leaves.
    "UNDO_SECONDS": 10,
    # One mail to several of our mailboxes: "single" (one ticket) or "per_mailbox" (linked tickets).
    "MULTI_MAILBOX": "single",
    # A mail whose fate is unknown: "hold" (shown to people) or "retry_once" (same Message-ID).
    "ON_UNCERTAIN": "hold",
    # Days that raw mails are kept.
    "RAW_RETENTION_DAYS": 400,
    # Where raw mails are kept: "storage" (PRIVATE_STORAGE) or "db".
    "RAW_STORE": "storage",
    # Caps of arriving mail (bytes, counts, characters).
    "MAX_MAIL_BYTES": 50 * 1024 * 1024,
    "MAX_MAIL_PARTS": 500,
    "MAX_MAIL_ATTACHMENTS": 100,
    "MAX_MAIL_PARTICIPANTS": 25,
    # Check DKIM signatures ourselves where no trusted mail server did: asks the DNS; needs the extra "dkim".
    "VERIFY_DKIM": False,
    # Dotted path of a function that gets an open file and returns whether it is clean. None scans nothing.
    "ATTACHMENT_SCANNER": None,
    # Caps of one contact-form submission or portal answer.
    "MAX_UPLOAD_FILES": 10,
    "MAX_UPLOAD_BYTES": 20 * 1024 * 1024,
    # Submissions a client address may make in an hour over one contact form or tracking link.
    "SUBMISSIONS_PER_HOUR": 20,
    # Days that a ticket lies in the trash before it is erased. 0 erases none.
    "TRASH_DAYS": 30,
    # Alias in WAGTAILSEARCH_BACKENDS of a search server. None uses the database's own full text.
    "SEARCH_BACKEND": None,
    # Push messages to agents' devices: False offers none and sends none.
    "PUSH": True,
    # Whom a push service may ask about them: "mailto:..." or "https://...". None names the first mailbox.
    "PUSH_CONTACT": None,
    # Automatic acknowledgements: the global switch.
    "SEND_ACKNOWLEDGEMENTS": True,
}


def configured() -> dict[str, Any]:
    """Return the site's own dict, {} when the setting is absent."""
    return getattr(django_settings, SETTING, {})


def get(key: str) -> Any:
    """Return the value of ``key``: the site's, else the default. KeyError for a key that does not exist."""
    default = DEFAULTS[key]
    return configured().get(key, default)


def mail_keys() -> list[str]:
    """Return the signing keys, never empty: the first one signs, all of them verify."""
    keys = get("MAIL_KEYS")
    return list(keys) if keys else [django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS]
