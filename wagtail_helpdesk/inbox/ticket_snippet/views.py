"""The snippet's own screens: the way to the inbox and the conversation, trash, history and usage."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, Table
from wagtail.admin.views.generic.base import BaseListingView, BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.snippets.views.snippets import UsageView

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.ticket_snippet.guards import TicketGuardMixin, require_view_permission
from wagtail_helpdesk.inbox.timeline import describe, tickets_named
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent


class NoSuchView(View):
    """Answers for what tickets do not have: nobody adds one as a row."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raise Http404."""
        raise Http404


class ToInboxView(View):
    """The listing of tickets is the inbox."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the inbox; PermissionDenied for who may not see tickets."""
        require_view_permission(request.user)
        return redirect("helpdesk_inbox:index")


class ToConversationView(View):
    """The editing view of a ticket is its conversation."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Redirect to the conversation; Http404 for a ticket that the user may not see."""
        ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
        return redirect("helpdesk_tickets:ticket", ticket.pk)


class TicketPage(TicketGuardMixin, BaseObjectMixin, WagtailAdminTemplateMixin):
    """What the pages about one ticket have in common: the way back to its conversation."""

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": reverse("helpdesk_inbox:index"), "label": _("Inbox")},
            {"url": self.ticket_url, "label": str(self.object)},
            {"url": "", "label": self.page_title},
        ]

    @property
    def ticket_url(self) -> str:
        """The address of the conversation."""
        return reverse("helpdesk_tickets:ticket", args=[self.object.pk])


class TrashTicketView(TicketPage, TemplateView):
    """Wagtail's "delete" of a ticket: ask, then put it into the trash."""

    verb = "delete"
    template_name = "wagtail_helpdesk/inbox/ticket_snippet/confirm_trash.html"
    page_title = gettext_lazy("Move to trash")
    header_icon = "bin"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Trash the ticket and go to the inbox; what is refused is said on the conversation."""
        try:
            TrashTicket(ticket=self.object, actor=Actor.of_user(request.user))()
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(self.ticket_url)
        messages.success(request, _("%(ticket)s was moved to the trash.") % {"ticket": self.object})
        return redirect("helpdesk_inbox:index")


class TicketHistoryView(TicketPage, BaseListingView):
    """The ticket's timeline, newest first: its only history."""

    page_title = gettext_lazy("History")
    header_icon = "history"
    paginate_by = 50
    history_results_url_name = None
    verbose_name_plural = gettext_lazy("events")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            Column("what", label=_("Action"), accessor=self.words),
            DateColumn("created_at", label=_("Date"), width="15%"),
        ]

    def get_base_queryset(self) -> QuerySet[TicketEvent]:
        return TicketEvent.objects.filter(ticket=self.object).order_by("-created_at", "-pk")

    def words(self, event: TicketEvent) -> str:
        """Return what one line says."""
        return describe(event, self.references)

    @cached_property
    def references(self) -> dict[int, str]:
        """The other tickets that this page names, where the user may see them."""
        named = tickets_named(self.page_events)
        visible = Ticket.objects.visible_to(self.request.user).filter(pk__in=named)
        return {ticket.pk: ticket.reference for ticket in visible}

    def get_table(self, object_list: Any) -> Table:
        self.page_events = list(object_list)
        return super().get_table(self.page_events)

    def get_index_url(self) -> str:
        return self.request.path

    def get_index_results_url(self) -> str:
        return reverse(self.history_results_url_name, args=[self.object.pk])


class TicketUsageView(TicketGuardMixin, UsageView):
    """Which of the site's own content points at the ticket."""

    permission_required = "view"

    def get_edit_url(self, instance: Ticket) -> str:
        return reverse("helpdesk_tickets:ticket", args=[instance.pk])
