"""Sends what stands in the outbox.

A mail is claimed by a conditional UPDATE. Right before it is handed over, "transmitting" is committed: a process that
dies before that has sent nothing, one that dies after it leaves a mail whose fate is unknown, and is shown as such.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from enum import Enum, auto
from itertools import groupby
from operator import itemgetter

from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.leases import is_gone, new_owner
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.outbox import guards
from wagtail_helpdesk.mail.outbox.build import build_email, envelope_of
from wagtail_helpdesk.mail.outbox.outcomes import hold, release, write_failure, write_result, write_uncertainty
from wagtail_helpdesk.mail.outbox.resting import is_over_limit, note_success, pause, rest, resting_mailboxes, resume
from wagtail_helpdesk.mail.transports import (
    DeliveryFailed,
    DeliveryUncertain,
    Phase,
    SendResult,
    Transport,
    TransportUnavailable,
    open_transport,
)

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 50
#: A mail that ended its process this often is put off, as one that was refused is.
DEATHS_BEFORE_PAUSE = 3
_WAITING = (OutboundState.QUEUED, OutboundState.RETRY)


class Step(Enum):
    """What one turn at a mail came to."""

    #: Another process has it.
    NOT_OURS = auto()
    #: It may not leave any more.
    DROPPED = auto()
    #: It was put back; the mailbox has sent enough for now.
    PUT_BACK = auto()
    DONE = auto()
    #: The server left it in doubt.
    IN_DOUBT = auto()


class _LeaseLost(Exception):
    """Another process thinks we are gone: it is not ours to send any more."""


def deliver_due() -> int:
    """Try up to BATCH mails that are due, over one connection for each mailbox; return how many were tried."""
    sweep_leases()
    now = timezone.now()
    due = OutboundMail.objects.due(now).exclude(mailbox__in=resting_mailboxes(now))
    rows = sorted(due.values_list("mailbox_id", "pk")[:BATCH], key=itemgetter(0))
    mailboxes = Mailbox.objects.select_related("mail_options").in_bulk({mailbox_id for mailbox_id, _pk in rows})
    return sum(
        _deliver_for(mailboxes[mailbox_id], [pk for _mailbox_id, pk in group])
        for mailbox_id, group in groupby(rows, key=itemgetter(0))
    )


def _deliver_for(mailbox: Mailbox, mails: Iterable[int]) -> int:
    """Send the mails of one mailbox until there are no more, or no more can be sent; return how many were tried."""
    tried = 0
    try:
        with closing(_open(mailbox)) as transport:
            for pk in mails:
                step = deliver(pk, transport)
                if step == Step.DONE and not tried:
                    resume(mailbox)
                tried += step in (Step.DONE, Step.IN_DOUBT)
                if step == Step.IN_DOUBT:
                    rest(mailbox, timezone.now())
                if step in (Step.IN_DOUBT, Step.PUT_BACK):
                    break
    except TransportUnavailable as error:
        pause(mailbox, error, timezone.now())
    else:
        note_success(mailbox, timezone.now())
    return tried


def _open(mailbox: Mailbox) -> Transport:
    """Return the mailbox's open transport. TransportUnavailable, whatever goes wrong in one that a site added."""
    try:
        transport = open_transport(mailbox)
        transport.open()
    except (TransportUnavailable, DatabaseError):
        raise
    except Exception as error:
        logger.error("mail_transport_broken mailbox=%s error=%s", mailbox.pk, describe_error(error))
        raise TransportUnavailable(reason=type(error).__name__, phase=Phase.CONFIGURATION) from error
    return transport


