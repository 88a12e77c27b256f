"""Sends what stands in the outbox.

A mail is claimed by a conditional UPDATE; before it is handed over, "transmitting" is committed. A process that dies
before that has sent nothing; one that dies after it leaves a mail whose fate is unknown, and is shown as such.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk import conf
from wagtail_helpdesk.events import Actor, describe_error
from wagtail_helpdesk.mail import guards
from wagtail_helpdesk.mail.build import build_email
from wagtail_helpdesk.mail.choices import OutboundState, RecipientState
from wagtail_helpdesk.mail.leases import is_gone, new_owner
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.schedule import UNAVAILABLE_PAUSE, next_try
from wagtail_helpdesk.mail.transport import (
    BackendTransport,
    DeliveryFailed,
    DeliveryUncertain,
    TransportUnavailable,
)
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.timeline import write_event

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 50
_WAITING = (OutboundState.QUEUED, OutboundState.RETRY)


def deliver_due() -> int:
    """Send up to BATCH mails that are due, over one connection; return how many were sent."""
    sweep_leases()
    due = list(OutboundMail.objects.due(timezone.now()).values_list("pk", flat=True)[:BATCH])
    if not due:
        return 0
    try:
        with BackendTransport() as transport:
            return sum(deliver(pk, transport) for pk in due)
    except TransportUnavailable as error:
        # No mail is to blame: their attempts stay as they are.
        logger.warning("mail_transport_unavailable error=%s waiting=%s", error, len(due))
        later = timezone.now() + UNAVAILABLE_PAUSE
        OutboundMail.objects.filter(pk__in=due, state__in=_WAITING).update(
            next_try_at=later, last_error=f"no connection ({error})"[:200]
        )
        return 0


def deliver(mail_id: int, transport: BackendTransport) -> bool:
    """Send one mail if no other process has it; return whether it was sent."""
    owner = _claim(mail_id)
    if owner is None:
        return False
    mail = OutboundMail.objects.get(pk=mail_id)
    if not guards.may_leave(mail):
        _advance(mail, owner, state=OutboundState.CANCELLED, lease_owner="", lease_until=None)
        return False
    try:
        message = build_email(mail, show_all=transport.shows_all_recipients)
        # Writes the whole mail down once: a header that cannot be is found before anything is sent.
        message.message().as_bytes()
    except OSError as error:
        _failed(mail, owner, DeliveryFailed(f"a file cannot be read ({type(error).__name__})", permanent=False))
        return False
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing was sent
        logger.error("mail_unbuildable outbound=%s error=%s", mail.pk, describe_error(error))
        _failed(mail, owner, DeliveryFailed(f"cannot be written ({type(error).__name__})", permanent=True))
        return False
    if not _advance(mail, owner, state=OutboundState.TRANSMITTING, attempts=F("attempts") + 1):
        return False
    mail.attempts += 1
    try:
        transport.send(message)
    except DeliveryFailed as error:
        _failed(mail, owner, error)
    except DeliveryUncertain as error:
        _uncertain(mail, owner, str(error))
    else:
        _sent(mail, owner)
        return True
    return False


def sweep_leases() -> None:
    """Take over from processes that are gone: a claimed mail is queued again, one that was on its way is uncertain."""
    now = timezone.now()
    for mail in OutboundMail.objects.filter(state__in=(OutboundState.CLAIMED, OutboundState.TRANSMITTING)):
        if mail.lease_until > now and not is_gone(mail.lease_owner):
            continue
        if mail.state == OutboundState.TRANSMITTING:
            _uncertain(mail, mail.lease_owner, "the process ended while it was sending")
        else:
            OutboundMail.objects.filter(pk=mail.pk, state=OutboundState.CLAIMED, lease_owner=mail.lease_owner).update(
                state=OutboundState.QUEUED, lease_owner="", lease_until=None
            )


def _claim(mail_id: int) -> str | None:
    now, owner = timezone.now(), new_owner()
    claimed = OutboundMail.objects.filter(pk=mail_id, state__in=_WAITING, next_try_at__lte=now).update(
        state=OutboundState.CLAIMED, lease_owner=owner, lease_until=now + LEASE
    )
    return owner if claimed else None


def _advance(mail: OutboundMail, owner: str, **fields: object) -> bool:
    """Write ``fields`` if this process still holds the mail; return whether it does."""
    held = OutboundMail.objects.filter(
        pk=mail.pk, lease_owner=owner, state__in=(OutboundState.CLAIMED, OutboundState.TRANSMITTING)
    )
    return held.update(**fields) == 1


def _sent(mail: OutboundMail, owner: str) -> None:
    now = timezone.now()
    if _advance(mail, owner, state=OutboundState.SENT, sent_at=now, lease_owner="", lease_until=None, last_error=""):
        mail.recipients.update(state=RecipientState.ACCEPTED, smtp_code=250)


def _failed(mail: OutboundMail, owner: str, error: DeliveryFailed) -> None:
    when = None
    if not error.permanent:
        when = next_try(attempts=mail.attempts, created_at=mail.created_at, now=timezone.now())
    state = OutboundState.RETRY if when else OutboundState.FAILED
    held = _advance(
        mail,
        owner,
        state=state,
        next_try_at=when or mail.next_try_at,
        last_error=error.reason[:200],
        lease_owner="",
        lease_until=None,
    )
    if not held:
        return
    refused = RecipientState.REFUSED_TEMP if when else RecipientState.REFUSED_PERM
    mail.recipients.update(state=refused, smtp_code=error.smtp_code)
    if state == OutboundState.FAILED:
        _tell(mail, "failed", error.reason)


def _uncertain(mail: OutboundMail, owner: str, reason: str) -> None:
    """Nobody knows whether it was sent: not tried again, unless the site prefers one mail too many."""
    again = conf.get("ON_UNCERTAIN") == "retry_once" and mail.attempts <= 1
    state = OutboundState.RETRY if again else OutboundState.UNCERTAIN
    when = next_try(attempts=mail.attempts, created_at=mail.created_at, now=timezone.now())
    held = _advance(
        mail,
        owner,
        state=state,
        next_try_at=when or mail.next_try_at,
        last_error=reason[:200],
        lease_owner="",
        lease_until=None,
    )
    if held and not again:
        _tell(mail, "uncertain", reason)


def _tell(mail: OutboundMail, what: str, reason: str) -> None:
    if mail.ticket_id is None:
        return
    write_event(mail.ticket_id, EventKind.DELIVERY, actor=Actor.system(), cause=reason[:100], what=what, mail=mail.pk)
