"""What a saved view has beside its conditions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.inbox.choices import choices_for
from wagtail_helpdesk.inbox.grouping.kinds import grouping_choices
from wagtail_helpdesk.inbox.ordering import ORDERINGS
from wagtail_helpdesk.inbox.rows import COLUMNS, USUAL_COLUMNS, field_column
from wagtail_helpdesk.inbox.saved.models import SavedView, Scope
from wagtail_helpdesk.tickets.querysets import VIEW_ALL_PERMISSION

COLUMN_LABELS = {
    "preview": _("First words"),
    "tags": _("Tags"),
    "priority": _("Priority"),
    "type": _("Type"),
    "due": _("Due date"),
    "status": _("Status"),
    "team": _("Team"),
    "mailbox": _("Mailbox"),
    "numbers": _("Number and counts"),
    "assignee": _("Assignee"),
}


class SavedViewForm(forms.ModelForm):
    """Name, whose it is, order, groups and columns. Views for everyone or a role are made by whoever sees all teams."""

    ordering = forms.ChoiceField(label=_("Order"), choices=[(one.name, one.label) for one in ORDERINGS.values()])
    grouping = forms.ChoiceField(label=_("Group by"), required=False)
    columns = forms.MultipleChoiceField(
        label=_("Rows show"),
        choices=[(name, COLUMN_LABELS[name]) for name in COLUMNS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = SavedView
        fields = ["name", "scope", "team", "role", "ordering", "grouping", "columns"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="view-%s", **kwargs)
        sees_all = user.has_perm(VIEW_ALL_PERMISSION)
        teams = Team.objects.all() if sees_all else Team.objects.filter(pk__in=team_ids_of(user))
        self.fields["team"].queryset = teams
        if not sees_all:
            del self.fields["role"]
        scopes = [scope for scope in Scope if scope not in (Scope.EVERYONE, Scope.ROLE) or sees_all]
        fields = choices_for(user).ticket_fields
        self.fields["columns"].choices += [(field_column(field), field.name) for field in fields]
        self.fields["grouping"].choices = [("", _("Nothing")), *grouping_choices(fields)]
        self.fields["scope"].choices = [(scope.value, scope.label) for scope in scopes]
        if not self.instance.columns:
            self.initial["columns"] = sorted(USUAL_COLUMNS)

    def clean(self) -> dict[str, Any]:
        """A team's view names its team, a role's its role, and no other one does."""
        data = super().clean()
        if data.get("scope") == Scope.TEAM and not data.get("team"):
            self.add_error("team", _("Choose the team."))
        if data.get("scope") == Scope.ROLE and not data.get("role"):
            self.add_error("role", _("Choose the role."))
        if data.get("scope") != Scope.TEAM:
            data["team"] = None
        if data.get("scope") != Scope.ROLE and "role" in self.fields:
            data["role"] = None
        return data
