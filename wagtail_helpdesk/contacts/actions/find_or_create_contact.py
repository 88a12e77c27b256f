"""Find the contact behind an address, or make one."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError

from wagtail_helpdesk import events
from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.foreseeing import Foresight

#: By an address's hash, who holds it.
_holders: Foresight[str, Contact | None] = Foresight()


def foresee_holders(hashes: Collection[str]) -> None:
    """Ask who holds the addresses with these hashes, for all that look for one of them soon. One query."""
    found: dict[str, Contact | None] = dict.fromkeys(hashes)
    for row in ContactEmail.objects.filter(address_hash__in=hashes).select_related("contact"):
        found[row.address_hash] = row.contact
    _holders.put(found)


def find_or_create_contact(*, address: str, name: str = "", language: str = "", user=None) -> tuple[Contact, bool]:
    """Return the contact of ``address`` and whether it is new. Must run in a transaction.

    A name or language that is known is kept; an empty one is filled in. Raises ValueError for what is no address.
    """
    hashed = address_hash(address)
    made = [row.contact for row in events.unwritten(ContactEmail) if row.address_hash == hashed]
    contact = made[0] if made else _holder_of(hashed, address)
    if contact is not None:
        return _complete(contact, name, language), False
    try:
        with events.savepoint():
            _holders.drop(hashed)
            contact = Contact.objects.create(name=name[:200], language=language, user=user)
            events.write_later([ContactEmail(contact=contact, address=address.strip(), address_hash=hashed)])
    except IntegrityError:
        # Somebody else made it between our look and our insert.
        contact = Contact.objects.by_address(address)
        if contact is None:
            raise
        return _complete(contact, name, language), False
    return contact, True


def _holder_of(hashed: str, address: str) -> Contact | None:
    foreseen = _holders.get([hashed])
    return foreseen[0] if foreseen is not None else Contact.objects.by_address(address)


def _complete(contact: Contact, name: str, language: str) -> Contact:
    changed = []
    if name and not contact.name:
        contact.name = name[:200]
        changed.append("name")
    if language and not contact.language:
        contact.language = language
        changed.append("language")
    if changed:
        contact.save(update_fields=changed)
    return contact
