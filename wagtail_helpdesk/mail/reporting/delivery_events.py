"""Writes down what was heard of a mail of ours, and what follows: states, the flag, suppressions. Never a mail."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from wagtail_helpdesk.mail.choices import DeliveryEventKind, RecipientState
from wagtail_helpdesk.mail.models import (
    AddressSuppression,
    DeliveryEvent,
    InboundMail,
    OutboundMail,
    OutboundRecipient,
)
from wagtail_helpdesk.mail.outbox.confirm import prove_sent
from wagtail_helpdesk.mail.reporting.delivery_states import after_event, is_dead_address
from wagtail_helpdesk.mail.reporting.problems import refresh_delivery_flag, tell_problem

#: How long an address gets no automatic mail. Agents may still write to it.
SUPPRESSED_FOR = {
    RecipientState.BOUNCED: timedelta(days=180),
    RecipientState.COMPLAINED: timedelta(days=10 * 365),
}
#: What agents are told of, and as what.
_PROBLEMS = {
    RecipientState.BOUNCED: "bounced",
    RecipientState.REFUSED_PERM: "bounced",
    RecipientState.COMPLAINED: "complained",
}
#: An event of these kinds proves that a mail whose fate was unknown had left.
_PROOFS = frozenset(DeliveryEventKind) - {DeliveryEventKind.REJECTED}


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was heard. ``key`` is the same when it is told again, and for nothing else."""

    kind: str
    #: "dsn", "mdn", "arf", "webhook", "sent_folder", "answer" (a program's).
    witness: str
    key: str
    #: Whether it was proved that this is about our mail and this recipient; else it is shown and changes nothing.
    verified: bool = True
    status_code: str = ""
    smtp_code: int | None = None
    diagnostic: str = field(default="", repr=False)
    inbound: InboundMail | None = None
    at: datetime | None = None


def hear(mail: OutboundMail, recipient: OutboundRecipient | None, heard: Heard) -> bool:
    """Add ``heard`` to the mail's events and let follow what follows; return False for what was told before.

    Must run in a ``unit_of_work``. Only a verified event about a known recipient changes any state.
    """
    try:
        with transaction.atomic():
            DeliveryEvent.objects.create(
                outbound=mail,
                recipient=recipient,
                kind=heard.kind,
                witness=heard.witness,
                verified=heard.verified and recipient is not None,
                status_code=heard.status_code[:12],
                diagnostic=heard.diagnostic[:500],
                inbound=heard.inbound,
                event_key=hashlib.sha256(heard.key.encode("utf-8", "surrogatepass")).hexdigest(),
                at=heard.at or timezone.now(),
            )
    except IntegrityError:
        if _is_known(heard.key):
            return False
        raise
    if heard.verified and recipient is not None:
        if heard.kind in _PROOFS:
            prove_sent([mail.public_id])
        _change_state(mail, recipient, heard)
    return True


def _is_known(key: str) -> bool:
    hashed = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return DeliveryEvent.objects.filter(event_key=hashed).exists()


def _change_state(mail: OutboundMail, recipient: OutboundRecipient, heard: Heard) -> None:
    """Bring the recipient's state up to date, whoever else does so at the same time."""
    state = recipient.state
    while True:
        new = after_event(state, heard.kind)
        if new == state:
            return
        fields: dict[str, object] = {"state": new}
        if new != RecipientState.DELIVERED:
            fields |= {"status_code": heard.status_code[:12], "diagnostic": heard.diagnostic[:500]}
            fields |= {"smtp_code": heard.smtp_code} if heard.smtp_code else {}
        if OutboundRecipient.objects.filter(pk=recipient.pk, state=state).update(**fields):
            break
        found = OutboundRecipient.objects.filter(pk=recipient.pk).values_list("state", flat=True).first()
        if found is None or found == state:
            return
        state = found
    recipient.state = new
    _suppress(recipient, heard)
    if new not in _PROBLEMS:
        refresh_delivery_flag(mail.ticket_id)
    else:
        # Of a mail to an agent nobody is told: that would never end.
        tell_problem(mail, _PROBLEMS[new], reason=heard.status_code)


def _suppress(recipient: OutboundRecipient, heard: Heard) -> None:
    """Keep automatic mail from an address that is dead, until it takes mail again, or whose owner does not want it."""
    if recipient.state == RecipientState.DELIVERED:
        bounced = AddressSuppression.objects.filter(address_hash=recipient.address_hash)
        bounced.filter(reason=str(RecipientState.BOUNCED)).delete()
    if recipient.state == RecipientState.BOUNCED and not is_dead_address(heard.status_code):
        return
    if recipient.state not in SUPPRESSED_FOR:
        return
    until = timezone.now() + SUPPRESSED_FOR[recipient.state]
    row, new = AddressSuppression.objects.get_or_create(
        address_hash=recipient.address_hash, defaults={"reason": str(recipient.state), "until": until}
    )
    if not new and row.until < until:
        AddressSuppression.objects.filter(pk=row.pk).update(reason=str(recipient.state), until=until)
