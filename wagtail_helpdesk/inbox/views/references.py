"""What a field of tickets can point at, while one types."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse

from wagtail_helpdesk.inbox.views.base import InboxMixin
from wagtail_helpdesk.tickets.conditions.operators import whole_numbers
from wagtail_helpdesk.tickets.custom_fields.kinds import FieldKind
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.custom_fields.references import offer
from wagtail_helpdesk.tickets.permissions import may


class ReferencesView(InboxMixin):
    """``?field=``, the key of a field, ``?q=``, a part of a title. For those who may change tickets."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return {"items": ["title [key]"]}."""
        if not may(request.user, "change"):
            raise PermissionDenied
        keys = whole_numbers([request.GET.get("field", "")])
        field = TicketField.objects.filter(pk__in=keys, kind=FieldKind.REFERENCE, is_active=True).first()
        items = offer(field.target, request.GET.get("q", "")) if field else []
        return JsonResponse({"items": items}, headers={"Cache-Control": "private, no-store"})
