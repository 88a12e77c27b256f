"""What the inbox fetches in the background: one cheap request."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import ngettext

from wagtail_helpdesk.inbox import paging
from wagtail_helpdesk.inbox.counts import count_text, count_views, menu_views
from wagtail_helpdesk.inbox.grouping.paging import GroupedPage
from wagtail_helpdesk.inbox.grouping.sections import groups_as_data
from wagtail_helpdesk.inbox.last_seen import note_seen
from wagtail_helpdesk.inbox.listing import list_page
from wagtail_helpdesk.inbox.marks import newest_message_key
from wagtail_helpdesk.inbox.ordering import Key
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.pulse import MAX_KEYS, parts_for, stamp
from wagtail_helpdesk.inbox.rows import Row, rows_of
from wagtail_helpdesk.inbox.views.base import InboxMixin
from wagtail_helpdesk.notifications.reading import unread_text


class PulseView(InboxMixin):
    """Counts, notices, and what changed in the list that a page shows; 304 where nothing did.

    ``?counts=1`` asks for the counts (with ``mailbox``). ``view`` is the place of the list, ``after`` and ``before``
    its page, ``rows`` its rows ("12.3fa,13.9c1": key and version), ``more`` whether there is a next page.
    ``tickets`` names further tickets of which registered parts shall tell.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return JSON: {"counts", "notices", "rows", "gone", "append", "fresh", "seen", "parts"}; "order" and "groups"
        beside, where the list is grouped.
        """
        user = request.user
        note_seen(user)
        shown = _pairs(request.GET.get("rows", ""))
        keys = [*shown, *(int(key) for key in request.GET.get("tickets", "").split(",") if _is_key(key))][:MAX_KEYS]
        notices, parts = unread_text(user), parts_for(user, keys)
        etag = f'"{stamp(user, request.META.get("QUERY_STRING", ""), parts, notices)}"'
        if request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified(headers={"ETag": etag})
        body: dict[str, Any] = {"notices": notices, "parts": parts}
        place = Place.parse(request.GET.get("view", ""), user)
        if request.GET.get("counts"):
            mailbox = int(key) if _is_key(key := request.GET.get("mailbox", "")) else None
            counts = count_views(user, menu_views(user), mailbox=mailbox, scopes=self.scopes)
            body["counts"] = {slug: count_text(count) for slug, count in counts.items()}
        if place is not None:
            body |= self._changes(place, shown)
        response = JsonResponse(body)
        response["ETag"] = etag
        return response

    def _changes(self, place: Place, shown: dict[int, str]) -> dict[str, Any]:
        """What is another way in the list than its page shows it.

        What moved within the page stays where one reads it. New rows are announced; only those that come up from the
        next page are put at the end.
        """
        user, query = self.request.user, self.request.GET
        after, before = (Key.parse(query.get(name, "")) for name in ("after", "before"))
        page = list_page(place, user, after=after, before=before, scopes=self.scopes)
        listed = {ticket.pk for ticket in page.rows}
        elsewhere = [pk for pk in shown if pk not in listed]
        still = self._still_there(place, elsewhere)
        rows = {row.ticket.pk: row for row in rows_of([*page.rows, *still.values()], place, user)}
        order = [ticket.pk for ticket in page.rows]
        last = max((number for number, pk in enumerate(order) if pk in shown), default=-1)
        new = [pk for pk in order[: last + 1] if pk not in shown]
        below = [pk for pk in order[last + 1 :] if pk not in shown]
        append = []
        if query.get("more"):
            append = below[: max(0, paging.PAGE_SIZE - sum(pk in listed or pk in still for pk in shown))]
        else:
            new += below
        count = len(new)
        changes = {
            "rows": {pk: self._html(row) for pk, row in rows.items() if pk in shown and shown[pk] != row.version},
            "gone": [pk for pk in elsewhere if pk not in still],
            "append": [self._html(rows[pk]) for pk in append],
            "fresh": ngettext("%(count)s new ticket", "%(count)s new tickets", count) % {"count": count}
            if count
            else "",
            "seen": newest_message_key(),
        }
        if isinstance(page, GroupedPage):
            # A row whose group is another one goes to its place there.
            changes |= {"order": order, "groups": groups_as_data(page)}
        return changes

    def _still_there(self, place: Place, keys: list[int]) -> dict[int, Any]:
        """The tickets that the page shows, and that are in the place though not on this page of it any more."""
        if not keys:
            return {}
        tickets = place.tickets_for(self.request.user).filter(pk__in=keys).for_list()
        return tickets.select_related("assignee__wagtail_userprofile").in_bulk()

    def _html(self, row: Row) -> str:
        # Without the request: what every page's context has beside is nothing to a row.
        return render_to_string("wagtail_helpdesk/inbox/row.html", {"row": row, "ticket": row.ticket})


def _pairs(text: str) -> dict[int, str]:
    pairs = (entry.partition(".")[::2] for entry in text.split(",")[:MAX_KEYS])
    return {int(key): version for key, version in pairs if _is_key(key)}


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
