"""Which of an administrator's texts a mail takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from wagtail_helpdesk.mail.compose.own_texts import OwnText
from wagtail_helpdesk.mail.models import MailTemplate
from wagtail_helpdesk.remembering import remembered


@remembered
def texts_for(mailbox_id: int, kind: str) -> Sequence[MailTemplate]:
    """Return the texts of ``kind`` that mails of a mailbox may take. One query."""
    return tuple(MailTemplate.objects.filter(Q(mailbox=mailbox_id) | Q(mailbox=None), kind=kind).order_by("pk"))


def choose(texts: Iterable[MailTemplate], language: str) -> OwnText | None:
    """Return the text in ``language``, else in its base language; a mailbox's own before one for all; None for none."""
    wanted = language.lower()
    ranked = [
        ((row.mailbox_id is None, row.language.lower() != wanted), row)
        for row in texts
        if row.language.lower() in (wanted, wanted.split("-")[0])
    ]
    if not ranked:
        return None
    row = min(ranked, key=lambda pair: pair[0])[1]
    return OwnText(row.subject, row.text)
