"""The list of one view."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.widgets.button import HeaderButton

from wagtail_helpdesk.inbox.bulk.registry import actions_for
from wagtail_helpdesk.inbox.choices import choices_for
from wagtail_helpdesk.inbox.counts import views_with_counts
from wagtail_helpdesk.inbox.dropping import with_drops
from wagtail_helpdesk.inbox.filters import TicketFilterSet
from wagtail_helpdesk.inbox.grouping.paging import GroupedPage
from wagtail_helpdesk.inbox.grouping.sections import headings_of
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.listing import list_page
from wagtail_helpdesk.inbox.marks import newest_message_key
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.next_things import next_things
from wagtail_helpdesk.inbox.ordering import Key, Ordering
from wagtail_helpdesk.inbox.paging import KeyPage
from wagtail_helpdesk.inbox.places import GROUP, SEARCH, SORT, Place
from wagtail_helpdesk.inbox.rows import rows_of
from wagtail_helpdesk.inbox.saved.lists import MAX_READ
from wagtail_helpdesk.inbox.search_results import OPERATOR_HELP, SearchResults
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.inbox.views.ahead import AheadMixin
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.querysets import TicketQuerySet

CONTROLLERS = ("pulse", "groups", "selection", "list", "ahead", "job", "drag")


class ListingView(AheadMixin, InboxMixin, BaseListingView):
    """Wagtail's own listing (search, filters, swapped results) with rows and paging of ours."""

    model = Ticket
    template_name = "wagtail_helpdesk/inbox/listing.html"
    results_template_name = "wagtail_helpdesk/inbox/listing_results.html"
    header_icon = "mail"
    filterset_class = TicketFilterSet
    is_searchable = True
    verbose_name_plural = _("tickets")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Find the view; Http404 for a name that is none, or a view of somebody else's."""
        named = Place.parse(kwargs["view"], request.user) if request.user.is_authenticated else None
        if named is None:
            raise Http404
        if named.pairs:
            # The place in one word, as tickets name it.
            return redirect(view_url(named))
        self.standing_view = named.view
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def place(self) -> Place:
        """The view as the address narrows and orders it."""
        return Place.of_query(self.standing_view, self.request.GET)

    def get_page_title(self) -> str:
        """Return the view's name."""
        return str(self.standing_view.label)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, the view."""
        return [*self.breadcrumbs_items, inbox_breadcrumb(), {"url": "", "label": self.get_page_title()}]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """The way through the view, and to a new ticket for those who may open one."""
        # Its form stands in the part that searching and filtering swap, so that it means what is shown.
        form = {"type": "submit", "form": "helpdesk-focus", "data-helpdesk-key": "focus"}
        form["title"] = _("Work through this view, one ticket after another")
        buttons = [HeaderButton(_("Work through"), icon_name="arrow-right-full", attrs=form)]
        if may(self.request.user, "reply"):
            buttons.append(HeaderButton(_("New ticket"), url=reverse("helpdesk_tickets:new"), icon_name="plus"))
        return buttons

    def get_index_url(self) -> str:
        """Return this view's address."""
        return view_url(self.standing_view)

    def get_index_results_url(self) -> str:
        """Return the address of the part that searching and filtering swap."""
        return reverse("helpdesk_inbox:results", args=[self.standing_view.slug])

    def get_queryset(self) -> TicketQuerySet:
        """Return the tickets of the place; :attr:`results` knows which of them a search finds."""
        user = self.request.user
        return visible_tickets(user) if self.results else self.place.tickets_for(user)

    @cached_property
    def results(self) -> SearchResults | None:
        """What the search finds, None where nobody searches."""
        return self.place.results_for(self.request.user, page=self.request.GET.get("p", ""))

    @cached_property
    def ordering(self) -> Ordering:
        """The place's order."""
        return self.place.ordering

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what both templates show."""
        user, place = self.request.user, self.place
        page = self._page()
        rows = rows_of(page.rows, place, user)
        context = super().get_context_data(object_list=page.rows, **kwargs)
        context |= {
            "standing_view": self.standing_view,
            "place": place,
            "page": page,
            "rows": rows,
            "ordering": place.ordering,
            "bulk_actions": actions_for(user, place) if page.rows else [],
            "seen": newest_message_key(),
            "can_save": bool(place.conditions) or place.value(SORT) or place.value(GROUP),
            "no_results_message": self._nothing_here(),
            "results": self.results,
            "operator_help": OPERATOR_HELP,
            "media": context["media"] + inbox_media(*CONTROLLERS, styles=("lists", "composer")),
        }
        if isinstance(page, GroupedPage):
            context["headings"] = headings_of(page, {row.ticket.pk: row for row in rows})
            context["grouping"] = place.grouping
            context["most_grouped"] = MAX_READ if sum(group.count for group in page.groups) >= MAX_READ else 0
        if self.results:
            context["chips"] = self.results.chips(self.request.GET)
        if not self.results_only:
            offered = {offer.action.name for offer in context["bulk_actions"]}
            views = views_with_counts(user, mailbox=place.mailbox, scopes=self.scopes)
            context["views"] = with_drops(views, offered)
            if not page.rows and place.is_plain and not place.hidden:
                context["next_things"] = next_things(user, views, self.standing_view.slug, mailbox=place.mailbox)
            context["can_merge"] = "merge" in offered
            mailboxes = choices_for(user).of("mailbox")
            context["mailboxes"] = mailboxes if len(mailboxes) > 1 else []
            context["chosen_mailbox"] = dict(mailboxes).get(str(place.mailbox), "")
        return context

    def _page(self) -> KeyPage | GroupedPage:
        user, query = self.request.user, self.request.GET
        after, before = (Key.parse(query.get(name, "")) for name in ("after", "before"))
        if self.results is None:
            return list_page(self.place, user, after=after, before=before, scopes=self.scopes)
        rows = visible_tickets(user).for_list().select_related("assignee__wagtail_userprofile")
        return self.results.page(rows, after, before)

    def _nothing_here(self) -> Any:
        if self.place.value(SEARCH) or self.place.conditions:
            return _("No tickets match your query.")
        return self.standing_view.empty
