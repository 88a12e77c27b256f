"""Which mails somebody may see in the logs: none of a ticket that does not exist for him."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

VIEW_ARRIVED = "wagtail_helpdesk.view_inboundmail"
READ_AGAIN = "wagtail_helpdesk.change_inboundmail"
#: Who sets up mailboxes and sees whether they work.
CONFIGURE = "wagtail_helpdesk.change_mailbox"
VIEW_OUTGOING = "wagtail_helpdesk.view_outboundmail"


def visible_arrived(user: Any) -> QuerySet[InboundMail]:
    """Return the arrived mails of visible tickets, and those that belong to none."""
    if _sees_all(user):
        return InboundMail.objects.all()
    return InboundMail.objects.filter(Q(ticket__isnull=True) | Q(ticket__in=Ticket.objects.visible_to(user)))


def visible_outgoing(user: Any) -> QuerySet[OutboundMail]:
    """Return our mails on visible tickets."""
    if _sees_all(user):
        return OutboundMail.objects.all()
    return OutboundMail.objects.filter(ticket__in=Ticket.objects.visible_to(user))


def _sees_all(user: Any) -> bool:
    return may(user, "view") and may(user, "view_all")


class RequirePermissionMixin:
    """Goes before a view: PermissionDenied (the admin's own answer) without ``required_permission``."""

    required_permission = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check, then go on."""
        if not request.user.has_perm(self.required_permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
