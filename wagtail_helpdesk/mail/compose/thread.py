"""Where in the thread a mail stands: which Message-IDs it answers."""

from __future__ import annotations

from dataclasses import dataclass

from wagtail_helpdesk.mail.choices import Audience
from wagtail_helpdesk.mail.compose.headers import is_safe_id
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.tickets.models import Ticket

#: Mails looked at for the chain of a ticket.
_REACH = 40


@dataclass(frozen=True, slots=True)
class Thread:
    """``answers`` is the Message-ID of the counterpart's last public message ("" for none); ``chain`` oldest first."""

    answers: str
    answers_subject: str
    chain: tuple[str, ...]


def first_thread(source: InboundMail | None) -> Thread:
    """Return the thread of a ticket that ``source`` has just opened; None for one that came by no mail."""
    if source is None or not is_safe_id(source.message_id_header):
        return Thread("", "", ())
    return Thread(source.message_id_header, source.subject, (source.message_id_header,))


def thread_of(ticket: Ticket, *, is_new: bool = False) -> Thread:
    """Return the thread of a ticket, in two queries; one for a new ticket, on which we have written nothing yet.

    IDs of mails that are not public are left out.
    """
    arrived = (
        InboundMail.objects.filter(ticket=ticket, message__visibility="public")
        .exclude(message_id_header="")
        .order_by("-received_at", "-pk")
        .values_list("received_at", "message_id_header", "subject")[:_REACH]
    )
    left = (
        # Not what went to agents: an answer that names one of those would count as an agent's.
        OutboundMail.objects.filter(ticket=ticket, audience=Audience.CUSTOMER)
        .order_by("-created_at", "-pk")
        .values_list("created_at", "message_id_header")[:_REACH]
    )
    ours = [] if is_new else list(left)
    theirs = [row for row in arrived if is_safe_id(row[1])]
    dated = sorted([(row[0], row[1]) for row in theirs] + ours)
    answers = theirs[0] if theirs else None
    chain = [message_id for _at, message_id in dated]
    if answers is not None:
        # The one that is answered stands last (RFC 5322 3.6.4).
        chain = [message_id for message_id in chain if message_id != answers[1]] + [answers[1]]
    return Thread(answers[1] if answers else "", answers[2] if answers else "", tuple(chain))
