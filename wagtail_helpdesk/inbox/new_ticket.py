"""The form of a new ticket that an agent opens, and the templates that fill it."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from taggit.forms import TagField
from taggit.utils import edit_string_for_tags
from wagtail.rich_text import get_text_for_indexing

from wagtail_helpdesk.addresses import MAX_LENGTH
from wagtail_helpdesk.automation.forms import AGENT_CHANNELS
from wagtail_helpdesk.automation.models import TicketTemplate
from wagtail_helpdesk.automation.variables import fill_html, fill_text, missing_in, values_for
from wagtail_helpdesk.contact_forms.uploads import FilesField
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.actions.open_for_customer import TicketFields
from wagtail_helpdesk.conversations.choices import FirstMessage
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.desk.defaults import default_mailbox
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team, TicketType
from wagtail_helpdesk.inbox.forms import NOBODY, assignee_choices, person_chosen
from wagtail_helpdesk.inbox.rich_text import composer_widget, is_empty
from wagtail_helpdesk.inbox.similar import visible_contact
from wagtail_helpdesk.inbox.tag_input import TagInput
from wagtail_helpdesk.inbox.widgets import Select
from wagtail_helpdesk.tickets.choices import Channel
from wagtail_helpdesk.tickets.custom_fields.form_fields import NOTHING, ValueField
from wagtail_helpdesk.tickets.custom_fields.kinds import FieldKind
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.custom_fields.values import FIELD_PREFIX
from wagtail_helpdesk.tickets.permissions import may


class NewTicketForm(forms.Form):
    """A new ticket. Fields that one may not set are not here."""

    channel = forms.ChoiceField(label=_("How it came"), choices=AGENT_CHANNELS, initial=Channel.PHONE)
    address = forms.CharField(
        label=_("E-mail address"),
        max_length=MAX_LENGTH,
        required=False,
        # Not type=email: browsers refuse addresses with letters outside ASCII, which exist (RFC 6531).
        widget=forms.TextInput(attrs={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    #: The key of somebody who was chosen from the list.
    contact = forms.CharField(required=False, widget=forms.HiddenInput)
    mailbox = forms.ModelChoiceField(Mailbox.objects.select_related("team"), label=_("Mailbox"), empty_label=None)
    subject = forms.CharField(label=_("Subject"), max_length=500, required=False)
    first = forms.ChoiceField(
        label=_("The text is"),
        choices=FirstMessage.choices,
        initial=FirstMessage.CUSTOMER,
        widget=forms.RadioSelect,
    )
    body = forms.CharField(label=_("Message"), required=False)
    files = FilesField(label=_("Attach files"), required=False)
    acknowledge = forms.BooleanField(label=_("Send the customer a confirmation with the tracking link"), required=False)
    team = forms.ModelChoiceField(Team.objects.all(), label=_("Team"), required=False, empty_label=_("The mailbox's"))
    assignee = forms.ChoiceField(label=_("Assignee"), required=False)
    status = forms.ModelChoiceField(Status.objects.none(), label=_("Status"), required=False, empty_label=_("New"))
    priority = forms.ModelChoiceField(
        Priority.objects.all(), label=_("Priority"), required=False, empty_label=_("Ordinary")
    )
    tags = TagField(label=_("Tags"), required=False, widget=TagInput)
    ticket_type = forms.ModelChoiceField(
        TicketType.objects.all(), label=_("Type"), required=False, empty_label=NOTHING, widget=Select
    )
    due_on = forms.DateField(
        label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    #: The same for the same click.
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        initial = {
            "mailbox": default_mailbox().pk,
            "once": secrets.token_hex(16),
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, auto_id="new-%s", initial=initial, **kwargs)
        self.user = user
        self.fields["body"].widget = composer_widget()
        self.fields["status"].queryset = Status.objects.exclude(category__in=HIDDEN)
        if may(user, "assign"):
            self.fields["assignee"].choices = assignee_choices(user)
        else:
            del self.fields["team"], self.fields["assignee"]
        self._ticket_fields: dict[str, TicketField] = {}
        if may(user, "change"):
            self._offer_further()
        else:
            for name in ("status", "priority", "tags", "ticket_type", "due_on"):
                del self.fields[name]

    def _offer_further(self) -> None:
        """Add the fields that an administrator added; those of other mailboxes are hidden by our JavaScript.

        But for files: there are none to choose from yet.
        """
        types = [(str(row.pk), row.name) for row in TicketType.objects.all()]
        if types:
            self.fields["ticket_type"].choices = [("", NOTHING), *types]
        else:
            del self.fields["ticket_type"]
        for field in (
            TicketField.objects.filter(is_active=True).exclude(kind=FieldKind.FILE).prefetch_related("mailboxes")
        ):
            name = f"{FIELD_PREFIX}{field.key}"
            self._ticket_fields[name] = field
            self.fields[name] = ValueField(field, select=Select)
            self.fields[name].only_for = " ".join(str(mailbox.pk) for mailbox in field.mailboxes.all())

    @property
    def side_fields(self) -> list[forms.BoundField]:
        """The fields beside the words."""
        names = ("channel", "mailbox", "team", "assignee", "status", "priority", "tags", "ticket_type", "due_on")
        names = (*names, *self._ticket_fields)
        return [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Refuse a text with gaps, and one without words."""
        data = super().clean()
        body = data.get("body", "")
        missing = [f"[[{name}]]" for name in missing_in(f"{body} {data.get('subject', '')}")]
        if missing:
            self.add_error("body", _("Fill in %(names)s first.") % {"names": ", ".join(missing)})
        if not data.get("address") and not data.get("name") and not data.get("contact"):
            self.add_error("address", _("Say who the ticket is for: an address or a name."))
        if is_empty(body) and not data.get("files") and not self.data.getlist("saved_reply"):
            self.add_error("body", _("Write something first."))
        data["contact"] = visible_contact(self.user, data.get("contact", ""))
        return data

    def ticket_fields(self) -> TicketFields:
        """Return what was chosen for the ticket."""
        data = self.cleaned_data
        return TicketFields(
            team=data.get("team"),
            assignee=person_chosen(data["assignee"]) if data.get("assignee") else None,
            status=data.get("status"),
            priority=data.get("priority"),
            tags=tuple(data.get("tags") or ()),
            ticket_type=data.get("ticket_type"),
            due_on=data.get("due_on"),
            custom_fields=self._values(),
        )

    def _values(self) -> dict[str, Any]:
        """Return what stands in the fields that tickets of the chosen mailbox have."""
        data, mailbox = self.cleaned_data, str(self.cleaned_data["mailbox"].pk)
        return {
            field.key: data[name]
            for name, field in self._ticket_fields.items()
            if data.get(name) is not None and mailbox in (self.fields[name].only_for.split() or [mailbox])
        }


