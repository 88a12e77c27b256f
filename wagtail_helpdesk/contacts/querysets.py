"""Reads on contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from wagtail_helpdesk.addresses import address_hash

if TYPE_CHECKING:
    from wagtail_helpdesk.contacts.models import Contact


class ContactQuerySet(models.QuerySet):
    """Contacts by who they are."""

    def by_address(self, address: str) -> Contact | None:
        """Return the contact that holds ``address``, or None. ValueError for what is no address."""
        return self.filter(emails__address_hash=address_hash(address)).first()
