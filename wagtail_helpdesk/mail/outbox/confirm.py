"""Signs that a mail of ours left: they settle one of which nobody knew."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from wagtail_helpdesk.events import Actor, unit_of_work
from wagtail_helpdesk.mail.choices import OutboundState, RecipientState
from wagtail_helpdesk.mail.identity import own_public_id
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.parsing import ParsedMail
from wagtail_helpdesk.mail.reporting.problems import refresh_delivery_flag
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.timeline import write_event


def confirm_sent(parsed: ParsedMail) -> None:
    """Settle the uncertain mails of ours that ``parsed`` is a copy of, or answers.

    Of References only the last one counts: the others stood in the mail that is answered, whether they arrived or not.
    """
    named = (own_public_id(one) for one in {parsed.message_id, *parsed.in_reply_to, *parsed.references[-1:]})
    prove_sent([public_id for public_id in named if public_id])


def prove_sent(public_ids: Iterable[str]) -> None:
    """Settle as sent those of these mails whose fate was unknown: somebody has seen them (a report, a copy).

    One that is to be tried again because of that doubt is not sent a second time.
    """
    wanted = list(public_ids)
    if not wanted:
        return
    doubtful = OutboundMail.objects.filter(
        public_id__in=wanted,
        uncertain_at__isnull=False,
        state__in=(OutboundState.UNCERTAIN, OutboundState.RETRY, OutboundState.QUEUED),
    )
    for mail in doubtful:
        with unit_of_work():
            settled = OutboundMail.objects.filter(pk=mail.pk, state=mail.state).update(
                state=OutboundState.SENT, last_error="", sent_at=Coalesce(F("sent_at"), timezone.now())
            )
            if not settled:
                continue
            mail.recipients.filter(state=RecipientState.PENDING).update(state=RecipientState.ACCEPTED)
            if mail.ticket_id is not None:
                write_event(mail.ticket_id, EventKind.DELIVERY, actor=Actor.system(), what="proved", mail=mail.pk)
                refresh_delivery_flag(mail.ticket_id)
