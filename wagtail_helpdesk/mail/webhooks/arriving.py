"""A mail that a service brings. Taken in as any other, before the service is told that it was."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from wagtail_helpdesk.desk.querysets import own_addresses
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.own_addresses import mailbox_of
from wagtail_helpdesk.mail.webhooks.services import read_delivered

ORIGIN = "webhook"


def _is_secret() -> bool:
    """Tell whether only the service can call the webhook: what anybody may say proves nothing about a sender."""
    options = getattr(settings, "ANYMAIL", {})
    return bool(options.get("WEBHOOK_SECRET") or getattr(settings, "ANYMAIL_WEBHOOK_SECRET", None))


def receive_inbound(sender: Any, event: Any, esp_name: str, **kwargs: Any) -> None:
    """Accept the mail of one inbound event of Anymail, once for each mailbox of ours that it was delivered to.

    What it raises becomes the answer 500, and the service offers the mail again; of a batch that fails in the middle
    all comes again, and what was taken is a further copy then. A mail to nobody here is taken too: refused, it would
    come again for days, and unseen.
    """
    if event.message is None:
        return
    delivered = read_delivered(event, esp_name)
    envelope = Envelope(
        mail_from=delivered.mail_from,
        rcpt_tos=delivered.rcpt_tos,
        received_at=event.timestamp,
        fidelity=delivered.fidelity,
        is_spam=event.message.spam_detected is True,
        dmarc=delivered.dmarc if _is_secret() else "",
    )
    own = own_addresses()
    found = dict.fromkeys(mailbox_of(address, own) for address in delivered.rcpt_tos)
    mailboxes = [key for key in found if key is not None]
    with transaction.atomic():
        for mailbox_id in mailboxes or [None]:
            accept(delivered.raw, envelope, Origin(ORIGIN, mailbox_id))
