"""The page of one ticket: its conversation, the composer, its fields and its people."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.inbox.answers import answer
from wagtail_helpdesk.inbox.composer import AFTER, ComposerForm
from wagtail_helpdesk.inbox.composer_page import composer_context
from wagtail_helpdesk.inbox.customer import CustomerForm, customer_panel
from wagtail_helpdesk.inbox.focus import sessions
from wagtail_helpdesk.inbox.focus.page import bar_context
from wagtail_helpdesk.inbox.forms import PropertiesForm
from wagtail_helpdesk.inbox.head import head_of
from wagtail_helpdesk.inbox.links import ticket_url, view_url
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.people import away_notice
from wagtail_helpdesk.inbox.presence import HEARTBEAT, present_at
from wagtail_helpdesk.inbox.reading import mark_seen
from wagtail_helpdesk.inbox.side_panel import named_tickets, side_panel
from wagtail_helpdesk.inbox.slim_list import way_through
from wagtail_helpdesk.inbox.thread import conversation_of, numbers_in
from wagtail_helpdesk.inbox.typed_triggers import writing_media
from wagtail_helpdesk.inbox.views.ahead import AheadMixin
from wagtail_helpdesk.inbox.views.base import TicketMixin, inbox_breadcrumb
from wagtail_helpdesk.inbox.views.uploads import UploadMailForm
from wagtail_helpdesk.inbox.work import work_of
from wagtail_helpdesk.mail.choices import MailOutcome
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.notifications.actions.mark_read import mark_read
from wagtail_helpdesk.tickets.choices import ParticipantState
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant
from wagtail_helpdesk.tickets.permissions import may

CONTROLLERS = (
    "ahead",
    "body",
    "thread",
    "composer",
    "draft",
    "uploads",
    "recipients",
    "quoting",
    "properties",
    "reference",
    "menus",
    "others",
    "live",
    "card",
    "focus",
)
STYLES = ("lists", "composer", "live", "work")


class ConversationView(AheadMixin, TicketMixin, WagtailAdminTemplateMixin):
    """Shows a ticket. The number of a merged ticket leads to the one it went into."""

    template_name = "wagtail_helpdesk/inbox/conversation.html"
    header_icon = "mail"
    http_method_names = ["get", "head", "options"]
    #: What a refused answer gives back to its page.
    composer: ComposerForm | None = None
    refusal = ""
    #: Whether the next attempt is sent in spite of what happened meanwhile.
    anyway = False
    properties: PropertiesForm | None = None
    customer_form: CustomerForm | None = None
    customer_refusal = ""
    conflicts: dict[str, str] = {}

    #: The ticket of the page that was posted, where it was merged into :attr:`ticket` meanwhile.
    merged: Ticket | None = None
    #: Whether what is posted to a merged ticket goes to its survivor: what changes nothing but one's own draft.
    goes_along: ClassVar[bool] = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead the number of a merged ticket to its survivor, for those who may see both."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            seen = Ticket.objects.visible_to(request.user)
            merged = seen.filter(pk=kwargs["pk"], merged_into__isnull=False).first() if self.merged is None else None
            survivor = merged and seen.filter(pk=merged.current().pk).first()
            if survivor is None:
                raise
            self.merged = merged
            if self.goes_along:
                self.kwargs = {**kwargs, "pk": survivor.pk}
                return self.dispatch(request, *args, **self.kwargs)
            if request.method != "POST":
                return redirect(self._address_of(survivor))
            return self.lead_to(survivor, _("Nothing was changed."))

    def lead_to(self, survivor: Ticket, what: str) -> HttpResponse:
        """Go on with the ticket that the posted one was merged into; ``what`` became of what was posted."""
        names = {"merged": self.merged.reference, "ticket": survivor.reference}
        said = _("%(merged)s was merged into %(ticket)s meanwhile.") % names
        return answer(self.request, then=self._address_of(survivor), said=f"{said} {what}", level="warning", leave=True)

    def _address_of(self, survivor: Ticket) -> str:
        """Return where the survivor is: what the browser kept of the ticket that one comes from is offered there."""
        return f"{ticket_url(survivor, None)}?merged={self.merged.pk}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page, and take messages and notices as read; not when a browser only fetches it ahead."""
        context = self.get_context_data()
        if "prefetch" not in request.headers.get("Sec-Purpose", "") and "X-Helpdesk-Ahead" not in request.headers:
            mark_read(request.user, ticket_id=self.ticket.pk)
            mark_seen(request.user, self.ticket, context["conversation"].last_seen, known=context["reader"])
            if self.focus:
                sessions.stay(self.focus, self.ticket.pk)
        return self.render_to_response(context)

    def get_page_title(self) -> str:
        """Return number and subject."""
        return f"{self.ticket.reference} {self.ticket.display_subject}"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, the view that one came from, the number."""
        view = self.standing_view
        crumbs = [{"url": view_url(view), "label": view.label}] if view else []
        return [*self.breadcrumbs_items, inbox_breadcrumb(), *crumbs, {"url": "", "label": self.ticket.reference}]

    @cached_property
    def people(self) -> list[TicketParticipant]:
        """The participants, the requester first."""
        people = self.ticket.participants.select_related("contact").order_by("pk")
        return sorted(people, key=lambda person: person.contact_id != self.ticket.requester_id)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        user, ticket = self.request.user, self.ticket
        head = head_of(ticket, self.request)
        seen = head["reader"].seen_message if head["reader"] else 0
        conversation = conversation_of(ticket, user, seen=seen, around=self._asked_for())
        composer = self._composer_context(conversation.last_seen, conversation.last_event)
        properties = self.properties or PropertiesForm(ticket=ticket, user=user)
        context = {
            **composer,
            **self._rights(),
            **head,
            **work_of(ticket, user),
            **self._way(),
            **side_panel(ticket, user),
            **customer_panel(ticket, user, self.customer_form),
            "conversation": conversation,
            "properties": properties,
            "conflicts": self.conflicts,
            "away_notice": away_notice(ticket.assignee),
            "may_redact_all": may(user, "change", ticket) and may(user, "delete", ticket),
            "upload_form": UploadMailForm() if may(user, "note", ticket) else None,
            # An address that a stranger sent may be of any kind: only the web's are links.
            "source_is_web": ticket.source_url.startswith(("https://", "http://")),
            "held_mails": InboundMail.objects.filter(ticket=ticket, outcome=MailOutcome.HELD).order_by("pk"),
            "present": present_at([ticket.pk], user).get(ticket.pk, []),
            "heartbeat": HEARTBEAT,
            "named_tickets": named_tickets(numbers_in(conversation.items), user),
            "customer_refusal": self.customer_refusal,
            "media": (
                composer["composer"].media
                + properties.media
                + inbox_media(*CONTROLLERS, styles=STYLES)
                + writing_media()
            ),
        }
        return super().get_context_data(**{**context, **kwargs})

    def _way(self) -> dict[str, Any]:
        """The neighbours within the place that one came from; in a focus session how much is left instead."""
        if self.focus:
            return bar_context(self.focus, self.standing_view)
        return way_through(self.standing_view, self.request.user, self.ticket) if self.standing_view else {}

    def _composer_context(self, last_seen: int, last_event: int) -> dict[str, Any]:
        """Return what the composer's template needs.

        ``last_seen`` is the newest message on the page, ``last_event`` the newest line of its timeline.
        """
        context = composer_context(
            self.ticket,
            self.request.user,
            people=self.people,
            last_seen=last_seen,
            form=self.composer,
            passed_on=self.request.GET.get("forward", ""),
        )
        view = {"standing_view": self.standing_view, "refusal": self.refusal}
        if self.focus:
            view |= {"after": "next", "afters": [pair for pair in AFTER if pair[0] != "list"]}
        return {**context, **view, "last_event": last_event, "anyway": self.anyway}

    def _asked_for(self) -> int | None:
        """The key of the message that has to stand in the page."""
        key = self.request.GET.get("message", "")
        return int(key[:18]) if key.isascii() and key.isdigit() else None

    def _rights(self) -> dict[str, Any]:
        """Return what messages of the page offer, and to whom."""
        user, ticket = self.request.user, self.ticket
        return {
            "may_promote": may(user, "promote", ticket),
            "may_reply": may(user, "reply", ticket),
            "may_change": may(user, "change", ticket),
            "blocked": {person.contact_id for person in self.people if person.state == ParticipantState.BLOCKED},
        }
