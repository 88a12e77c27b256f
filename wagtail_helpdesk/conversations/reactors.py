"""What conversations do when a customer is quicker, a ticket is put away, tickets and contacts are merged or erased."""

from __future__ import annotations

from contextlib import suppress

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.addresses import address_hash, is_address, without_addresses
from wagtail_helpdesk.conversations.actions.cancel_message import CallBackMessage, CancelMessage
from wagtail_helpdesk.conversations.choices import Direction, Flag, MessageState
from wagtail_helpdesk.conversations.draft_moves import give_draft
from wagtail_helpdesk.conversations.drafts import TYPED_ADDRESSES
from wagtail_helpdesk.conversations.files import delete_files_after_commit
from wagtail_helpdesk.conversations.models import Approval, Attachment, Draft, DraftFile, Message, MessageIdIndex
from wagtail_helpdesk.conversations.recounting import recount_conversation
from wagtail_helpdesk.conversations.waiting import wait_after_unmerge
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.events import (
    Actor,
    ContactErased,
    ContactsMerged,
    MessageAdded,
    TicketErased,
    TicketsMerged,
    TicketsUnmerged,
    TicketUpdated,
)
from wagtail_helpdesk.tickets.actions.merge_tickets import note_moved
from wagtail_helpdesk.tickets.choices import Visibility
from wagtail_helpdesk.tickets.models import TicketMerge, TicketParticipant


def hold_back_later(event: MessageAdded) -> None:
    """A customer's message comes first: what was to leave later is its author's draft again, unless meant regardless.

    A machine's answer holds nothing back.
    """
    if event.direction != Direction.INBOUND or event.visibility != Visibility.PUBLIC:
        return
    waiting = Message.objects.filter(ticket=event.ticket_id, state=MessageState.SCHEDULED)
    later = [message for message in waiting.select_related("ticket", "author_user") if message.mailing.get("later")]
    if not later or Flag.AUTO_REPLY in Message.objects.get(pk=event.message_id).flags:
        return
    for message in later:
        if not message.mailing.get("regardless"):
            with suppress(ActionRefused):
                CancelMessage(message=message, why="answered", actor=Actor.system(), depth=event.depth)()


def call_back_hidden(event: TicketUpdated) -> None:
    """Nothing leaves from spam or trash: what was to leave, or to be approved, is its author's draft again."""
    if not any(change.field == "category" and change.new in HIDDEN for change in event.changes):
        return
    unsent = Message.objects.filter(ticket=event.ticket_id, state__in=CallBackMessage.states)
    for message in unsent.select_related("ticket", "author_user").order_by("pk"):
        with suppress(ActionRefused):
            CallBackMessage(message=message, why="hidden", actor=Actor.system(), depth=event.depth)()


def merge_conversations(event: TicketsMerged) -> None:
    """The source's messages stand in the target, by time; answers to its mails find the target."""
    messages = list(Message.objects.filter(ticket=event.source_id).values_list("pk", flat=True))
    Message.objects.filter(pk__in=messages).update(ticket=event.target_id)
    MessageIdIndex.objects.filter(message__in=messages).update(ticket=event.target_id)
    drafts = list(Draft.objects.living().filter(ticket=event.source_id).select_related("user"))
    taken = set(Draft.objects.filter(ticket=event.target_id).values_list("user", flat=True))
    alone = [draft.pk for draft in drafts if draft.user_id not in taken]
    Draft.objects.filter(pk__in=alone).update(ticket=event.target_id)
    for draft in drafts:
        if draft.user_id in taken:
            draft.ticket_id = event.target_id
            give_draft(draft, draft.user)
    note_moved(event.merge_id, "conversations", {"messages": messages, "drafts": alone})
    recount_conversation(event.source_id)
    recount_conversation(event.target_id)


def unmerge_conversations(event: TicketsUnmerged) -> None:
    """What had come from the source goes back to it; what was written since stays."""
    merge = TicketMerge.objects.get(pk=event.merge_id)
    moved = merge.moved["conversations"]
    # What was split off from the target meanwhile stays where it is.
    messages = Message.objects.filter(pk__in=moved["messages"], ticket=event.target_id)
    messages = list(messages.values_list("pk", flat=True))
    Message.objects.filter(pk__in=messages).update(ticket=event.source_id)
    MessageIdIndex.objects.filter(message__in=messages).update(ticket=event.source_id)
    # Not that of somebody who has begun another one there.
    taken = list(Draft.objects.filter(ticket=event.source_id).values_list("user", flat=True))
    drafts = Draft.objects.filter(pk__in=moved.get("drafts", []), ticket=event.target_id)
    drafts.exclude(user__in=taken).update(ticket=event.source_id)
    recount_conversation(event.source_id)
    recount_conversation(event.target_id)
    wait_after_unmerge(merge)


def erase_conversation(event: TicketErased) -> None:
    """The words, files and Message-IDs go; the messages stay as times and counts."""
    attachments = Attachment.objects.filter(message__ticket=event.ticket_id)
    delete_files_after_commit(attachments.values_list("storage_key", flat=True))
    attachments.delete()
    MessageIdIndex.objects.filter(ticket=event.ticket_id).delete()
    delete_files_after_commit(
        DraftFile.objects.filter(draft__ticket=event.ticket_id).values_list("storage_key", flat=True)
    )
    Draft.objects.filter(ticket=event.ticket_id).delete()
    messages = Message.objects.filter(ticket=event.ticket_id)
    messages.filter(state__in=[MessageState.SCHEDULED, MessageState.WAITING]).update(state=MessageState.CANCELLED)
    Approval.objects.filter(message__ticket=event.ticket_id).delete()
    messages.update(
        subject="",
        text="",
        html="",
        reply_text="",
        reply_html="",
        from_address="",
        recipients={},
        flags=[],
        cards=[],
        mailing={},
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
    _forget_blind_copies(set(event.address_hashes))
    _forget_typed_addresses(set(event.address_hashes))


def _forget_blind_copies(hashes: set[str]) -> None:
    """Who got a blind copy takes no part in the ticket, and is found by the address alone."""
    copied = Message.objects.filter(direction=Direction.OUTBOUND, recipients__bcc__0__isnull=False)
    for message in copied.only("pk", "recipients").iterator():
        rows = message.recipients["bcc"]
        kept = [
            row | {"name": "", "address": ""}
            if is_address(row["address"]) and address_hash(row["address"]) in hashes
            else row
            for row in rows
        ]
        if kept != rows:
            Message.objects.filter(pk=message.pk).update(recipients=message.recipients | {"bcc": kept})


def _forget_typed_addresses(hashes: set[str]) -> None:
    """The addresses go from what agents have typed and not sent. All drafts are looked at: each agent has a few."""
    for draft in Draft.objects.only("pk", "choices").iterator():
        typed = {name: draft.choices[name] for name in TYPED_ADDRESSES if draft.choices.get(name)}
        kept = {name: without_addresses(text, hashes) for name, text in typed.items()}
        if kept != typed:
            # Not the version: an open editor has the address still, and may say so.
            Draft.objects.filter(pk=draft.pk).update(choices=draft.choices | kept)
