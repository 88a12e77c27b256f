"""Which kinds of transport there are, and the one of a mailbox."""

from __future__ import annotations

from django.utils.functional import Promise

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.models import MailTransport
from wagtail_helpdesk.mail.transports.base import Phase, Transport, TransportUnavailable

#: What a mailbox without a row sends over: the site's own e-mail backend.
SITE = "site"

_classes: dict[str, type[Transport]] = {}


def register(kind: str, transport: type[Transport]) -> None:
    """Make a kind of transport known. ``kind`` is stored: at most 20 characters. The last one registered counts."""
    if not 0 < len(kind) <= MailTransport._meta.get_field("kind").max_length:
        raise ValueError("the name of a kind of transport has 1 to 20 characters")
    _classes[kind] = transport


def kinds() -> list[tuple[str, str | Promise]]:
    """Return the kinds with their labels, as choices, in the order they were registered."""
    return [(kind, transport.label) for kind, transport in _classes.items()]


def open_transport(mailbox: Mailbox) -> Transport:
    """Return the mailbox's transport, not open yet: a context manager. Raises TransportUnavailable for no such kind."""
    row = MailTransport.objects.select_related("account").filter(mailbox=mailbox).first()
    row = row or MailTransport(mailbox=mailbox, kind=SITE)
    transport = _classes.get(row.kind)
    if transport is None:
        raise TransportUnavailable(reason="no such kind of transport", phase=Phase.CONFIGURATION)
    return transport(mailbox, row)
