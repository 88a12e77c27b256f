"""Why a mailbox sends nothing, in words for people who did not set it up."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.mail.transports.base import Phase

_REASONS: dict[str, Promise] = {
    Phase.CONFIGURATION: gettext_lazy("The mailbox's settings for sending are not right."),
    Phase.CONNECT: gettext_lazy("The mail server cannot be reached."),
    Phase.TLS: gettext_lazy("The connection to the mail server cannot be encrypted safely."),
    Phase.AUTH: gettext_lazy("The mail server does not let the mailbox in."),
}


def explain_pause(reason: str) -> str:
    """Return a sentence for the reason that a paused transport keeps: its phase, a colon, the kind of error."""
    phase, _colon, _kind = reason.partition(":")
    return str(_REASONS.get(phase) or _("The mail server takes no mail at the moment."))
