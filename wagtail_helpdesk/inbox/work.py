"""What agents do about a ticket, beside its conversation: who watches, its checklist, its links, what it took in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.inbox.numbers import ticket_number
from wagtail_helpdesk.inbox.people import display_name
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.inbox.ticket_snippet.chooser import matching
from wagtail_helpdesk.tickets.choices import LinkKind, Watch
from wagtail_helpdesk.tickets.models import ChecklistItem, ChecklistTemplate, Ticket, TicketLink, TicketMerge
from wagtail_helpdesk.tickets.permissions import may

#: Tickets that a search for another one shows.
FOUND = 8

#: How a link reads from the ticket that it leads away from, and from the one it leads to.
READS: dict[str, tuple[Promise, Promise]] = {
    LinkKind.CONTINUES: (gettext_lazy("Continues"), gettext_lazy("Continued by")),
    LinkKind.POSSIBLY: (gettext_lazy("Possibly belongs to"), gettext_lazy("Possibly belongs here")),
    LinkKind.REPEATED: (gettext_lazy("Repeats"), gettext_lazy("Repeated by")),
    LinkKind.SIBLING: (gettext_lazy("Same message, other mailbox"), gettext_lazy("Same message, other mailbox")),
    LinkKind.RELATED: (gettext_lazy("Related to"), gettext_lazy("Related to")),
    LinkKind.DUPLICATE: (gettext_lazy("Duplicate of"), gettext_lazy("Has the duplicate")),
    LinkKind.CHILD: (gettext_lazy("Part of"), gettext_lazy("Has the part")),
    LinkKind.BLOCKED: (gettext_lazy("Waits for"), gettext_lazy("Keeps waiting")),
}
#: What an agent chooses, by the value of the choice: the kind, and whether it leads backwards.
RELATIONS: dict[str, tuple[LinkKind, bool]] = {
    "related": (LinkKind.RELATED, False),
    "blocked": (LinkKind.BLOCKED, False),
    "blocks": (LinkKind.BLOCKED, True),
    "child": (LinkKind.CHILD, False),
    "parent": (LinkKind.CHILD, True),
    "duplicate": (LinkKind.DUPLICATE, False),
    "original": (LinkKind.DUPLICATE, True),
}


@dataclass(frozen=True)
class LinkedTicket:
    """A ticket that belongs to this one, and how."""

    pk: int
    ticket: Ticket
    relation: Promise


@dataclass(frozen=True)
class Item:
    """One thing of the checklist; ``ticket`` is the one it is about, None where that is hidden or there is none."""

    row: ChecklistItem
    ticket: Ticket | None


def work_of(ticket: Ticket, user: Any) -> dict[str, Any]:
    """Return the context of ``work.html``. A fixed number of queries; names no ticket that ``user`` may not see."""
    links = list(TicketLink.objects.filter(Q(source=ticket) | Q(target=ticket)).order_by("pk"))
    items = list(ticket.checklist.all()) if ticket.item_count else []
    merges = list(TicketMerge.objects.filter(target=ticket, undone_at__isnull=True).order_by("pk"))
    ends = {_other_end(link, ticket) for link in links} | {item.about_id for item in items if item.about_id}
    visible = visible_tickets(user).select_related("status").in_bulk(ends) if ends else {}
    may_change = may(user, "change", ticket)
    return {
        "watchers": watchers_of(ticket),
        "linked_tickets": _linked(links, ticket, visible),
        "has_parts": any(
            link.kind == LinkKind.CHILD and link.target_id == ticket.pk and link.source_id in visible for link in links
        ),
        "may_reply": may(user, "reply", ticket),
        "relations": [(value, _reads(*pair)) for value, pair in RELATIONS.items()],
        "checklist": [Item(item, visible.get(item.about_id)) for item in items],
        "checklist_templates": templates_for(ticket) if may_change else [],
        "merges": _merged(merges, user),
        "may_change": may_change,
        "may_note": may(user, "note", ticket),
        "may_merge": may(user, "merge", ticket),
    }


def watchers_of(ticket: Ticket) -> list[str]:
    """Return the names of those who watch."""
    readers = ticket.readers.filter(watch=Watch.WATCHING, user__is_active=True).select_related("user").order_by("pk")
    return [display_name(reader.user) for reader in readers]


def templates_for(ticket: Ticket) -> QuerySet[ChecklistTemplate]:
    """Return the checklists that can be put on ``ticket``: those of its team and those of nobody."""
    return ChecklistTemplate.objects.filter(Q(team=None) | Q(team=ticket.team_id))


def find_ticket(user: Any, words: str) -> Ticket:
    """Return the ticket that ``words`` name: a number, or words that only one ticket fits. ActionRefused."""
    words = words.strip()
    if not words:
        raise ActionRefused(_("Write the number of a ticket, or words of its subject."))
    number = ticket_number(words.split()[0].rstrip(":"))
    tickets = visible_tickets(user)
    found = list(tickets.filter(pk=number)) if number is not None else list(search_tickets(user, words)[:2])
    if not found:
        raise ActionRefused(_("There is no ticket “%(words)s” that you may see.") % {"words": words[:100]})
    if len(found) > 1:
        raise ActionRefused(_("Several tickets fit “%(words)s”: write the number.") % {"words": words[:100]})
    return found[0]


def search_tickets(user: Any, words: str) -> QuerySet[Ticket]:
    """Return the visible tickets that ``words`` fit, newest first."""
    return matching(visible_tickets(user), words.strip()[:200]).order_by("-last_activity_at", "-pk")


def _reads(kind: LinkKind, backwards: bool) -> Promise:
    return READS[kind][1 if backwards else 0]


def _other_end(link: TicketLink, ticket: Ticket) -> int:
    return link.target_id if link.source_id == ticket.pk else link.source_id


def _linked(links: list[TicketLink], ticket: Ticket, visible: dict[int, Ticket]) -> list[LinkedTicket]:
    linked = []
    for link in links:
        other = visible.get(_other_end(link, ticket))
        if other is not None:
            relation = READS[link.kind][0 if link.source_id == ticket.pk else 1]
            linked.append(LinkedTicket(link.pk, other, relation))
    return linked


def _merged(merges: list[TicketMerge], user: Any) -> list[TicketMerge]:
    """Return the merges whose source the user might see if it stood for itself."""
    if not merges:
        return []
    sources = Ticket.objects.visible_to(user).filter(erased_at__isnull=True)
    visible = sources.in_bulk([merge.source_id for merge in merges])
    kept = [merge for merge in merges if merge.source_id in visible]
    for merge in kept:
        merge.source = visible[merge.source_id]
    return kept
