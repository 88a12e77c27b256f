"""What the desk knows of a contact is corrected, and never overwritten unawares."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contacts.actions.edit_contact import EditContact
from wagtail_helpdesk.contacts.models import Organisation
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories


@pytest.fixture
def contact(desk):
    return factories.make_contact("ana@example.org", name="Ana")


@pytest.fixture
def edit(desk, contact):
    """Return a function that edits the contact as the agent, or as somebody else."""

    def run(values, seen=None, by=None):
        EditContact(contact=contact, values=values, seen=seen, actor=Actor.of_user(by or desk.agent))()
        contact.refresh_from_db()
        return contact

    return run


def test_fields_and_organisation_by_name(edit):
    contact = edit({"name": "Ana Souza", "organisation": "Acme", "is_vip": True, "notes": "Calls on Mondays"})
    assert (contact.name, contact.organisation.name, contact.is_vip) == ("Ana Souza", "Acme", True)
    assert edit({"organisation": "Acme"}).organisation == Organisation.objects.get()
    assert edit({"organisation": ""}).organisation is None


def test_what_somebody_else_changed_is_not_overwritten(edit):
    edit({"name": "Ana Maria"})
    with pytest.raises(ActionRefused, match="Ana Maria"):
        edit({"name": "Anna", "notes": "x"}, seen={"name": "Ana", "notes": ""})
    contact = edit({"notes": "x"}, seen={"notes": ""})
    assert (contact.name, contact.notes) == ("Ana Maria", "x")
    assert edit({"name": "Ana Maria"}, seen={"name": "Ana"}).name == "Ana Maria"


def test_only_who_may_change_tickets(desk, edit):
    with pytest.raises(PermissionDenied):
        edit({"name": "X"}, by=desk.light)


def test_not_one_who_was_erased_nor_other_fields(contact, edit):
    with pytest.raises(ValueError, match="erased_at"):
        edit({"erased_at": None})
    contact.erased_at = timezone.now()
    contact.save()
    with pytest.raises(ActionRefused):
        edit({"name": "X"})
