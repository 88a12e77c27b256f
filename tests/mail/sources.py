"""Rows of sources for tests."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk import vault
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.models import MailSource


def make_imap(mailbox: Mailbox, address: tuple[str, int], **fields: Any) -> MailSource:
    """Return an IMAP source at this machine's ``address``, in clear."""
    fields = {"security": "none", "username": "support", "password": vault.seal("secret"), **fields}
    return MailSource.objects.create(mailbox=mailbox, kind="imap", host=address[0], port=address[1], **fields)
