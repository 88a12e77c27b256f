"""Somebody corrects what the desk knows of a contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import Action, ActionRefused
from wagtail_helpdesk.contacts.models import Contact, Organisation
from wagtail_helpdesk.events import Actor

#: What can be edited. The organisation goes by its name.
FIELDS = ("name", "organisation", "is_vip", "notes")


class EditContact(Action):
    """Set the ``values`` of a contact's fields; "" takes the contact out of its organisation, a new name makes one.

    ``seen`` are the values that the person saw: a field that somebody else changed meanwhile is refused, and then
    nothing is changed.
    """

    def __init__(
        self,
        *,
        contact: Contact,
        values: Mapping[str, Any],
        seen: Mapping[str, Any] | None = None,
        actor: Actor,
        depth: int = 0,
    ) -> None:
        super().__init__(actor=actor, depth=depth)
        if unknown := set(values) - set(FIELDS):
            raise ValueError(f"not to be edited: {sorted(unknown)}")
        self.contact, self.values, self.seen = contact, dict(values), dict(seen or {})

    def check(self) -> None:
        """Lock the contact; PermissionDenied; ActionRefused for one that is gone, or for a value nobody has seen."""
        self.require_permission("wagtail_helpdesk.change_ticket")
        self.contact = Contact.objects.select_for_update().get(pk=self.contact.pk)
        if self.contact.merged_into_id or self.contact.erased_at:
            raise ActionRefused(_("This contact was merged or erased before."))
        now = values_of(self.contact)
        for field, value in self.values.items():
            if field in self.seen and now[field] not in (self.seen[field], value):
                raise ActionRefused(
                    _("Somebody else changed this meanwhile: %(field)s is “%(value)s” now.")
                    % {"field": Contact._meta.get_field(field).verbose_name, "value": _in_words(now[field])}
                )

    def execute(self) -> Contact:
        """Write the fields; return the contact."""
        for field, value in self.values.items():
            setattr(self.contact, field, _organisation(value) if field == "organisation" else value)
        self.contact.save(update_fields=list(self.values))
        return self.contact


def values_of(contact: Contact) -> dict[str, Any]:
    """Return the fields as they are edited."""
    return {
        "name": contact.name,
        "organisation": contact.organisation.name if contact.organisation else "",
        "is_vip": contact.is_vip,
        "notes": contact.notes,
    }


def _organisation(name: str) -> Organisation | None:
    if not name:
        return None
    # By its name as it is written: some databases take others for the same.
    same = [known for known in Organisation.objects.filter(name=name).order_by("pk") if known.name == name]
    return same[0] if same else Organisation.objects.create(name=name)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value
