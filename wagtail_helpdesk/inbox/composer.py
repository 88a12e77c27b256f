"""The form in which agents answer, make notes and pass things on."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.contact_forms.uploads import FilesField
from wagtail_helpdesk.conversations.choices import DraftMode
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.desk.choices import HIDDEN, Category
from wagtail_helpdesk.inbox.addresses import AddressesField
from wagtail_helpdesk.inbox.extras import carried_keys
from wagtail_helpdesk.inbox.mentions import mention_errors
from wagtail_helpdesk.inbox.people import display_name
from wagtail_helpdesk.inbox.rich_text import composer_widget
from wagtail_helpdesk.tickets.choices import ParticipantState, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant
from wagtail_helpdesk.tickets.permissions import may

REPLY, NOTE, FORWARD = DraftMode.REPLY, DraftMode.NOTE, DraftMode.FORWARD
#: The right that each mode needs.
VERBS = {REPLY: "reply", NOTE: "note", FORWARD: "reply"}
#: The value that asks anybody of the ticket's team to approve.
TEAM = "team"
MODES = [(REPLY, _("Reply")), (NOTE, _("Note")), (FORWARD, pgettext_lazy("what to write", "Forward"))]
#: What a send button does besides sending, by its value.
THEN = {"": None, "pending": Category.PENDING, "resolve": Category.RESOLVED}
#: Where the agent is after sending.
AFTER = [("", _("stay on this ticket")), ("next", _("go to the next ticket")), ("list", _("go back to the list"))]
#: What native inputs of date and time send.
MOMENT = "%Y-%m-%dT%H:%M"


class ComposerForm(forms.Form):
    """A reply, a note or something passed on; ``mode`` alone decides which, whatever button was pressed."""

    mode = forms.ChoiceField(choices=MODES, widget=forms.RadioSelect)
    body = forms.CharField(label=_("Message"), required=False)
    cc = forms.MultipleChoiceField(label=_("Copy to"), required=False, widget=forms.CheckboxSelectMultiple)
    copies = AddressesField(label=_("Copy to somebody else"))
    to = AddressesField(label=_("To"))
    bcc = AddressesField(label=_("Blind copy to"))
    forwarded = forms.MultipleChoiceField(label=_("Messages to pass on"), required=False)
    attached = forms.MultipleChoiceField(label=_("Files to pass on"), required=False)
    files = FilesField(label=_("Attach files"), required=False)
    unquoted = forms.BooleanField(label=_("Leave out the quoted text"), required=False)
    then = forms.ChoiceField(choices=[(value, value) for value in THEN], required=False)
    after = forms.ChoiceField(label=_("After sending"), choices=AFTER, required=False)
    later = forms.BooleanField(required=False, widget=forms.HiddenInput)
    publish_at = forms.DateTimeField(
        label=_("Day and time"),
        required=False,
        input_formats=[MOMENT, f"{MOMENT}:%S"],
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
    )
    regardless = forms.BooleanField(label=_("Send it even if the customer writes meanwhile"), required=False)
    #: Instead of sending: to be approved by a colleague.
    approval = forms.BooleanField(required=False, widget=forms.HiddenInput)
    approver = forms.CharField(label=_("Who is to approve it"), required=False, widget=forms.Select)
    approval_then = forms.ChoiceField(
        label=_("then"), choices=[("", "—"), ("pending", _("set pending")), ("resolve", _("resolve"))], required=False
    )
    approval_note = forms.CharField(label=_("What to look at"), required=False, max_length=500)
    #: The newest message on the page.
    last_seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    #: The same for the same click.
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)
    #: The version of the draft on the page, 0 for none.
    version = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        ticket: Ticket,
        user: Any,
        people: Sequence[TicketParticipant],
        forwardable: Sequence[Any] = (),
        approvers: Sequence[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, auto_id="composer-%s", **kwargs)
        self.fields["body"].widget = composer_widget()
        self.fields["cc"].choices = [(person.pk, copy_label(person)) for person in people if may_be_copied(person)]
        self.fields["mode"].choices = [mode for mode in MODES if may_write(user, mode[0], ticket)]
        self.approvers = {str(one.pk): one for one in approvers}
        anybody = (TEAM, _("Anybody in %(team)s") % {"team": ticket.team})
        self.fields["approver"].widget.choices = [
            *([anybody] if any(one.in_ticket_team for one in approvers) else []),
            *((key, display_name(one)) for key, one in self.approvers.items()),
        ]
        self.fields["forwarded"].choices = [(message.pk, message.pk) for message in forwardable]
        self.fields["attached"].choices = [
            (file.pk, file.display_name) for message in forwardable for file in message.attachments.all()
        ]
        self.may_reply = may(user, "reply", ticket)
        self.ticket, self.user = ticket, user

    @property
    def forwarded_keys(self) -> set[str]:
        """The messages that are ticked, by their keys as text: of a draft they are numbers, of what was sent words."""
        return {str(key) for key in self["forwarded"].value() or ()}

    @property
    def attached_keys(self) -> set[str]:
        """The same of their files."""
        return {str(key) for key in self["attached"].value() or ()}

    def clean(self) -> dict[str, Any]:
        """Refuse a note that names somebody whom it cannot reach, and "later" without a time."""
        data = super().clean()
        if data.get("mode") == NOTE:
            for error in mention_errors(html_to_text(data.get("body", "")), self.ticket, self.user):
                self.add_error("body", error)
        elif data.get("approval"):
            self._clean_approval(data)
        elif data.get("later") and not data.get("publish_at") and "publish_at" not in self.errors:
            self.add_error("publish_at", _("Choose a day and a time."))
        return data

    def _clean_approval(self, data: dict[str, Any]) -> None:
        """Find who is asked (``asked``; None for anybody of the team), and what happens to the status."""
        if data.get("mode") == FORWARD:
            self.add_error("mode", _("Only replies can be approved."))
        chosen = data.get("approver") or TEAM
        data["asked"] = self.approvers.get(chosen)
        if data["asked"] is None and chosen != TEAM:
            self.add_error("approver", _("Choose who is to approve it."))
        data["then"] = data.get("approval_then", "")


class DraftForm(ComposerForm):
    """What is saved of the same form, whatever is still missing in it."""

    last_seen = once = None

    def clean(self) -> dict[str, Any]:
        """Return what there is: a half-typed address is none yet, and stands in the draft as it was typed."""
        data = self.cleaned_data
        data["choices"] = {
            "cc": [int(pk) for pk in data.get("cc", [])],
            "copies": self.data.get("copies", "")[:4000],
            "to": self.data.get("to", "")[:4000],
            "bcc": self.data.get("bcc", "")[:4000],
            "forwarded": [int(pk) for pk in data.get("forwarded", [])],
            "attached": [int(pk) for pk in data.get("attached", [])],
            "unquoted": data.get("unquoted", False),
            "publish_at": data["publish_at"].isoformat() if data.get("publish_at") else "",
            "regardless": data.get("regardless", False),
            "carried": carried_keys(self.data),
        }
        return data


def may_write(user: Any, mode: str, ticket: Ticket) -> bool:
    """Tell whether ``user`` may write this. A reply to be approved may also be written by who may only make notes."""
    return may(user, VERBS[mode], ticket) or (mode == REPLY and may(user, "note", ticket))


def first_values(
    ticket: Ticket, *, people: Sequence[TicketParticipant], last_seen: int, may_reply: bool, customer_wrote: bool
) -> dict[str, Any]:
    """Return what the form begins with. Where no customer wrote, a note: so that nobody mails one by mistake."""
    answers = may_reply and customer_wrote and ticket.category not in HIDDEN
    return {
        "mode": REPLY if answers else NOTE,
        "cc": sorted(copied_by_default(people)),
        "last_seen": last_seen,
        "once": secrets.token_hex(16),
        "version": 0,
    }


def values_of(draft: Draft) -> dict[str, Any]:
    """Return what a draft puts into the form."""
    known = {"cc", "copies", "to", "bcc", "forwarded", "attached", "unquoted", "publish_at", "regardless"}
    chosen = {name: value for name, value in draft.choices.items() if name in known}
    # By the clock of whoever sees the form.
    chosen["publish_at"] = parse_datetime(chosen.get("publish_at") or "")
    return {"mode": draft.mode, "body": draft.body, "version": draft.version, **chosen}


def copied_by_default(people: Sequence[TicketParticipant]) -> set[int]:
    """Return whom a reply to all is copied to."""
    return {person.pk for person in people if may_be_copied(person) and person.state == ParticipantState.ACTIVE}


def may_be_copied(person: TicketParticipant) -> bool:
    """Tell whether a reply can go to ``person`` as a copy."""
    states = (ParticipantState.ACTIVE, ParticipantState.PENDING)
    gets_copies = not person.muted and person.may_see
    return person.role == Role.CC and person.state in states and bool(person.address) and gets_copies


def copy_label(person: TicketParticipant) -> str:
    """Return a person as the list of copies names one."""
    name = person.contact.name
    label = f"{name} <{person.address}>" if name else person.address
    if person.state == ParticipantState.PENDING:
        return _("%(person)s (not confirmed)") % {"person": label}
    return label
