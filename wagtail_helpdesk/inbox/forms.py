"""The forms of the inbox. They check what was sent; actions decide whether it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from taggit.forms import TagField
from taggit.utils import edit_string_for_tags

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Priority, Status, Team, TicketType
from wagtail_helpdesk.inbox.changes import FieldChange
from wagtail_helpdesk.inbox.choices import choices_for
from wagtail_helpdesk.inbox.file_choice import FileChoice, files_of
from wagtail_helpdesk.inbox.people import display_name, name_with_absence, people_who_may
from wagtail_helpdesk.inbox.seen import (
    Seen,
    SeenFields,
    parse_seen,
    parse_seen_fields,
    seen_fields_of,
    seen_of,
)
from wagtail_helpdesk.inbox.tag_input import TagInput
from wagtail_helpdesk.inbox.widgets import Select
from wagtail_helpdesk.tickets.conditions.ticket_fields import MINE
from wagtail_helpdesk.tickets.custom_fields.form_fields import NOTHING, ValueField
from wagtail_helpdesk.tickets.custom_fields.kinds import FieldKind
from wagtail_helpdesk.tickets.custom_fields.values import FIELD_PREFIX, fields_of, shown_values
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

NOBODY = "none"


def assignee_choices(user: Any, ticket: Ticket | None = None) -> list[Any]:
    """Return whom a ticket can be given to: oneself first, then the ticket's team, then everybody else."""
    people = {person.pk: person for person in people_who_may("reply")}
    if ticket is not None and ticket.assignee is not None:
        people.setdefault(ticket.assignee.pk, ticket.assignee)
    members: set[Any] = set()
    if ticket is not None:
        members = set(Team.members.through.objects.filter(team=ticket.team_id).values_list(_user_column(), flat=True))
    me = people.pop(user.pk, None)
    ours = [(str(pk), name_with_absence(person)) for pk, person in people.items() if pk in members]
    others = [(str(pk), name_with_absence(person)) for pk, person in people.items() if pk not in members]
    choices: list[Any] = [(NOBODY, _("Nobody"))]
    if me is not None:
        choices.append((str(me.pk), _("%(name)s (me)") % {"name": display_name(me)}))
    if ours:
        choices += [(_("This team"), ours), (_("Others"), others)] if others else [(_("This team"), ours)]
    else:
        choices += others
    return choices


def _user_column() -> str:
    """Return the column of the user in the table of team members, whatever the user model is called."""
    return Team.members.field.m2m_reverse_field_name()


def person_chosen(value: str) -> Any:
    """Return the user whom a choice of :func:`assignee_choices` names, None for nobody."""
    return None if value == NOBODY else get_user_model()._default_manager.get(pk=value)


