"""The list of one view."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic.base import BaseListingView

from wagtail_helpdesk.inbox.counts import views_with_counts
from wagtail_helpdesk.inbox.filters import TicketFilterSet
from wagtail_helpdesk.inbox.forms import BulkForm
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.ordering import ORDERINGS, Key, Ordering
from wagtail_helpdesk.inbox.paging import KeyPage, key_page
from wagtail_helpdesk.inbox.rows import rows_of
from wagtail_helpdesk.inbox.search_results import OPERATOR_HELP, SearchResults
from wagtail_helpdesk.inbox.standing_views import BY_SLUG, visible_scopes, visible_tickets
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb
from wagtail_helpdesk.tickets.models import Ticket
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

    def get_index_url(self) -> str:
        """Return this view's address."""
        return view_url(self.standing_view)

    def get_index_results_url(self) -> str:
        """Return the address of the part that searching and filtering swap."""
        return reverse("helpdesk_inbox:results", args=[self.standing_view.slug])

    def get_base_queryset(self) -> TicketQuerySet:
        """Return the view's tickets; while searching those of all views, spam and trash only from inside."""
        user = self.request.user
        if not self.is_searching or self.standing_view.hidden:
            return self.standing_view.tickets_for(user)
        return visible_tickets(user)

    def search_queryset(self, queryset: TicketQuerySet) -> TicketQuerySet:
        """Leave the tickets as they are: :attr:`results` knows which of them were found."""
        return queryset

    @cached_property
    def results(self) -> SearchResults | None:
        """What the search finds, None where nobody searches."""
        if not self.is_searching:
            return None
        return SearchResults(
            self.request.user,
            self.search_query,
            among=self.object_list if self._is_narrowed() else None,
            inside=self.standing_view.categories[0] if self.standing_view.hidden else None,
            page=self.request.GET.get("p", ""),
            ordering=ORDERINGS.get(self.request.GET.get("sort", "")),
        )

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
            "results": self.results,
            "operator_help": OPERATOR_HELP,
            "media": context["media"] + inbox_media("counts", "selection"),
        }
        if self.results:
            context["chips"] = self.results.chips(self.request.GET)
        if not self.results_only:
            context["views"] = views_with_counts(user)
        return context

    def _page(self) -> KeyPage:
        rows = self.object_list.for_list().select_related("assignee__wagtail_userprofile")
        after, before = (Key.parse(self.request.GET.get(name, "")) for name in ("after", "before"))
        if self.results is None:
            return key_page(rows, self.ordering, after=after, before=before, parts=self._parts())
        return self.results.page(rows, after, before)

    def _is_narrowed(self) -> bool:
        """Whether filters show less than the view."""
        return self.is_filtering and bool(set(self.filters.form.changed_data) - {"sort"})

    def _parts(self) -> list[TicketQuerySet]:
        """Return the parts of the view; none where filters show less than the view."""
        if self._is_narrowed():
            return []
        user = self.request.user
        return self.standing_view.parts_for(user, visible_scopes(user))

    def _nothing_here(self) -> str:
        if self.is_searching or self.is_filtering:
            return _("No tickets match your query.")
        return self.standing_view.empty
