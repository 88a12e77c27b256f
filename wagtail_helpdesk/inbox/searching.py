"""The inbox's search: by number, subject and requester. Always two queries or fewer before the list's own."""

from __future__ import annotations

import re

from django.db.models import Q

from wagtail_helpdesk import conf
from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.tickets.models import Ticket

#: More people than this with the words in their name or address are not looked at.
MAX_REQUESTERS = 500
MAX_WORDS = 8
# The largest key that every database takes.
_MAX_DIGITS = 18


def ticket_number(query: str) -> tuple[int | None, bool]:
    """Return the number that ``query`` names and whether it can mean nothing else: HD-12 and #12 cannot, 12 can."""
    prefix = re.escape(conf.get("REFERENCE_PREFIX"))
    match = re.fullmatch(rf"\s*(?P<mark>{prefix}|#)?\s*(?P<number>[0-9]{{1,{_MAX_DIGITS}}})\s*", query, re.IGNORECASE)
    if match is None:
        return None, False
    return int(match["number"]), bool(match["mark"])


def search_condition(query: str) -> Q:
    """Return the condition for the tickets that ``query`` means.

    A number finds its ticket, or the one that it was merged into. Anything else has to stand in the subject, word
    by word, or in the requester's name or one of his addresses.
    """
    number, certain = ticket_number(query)
    if number is None:
        return _about(query)
    numbered = Q(pk=number) | Q(pk__in=_survivor_of(number))
    return numbered if certain else numbered | _about(query)


def _survivor_of(number: int) -> list[int]:
    return list(Ticket.objects.filter(pk=number, merged_into__isnull=False).values_list("merged_into", flat=True))


def _about(query: str) -> Q:
    in_subject, in_name, in_address = Q(), Q(), Q()
    for word in query.split()[:MAX_WORDS]:
        in_subject &= Q(subject__icontains=word)
        in_name &= Q(name__icontains=word)
        in_address &= Q(address__icontains=word)
    by_address = ContactEmail.objects.filter(in_address).values("contact")
    people = Contact.objects.filter(in_name | Q(pk__in=by_address))
    # Fetched, not joined: databases plan a short list of keys well.
    return in_subject | Q(requester__in=list(people.values_list("pk", flat=True)[:MAX_REQUESTERS]))
