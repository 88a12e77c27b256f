"""What a mail service tells of a mail of ours that it sent."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.events import unit_of_work
from wagtail_helpdesk.mail.choices import DeliveryEventKind
from wagtail_helpdesk.mail.models import OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.parsing.reports import find_smtp_code, find_status
from wagtail_helpdesk.mail.reporting.delivery_events import Heard, hear
from wagtail_helpdesk.mail.transports.anymail import METADATA_KEY

#: Anymail's names for what happened (``anymail.signals.EventType``). Opening and clicking are not asked for.
KINDS = {
    "delivered": DeliveryEventKind.DELIVERED,
    "deferred": DeliveryEventKind.DELAYED,
    "bounced": DeliveryEventKind.BOUNCED,
    "rejected": DeliveryEventKind.REJECTED,
    "failed": DeliveryEventKind.REJECTED,
    "complained": DeliveryEventKind.COMPLAINED,
    "autoresponded": DeliveryEventKind.AUTO_REPLIED,
}


def receive_tracking(sender: Any, event: Any, esp_name: str, **kwargs: Any) -> None:
    """Write down one tracking event of Anymail. Mails of the same account that are not ours are none of our business.

    What it raises becomes the answer 500, and the service tells it again.
    """
    kind = KINDS.get(event.event_type)
    mail = _find(event) if kind else None
    if mail is None or (mail.ticket is not None and mail.ticket.erased_at):
        return
    said = " ".join(filter(None, (event.mta_response, event.description)))
    heard = Heard(
        kind=kind,
        witness="webhook",
        key=_key(event, esp_name),
        status_code=find_status(said),
        smtp_code=find_smtp_code(said),
        diagnostic=said,
        at=event.timestamp,
    )
    with unit_of_work():
        hear(mail, _recipient(mail, event.recipient), heard)


def _find(event: Any) -> OutboundMail | None:
    """Return our mail by the id that we gave along, else by the service's own."""
    mails = OutboundMail.objects.select_related("ticket")
    public_id = (event.metadata or {}).get(METADATA_KEY)
    if isinstance(public_id, str) and public_id:
        return mails.filter(public_id=public_id).first()
    if not isinstance(event.message_id, str) or not event.message_id:
        return None
    found = mails.filter(provider_id=event.message_id[:250])
    # MariaDB's collations take one id for another that differs in case.
    return next((mail for mail in found if mail.provider_id == event.message_id[:250]), None)


def _recipient(mail: OutboundMail, address: Any) -> OutboundRecipient | None:
    """Return whom the event is about; where the service does not say, the one whom the mail went to."""
    recipients = list(mail.recipients.all())
    if not address:
        return recipients[0] if len(recipients) == 1 else None
    try:
        hashed = address_hash(str(address))
    except ValueError:
        return None
    return next((one for one in recipients if one.address_hash == hashed), None)


def _key(event: Any, esp_name: str) -> str:
    when = "" if event.event_id or event.timestamp is None else event.timestamp.isoformat()
    parts = (esp_name, event.event_type, event.event_id, event.message_id, event.recipient, when)
    return "webhook:" + "\n".join(str(part or "") for part in parts)
