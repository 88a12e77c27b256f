"""What an agent is offered while typing: saved replies, articles, colleagues, tickets, macros, values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from wagtail_helpdesk.automation.macros import macros_for
from wagtail_helpdesk.automation.matching import score
from wagtail_helpdesk.automation.saved_replies import replies_for, search_replies
from wagtail_helpdesk.automation.variables import values_for, variables
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.mentions import handles_of
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.inbox.people import display_name, people_who_may
from wagtail_helpdesk.inbox.similar import tickets_named
from wagtail_helpdesk.knowledge_base.suggesting import find_articles
from wagtail_helpdesk.tickets.models import Ticket

LIMIT = 20
#: As long as anything that is looked for.
MAX_QUERY = 100


@dataclass(frozen=True)
class Place:
    """Where the agent writes: on a ticket, or on a new one of a mailbox for somebody."""

    request: HttpRequest
    ticket: Ticket | None = None
    mailbox: Mailbox | None = None
    contact: Contact | None = None

    @property
    def user(self) -> Any:
        """Who writes."""
        return self.request.user

    @property
    def language(self) -> str:
        """In which language the customer reads."""
        contact = self.contact.language if self.contact else ""
        if self.ticket is not None:
            return self.ticket.language
        return contact or (self.mailbox.language if self.mailbox else "")


@dataclass(frozen=True)
class Suggestion:
    """One line of a list."""

    key: str
    label: str
    detail: str = ""
    group: str = ""
    #: What is put in where nothing has to be fetched for it.
    text: str = ""
    #: Where more is said of it.
    preview: str = ""
    #: Whether it asks for something before it is run.
    asks: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what our JavaScript reads."""
        return {name: value for name, value in asdict(self).items() if value}


def _ready_url(place: Place, kind: str, key: Any) -> str:
    if place.ticket is None:
        return reverse("helpdesk_tickets:new_ready", args=[kind, key])
    return reverse("helpdesk_tickets:ready", args=[place.ticket.pk, kind, key])


def suggest_replies(place: Place, query: str) -> list[Suggestion]:
    """Return saved replies."""
    found = replies_for(place.user, ticket=place.ticket, mailbox=place.mailbox, language=place.language)
    return [
        Suggestion(
            key=str(one.reply.pk),
            label=one.reply.name,
            detail=one.words[:100],
            group=one.folder,
            preview=_ready_url(place, "replies", one.reply.pk),
        )
        for one in search_replies(found, query)[:LIMIT]
    ]


def suggest_articles(place: Place, query: str) -> list[Suggestion]:
    """Return articles of all languages."""
    hits = find_articles(query, language=place.language, limit=LIMIT, request=place.request)
    return [
        Suggestion(
            key=str(hit.pk),
            label=hit.title,
            detail=" · ".join(filter(None, (hit.section, hit.language))),
            preview=_ready_url(place, "articles", hit.pk),
        )
        for hit in hits
    ]


def suggest_people(place: Place, query: str) -> list[Suggestion]:
    """Return colleagues, each under a name that is nobody else's."""
    people = [person for person in people_who_may("view") if person.pk != place.user.pk]
    handles = handles_of(people)
    found = []
    for person in people:
        name, login = display_name(person), person.get_username()
        points = score(query, [name, login]) if query.strip() else 1
        if points:
            handle = name if handles.get(name.lower()) == {person.pk} else login
            found.append((-points, Suggestion(key=str(person.pk), label=name, detail=login, text=f"@{handle} ")))
    return [suggestion for _points, suggestion in sorted(found, key=lambda pair: (pair[0], pair[1].label))][:LIMIT]


def suggest_tickets(place: Place, query: str) -> list[Suggestion]:
    """Return tickets that the user may see."""
    return [
        Suggestion(
            key=str(ticket.pk),
            label=f"{ticket.reference} {ticket.display_subject}",
            detail=f"{ticket.requester} · {ticket.status.name}",
            text=f"{ticket.reference} ",
        )
        for ticket in tickets_named(place.user, query, limit=LIMIT)
        if place.ticket is None or ticket.pk != place.ticket.pk
    ]


def suggest_variables(place: Place, query: str) -> list[Suggestion]:
    """Return what a saved text may name, with its value here: that is what is put in. Two queries at most.

    What nobody knows leaves the gap that nobody can send.
    """
    values = values_for(
        user=place.user, ticket=place.ticket, contact=place.contact, mailbox=place.mailbox, language=place.language
    )
    found = []
    for name, label in variables():
        value = values.get(name, "")
        points = score(query.strip("{ "), [str(label), name, value]) if query.strip("{ ") else 1
        if points:
            text = value or f"[[{name}]]"
            found.append((not value, -points, Suggestion(key=name, label=str(label), detail=text, text=text)))
    return [suggestion for *_rank, suggestion in sorted(found, key=lambda row: row[:2])][:LIMIT]


def suggest_macros(place: Place, query: str) -> list[Suggestion]:
    """Return the macros that may be run on the ticket; none for a new one."""
    if place.ticket is None:
        return []
    macros = list(macros_for(place.user, place.ticket))
    if query.strip():
        rated = [(score(query, [macro.name, macro.description]), macro) for macro in macros]
        macros = [macro for points, macro in sorted(rated, key=lambda pair: -pair[0]) if points]
    return [
        Suggestion(
            key=str(macro.pk),
            label=macro.name,
            detail=macro.description,
            preview=reverse("helpdesk_tickets:macro", args=[place.ticket.pk, macro.pk]),
            asks=bool(macro.questions.all()),
        )
        for macro in macros[:LIMIT]
    ]


SUGGEST: dict[str, Callable[[Place, str], list[Suggestion]]] = {
    "replies": suggest_replies,
    "articles": suggest_articles,
    "people": suggest_people,
    "tickets": suggest_tickets,
    "macros": suggest_macros,
    "variables": suggest_variables,
}
