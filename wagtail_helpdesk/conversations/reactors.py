"""What conversations do when tickets and contacts are merged or erased."""

from __future__ import annotations

from wagtail_helpdesk.conversations.choices import Direction, MessageState
from wagtail_helpdesk.conversations.files import delete_files_after_commit
from wagtail_helpdesk.conversations.models import Attachment, Draft, Message, MessageIdIndex
from wagtail_helpdesk.conversations.recounting import recount_conversation
from wagtail_helpdesk.events import ContactErased, ContactsMerged, TicketErased, TicketsMerged, TicketsUnmerged
from wagtail_helpdesk.tickets.actions.merge_tickets import note_moved
from wagtail_helpdesk.tickets.models import TicketMerge, TicketParticipant


def merge_conversations(event: TicketsMerged) -> None:
    """The source's messages stand in the target, by time; answers to its mails find the target."""
    messages = list(Message.objects.filter(ticket=event.source_id).values_list("pk", flat=True))
    Message.objects.filter(pk__in=messages).update(ticket=event.target_id)
    MessageIdIndex.objects.filter(message__in=messages).update(ticket=event.target_id)
    note_moved(event.merge_id, "conversations", {"messages": messages})
    recount_conversation(event.source_id)
    recount_conversation(event.target_id)


def unmerge_conversations(event: TicketsUnmerged) -> None:
    """What had come from the source goes back to it; what was written since stays."""
    messages = TicketMerge.objects.get(pk=event.merge_id).moved["conversations"]["messages"]
    # What was split off from the target meanwhile stays where it is.
    messages = list(Message.objects.filter(pk__in=messages, ticket=event.target_id).values_list("pk", flat=True))
    Message.objects.filter(pk__in=messages).update(ticket=event.source_id)
    MessageIdIndex.objects.filter(message__in=messages).update(ticket=event.source_id)
    recount_conversation(event.source_id)
    recount_conversation(event.target_id)


def merge_drafts(event: TicketsMerged) -> None:
    """What agents have written goes on in the target; where one has a draft there too, the source's waits with it."""
    taken = Draft.objects.filter(ticket=event.target_id).values_list("user", flat=True)
    drafts = Draft.objects.filter(ticket=event.source_id).exclude(user__in=list(taken))
    keys = list(drafts.values_list("pk", flat=True))
    Draft.objects.filter(pk__in=keys).update(ticket=event.target_id)
    note_moved(event.merge_id, "drafts", {"drafts": keys})


def unmerge_drafts(event: TicketsUnmerged) -> None:
    """They go back with their ticket, but for one of somebody who has begun another there."""
    keys = TicketMerge.objects.get(pk=event.merge_id).moved.get("drafts", {}).get("drafts", ())
    taken = Draft.objects.filter(ticket=event.source_id).values_list("user", flat=True)
    Draft.objects.filter(pk__in=keys, ticket=event.target_id).exclude(user__in=list(taken)).update(
        ticket=event.source_id
    )


def erase_conversation(event: TicketErased) -> None:
    """The words, files and Message-IDs go; the messages stay as times and counts."""
    attachments = Attachment.objects.filter(message__ticket=event.ticket_id)
    delete_files_after_commit(attachments.values_list("storage_key", flat=True))
    attachments.delete()
    MessageIdIndex.objects.filter(ticket=event.ticket_id).delete()
    Draft.objects.filter(ticket=event.ticket_id).delete()
    messages = Message.objects.filter(ticket=event.ticket_id)
    messages.filter(state=MessageState.SCHEDULED).update(state=MessageState.CANCELLED)
    messages.update(
        subject="", text="", html="", reply_text="", reply_html="", from_address="", recipients={}, flags=[], cards=[]
    )
    messages.filter(author_contact__isnull=False).update(author_name="")


def move_contact(event: ContactsMerged) -> None:
    """The merged contact's messages are the survivor's."""
    Message.objects.filter(author_contact=event.source_id).update(author_contact=event.target_id)


def forget_contact(event: ContactErased) -> None:
    """The name and the address go from the messages; the words are the ticket's, and go with it."""
    Message.objects.filter(author_contact=event.contact_id).update(author_name="", from_address="")
    people = set(TicketParticipant.objects.filter(contact=event.contact_id).values_list("pk", flat=True))
    outbound = Message.objects.filter(
        ticket__participants__contact=event.contact_id, direction=Direction.OUTBOUND
    ).distinct()
    for message in outbound.only("pk", "recipients"):
        message.recipients = {
            kind: [
                entry | {"name": "", "address": ""} if entry.get("participant") in people else entry for entry in rows
            ]
            for kind, rows in message.recipients.items()
        }
        message.save(update_fields=["recipients"])
