"""Where a conversation turns to something else, by the subjects of its mails."""

from __future__ import annotations

from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.intake.subjects import is_other_subject


def other_subject_of(message: Message, known: set[str]) -> str:
    """Return the subject of what somebody wrote where it names something new; add it, and ours, to those ``known``."""
    subject = message.subject if message.direction == Direction.INBOUND else ""
    is_other = is_other_subject(subject, known)
    known |= {message.subject, *(mail.subject for mail in message.outbound_mails.all())}
    return subject if is_other else ""
