"""The field of a form that names one of a ticket's files."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.views import file_url
from wagtail_helpdesk.tickets.custom_fields.form_fields import NOTHING, ValueField
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket

#: The newest ones can be chosen.
MOST = 100


def files_of(ticket: Ticket) -> dict[str, Attachment]:
    """Return the files that people see in the ticket, by their content's hash, newest first. One query."""
    rows = Attachment.objects.filter(message__ticket=ticket, hidden=False).order_by("-pk")[:MOST]
    found: dict[str, Attachment] = {}
    for row in rows:
        found.setdefault(row.sha256, row)
    return found


class FileChoice(ValueField):
    """Takes the hash of one of the ticket's files."""

    def __init__(self, field: TicketField, *, files: dict[str, Attachment], kept: Any = None, **kwargs: Any) -> None:
        super().__init__(field, kept=kept, **kwargs)
        self._known = {sha: {"sha256": sha, "name": file.display_name} for sha, file in files.items()}
        chosen = kept.get("sha256") if isinstance(kept, dict) else None
        if chosen and chosen not in self._known:
            self._known[chosen] = kept
        self.widget.choices = [("", NOTHING), *((sha, value["name"]) for sha, value in self._known.items())]
        #: Where what is chosen can be opened, "" where that is gone or nothing is chosen.
        self.open_url = file_url(files[chosen]) if chosen in files else ""

    def clean(self, value: Any) -> Any:
        """Return what is stored, None for nothing. ValidationError for what is no file of the ticket."""
        if not value:
            return super().clean(None)
        if value not in self._known:
            raise ValidationError(_("Choose one of the ticket's files."), code="invalid")
        return super().clean(self._known[value])

    def prepare_value(self, value: Any) -> Any:
        """Return a value as the list has it."""
        return value.get("sha256") if isinstance(value, dict) else value
