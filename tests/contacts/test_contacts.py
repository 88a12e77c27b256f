"""People and their addresses: one person for one address, on every database."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.addresses import address_hash, is_address, normalise_address
from wagtail_helpdesk.contacts.actions.erase_contact import EraseContact
from wagtail_helpdesk.contacts.actions.find_or_create_contact import find_or_create_contact
from wagtail_helpdesk.contacts.actions.merge_contacts import MergeContacts
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        (" Ana@Example.ORG ", "ana@example.org"),
        ("ana+tag@example.org", "ana+tag@example.org"),
        ("ana@example.org.", "ana@example.org"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("STRASSE@x.example", "strasse@x.example"),
        ("straße@x.example", "strasse@x.example"),
        ("o'hara@x.example", "o'hara@x.example"),
        ("josé@x.example", "josé@x.example"),
    ],
)
def test_normal_form(address, normal):
    assert normalise_address(address) == normal
    assert normalise_address(normal) == normal


@pytest.mark.parametrize(
    "address",
    ["", "ana", "@x", "ana@", "a@b@c", "a b@x", "a@x y", "<a@x>", "a@x,b@y", "a\x00@x", "x" * 250 + "@x.de", "a@."],
)
def test_no_address(address):
    assert not is_address(address)
    with pytest.raises(ValueError):
        address_hash(address)


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_not(text):
    if is_address(text):
        assert normalise_address(normalise_address(text)) == normalise_address(text)
        assert len(address_hash(text)) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [("josé@x.example", "jose@x.example"), ("ä@x.example", "a@x.example"), ("ı@x.example", "i@x.example")],
)
def test_addresses_that_a_collation_confuses_are_two_people(one, other):
    first, second = (find_or_create_contact(address=address)[0] for address in (one, other))
    assert first != second
    assert Contact.objects.by_address(one) == first and Contact.objects.by_address(other) == second


def test_known_name_is_kept_and_a_missing_one_filled_in():
    contact, new = find_or_create_contact(address="ana@example.org")
    assert new
    for name, kept in (("Ana", "Ana"), ("Hacker", "Ana"), ("", "Ana")):
        again, new = find_or_create_contact(address="ANA@example.org", name=name)
        assert (again, again.name, new) == (contact, kept, False)
    assert len(find_or_create_contact(address="b@example.org", name="x" * 500)[0].name) == 200


def test_merge_fills_the_gaps_and_keeps_what_is_there(desk):
    source = factories.make_contact("a@example.org", name="Ana", language="pt-br", is_vip=True, notes="One")
    target = factories.make_contact("b@example.org", name="Ana Souza", notes="Two")
    MergeContacts(source=source, target=target, actor=Actor.of_user(desk.administrator))()
    target.refresh_from_db()
    assert (target.name, target.language, target.is_vip, target.notes) == ("Ana Souza", "pt-br", True, "Two\n\nOne")
    assert Contact.objects.by_address("a@example.org") == target


def test_merge_of_a_requester_and_a_copied_person_in_one_ticket(desk, ticket):
    other = factories.make_contact("copied@example.org")
    row = ticket.participants.create(contact=other, address="copied@example.org", role="cc")
    MergeContacts(source=ticket.requester, target=other, actor=Actor.of_user(desk.administrator))()
    ticket.refresh_from_db()
    row.refresh_from_db()
    assert (ticket.requester, row.role, ticket.participants.count()) == (other, "requester", 1)


def test_merge_refuses_what_makes_no_sense(desk):
    one, two, three = (factories.make_contact() for _number in range(3))
    actor = Actor.of_user(desk.administrator)
    with pytest.raises(ActionRefused):
        MergeContacts(source=one, target=one, actor=actor)()
    MergeContacts(source=one, target=two, actor=actor)()
    # Also with rows that were read before.
    for source, target in ((one, three), (two, one)):
        with pytest.raises(ActionRefused):
            MergeContacts(source=source, target=target, actor=actor)()


@pytest.mark.parametrize("persona", ["light", "agent", "manager", "editor"])
def test_who_may_not(persona, desk):
    actor = Actor.of_user(getattr(desk, persona))
    one, two = factories.make_contact(), factories.make_contact()
    for action in (MergeContacts(source=one, target=two, actor=actor), EraseContact(contact=one, actor=actor)):
        with pytest.raises(PermissionDenied):
            action()


def test_erased_person_who_writes_again_is_somebody_new(desk, ticket):
    erased = ticket.requester
    EraseContact(contact=erased, actor=Actor.of_user(desk.administrator))()
    again, new = find_or_create_contact(address="ana@example.org")
    assert new and again != erased
    erased.refresh_from_db()
    assert (str(erased), erased.address) == ("Unknown contact", "")
