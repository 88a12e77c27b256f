"""What the command palette finds: views, tickets, people, and the screens of the admin that one may open.

Commands are not here: which of them make sense the page itself knows (``shortcuts``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.menu import Menu, admin_menu

from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.inbox.links import ticket_url, view_url
from wagtail_helpdesk.inbox.numbers import ticket_number
from wagtail_helpdesk.inbox.people import display_name, people_who_may
from wagtail_helpdesk.inbox.shortcuts import Shortcut, shortcuts
from wagtail_helpdesk.inbox.standing_views import BY_SLUG, visible_tickets
from wagtail_helpdesk.knowledge_base.suggesting import find_articles
from wagtail_helpdesk.search import hits as search

MAX_WORDS = 8
#: Of each kind.
MAX_FOUND = 6
MAX_QUERY = 100


@dataclass(frozen=True)
class Entry:
    """One line of the palette."""

    label: str
    url: str
    #: What tells it from others of the same name.
    hint: str = ""
    #: The shortcut that does the same.
    keys: str = ""
    #: The key of an article: where one writes, a link to it can be put in.
    article: int | None = None


@dataclass(frozen=True)
class Group:
    """Entries of one kind."""

    label: Promise
    entries: list[Entry] = field(default_factory=list)


def find(request: HttpRequest, text: str, *, with_views: bool = True) -> list[Group]:
    """Return what ``text`` finds for the user, by kind; only kinds with something. A fixed number of queries."""
    user, text = request.user, " ".join(text.split())[:MAX_QUERY]
    long_enough = len(text) > 1 or ticket_number(text) is not None
    groups = [
        Group(gettext_lazy("Go to"), _ways(user, text)[:MAX_FOUND] if with_views else []),
        Group(gettext_lazy("Tickets"), tickets_for(user, text) if long_enough else []),
        Group(gettext_lazy("Customers"), customers_for(user, text) if long_enough else []),
        Group(gettext_lazy("Help articles"), articles_for(request, text) if long_enough else []),
        Group(gettext_lazy("Colleagues"), colleagues_for(text) if long_enough else []),
        Group(gettext_lazy("Screens"), screens_for(request, text) if long_enough else []),
    ]
    return [group for group in groups if group.entries]


def _ways(user: Any, text: str) -> list[Entry]:
    ways: list[Shortcut] = [shortcut for shortcut in shortcuts(user=user) if shortcut.url]
    return [Entry(str(way.label), way.url, keys=way.keys) for way in ways if _means(text, str(way.label))]


def _means(text: str, label: str) -> bool:
    return all(word in label.casefold() for word in text.casefold().split())


def tickets_for(user: Any, text: str) -> list[Entry]:
    """Return the newest tickets that ``text`` means. Spam and trash only by their number."""
    return [
        Entry(f"{hit.ticket.reference} {hit.ticket.display_subject}", ticket_url(hit.ticket), str(hit.ticket.status))
        for hit in search.find(user, text, MAX_FOUND)
    ]


def customers_for(user: Any, text: str) -> list[Entry]:
    """Return the people whose tickets ``user`` may see, by name or address; each leads to those tickets."""
    in_name, in_address = Q(), Q()
    for word in text.split()[:MAX_WORDS]:
        in_name &= Q(name__icontains=word)
        in_address &= Q(address__icontains=word)
    by_address = ContactEmail.objects.filter(in_address).values("contact")
    asked = visible_tickets(user).filter(requester=OuterRef("pk"))
    people = Contact.objects.filter(in_name | Q(pk__in=by_address), Exists(asked)).prefetch_related("emails")
    entries = []
    for person in people.order_by("-pk")[:MAX_FOUND]:
        address = person.address
        name = person.name or address
        if name:
            query = urlencode({"q": address or name})
            entries.append(Entry(name, f"{view_url(BY_SLUG['all'])}?{query}", address if address != name else ""))
    return entries


def articles_for(request: HttpRequest, text: str) -> list[Entry]:
    """Return the articles that every visitor may read and that have all words of ``text``."""
    found = find_articles(text, language=get_language() or "", limit=MAX_FOUND, request=request, operator="and")
    return [
        Entry(hit.title, hit.url, " · ".join(filter(None, (hit.section, hit.language))), article=hit.pk)
        for hit in found
        if hit.url
    ]


def colleagues_for(text: str) -> list[Entry]:
    """Return the agents with that name; each leads to what is assigned to that agent."""
    people = [person for person in people_who_may("reply") if _means(text, display_name(person))]
    address = view_url(BY_SLUG["all"])
    return [
        Entry(display_name(person), f"{address}?{urlencode({'assignee': person.pk})}", _("Tickets of this agent"))
        for person in people[:MAX_FOUND]
    ]


def screens_for(request: HttpRequest, text: str) -> list[Entry]:
    """Return the entries of the admin's own menu, which shows each user what that user may open."""
    return [entry for entry in _menu_entries(request, admin_menu) if _means(text, f"{entry.hint} {entry.label}")][
        :MAX_FOUND
    ]


def _menu_entries(request: HttpRequest, menu: Menu, parent: str = "") -> list[Entry]:
    entries = []
    for item in menu.menu_items_for_request(request):
        below = getattr(item, "menu", None)
        if below is not None:
            entries += _menu_entries(request, below, str(item.label))
        elif str(item.url).startswith("/"):
            entries.append(Entry(str(item.label), str(item.url), parent))
    return entries
