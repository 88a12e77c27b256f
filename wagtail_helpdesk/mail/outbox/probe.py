"""A mail that a mailbox sends to itself, to see whether it comes back: at its address, or at a form with a plus."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import Audience, DeliveryEventKind, MailKind
from wagtail_helpdesk.mail.compose.headers import mailbox_header
from wagtail_helpdesk.mail.identity import (
    LOOP_HEADER,
    PUBLIC_ID_LENGTH,
    make_loop_header,
    make_message_id,
    make_reply_address,
    split_reply_address,
)
from wagtail_helpdesk.mail.models import DeliveryEvent, InboundMail, OutboundMail, OutboundRecipient
from wagtail_helpdesk.tickets.tokens import TOKEN_LENGTH, new_public_id

WITNESS = "probe"
#: What we send to ourselves, and see come back.
RETURNING = (MailKind.PROBE, MailKind.CANARY)


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe: what was sent, and what came back (None while nothing has)."""

    sent: OutboundMail
    to_plus: bool
    arrived: InboundMail | None
    arrived_at: datetime | None

    @property
    def round_trip(self) -> timedelta | None:
        """How long it was under way."""
        if self.arrived_at is None:
            return None
        return max(self.arrived_at - (self.sent.sent_at or self.sent.created_at), timedelta(0))


@transaction.atomic
def send_probes(mailbox: Mailbox) -> list[OutboundMail]:
    """Queue two mails from ``mailbox`` to itself, the second to an address with a plus; return them.

    The second tells whether the mail server delivers support+anything@ to support@ (RFC 5233).
    """
    # As long as a real reply address, as some servers mind the length, and nobody's.
    nobody = new_public_id(TOKEN_LENGTH)
    return [
        queue_to_itself(mailbox, MailKind.PROBE, address, purpose=new_public_id(PUBLIC_ID_LENGTH))
        for address in (mailbox.address, make_reply_address(mailbox, nobody))
    ]


def queue_to_itself(mailbox: Mailbox, kind: MailKind, address: str, *, purpose: str) -> OutboundMail:
    """Queue a mail of ``mailbox`` to ``address``, which is one of its own. IntegrityError when ``purpose`` has one."""
    public_id = new_public_id(PUBLIC_ID_LENGTH)
    message_id = make_message_id(public_id, mailbox)
    key = hashlib.sha256(f"{kind}:{purpose}".encode()).hexdigest()
    mail = OutboundMail.objects.create(
        public_id=public_id,
        audience=Audience.SYSTEM,
        kind=kind,
        purpose_key=key,
        queue_key=key,
        mailbox=mailbox,
        message_id_header=message_id,
        subject=_("Test of the help desk"),
        from_header=mailbox_header(mailbox.name, mailbox.address),
        headers=[
            ["References", f"<{message_id}>"],
            [LOOP_HEADER, make_loop_header(public_id)],
            # RFC 3834 5: no machine answers it.
            ["Auto-Submitted", "auto-generated"],
            ["X-Auto-Response-Suppress", "All"],
        ],
        text=_("The help desk sent this mail to itself to see whether it arrives. Nobody has to do anything."),
        language=get_language() or "",
    )
    OutboundRecipient.objects.create(
        outbound=mail,
        kind=OutboundRecipient.Kind.TO,
        name=mailbox.name[:200],
        address=address,
        address_hash=address_hash(address),
    )
    return mail


def record_arrival(sent: OutboundMail, mail: InboundMail) -> None:
    """Write down that the probe ``sent`` came back as ``mail``. A further copy changes nothing."""
    key = hashlib.sha256(f"probe:{sent.public_id}".encode()).hexdigest()
    try:
        with transaction.atomic():
            DeliveryEvent.objects.create(
                outbound=sent,
                recipient=sent.recipients.first(),
                kind=DeliveryEventKind.DELIVERED,
                witness=WITNESS,
                inbound=mail,
                event_key=key,
                at=mail.accepted_at,
            )
    except IntegrityError:
        # The same probe arrived twice: by two sources, or through an alias.
        return


def last_probes(mailbox: Mailbox) -> list[Probe]:
    """Return the two probes that were sent last, the plain one first."""
    sent = list(
        OutboundMail.objects.filter(mailbox=mailbox, kind=MailKind.PROBE)
        .order_by("-pk")
        .prefetch_related("recipients")[:2]
    )
    events = {
        event.outbound_id: event
        for event in DeliveryEvent.objects.filter(outbound__in=sent, witness=WITNESS).select_related("inbound")
    }
    found = []
    for mail in reversed(sent):
        event = events.get(mail.pk)
        found.append(
            Probe(
                sent=mail,
                to_plus=any(split_reply_address(one.address) for one in mail.recipients.all()),
                arrived=event.inbound if event else None,
                arrived_at=event.at if event else None,
            )
        )
    return found


def mailboxes_with_tested_plus() -> set[int]:
    """Return the keys of the mailboxes to which a mail at an address with a plus has come back."""
    arrived = DeliveryEvent.objects.filter(witness=WITNESS, recipient__address__contains="+r")
    return set(arrived.values_list("outbound__mailbox_id", flat=True))
