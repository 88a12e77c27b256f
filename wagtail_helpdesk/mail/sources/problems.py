"""What can be wrong with a mail source: codes for columns and logs, words for administrators."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.mail.models import MailSource

#: Why a source could not be read at all. Stands in ``MailSource.last_error``.
PROBLEMS: dict[str, Any] = {
    "not_configured": _("Something is missing in its settings."),
    "insecure": _("A connection without TLS is for this machine only."),
    "no_connection": _("The server cannot be reached."),
    "timeout": _("The server does not answer."),
    "lost": _("The connection broke."),
    "certificate": _("The server's certificate is not valid for its name."),
    "tls": _("No secure connection could be made."),
    "no_starttls": _("The server does not offer STARTTLS, so nothing was sent to it."),
    "login_refused": _("The server refused the user name or password."),
    "token_refused": _("The server refused the access token."),
    "no_token": _("No access token could be had."),
    "consent_needed": _("The account needs consent again."),
    "secret_lost": _("The password cannot be opened: it was sealed with a key that is gone."),
    "busy": _("The server asks to come back later."),
    "no_folder": _("A folder does not exist or cannot be opened."),
    "refused": _("The server refused a command."),
    "protocol": _("The server said something that makes no sense."),
    "storage": _("The mail could not be stored here; it stays on the server."),
    "unexpected": _("Something failed that should not have; the log of the worker says where."),
    "no_idle": _("The server cannot tell of new mail by itself (IDLE)."),
    "no_uidl": _("The server cannot name its mails (UIDL)."),
}

#: What an administrator should know although mail is being fetched. Stands in ``MailSource.warnings``.
WARNINGS: dict[str, Any] = {
    "uidvalidity_changed": _("The folder was made anew on the server. The mail of the last days was looked at again."),
    "mail_unreadable": _("A mail could not be fetched after several tries. It is still on the server."),
    "mail_too_large": _("A mail was too large. Its ticket has its beginning; the whole is on the server."),
    "post_action_failed": _("The server refused to mark, move or delete a mail that was taken."),
    "no_uidplus": _("The server cannot delete single mails (UIDPLUS): they are only marked as deleted."),
    "cannot_move": _("The server cannot move mails: they are marked as read instead."),
    "no_keywords": _("The server keeps no marks of ours: mails are only marked as read."),
    "no_trash": _("There is no trash folder: mails are only marked as deleted."),
}
#: Warnings kept for one source; the oldest go.
MAX_WARNINGS = 20


def describe_problem(code: str) -> str:
    """Return a problem's code in words; a code of a kind that is not ours as it is."""
    return str(PROBLEMS.get(code, code))


def describe_warning(warning: dict[str, Any]) -> str:
    """Return an entry of ``MailSource.warnings`` in words, with its folder and UID."""
    words = str(WARNINGS.get(warning["code"], warning["code"]))
    place = [str(warning[name]) for name in ("folder", "uid") if warning.get(name) is not None]
    return f"{words} ({', '.join(place)})" if place else words


def warn(source: MailSource, code: str, *, folder: str | None = None, uid: int | None = None) -> None:
    """Add a warning to the row; the same one twice stands there once, with the later time."""
    entry = {"code": code, "folder": folder, "uid": uid, "at": timezone.now().isoformat(timespec="seconds")}
    source.refresh_from_db(fields=["warnings"])
    same = ("code", "folder", "uid")
    others = [one for one in source.warnings if any(one.get(name) != entry[name] for name in same)]
    source.warnings = [*others, entry][-MAX_WARNINGS:]
    source.save(update_fields=["warnings"])


def dismiss_warnings(source: MailSource) -> None:
    """Forget the warnings of ``source``: somebody has read them."""
    source.warnings = []
    source.save(update_fields=["warnings"])
