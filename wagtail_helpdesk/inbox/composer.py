"""The form in which agents answer and make notes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.contact_forms.uploads import FilesField
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.desk.choices import HIDDEN, Category
from wagtail_helpdesk.inbox.mentions import mention_errors
from wagtail_helpdesk.inbox.rich_text import composer_widget
from wagtail_helpdesk.tickets.choices import ParticipantState, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant
from wagtail_helpdesk.tickets.permissions import may

REPLY, NOTE = "reply", "note"
#: What a send button does besides sending, by its value.
THEN = {"": None, "pending": Category.PENDING, "resolve": Category.RESOLVED}


class ComposerForm(forms.Form):
    """A reply or a note; ``mode`` alone decides which, whatever button was pressed."""

    mode = forms.ChoiceField(choices=[(REPLY, _("Reply")), (NOTE, _("Note"))], widget=forms.RadioSelect)
    body = forms.CharField(label=_("Message"), required=False)
    cc = forms.MultipleChoiceField(label=_("Copy to"), required=False, widget=forms.CheckboxSelectMultiple)
    files = FilesField(label=_("Attach files"), required=False)
    #: Files of a reply that was taken back.
    kept = forms.ModelMultipleChoiceField(
        Attachment.objects.none(), label=_("Files kept"), required=False, widget=forms.CheckboxSelectMultiple
    )
    then = forms.ChoiceField(choices=[(value, value) for value in THEN], required=False)
    #: The newest message on the page.
    last_seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    #: The same for the same click.
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, ticket: Ticket, user: Any, people: Sequence[TicketParticipant], **kwargs: Any
    ) -> None:
        super().__init__(*args, auto_id="composer-%s", **kwargs)
        self.fields["body"].widget = composer_widget()
        self.fields["kept"].queryset = files_taken_back(ticket, user)
        self.fields["cc"].choices = [(person.pk, copy_label(person)) for person in people if may_be_copied(person)]
        modes = [mode for mode in self.fields["mode"].choices if may(user, mode[0], ticket)]
        self.fields["mode"].choices = modes
        self.may_reply = any(mode == REPLY for mode, _label in modes)
        self.ticket, self.user = ticket, user

    def clean(self) -> dict[str, Any]:
        """Refuse a note that names somebody whom it cannot reach."""
        data = super().clean()
        if data.get("mode") == NOTE:
            for error in mention_errors(html_to_text(data.get("body", "")), self.ticket, self.user):
                self.add_error("body", error)
        return data


def first_values(
    ticket: Ticket, *, people: Sequence[TicketParticipant], last_seen: int, restored: Message | None, may_reply: bool
) -> dict[str, Any]:
    """Return what the form begins with; ``restored`` is a reply that its author took back."""
    copied = {person.pk for person in people if may_be_copied(person) and person.state == ParticipantState.ACTIVE}
    values = {
        "mode": REPLY if may_reply and ticket.category not in HIDDEN else NOTE,
        "cc": sorted(copied),
        "last_seen": last_seen,
        "once": secrets.token_hex(16),
    }
    if restored is not None:
        values |= {
            "mode": REPLY,
            "body": restored.html,
            "cc": [entry["participant"] for entry in restored.recipients.get("cc", [])],
            "kept": list(restored.attachments.values_list("pk", flat=True)),
        }
    return values


def may_be_copied(person: TicketParticipant) -> bool:
    """Tell whether a reply can go to ``person`` as a copy."""
    states = (ParticipantState.ACTIVE, ParticipantState.PENDING)
    return person.role == Role.CC and person.state in states and bool(person.address) and not person.muted


def copy_label(person: TicketParticipant) -> str:
    """Return a person as the list of copies names one."""
    name = person.contact.name
    label = f"{name} <{person.address}>" if name else person.address
    if person.state == ParticipantState.PENDING:
        return _("%(person)s (not confirmed)") % {"person": label}
    return label


def taken_back(ticket: Ticket, user: Any) -> Any:
    """Return the replies on ``ticket`` that ``user`` wrote and that were cancelled before they left."""
    return Message.objects.filter(ticket=ticket, author_user=user, state=MessageState.CANCELLED)


def files_taken_back(ticket: Ticket, user: Any) -> Any:
    """Return the files of those replies."""
    return Attachment.objects.filter(message__in=taken_back(ticket, user)).order_by("pk")
