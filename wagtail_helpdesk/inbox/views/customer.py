"""Correct what the desk knows of the customer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contacts.actions.edit_contact import EditContact
from wagtail_helpdesk.inbox.answers import REFUSED, answer
from wagtail_helpdesk.inbox.customer import CustomerForm
from wagtail_helpdesk.inbox.views.conversation import ConversationView
from wagtail_helpdesk.tickets.permissions import may


class CustomerView(ConversationView):
    """POST changes the fields whose value is another one than the person had seen."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change them and show the customer anew. PermissionDenied without the right to change the ticket."""
        if not may(request.user, "change", self.ticket):
            raise PermissionDenied
        contact = self.ticket.requester
        form = CustomerForm(request.POST, contact=contact)
        if not form.is_valid():
            return self._show(form, " ".join(error for errors in form.errors.values() for error in errors))
        values, seen = form.changes()
        try:
            EditContact(contact=contact, values=values, seen=seen, actor=self.actor)()
        except ActionRefused as error:
            return self._show(form, str(error))
        return self._show(None, _("Saved."))

    def _show(self, form: CustomerForm | None, said: str) -> HttpResponse:
        """Say it; what was typed and refused stands there still."""
        self.ticket.requester.refresh_from_db()
        self.customer_form = form
        if form is not None and not self.is_fetched:
            self.customer_refusal = said
            return self.render_to_response(self.get_context_data(), status=REFUSED)
        parts = {"ticket-people": ("wagtail_helpdesk/inbox/about.html", self.get_context_data())}
        level, status = ("error", REFUSED) if form is not None else ("success", 200)
        return answer(self.request, then=self.ticket_url, said=said, level=level, parts=parts, status=status)
