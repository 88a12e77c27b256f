"""Leave a ticket over the link of a mail's List-Unsubscribe header (RFC 2369, RFC 8058)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from wagtail_helpdesk import conf
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.portal.privacy import private_page
from wagtail_helpdesk.portal.views.tracking import not_found, surroundings
from wagtail_helpdesk.portal.visits import Visit, leaver_by_token
from wagtail_helpdesk.tickets.actions.change_participant import ChangeParticipant
from wagtail_helpdesk.tickets.choices import ParticipantState


# Mail services post here in their user's name (RFC 8058 3.2): no cookie, no page before it, nothing but the link.
@method_decorator([csrf_exempt, private_page], name="dispatch")
class LeaveView(View):
    """GET asks and changes nothing: mail scanners follow links. POST leaves."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show a button; that it is done, to whom has left; a plain 404 for a link that is not good."""
        visit = leaver_by_token(token)
        return _show(request, visit) if visit else not_found(request)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Leave the ticket. Whoever has left before is told the same."""
        visit = leaver_by_token(token)
        if visit is None:
            return not_found(request)
        if not _has_left(visit):
            try:
                ChangeParticipant(
                    ticket=visit.ticket,
                    contact=visit.contact,
                    state=ParticipantState.LEFT,
                    actor=Actor.of_contact(visit.contact),
                )()
            except ActionRefused:
                return not_found(request)
            visit.participant.state = ParticipantState.LEFT
        return _show(request, visit)


def _has_left(visit: Visit) -> bool:
    return visit.participant.state == ParticipantState.LEFT


def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    context = {
        "helpdesk_base_template": conf.get("BASE_TEMPLATE"),
        "reference": visit.ticket.reference,
        "subject": visit.ticket.display_subject,
        "desk": visit.ticket.mailbox.name,
        "has_left": _has_left(visit),
    }
    with surroundings(visit, request):
        return render(request, "wagtail_helpdesk/portal/leave.html", context)
