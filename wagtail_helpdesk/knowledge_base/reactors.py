"""What links between tickets and articles do when tickets are merged or erased."""

from __future__ import annotations

from wagtail_helpdesk.events import TicketErased, TicketsMerged, TicketsUnmerged
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.tickets.actions.merge_tickets import note_moved
from wagtail_helpdesk.tickets.models import TicketMerge


def move_articles(event: TicketsMerged) -> None:
    """The source's articles are the target's."""
    moved = list(TicketArticle.objects.filter(ticket=event.source_id).values_list("pk", flat=True))
    TicketArticle.objects.filter(pk__in=moved).update(ticket=event.target_id)
    note_moved(event.merge_id, "knowledge_base", {"articles": moved})


def move_articles_back(event: TicketsUnmerged) -> None:
    """What had come from the source is the source's again."""
    moved = TicketMerge.objects.get(pk=event.merge_id).moved["knowledge_base"]["articles"]
    TicketArticle.objects.filter(pk__in=moved).update(ticket=event.source_id)


def forget_words(event: TicketErased) -> None:
    """The article is the site's and stays; the link keeps neither its title nor the messages."""
    links = TicketArticle.objects.filter(ticket=event.ticket_id)
    TicketArticle.messages.through.objects.filter(ticketarticle__in=links).delete()
    links.update(title="")
