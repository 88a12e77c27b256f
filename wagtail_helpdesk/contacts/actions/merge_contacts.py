"""Two contacts turn out to be one person."""

from __future__ import annotations

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import Action, ActionRefused
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.events import Actor


class MergeContacts(Action):
    """Move everything of ``source`` to ``target``; the source stays as a row that points there."""

    def __init__(self, *, source: Contact, target: Contact, actor: Actor, depth: int = 0) -> None:
        super().__init__(actor=actor, depth=depth)
        self.source = source
        self.target = target

    def check(self) -> None:
        """Lock both; ActionRefused for a contact and itself, or one that was merged or erased; PermissionDenied."""
        self.require_permission("wagtail_helpdesk.change_contact")
        if self.source.pk == self.target.pk:
            raise ActionRefused(_("A contact cannot be merged with itself."))
        keys = (self.source.pk, self.target.pk)
        fresh = {row.pk: row for row in Contact.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
        self.source, self.target = (fresh[pk] for pk in keys)
        for contact in (self.source, self.target):
            if contact.merged_into_id or contact.erased_at:
                raise ActionRefused(_("This contact was merged or erased before."))

    def execute(self) -> Contact:
        """Move the addresses, fill the target's gaps, tell the other packages; return the target."""
        source, target = self.source, self.target
        source.emails.update(contact=target)
        for field in ("name", "language", "time_zone", "organisation_id", "user_id"):
            if not getattr(target, field):
                setattr(target, field, getattr(source, field))
        target.is_vip = target.is_vip or source.is_vip
        target.notes = "\n\n".join(filter(None, [target.notes, source.notes]))
        target.save()
        Contact.objects.filter(merged_into=source).update(merged_into=target)
        source.merged_into = target
        source.save(update_fields=["merged_into"])
        self.publish(events.ContactsMerged, source_id=source.pk, target_id=target.pk)
        return target
