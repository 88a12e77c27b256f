"""Where a conversation turns to something else, by the subjects of its mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.windows import Entry
from wagtail_helpdesk.intake.subjects import is_other_subject
from wagtail_helpdesk.tickets.models import Ticket


def other_subjects(ticket: Ticket, order: Sequence[Entry], shown: Mapping[int, Message]) -> dict[int, str]:
    """Return, by the keys of messages, the subjects of what somebody wrote where they name something new.

    ``order``: all messages of the ticket; ``shown``: those of them that a page shows. No query.
    """
    known = {ticket.subject}
    others = {}
    for entry in order:
        if entry.is_inbound and is_other_subject(entry.subject, known):
            others[entry.pk] = entry.subject
        known.add(entry.subject)
        if entry.pk in shown:
            known |= {mail.subject for mail in shown[entry.pk].outbound_mails.all()}
    return others
