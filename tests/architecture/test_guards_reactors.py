"""Merge and erase reach every table: a foreign key that nobody thought of makes a test fail."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from tests.architecture.full_ticket import (
    ADDRESS,
    NAME,
    WORDS,
    full_name,
    make_full_ticket,
    places_of,
    relations_to,
)
from wagtail_helpdesk.contacts.actions.erase_contact import EraseContact
from wagtail_helpdesk.contacts.actions.merge_contacts import MergeContacts
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.models import Ticket, TicketMerge

#: What stays with the ticket that was merged into another, and why.
STAYS_ON_MERGE = {
    "TicketEvent.ticket": "the history is the ticket's own; it has to tell of the merge",
    "TicketMerge.source": "the record of the merge itself",
    "TicketMerge.target": "the record of an earlier merge, so that it can be undone after this one is",
    "TicketLink.source": "a link names the ticket that was linked; whoever follows it is led on",
    "TicketLink.target": "as its other end",
    "TaggedTicket.content_object": "the target gets the tags in addition, so that the source has them back",
    "TicketFieldValue.ticket": "the target takes the values it lacks, and has rows of its own for them",
    "TicketReader.ticket": "the target gets stars and watches in addition, so that the source has them back",
    "Presence.ticket": "it is over in 15 seconds",
    "FocusSession.ticket": "the agent goes on from it to the next one",
    "SearchEntry.ticket": "the entry of the ticket itself, which the worker takes away",
    "Mention.ticket": "who is named in both is named in both again when the merge is undone",
    "TicketAccess.ticket": "the target gets the shares in addition, so that the source has them back",
}
#: What stays with the contact that was merged into another, and why.
STAYS_ON_CONTACT_MERGE: dict[str, str] = {}
#: Columns that may still name a contact who was erased, and why.
KEEPS_THE_NAME = {
    "Message.text": "what was written is the ticket's, and goes when the ticket is erased",
    "Message.html": "as the text",
    "Message.reply_text": "as the text",
    "Message.reply_html": "as the text",
    "OutboundMail.text": "as the message that it carries",
    "OutboundMail.html": "as the message that it carries",
    "Ticket.preview": "as the text it is taken from",
}


def pointing_at(target: Any, pk: int) -> set[str]:
    """Return the foreign keys that have a row which points at ``pk``."""
    return {
        full_name(field)
        for field in relations_to(target)
        if field.model._base_manager.filter(**{field.attname: pk}).exists()
    }


def snapshot() -> dict[str, dict[Any, Any]]:
    """Return every row of ours by table and key, but for the history, the records of merges and what is to index."""
    return {
        model.__name__: {row["id"]: row for row in model._base_manager.values()}
        for model in apps.get_app_config("wagtail_helpdesk").get_models(include_auto_created=True)
        if model.__name__ not in ("TicketEvent", "TicketMerge", "IndexTask")
    }


@pytest.fixture
def full(desk):
    return make_full_ticket(desk)


@pytest.fixture
def other(desk):
    return make_full_ticket(desk, number=2, address="other@example.org")


def test_full_ticket_has_a_row_in_every_table(full):
    every = {full_name(field) for field in relations_to(Ticket)} - {"TicketMerge.source"}  # it is not merged itself
    assert pointing_at(Ticket, full.pk) == every, "teach tests/architecture/full_ticket.py the new table"


def test_merge_moves_everything_that_has_no_reason_to_stay(desk, full, other):
    MergeTickets(source=full, target=other, actor=Actor.of_user(desk.agent))()
    assert pointing_at(Ticket, full.pk) == set(STAYS_ON_MERGE)
    assert Ticket.objects.get(pk=full.pk).merged_into_id == other.pk


def test_unmerge_puts_everything_back_at_any_later_time(desk, full, other):
    before = snapshot()
    merge = MergeTickets(source=full, target=other, actor=Actor.of_user(desk.agent))()
    assert snapshot() != before
    UnmergeTickets(merge=TicketMerge.objects.get(pk=merge.pk), actor=Actor.of_user(desk.agent))()
    after = snapshot()
    assert set(before) == set(after)
    for table, rows in before.items():
        assert after[table] == rows, table


def test_what_came_after_the_merge_stays_with_the_target(desk, full, other):
    merge = MergeTickets(source=full, target=other, actor=Actor.of_user(desk.agent))()
    later = factories.add_note(other, desk.agent, "<p>Later</p>")
    UnmergeTickets(merge=merge, actor=Actor.of_user(desk.agent))()
    later.refresh_from_db()
    assert later.ticket_id == other.pk


def test_erase_leaves_no_word_anywhere(desk, django_capture_on_commit_callbacks):
    before = set(_private_files())
    full = make_full_ticket(desk)
    files = set(_private_files()) - before
    assert len(files) >= 2
    assert len(places_of(WORDS)) >= 15
    with django_capture_on_commit_callbacks(execute=True):
        TrashTicket(ticket=full, actor=Actor.of_user(desk.manager))()
        EraseTicket(ticket=full, actor=Actor.of_user(desk.manager))()
    assert places_of(WORDS) == set()
    assert places_of(NAME) <= {"Contact.name"}, "the person is forgotten by EraseContact"
    assert places_of(ADDRESS) <= {"ContactEmail.address"}
    assert not files & set(_private_files()), "files and raw mails are gone"


def test_erase_keeps_what_statistics_need(desk, full):
    kept = ("created_at", "first_replied_at", "message_count", "attachment_count", "team_id", "requester_id", "channel")
    before = Ticket.objects.filter(pk=full.pk).values(*kept).get()
    keys = list(full.inbound_mails.values_list("dedupe_key", "raw_sha256"))
    TrashTicket(ticket=full, actor=Actor.of_user(desk.manager))()
    EraseTicket(ticket=full, actor=Actor.of_user(desk.manager))()
    assert Ticket.objects.filter(pk=full.pk).values(*kept).get() == before
    assert list(full.inbound_mails.values_list("dedupe_key", "raw_sha256")) == keys, "old mail is not read again"


def test_erased_ticket_sends_nothing_and_opens_to_no_link(desk, full):
    TrashTicket(ticket=full, actor=Actor.of_user(desk.manager))()
    EraseTicket(ticket=full, actor=Actor.of_user(desk.manager))()
    assert not full.tokens.filter(revoked_at__isnull=True).exists()
    assert not full.messages.filter(state="scheduled").exists()
    assert set(full.outbound_mails.values_list("state", flat=True)) <= {"cancelled", "sent"}
    assert Ticket.objects.get(pk=full.pk).erased_at <= timezone.now()


def test_contact_merge_moves_everything(desk, full):
    source, target = full.requester, factories.make_contact("zeb@private.example", name="Zeb")
    duplicate = factories.make_contact("third@example.org")
    MergeContacts(source=duplicate, target=source, actor=Actor.of_user(desk.administrator))()
    assert pointing_at(Contact, source.pk) == {full_name(field) for field in relations_to(Contact)}
    MergeContacts(source=source, target=target, actor=Actor.of_user(desk.administrator))()
    assert pointing_at(Contact, source.pk) == set(STAYS_ON_CONTACT_MERGE)


def test_contact_erase_leaves_neither_name_nor_address(desk, full):
    twin = factories.make_contact(f"second.{ADDRESS}", name=NAME)
    MergeContacts(source=twin, target=full.requester, actor=Actor.of_user(desk.administrator))()
    EraseContact(contact=Contact.objects.get(pk=full.requester_id), actor=Actor.of_user(desk.administrator))()
    assert places_of(NAME) <= set(KEEPS_THE_NAME)
    assert places_of(ADDRESS) <= set(KEEPS_THE_NAME)


def _private_files() -> list[str]:
    storage, found, folders = private_storage(), [], [""]
    while folders:
        folder = folders.pop()
        names, files = storage.listdir(folder) if storage.exists(folder or ".") else ([], [])
        folders += [f"{folder}/{name}".lstrip("/") for name in names]
        found += [f"{folder}/{name}".lstrip("/") for name in files]
    return found