def templates_for(user: Any) -> list[TicketTemplate]:
    """Return the templates that ``user`` may use; those of mailboxes stand with the others, by name."""
    usable = TicketTemplate.objects.usable_by(user) | TicketTemplate.objects.filter(scope="mailbox")
    return list(usable.order_by("name", "pk"))


def values_of(template: TicketTemplate, form: NewTicketForm, contact: Contact | None) -> dict[str, str]:
    """Return what ``template`` puts into which field, as the form posts it."""
    known = values_for(
        user=form.user,
        contact=contact,
        mailbox=template.mailbox,
        name=form.data.get("name", ""),
        address=form.data.get("address", ""),
        language=contact.language if contact else "",
    )
    values = {
        "channel": template.channel,
        "first": template.first,
        "subject": fill_text(template.subject, known),
        "body": fill_html(template.body, known) if get_text_for_indexing(template.body).strip() else "",
        "mailbox": str(template.mailbox_id or ""),
        "team": str(template.to_team_id or ""),
        "assignee": str(template.assignee_id or ""),
        "status": str(template.status_id or ""),
        "priority": str(template.priority_id or ""),
        "ticket_type": str(template.ticket_type_id or ""),
        "tags": edit_string_for_tags(template.tags.all()),
    }
    return {field: value for field, value in values.items() if value and field in form.fields}


def fill(template: TicketTemplate, form: NewTicketForm, contact: Contact | None) -> dict[str, str]:
    """Return what ``template`` puts into the fields that nobody has filled: nothing that was typed is overwritten.

    ``form`` is bound; the text is as the editor stores it.
    """
    begun = written_in(form)
    fresh = NewTicketForm(user=form.user)
    first_values = {name: str(fresh.get_initial_for_field(field, name) or "") for name, field in fresh.fields.items()}
    untouched = {name for name, value in begun.items() if value in ("", NOBODY, first_values[name])}
    return {name: value for name, value in values_of(template, form, contact).items() if name in untouched}


def written_in(form: NewTicketForm) -> dict[str, str]:
    """Return what was posted, for a new form to begin with: the text as the editor stores it, "" for an empty one."""
    written = {name: form.data.get(name, "") for name in form.fields if name != "files"}
    body = form.fields["body"].widget.value_from_datadict(form.data, {}, "body") or ""
    return {**written, "files": "", "body": "" if is_empty(body) else body}
