"""The list of one view."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.widgets.button import HeaderButton

from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.inbox.counts import views_with_counts
from wagtail_helpdesk.inbox.filters import TicketFilterSet
from wagtail_helpdesk.inbox.forms import BulkForm
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.ordering import ORDERINGS, Key, Ordering
from wagtail_helpdesk.inbox.paging import KeyPage, key_page
from wagtail_helpdesk.inbox.rows import rows_of
from wagtail_helpdesk.inbox.searching import search_condition, ticket_number
from wagtail_helpdesk.inbox.standing_views import BY_SLUG, visible_scopes, visible_tickets
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.querysets import TicketQuerySet


class ListingView(InboxMixin, BaseListingView):
    """Wagtail's own listing (search, filters, swapped results) with rows and paging of ours."""

    model = Ticket
    template_name = "wagtail_helpdesk/inbox/listing.html"
    results_template_name = "wagtail_helpdesk/inbox/listing_results.html"
    header_icon = "mail"
    filterset_class = TicketFilterSet
    is_searchable = True
    verbose_name_plural = _("tickets")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the view; Http404 for a name that is none."""
        super().setup(request, *args, **kwargs)
        if kwargs["view"] not in BY_SLUG:
            raise Http404
        self.standing_view = BY_SLUG[kwargs["view"]]

    def get_page_title(self) -> str:
        """Return the view's name."""
        return str(self.standing_view.label)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, the view."""
        return [*self.breadcrumbs_items, inbox_breadcrumb(), {"url": "", "label": self.get_page_title()}]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """The way to a new ticket, for those who may open one."""
        if not may(self.request.user, "reply"):
            return []
        return [HeaderButton(_("New ticket"), url=reverse("helpdesk_tickets:new"), icon_name="plus")]

    def get_index_url(self) -> str:
        """Return this view's address."""
        return view_url(self.standing_view)

    def get_index_results_url(self) -> str:
        """Return the address of the part that searching and filtering swap."""
        return reverse("helpdesk_inbox:results", args=[self.standing_view.slug])

    def get_base_queryset(self) -> TicketQuerySet:
        """Return the view's tickets; while searching those of all views, spam and trash only from inside.

        A number that can be nothing else is found wherever its ticket is.
        """
        user = self.request.user
        if not self.is_searching or self.standing_view.hidden:
            return self.standing_view.tickets_for(user)
        tickets = visible_tickets(user)
        certain = ticket_number(self.search_query)[1]
        return tickets if certain else tickets.exclude(category__in=HIDDEN)

    def search_queryset(self, queryset: TicketQuerySet) -> TicketQuerySet:
        """Return the tickets that the search means."""
        return queryset.filter(search_condition(self.search_query)) if self.is_searching else queryset

    @cached_property
    def ordering(self) -> Ordering:
        """The order asked for, else the view's own; found tickets come newest first."""
        chosen = ORDERINGS.get(self.request.GET.get("sort", ""))
        return chosen or (ORDERINGS["newest"] if self.is_searching else self.standing_view.ordering)

    def order_queryset(self, queryset: TicketQuerySet) -> TicketQuerySet:
        """Leave the order to paging."""
        return queryset

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what both templates show."""
        page = self._page()
        context = super().get_context_data(object_list=page.rows, **kwargs)
        user = self.request.user
        context |= {
            "standing_view": self.standing_view,
            "page": page,
            "rows": rows_of(page.rows, self.standing_view),
            "ordering": self.ordering,
            "bulk_form": BulkForm(user=user) if page.rows else None,
            "no_results_message": self._nothing_here(),
            "media": context["media"] + inbox_media("counts", "selection"),
        }
        if not self.results_only:
            context["views"] = views_with_counts(user)
        return context

    def _page(self) -> KeyPage:
        return key_page(
            self.object_list.for_list().select_related("assignee__wagtail_userprofile"),
            self.ordering,
            after=Key.parse(self.request.GET.get("after", "")),
            before=Key.parse(self.request.GET.get("before", "")),
            parts=self._parts(),
        )

    def _parts(self) -> list[TicketQuerySet]:
        """Return the parts of the view; none where a search or filters show less than the view."""
        chosen = set(self.filters.form.changed_data) if self.is_filtering else set()
        if self.is_searching or chosen - {"sort"}:
            return []
        user = self.request.user
        return self.standing_view.parts_for(user, visible_scopes(user))

    def _nothing_here(self) -> str:
        if self.is_searching or self.is_filtering:
            return _("No tickets match your query.")
        return self.standing_view.empty
