"""Forget a person: the row stays, without a name, an address or a note."""

from __future__ import annotations

from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import Action
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.events import Actor


class EraseContact(Action):
    """Anonymise ``contact``. Packages that keep its name or address elsewhere react to ContactErased."""

    def __init__(self, *, contact: Contact, actor: Actor, depth: int = 0) -> None:
        super().__init__(actor=actor, depth=depth)
        self.contact = contact

    def check(self) -> None:
        """PermissionDenied for a user who may not delete contacts."""
        self.require_permission("wagtail_helpdesk.delete_contact")

    def execute(self) -> Contact:
        """Delete the addresses, empty the personal fields, also of who was merged into it; return the contact."""
        contact = self.contact
        for twin in Contact.objects.filter(merged_into=contact):
            self._forget(twin)
        hashes = tuple(contact.emails.values_list("address_hash", flat=True))
        self.publish(events.ContactErased, contact_id=contact.pk, address_hashes=hashes)
        self._forget(contact)
        return contact

    @staticmethod
    def _forget(contact: Contact) -> None:
        contact.emails.all().delete()
        contact.name = contact.language = contact.time_zone = contact.notes = ""
        contact.organisation = contact.user = None
        contact.is_vip = False
        contact.erased_at = timezone.now()
        contact.save()
