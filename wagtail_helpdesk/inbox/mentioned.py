"""Who was named in a note and has not said "done" yet. What an agent chose to be told of makes no difference here."""

from __future__ import annotations

from wagtail_helpdesk.events import TicketErased, TicketsMerged, TicketsUnmerged, UserMentioned
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.tickets.actions.merge_tickets import live_merges, note_moved
from wagtail_helpdesk.tickets.models import TicketMerge


def remember_mention(event: UserMentioned) -> None:
    """The ticket stands among the mentions of whom a note names, though not of who wrote it."""
    if event.actor.kind != "user" or event.actor.id != event.user_id:
        Mention.objects.get_or_create(ticket_id=event.ticket_id, user_id=event.user_id)


def move_mentions(event: TicketsMerged) -> None:
    """Whoever is named in the source is named in the target."""
    there = Mention.objects.filter(ticket=event.target_id).values_list("user", flat=True)
    # Who is named in both keeps both: the source's shows nowhere until the merge is undone.
    mentions = Mention.objects.filter(ticket=event.source_id).exclude(user__in=list(there))
    moved = list(mentions.values_list("pk", flat=True))
    Mention.objects.filter(pk__in=moved).update(ticket=event.target_id)
    note_moved(event.merge_id, "inbox", {"mentions": moved})


def move_mentions_back(event: TicketsUnmerged) -> None:
    """They go back with their ticket, those that are not done; who is named in another one that is merged stays."""
    moved = TicketMerge.objects.get(pk=event.merge_id).moved.get("inbox", {}).get("mentions", [])
    mentions = Mention.objects.filter(pk__in=moved)
    named = set(mentions.values_list("user", flat=True))
    mentions.update(ticket=event.source_id)
    for merge in live_merges(event.target_id) if named else ():
        others = dict(Mention.objects.filter(ticket=merge.source_id, user__in=named).values_list("pk", "user"))
        if others:
            Mention.objects.filter(pk__in=others).update(ticket=event.target_id)
            before = merge.moved.get("inbox", {}).get("mentions", [])
            note_moved(merge.pk, "inbox", {"mentions": [*before, *others]})
            named -= set(others.values())


def forget_mentions(event: TicketErased) -> None:
    """An erased ticket asks nobody."""
    Mention.objects.filter(ticket=event.ticket_id).delete()
