"""People whom an agent may mean while typing an address."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, JsonResponse

from wagtail_helpdesk.contacts.models import ContactEmail
from wagtail_helpdesk.inbox.address_warnings import typed_warnings
from wagtail_helpdesk.inbox.addresses import readable_addresses
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.tickets.models import TicketParticipant
from wagtail_helpdesk.tickets.permissions import may

#: Letters that have to be there, and people that are offered.
LEAST, MOST = 2, 8
#: Addresses that are looked at: a common beginning must not search the whole desk.
REACH = 200


class RecipientsView(TicketMixin):
    """GET returns people of tickets that the agent may see, by the beginning of a name or an address (``q``).

    With ``check``, what is doubtful about addresses that were typed, to those who may write to them.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Return {"people": ["Ana Souza <ana@example.org>", ...]}, or {"warnings": [a sentence, ...]}."""
        if "check" in request.GET:
            people = readable_addresses(request.GET["check"][:4000])
            allowed = may(request.user, "reply", self.ticket)
            return _private({"warnings": typed_warnings(people) if allowed else []})
        words = request.GET.get("q", "").strip()[:100]
        found = self._found(words) if len(words) >= LEAST else []
        return _private({"people": found})

    def _found(self, words: str) -> list[str]:
        begins = Q(address__istartswith=words) | Q(contact__name__istartswith=words)
        nearby = ContactEmail.objects.filter(begins, contact__erased_at__isnull=True).order_by("-pk").values("pk")
        rows = (
            ContactEmail.objects.filter(pk__in=list(nearby[:REACH].values_list("pk", flat=True)))
            .filter(
                Exists(
                    TicketParticipant.objects.filter(
                        contact=OuterRef("contact"), ticket__in=visible_tickets(self.request.user)
                    )
                )
            )
            .select_related("contact")
            .order_by("contact__name", "address")[:MOST]
        )
        return [f"{row.contact.name} <{row.address}>" if row.contact.name else row.address for row in rows]


def _private(body: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(body)
    response["Cache-Control"] = "private, no-store"
    return response