def deliver(mail_id: int, transport: Transport) -> Step:
    """Try to send one mail, if no other process has it. TransportUnavailable puts it back and comes through."""
    owner = _claim(mail_id)
    if owner is None:
        return Step.NOT_OURS
    mail = OutboundMail.objects.select_related("mailbox").prefetch_related("recipients").get(pk=mail_id)
    if not guards.may_leave(mail):
        hold(mail, owner, state=OutboundState.CANCELLED, lease_owner="", lease_until=None)
        return Step.DROPPED
    if is_over_limit(transport.row, timezone.now()):
        release(mail, owner)
        return Step.PUT_BACK
    try:
        _send(mail, owner, transport)
    except _LeaseLost:
        return Step.NOT_OURS
    except DeliveryFailed as error:
        write_failure(mail, owner, error)
    except DeliveryUncertain as error:
        write_uncertainty(mail, owner, error)
        return Step.IN_DOUBT
    except TransportUnavailable:
        release(mail, owner)
        raise
    return Step.DONE


def _send(mail: OutboundMail, owner: str, transport: Transport) -> None:
    """Build the mail, hand it over, write the result. Raises the errors of transports, and _LeaseLost."""
    try:
        message, envelope = build_email(mail, show_all=transport.shows_all_recipients), envelope_of(mail)
        # Writes the whole mail down once: a header that cannot be is found before anything is sent.
        message.message().as_bytes()
    except OSError as error:
        reason = f"a file cannot be read ({type(error).__name__})"
        raise DeliveryFailed(reason=reason, phase=Phase.CONFIGURATION, permanent=False) from error
    except Exception as error:
        logger.error("mail_unbuildable outbound=%s error=%s", mail.pk, describe_error(error))
        reason = f"cannot be written ({type(error).__name__})"
        raise DeliveryFailed(reason=reason, phase=Phase.CONFIGURATION, permanent=True) from error
    if not envelope.recipients:
        # A report has said meanwhile what became of each.
        write_result(mail, owner, SendResult(()))
        return
    handed_over = False

    def handing_over() -> None:
        nonlocal handed_over
        if not hold(mail, owner, state=OutboundState.TRANSMITTING, lease_until=timezone.now() + LEASE):
            raise _LeaseLost
        handed_over = True

    try:
        result = transport.send(message, envelope, handing_over)
    except (DeliveryFailed, DeliveryUncertain, TransportUnavailable, _LeaseLost, DatabaseError):
        raise
    except Exception as error:
        logger.error("mail_transport_broken outbound=%s error=%s", mail.pk, describe_error(error))
        if handed_over:
            raise DeliveryUncertain(reason=type(error).__name__) from error
        raise DeliveryFailed(reason=type(error).__name__, phase=Phase.DATA, permanent=False) from error
    write_result(mail, owner, result)


def sweep_leases() -> None:
    """Take over from processes that are gone: a claimed mail is queued again, one that was on its way is uncertain."""
    now = timezone.now()
    under_way = OutboundMail.objects.filter(state__in=(OutboundState.CLAIMED, OutboundState.TRANSMITTING))
    for mail in under_way.prefetch_related("recipients"):
        if mail.lease_until > now and not is_gone(mail.lease_owner):
            continue
        if mail.state == OutboundState.TRANSMITTING:
            write_uncertainty(
                mail, mail.lease_owner, DeliveryUncertain(reason="the process ended while it was sending")
            )
        elif mail.attempts >= DEATHS_BEFORE_PAUSE:
            reason = "the process ended before it was sent"
            write_failure(
                mail, mail.lease_owner, DeliveryFailed(reason=reason, phase=Phase.CONFIGURATION, permanent=False)
            )
        else:
            OutboundMail.objects.filter(pk=mail.pk, state=OutboundState.CLAIMED, lease_owner=mail.lease_owner).update(
                state=OutboundState.QUEUED, lease_owner="", lease_until=None
            )


def _claim(mail_id: int) -> str | None:
    now, owner = timezone.now(), new_owner()
    claimed = OutboundMail.objects.filter(pk=mail_id, state__in=_WAITING, next_try_at__lte=now).update(
        state=OutboundState.CLAIMED, lease_owner=owner, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return owner if claimed else None
