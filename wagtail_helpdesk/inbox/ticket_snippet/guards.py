"""What every view of the snippet asks before it looks at a ticket."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may


class TicketGuardMixin:
    """Goes before a view of one ticket, with Wagtail's BaseObjectMixin behind it.

    404 for a ticket that the user may not see; PermissionDenied (the admin's own answer) for one that the user may
    see but not do ``verb`` to.
    """

    model = Ticket
    verb = "view"
    object: Ticket

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the ticket, else Http404 or PermissionDenied."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        if not may(request.user, self.verb, self.object):
            raise PermissionDenied

    def get_base_object_queryset(self) -> QuerySet[Ticket]:
        """Return the tickets that exist for this user."""
        return Ticket.objects.visible_to(self.request.user)  # type: ignore[attr-defined]


def require_view_permission(user: Any) -> None:
    """Raise PermissionDenied for somebody who may not see tickets at all."""
    if not may(user, "view"):
        raise PermissionDenied
