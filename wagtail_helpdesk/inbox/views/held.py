"""A mail to an agent's address that did not prove to be the agent's: read it and decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.senders import sender_badge
from wagtail_helpdesk.inbox.views.base import TicketMixin, inbox_breadcrumb
from wagtail_helpdesk.mail.actions.settle_held import DiscardHeldMail, FileHeldMail, NoteHeldMail, held_text
from wagtail_helpdesk.mail.choices import MailOutcome
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.trace_words import explain
from wagtail_helpdesk.tickets.permissions import may

#: (name, action, label, what is said afterwards), in the order of the buttons.
_DECISIONS = (
    ("note", NoteHeldMail, gettext_lazy("Add as a note"), gettext_lazy("The mail is a note now.")),
    ("file", FileHeldMail, gettext_lazy("File as a new ticket"), gettext_lazy("The mail has a ticket of its own.")),
    ("discard", DiscardHeldMail, gettext_lazy("Discard"), gettext_lazy("The mail was discarded.")),
)


class HeldMailView(TicketMixin, WagtailAdminTemplateMixin):
    """Shows the mail; POST carries a decision out."""

    template_name = "wagtail_helpdesk/inbox/held_mail.html"
    header_icon = "warning"
    http_method_names = ["get", "head", "post", "options"]

    @cached_property
    def mail(self) -> InboundMail:
        """The mail; Http404 for one of another ticket, or that somebody decided on."""
        held = InboundMail.objects.filter(ticket=self.ticket, outcome=MailOutcome.HELD)
        return get_object_or_404(held.select_related("ticket", "mailbox"), pk=self.kwargs["mail"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide, go back to the ticket. PermissionDenied without the right to it."""
        wanted = {name: (action, said) for name, action, _label, said in _DECISIONS}
        action, said = wanted.get(request.POST.get("decision", ""), (None, ""))
        if action is None:
            raise Http404
        try:
            action(mail=self.mail, actor=self.actor)()
        except ActionRefused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, str(said))
        return redirect(self.ticket_url)

    def get_page_title(self) -> str:
        """Return the mail's subject."""
        return str(self.mail)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, the ticket, the mail."""
        ticket = {"url": self.ticket_url, "label": self.ticket.reference}
        return [*self.breadcrumbs_items, inbox_breadcrumb(), ticket, {"url": "", "label": _("Held mail")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows, with the decisions that this user may take."""
        user = self.request.user
        return super().get_context_data(
            ticket=self.ticket,
            mail=self.mail,
            sender=sender_badge(self.mail.auth.get("result", ""), self.mail.auth),
            why=explain(self.mail.trace[-2]) if len(self.mail.trace) > 1 else "",
            text=held_text(self.mail),
            decisions=[
                (name, label) for name, action, label, _said in _DECISIONS if may(user, action.verb, self.ticket)
            ],
            media=inbox_media(),
            **kwargs,
        )
