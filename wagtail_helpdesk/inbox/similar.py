"""Tickets that may be meant, or may be the same, within a bound: the newest unresolved ones that one may see."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Exists, OuterRef, Q

from wagtail_helpdesk.contacts.models import Contact, Organisation
from wagtail_helpdesk.desk.choices import UNRESOLVED
from wagtail_helpdesk.inbox.ordering import NEWEST
from wagtail_helpdesk.inbox.parts import first_keys
from wagtail_helpdesk.inbox.standing_views import BY_SLUG, visible_scopes, visible_tickets
from wagtail_helpdesk.search.hits import find
from wagtail_helpdesk.tickets.models import Ticket

#: Tickets whose subjects are looked at, of each part of the view.
REACH = 300
#: Shorter words say nothing about a subject.
_WORDS = re.compile(r"\w{4,}")


def words_of(subject: str) -> frozenset[str]:
    """Return the words by which two subjects are compared."""
    return frozenset(_WORDS.findall(subject.casefold()))


def recent_tickets(user: Any) -> list[Ticket]:
    """Return the newest unresolved tickets that ``user`` may see. Two queries, each of which an index leads."""
    view = BY_SLUG["all"]
    tickets = visible_tickets(user).filter(category__in=UNRESOLVED)
    parts = view.parts_for(user, visible_scopes(user))
    if parts:
        tickets = tickets.filter(pk__in=first_keys(parts, NEWEST, REACH))
    return list(tickets.select_related("status", "requester").order_by("-last_activity_at", "-pk")[:REACH])


def similar_tickets(user: Any, subject: str, *, limit: int) -> list[Ticket]:
    """Return recent tickets whose subject shares most of its words with ``subject``, the most alike first."""
    wanted = words_of(subject)
    if len(wanted) < 2:
        return []
    rated = [(len(wanted & words_of(ticket.subject)), ticket) for ticket in recent_tickets(user)]
    # Half of the words, and never only one of them.
    alike = [(shared, ticket) for shared, ticket in rated if shared >= max(2, len(wanted) / 2)]
    alike.sort(key=lambda pair: -pair[0])
    return [ticket for _shared, ticket in alike[:limit]]


def tickets_named(user: Any, query: str, *, limit: int) -> list[Ticket]:
    """Return the visible tickets that "12", "HD-12" or words of a subject mean; without words the newest ones."""
    if not query.strip():
        return recent_tickets(user)[:limit]
    return [hit.ticket for hit in find(user, query, limit)]


def open_tickets_of(user: Any, contact: Contact, *, limit: int) -> list[Ticket]:
    """Return the unresolved visible tickets of ``contact``, the newest first."""
    tickets = visible_tickets(user).filter(requester=contact, category__in=UNRESOLVED)
    return list(tickets.select_related("status", "requester").order_by("-last_activity_at", "-pk")[:limit])


def visible_contacts(user: Any, query: str, *, limit: int) -> list[Contact]:
    """Return those whom ``query`` may mean by name or address, among the requesters of visible tickets."""
    words = query.split()[:4]
    if not words:
        return []
    wanted = Q()
    for word in words:
        wanted &= Q(name__icontains=word) | Q(emails__address__icontains=word)
    contacts = Contact.objects.filter(wanted, merged_into=None, erased_at=None)
    keys = list(contacts.order_by("-pk").values_list("pk", flat=True)[: 20 * limit])
    seen = set(visible_tickets(user).filter(requester__in=keys).values_list("requester", flat=True).distinct())
    found = Contact.objects.filter(pk__in=seen).prefetch_related("emails").order_by("name", "pk")
    return list(found[:limit])


def visible_organisations(user: Any, words: str, *, limit: int) -> list[Organisation]:
    """Return those whose name has ``words``, among the organisations of the requesters of visible tickets."""
    if not words.strip():
        return []
    named = Organisation.objects.filter(name__icontains=words.strip()).order_by("name")
    keys = list(named.values_list("pk", flat=True)[: 20 * limit])
    theirs = visible_tickets(user).filter(requester__organisation=OuterRef("pk"))
    return list(Organisation.objects.filter(Exists(theirs), pk__in=keys).order_by("name")[:limit])


def visible_contact(user: Any, key: str) -> Contact | None:
    """Return the contact with a key that a form sent, where the user knows of it from a ticket."""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    contact = Contact.objects.filter(pk=int(key), merged_into=None, erased_at=None).first()
    known = contact is not None and visible_tickets(user).filter(requester=contact).exists()
    return contact if known else None