class PropertiesForm(forms.Form):
    """A ticket's fields, each beside what the person had seen of it. Fields that one may not change are not here."""

    status = forms.ModelChoiceField(Status.objects.all(), label=_("Status"), empty_label=None, widget=Select)
    assignee = forms.ChoiceField(label=_("Assignee"), widget=Select)
    team = forms.ModelChoiceField(Team.objects.all(), label=_("Team"), empty_label=None, widget=Select)
    priority = forms.ModelChoiceField(Priority.objects.all(), label=_("Priority"), empty_label=None, widget=Select)
    tags = TagField(label=_("Tags"), required=False, widget=TagInput)
    subject = forms.CharField(label=_("Subject"), max_length=500, required=False)
    ticket_type = forms.ModelChoiceField(
        TicketType.objects.all(), label=_("Type"), required=False, empty_label="—", widget=Select
    )
    due_on = forms.DateField(
        label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    seen = forms.CharField(widget=forms.HiddenInput)
    seen_fields = forms.CharField(widget=forms.HiddenInput, required=False)
    seen_subject = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    seen_tags = TagField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, ticket: Ticket, user: Any, chosen: Mapping[str, Any] | None = None) -> None:
        """``chosen`` are values to show instead of the ticket's own: what somebody had picked before."""
        super().__init__(*args, auto_id="property-%s", initial={**initial_properties(ticket), **(chosen or {})})
        self._ticket = ticket
        self._ticket_fields = {f"{FIELD_PREFIX}{field.key}": field for field in fields_of(ticket)}
        kinds = {field.kind for field in self._ticket_fields.values()}
        files = files_of(ticket) if FieldKind.FILE in kinds else {}
        for name, field in self._ticket_fields.items():
            kept = ticket.custom_fields.get(field.key)
            if field.kind == FieldKind.FILE:
                self.fields[name] = FileChoice(field, files=files, kept=kept, select=Select)
            else:
                self.fields[name] = ValueField(field, kept=kept, select=Select)
        if not may(user, "change", ticket):
            self._leave_out("status", "priority", "tags", "subject", "seen_subject", "seen_tags")
            self._leave_out("ticket_type", "due_on", "seen_fields", *self._ticket_fields)
        elif ticket.category == Category.TRASH and not may(user, "delete", ticket):
            self._leave_out("status")
        elif not may(user, "delete"):
            self.fields["status"].queryset = Status.objects.exclude(category=Category.TRASH)
        if may(user, "assign", ticket):
            self.fields["assignee"].choices = assignee_choices(user, ticket)
        else:
            self._leave_out("assignee", "team")
        self._offer(user, ticket)

    def _offer(self, user: Any, ticket: Ticket) -> None:
        """Show what is known already of the desk: each field would ask for its rows twice."""
        known = choices_for(user)
        if "ticket_type" in self.fields:
            types = known.of("ticket_type")
            if types or self.initial["ticket_type"]:
                self.fields["ticket_type"].choices = [("", NOTHING), *types]
            else:
                del self.fields["ticket_type"]
        for name in {"status", "priority", "team"} & self.fields.keys():
            left_out = {MINE}
            if name == "status":
                next_ones = {status.pk for status in known.statuses_after(ticket.status)}
                left_out |= {str(status.pk) for status in known.statuses if status.pk not in next_ones}
                if not may(user, "delete"):
                    left_out |= {str(status.pk) for status in known.statuses if status.category == Category.TRASH}
            self.fields[name].choices = [pair for pair in known.of(name) if pair[0] not in left_out]

    @property
    def shown_fields(self) -> list[tuple[str, str]]:
        """What stands in the fields that an administrator added, for those who may not change it."""
        return shown_values(self._ticket, self._ticket_fields.values())

    def _leave_out(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    def clean_seen(self) -> Seen:
        """Return what the person had seen. Raises ValidationError for anything else."""
        seen = parse_seen(self.cleaned_data["seen"])
        if seen is None:
            raise forms.ValidationError(_("Load this page again."))
        return seen

    def clean_seen_fields(self) -> SeenFields | None:
        """Return what the person had seen, None where that is not said. Raises ValidationError for anything else."""
        if not self.cleaned_data["seen_fields"]:
            return None
        seen = parse_seen_fields(self.cleaned_data["seen_fields"])
        if seen is None:
            raise forms.ValidationError(_("Load this page again."))
        return seen

    def changes(self) -> dict[str, FieldChange]:
        """Return the fields whose value is another one than the person had seen."""
        data = self.cleaned_data
        pairs = {}
        if "assignee" in data:
            pairs["assignee"] = (person_chosen(data["assignee"]), data["seen"].values["assignee"])
        for field in ("status", "priority", "team"):
            if field in data:
                pairs[field] = (data[field], data["seen"].values[field])
        changes = {name: FieldChange(*pair) for name, pair in pairs.items() if getattr(pair[0], "pk", None) != pair[1]}
        for field in ("subject", "tags"):
            if field in data and data[field] != data[f"seen_{field}"]:
                changes[field] = FieldChange(data[field], data[f"seen_{field}"])
        return changes | self._further_changes()

    def _further_changes(self) -> dict[str, FieldChange]:
        """Return the changes of the type, the due date and the fields that an administrator added."""
        data, changes = self.cleaned_data, {}
        seen = data.get("seen_fields")
        if seen is None:
            return {}
        if "ticket_type" in data and getattr(data["ticket_type"], "pk", None) != seen.ticket_type:
            changes["ticket_type"] = FieldChange(data["ticket_type"], seen.ticket_type)
        if "due_on" in data and data["due_on"] != seen.due_on:
            changes["due_on"] = FieldChange(data["due_on"], seen.due_on)
        for name, field in self._ticket_fields.items():
            # Of boxes of which none is ticked nothing is posted.
            was_shown = name in self.data or field.kind == FieldKind.CHOICES
            if was_shown and data[name] != seen.fields.get(field.key):
                changes[name] = FieldChange(data[name], seen.fields.get(field.key), field=field)
        return changes


def initial_properties(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket's own values as PropertiesForm shows them."""
    tags = edit_string_for_tags(ticket.tags.all())
    return {
        "status": ticket.status_id,
        "priority": ticket.priority_id,
        "assignee": NOBODY if ticket.assignee_id is None else str(ticket.assignee_id),
        "team": ticket.team_id,
        "subject": ticket.subject,
        "tags": tags,
        "ticket_type": ticket.ticket_type_id or "",
        "due_on": ticket.due_on.isoformat() if ticket.due_on else "",
        **{f"{FIELD_PREFIX}{key}": value for key, value in ticket.custom_fields.items()},
        "seen": seen_of(ticket),
        "seen_fields": seen_fields_of(ticket),
        "seen_subject": ticket.subject,
        "seen_tags": tags,
    }
